"""Every mistake with its place: a case is two files, `errors/NAME.yml` and `errors/NAME.txt`.

A line of the expected text is `LINE:COLUMN rule message`, with `warning` before the rule when
it is only one; the hint, if any, is on the line below, indented.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from headway.errors import Problem, render
from headway.workflow.syntax import read_action, read_workflow

FOLDER = Path(__file__).parent / "errors"
CASES = sorted(FOLDER.glob("*.yml"))


def shown(problem: Problem) -> str:
    severity = "" if problem.severity == "error" else f"{problem.severity} "
    place = f"{problem.place.line}:{problem.place.column}"
    text = f"{place} {severity}[{problem.rule}] {problem.message}\n"
    return text + (f"    {problem.hint}\n" if problem.hint else "")


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_every_mistake_is_found_with_its_place(case: Path) -> None:
    text = case.read_text()
    read = read_action if case.stem.startswith("action_") else read_workflow
    _, problems = read(text, case.name)
    assert "".join(map(shown, problems)) == case.with_suffix(".txt").read_text()


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_every_place_is_in_the_file(case: Path) -> None:
    text = case.read_text()
    read = read_action if case.stem.startswith("action_") else read_workflow
    lines = text.splitlines() or [""]
    for problem in read(text, case.name)[1]:
        assert 1 <= problem.place.line <= len(lines)
        assert 1 <= problem.place.column <= len(lines[problem.place.line - 1]) + 1
        assert "^" in render(problem, text) or not text


def test_each_case_has_its_two_files() -> None:
    assert {p.stem for p in FOLDER.glob("*.txt")} == {p.stem for p in CASES}
