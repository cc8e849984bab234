"""Where a character of a value stands in the file, in every style that YAML has for texts."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from headway.workflow import source
from headway.workflow.source import Node
from headway.workflow.syntax.places import locate, plain_text


def scalar(text: str) -> Node:
    """The value of the key `k`, or the one item, somewhere in the text."""
    node = source.load(text, "ci.yml")
    while node.kind in ("map", "seq"):
        node = node.value[0][1] if node.kind == "map" else node.value[0]
    return node


@pytest.mark.parametrize(
    "text",
    [
        "k: before HERE after",
        "k:\n  plain\n  goes on\n\n  and HERE on",
        "k: 'it''s ''HERE'' after'",
        "k: 'folded\n\n  over HERE'",
        'k: "tab\\t quote \\" hex \\x41 \\u00e9 line\\n HERE"',
        'k: "escaped \\\n    break HERE"',
        "k: |\n  block\n\n    deeper HERE\n",
        "k: |2-  # why not\n   block HERE",
        "k: >\n  folded\n  lines\n\n  HERE\n",
        "k: >-\n\n  leading HERE",
        "k: &anchor before HERE",
        "k: !!str 'x HERE'",
        "k: &a !!str\n  |\n  text HERE\n",
        "- - k: [x HERE]",
        "k: {a: x HERE}",
        "k: x # no HERE\nb: 1",
        "k: é😀 HERE",
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_place_of_a_word(text: str, ending: str) -> None:
    text = text.replace("\n", ending)
    node = scalar(text)
    lines = text.splitlines()
    if "HERE" not in node.value:  # it stood in a comment
        assert node.value == "x"
        return
    line, column = locate(lines, node, node.value.index("HERE"))
    assert lines[line - 1][column - 1 :].startswith("HERE")


def test_a_place_in_white_space_is_right_after_the_word_before() -> None:
    text = "k: one  two"
    assert locate([text], scalar(text), 3) == (1, 7)


def test_the_end_of_a_value_is_right_after_its_last_character() -> None:
    text = "k: |\n  one\n  two\n\nb: 1"
    node = scalar(text)
    assert locate(text.splitlines(), node, len(node.value)) == (3, 6)


@pytest.mark.parametrize(
    ("text", "written"),
    [("k: 1.10", "1.10"), ("k: 0x1F # hex", "0x1F"), ("k: [1e3]", "1e3"), ("k: 'x'", "")],
)
def test_a_plain_scalar_as_it_is_written(text: str, written: str) -> None:
    assert plain_text([text], scalar(text)) == written


WORDS = st.text(alphabet="ab'\"\\ \n:#-é{}$%,[]|>&*!?", max_size=60)


@settings(max_examples=300, deadline=None)
@given(value=WORDS, style=st.sampled_from(["", "'", '"', "|", ">"]), width=st.integers(10, 40))
def test_every_character_is_found_whatever_the_style(value: str, style: str, width: int) -> None:
    text = yaml.dump({"k": {"n": value}}, default_style=style, width=width, allow_unicode=True)
    node = source.load(text, "ci.yml").value[0][1].value[0][1]
    assume(node.kind == "str")
    lines = text.splitlines()
    for offset, char in enumerate(node.value):
        if not char.isspace():
            line, column = locate(lines, node, offset)
            assert lines[line - 1][column - 1] in (char, "\\")
