"""A run as its events tell it: what the console, `show` and `logs` draw from. No I/O."""

from __future__ import annotations

from headway import events

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from headway.events import Record

RUNNING, QUEUED, INTERRUPTED = "running", "queued", "interrupted"


class StepView:
    """A step; `state` is running, then its conclusion (or interrupted)."""

    def __init__(self, event: events.StepStarted, at: float) -> None:
        self.job = event.job
        self.number = event.step
        self.name = event.name
        self.id = event.id
        self.parent = event.parent
        self.phase = event.phase
        self.log = event.log
        self.started = at
        self.state = RUNNING
        self.outcome = ""
        self.seconds = 0.0
        self.exit_code: int | None = None
        self.reason = ""
        self.lines = 0


class JobView:
    """A job instance; `state` is queued, running, then its conclusion (or interrupted)."""

    def __init__(self, event: events.JobQueued) -> None:
        self.job = event.job
        self.id = event.id
        self.name = event.name
        self.needs = event.needs
        self.state = QUEUED
        self.outcome = ""
        self.started = 0.0
        self.seconds = 0.0
        self.reason = ""
        self.steps: dict[int, StepView] = {}

    @property
    def finished(self) -> bool:
        return self.state not in (QUEUED, RUNNING)

    def depth(self, step: StepView) -> int:
        """How many composite actions the step is in."""
        depth = 0
        while step.parent and step.parent in self.steps and depth < 20:
            step, depth = self.steps[step.parent], depth + 1
        return depth


class RunView:
    """A run; `apply` takes its records in order."""

    def __init__(self) -> None:
        self.start: events.RunStarted | None = None
        self.at = 0.0  # when it started
        self.state = RUNNING
        self.seconds = 0.0
        self.reason = ""
        self.cancelling = False
        self.jobs: dict[str, JobView] = {}
        self.annotations: list[events.Annotation] = []
        self.summaries: list[events.Summary] = []
        self.artifacts: list[events.ArtifactStored] = []
        self.notices: list[events.Notice] = []

    @property
    def label(self) -> str:
        """What people type to name it: its number, else its id."""
        if self.start is None:
            return ""
        return str(self.start.number or self.start.run)

    def apply(self, record: Record) -> None:
        change = _BY_KIND.get(record.event.kind)
        if change is not None:
            change(self, record.event, record.at)

    def step(self, job: str, number: int) -> StepView | None:
        known = self.jobs.get(job)
        return known.steps.get(number) if known else None

    def failed_steps(self) -> Iterator[tuple[JobView, StepView]]:
        """The steps that made jobs fail; of a composite action the inner one."""
        for job in self.jobs.values():
            failed = [s for s in job.steps.values() if s.state in (events.FAILURE, INTERRUPTED)]
            outer = {s.parent for s in failed}
            for step in failed:
                if step.number not in outer:
                    yield job, step

    def count(self, *states: str) -> int:
        return sum(job.state in states for job in self.jobs.values())

    # --- one event each ------------------------------------------------------------------

    def _run_started(self, event: events.RunStarted, at: float) -> None:
        self.start, self.at = event, at

    def _job_queued(self, event: events.JobQueued, _at: float) -> None:
        self.jobs.setdefault(event.job, JobView(event))

    def _job_started(self, event: events.JobStarted, at: float) -> None:
        job = self._job(event.job)
        job.state, job.started = RUNNING, at

    def _job_finished(self, event: events.JobFinished, _at: float) -> None:
        job = self._job(event.job)
        job.state, job.outcome = event.conclusion, event.outcome
        job.seconds, job.reason = event.seconds, event.reason

    def _step_started(self, event: events.StepStarted, at: float) -> None:
        self._job(event.job).steps[event.step] = StepView(event, at)

    def _step_finished(self, event: events.StepFinished, at: float) -> None:
        steps = self._job(event.job).steps
        step = steps.get(event.step)
        if step is None:
            step = StepView(events.StepStarted(event.job, event.step, f"step {event.step}"), at)
            steps[event.step] = step
        step.state, step.outcome = event.conclusion, event.outcome
        step.seconds, step.exit_code = event.seconds, event.exit_code
        step.reason, step.lines = event.reason, event.lines

    def _run_finished(self, event: events.RunFinished, _at: float) -> None:
        self.state, self.seconds = event.conclusion, event.seconds

    def _run_interrupted(self, event: events.RunInterrupted, at: float) -> None:
        self.state, self.reason = INTERRUPTED, event.reason
        self.seconds = max(0.0, (event.last or at) - self.at)
        for job in self.jobs.values():
            if not job.finished:
                job.state = INTERRUPTED
            for step in job.steps.values():
                if step.state == RUNNING:
                    step.state = INTERRUPTED

    def _run_cancelling(self, event: events.RunCancelling, _at: float) -> None:
        self.cancelling, self.reason = True, event.reason

    def _job(self, name: str) -> JobView:
        if name not in self.jobs:
            self.jobs[name] = JobView(events.JobQueued(name, name, name))
        return self.jobs[name]


_BY_KIND: dict[str, Callable[[RunView, Any, float], None]] = {
    events.RunStarted.kind: RunView._run_started,
    events.JobQueued.kind: RunView._job_queued,
    events.JobStarted.kind: RunView._job_started,
    events.JobFinished.kind: RunView._job_finished,
    events.StepStarted.kind: RunView._step_started,
    events.StepFinished.kind: RunView._step_finished,
    events.Annotation.kind: lambda view, event, _: view.annotations.append(event),
    events.Summary.kind: lambda view, event, _: view.summaries.append(event),
    events.ArtifactStored.kind: lambda view, event, _: view.artifacts.append(event),
    events.Notice.kind: lambda view, event, _: view.notices.append(event),
    events.RunCancelling.kind: RunView._run_cancelling,
    events.RunFinished.kind: RunView._run_finished,
    events.RunInterrupted.kind: RunView._run_interrupted,
}
