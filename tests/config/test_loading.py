"""headway.yaml as a whole: found, read, and pointed into."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway import config
from headway.config.loading import read
from headway.config.model import Config
from headway.errors import InvalidFile, UsageError

FILE = """\
service: shop
gates:
  coverage: {min: 85}
waivers:
  - rule: B101
    reason: asserts in tests
    owner: ada
    until: 2030-01-31
environments:
  production:
    command: ./serve
    variables: {a.b: x, a: y}
runners:
  ubuntu-22.04: {image: "debian:12"}
"""


def test_without_a_file_everything_is_as_usual(root: Path) -> None:
    found = config.load(root)
    assert not found.exists
    assert found == Config()
    assert str(found.place("gates.coverage.min")) == "headway.yaml:1:1"


def test_a_file(root: Path) -> None:
    (root / "headway.yaml").write_text(FILE)
    found = config.load(root)
    assert found.service == "shop"
    assert found.gates.coverage.min == 85
    assert found.waivers[0].owner == "ada"
    assert found.environments["production"].instances == 2


def test_the_other_ending(root: Path) -> None:
    (root / "headway.yml").write_text("service: [shop]\n")
    with pytest.raises(InvalidFile, match=r"headway\.yml:1:1: service: a text is expected"):
        config.load(root)


def test_both(root: Path) -> None:
    (root / "headway.yml").write_text("")
    (root / "headway.yaml").write_text("")
    with pytest.raises(UsageError, match=r"both headway\.yaml and headway\.yml"):
        config.load(root)


def test_a_file_that_cannot_be_read(root: Path) -> None:
    (root / "headway.yaml").write_bytes(b"service: \xff\n")
    with pytest.raises(InvalidFile, match="is not UTF-8"):
        config.load(root)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("service", "1:10"),
        ("gates", "2:1"),
        ("gates.coverage", "3:3"),
        ("gates.coverage.min", "3:19"),
        ("gates.coverage.target", "3:3"),  # what isn't there: where it would be
        ("gates.tests.failed", "2:1"),
        ("waivers", "4:1"),
        ("waivers[0]", "5:5"),
        ("waivers.0.until", "8:12"),
        ("waivers[7]", "4:1"),
        ("environments.production.variables.a.b", "12:22"),
        ("environments.production.variables.a", "12:28"),
        ("runners.ubuntu-22.04.image", "14:25"),
        ("", "1:1"),
        ("cache.size", "1:1"),
    ],
)
def test_places(good: Callable[[str], Config], path: str, place: str) -> None:
    assert str(good(FILE).place(path)) == f"headway.yaml:{place}"


@given(st.text(alphabet=".[]0a-gatesmin", max_size=20))
def test_any_path_has_a_place(path: str) -> None:
    found, _ = read(FILE)
    assert found.place(path).line >= 1


def test_a_mistake_found_later(good: Callable[[str], Config]) -> None:
    error = good(FILE).invalid("environments.production.command", "there is no ./serve", "build it")
    (problem,) = error.problems
    assert problem.message == "environments.production.command: there is no ./serve"
    assert (str(problem.place), problem.length) == ("headway.yaml:11:14", 7)
    assert error.sources["headway.yaml"] == FILE


def test_every_mistake_with_its_place(shown: Callable[[str], str]) -> None:
    text = """
        gates:
          coverge:
            min: 80
          performance: {p95: 300}
        environments:
          production:
            command: ./serve
            requires: [staging]
    """
    assert shown(text) == dedent(
        """\
        headway.yaml:3:3: error: gates: unknown key "coverge" [config]
          3 |   coverge:
            |   ^^^^^^^
          hint: did you mean "coverage"?
        headway.yaml:5:22: error: gates.performance.p95: 300 has no unit; a duration such as 30s is expected [config]
          5 |   performance: {p95: 300}
            |                      ^^^
          hint: write 300ms or 300s"""  # noqa: E501
    )


def test_what_sections_check_themselves(mistakes: Callable[[str], list[str]]) -> None:
    text = """
        waivers:
          - {reason: a, owner: b, until: 2030-01-01}
        environments:
          staging: {}
        actions: {allow: [checkout]}
    """
    assert [line.partition(" (")[0] for line in mistakes(text)] == [
        "3:5: waivers[0]: the waiver doesn't say what it is for",
        "5:3: environments.staging: processes need a command",
        '6:19: actions.allow[0]: "checkout" names no actions',
    ]


def test_what_sections_say_together(mistakes: Callable[[str], list[str]]) -> None:
    text = "environments:\n  a: {command: x, requires: [b]}\n"
    (line,) = mistakes(text)
    assert line.startswith('2:30: environments.a.requires[0]: there is no environment "b"')


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("service: a\nservice: b\n", '2:1: the key "service" is already given on line 1'),
        ("a: [\n", '1:5: a "[" or "{" is never closed'),
        ("service: a\n<<: {}\n", '2:1: merge keys ("<<") are not supported'),
        ("[]\n", "1:1: a mapping is expected, not a list"),
        ("Service: a\n", '1:1: unknown key "Service" (did you mean "service"?'),
        ("service: a\n---\nservice: b\n", "2:1: a second YAML document begins here"),
    ],
)
def test_yaml(mistakes: Callable[[str], list[str]], text: str, line: str) -> None:
    assert mistakes(text)[0].startswith(line)
    assert "GitHub" not in mistakes(text)[0]


def test_keys_of_tables_may_differ_in_case_alone(good: Callable[[str], Config]) -> None:
    text = "environments: {a: {command: x, variables: {http_proxy: b, HTTP_PROXY: c}}}"
    assert good(text).environments["a"].variables == {"http_proxy": "b", "HTTP_PROXY": "c"}
