import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.clients import gitconfig


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("[core]\n\tbare = false\n", [("core.bare", "false")]),
        ("[core] bare\n", [("core.bare", "true")]),
        ("[Core]\nFileMode = Yes", [("core.filemode", "Yes")]),
        ('[remote "Origin"]\nurl = x', [("remote.Origin.url", "x")]),
        ('[a "b\\"c]d"]\nk = v', [('a.b"c]d.k', "v")]),
        ("[a]\nk = one # two\n", [("a.k", "one")]),
        ('[a]\nk = "one # two" ; three', [("a.k", "one # two")]),
        ('[a]\nk = "  x  "  y ', [("a.k", "  x    y")]),
        ("[a]\nk = one \\\n  two", [("a.k", "one   two")]),
        ("[a]\nk = C:\\\\dir\\ttab", [("a.k", "C:\\dir\ttab")]),
        ("; comment\n# another\n[a]\n\n k=1", [("a.k", "1")]),
        ("[a]\nk = 1\n[a]\nk = 2", [("a.k", "1"), ("a.k", "2")]),
        ("\ufeff[a]\r\nk = 1\r\n", [("a.k", "1")]),
        ("k = outside of a section\n[a", []),
        ("[a]\nnot a variable = 1\n-x = 2\n", []),
        ("", []),
    ],
)
def test_reads_what_git_writes(text, items):
    assert gitconfig.parse(text).items == items


def test_the_last_value_counts():
    assert gitconfig.parse("[a]\nk = 1\nk = 2").get("a.k") == "2"


@pytest.mark.parametrize("head", ["[include]", '[includeIf "gitdir:~/work/"]'])
def test_says_when_it_does_not_know_everything(head):
    settings = gitconfig.parse(f"{head}\npath = other\n[a]\nk = 1\n")
    assert not settings.complete
    assert settings.get("a.k") == "1"


@given(st.text())
def test_any_text_is_read_or_passed_over(text):
    gitconfig.parse(text)


VALUES = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=30)


@given(VALUES)
def test_what_is_written_is_read_back(value):
    items = [("section.key", value), ("remote.a.b.url", value)]
    assert gitconfig.parse(gitconfig.render(items)).items == items


def test_git_reads_what_is_written(tmp_path):
    value = ' two  blanks # no "comment"\n\ttab \\ back'
    file = tmp_path / "config"
    file.write_text(gitconfig.render([('filter.my "x".clean', value), ("core.bare", "false")]))
    argv = ["git", "config", "--file", str(file), "--get", 'filter.my "x".clean']
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout == value + "\n"
