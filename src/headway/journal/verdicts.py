"""The table of verdicts: what `headway gate` decided about which commit."""

from __future__ import annotations

from headway.errors import UsageError
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from typing import Any

    from headway.events import quality as events
    from headway.journal.summary import Apply

_SHORTEST_ID = 4


class Judged(Value):
    """One verdict. `at` is seconds since 1970; `evidence` and `inputs` are digests."""

    id: str
    number: int
    at: float
    outcome: str
    sha: str
    branch: str
    dirty: bool
    repository: str
    root: str
    run: str
    evidence: str
    inputs: str
    reason: str

    @property
    def label(self) -> str:
        """What people call it and type: its number, else its id."""
        return str(self.number) if self.number else self.id


# --- reading: for Journal.query ----------------------------------------------------------


def select(
    db: sqlite3.Connection,
    *,
    root: str = "",
    repository: str = "",
    branch: str = "",
    sha: str = "",
    clean: bool = False,
    limit: int = -1,
) -> list[Judged]:
    """Verdicts, the newest first; `clean` leaves out those of trees with changes."""
    wanted = {"root = ?": root, "repository = ?": repository, "branch = ?": branch, "sha = ?": sha}
    given = {condition: value for condition, value in wanted.items() if value}
    where = " AND ".join([*given, "outcome != ''", *["dirty = 0"] * clean])
    return _select(db, f"{where} ORDER BY at DESC, id DESC LIMIT ?", (*given.values(), limit))


def of_commits(db: sqlite3.Connection, repository: str, commits: Sequence[str]) -> Judged | None:
    """The newest verdict on the first of these commits that has one, from a clean tree."""
    for start in range(0, len(commits), 500):  # SQLite limits the values of a statement
        some = commits[start : start + 500]
        marks = ",".join("?" * len(some))
        where = f"repository = ? AND dirty = 0 AND outcome != '' AND sha IN ({marks})"
        found = _select(db, f"{where} ORDER BY at DESC, id DESC", (repository, *some))
        if found:
            order = {sha: position for position, sha in enumerate(some)}
            return min(found, key=lambda one: (order[one.sha], -one.at))
    return None


def records_of_newest(db: sqlite3.Connection, most: int) -> set[str]:
    """Digests of what the newest verdicts of each repository follow from, the newest on each
    branch, and those on commits of releases that are kept."""
    rows = db.execute(
        "SELECT id, evidence, inputs FROM (SELECT *,"
        " row_number() OVER (PARTITION BY repository, root ORDER BY at DESC) AS nth,"
        " row_number() OVER (PARTITION BY repository, branch, dirty ORDER BY at DESC) AS here"
        " FROM verdict) AS ranked"
        " WHERE nth <= ? OR (here = 1 AND dirty = 0)"
        " OR sha IN (SELECT sha FROM release WHERE pruned IS NULL AND sha != '')",
        (most,),
    ).fetchall()
    found = {digest for _, *digests in rows for digest in digests}
    for stream, _, _ in rows:
        found.update(_baselines(db, stream))
    return found - {""}


def _baselines(db: sqlite3.Connection, stream: str) -> Iterator[str]:
    import json

    sql = "SELECT body FROM event WHERE stream = ? AND kind = 'verdict.reached'"
    for (body,) in db.execute(sql, (stream,)):
        yield json.loads(body).get("baseline", "")


def find(db: sqlite3.Connection, text: str, root: str = "") -> Judged:
    """The verdict meant by its number in `root`, `latest`, or the start of its id.

    Raises UsageError when there is none or more than one.
    """
    text = text.strip().lower().removeprefix("#")
    found = _candidates(db, text, root)
    if len(found) == 1:
        return found[0]
    if found:
        ways = ", ".join(f"{one.id} ({one.root})" for one in found[:5])
        raise UsageError(f'"{text}" is more than one verdict', hint=f"give more of the id: {ways}")
    newest = select(db, root=root, limit=1)
    if not newest:
        raise UsageError("no verdict was reached here yet", hint="start with: headway gate")
    hint = f"the latest is {newest[0].label}; headway gate --list shows them"
    raise UsageError(f'there is no verdict "{text}"', hint=hint)


def _candidates(db: sqlite3.Connection, text: str, root: str) -> list[Judged]:
    if text in ("", "latest"):
        return select(db, root=root, limit=1)
    if text.isdecimal() and not text.startswith("0") and len(text) < 10:
        found = _select(db, "number = ? AND outcome != '' ORDER BY at DESC", (int(text),))
        return [one for one in found if one.root == root] or found
    if len(text) < _SHORTEST_ID or not text.isalnum():
        return []
    where = "id >= ? AND id < ? AND outcome != '' ORDER BY id DESC LIMIT 6"
    return _select(db, where, (text, text + "~"))


def _select(db: sqlite3.Connection, where: str, values: Sequence[Any]) -> list[Judged]:
    columns = ", ".join(Judged._fields)
    rows = db.execute(f"SELECT {columns} FROM verdict WHERE {where}", values)
    return [(one := Judged(*row)).replace(dirty=bool(one.dirty)) for row in rows]


# --- keeping the table in step -----------------------------------------------------------


def _collected(
    db: sqlite3.Connection, stream: str, _position: int, at: float, e: events.EvidenceCollected
) -> None:
    row = Judged(
        id=stream,
        number=e.number,
        at=at,
        outcome="",
        sha=e.sha,
        branch=e.branch,
        dirty=e.dirty,
        repository=e.repository,
        root=e.root,
        run=e.run,
        evidence=e.digest,
        inputs="",
        reason="",
    )
    marks = ",".join("?" * len(Judged._fields))
    db.execute(
        f"INSERT OR REPLACE INTO verdict ({', '.join(Judged._fields)}) VALUES ({marks})",
        tuple(row.to_dict().values()),
    )


def _reached(
    db: sqlite3.Connection, stream: str, _position: int, at: float, e: events.VerdictReached
) -> None:
    db.execute(
        "UPDATE verdict SET outcome = ?, at = ?, inputs = ?, reason = ? WHERE id = ?",
        (e.outcome, at, e.inputs, e.reason, stream),
    )


BY_KIND: dict[str, Apply] = {
    "evidence.collected": _collected,
    "verdict.reached": _reached,
}
