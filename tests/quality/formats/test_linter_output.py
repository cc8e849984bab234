"""Places and messages of linters, formatters and type checkers, in each of their outputs."""

from __future__ import annotations

import pytest

from headway.quality.formats import detect, read
from headway.quality.reading.source import Source
from headway.quality.report import Finding

from .findings import report


def found(path: str, rule: str) -> Finding:
    return next(f for f in report(path).findings if f.rule == rule)


def places(path: str) -> list[tuple[str, str, int]]:
    return sorted((f.rule, f.file.removeprefix("/repo/"), f.line) for f in report(path).findings)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ruff-0.17.5/ruff.json", "ruff-0.17.5/ruff.txt"),
        ("ruff-0.17.5/ruff.json", "ruff-0.17.5/ruff-concise.txt"),
        ("ruff-0.17.5/ruff.json", "ruff-0.17.5/ruff.jsonl"),
        ("ruff-0.17.5/broken.json", "ruff-0.17.5/broken.txt"),
        ("pylint-4.1.4/pylint.json", "pylint-4.1.4/pylint.txt"),
        ("pylint-4.1.4/pylint.json", "pylint-4.1.4/pylint2.json"),
        ("mypy-2.4.1/mypy.jsonl", "mypy-2.4.1/mypy.txt"),
        ("mypy-2.4.1/mypy.jsonl", "mypy-2.4.1/columns.txt"),
        ("mypy-2.4.1/mypy.jsonl", "mypy-2.4.1/pretty.txt"),
        ("tsc-5.9.3/tsc.txt", "tsc-5.9.3/pretty.txt"),
        ("tsc-7.0.2/tsc.txt", "tsc-5.9.3/tsc.txt"),
    ],
)
def test_outputs_of_one_tool_say_the_same(first: str, second: str) -> None:
    assert places(first) == places(second)


@pytest.mark.parametrize(
    ("path", "rule", "place"),
    [
        ("flake8-7.5.0/flake8.txt", "F821", ("app/orders.py", 31, 20)),
        ("ruff-0.17.5/ruff.txt", "F821", ("app/orders.py", 31, 20)),
        ("ruff-0.17.5/ruff-concise.txt", "F821", ("app/orders.py", 31, 20)),
        ("pylint-4.1.4/pylint.txt", "E0602", ("app/orders.py", 31, 20)),
        ("pylint-4.1.4/pylint.json", "E0602", ("app/orders.py", 31, 20)),
        ("mypy-2.4.1/columns.txt", "name-defined", ("app/orders.py", 31, 20)),
        ("mypy-2.4.1/mypy.jsonl", "name-defined", ("app/orders.py", 31, 20)),
        (
            "pyright-1.1.414/pyright.json",
            "reportUndefinedVariable",
            ("app/orders.py", 31, 20),
        ),
        ("tsc-7.0.2/pretty.txt", "TS2551", ("src/cart.ts", 5, 52)),
        ("eslint-10.15.0/eslint.json", "no-eval", ("web/src/cart.js", 6, 10)),
    ],
)
def test_lines_and_columns_count_from_one_in_every_tool(
    path: str, rule: str, place: tuple[str, int, int]
) -> None:
    one = found(path, rule)
    assert (one.file.removeprefix("/repo/"), one.line, one.column) == place


def test_pretty_output_is_put_together_again() -> None:
    one = found("mypy-2.4.1/pretty.txt", "return-value")
    assert one.message == 'Incompatible return value type (got "str", expected "int")'


def test_flake8_bandit_s_rules_are_about_security() -> None:
    assert found("ruff-0.17.5/ruff.json", "S602").category == "security"
    assert found("ruff-0.17.5/ruff.json", "E501").category == "lint"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a.py:1:1: F401 'os' imported but unused\n", "flake8"),
        ("a.py:1:1: E501 line too long (98 > 79 characters)\n", "flake8"),
        ("a.py:1:1: F401 [*] `os` imported but unused\n", "ruff-text"),
        ("a.py:1:1: E501 Line too long (98 > 88)\nFound 1 error.\n", "ruff-text"),
        ("a.py:1:0: C0114: Missing module docstring (missing-module-docstring)\n", "pylint-text"),
        ("a.py:1: [C0114(missing-module-docstring), ] Missing docstring\n", "pylint-text"),
        ('a.py:1: error: Name "x" is not defined  [name-defined]\n', "mypy"),
        ("C:\\a.py:1: error: Missing return statement  [return]\n", "mypy"),
        ("a.ts(1,2): error TS2304: Cannot find name 'x'.\n", "typescript"),
        ("error: cannot format a.py: Cannot parse: 1:9: x\n", "black"),
        ("2 files would be left unchanged.\n", "black"),
        ("Checking formatting...\nAll matched files use Prettier code style!\n", "prettier"),
        ("[]\n", "empty-list"),
    ],
)
def test_outputs_that_look_alike_are_told_apart(text: str, name: str) -> None:
    form = detect(Source("output.txt", text.encode()))
    assert form is not None
    assert name == form.NAME
    read(Source("output.txt", text.encode()))


@pytest.mark.parametrize(
    "text", ["error: something else\n", "Found 3 errors.\n", "a.py: fine\n", "Traceback: none\n"]
)
def test_other_text_is_not_taken_for_a_report(text: str) -> None:
    assert detect(Source("output.txt", text.encode())) is None


def test_colours_and_windows_line_ends_don_t_matter() -> None:
    text = "\x1b[1ma.py\x1b[0m:1:1: F401 [*] `os` imported but unused\r\nFound 1 error.\r\n"
    (one,) = read(Source("output.txt", text.encode())).findings
    assert (one.file, one.message) == ("a.py", "`os` imported but unused")
