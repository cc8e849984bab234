"""Runs as the journal's summaries have them, and finding the one that somebody means."""

from __future__ import annotations

import contextlib
import os

from headway.errors import UsageError
from headway.journal import process
from headway.journal.summary import QUEUED, RUNNING
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from typing import Any

# Silence that ends a run which can't be looked at, because it ran on another host or in a
# container: well over the six hours that GitHub lets a job take.
SILENCE = 24 * 3600.0
_SHORTEST_ID = 4


class Run(Value):
    """One run. Times are seconds since 1970; `finished` is None while it runs."""

    id: str
    number: int
    workflow: str
    name: str
    event: str
    ref: str
    sha: str
    actor: str
    repository: str
    root: str
    dirty: bool
    rerun_of: str
    attempt: int
    pid: int
    process: str
    status: str  # queued running completed interrupted
    conclusion: str
    started: float
    finished: float | None
    seconds: float
    jobs: int
    finished_jobs: int
    failed_jobs: int
    errors: int
    warnings: int

    @property
    def label(self) -> str:
        """What people call it and type: its number, else its id."""
        return str(self.number) if self.number else self.id

    @property
    def state(self) -> str:
        """One word: the conclusion once there is one, else the status."""
        return self.conclusion or self.status

    @property
    def active(self) -> bool:
        return self.status in (QUEUED, RUNNING)


class RunJob(Value):
    """One job of a run, in the order in which they became known."""

    run: str
    job: str
    id: str
    name: str
    parent: str
    status: str
    outcome: str
    conclusion: str
    reason: str
    started: float | None
    finished: float | None
    seconds: float


def select(
    db: sqlite3.Connection,
    *,
    root: str = "",
    repository: str = "",
    workflow: str = "",
    active: bool = False,
    limit: int = -1,
) -> list[Run]:
    """Runs, the newest first; every condition that is given must hold."""
    wanted = [("root = ?", root), ("repository = ?", repository), ("workflow = ?", workflow)]
    conditions = [(c, v) for c, v in wanted if v]
    where = [c for c, _ in conditions] + ["status IN ('queued', 'running')"] * active
    rows = db.execute(
        f"SELECT {', '.join(Run._fields)} FROM run WHERE {' AND '.join(where) or '1'}"
        " ORDER BY started DESC, id DESC LIMIT ?",
        [*(v for _, v in conditions), limit],
    )
    return [_run(row) for row in rows]


def get(db: sqlite3.Connection, run_id: str) -> Run | None:
    row = db.execute(f"SELECT {', '.join(Run._fields)} FROM run WHERE id = ?", (run_id,)).fetchone()
    return _run(row) if row else None


def jobs(db: sqlite3.Connection, run_id: str) -> list[RunJob]:
    rows = db.execute(
        f"SELECT {', '.join(RunJob._fields)} FROM job WHERE run = ? ORDER BY position", (run_id,)
    )
    return [RunJob(*row) for row in rows]


def find(db: sqlite3.Connection, text: str, root: str = "") -> Run:
    """The run meant by its number in `root`, `latest` (or nothing), or the start of its id.

    Raises UsageError when there is none or more than one.
    """
    text = text.strip().lower().removeprefix("#")
    found = _candidates(db, text, root)
    if len(found) == 1:
        return found[0]
    if found:
        raise _ambiguous(text, found)
    raise _not_found(db, text, root)


def _candidates(db: sqlite3.Connection, text: str, root: str) -> list[Run]:
    if text in ("", "latest"):
        return select(db, root=root, limit=1)
    columns = ", ".join(Run._fields)
    if text.isdecimal() and not text.startswith("0") and len(text) < 10:
        rows = db.execute(
            f"SELECT {columns} FROM run WHERE number = ? ORDER BY started DESC", (int(text),)
        )
        found = [_run(row) for row in rows]
        return [r for r in found if r.root == root] or found
    if len(text) < _SHORTEST_ID or not text.isalnum():
        return []
    rows = db.execute(
        f"SELECT {columns} FROM run WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 6",
        (text, text + "~"),
    )
    return [_run(row) for row in rows]


def _ambiguous(text: str, found: Sequence[Run]) -> UsageError:
    ways = ", ".join(f"{r.id} ({r.root})" for r in found[:5])
    return UsageError(f'"{text}" is more than one run', hint=f"give more of the id: {ways}")


def _not_found(db: sqlite3.Connection, text: str, root: str) -> UsageError:
    newest = select(db, root=root, limit=1)
    if not newest:
        where = f" in {root}" if root else ""
        return UsageError(f"nothing has been run{where} yet", hint="start with: headway run")
    if text in ("", "latest"):
        return UsageError("nothing has been run yet", hint="start with: headway run")
    return UsageError(
        f'there is no run "{text}"',
        hint=f"the latest is {newest[0].label}; headway runs lists them",
    )


def gone(run: Run, last_event: float, now: float) -> str:
    """Why a run that says it is going on has ended all the same, or "" when it hasn't."""
    state = process.state(run.pid, run.process)
    if state == process.GONE:
        return f"its process (pid {run.pid}) ended without a last word: killed, or a power cut"
    if state == process.UNKNOWN and now - last_event > SILENCE:
        return f"nothing was heard of it for {int((now - last_event) / 3600)} hours"
    return ""


def last_written(state: str, run_id: str) -> float:
    """When something was last written to the run's logs, below the state folder; 0 if never."""
    newest = 0.0
    for folder, _, names in os.walk(os.path.join(state, "runs", run_id, "logs")):
        for name in names:
            with contextlib.suppress(OSError):
                newest = max(newest, os.stat(os.path.join(folder, name)).st_mtime)
    return newest


def _run(row: Sequence[Any]) -> Run:
    run = Run(*row)
    return run.replace(dirty=bool(run.dirty))
