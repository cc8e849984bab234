"""The facts of a run, a gate, a rollout: small typed records, and how they are written down.

Everything that is shown or decided later comes from these. One event is one JSON object with
`kind`, `seq` (position in its stream, from 1), `at` (seconds since 1970, UTC) and the fields
below; `version` of the format is in the first event of each stream. Fields are only ever
added, with a default, so that old journals stay readable.

Log lines are not events: they go to a file per step; an event carries the positions.

The events of a run are here; those of gates and of rollouts are in modules beside this one,
loaded when one of them is read.
"""

from __future__ import annotations

from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

VERSION = 1

# Conclusions and outcomes, GitHub's words.
SUCCESS, FAILURE, CANCELLED, SKIPPED = "success", "failure", "cancelled", "skipped"


class Event(Value):
    """Base of every event; `kind` names the type in JSON and in the journal."""

    kind = ""

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, **self.to_dict()}


# --- a run -------------------------------------------------------------------------------


class RunStarted(Event):
    kind = "run.started"
    run: str  # the stream's id
    workflow: str  # path of the file
    name: str  # what GitHub would show: run-name, or the workflow's name
    event: str  # push, pull_request, …
    ref: str
    sha: str
    actor: str
    repository: str  # owner/name
    root: str  # the working tree the run was started in
    dirty: bool = False  # uncommitted changes were part of what ran
    rerun_of: str = ""
    attempt: int = 1
    pid: int = 0
    arguments: tuple[str, ...] = ()  # command line, without values of secrets
    version: int = VERSION
    number: int = 0  # counts the runs of this working tree, from 1: what people type
    process: str = ""  # tells this process from a later one with its pid: journal.process


class JobQueued(Event):
    """A job instance (one matrix combination) is known. `job` is unique in the run."""

    kind = "job.queued"
    job: str  # build, test (3.11, ubuntu), call / build
    id: str  # the key in the file
    name: str
    needs: tuple[str, ...] = ()
    matrix: Mapping[str, Any] = {}
    parent: str = ""  # the job that called a reusable workflow


class JobStarted(Event):
    kind = "job.started"
    job: str


class StepStarted(Event):
    """`step` counts from 1 in the job; steps inside composite actions have a `parent`."""

    kind = "step.started"
    job: str
    step: int
    name: str
    id: str = ""
    parent: int = 0
    phase: str = "main"  # setup pre main post
    log: str = ""  # path below the run's folder


class StepFinished(Event):
    kind = "step.finished"
    job: str
    step: int
    outcome: str  # before continue-on-error
    conclusion: str  # after it
    seconds: float = 0.0
    exit_code: int | None = None
    reason: str = ""  # why skipped, failed or cancelled, for people
    outputs: Mapping[str, str] = {}
    lines: int = 0  # in its log


class Annotation(Event):
    kind = "annotation"
    job: str
    step: int
    level: str  # notice warning error
    message: str
    title: str = ""
    file: str = ""
    line: int = 0
    end_line: int = 0
    column: int = 0
    end_column: int = 0


class Summary(Event):
    """Markdown that a step wrote to GITHUB_STEP_SUMMARY."""

    kind = "summary"
    job: str
    step: int
    markdown: str


class ArtifactStored(Event):
    kind = "artifact.stored"
    job: str
    name: str
    path: str  # below the run's folder
    files: int
    size: int  # bytes
    digest: str = ""


class JobFinished(Event):
    kind = "job.finished"
    job: str
    outcome: str
    conclusion: str
    seconds: float = 0.0
    reason: str = ""
    outputs: Mapping[str, str] = {}


class Notice(Event):
    """Something the user should know that belongs to no step: a warning of the plan, …"""

    kind = "notice"
    message: str
    level: str = "notice"
    job: str = ""


class RunCancelling(Event):
    kind = "run.cancelling"
    reason: str = ""


class RunFinished(Event):
    kind = "run.finished"
    conclusion: str
    seconds: float = 0.0


class RunInterrupted(Event):
    """The run's process went away without a last word; a later command noticed."""

    kind = "run.interrupted"
    reason: str = ""
    last: float = 0.0  # time of its last event or line of output: it lived at least until then


class Record(Value):
    """An event with its place in a stream, as the journal keeps it.

    `digest` is the SHA-256 (hex) of the digest before it and this event's JSON text.
    """

    stream: str
    seq: int
    at: float
    event: Event
    digest: str = ""


# First word of a kind → the module that declares it.
ELSEWHERE = {
    "evidence": "headway.events.quality",
    "verdict": "headway.events.quality",
    "decision": "headway.events.delivery",
    "environment": "headway.events.delivery",
    "release": "headway.events.delivery",
    "rollout": "headway.events.delivery",
}


def find(kind: str) -> type[Event] | None:
    """The type of event that a kind names."""
    module = ELSEWHERE.get(kind.partition(".")[0])
    if module is not None:
        from importlib import import_module

        import_module(module)
    return next((c for c in Event.__subclasses__() if c.kind == kind), None)


def from_json(data: dict[str, Any]) -> Event:
    """The event that `Event.to_json` gave; fields of later versions are dropped.

    Raises ValueError for an unknown kind or a missing field.
    """
    kind = data.get("kind")
    event = find(str(kind))
    if event is None:
        raise ValueError(f"unknown kind of event: {kind!r}")
    fields = {
        k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in event._fields
    }
    try:
        return event(**fields)
    except TypeError as error:
        raise ValueError(str(error)) from None
