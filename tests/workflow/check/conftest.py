"""Workflows in a line, and what the rules say of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from headway.errors import Problem
from headway.workflow.check import warnings
from headway.workflow.syntax import read_action, read_workflow

Check = Callable[..., list[Problem]]


@pytest.fixture
def check() -> Check:
    """check(text, files={path: text}, path=...): the problems that rules find in a file."""

    def run(
        text: str, files: Mapping[str, str] | None = None, path: str = ".github/workflows/ci.yml"
    ) -> list[Problem]:
        read = read_action if path.endswith("action.yml") else read_workflow
        file, problems = read(text, path)
        assert file is not None
        assert not [p for p in problems if p.severity == "error"], problems
        return warnings(file, text=text, files=None if files is None else files.get)

    return run
