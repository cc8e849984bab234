"""Background steps: started, waited for, cancelled; their effects count once waited for.

Source: "jobs.<job_id>.steps[*].background", `wait`, `wait-all`, `cancel` and `parallel` of the
workflow syntax page. At most ten run at once in a job; the others wait for a place.
"""

from __future__ import annotations

import threading

from headway import events

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from headway.runner.job import Job
    from headway.runner.level import Level
    from headway.runner.step import Step
    from headway.runner.steps import Finished, Plan

MOST = 10


class Started:
    """One background step: its thread, its level (a copy with effects of its own), its end."""

    def __init__(self, plan: Plan, level: Level, number: int) -> None:
        self.plan = plan
        self.level = level
        self.name = plan.model.id or f"step {number}"
        self.finished: Finished | None = None
        self.step: Step | None = None
        self.cancelled = False
        self.waited = False
        self.thread: threading.Thread | None = None


class Background:
    """The background steps of one level."""

    def __init__(self, job: Job, level: Level) -> None:
        self._job = job
        self._level = level
        self._started: list[Started] = []
        self._places = threading.Semaphore(MOST)

    def start(self, plan: Plan) -> None:
        entry = Started(plan, self._level.background(), len(self._started) + 1)
        self._started.append(entry)
        entry.thread = threading.Thread(target=self._run, args=(entry,), name=entry.name)
        entry.thread.start()

    def _run(self, entry: Started) -> None:
        with self._places:
            if entry.cancelled:
                return
            entry.finished = entry.plan.run(entry.level)

    def open(self) -> list[Started]:
        return [e for e in self._started if not e.waited]

    def named(self, ids: Iterable[str]) -> list[Started]:
        wanted = {i.lower() for i in ids}
        return [e for e in self._started if e.plan.model.id.lower() in wanted]

    def of(self, plans: Iterable[Plan]) -> list[Started]:
        group = list(plans)
        return [e for e in self._started if e.plan in group]

    def wait(self, step: Step, entries: list[Started]) -> None:
        """Waits, lets what they did count, and fails when one of them failed."""
        from headway.runner.step import Failed

        failed = []
        for entry in entries:
            self._join(entry)
            self._count(entry)
            conclusion = entry.finished.conclusion if entry.finished else events.CANCELLED
            step.say(f"{entry.name}: {conclusion}")
            if conclusion == events.FAILURE:
                failed.append(entry.name)
        if failed:
            raise Failed(f"background step failed: {', '.join(failed)}")

    def cancel(self, step: Step, id: str) -> None:
        """Stops one; that it ends as cancelled is no failure of the job."""
        for entry in self.named([id]):
            entry.cancelled = True
            self._job.stop_steps(entry.level)
            self._join(entry)
            self._count(entry)
            step.say(
                f"{entry.name}: {entry.finished.conclusion if entry.finished else 'cancelled'}"
            )

    def wait_rest(self) -> None:
        """At the level's end: what nobody waited for is waited for."""
        for entry in self.open():
            self._join(entry)
            self._count(entry)
            if entry.finished and entry.finished.conclusion == events.FAILURE:
                self._level.fail(f"{entry.name}: {entry.finished.reason}")

    def _join(self, entry: Started) -> None:
        if entry.thread is not None:
            entry.thread.join()

    def _count(self, entry: Started) -> None:
        if entry.waited:
            return
        entry.waited = True
        entry.level.effects.flush()
        self._level.steps.update(entry.level.own_steps())
