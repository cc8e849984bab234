"""Texts of headway.yaml, read."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from headway.config.loading import read
from headway.config.model import Config
from headway.errors import render


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADWAY_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder


@pytest.fixture
def good() -> Callable[[str], Config]:
    def call(text: str) -> Config:
        config, problems = read(textwrap.dedent(text))
        assert not problems, problems
        return config

    return call


@pytest.fixture
def mistakes() -> Callable[[str], list[str]]:
    """`line:column: message (hint)` of each."""

    def call(text: str) -> list[str]:
        _, problems = read(textwrap.dedent(text))
        return [
            f"{p.place.line}:{p.place.column}: {p.message}" + (f" ({p.hint})" if p.hint else "")
            for p in problems
        ]

    return call


@pytest.fixture
def shown() -> Callable[[str], str]:
    """As people see it."""

    def call(text: str) -> str:
        text = textwrap.dedent(text)
        _, problems = read(text)
        return "\n".join(render(problem, text) for problem in problems)

    return call
