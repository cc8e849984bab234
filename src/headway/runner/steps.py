"""The steps of a job or a composite action, in order: conditions, outcomes, background, post.

Sources: "jobs.<job_id>.steps" of the workflow syntax page; "Metadata syntax" for pre and post.
"""

from __future__ import annotations

import time

from headway import events
from headway.errors import HeadwayError
from headway.runner import action as actions
from headway.runner import script
from headway.runner.background import Background
from headway.runner.level import Level
from headway.runner.resolved import number, texts
from headway.runner.step import Ending, Step
from headway.values import Value
from headway.workflow.expression import (
    Condition,
    Template,
    resolve,
    templated,
    to_text,
    truthy,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headway.runner.job import Job
    from headway.workflow.model import Data
    from headway.workflow.model import Step as StepModel


class Post(Value):
    """Work that an action does at the job's end; the last one registered runs first."""

    title: str
    level: Level
    condition: Condition | None
    env: Mapping[str, str]
    state: dict[str, str]
    work: Callable[[Step], None]
    parent: int


class Finished(Value):
    outcome: str
    conclusion: str
    reason: str = ""


def run_all(job: Job, level: Level, models: tuple[StepModel, ...]) -> None:
    """A job's steps: actions' pre steps, the steps, what they left for the end."""
    plans = [Plan(job, level, model) for model in models]
    for plan in plans:
        plan.pre()
    run_level(job, level, plans)
    while job.post:
        post = job.post.pop()
        shape = Shape(post.title, "post", post.condition, parent=post.parent, state=post.state)
        ended = perform(job, post.level, shape, lambda step, p=post: p.env, post.work)  # type: ignore[misc]
        if ended.conclusion == events.FAILURE and post.level is not level:
            level.fail(f"{to_text(post.title)}: {ended.reason}")  # of a step inside an action


def run_level(job: Job, level: Level, plans: list[Plan]) -> None:
    background = Background(job, level)
    for plan in plans:
        plan.main(background)
    background.wait_rest()


class Shape(Value):
    """How a step is treated: name, condition, what a failure means."""

    title: Data
    phase: str = "main"
    condition: Condition | None = None
    id: str = ""
    parent: int = 0
    state: dict[str, str] | None = None
    continue_on_error: Data = False
    timeout_minutes: Data = None
    always: bool = False
    action_name: str = ""


class Plan:
    """One step of the file, with the action it uses once that is known."""

    def __init__(self, job: Job, level: Level, model: StepModel) -> None:
        self.job = job
        self.level = level
        self.model = model
        self.state: dict[str, str] = {}
        self.action: actions.Prepared | None = None
        # What is in the workspace may be made by a step before it: looked at again when it runs.
        self._is_late = model.uses is not None and model.uses.startswith(("./", "../"))
        if model.uses is not None:
            try:
                self.action = actions.prepare(job, level, model.uses)
            except HeadwayError:
                if not self._is_late:
                    raise

    def pre(self) -> None:
        """The action's pre step, which runs before any step of the job."""
        if self.action is None or not self.action.has_pre:
            return
        shape = Shape(
            f"Pre {self._title()}",
            "pre",
            self.action.pre_if,
            parent=self.level.parent,
            state=self.state,
        )
        with_ = self.model.with_
        action = self.action
        perform(self.job, self.level, shape, self._env, lambda step: action.run_pre(step, with_))

    def main(self, background: Background) -> None:
        model = self.model
        if model.wait or model.wait_all or model.cancel or model.parallel:
            control(self, background)
        elif model.background:
            background.start(self)
        else:
            self.run(self.level)

    def run(self, level: Level) -> Finished:
        model = self.model
        shape = Shape(
            model.name if model.name is not None else self._title(),
            condition=model.if_,
            id=model.id,
            parent=level.parent,
            state=self.state,
            continue_on_error=model.continue_on_error,
            timeout_minutes=model.timeout_minutes,
            action_name=self._action_name(),
        )
        return perform(self.job, level, shape, self._env, self._work)

    def _action_name(self) -> str:
        if self.model.id:
            return self.model.id
        uses = self.model.uses
        base = "__run" if uses is None else "__" + uses.partition("@")[0].replace("/", "_")
        return self.level.action_name(base.replace("./", "self"))

    def _title(self) -> Data:
        if self.model.name is not None:
            return self.model.name
        if self.model.uses is not None:
            return f"Run {self.model.uses}"
        run = self.model.run
        text = (run.raw if isinstance(run, Template) else to_text(run)).strip()
        title = f"Run {text.splitlines()[0] if text else ''}"
        try:
            return templated(title, self.model.place)
        except HeadwayError:
            return title  # the expression goes on in the next line

    def _env(self, step: Step) -> dict[str, str]:
        return texts(self.model.env, self.job.scope(step.level, contexts=step.contexts))

    def _work(self, step: Step) -> None:
        if self.model.uses is None:
            script.run(step, self.model)
            return
        if self._is_late:
            self.action = actions.prepare(self.job, step.level, self.model.uses)
        assert self.action is not None
        if self.action.has_post:
            self._register_post(step)
        self.action.run_main(step, self.model.with_)

    def _register_post(self, step: Step) -> None:
        assert self.action is not None
        action, with_, title = self.action, self.model.with_, self._title()
        self.job.post.append(
            Post(
                f"Post {title if isinstance(title, str) else step.title}",
                step.level,
                action.post_if,
                step.env,
                self.state,
                lambda step: action.run_post(step, with_),
                step.level.parent,
            )
        )


def perform(
    job: Job,
    level: Level,
    shape: Shape,
    env: Callable[[Step], Mapping[str, str]],
    work: Callable[[Step], None],
) -> Finished:
    """One phase of one step: asks its condition, does its work, records how it went."""
    started = time.monotonic()
    step = Step(
        job, level, job.next_number(), "", id=shape.id, phase=shape.phase, state=shape.state
    )
    if shape.action_name:
        step.contexts["github"] = {**step.contexts["github"], "action": shape.action_name}
    problem = ""
    try:
        step.env = dict(env(step))
    except HeadwayError as error:
        problem = f"env: {error}"
    scope = job.scope(level, {**level.environment(), **step.env}, step.contexts)
    step.title = _title(shape.title, scope)

    def holds() -> bool:
        if job.run.killed.is_set():
            return False
        if shape.condition is not None:
            return shape.condition.evaluate(scope)
        return shape.always or shape.phase != "main" or job.status(level) == events.SUCCESS

    timeout = None
    try:
        wanted = bool(problem) or holds()
        timeout = _timeout(shape, scope) if wanted else None
    except HeadwayError as error:
        wanted, problem = True, problem or str(error)
    if not wanted:
        return _skip(job, level, step, shape)
    job.run.recorder.emit(step.start_event(shape.parent))
    job.register(step, lambda: _quietly(holds))
    try:
        ending = step.run(_failing(problem) if problem else work, timeout)
        if ending.outcome == events.FAILURE and job.run.options.shell_on_failure:
            script.open_shell(step)
    finally:
        job.unregister(step)
    return _finish(job, level, step, shape, ending, started)


def _failing(problem: str) -> Callable[[Step], None]:
    def work(step: Step) -> None:
        raise HeadwayError(problem)

    return work


def _quietly(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except HeadwayError:
        return False


def _timeout(shape: Shape, scope: object) -> float | None:
    if shape.timeout_minutes is None:
        return None
    return number(shape.timeout_minutes, scope, 0, "timeout-minutes") * 60  # type: ignore[arg-type]


def _title(title: Data, scope: object) -> str:
    try:
        return to_text(resolve(title, scope))  # type: ignore[arg-type]
    except HeadwayError:
        return getattr(title, "raw", str(title))  # its name is no reason to fail a step


def _skip(job: Job, level: Level, step: Step, shape: Shape) -> Finished:
    step.close()
    reason = "cancelled" if job.cancelled and shape.condition is None else _why(shape)
    # A skipped pre or post step says nothing to anybody.
    if shape.phase == "main":
        job.run.recorder.emit(
            step.start_event(shape.parent),
            events.StepFinished(
                job=job.key,
                step=step.number,
                outcome=events.SKIPPED,
                conclusion=events.SKIPPED,
                reason=reason,
            ),
        )
        level.remember(shape.id, {}, events.SKIPPED, events.SKIPPED)
    return Finished(events.SKIPPED, events.SKIPPED, reason)


def _why(shape: Shape) -> str:
    if shape.condition is None:
        return "an earlier step failed"
    return f"if: {shape.condition.raw.strip()}"


def _finish(
    job: Job, level: Level, step: Step, shape: Shape, ending: Ending, started: float
) -> Finished:
    scope = job.scope(level, {**level.environment(), **step.env}, step.contexts)
    conclusion = ending.outcome
    if conclusion == events.FAILURE and _continues(shape.continue_on_error, scope, step):
        conclusion = events.SUCCESS
    if conclusion == events.FAILURE:
        level.fail(f"{step.title}: {ending.reason}")
    mask = job.run.masker.text
    if shape.phase == "main":
        level.remember(shape.id, step.outputs, ending.outcome, conclusion)
    lines = step.close()
    job.run.recorder.emit(
        events.StepFinished(
            job=job.key,
            step=step.number,
            outcome=ending.outcome,
            conclusion=conclusion,
            seconds=round(time.monotonic() - started, 3),
            exit_code=ending.exit_code,
            reason=mask(ending.reason),
            outputs={k: mask(v) for k, v in step.outputs.items()},
            lines=lines,
        )
    )
    return Finished(ending.outcome, conclusion, ending.reason)


def _continues(data: Data, scope: object, step: Step) -> bool:
    if data is False:
        return False
    try:
        return truthy(resolve(data, scope))  # type: ignore[arg-type]
    except HeadwayError as error:
        step.error(f"continue-on-error: {error}")
        return False


def control(plan: Plan, background: Background) -> None:
    """wait, wait-all, cancel and parallel: steps that only concern background steps."""
    model = plan.model
    if model.parallel:
        group = [Plan(plan.job, plan.level, inner) for inner in model.parallel]
        for inner in group:
            background.start(inner)
        title = "Wait for parallel steps"
        work = lambda step: background.wait(step, background.of(group))  # noqa: E731
    elif model.cancel:
        title = f"Cancel {model.cancel}"
        work = lambda step: background.cancel(step, model.cancel)  # noqa: E731
    elif model.wait:
        title = f"Wait for {', '.join(model.wait)}"
        work = lambda step: background.wait(step, background.named(model.wait))  # noqa: E731
    else:
        title = "Wait for all background steps"
        work = lambda step: background.wait(step, background.open())  # noqa: E731
    shape = Shape(
        model.name if model.name is not None else title,
        id=model.id,
        parent=plan.level.parent,
        continue_on_error=model.continue_on_error,
        always=True,
    )
    perform(plan.job, plan.level, shape, lambda step: {}, work)
