"""What a gate answers with: the limits, the evidence for them, the sentences.

A gate is a module of `headway.quality.gates` with `judge(case) -> Iterator[Result]`. It yields
nothing where it doesn't apply. The rules that all share are here:

- over a limit is failed, however little was looked at;
- within it, without a report that would know: failed where headway.yaml writes the limit,
  else not judged;
- within it, with a report that is incomplete: inconclusive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from headway.quality.case import Case, Sources
from headway.quality.report import Complexity, Finding
from headway.quality.settings import DEFAULTS, Section, Subject
from headway.quality.subject import HINTS
from headway.quality.words import bound, distance, listed, quantity
from headway.verdict import Outcome, Result

TOP = 10  # findings and details that a result names
EPSILON = 1e-9  # a share of lines is a division


class Gate(Protocol):
    """A module of the register. Pure; the same case gives the same results in the same order."""

    def judge(self, case: Case) -> Iterator[Result]: ...


class Limit(Struct, frozen=True):
    """A limit that applies. `written` says that headway.yaml has it, not a default."""

    gate: str
    value: float
    blocking: bool
    written: bool
    required: bool  # without a report it fails


def limit(case: Case, gate: str, written: object, section: Section) -> Limit | None:
    """The limit of a key, None when it is off or nobody set it."""
    if written == "off":
        return None
    default = DEFAULTS.get(gate)
    if isinstance(written, (int, float)):
        value, blocks = float(written), True
    elif default is not None:
        value, blocks = default.limit, default.blocking
    else:
        return None
    return Limit(
        gate=gate,
        value=value,
        blocking=blocking(case, gate, section.blocking, blocks),
        written=written is not None,
        required=written is not None and section.required is not False,
    )


def blocking(case: Case, gate: str, said: bool | None, default: bool = True) -> bool:
    if any(fnmatchcase(gate, name) for name in case.gates.report_only):
        return False
    return default if said is None else said


class Answer(Struct, frozen=True, kw_only=True):
    """What a gate knows before it is judged: the value, where it comes from, what it is about."""

    limit: Limit
    subject: Subject
    sources: Sources
    value: float | None
    measure: str = ""
    unit: str = ""
    hint: str = ""
    findings: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


def answer(
    case: Case,
    limit: Limit,
    subject: Subject,
    value: float | None,
    *,
    measure: str = "",
    unit: str = "",
    hint: str = "",
    findings: Sequence[Finding] = (),
    details: Sequence[str] = (),
) -> Answer:
    lines = details or [line(finding) for finding in findings[:TOP]]
    return Answer(
        limit=limit,
        subject=subject,
        sources=case.sources(subject),
        value=value,
        measure=measure,
        unit=unit,
        hint=hint,
        findings=tuple(finding.fingerprint for finding in findings[:TOP]),
        details=tuple(lines[:TOP]),
    )


def at_most(found: Answer, *, over: str, within: str) -> Iterator[Result]:
    """For measures that grow with what is found: `over` and `within` are the sentences."""
    value, most = found.value, found.limit.value
    if value is not None and value > most + EPSILON:
        yield _result(found, "failed", over, "at most")
    elif value is None or not found.sources.reports:
        yield from no_evidence(found, "at most")
    elif found.sources.incomplete:
        yield incomplete(found, "at most", within)
    else:
        yield _result(found, "passed", within, "at most")


def at_least(found: Answer, *, under: str, within: str) -> Iterator[Result]:
    """For measures that more reports can only raise; an incomplete one decides nothing."""
    value, least = found.value, found.limit.value
    if value is None or not found.sources.reports:
        yield from no_evidence(found, "at least")
    elif found.sources.incomplete:
        yield incomplete(found, "at least", within if value + EPSILON >= least else under)
    elif value + EPSILON < least:
        yield _result(found, "failed", under, "at least")
    else:
        yield _result(found, "passed", within, "at least")


def falling(found: Answer, *, under: str, within: str) -> Iterator[Result]:
    """For scores, which fall with what is found: under the limit is failed at once."""
    value = found.value
    if value is not None and value + EPSILON < found.limit.value:
        yield _result(found, "failed", under, "at least")
    else:
        yield from at_least(found, under=under, within=within)


def compared(
    name: str, value: float | None, least: float, unit: str, difference: str = ""
) -> tuple[str, str]:
    """(under, within): `coverage is 78.4 %, 1.6 points under the minimum of 80 %`."""
    if value is None:
        return "", ""
    now, there = quantity(value, unit, least), bound(least, unit)
    gap = distance(abs(value - least), difference or unit)
    under = f"{name} is {now}, {gap} under the minimum of {there}"
    if abs(value - least) < EPSILON:
        return under, f"{name} is {now}, exactly the minimum"
    return under, f"{name} is {now}, {gap} above the minimum of {there}"


def capped(name: str, value: float | None, most: float, unit: str) -> tuple[str, str]:
    """(over, within): `duplication is 4.2 %, 1.2 points over the maximum of 3 %`."""
    if value is None:
        return "", ""
    now, there = quantity(value, unit, most), bound(most, unit)
    over = f"{name} is {now}, {distance(abs(value - most), unit)} over the maximum of {there}"
    if abs(value - most) < EPSILON:
        return over, f"{name} is {now}, exactly the maximum"
    return over, f"{name} is {now}, within the maximum of {there}"


def no_evidence(found: Answer, comparison: str) -> Iterator[Result]:
    """Failed where headway.yaml writes the limit; a default is then not judged."""
    looked = found.sources.reports
    if looked and found.sources.incomplete:
        yield incomplete(found, comparison, f"there is no {found.measure or found.subject} in it")
    elif found.limit.required:
        if looked:
            names = found.sources.names
            verb = "says" if len(names) == 1 else "say"
            what = found.measure or found.subject
            message = f"no evidence: {listed(names)} {verb} nothing of {what}"
        else:
            message = f"no evidence: there is no report of {SUBJECTS[found.subject]}"
        nothing = replace(found, value=None)  # that nothing was found is no count of 0
        yield _result(nothing, "failed", message, comparison, hint=HINTS[found.subject])


def incomplete(found: Answer, comparison: str, so_far: str) -> Result:
    first = found.sources.incomplete[0]
    reason = first.reason or "its tool could not finish"
    so_far = f"; so far, {so_far}" if so_far else ""
    message = f"{first.source or first.tool} is incomplete ({reason}){so_far}"
    hint = f"run {first.tool} again, where it can do all its work"
    return _result(found, "inconclusive", message, comparison, hint=hint)


SUBJECTS: dict[Subject, str] = {
    "tests": "tests",
    "coverage": "coverage",
    "lint": "a linter",
    "format": "a formatter",
    "types": "a type checker",
    "security": "a security scanner",
    "vulnerabilities": "known vulnerabilities",
    "secrets": "a secret scanner",
    "licenses": "licences (a bill of materials)",
    "complexity": "complexity",
    "duplication": "duplication",
    "performance": "a load test",
}


def _result(
    found: Answer, outcome: Outcome, message: str, comparison: str, *, hint: str = ""
) -> Result:
    value, least = found.value, comparison == "at least"
    gap = None
    if value is not None:
        gap = value - found.limit.value if least else found.limit.value - value
    troubled = outcome != "passed"
    return Result(
        gate=found.limit.gate,
        outcome=outcome,
        message=message,
        blocking=found.limit.blocking,
        measure=found.measure,
        value=value,
        comparison="at least" if least else "at most",
        limit=found.limit.value,
        margin=None if gap is None else round(gap, 9),
        unit=found.unit,
        hint=hint or (found.hint if troubled else ""),
        reports=found.sources.names,
        findings=found.findings if troubled else (),
        details=found.details if troubled else (),
    )


def line(finding: Finding) -> str:
    """`src/shop/cart.py:12 F401 unused import`; a package instead of a file where there is one."""
    where = place(finding)
    if finding.package:
        where = f"{finding.package} {finding.version}".strip()
    message = " ".join(finding.message.split())
    text = " ".join(part for part in (where, finding.rule, message) if part)
    fixed = f" (fixed in {finding.fixed_version})" if finding.fixed_version else ""
    return (text if len(text) <= 160 else text[:159] + "…") + fixed


def place(at: Finding | Complexity) -> str:
    """`src/shop/cart.py:12`, without the line where it isn't known."""
    return f"{at.file}:{at.line}" if at.line else at.file


def stated(
    gate: str,
    outcome: Outcome,
    message: str,
    *,
    blocking: bool,
    hint: str = "",
    reports: Iterable[str] = (),
    details: Iterable[str] = (),
    findings: Iterable[str] = (),
) -> Result:
    """A result without a measure."""
    return Result(
        gate=gate,
        outcome=outcome,
        message=message,
        blocking=blocking,
        hint=hint,
        reports=tuple(reports),
        details=tuple(details)[:TOP],
        findings=tuple(findings)[:TOP],
    )
