"""Writes runs into a journal and logs as a runner would."""

from __future__ import annotations

import os
import time

from headway import events, home
from headway.journal import Journal, process
from headway.journal.logs import LogWriter


class History:
    def __init__(self, root: str) -> None:
        self.root = root
        self.journal = Journal.open(home.journal())

    def close(self) -> None:
        self.journal.close()

    def start(self, run: str, *jobs: str, at: float = 0.0, **fields: object) -> None:
        """A run of this process (so it goes on), with its jobs queued."""
        given = {
            "workflow": ".github/workflows/ci.yml",
            "name": "CI",
            "event": "push",
            "ref": "refs/heads/main",
            "sha": "68b834f" + "0" * 33,
            "actor": "ada",
            "repository": "ada/engine",
            "root": self.root,
            "number": self.journal.reserve(self.root),
            "pid": os.getpid(),
            "process": process.identity(),
        }
        self.add(run, events.RunStarted(run=run, **{**given, **fields}), at=at)  # type: ignore[arg-type]
        self.add(run, *(events.JobQueued(job, job.split()[0], job) for job in jobs), at=at)

    def add(self, run: str, *new: events.Event, at: float = 0.0) -> None:
        self.journal.append(run, new, at or time.time())

    def step(
        self,
        run: str,
        job: str,
        number: int,
        name: str,
        printed: bytes = b"",
        conclusion: str = "success",
        *,
        at: float = 0.0,
        **fields: object,
    ) -> None:
        log = f"logs/{job.replace(' ', '-')}/{number}.log"
        self.add(run, events.StepStarted(job, number, name, log=log), at=at)
        lines = self.write(run, log, printed)
        end = events.StepFinished(job, number, conclusion, conclusion, lines=lines, **fields)  # type: ignore[arg-type]
        self.add(run, end, at=at)

    def write(self, run: str, log: str, printed: bytes) -> int:
        writer = LogWriter(os.path.join(home.run(run), log))
        writer.write(printed)
        return writer.close()

    def finish(self, run: str, conclusion: str = "success", seconds: float = 5.0) -> None:
        self.add(run, events.RunFinished(conclusion, seconds))

    def failed_run(self, run: str = "01k9aaaa00000001", at: float = 0.0) -> None:
        """A run of three jobs, of which one failed."""
        self.start(run, "lint", "test (1)", "test (2)", at=at, arguments=("ci.yml", "-q"))
        self.add(run, events.JobStarted("lint"), events.JobStarted("test (1)"), at=at)
        self.step(run, "lint", 1, "Style", b"checking\n##[warning]long\n", at=at, seconds=0.5)
        self.add(run, events.Annotation("lint", 1, "warning", "too long", "", "a.py", 3), at=at)
        self.add(run, events.JobFinished("lint", "success", "success", 1.0), at=at)
        self.step(run, "test (1)", 1, "Set up Python", b"3.11\n", at=at)
        log = b"".join(b"test %d ok\n" % n for n in range(30)) + b"boom\n"
        self.step(run, "test (1)", 2, "Run pytest", log, "failure", at=at, exit_code=1, seconds=2.0)
        self.add(run, events.JobFinished("test (1)", "failure", "failure", 3.0), at=at)
        self.add(run, events.JobFinished("test (2)", "skipped", "skipped", reason="no"), at=at)
        self.add(run, events.Summary("lint", 1, "## Style\n\nall good\n"), at=at)
        self.add(run, events.ArtifactStored("lint", "report", "artifacts/report", 2, 2048), at=at)
        self.add(run, events.RunFinished("failure", 5.0), at=at + 5)
