"""The documentation against the program: what is there is described, what is shown is so."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from headway.cli.main import every
from headway.cli.main import find as find_verb
from headway.cli.parser import Parser
from headway.errors import UsageError
from headway.runner.action.builtin import REGISTER, find

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
TOP = [ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY", "CHANGELOG")]
EVERYTHING = [
    *TOP,
    *PAGES,
    ROOT / "benchmarks" / "README.md",
    ROOT / "examples" / "shop" / "README.md",
]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.M)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
# What belongs to a machine or a way of working, not to the project.
BANNED = re.compile(r"/work/|/tmp/brief|/root/|\bTODO\b|\bFIXME\b|\bWIP\b|pypi\.org/simple", re.I)


def ids(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(ROOT)) for page in pages]


MODULES = dict(every())


def parser(verb: str) -> Parser:
    module = MODULES[verb]
    made = Parser(verb, module.HELP, module.EXAMPLE)
    module.arguments(made)
    return made


def flags(verb: str) -> Iterator[str]:
    for action in parser(verb)._actions:
        yield from (option for option in action.option_strings if option.startswith("--"))


@pytest.mark.parametrize("verb", sorted(MODULES))
def test_every_verb_and_flag_is_described(verb: str):
    text = "\n".join(page.read_text() for page in PAGES)
    assert f"headway {verb}" in text
    missing = [flag for flag in flags(verb) if flag != "--help" and not mentions(text, flag)]
    assert not missing, f"docs/ says nothing about headway {verb} {' '.join(missing)}"


@pytest.mark.parametrize("action", sorted(REGISTER))
def test_every_input_of_a_built_in_action_is_described(action: str):
    page = (DOCS / "builtin-actions.md").read_text()
    assert f"`{action}`" in page
    heading = "/".join(action.split("/")[:2])
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    module = find(f"{action}@v1")
    assert module is not None
    missing = [name for name in module.INPUTS if f"`{name}`" not in section]
    assert not missing, f"docs/builtin-actions.md, {heading}: nothing about {missing}"


def mentions(text: str, flag: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(flag)}(?![\w-])", text) is not None


def test_the_index_leads_to_every_page():
    linked = set(LINK.findall((DOCS / "index.md").read_text()))
    assert {page.name for page in PAGES} - {"index.md"} <= linked


@pytest.mark.parametrize("page", EVERYTHING, ids=ids(EVERYTHING))
def test_links_lead_somewhere(page: Path):
    broken = [link for link in LINK.findall(page.read_text()) if not leads(page, link)]
    assert not broken


def leads(page: Path, link: str) -> bool:
    if link.startswith(("https://", "http://", "mailto:")):
        return True
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    return not anchor or anchor in map(anchor_of, HEADING.findall(target.read_text()))


def anchor_of(heading: str) -> str:
    """GitHub's: lower case, punctuation gone, dashes for blanks."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", EVERYTHING, ids=ids(EVERYTHING))
def test_pages_say_nothing_of_where_they_were_written(page: Path):
    assert not BANNED.findall(page.read_text())


def commands(page: Path) -> Iterator[list[str]]:
    """The words of each `headway VERB …` in the page's code blocks."""
    for language, body in FENCE.findall(page.read_text()):
        if language not in ("sh", "console", "bash"):
            continue
        for line in body.replace("\\\n", " ").splitlines():
            text = line.removeprefix("$ ") if language == "console" else line
            if language == "console" and text == line:
                continue  # output
            for part in re.split(r"\||&&|;", text):
                words = shlex.split(part, comments=True)
                if words and words[0].rpartition("/")[2] == "headway":
                    yield words[1:]


def check(words: list[str]) -> None:
    try:
        verb, module, rest = find_verb(words[0], words[1:])
        if not hasattr(module, "VERBS"):
            parser(verb).parse_args(rest)
    except UsageError as error:
        pytest.fail(f"headway {shlex.join(words)}: {error}")


@pytest.mark.parametrize("verb", sorted(MODULES))
def test_examples_in_the_help_can_be_typed(verb: str):
    for line in MODULES[verb].EXAMPLE.splitlines():
        words = shlex.split(re.split(r"\s{2,}|\|", line)[0], comments=True)
        if words[:1] == ["headway"]:
            check(words[1:])


@pytest.mark.parametrize("page", EVERYTHING, ids=ids(EVERYTHING))
def test_commands_shown_can_be_typed(page: Path):
    for words in commands(page):
        if words[0].startswith("--"):
            assert words[0] in ("--version", "--help")
            continue
        check(words)


@pytest.mark.parametrize("page", [TOP[0], *PAGES], ids=ids([TOP[0], *PAGES]))
def test_examples_print_what_the_page_says(page: Path):
    answer = subprocess.run(
        [sys.executable, ROOT / "scripts" / "docs", "--check", page],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
