"""Waiting until a service is healthy.

A service without a health check counts as soon as it runs, as on GitHub. podman checks by
systemd's timers, which containers and small machines don't have: there the check is asked for.
"""

from __future__ import annotations

import json
import time

from headway.clients.program import ask
from headway.errors import HeadwayError
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from headway.clients.containers import Engine

PAUSE = 0.5  # seconds between two looks
NANO = 1e9
# Docker's defaults, in seconds and times.
INTERVAL, TIMEOUT, RETRIES = 30.0, 30.0, 3


class Health(Value):
    state: str  # running, exited, …
    status: str  # healthy, unhealthy, starting; "" without a check
    exit_code: int = 0
    patience: float = 0.0  # seconds that the check's own settings allow


def look(engine: Engine, name: str) -> Health:
    """Raises HeadwayError when the container is gone."""
    answer = ask(engine.argv("inspect", "--type", "container", name))
    if answer.code != 0:
        raise HeadwayError(f"container {name} is gone: {answer.complaint.strip()}")
    about = json.loads(answer.output)[0]
    state = about["State"]
    check = about["Config"].get("Healthcheck") or {}
    status = ""
    if check.get("Test") and check["Test"] != ["NONE"]:
        known = state.get("Health") or state.get("Healthcheck") or {}
        status = known.get("Status") or "starting"
    return Health(state["Status"], status, int(state.get("ExitCode") or 0), _patience(check))


def _patience(check: dict[str, Any]) -> float:
    def seconds(name: str, default: float) -> float:
        return float(check.get(name) or 0) / NANO or default

    retries = int(check.get("Retries") or RETRIES)
    once = max(seconds("Interval", INTERVAL), seconds("Timeout", TIMEOUT))
    return seconds("StartPeriod", 0.0) + retries * once


def wait(engine: Engine, name: str, title: str, stopped: Callable[[], bool]) -> None:
    """Returns when the container runs and is healthy, or `stopped` says so.

    Raises HeadwayError when it ends or doesn't get healthy within what its check allows.
    """
    started = time.monotonic()
    while not stopped():
        health = look(engine, name)
        if health.state not in ("running", "created", "starting", "initialized"):
            raise HeadwayError(f"{title} has ended with exit code {health.exit_code}")
        if not health.status or health.status == "healthy":
            return
        if engine.name == "podman" and ask(engine.argv("healthcheck", "run", name)).code == 0:
            return
        waited = time.monotonic() - started
        if waited > health.patience or (engine.name == "docker" and health.status == "unhealthy"):
            raise HeadwayError(
                f"{title} is not healthy after {waited:.0f} seconds",
                hint="its log is above; --health-retries in its options allows more time",
            )
        time.sleep(PAUSE)
