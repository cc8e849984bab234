"""Releases, rollouts and environments as the journal's summaries have them."""

from __future__ import annotations

from headway.errors import UsageError, did_you_mean
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from typing import Any

    from headway.events import delivery as events
    from headway.journal.summary import Apply

QUEUED, RUNNING, WAITING, HELD, COMPLETED = "queued", "running", "waiting", "held", "completed"
_SHORTEST_ID = 4


class Release(Value):
    """One version of a service. Times are seconds since 1970."""

    service: str
    version: str
    digest: str
    source: str
    image: str
    sha: str
    dirty: bool
    evidence: str
    verdict: str
    outcome: str
    files: int
    size: int
    actor: str
    root: str
    created: float
    pruned: float | None


class Rollout(Value):
    """One release entering one environment. Times are seconds since 1970."""

    id: str
    number: int
    service: str
    environment: str
    root: str
    release: str
    version: str
    stable: str
    stable_version: str
    strategy: str
    status: str
    step: int
    steps: int
    share: int
    phase: str
    reason: str
    conclusion: str
    promoted: bool
    actor: str
    override: str
    previous: str
    queued: float
    started: float | None
    finished: float | None
    incident: str

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
        return self.status != COMPLETED


class Serving(Value):
    """What an environment has."""

    service: str
    name: str
    root: str
    release: str
    version: str
    rollout: str
    since: float


# --- reading: for Journal.query ----------------------------------------------------------


def releases(db: sqlite3.Connection, service: str = "", *, pruned: bool = False) -> list[Release]:
    """The newest first."""
    where = ["1"] + ["service = ?"] * bool(service) + ["pruned IS NULL"] * (not pruned)
    return _releases(db, " AND ".join(where), (service,) if service else ())


def release(db: sqlite3.Connection, service: str, version: str) -> Release | None:
    found = _releases(db, "service = ? AND version = ?", (service, version))
    return found[0] if found else None


def find_release(db: sqlite3.Connection, service: str, text: str) -> Release:
    """By its version, `latest`, or the start of its digest. Raises UsageError."""
    known = releases(db, service)
    if text in ("", "latest") and known:
        return known[0]
    exact = [r for r in known if r.version == text]
    found = exact or [r for r in known if len(text) >= 6 and r.digest.startswith(text)]
    if len({r.digest for r in found}) == 1:
        return found[0]
    if found:
        raise UsageError(f'"{text}" is more than one release', hint="give more of the digest")
    gone = release(db, service, text)
    if gone is not None:
        raise UsageError(f"release {text} was pruned", hint="create it again: headway release")
    if not known:
        hint = f"make one: headway release create {text or 'v1.0.0'} --path DIR"
        raise UsageError(f"{service} has no releases", hint=hint)
    names = [r.version for r in known]
    raise UsageError(f'{service} has no release "{text}"', hint=did_you_mean(text, names[:50]))


def rollouts(
    db: sqlite3.Connection,
    *,
    service: str = "",
    environment: str = "",
    active: bool = False,
    limit: int = -1,
) -> list[Rollout]:
    """The newest first; every condition that is given must hold."""
    wanted = [("service = ?", service), ("environment = ?", environment)]
    conditions = [(c, v) for c, v in wanted if v]
    where = [c for c, _ in conditions] + ["status != 'completed'"] * active
    rows = db.execute(
        f"SELECT {', '.join(Rollout._fields)} FROM rollout WHERE {' AND '.join(where) or '1'}"
        " ORDER BY queued DESC, id DESC LIMIT ?",
        [*(v for _, v in conditions), limit],
    )
    return [_rollout(row) for row in rows]


def rollout(db: sqlite3.Connection, rollout_id: str) -> Rollout | None:
    columns = ", ".join(Rollout._fields)
    row = db.execute(f"SELECT {columns} FROM rollout WHERE id = ?", (rollout_id,)).fetchone()
    return _rollout(row) if row else None


def find_rollout(db: sqlite3.Connection, text: str = "latest", service: str = "") -> Rollout:
    """By its number (of `service`), `latest`, the start of its id, or an environment's name,
    which means its newest. Raises UsageError."""
    text = text.strip().removeprefix("#")
    known = rollouts(db, service=service) or rollouts(db)
    if not known:
        raise UsageError("nothing was ever deployed", hint="start with: headway deploy")
    if text in ("", "latest"):
        return known[0]
    for found in (
        [r for r in known if text.isdecimal() and r.number == int(text)][:1],
        [r for r in known if r.environment == text][:1],
        [r for r in known if len(text) >= _SHORTEST_ID and r.id.startswith(text.lower())],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(f'"{text}" is more than one rollout', hint="give more of the id")
    hint = f"the latest is {known[0].label}; headway rollout list has them all"
    raise UsageError(f'there is no rollout "{text}"', hint=hint)


def queue(db: sqlite3.Connection, service: str, environment: str) -> list[Rollout]:
    """Those that aren't over, in the order in which they were wished for; the first has begun,
    or is to begin."""
    active = rollouts(db, service=service, environment=environment, active=True)
    return sorted(active, key=lambda r: r.number)


def serving(db: sqlite3.Connection, service: str, environment: str) -> Serving | None:
    found = [s for s in environments(db, service) if s.name == environment]
    return found[0] if found else None


def environments(db: sqlite3.Connection, service: str = "") -> list[Serving]:
    columns = ", ".join(Serving._fields)
    rows = db.execute(
        f"SELECT {columns} FROM environment WHERE ? IN ('', service) ORDER BY service, name",
        (service,),
    )
    return [Serving(*row) for row in rows]


def _rollout(row: Sequence[Any]) -> Rollout:
    found = Rollout(*row)
    return found.replace(promoted=bool(found.promoted))


def before(db: sqlite3.Connection, service: str, environment: str) -> Rollout | None:
    """The rollout that brought what served before what serves now: where a rollback goes."""
    now = serving(db, service, environment)
    for past in rollouts(db, service=service, environment=environment):
        promoted = past.conclusion == "promoted" or (past.promoted and past.active)
        if now is not None and promoted and past.release != now.release:
            return past
    return None


def wanted_releases(db: sqlite3.Connection) -> set[str]:
    """Digests that serve somewhere, or may: what prune must leave alone."""
    sql = (
        "SELECT release FROM environment"
        " UNION SELECT release FROM rollout WHERE status != 'completed'"
        " UNION SELECT stable FROM rollout WHERE status != 'completed'"
    )
    places = [before(db, e.service, e.name) for e in environments(db)]
    back = {past.release for past in places if past is not None}
    return back | {digest for (digest,) in db.execute(sql) if digest}


def _releases(db: sqlite3.Connection, where: str, values: Sequence[Any]) -> list[Release]:
    rows = db.execute(
        f"SELECT {', '.join(Release._fields)} FROM release WHERE {where}"
        " ORDER BY created DESC, rowid DESC",
        values,
    )
    return [(r := Release(*row)).replace(dirty=bool(r.dirty)) for row in rows]


# --- writing: what each event changes ----------------------------------------------------


def _release_created(
    db: sqlite3.Connection, _stream: str, _position: int, at: float, e: events.ReleaseCreated
) -> None:
    values = (
        *(e.service, e.version, e.digest, e.source, e.image, e.sha, int(e.dirty), e.evidence),
        *(e.verdict, e.outcome, e.files, e.size, e.actor, e.root, at, None),
    )
    marks = ",".join("?" * len(values))
    db.execute(
        f"INSERT OR REPLACE INTO release ({', '.join(Release._fields)}) VALUES ({marks})", values
    )


def _release_pruned(
    db: sqlite3.Connection, _stream: str, _position: int, at: float, e: events.ReleasePruned
) -> None:
    db.execute(
        "UPDATE release SET pruned = ? WHERE service = ? AND version = ?",
        (at, e.service, e.version),
    )


def _rollout_queued(
    db: sqlite3.Connection, stream: str, _position: int, at: float, e: events.RolloutQueued
) -> None:
    db.execute(
        "INSERT INTO rollout (id, number, service, environment, root, release, version,"
        " strategy, status, actor, override, previous, queued)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            *(stream, e.number, e.service, e.environment, e.root, e.release, e.version),
            *(e.strategy, QUEUED, e.actor, e.override, e.previous, at),
        ),
    )


def _rollout_begun(
    db: sqlite3.Connection, stream: str, _position: int, _at: float, e: events.RolloutBegun
) -> None:
    db.execute(
        "UPDATE rollout SET stable = ?, stable_version = ? WHERE id = ?",
        (e.stable, e.stable_version, stream),
    )


def _rollout_taken(
    db: sqlite3.Connection, stream: str, _position: int, at: float, _: events.RolloutTaken
) -> None:
    db.execute(
        "UPDATE rollout SET started = coalesce(started, ?),"
        " status = CASE status WHEN 'queued' THEN 'running' ELSE status END WHERE id = ?",
        (at, stream),
    )


def _rollout_moved(
    db: sqlite3.Connection, stream: str, _position: int, at: float, e: events.RolloutMoved
) -> None:
    if e.status != COMPLETED:
        db.execute("UPDATE rollout SET status = ? WHERE id = ?", (e.status, stream))
    db.execute(
        "UPDATE rollout SET phase = ?, reason = ?, step = ?, steps = ?, share = ?, promoted = ?"
        " WHERE id = ?",
        (e.phase, e.reason, e.step, e.steps, e.share, int(e.promoted), stream),
    )
    if e.promoted:
        _serve(db, stream, at)


def _rollout_finished(
    db: sqlite3.Connection, stream: str, _position: int, at: float, e: events.RolloutFinished
) -> None:
    db.execute(
        "UPDATE rollout SET status = 'completed', conclusion = ?, reason = ?, finished = ?,"
        " incident = ?, promoted = ? WHERE id = ?",
        (e.conclusion, e.reason, at, e.incident, int(e.conclusion == "promoted"), stream),
    )
    if e.conclusion == "promoted":
        _serve(db, stream, at)
    else:
        _serve_no_more(db, stream)


def _serve(db: sqlite3.Connection, stream: str, at: float) -> None:
    """The rollout's release is what serves, from the first time that this is said."""
    db.execute(
        "INSERT INTO environment (service, name, root, release, version, rollout, since)"
        " SELECT service, environment, root, release, version, id, ? FROM rollout WHERE id = ?"
        " ON CONFLICT (service, name) DO UPDATE SET root = excluded.root,"
        " release = excluded.release, version = excluded.version, rollout = excluded.rollout,"
        " since = excluded.since WHERE rollout != excluded.rollout",
        (at, stream),
    )


def _serve_no_more(db: sqlite3.Connection, stream: str) -> None:
    """It was promoted already, and taken back: what was there before is there again."""
    found = db.execute("SELECT 1 FROM environment WHERE rollout = ?", (stream,)).fetchone()
    gone = rollout(db, stream)
    if found is None or gone is None:
        return
    db.execute("DELETE FROM environment WHERE rollout = ?", (stream,))
    for past in rollouts(db, service=gone.service, environment=gone.environment):
        if past.conclusion == "promoted" and past.release == gone.stable:
            _serve(db, past.id, past.finished or past.queued)
            return


def _environment_stopped(
    db: sqlite3.Connection, _stream: str, _position: int, _at: float, e: events.EnvironmentStopped
) -> None:
    db.execute("DELETE FROM environment WHERE service = ? AND name = ?", (e.service, e.environment))


BY_KIND: dict[str, Apply] = {
    "environment.stopped": _environment_stopped,
    "release.created": _release_created,
    "release.pruned": _release_pruned,
    "rollout.queued": _rollout_queued,
    "rollout.begun": _rollout_begun,
    "rollout.taken": _rollout_taken,
    "rollout.moved": _rollout_moved,
    "rollout.finished": _rollout_finished,
}
