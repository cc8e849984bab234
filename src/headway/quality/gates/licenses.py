"""Licences of the parts that are used, from bills of materials and scanners."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headway.quality import license
from headway.quality.case import Case
from headway.quality.fingerprint import hashed
from headway.quality.gate import Limit, answer, at_most, blocking
from headway.quality.report import Component, Finding
from headway.quality.settings import Licenses
from headway.quality.words import listed, many
from headway.verdict import Result

NAMES: dict[license.Answer, str] = {
    "denied": "licenses.deny",
    "unlisted": "licenses.allow",
    "unknown": "licenses.unknown",
}
SAID: dict[license.Answer, tuple[str, str]] = {
    "denied": ("part has a denied licence", "parts have a denied licence"),
    "unlisted": (
        "part has a licence that isn't allowed",
        "parts have a licence that isn't allowed",
    ),
    "unknown": ("part has no known licence", "parts have no known licence"),
}
HINTS: dict[license.Answer, str] = {
    "denied": "use another part, or add a waiver for the package with a reason",
    "unlisted": "add the licence to `allow`, or use another part",
    "unknown": "look the licence up and add a waiver for the package, or set `unknown: allow`",
}


def judge(case: Case) -> Iterator[Result]:
    """`licenses.deny`, `licenses.allow`, `licenses.unknown`: those that settings ask for."""
    section = case.gates.licenses
    if not (section.allow or section.deny or section.unknown == "deny"):
        return
    found: dict[license.Answer, list[Finding]] = {name: [] for name in NAMES}
    for part in case.evidence.components:
        said = license.judge(part.licenses, section.allow, section.deny)
        if said in found:
            found[said].append(_finding(NAMES[said], part))
    for finding in case.of("license"):
        said = license.judge([finding.rule], section.allow, section.deny)
        if said in found and said != "unknown":
            found[said].append(finding)
    for kind in _asked(section):
        yield from _judge(case, kind, found[kind])


def _asked(section: Licenses) -> Iterator[license.Answer]:
    if section.deny:
        yield "denied"
    if section.allow:
        yield "unlisted"
    if (section.unknown or ("deny" if section.allow else "allow")) == "deny":
        yield "unknown"


def _judge(case: Case, kind: license.Answer, found: Sequence[Finding]) -> Iterator[Result]:
    section = case.gates.licenses
    gate = NAMES[kind]
    unique = {(f.package, f.version, f.rule): f for f in case.unwaived(found, gate)}
    left = [unique[key] for key in sorted(unique)]
    most = Limit(
        gate=gate,
        value=0,
        blocking=blocking(case, gate, section.blocking),
        written=True,
        required=section.required is not False,
    )
    given = answer(
        case,
        most,
        "licenses",
        len(left),
        measure="parts",
        hint=HINTS[kind],
        findings=left,
        details=[f"{f.package} {f.version} {f.message}".replace("  ", " ") for f in left],
    )
    names = listed([finding.package for finding in left])
    over = f"{many(len(left), *SAID[kind])}: {names}"
    yield from at_most(given, over=over, within=many(0, *SAID[kind]).replace("have", "has", 1))


def _finding(gate: str, part: Component) -> Finding:
    """As a finding, so that it can be waived by package, and be named."""
    licenses = " AND ".join(part.licenses) or "no licence"
    return Finding(
        rule=licenses,
        message=licenses,
        severity="medium",
        category="license",
        tool="headway",
        package=part.name,
        version=part.version,
        fingerprint=hashed(gate, part.name, licenses),
    )
