"""`headway gate`: reports become evidence, evidence a verdict, and both are journaled."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from headway import home
from headway.app import baseline as comparing
from headway.app import evidence as collecting
from headway.app import evidence_store
from headway.app import reports as finding
from headway.app.baseline import NONE, Base
from headway.app.evidence import Tree
from headway.app.reports import Found
from headway.clients import git
from headway.errors import HeadwayError, InvalidFile, UsageError
from headway.journal import Journal, JournalError, verdicts
from headway.journal.ids import new_id
from headway.journal.runs import Run
from headway.quality import evidence as records
from headway.quality import judge as judging
from headway.quality.evidence import Evidence
from headway.quality.judge import NO_HISTORY, Inputs
from headway.quality.new_code import Diff
from headway.quality.settings import Gates, Quarantine, Waiver, digest
from headway.verdict import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.config.model import Config

Warn = Callable[[str], None]


class Rules(Struct, frozen=True, kw_only=True):
    """What headway.yaml says about evidence."""

    gates: Gates = Gates()
    waivers: tuple[Waiver, ...] = ()
    quarantine: tuple[Quarantine, ...] = ()


class Request(Struct, frozen=True, kw_only=True):
    """One verdict that is wished for. `reports` empty: those in the usual places."""

    reports: tuple[str, ...] = ()
    base: str = ""  # a revision; "": what this commit is likely to be merged into
    baseline: str = ""  # a file of evidence, instead of the journal's
    run: str = ""  # number, id or latest: with the artifacts of this run
    rules: Rules = Rules()


class Judgement(Struct, frozen=True, kw_only=True):
    """A verdict with all that was looked at. `number` is what people call it, 0 for none."""

    id: str
    number: int
    verdict: Verdict
    evidence: Evidence
    baseline: Evidence | None
    diff: Diff | None
    inputs: Inputs
    base: Base = NONE
    ignored: tuple[str, ...] = ()
    run: str = ""  # label of the run whose artifacts were read

    @property
    def label(self) -> str:
        return str(self.number) if self.number else self.id


class Replay(Struct, frozen=True, kw_only=True):
    """A judgement made again from what the journal kept, and whether it is the same."""

    judgement: Judgement
    recorded: Verdict
    same: bool


def rules(root: str, file: str = "") -> Rules:
    """From headway.yaml, or another file. Raises InvalidFile with every mistake in it."""
    from headway import config

    if not file and config.find(root) is None:
        return Rules()
    loaded = _named(file) if file else config.load(root)
    return Rules(gates=loaded.gates, waivers=loaded.waivers, quarantine=loaded.quarantine)


def _named(file: str) -> Config:
    from headway import config
    from headway.config import loading

    folder, name = os.path.split(file)
    found, problems = loading.read(config.read_bytes(folder or ".", name), file)
    if problems:
        raise InvalidFile(problems, found.sources)
    return found


def gate(
    request: Request,
    tree: Tree,
    warn: Warn,
    *,
    now: float | None = None,
    given: Found | None = None,
) -> Judgement:
    """Collects, compares, judges and journals. `warn` gets sentences for people.

    `given` are reports that have been read already; no others are looked for then.

    Raises HeadwayError: a revision, run or file that isn't there.
    """
    now = time.time() if now is None else now
    journal = _journal(warn)
    repository = tree.repository
    if repository is not None:
        git.anticipate(repository.root)
    found, run = _found(request, tree, journal, warn) if given is None else (given, None)
    if not found.reports and not found.errors and not request.reports:
        warn("no report was found: give their names, or let tools write into .headway/reports")
    made = collecting.build(found.reports, found.errors, tree, now=now)
    compared: Evidence | None = None
    against, base, change, earlier = "", NONE, None, NO_HISTORY
    if repository is not None and repository.sha:
        dirty = made.commit.dirty
        base = comparing.find(repository, request.base, dirty=dirty)
        change = comparing.diff(repository, base, dirty=dirty)
        earlier = comparing.earlier(journal, made, repository.slug)
        if not request.baseline:
            compared, against = comparing.evidence(journal, repository, base, warn)
    if request.baseline:
        compared = comparing.from_file(request.baseline)
        against = evidence_store.put(records.encode(compared))
    inputs = Inputs(
        evidence=evidence_store.put(records.encode(made)),
        today=datetime.fromtimestamp(now, UTC).date(),
        baseline=against,
        gates=request.rules.gates,
        waivers=request.rules.waivers,
        quarantine=request.rules.quarantine,
        diff=change,
        history=earlier,
    )
    verdict = _judged(inputs, made, compared)
    number = _number(journal, tree, warn)
    judgement = Judgement(
        id=new_id(now),
        number=number,
        verdict=verdict,
        evidence=made,
        baseline=compared,
        diff=change,
        inputs=inputs,
        base=base,
        ignored=found.ignored,
        run=run.label if run else "",
    )
    _record(journal, judgement, inputs, tree, run.id if run else "", now, warn)
    return judgement


def _judged(inputs: Inputs, made: Evidence, compared: Evidence | None) -> Verdict:
    verdict = judging.judge(
        made,
        inputs.gates,
        today=inputs.today,
        waivers=inputs.waivers,
        quarantine=inputs.quarantine,
        baseline=compared,
        diff=inputs.diff,
        history=inputs.history,
    )
    return msgspec.structs.replace(
        verdict,
        sha=made.commit.sha,
        evidence=inputs.evidence,
        baseline=inputs.baseline,
        when=made.when,
    )


# --- the reports -------------------------------------------------------------------------


def _found(
    request: Request, tree: Tree, journal: Journal | None, warn: Warn
) -> tuple[Found, Run | None]:
    """The reports that are named, or the usual ones, and those of a run."""
    run = _run(request, tree, journal)
    kept = finding.of_run(journal, run) if journal is not None and run is not None else Found()
    if request.run and run is not None and not kept.reports and not kept.errors:
        raise UsageError(
            f"run {run.label} left no reports",
            hint="let a job upload them: uses: actions/upload-artifact",
        )
    if request.reports:
        return finding.together(kept, finding.read_named(request.reports)), run
    if request.run:
        return kept, run
    paths = finding.usual(tree.root, tree.repository is not None)
    if kept.reports and run is not None:
        old = finding.older(tree.root, paths, run.started)
        if old:
            warn(f"older than run {run.label}, left out: {', '.join(old[:5])}")
        paths = [path for path in paths if path not in old]
    _doubt(tree, paths, warn)
    found = finding.together(kept, finding.read_usual(tree.root, paths))
    return found, run if kept.reports or kept.errors else None


def _doubt(tree: Tree, paths: list[str], warn: Warn) -> None:
    """A report that is older than the code may be about what was there before."""
    moment, changed = tree.last_change(frozenset(paths))
    old = finding.older(tree.root, paths, moment)
    if old:
        names = ", ".join(old[:3]) + (f" and {len(old) - 3} more" if len(old) > 3 else "")
        warn(f"older than {changed}, and perhaps about something else: {names}")


def _run(request: Request, tree: Tree, journal: Journal | None) -> Run | None:
    """The run that is asked for, else, with no report named, the last of this very commit."""
    if journal is None:
        return None
    if request.run:
        return journal.find_run(request.run, tree.root)
    if request.reports or os.environ.get("GITHUB_ACTIONS") or tree.repository is None:
        return None
    commit = tree.commit()
    if commit.dirty or not commit.sha:
        return None
    ended = (run for run in journal.runs(root=tree.root, limit=50) if not run.active)
    return next((run for run in ended if run.sha == commit.sha and not run.dirty), None)


# --- the journal -------------------------------------------------------------------------


def _journal(warn: Warn) -> Journal | None:
    try:
        journal = Journal.open(home.journal())
        journal.query(lambda db: verdicts.select(db, limit=0))
        return journal
    except JournalError as error:
        warn(f"{error.message}: the verdict is not recorded ({error.hint})")
        return None


def _number(journal: Journal | None, tree: Tree, warn: Warn) -> int:
    try:
        return journal.reserve(f"verdict {tree.root}") if journal is not None else 0
    except JournalError as error:
        warn(f"{error.message}: the verdict is not recorded ({error.hint})")
        return 0


def _record(
    journal: Journal | None,
    judgement: Judgement,
    inputs: Inputs,
    tree: Tree,
    run: str,
    now: float,
    warn: Warn,
) -> None:
    from headway.events.quality import EvidenceCollected, VerdictReached
    from headway.quality.render.words import conclusion

    if journal is None:
        return
    commit, verdict = judgement.evidence.commit, judgement.verdict
    collected = EvidenceCollected(
        digest=inputs.evidence,
        sha=commit.sha,
        branch=commit.branch,
        dirty=commit.dirty,
        repository=tree.repository.slug if tree.repository else "",
        root=tree.root,
        run=run,
        measures=judgement.evidence.measures,
        number=judgement.number,
    )
    reached = VerdictReached(
        outcome=verdict.outcome,
        evidence=inputs.evidence,
        settings=digest(inputs.gates),
        baseline=inputs.baseline,
        verdict=plain(verdict),
        inputs=evidence_store.put(judging.encode(inputs)),
        reason=conclusion(verdict),
    )
    try:
        journal.append(judgement.id, [collected, reached], now)
    except JournalError as error:
        warn(f"{error.message}: the verdict is not recorded ({error.hint})")


def plain(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON values."""
    made: dict[str, Any] = msgspec.to_builtins(verdict)
    return made


# --- again -------------------------------------------------------------------------------


def replay(text: str, tree: Tree) -> Replay:
    """Judges again what an earlier verdict was about; by its number, id, or `latest`.

    Raises UsageError when there is no such verdict, HeadwayError when what it was made of is
    no longer there, or isn't what was written.
    """
    journal = open_journal()
    row = journal.query(lambda db: verdicts.find(db, text, tree.root))
    broken = journal.verify(row.id)
    if broken is not None:
        raise HeadwayError(f"the journal of verdict {row.label} was changed: {broken.reason}")
    was = recorded(journal, row)
    inputs = judging.decode(evidence_store.get(row.inputs))
    made = records.decode(evidence_store.get(inputs.evidence))
    compared = records.decode(evidence_store.get(inputs.baseline)) if inputs.baseline else None
    again = _judged(inputs, made, compared)
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
    root = "" if everywhere else tree.root
    return Journal.open(path).query(lambda db: verdicts.select(db, root=root, limit=limit))


def open_journal() -> Journal:
    """Raises UsageError when nothing was ever recorded."""
    path = home.journal()
    if not os.path.exists(path):
        raise UsageError("no verdict was reached here yet", hint="start with: headway gate")
    return Journal.open(path)


# --- what outputs need -------------------------------------------------------------------


def saved(made: Evidence, packed: bool) -> bytes:
    """Evidence as `--baseline` takes it."""
    data = records.encode(made)
    if packed:
        import gzip

        return gzip.compress(data, 6, mtime=0)
    return data


def waived(judgement: Judgement) -> dict[str, str]:
    """The reason for each finding (by fingerprint) that a waiver covers on that day."""
    from headway.quality.waiver import Waivers

    waivers = Waivers(judgement.inputs.waivers, judgement.inputs.today)
    if not waivers.active:
        return {}
    found = ((one.fingerprint, waivers.of(one)) for one in judgement.evidence.findings)
    return {name: waiver.reason for name, waiver in found if waiver is not None}
