"""Counts and numbers from a command that prints JSON; HEADWAY_GROUP names the group."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence

from headway.clients.program import ask
from headway.delivery.metrics.base import Counts
from headway.delivery.metrics.plain import counts, number
from headway.errors import HeadwayError


class CommandMetrics:
    """`command` is for the shell, and prints for its group what `metrics.http` describes;
    `null` when it knows nothing of the group."""

    def __init__(
        self,
        command: str = "",
        *,
        cwd: str = ".",
        env: Mapping[str, str] | None = None,
        timeout: float = 10.0,
    ) -> None:
        self._command, self._cwd = command, cwd
        self._env, self._timeout = dict(env or {}), timeout

    def read(self, groups: Sequence[str]) -> dict[str, Counts]:
        answers = {group: self._ask(self._command, group) for group in groups}
        return {g: counts(a, self._command) for g, a in answers.items() if a is not None}

    def value(self, query: str, group: str) -> float | None:
        """`query` is the command; it prints a number, or null."""
        return number(self._ask(query, group), query)

    def _ask(self, command: str, group: str) -> object:
        environment = {**os.environ, **self._env, "HEADWAY_GROUP": group}
        argv = ["/bin/sh", "-c", 'cd "$1" && eval "$2"', "sh", self._cwd, command]
        answer = ask(argv, self._timeout, environment)
        if answer.code != 0:
            said = (answer.complaint or answer.output).strip().splitlines()
            code = "took too long" if answer.code is None else f"exit code {answer.code}"
            raise HeadwayError(f"{command}: {said[-1] if said else code}")
        try:
            found: object = json.loads(answer.output)
        except ValueError:
            raise HeadwayError(
                f"{command} doesn't print JSON: {answer.output.strip()[:80]}"
            ) from None
        return found
