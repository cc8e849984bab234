"""The words for runs, jobs and steps that every way of showing them shares."""

from __future__ import annotations

from headway import events
from headway.console import clean
from headway.units import elapsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.console.style import Style
    from headway.console.view import JobView, StepView


def head(event: events.RunStarted, style: Style) -> str:
    """`CI · push · main 68b834f with uncommitted changes · run 12`."""
    ref = event.ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
    where = f"{ref} {event.sha[:7]}" + (" with uncommitted changes" if event.dirty else "")
    parts = [event.event, where, f"run {event.number or event.run}"]
    dot = f" {style.mark('dot')} "
    facts = dot.join(clean.one_line(p.strip()) for p in parts if p.strip())
    return style.paint("bold", clean.one_line(event.name)) + style.paint("dim", dot + facts)


def step_facts(step: StepView) -> str:
    """Why, exit code and time, as far as they are worth saying."""
    if step.state == events.SKIPPED:
        return "skipped" + (f": {clean.one_line(step.reason)}" if step.reason else "")
    reason = clean.one_line(step.reason)
    if step.state != events.SUCCESS and step.exit_code and "exit code" not in reason:
        reason = f"exit code {step.exit_code}" + (f", {reason}" if reason else "")
    if step.state == events.SUCCESS and step.outcome == events.FAILURE:
        reason = "failed, continue-on-error"
    return ", ".join(p for p in (reason, elapsed(step.seconds)) if p)


def job_facts(job: JobView) -> str:
    words = {
        events.SUCCESS: "passed",
        events.FAILURE: "failed",
        events.CANCELLED: "cancelled",
        events.SKIPPED: "skipped",
    }
    word = words.get(job.state, job.state)
    if job.state == events.SUCCESS and job.outcome == events.FAILURE:
        word = "failed, continue-on-error"
    took = f" in {elapsed(job.seconds)}" if job.state != events.SKIPPED else ""
    # A step that failed has said why just before.
    told = job.state in (events.SUCCESS, events.FAILURE) and job.steps
    reason = f": {clean.one_line(job.reason)}" if job.reason and not told else ""
    return word + took + reason


def step_name(step: StepView) -> str:
    phase = {"pre": "Pre ", "post": "Post "}.get(step.phase, "")
    name = clean.one_line(step.name)
    return name if not phase or name.startswith(phase) else phase + name
