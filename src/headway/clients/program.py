"""Asks a program something and takes its answer; nothing of it is shown."""

from __future__ import annotations

import os
import subprocess

from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Answer(Value):
    """`code` is None when the program could not be started or took too long."""

    code: int | None
    output: str = ""  # standard output
    complaint: str = ""  # standard error

    @property
    def lines(self) -> list[str]:
        """What it said, by line; nothing unless it succeeded."""
        return self.output.splitlines() if self.code == 0 else []


def ask(
    argv: Sequence[str],
    seconds: float = 60,
    env: Mapping[str, str] | None = None,
    input: str = "",
) -> Answer:
    """Runs a program to its end. Never raises. `env` replaces our variables; `input` is what it
    reads."""
    try:
        done = subprocess.run(
            argv,
            capture_output=True,
            stdin=None if input else subprocess.DEVNULL,
            input=os.fsencode(input) if input else None,
            timeout=seconds,
            check=False,
            env=env,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Answer(None, complaint=str(error))
    return Answer(done.returncode, os.fsdecode(done.stdout), os.fsdecode(done.stderr))
