"""Deployments under load: failed requests, what Envoy and a switch add, how fast things happen.

    python benchmarks/delivery.py            # --strategies canary rolling …, --json FILE

Two real instances of a small server behind a real Envoy, wrk at full speed with connections kept
alive (and, `--close`, one a request), each strategy's whole course out, and back. Every figure is
of one machine that does all of it at once: the load generator, too.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from headway.testing.shop import Load, Shop
from headway.testing.supervised import gone, kill_all

STRATEGIES = ("canary", "blue-green", "rolling")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--strategies", nargs="+", default=STRATEGIES)
    parser.add_argument("--close", action="store_true", help="a connection a request")
    parser.add_argument("--json", metavar="FILE", help="the figures for a script")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headway-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        os.environ["HEADWAY_HOME"] = str(folder / "home")
        os.environ["HEADWAY_INSTANCES"] = str(folder / "instances")
        os.environ["HEADWAY_ACTOR"] = "bench"
        try:
            figures = measure(Shop(folder), args.strategies, keep_alive=not args.close)
        finally:
            kill_all(folder / "home")
    for row in figures:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    if args.json:
        Path(args.json).write_text(json.dumps(figures, indent=2))
    return 1 if any(row.get("failed") for row in figures) else 0


def measure(shop: Shop, strategies: list[str], *, keep_alive: bool) -> list[dict[str, Any]]:
    for version in ("a", "b"):
        shop.release(version)
    shop.release("slow", DELAY=300)
    shop.deploy("a")
    rows = [added(shop)]
    serving = "a"
    for strategy in strategies:
        other = "b" if serving == "a" else "a"
        rows.append(course(shop, f"{strategy}: out", ("deploy", "production", other),
                           strategy, keep_alive))  # fmt: skip
        rows.append(course(shop, f"{strategy}: back", ("rollback", "production"), "", keep_alive))
    rows.append(course(shop, "canary: worse, taken back", ("deploy", "production", "slow"),
                       "canary", keep_alive))  # fmt: skip
    rows.append(healed(shop))
    return rows


def course(
    shop: Shop, name: str, argv: tuple[str, ...], strategy: str, keep_alive: bool
) -> dict[str, Any]:
    """One rollout from its wish until the old version is gone, and the load meanwhile."""
    load = Load(shop.url(), keep_alive=keep_alive)
    began = time.monotonic()
    shop.headway(*argv, *(("--strategy", strategy) if strategy else ()), code=None)
    shop.until_over()
    seconds = time.monotonic() - began
    requests, failures = load.finish()
    return {
        "what": name,
        "seconds": round(seconds, 1),
        "requests": requests,
        "a second": round(requests / seconds),
        "failed": sum(failures.values()),
        "state": shop.latest().state,
    }


def added(shop: Shop) -> dict[str, Any]:
    """The latency of an instance asked directly, and by way of Envoy."""
    shown = shop.shown()
    port = shown["instances"][0]["port"]
    direct, routed = (wrk(url) for url in (f"http://127.0.0.1:{port}/", shown["url"]))
    return {
        "what": "latency, 4 connections",
        "direct p50": direct[0],
        "p99": direct[1],
        "by Envoy p50": routed[0],
        "Envoy p99": routed[1],
    }


def wrk(url: str) -> tuple[str, str]:
    argv = ["wrk", "-t1", "-c4", "-d4s", "--latency", url]
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    found = dict(re.findall(r"^\s+(\d+)%\s+(\S+)", said, re.M))
    return found["50"], found["99"]


def healed(shop: Shop) -> dict[str, Any]:
    """kill -9 of the engine: until the next one has the lease; and from a person's word to its
    effect at the router."""
    version = "b" if shop.serves() == "a" else "a"
    shop.deploy(version, "--strategy", "canary", "--detach")
    while shop.latest().share == 0:
        time.sleep(0.05)
    time.sleep(1.2)  # it has been up for longer than a start may take
    first = shop.engine()
    os.kill(first, signal.SIGKILL)
    began = time.monotonic()
    while not gone(first) or shop.engine() == first:
        time.sleep(0.01)
    healing = time.monotonic() - began
    asked = time.monotonic()
    abort = shop.start("rollout", "abort")
    routes = shop.home / "envoy" / "environments" / "shop.production.json"
    while f'"{version}-' in json.dumps(json.loads(routes.read_text())["routing"]["traffic"]):
        time.sleep(0.01)
    effect = time.monotonic() - asked
    abort.communicate()
    shop.until_over()
    return {"what": "kill -9 of the engine", "there again s": round(healing, 2),
            "abort in effect s": round(effect, 2)}  # fmt: skip


if __name__ == "__main__":
    if not shutil.which("wrk"):
        sys.exit("wrk is needed (Debian: wrk)")
    sys.exit(main())
