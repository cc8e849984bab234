"""That there is evidence at all, that all of it could be read, and that what must be is there."""

from __future__ import annotations

from collections.abc import Iterator

from headway.quality.case import Case
from headway.quality.gate import SUBJECTS, blocking, stated
from headway.quality.subject import HINTS
from headway.quality.words import listed, many
from headway.verdict import Result


def judge(case: Case) -> Iterator[Result]:
    """`reports.any`, `reports.readable`, `reports.must_have`."""
    yield from _any(case)
    yield from _readable(case)
    yield from _must_have(case)


def _any(case: Case) -> Iterator[Result]:
    if not case.evidence.reports and not case.evidence.unreadable:
        yield stated(
            "reports.any",
            "failed",
            "no evidence: there is no report at all",
            blocking=True,
            hint="give the files, as `headway gate reports/*.xml`, or run `headway test`",
        )


def _readable(case: Case) -> Iterator[Result]:
    broken = case.evidence.unreadable
    if not broken:
        return
    said = case.gates.reports.blocking
    first = broken[0]
    message = f"can't be read: {first.message}"
    if len(broken) > 1:
        names = listed([one.source for one in broken])
        message = f"{many(len(broken), 'report')} can't be read: {names}"
    yield stated(
        "reports.readable",
        "failed",
        message,
        blocking=blocking(case, "reports.readable", said),
        hint=first.hint,
        reports=[one.source for one in broken],
        details=[one.message for one in broken] if len(broken) > 1 else (),
    )


def _must_have(case: Case) -> Iterator[Result]:
    wanted = dict.fromkeys(case.gates.reports.must_have)
    if not wanted:
        return
    blocks = blocking(case, "reports.must_have", case.gates.reports.blocking)
    missing = [subject for subject in sorted(wanted) if not case.sources(subject).reports]
    if missing:
        names = listed([SUBJECTS[subject] for subject in missing], most=len(missing))
        message = f"no evidence: there is no report of {names}"
        hint = HINTS[missing[0]]
        yield stated("reports.must_have", "failed", message, blocking=blocks, hint=hint)
        return
    found = [name for subject in sorted(wanted) for name in case.sources(subject).names]
    message = f"there are reports of {listed([SUBJECTS[s] for s in sorted(wanted)], len(wanted))}"
    yield stated(
        "reports.must_have",
        "passed",
        message,
        blocking=blocks,
        reports=sorted(set(found)),
    )
