"""Problem matchers find problems in lines of output."""

import json

import pytest

from headway.runner.matcher import MatcherError, read_matchers

ESLINT = {
    "owner": "eslint-stylish",
    "pattern": [
        {"regexp": r"^([^\s].*)$", "file": 1},
        {
            "regexp": r"^\s+(\d+):(\d+)\s+(error|warning)\s+(.*?)\s\s+(.*)$",
            "line": 1,
            "column": 2,
            "severity": 3,
            "message": 4,
            "code": 5,
            "loop": True,
        },
    ],
}
PYTHON = {
    "owner": "python",
    "severity": "warning",
    "pattern": [{"regexp": r'^File "(?<file>[^"]+)", line (\d+)$', "file": 1, "line": 2}],
}


def matcher(config):
    return read_matchers(json.dumps({"problemMatcher": [config]}))[0]


def test_one_line():
    found = matcher(PYTHON).feed('\x1b[31mFile "a.py", line 7\x1b[0m')
    assert (found.file, found.line, found.severity) == ("a.py", "7", "warning")


def test_several_lines_with_a_loop():
    eslint = matcher(ESLINT)
    assert eslint.feed("src/a.js") is None
    first = eslint.feed("  1:2  error  Missing semicolon  semi")
    second = eslint.feed("  3:4  warning  Unused x  no-unused")
    assert (first.file, first.line, first.severity, first.code) == (
        "src/a.js",
        "1",
        "error",
        "semi",
    )
    assert (second.file, second.line, second.message) == ("src/a.js", "3", "Unused x")
    assert eslint.feed("") is None
    assert eslint.feed("  5:6  error  after the break  x") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "problemMatcher"),
        ('{"problemMatcher": [{"pattern": []}]}', "owner"),
        ('{"problemMatcher": [{"owner": "x"}]}', "patterns"),
        ('{"problemMatcher": [{"owner": "x", "pattern": [{"regexp": "("}]}]}', "regexp"),
    ],
)
def test_what_is_no_matcher(text, message):
    with pytest.raises(MatcherError, match=message):
        read_matchers(text)
