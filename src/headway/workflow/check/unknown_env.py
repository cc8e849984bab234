"""`env.X` that nothing sets: the machine's own variables aren't in the `env` context."""

from __future__ import annotations

from headway.errors import nearest
from headway.workflow.check.base import get, pairs
from headway.workflow.check.mention import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Job, Step, Subject
    from headway.workflow.check.mention import Mention
    from headway.workflow.source import Node

ID = "unknown-env"
SUMMARY = "An expression reads a variable that no env sets: it is always empty."

# Actions that set no variables for later steps.
_QUIET = ("actions/checkout@", "actions/cache", "actions/upload-artifact", "actions/download-")


def check(subject: Subject) -> Iterator[Problem]:
    if subject.workflow is None:
        return
    for mention in subject.mentions("env"):
        name, job, step = mention.name(1), mention.use.job, mention.use.step
        if name in ("", ANY) or job is None or _can_be_set(job, step):
            continue
        known = _names(subject, job, step)
        if known is not None and name not in {k.lower() for k in known}:
            yield subject.about(
                ID,
                f"no env sets {mention.names[1]}, so {mention} is always empty",
                mention,
                hint=_hint(mention, known),
            )


def _can_be_set(job: Job, reader: Step | None) -> bool:
    """Whether an earlier step, or what runs outside of steps, may have set variables."""
    if reader is None:
        return True
    for step in job.steps:
        if step is reader:
            break
        if "GITHUB_ENV" in step.run or "set-env" in step.run or _runs_a_script(step):
            return True
        if step.uses and not step.uses.lower().startswith(_QUIET):
            return True
    return False


def _runs_a_script(step: Step) -> bool:
    """A script of the repository's own can write to GITHUB_ENV unseen."""
    return any(mark in step.run for mark in ("./", ".sh", ".py", ".js", "make", "npm", "source "))


def _names(subject: Subject, job: Job, step: Step | None) -> list[str] | None:
    """The variables of all levels; None when an expression gives them."""
    found: list[str] = []
    levels: list[Node | None] = [get(subject.root, "env"), job.get("env")]
    levels += [step.get("env") if step is not None else None]
    levels.append(get(job.get("container"), "env"))
    for level in levels:
        if level is not None and level.kind == "str":
            return None
        found += [key.value for key, _ in pairs(level)]
    return found


def _hint(mention: Mention, known: list[str]) -> str:
    close = nearest(mention.names[1], known)
    if close:
        return f'did you mean "{close}"?'
    name = mention.names[1]
    return f"set it under env; a variable of the machine is read in the script, as ${name}"
