"""What the verbs about earlier runs share: the journal, the run, job and step that are meant."""

from __future__ import annotations

import os

from headway import home
from headway.console.view import RunView
from headway.errors import UsageError, did_you_mean
from headway.journal import Journal, JournalError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeVar

    from headway.console.view import JobView, StepView
    from headway.journal.log_reader import LogReader
    from headway.journal.runs import Run

    T = TypeVar("T")


def open_journal() -> Journal:
    """The journal. Raises UsageError when nothing was ever run, JournalError."""
    path = home.journal()
    if not os.path.exists(path):
        raise UsageError("nothing has been run yet", hint="start with: headway run")
    return Journal.open(path)


def here() -> str:
    """The root of the working tree that the current folder is in; "" when it is in none."""
    folder = os.getcwd()
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above
    return folder


def find_run(journal: Journal, text: str) -> Run:
    """The run meant by `text` (number, start of an id, latest) from where the user is."""
    return journal.find_run(text, here())


def names_a_run(journal: Journal, text: str) -> bool:
    """Whether a first argument that may be left out is a run, and not the name of a job."""
    text = text.removeprefix("#")
    if text == "latest" or text.isdecimal():
        return True
    try:
        journal.find_run(text, here())
    except UsageError as error:
        return "more than one run" in error.message
    except JournalError:
        return False
    return True


def view_of(journal: Journal, run: Run) -> RunView:
    view = RunView()
    for record in journal.read(run.id):
        view.apply(record)
    return view


def reader(run: str, step: StepView) -> LogReader:
    from headway.journal.log_reader import LogReader

    # A log that the event doesn't name is one that was never written.
    return LogReader(os.path.join(home.run(run), step.log or "none"))


def find_jobs(view: RunView, name: str) -> list[JobView]:
    """The jobs meant by a name: one, or every combination of a matrix by the job's id.

    Raises UsageError when there is none, or several by a beginning.
    """
    jobs = list(view.jobs.values())
    wanted = name.casefold()
    for exact in (
        [j for j in jobs if j.job == name],
        [j for j in jobs if wanted in (j.job.casefold(), j.name.casefold())],
        [j for j in jobs if j.id.casefold() == wanted],
    ):
        if exact:
            return exact
    begin = [j for j in jobs if j.job.casefold().startswith(wanted)]
    known = {n for j in jobs for n in (j.job, j.id)}
    return [_only(begin, name, "job", known, (j.job for j in begin))]


def find_step(job: JobView, name: str) -> StepView:
    """The step meant by its number, id or name, or a part of its name that no other has.

    Raises UsageError when there is none, or several.
    """
    steps = list(job.steps.values())
    if name.isdecimal():
        found = [s for s in steps if s.number == int(name)]
        if found:
            return found[0]
    wanted = name.casefold()
    for exact in (
        [s for s in steps if s.id == name],
        [s for s in steps if s.name.casefold() == wanted],
    ):
        if exact:
            return exact[0]
    part = [s for s in steps if wanted in s.name.casefold()]
    known = [f"{s.number} {s.name}" for s in steps]
    return _only(part, name, "step", known, (f"{s.number} {s.name}" for s in part))


def _only(
    found: Sequence[T], name: str, what: str, known: Iterable[str], close: Iterable[str]
) -> T:
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f'"{name}" is more than one {what}', hint=", ".join(close))
    raise UsageError(f'there is no {what} "{name}" in this run', hint=did_you_mean(name, known))
