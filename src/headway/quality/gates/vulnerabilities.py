"""Known vulnerabilities of packages."""

from __future__ import annotations

from collections.abc import Iterator

from headway.quality.case import Case
from headway.quality.counting import by_severity
from headway.verdict import Result


def judge(case: Case) -> Iterator[Result]:
    """`vulnerabilities.critical`, `.high`, `.medium`, `.low`."""
    section = case.gates.vulnerabilities
    found = case.of("dependency")
    if section.ignore_unfixed:
        found = [one for one in found if one.fixed_version]
    noun = ("{} vulnerability", "{} vulnerabilities")
    yield from by_severity(case, section, "vulnerabilities", "vulnerabilities", found, noun)
