"""What a terminal shows of a run at one moment: as much of the tree as there is room for.

Pure: a view, the ends of what steps printed, the time and the size give lines.
"""

from __future__ import annotations

from headway import events
from headway.console import clean, words
from headway.console.style import Style
from headway.console.view import QUEUED, RUNNING
from headway.units import elapsed
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from headway.console.style import Line
    from headway.console.view import JobView, RunView, StepView

    LastLines = Callable[[str, int], Sequence[bytes]]  # (job, step), groups folded


class Detail(Value):
    """How much of a tree is shown. Each next one in DETAILS takes fewer lines."""

    finished_steps: bool = True
    each_finished: bool = True  # or only those that didn't go well, and how many did
    each_queued: bool = True  # or only how many wait
    running_steps: bool = True  # or only those that run or failed
    tail: int = 8  # lines of what a step prints
    running: int = 1000  # jobs that run


DETAILS = (
    Detail(),
    Detail(finished_steps=False),
    Detail(finished_steps=False, tail=4),
    Detail(finished_steps=False, each_queued=False, tail=4),
    Detail(finished_steps=False, each_queued=False, each_finished=False, tail=4),
    Detail(
        finished_steps=False, each_queued=False, each_finished=False, running_steps=False, tail=3
    ),
    Detail(
        finished_steps=False, each_queued=False, each_finished=False, running_steps=False, tail=1
    ),
    *(
        Detail(
            finished_steps=False,
            each_queued=False,
            each_finished=False,
            running_steps=False,
            tail=0,
            running=most,
        )
        for most in (1000, 20, 10, 5, 2, 0)
    ),
)


class Screen:
    """Draws runs in one style."""

    def __init__(self, style: Style) -> None:
        self._style = style

    def lines(
        self,
        view: RunView,
        last: LastLines,
        *,
        now: float,
        width: int,
        height: int,
        frame: int = -1,
    ) -> list[Line]:
        """At most `height` lines of at most `width` columns."""
        room = max(1, height - 1)
        tree: list[Line] = []
        for detail in DETAILS:
            tree = self.tree(view, last, detail, now=now, width=width, frame=frame, enough=room)
            if len(tree) <= room:
                break
        return [self._head(view, now, width), *tree][: max(1, height)]

    def tree(
        self,
        view: RunView,
        last: LastLines,
        detail: Detail,
        *,
        now: float,
        width: int,
        frame: int = -1,
        enough: int = 1 << 30,
    ) -> list[Line]:
        """Jobs with their steps, then what waits. Gives up with more lines than `enough`."""
        lines: list[Line] = []
        running = shown = passed = 0
        for job in view.jobs.values():
            if len(lines) > enough:
                return lines
            if job.state == QUEUED:
                continue
            if job.state == RUNNING:
                running += 1
                if shown >= detail.running:
                    continue
                shown += 1
            elif job.state in (events.SUCCESS, events.SKIPPED) and not detail.each_finished:
                passed += 1
                continue
            lines += self._job(job, last, detail, now, width, frame)
        done = self._count("success", passed, ("job done", "jobs done"), width)
        hidden = running - shown
        names = ("more job runs", "more jobs run") if shown else ("job runs", "jobs run")
        more = self._count("running", hidden, names, width)
        return [*done, *lines, *more, *self._queued(view, detail, width, enough)]

    def _head(self, view: RunView, now: float, width: int) -> Line:
        if view.start is None:
            return []
        right = elapsed(now - view.at)
        if view.cancelling and view.state == RUNNING:
            right = f"cancelling, {right}"
        start, dot = view.start, f" {self._style.mark('dot')} "
        ref = start.ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
        facts = dot.join(clean.one_line(p) for p in (start.event, ref, f"run {view.label}") if p)
        return self._style.fit(
            [("bold", clean.one_line(start.name)), ("dim", dot + facts)], width, right
        )

    def _job(
        self,
        job: JobView,
        last: LastLines,
        detail: Detail,
        now: float,
        width: int,
        frame: int,
    ) -> Iterable[Line]:
        style = self._style
        name = clean.one_line(job.job)
        if job.finished:
            facts = words.job_facts(job)
            look = "" if job.state != events.FAILURE else "bold red"
            if job.state == events.SUCCESS and job.outcome != events.FAILURE:
                facts = elapsed(job.seconds)
            yield style.fit([style.mark_span(job.state), ("", " "), (look, name)], width, facts)
            steps = list(job.steps.values()) if detail.finished_steps else []
        else:
            mark = style.mark_span(job.state, frame)
            yield style.fit([mark, ("", " "), ("bold", name)], width, elapsed(now - job.started))
            steps = [s for s in job.steps.values() if detail.running_steps or _matters(s)]
        for step in steps:
            indent = "  " * (1 + job.depth(step))
            yield self._step(step, indent, now, width, frame)
            if step.state == RUNNING and detail.tail:
                yield from self._tail(last(job.job, step.number), indent, detail.tail, width)

    def _step(self, step: StepView, indent: str, now: float, width: int, frame: int) -> Line:
        style = self._style
        running = step.state == RUNNING
        right = elapsed(now - step.started) if running else words.step_facts(step)
        look = {events.SKIPPED: "dim", events.FAILURE: "red"}.get(step.state, "")
        mark = style.mark_span(step.state, frame if running else -1)
        return style.fit(
            [("", indent), mark, ("", " "), (look, words.step_name(step))], width, right
        )

    def _tail(self, last: Sequence[bytes], indent: str, count: int, width: int) -> Iterable[Line]:
        bar = f"{indent}  {self._style.mark('bar')} "
        for raw in last[-count:]:
            line = clean.lines(raw, colour=False).decode("utf-8", "replace").expandtabs(4)
            look = "dim"
            for sign, mark in (("##[group]", self._style.mark("group") + " "), ("##[error]", "")):
                if line.startswith(sign):
                    line = mark + line.removeprefix(sign)
                    look = "bold" if mark else "red"
            line = line.removeprefix("##[warning]").removeprefix("##[notice]")
            yield self._style.fit([("dim", bar), (look, clean.one_line(line))], width)

    def _queued(self, view: RunView, detail: Detail, width: int, enough: int) -> Iterable[Line]:
        waiting = [job for job in view.jobs.values() if job.state == QUEUED]
        if not detail.each_queued:
            return self._count("queued", len(waiting), ("job waits", "jobs wait"), width)
        # `needs` names ids, of which a matrix makes several jobs.
        going = {n for job in view.jobs.values() if not job.finished for n in (job.id, job.job)}
        return [self._waiting(job, going, width) for job in waiting[: enough + 1]]

    def _waiting(self, job: JobView, going: set[str], width: int) -> Line:
        left = [clean.one_line(name) for name in job.needs if name in going]
        why = "waits for " + ", ".join(left) if left else "waits"
        name = ("dim", clean.one_line(job.job))
        return self._style.fit(
            [self._style.mark_span("queued"), ("", " "), name, ("dim", f"  {why}")], width
        )

    def _count(self, state: str, count: int, words: tuple[str, str], width: int) -> list[Line]:
        if not count:
            return []
        text = f" {count} {words[count != 1]}"
        return [self._style.fit([self._style.mark_span(state), ("dim", text)], width)]


def _matters(step: StepView) -> bool:
    return step.state == RUNNING or step.state == events.FAILURE
