"""A run as a script of events, and a file to show it in."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable

from headway import events
from headway.console.terminal import Terminal
from headway.events import Event, Record


class Capture:
    """A file to write to, and what has been written."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.terminal = Terminal(self.fd, {"LANG": "C.UTF-8"})

    @property
    def data(self) -> bytes:
        return self.path.read_bytes()

    @property
    def text(self) -> str:
        return self.data.decode()


class Script:
    """Sends events to a sink (or a view) as a run would."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.sinks: list[Callable[[Record], object]] = []

    def __call__(self, *new: Event, at: float = 1000.0) -> None:
        for event in new:
            record = Record("r", len(self.records) + 1, at, event)
            self.records.append(record)
            for sink in self.sinks:
                sink(record)

    def start(self, *jobs: str, number: int = 12, dirty: bool = False) -> None:
        self(
            events.RunStarted(
                *("01k9abc", ".github/workflows/ci.yml", "CI", "push", "refs/heads/main"),
                *("68b834f" + "0" * 33, "ada", "ada/shop", "/src/shop"),
                number=number,
                dirty=dirty,
            )
        )
        self(*(events.JobQueued(job, job.split()[0], job) for job in jobs))

    def step(self, job: str, number: int, name: str, **fields: object) -> None:
        """A step that began and ended."""
        self(events.StepStarted(job, number, name, parent=fields.pop("parent", 0)))
        self.end(job, number, **fields)

    def end(self, job: str, number: int, conclusion: str = "success", **fields: object) -> None:
        outcome = fields.pop("outcome", conclusion)
        self(events.StepFinished(job, number, outcome, conclusion, **fields))  # type: ignore[arg-type]
