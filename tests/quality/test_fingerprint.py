from __future__ import annotations

from msgspec.structs import replace

from headway.quality.fingerprint import fingerprinted, lines_from
from headway.quality.report import Finding


def finding(**changes: object) -> Finding:
    base = Finding(
        rule="F841",
        message="Local variable `x` is assigned to but never used",
        severity="low",
        category="lint",
        tool="ruff",
        file="src/a.py",
        line=3,
    )
    return replace(base, **changes)


def prints(*findings: Finding, source: str = "") -> list[str]:
    lines = source.splitlines()
    line_of = lines_from(lambda path: lines) if source else None
    return [one.fingerprint for one in fingerprinted(findings, line_of)]


BEFORE = "def f():\n\n    x = 1\n"


def test_it_survives_lines_moved_and_indented() -> None:
    after = '"""Now\nwith\na docstring."""\nclass A:\n    def f():\n        x = 1\n'
    assert prints(finding(), source=BEFORE) == prints(finding(line=6, column=9), source=after)


def test_it_does_not_survive_another_line_rule_or_file() -> None:
    kinds = {
        *prints(finding(), source=BEFORE),
        *prints(finding(), source=BEFORE.replace("x = 1", "x = 2")),
        *prints(finding(rule="F401"), source=BEFORE),
        *prints(finding(file="src/b.py"), source=BEFORE),
    }
    assert len(kinds) == 4


def test_without_the_source_what_the_report_quotes_counts() -> None:
    quoted = finding(context="    x = 1")
    assert prints(quoted) == prints(finding(), source=BEFORE)


def test_without_any_line_the_message_counts_but_not_its_numbers() -> None:
    complex_ = finding(rule="C901", message="`f` is too complex (16 > 10)")
    assert prints(complex_) == prints(replace(complex_, message="`f` is too complex (17 > 10)"))
    assert prints(complex_) != prints(replace(complex_, message="`g` is too complex (16 > 10)"))


def test_the_same_line_twice_is_two_findings_in_order() -> None:
    source = "x = 1\nx = 1\n"
    first, second = fingerprinted(
        [finding(line=2), finding(line=1)], lines_from(lambda path: source.splitlines())
    )
    assert (first.line, first.occurrence) == (1, 0)
    assert (second.line, second.occurrence) == (2, 1)
    assert first.fingerprint != second.fingerprint
    assert first.fingerprint in prints(finding(line=1), source="x = 1\n")


def test_the_line_of_a_secret_is_never_looked_at() -> None:
    secret = finding(category="secret", rule="aws-key", context="")

    def line_of(file: str, line: int) -> str:
        raise AssertionError

    assert fingerprinted([secret], line_of)[0].context == ""


def test_a_secret_is_its_hash_whatever_a_scanner_calls_it() -> None:
    one = finding(category="secret", rule="aws-access-token", context="ab12", line=3)
    assert prints(one) == prints(replace(one, rule="AWS Access Key", line=7, tool="trivy"))


def test_files_are_read_once() -> None:
    reads = []

    def read(path: str) -> list[str]:
        reads.append(path)
        return BEFORE.splitlines()

    line_of = lines_from(read)
    assert [line_of("a", 1), line_of("a", 3), line_of("a", 99), line_of("a", 0)] == [
        "def f():",
        "    x = 1",
        "",
        "",
    ]
    assert reads == ["a"]
