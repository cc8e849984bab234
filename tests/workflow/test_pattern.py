"""Filter patterns, with the tables of GitHub's "Filter pattern cheat sheet"."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.workflow import pattern

MATCHES = [
    ("feature/*", "feature/my-branch"),
    ("feature/**", "feature/beta-a/my-branch"),
    ("feature/**", "feature/mona/the/octocat"),
    ("main", "main"),
    ("*", "releases"),
    ("**", "all/the/branches"),
    ("*feature", "feature"),
    ("*feature", "ver-10-feature"),
    ("v2*", "v2"),
    ("v2*", "v2.9"),
    ("v[12].[0-9]+.[0-9]+", "v1.10.1"),
    ("*.jsx?", "page.js"),
    ("*.jsx?", "page.jsx"),
    ("**.js", "index.js"),
    ("**.js", "src/js/app.js"),
    ("docs/*", "docs/README.md"),
    ("docs/**", "docs/mona/octocat.txt"),
    ("docs/**/*.md", "docs/README.md"),
    ("docs/**/*.md", "docs/a/markdown/file.md"),
    ("**/docs/**", "docs/hello.md"),
    ("**/docs/**", "space/docs/plan/space.doc"),
    ("**/README.md", "README.md"),
    ("**/README.md", "js/README.md"),
    ("**/*src/**", "my-src/code/js/app.js"),
    ("**/migrate-*.sql", "db/sept/migrate-v1.sql"),
    ("[CB]at", "Bat"),
    ("[1-2]00", "200"),
    ("*", ".github"),
    ("lib+", "libbb"),
    (r"c\+\+/**", "c++/main.cc"),
    (r"\!important", "!important"),
    (r"a\\b", r"a\b"),
    ("a]", "a]"),
    ("[-a]", "-"),
    ("release/**/x/**", "release/x/1"),
    ("a***b", "a/b"),
    ("straße/*", "straße/ü"),
]
MISMATCHES = [
    ("*", "path/with/slash"),
    ("feature/*", "feature/a/b"),
    ("*.js", "js/index.js"),
    ("docs/*", "docs/a/b.txt"),
    ("main", "Main"),
    ("main", "mainline"),
    (".yml", "fyml"),
    ("v[12].[0-9]+.[0-9]+", "v3.0.0"),
    ("*.jsx?", "page.jsxx"),
    ("lib+", "li"),
    ("**/README.md", "NOTREADME.md"),
    ("a**/b", "ab"),
    ("docs/**/*.md", "docsx/a.md"),
    ("[0-9]", "10"),
    ("", "main"),
    ("a?", "aa"),
]


@pytest.mark.parametrize(("text", "name"), MATCHES)
def test_matches(text: str, name: str) -> None:
    assert not pattern.problems(text)
    assert pattern.compile(text).matches(name)


@pytest.mark.parametrize(("text", "name"), MISMATCHES)
def test_does_not_match(text: str, name: str) -> None:
    assert not pattern.compile(text).matches(name)


@pytest.mark.parametrize(
    ("patterns", "name", "included"),
    [
        (["*.md", "!README.md"], "hello.md", True),
        (["*.md", "!README.md"], "README.md", False),
        (["*.md", "!README.md"], "docs/hello.md", False),
        (["*.md", "!README.md", "README*"], "README.md", True),
        (["*.md", "!README.md", "README*"], "README.doc", True),
        (["releases/**", "!releases/**-alpha"], "releases/beta/mona", True),
        (["releases/**", "!releases/**-alpha"], "releases/beta/3-alpha", False),
        (["!README.md", "*.md"], "README.md", True),
        ([], "main", False),
    ],
)
def test_the_last_matching_pattern_decides(patterns: list[str], name: str, included: bool) -> None:
    assert pattern.included(patterns, name) is included


@pytest.mark.parametrize(
    ("text", "says", "offset"),
    [
        ("", "the pattern is empty", 0),
        ("!", "the pattern is empty", 0),
        ("c++/**", "one or more of the character before it", 2),
        ("+a", "one or more of the character before it", 0),
        ("v*+", "one or more of the character before it", 2),
        ("!?a", "none or one of the character before it", 1),
        ("a??", "none or one of the character before it", 2),
        ("v[0-9", '"[" is never closed', 1),
        ("v[]", "lists no characters", 1),
        ("v[9-1]", 'the range "9-1" runs backwards', 2),
        ("v[a-]", 'the range "a-" has no end', 2),
        ("[!-/]", "isn't within a-z, A-Z or 0-9", 1),
        ("dir\\", "nothing follows the backslash", 3),
        ("x" * 1001, "longer than 1000 characters", 1000),
    ],
)
def test_refused_with_a_place(text: str, says: str, offset: int) -> None:
    [(message, at)] = pattern.problems(text)
    assert says in message
    assert at == offset
    assert not pattern.compile(text).matches(text)


def test_a_filter_of_exclusions_only_is_refused() -> None:
    assert 'use "branches-ignore"' in str(pattern.list_problem(["!main"], "branches"))
    assert pattern.list_problem(["main", "!main"], "branches") is None
    assert pattern.list_problem(["!main"], "branches-ignore") is None


# --- properties ------------------------------------------------------------------------------

TEXTS = st.text("ab/*?+[]!\\-01z.", max_size=40)
NAMES = st.text("ab/1.z", max_size=60)


@settings(deadline=None)
@given(st.one_of(TEXTS, st.text(max_size=40)), st.one_of(NAMES, st.text(max_size=60)))
def test_any_text_is_a_pattern_or_a_problem(text: str, name: str) -> None:
    for message, offset in pattern.problems(text):
        assert message
        assert 0 <= offset <= len(text)
    pattern.compile(text).matches(name)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_an_escaped_name_matches_itself_only(name: str) -> None:
    escaped = "".join(f"\\{char}" for char in name)
    assert pattern.included([escaped], name) == bool(name)
    assert not pattern.included([escaped], name + "x")


def _regular(text: str) -> str:
    """The same language as a regular expression, for patterns of these few items."""
    found = re.sub(r"(^|(?<=/))\*\*/", "\0", text)
    for plain, other in ((".", r"\."), ("**", "\1"), ("*", "[^/]*"), ("\1", ".*")):
        found = found.replace(plain, other)
    return found.replace("\0", "(.*/)?")


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "/", "**", "*", "a+", "b?", "[ab]+"])), NAMES)
def test_agrees_with_a_regular_expression(items: list[str], name: str) -> None:
    text = re.sub(r"\*{3,}", "**", "".join(items))
    if text:
        expected = re.fullmatch(_regular(text), name, re.DOTALL) is not None
        assert pattern.compile(text).matches(name) is expected


@pytest.mark.parametrize(
    ("text", "name", "matches"),
    [
        ("**a" * 300 + "b", "a" * 4000, False),
        ("a?" * 500, "a" * 400, True),
        ("*/" * 400 + "x", "a/" * 400 + "x", True),
        ("[ab]+" * 200 + "c", "ab" * 2000, False),
    ],
)
def test_hostile_patterns_take_one_walk_over_the_name(
    text: str, name: str, matches: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0
    step = pattern.Pattern._step

    def counted(self: pattern.Pattern, state: int, char: str) -> int:
        nonlocal steps
        steps += 1
        return step(self, state, char)

    monkeypatch.setattr(pattern.Pattern, "_step", counted)
    assert pattern.Pattern(text).matches(name) is matches
    assert steps <= len(name)


def test_memory_of_a_pattern_is_bounded() -> None:
    one = pattern.Pattern("**" + "a?b?c?" * 100)
    for length in range(0, 5000, 7):
        one.matches("abc" * (length % 100) + "cab" * (length % 13))
    assert len(one._states) <= pattern._MOST_STATES
