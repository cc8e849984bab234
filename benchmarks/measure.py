"""Running a command and seeing what it took."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


class Failed(Exception):
    """A command under measurement exited with something else than 0."""


@dataclass(frozen=True, slots=True)
class Command:
    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]


def seconds(command: Command) -> float:
    """Wall-clock time; output goes to /dev/null, errors to a file, for every contestant alike."""
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command.argv,
            cwd=command.cwd,
            env=dict(command.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        code = process.wait()
        taken = time.perf_counter() - started
        if code:
            errors.seek(0)
            raise _failed(command, code, errors.read())
    return taken


def patiently(command: Command) -> float:
    """As `seconds`; a failure is shown and tried once more (act fails now and then)."""
    try:
        return seconds(command)
    except Failed as failure:
        print(f"bench: {failure}; tried again", file=sys.stderr)
        return seconds(command)


def _failed(command: Command, code: int, errors: bytes = b"") -> Failed:
    said = errors.decode(errors="replace").strip()[-1000:]
    return Failed(f"{' '.join(command.argv)} exited with {code}\n{said}".strip())


def peak_memory(command: Command) -> float:
    """MiB that the command's own process held at most (VmHWM); its children don't count.

    Not `ru_maxrss`, which starts at the size of the process that forked.
    """
    process = subprocess.Popen(
        command.argv,
        cwd=command.cwd,
        env=dict(command.env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, _high_water(process.pid))
        time.sleep(0.005)
    if process.returncode:
        raise _failed(command, process.returncode)
    return peak


def _high_water(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0  # a zombie has no memory


def alternate(commands: Sequence[Command], runs: int) -> list[float]:
    """The median for each command.

    One uncounted round fills caches. Then every round runs each command once, each round
    starting with another one, so that a busy moment of the machine hits them all alike.
    """
    taken: list[list[float]] = [[] for _ in commands]
    for command in commands:
        patiently(command)
    for turn in range(runs):
        for offset in range(len(commands)):
            index = (turn + offset) % len(commands)
            taken[index].append(patiently(commands[index]))
    return [median(values) for values in taken]


def load() -> str:
    return " ".join(f"{value:.1f}" for value in os.getloadavg())
