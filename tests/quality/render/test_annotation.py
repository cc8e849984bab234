from __future__ import annotations

from msgspec.structs import replace

from headway.quality.new_code import ChangedCoverage
from headway.quality.render import annotation
from headway.verdict import Result

from . import made


def test_each_gate_then_its_findings() -> None:
    evidence = made.everything()
    print_ = evidence.findings[1].fingerprint
    failed = replace(made.FAILED, gate="lint.errors", findings=(print_,), message="1 lint error")
    lines = annotation.commands(made.verdict(failed, made.TOLD), evidence)
    assert lines == [
        "::error title=lint.errors::1 lint error",
        "::warning title=tests.flaky::1 test is flaky",
        "::error file=src/cart.py,line=3,title=F401 (medium%2C ruff)::unused import",
    ]


def test_failed_tests_at_their_lines() -> None:
    failed = Result(gate="tests.failed", outcome="failed", message="1 test failed")
    lines = annotation.commands(made.verdict(failed), made.everything())
    assert lines[1] == "::error file=t.py,line=9,title=test_tax::AssertionError: 3 != 4"


def test_changed_lines_that_nothing_runs() -> None:
    failed = replace(made.FAILED, gate="coverage.changed")
    changed = ChangedCoverage(total=9, hit=6, missing={"src/cart.py": (4, 5, 9)})
    lines = annotation.commands(made.verdict(failed), made.everything(), changed)
    assert lines[1] == (
        "::error file=src/cart.py,line=4,title=coverage.changed::"
        "no test runs the changed lines 4-5, 9"
    )


def test_ten_of_each_level() -> None:
    results = [replace(made.FAILED, gate=f"rules.{n}") for n in range(15)]
    told = [replace(made.TOLD, gate=f"ratchets.{n}") for n in range(15)]
    lines = annotation.commands(made.verdict(*told, *results), made.everything())
    assert [line.split(" ")[0] for line in lines] == ["::error"] * 10 + ["::warning"] * 10


def test_text_cannot_end_the_command() -> None:
    line = annotation.command("error", "a\n::error::b%", title="x,y:z\n", file="a:b,c", line=2)
    assert line == "::error file=a%3Ab%2Cc,line=2,title=x%2Cy%3Az%0A::a%0A::error::b%25"
