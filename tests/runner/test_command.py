"""Workflow commands and the files that steps write."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.runner.command import (
    Command,
    CommandError,
    parse_command,
    parse_pairs,
    protected,
)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("::group::Install", Command("group", "Install")),
        ("  ::endgroup::", Command("endgroup", "")),
        ("::ERROR::loud", Command("error", "loud")),
        (
            "::error file=a.py,line=3,title=Bad%3A thing%2C really::first%0Asecond 100%25",
            Command(
                "error",
                "first\nsecond 100%",
                {"file": "a.py", "line": "3", "title": "Bad: thing, really"},
            ),
        ),
        ("::warning file=,line=1::x", Command("warning", "x", {"line": "1"})),
        ("##[warning]old style", Command("warning", "old style")),
        ("before ##[set-output name=a;]b", Command("set-output", "b", {"name": "a"})),
        ("std::vector<int>::iterator", None),
        ("::unknown::x", None),
        ("text ::error::not at the start", None),
        ("::error", None),
        ("", None),
    ],
)
def test_a_line_is_a_command_or_it_is_not(line, command):
    assert parse_command(line) == command


def test_only_the_token_resumes_commands():
    assert parse_command("::Tok-1::", "Tok-1") == Command("Tok-1", "")
    assert parse_command("::tok-1::", "Tok-1") is None


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("a=1\nb=2=3\n", {"a": "1", "b": "2=3"}),
        ("a=1\r\nb=\r\n", {"a": "1", "b": ""}),
        ("text<<EOF\nline 1\n\nline 3\nEOF\nb=2\n", {"text": "line 1\n\nline 3", "b": "2"}),
        ("text<<EOF\nEOF\n", {"text": ""}),
        ("a=x<<y\n", {"a": "x<<y"}),
        ('json<<E\n{"a": 1}\r\nE\r\n', {"json": '{"a": 1}'}),
        ("a=1\n\n\na=2", {"a": "2"}),
        ("page=one\x0ctwo", {"page": "one\x0ctwo"}),
    ],
)
def test_pairs(text, pairs):
    assert parse_pairs(text) == pairs


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no pair here", "Invalid format 'no pair here'"),
        ("=value", "Name must not be empty"),
        ("<<EOF\nEOF", "Name must not be empty"),
        ("a<<\n", "delimiter must not be empty"),
        ("a<<EOF\nnever ended", "Matching delimiter not found 'EOF'"),
    ],
)
def test_refused_pairs(text, message):
    with pytest.raises(CommandError, match=message.replace("(", r"\(")):
        parse_pairs(text)


@given(st.dictionaries(st.from_regex(r"\A[A-Za-z_]\w*\Z"), st.text(), max_size=4))
def test_a_block_keeps_any_value(pairs):
    values = {k: v for k, v in pairs.items() if "\r" not in v}
    text = "".join(f"{k}<<--end--\n{v}\n--end--\n" for k, v in values.items())
    assert parse_pairs(text) == values


@given(st.text())
def test_no_text_is_a_defect(text):
    parse_command(text)
    with contextlib.suppress(CommandError):
        parse_pairs(text)


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("PATH_TO", True), ("NODE_OPTIONS", False), ("GITHUB_SHA", False), ("runner_os", False)],
)
def test_variables_that_no_step_may_set(name, allowed):
    assert (protected(name) == "") is allowed
