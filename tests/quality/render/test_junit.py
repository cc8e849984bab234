"""The gates as JUnit XML, read back by our own reader."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from headway.quality.formats import read_report
from headway.quality.render import junit

from . import made


def test_outcomes(tmp_path: Path) -> None:
    file = tmp_path / "gates.xml"
    file.write_text(junit.xml(made.verdict()))
    report = read_report(str(file))
    assert {case.name: case.outcome for case in report.tests} == {
        "coverage.min": "failed",
        "vulnerabilities.high": "error",
        "tests.flaky": "skipped",
        "lint.errors": "passed",
    }


def test_a_failure_says_why_and_where() -> None:
    root = ElementTree.fromstring(junit.xml(made.verdict()))
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.get("message") == made.FAILED.message
    assert failure.text == (
        f"{made.FAILED.message}\nsrc/cart.py:9 is not run\ntest what is missing"
    )


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_gives_well_formed_xml(text: str) -> None:
    result = replace(made.FAILED, gate=text, message=text, hint=text, details=(text,))
    root = ElementTree.fromstring(junit.xml(made.verdict(result)).encode())
    assert len(list(root.iter("testcase"))) == 1
