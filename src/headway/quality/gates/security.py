"""Weaknesses in code, containers, infrastructure and the running application."""

from __future__ import annotations

from collections.abc import Iterator

from headway.quality.case import Case
from headway.quality.counting import by_severity
from headway.verdict import Result


def judge(case: Case) -> Iterator[Result]:
    """`security.critical`, `security.high`, `security.medium`, `security.low`."""
    found = case.of("security", "container", "iac", "dynamic")
    noun = ("{} security finding", "{} security findings")
    yield from by_severity(case, case.gates.security, "security", "security", found, noun)
