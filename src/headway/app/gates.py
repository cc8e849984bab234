"""`headway gate`: reports become evidence, evidence a verdict, and both are journaled."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from headway import home
from headway.app import baseline as comparing
from headway.app import evidence as collecting
from headway.app import evidence_keeping, evidence_store
from headway.app import reports as finding
from headway.app.baseline import NONE, Base
from headway.app.evidence import Tree
from headway.app.reports import Found
from headway.clients import git
from headway.errors import InvalidFile, UsageError
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
    from headway.events import Event

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
        if not base.sha and (shallow := git.shallow_hint(repository.root)):
            warn(f"nothing to compare with: {shallow}")
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
    verdict = judging.again(inputs, made, compared)
    root, run_id = _home(journal, tree, run)
    number = _number(journal, root, warn)
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
    slug = repository.slug if repository else ""
    if journal is not None:
        with _unrecorded(warn):
            journal.append(judgement.id, _events(judgement, slug, root, run_id), now)
            evidence_keeping.prune_daily(journal, now)
    return judgement


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
        return journal.find_run(request.run, tree.place)
    if request.reports or os.environ.get("GITHUB_ACTIONS") or tree.repository is None:
        return None
    commit = tree.commit()
    if commit.dirty or not commit.sha:
        return None
    ended = (run for run in journal.runs(root=tree.place, limit=50) if not run.active)
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


@contextlib.contextmanager
def _unrecorded(warn: Warn) -> Iterator[None]:
    """A journal that can't be written is no reason not to say the verdict."""
    try:
        yield
    except JournalError as error:
        warn(f"{error.message}: the verdict is not recorded ({error.hint})")


def _home(journal: Journal | None, tree: Tree, run: Run | None) -> tuple[str, str]:
    """The working tree that the verdict belongs to, and the run that it is about.

    In a job of `headway run` that is the tree that was run: the job's own copy goes with it.
    """
    jobs = os.path.join(os.path.realpath(home.state()), "work", "")
    if journal is not None and tree.root.startswith(jobs):
        around = journal.run(tree.root[len(jobs) :].split(os.sep)[0])
        if around is not None:
            return around.root, around.id
    return tree.place, run.id if run else ""


def _number(journal: Journal | None, root: str, warn: Warn) -> int:
    with _unrecorded(warn):
        return journal.reserve(f"verdict {root}") if journal is not None else 0
    return 0


def _events(judgement: Judgement, slug: str, root: str, run: str) -> list[Event]:
    from headway.events.quality import EvidenceCollected, VerdictReached
    from headway.quality.render.words import conclusion

    commit, verdict, inputs = judgement.evidence.commit, judgement.verdict, judgement.inputs
    collected = EvidenceCollected(
        digest=inputs.evidence,
        sha=commit.sha,
        branch=commit.branch,
        dirty=commit.dirty,
        repository=slug,
        root=root,
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
    return [collected, reached]


def plain(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON values."""
    made: dict[str, Any] = msgspec.to_builtins(verdict)
    return made


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
