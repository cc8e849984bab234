"""Waiting until a service is healthy.

A service without a health check counts as soon as it runs, as on GitHub, unless it ends at once.
podman checks by systemd's timers, which containers and small machines don't have: there the
check is asked for.
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
SETTLED = 0.3  # seconds that a service without a check has to last
NANO = 1e9
# Docker's defaults, in seconds and times.
INTERVAL, TIMEOUT, RETRIES = 30.0, 30.0, 3


class Health(Value):
    state: str  # running, exited, …
    status: str  # healthy, unhealthy, starting; "" without a check
    exit_code: int = 0
    patience: float = 0.0  # seconds that the check's own settings allow
    overdue: float = 0.0  # seconds after which the engine should have checked, and hasn't
    test: tuple[str, ...] = ()  # the check's command


def look(engine: Engine, name: str) -> Health:
    """Raises HeadwayError when the container is gone."""
    answer = ask(engine.argv("inspect", "--type", "container", name))
    if answer.code != 0:
        raise HeadwayError(f"container {name} is gone: {answer.complaint.strip()}")
    about = json.loads(answer.output)[0]
    state = about["State"]
    check = about["Config"].get("Healthcheck") or {}
    ended = int(state.get("ExitCode") or 0)
    if not check.get("Test") or check["Test"] == ["NONE"]:
        return Health(state["Status"], "", ended)
    known = state.get("Health") or state.get("Healthcheck") or {}
    return Health(
        state["Status"],
        known.get("Status") or "starting",
        ended,
        _patience(check),
        _seconds(check, "Interval", INTERVAL) + PAUSE if not known.get("Log") else 0.0,
        _command(check["Test"]),
    )


def _command(test: list[str]) -> tuple[str, ...]:
    return ("sh", "-c", *test[1:]) if test[0] == "CMD-SHELL" else tuple(test[1:])


def _patience(check: dict[str, Any]) -> float:
    retries = int(check.get("Retries") or RETRIES)
    once = max(_seconds(check, "Interval", INTERVAL), _seconds(check, "Timeout", TIMEOUT))
    return _seconds(check, "StartPeriod", 0.0) + retries * once


def _seconds(check: dict[str, Any], name: str, default: float) -> float:
    return float(check.get(name) or 0) / NANO or default


def wait(
    engine: Engine, name: str, title: str, stopped: Callable[[], bool], since: float | None = None
) -> None:
    """Returns when the container runs and is healthy, or `stopped` says so. It was started at
    `since` (time.monotonic), else just now.

    Raises HeadwayError when it ends or doesn't get healthy within what its check allows.
    """
    started = time.monotonic() if since is None else since
    while not stopped():
        health = look(engine, name)
        if health.state not in ("running", "created", "starting", "initialized"):
            raise HeadwayError(f"{title} has ended with exit code {health.exit_code}")
        waited = time.monotonic() - started
        if health.status == "healthy" or (not health.status and waited >= SETTLED):
            return
        if not health.status:
            time.sleep(SETTLED - waited)
            continue
        if _asked(engine, name, health, waited):
            return
        if waited > health.patience or (engine.name == "docker" and health.status == "unhealthy"):
            raise HeadwayError(
                f"{title} is not healthy after {waited:.0f} seconds",
                hint="its log is above; --health-retries in its options allows more time",
            )
        time.sleep(PAUSE)


def _asked(engine: Engine, name: str, health: Health, waited: float) -> bool:
    """Whether the check passes where the engine doesn't see to it itself: podman, and podman
    behind docker's command line."""
    if engine.name == "podman":
        return ask(engine.argv("healthcheck", "run", name)).code == 0
    overdue = 0.0 < health.overdue < waited
    return overdue and ask(engine.argv("exec", name, *health.test)).code == 0
