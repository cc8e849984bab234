"""Whatever a file holds, reading it gives a workflow or problems, never an exception."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from headway.errors import Problem, render
from headway.workflow.syntax import read_action, read_workflow

CASES = Path(__file__).parent / "errors"
TEXTS = [path.read_text() for path in sorted(CASES.glob("*.yml"))]
WORDS = sorted({word for text in TEXTS for word in text.split()})
KEYS = sorted({word for word in WORDS if word.endswith(":")})


def check(text: str) -> None:
    for read in (read_workflow, read_action):
        found, problems = read(text, "ci.yml")
        assert found is not None or problems
        for problem in problems:
            assert isinstance(problem, Problem)
            assert problem.place.line >= 1
            assert problem.place.column >= 1
            assert problem.length >= 1
            assert "\n" not in problem.message
            assert len(problem.message) < 600
            assert render(problem, text)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A file of the cases with a few places cut, doubled or overwritten."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        insert = draw(st.one_of(st.sampled_from(WORDS), st.text(max_size=4), st.just("\n  ")))
        text = text[:start] + insert + text[end:]
    return text


@st.composite
def shuffled(draw: st.DrawFn) -> str:
    """Values at keys where they don't belong: valid YAML, hardly ever a valid workflow."""
    lines = draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=12))
    text, depth = "on: push\njobs:\n  a:\n", 4
    for key in lines:
        value = draw(st.sampled_from(["", "1", "true", "x", "[a, {b: 1}]", "{a: [b]}", "${{ a }}"]))
        dash = draw(st.sampled_from(["", "- "]))
        text += f"{' ' * depth}{dash}{key.rstrip(':')}: {value}\n"
        depth = draw(st.sampled_from([2, 4, 6, 8])) if not value else depth
    return text


@settings(max_examples=300, deadline=None)
@given(text=mutated())
def test_mutated_files(text: str) -> None:
    check(text)


@settings(max_examples=200, deadline=None)
@given(text=shuffled())
def test_keys_and_values_that_do_not_belong_together(text: str) -> None:
    check(text)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text(text: str) -> None:
    check(text)
