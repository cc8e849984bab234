"""The reports in `fixtures/`, recorded from the tools themselves by `record` and `recording/`."""

from __future__ import annotations

from pathlib import Path

from headway.quality.formats import read_report
from headway.quality.report import Report

FIXTURES = Path(__file__).parent / "fixtures"


def path(name: str) -> str:
    return str(FIXTURES / name)


def report(name: str) -> Report:
    return read_report(path(name))


def data(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def names() -> list[str]:
    """Every recorded report; `.expected` files hold what the tool says in its own table."""
    return sorted(
        str(file.relative_to(FIXTURES))
        for file in FIXTURES.rglob("*")
        if file.is_file() and file.suffix != ".expected"
    )
