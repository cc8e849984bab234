"""Gates that count findings: no more than so many of a kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from headway.quality.case import Case
from headway.quality.gate import answer, at_most, limit
from headway.quality.report import Finding
from headway.quality.settings import BySeverity, Section, Subject
from headway.quality.severity import Severity
from headway.quality.words import be, listed, many, number
from headway.verdict import Result

SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")


def counted(
    case: Case,
    gate: str,
    written: object,
    section: Section,
    subject: Subject,
    findings: Sequence[Finding],
    noun: tuple[str, str],
    *,
    hint: str = "",
) -> Iterator[Result]:
    """The answer of a gate that allows so many findings."""
    most = limit(case, gate, written, section)
    if most is None:
        return
    found = answer(
        case,
        most,
        subject,
        len(findings),
        measure=gate.replace(".", " "),
        findings=findings,
        hint=hint or _hint(findings),
    )
    said = f"there {be(len(findings))} {many(len(findings), *noun)}"
    allowed = f", {number(most.value)} may be" if most.value else ""
    yield from at_most(found, over=said + allowed + _most_common(findings), within=said)


def by_severity(
    case: Case,
    section: BySeverity,
    name: str,
    subject: Subject,
    findings: Sequence[Finding],
    noun: tuple[str, str],
) -> Iterator[Result]:
    """`NAME.critical`, `NAME.high`, `NAME.medium`, `NAME.low`."""
    by: Mapping[Severity, list[Finding]] = {severity: [] for severity in (*SEVERITIES, "info")}
    for finding in findings:
        by[finding.severity].append(finding)
    for severity in SEVERITIES:
        written = getattr(section, severity)
        one, several = noun[0].format(severity), noun[1].format(severity)
        yield from counted(
            case, f"{name}.{severity}", written, section, subject, by[severity], (one, several)
        )


def _most_common(findings: Sequence[Finding]) -> str:
    """`: F401 (12), E711 (3)`, what is found most often first."""
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.rule] = counts.get(finding.rule, 0) + 1
    if not counts:
        return ""
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    names = [f"{rule} ({n})" if n > 1 else rule for rule, n in most]
    return ": " + listed(names)


def _hint(findings: Sequence[Finding]) -> str:
    fixes = [f for f in findings if f.package and f.fixed_version]
    if fixes:
        first = fixes[0]
        return f"upgrade {first.package} {first.version} to {first.fixed_version}".replace(
            "  ", " "
        )
    if findings:
        return "mend it, or add a waiver with a reason, an owner and an end date"
    return ""
