"""Secrets in the repository."""

from __future__ import annotations

from collections.abc import Iterator

from headway.quality.case import Case
from headway.quality.counting import counted
from headway.verdict import Result


def judge(case: Case) -> Iterator[Result]:
    """`secrets.max`."""
    section = case.gates.secrets
    yield from counted(
        case,
        "secrets.max",
        section.max,
        section,
        "secrets",
        case.of("secret"),
        ("secret in the repository", "secrets in the repository"),
        hint="revoke the secret first: it stays in the history even when the line is gone",
    )
