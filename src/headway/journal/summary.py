"""The tables that lists are made from, kept in step with the events they summarise."""

from __future__ import annotations

from headway import events

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from typing import Any

    Apply = Callable[[sqlite3.Connection, str, int, float, Any], object]

QUEUED, RUNNING, COMPLETED, INTERRUPTED = "queued", "running", "completed", "interrupted"


def apply(
    db: sqlite3.Connection, stream: str, position: int, at: float, event: events.Event
) -> None:
    """Brings the summaries up to date; events that no summary knows change nothing."""
    change = _BY_KIND.get(event.kind) or _elsewhere(event.kind)
    if change is not None:
        change(db, stream, position, at, event)


# First word of a kind → the module whose BY_KIND summarises it.
_ELSEWHERE = {
    "evidence": "headway.journal.verdicts",
    "verdict": "headway.journal.verdicts",
    "decision": "headway.journal.rollouts",
    "environment": "headway.journal.rollouts",
    "release": "headway.journal.rollouts",
    "rollout": "headway.journal.rollouts",
}


def _elsewhere(kind: str) -> Apply | None:
    module = _ELSEWHERE.get(kind.partition(".")[0])
    if module is None:
        return None
    from importlib import import_module

    found: dict[str, Apply] = import_module(module).BY_KIND
    return found.get(kind)


def _run_started(
    db: sqlite3.Connection, run: str, _position: int, at: float, e: events.RunStarted
) -> None:
    db.execute(
        "INSERT INTO run (id, number, workflow, name, event, ref, sha, actor, repository, root,"
        " dirty, rerun_of, attempt, pid, process, status, conclusion, started)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,'',?) ON CONFLICT (id) DO NOTHING",
        (
            *(run, e.number, e.workflow, e.name, e.event, e.ref, e.sha, e.actor, e.repository),
            *(e.root, int(e.dirty), e.rerun_of, e.attempt, e.pid, e.process, RUNNING, at),
        ),
    )


def _job_queued(
    db: sqlite3.Connection, run: str, position: int, _at: float, e: events.JobQueued
) -> None:
    db.execute(
        "INSERT INTO job (run, job, id, name, parent, position, status, outcome, conclusion,"
        " reason) VALUES (?,?,?,?,?,?,?,'','','') ON CONFLICT (run, job) DO NOTHING",
        (run, e.job, e.id, e.name, e.parent, position, QUEUED),
    )
    db.execute("UPDATE run SET jobs = jobs + 1 WHERE id = ?", (run,))


def _job_started(
    db: sqlite3.Connection, run: str, _position: int, at: float, e: events.JobStarted
) -> None:
    db.execute(
        "UPDATE job SET status = ?, started = ? WHERE run = ? AND job = ?",
        (RUNNING, at, run, e.job),
    )


def _job_finished(
    db: sqlite3.Connection, run: str, _position: int, at: float, e: events.JobFinished
) -> None:
    db.execute(
        "UPDATE job SET status = ?, outcome = ?, conclusion = ?, reason = ?, finished = ?,"
        " seconds = ? WHERE run = ? AND job = ?",
        (COMPLETED, e.outcome, e.conclusion, e.reason, at, e.seconds, run, e.job),
    )
    db.execute(
        "UPDATE run SET finished_jobs = finished_jobs + 1, failed_jobs = failed_jobs + ?"
        " WHERE id = ?",
        (int(e.conclusion == events.FAILURE), run),
    )


def _annotation(
    db: sqlite3.Connection, run: str, _position: int, _at: float, e: events.Annotation
) -> None:
    column = {"error": "errors", "warning": "warnings"}.get(e.level)
    if column:
        db.execute(f"UPDATE run SET {column} = {column} + 1 WHERE id = ?", (run,))


def _run_finished(
    db: sqlite3.Connection, run: str, _position: int, at: float, e: events.RunFinished
) -> None:
    db.execute(
        "UPDATE run SET status = ?, conclusion = ?, finished = ?, seconds = ? WHERE id = ?",
        (COMPLETED, e.conclusion, at, e.seconds, run),
    )


def _run_interrupted(
    db: sqlite3.Connection, run: str, _position: int, at: float, e: events.RunInterrupted
) -> None:
    db.execute(
        "UPDATE run SET status = ?, finished = ?, seconds = max(0, ? - started) WHERE id = ?",
        (INTERRUPTED, e.last or at, e.last or at, run),
    )
    db.execute(
        "UPDATE job SET status = ? WHERE run = ? AND status IN (?, ?)",
        (INTERRUPTED, run, QUEUED, RUNNING),
    )


_BY_KIND: dict[str, Apply] = {
    events.RunStarted.kind: _run_started,
    events.JobQueued.kind: _job_queued,
    events.JobStarted.kind: _job_started,
    events.JobFinished.kind: _job_finished,
    events.Annotation.kind: _annotation,
    events.RunFinished.kind: _run_finished,
    events.RunInterrupted.kind: _run_interrupted,
}
