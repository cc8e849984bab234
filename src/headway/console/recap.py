"""What there is to say when a run has ended: what failed and why, what it left behind.

Every function gives finished lines of text; `show` says the same about runs of the past.
"""

from __future__ import annotations

import re

from headway import events
from headway.console import clean
from headway.console.markers import Markers
from headway.units import elapsed, size_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from headway.console.style import Style
    from headway.console.terminal import Terminal
    from headway.console.view import JobView, RunView, StepView

    LastBytes = Callable[[str, int], bytes]  # (job, step): the end of what it printed

LAST_LINES = 20
LINE_LIMIT = 2000  # characters of one line; more is no longer read by people
MOST_ANNOTATIONS = 10
_REMARKS = rb"(?m)^##\[(?:error|warning|notice)\][^\n]*\n?"
_EXIT = "Process completed with exit code "  # GitHub's annotation; the head says it already
_LEVELS = {"error": "bold red", "warning": "bold yellow", "notice": "bold"}
_VERBS = {
    events.SUCCESS: ("passed in", "bold green"),
    events.FAILURE: ("failed in", "bold red"),
    events.CANCELLED: ("was cancelled after", "bold yellow"),
    events.SKIPPED: ("was skipped after", "bold yellow"),
    "interrupted": ("was interrupted after", "bold yellow"),
}


def recap(
    view: RunView, last: LastBytes, style: Style, *, terminal: bool, more: str = ""
) -> list[str]:
    """All of it, but for step summaries: annotations, artifacts, failures, the verdict.

    `more` is the command that tells more, when that isn't `headway show`.
    """
    parts = [
        notices(view, style),
        remarks(view, style),
        artifacts(view, style),
        failures(view, last, style, terminal=terminal),
        [verdict(view, style, more)],
    ]
    return [line for part in parts if part for line in ("", *part)]


def failures(
    view: RunView,
    last: LastBytes,
    style: Style,
    *,
    terminal: bool,
    lines: int = LAST_LINES,
) -> list[str]:
    """Failed steps with their last lines and annotations; jobs that failed without a step."""
    told: list[str] = []
    jobs = set()
    for job, step in view.failed_steps():
        jobs.add(job.job)
        told += ["", failure_head(job, step, style)]
        told += last_lines(last(job.job, step.number), style, terminal=terminal, count=lines)
        told += _of_step(view, step, style)
    for job in view.jobs.values():
        if job.state == events.FAILURE and job.job not in jobs:
            told += ["", f"{style.painted_mark('failure')} {style.paint('bold', _name(job.job))}"]
            told += [f"  {clean.one_line(job.reason)}"] if job.reason else []
    return told[1:]


def failure_head(job: JobView, step: StepView, style: Style) -> str:
    path = f"{_name(job.job)} {style.mark('path')} {_name(step.name)}"
    facts = [clean.one_line(step.reason) or _exit_code(step), elapsed(step.seconds)]
    why = style.paint("dim", ", ".join(f for f in facts if f))
    return f"{style.painted_mark(step.state)} {style.paint('bold', path)}  {why}"


def last_lines(data: bytes, style: Style, *, terminal: bool, count: int = LAST_LINES) -> list[str]:
    # Annotations are shown with their places; here they would be there twice.
    shown = Markers(style, verbose=False).feed(re.sub(_REMARKS, b"", data))
    if terminal:
        shown = clean.lines(shown, colour=style.colour, utf8=style.unicode)
    found = shown.decode("utf-8", "surrogateescape").rstrip("\n").split("\n")
    bar = style.paint("dim", style.mark("bar"))
    return [f"  {bar} {line[:LINE_LIMIT]}" for line in found[-count:]] if shown.strip() else []


def remarks(view: RunView, style: Style) -> list[str]:
    """Annotations that `failures` doesn't show, the worst first."""
    told = {(job.job, step.number) for job, step in view.failed_steps()}
    rest = [a for a in view.annotations if (a.job, a.step) not in told]
    lines: list[str] = []
    for level in ("error", "warning", "notice"):
        found = [a for a in rest if a.level == level]
        lines += [annotation(a, style) for a in found[:MOST_ANNOTATIONS]]
        if len(found) > MOST_ANNOTATIONS:
            more = len(found) - MOST_ANNOTATIONS
            lines.append(style.paint("dim", f"{more} more of level {level}: {_show(view)}"))
    return lines


def annotation(event: events.Annotation, style: Style) -> str:
    """`error: file:line:column: title: message`."""
    place = event.file
    for number in (event.line, event.column):
        place += f":{number}" if place and number else ""
    message = ": ".join(p for p in (event.title, event.message) if p)
    level = style.paint(_LEVELS.get(event.level, "bold"), f"{event.level}:")
    place = style.paint("cyan", clean.one_line(place)) + ": " if place else ""
    return f"{level} {place}{clean.one_line(message)[:LINE_LIMIT]}"


def _of_step(view: RunView, step: StepView, style: Style) -> list[str]:
    own = [
        a
        for a in view.annotations
        if (a.job, a.step) == (step.job, step.number) and not a.message.startswith(_EXIT)
    ]
    lines = [f"  {annotation(a, style)}" for a in own[:MOST_ANNOTATIONS]]
    if len(own) > MOST_ANNOTATIONS:
        lines.append(style.paint("dim", f"  {len(own) - MOST_ANNOTATIONS} more: {_show(view)}"))
    return lines


def notices(view: RunView, style: Style) -> list[str]:
    lines = []
    for notice in view.notices:
        level = style.paint(_LEVELS.get(notice.level, "bold"), f"{notice.level}:")
        job = f"{_name(notice.job)}: " if notice.job else ""
        lines.append(f"{level} {job}{clean.one_line(notice.message)}")
    return lines


def artifacts(view: RunView, style: Style) -> list[str]:
    lines = []
    for artifact in view.artifacts:
        files = "1 file" if artifact.files == 1 else f"{artifact.files} files"
        facts = style.paint("dim", f"{files}, {size_text(artifact.size)}")
        lines.append(f"artifact {style.paint('bold', clean.one_line(artifact.name))}  {facts}")
    return lines


def summaries(view: RunView) -> Iterable[tuple[str, str]]:
    """(job, Markdown) of every job that wrote a summary, its steps' in one piece."""
    texts: dict[str, list[str]] = {}
    for summary in view.summaries:
        texts.setdefault(summary.job, []).append(summary.markdown.strip("\n"))
    return [(job, "\n\n".join(parts)) for job, parts in texts.items()]


def summary_lines(view: RunView, style: Style, terminal: Terminal) -> list[str]:
    """What steps wrote to GITHUB_STEP_SUMMARY; on a terminal as it is meant to look."""
    lines: list[str] = []
    for job, text in summaries(view):
        lines += ["", style.paint("bold", f"summary of {_name(job)}")]
        if terminal.tty:
            from headway.console.markdown import rendered

            lines += rendered(text, style, terminal.size()[0])
        else:
            lines += text.split("\n")
    return lines


def verdict(view: RunView, style: Style, more: str = "") -> str:
    """`run 12 failed in 3.2s: headway show 12`."""
    if view.state not in _VERBS:
        return f"run {view.label} is {view.state}"
    verb, look = _VERBS[view.state]
    line = f"run {view.label} {style.paint(look, verb)} {elapsed(view.seconds)}"
    return line if view.state == events.SUCCESS else f"{line}: {more or _show(view)}"


def _show(view: RunView) -> str:
    return f"headway show {view.label}"


def _exit_code(step: StepView) -> str:
    return "" if step.exit_code is None else f"exit code {step.exit_code}"


def _name(text: str) -> str:
    return clean.one_line(text)
