"""Verdicts that the journal has: listed, read, and judged again."""

from __future__ import annotations

import os

import msgspec
from msgspec import Struct

from headway import home
from headway.app import evidence_store
from headway.app.baseline import Base
from headway.app.evidence import Tree
from headway.app.gates import Judgement, plain
from headway.errors import HeadwayError, UsageError
from headway.journal import Journal, verdicts
from headway.quality import evidence as records
from headway.quality import judge as judging
from headway.verdict import Verdict


class Replay(Struct, frozen=True, kw_only=True):
    """A judgement made again from what the journal kept, and whether it is the same."""

    judgement: Judgement
    recorded: Verdict
    same: bool


def replay(text: str, tree: Tree) -> Replay:
    """Judges again what an earlier verdict was about; by its number, id, or `latest`.

    Raises UsageError when there is no such verdict, HeadwayError when what it was made of is
    no longer there, or isn't what was written.
    """
    journal = open_journal()
    row = journal.query(lambda db: verdicts.find(db, text, tree.place))
    broken = journal.verify(row.id)
    if broken is not None:
        raise HeadwayError(f"the journal of verdict {row.label} was changed: {broken.reason}")
    was = recorded(journal, row)
    inputs = judging.decode(evidence_store.get(row.inputs))
    made = records.decode(evidence_store.get(inputs.evidence))
    compared = records.decode(evidence_store.get(inputs.baseline)) if inputs.baseline else None
    again = judging.again(inputs, made, compared)
    judgement = Judgement(
        id=row.id,
        number=row.number,
        verdict=again,
        evidence=made,
        baseline=compared,
        diff=inputs.diff,
        inputs=inputs,
        base=Base(sha=inputs.diff.base if inputs.diff else ""),
    )
    return Replay(judgement=judgement, recorded=was, same=plain(again) == plain(was))


def recorded(journal: Journal, row: verdicts.Judged) -> Verdict:
    """A verdict as it was written down."""
    from headway.events.quality import VerdictReached

    for record in journal.read(row.id):
        if isinstance(record.event, VerdictReached):
            return msgspec.convert(record.event.verdict, Verdict)
    raise HeadwayError(f"the journal has no verdict {row.label}")


def earlier(tree: Tree, limit: int, everywhere: bool = False) -> list[verdicts.Judged]:
    """Verdicts on this working tree, or on all, the newest first."""
    path = home.journal()
    if not os.path.exists(path):
        return []
    root = "" if everywhere else tree.place
    return Journal.open(path).query(lambda db: verdicts.select(db, root=root, limit=limit))


def open_journal() -> Journal:
    """Raises UsageError when nothing was ever recorded."""
    path = home.journal()
    if not os.path.exists(path):
        raise UsageError("no verdict was reached here yet", hint="start with: headway gate")
    return Journal.open(path)
