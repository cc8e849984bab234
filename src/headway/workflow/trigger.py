"""Whether a workflow runs for something that happened, and why or why not.

The rules are those of GitHub's pages "Workflow syntax" (`on`), "Events that trigger
workflows" and "Skipping workflow runs". Nothing is looked up here: what isn't known about
the happening (no changed paths, no activity type) doesn't keep a workflow from running.
"""

from __future__ import annotations

from headway.values import Value
from headway.workflow import pattern, webhook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from headway.workflow.model import Trigger, Workflow

MOST_PATHS = 300  # changed files that GitHub looks at
MOST_COMMITS = 1000  # in a push; with more, path filters are left out
SKIPPING = ("[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]")
_HEADS, _TAGS = "refs/heads/", "refs/tags/"


class Happening(Value):
    """Something that happened to the repository: GitHub's event, as far as filters need it."""

    event: str  # push, pull_request, …
    action: str = ""  # activity type; the event_type of repository_dispatch; "" when not known
    ref: str = ""  # what was pushed, in full: refs/heads/main, refs/tags/v1
    base_ref: str = ""  # the branch that a pull request or merge group goes into
    paths: tuple[str, ...] | None = None  # changed, from the repository's root; None: not known
    commits: int = 0  # pushed at once
    deleted: bool = False  # the push deleted `ref`
    message: str = ""  # of the newest commit: it can ask for no runs
    workflow: str = ""  # workflow_run: name of the workflow that ran
    head_branch: str = ""  # workflow_run: the branch it ran on
    cron: str = ""  # schedule: the line that is due; "" for any

    @property
    def branch(self) -> str:
        return self.ref[len(_HEADS) :] if self.ref.startswith(_HEADS) else ""

    @property
    def tag(self) -> str:
        return self.ref[len(_TAGS) :] if self.ref.startswith(_TAGS) else ""


class Decision(Value):
    """`reason` is one line for people; it goes on from "runs: " or "does not run: "."""

    runs: bool
    reason: str


def decide(workflow: Workflow, happening: Happening) -> Decision:
    """Whether GitHub would run the workflow for this happening."""
    trigger = workflow.trigger(happening.event)
    if trigger is None:
        events = ", ".join(sorted(t.event for t in workflow.on)) or "nothing"
        return Decision(False, f"it runs on {events}, not on {happening.event}")
    skipped = _skipped(happening)
    if skipped:
        return Decision(False, skipped)
    for rule in (_types, _refs, _workflow_run, _schedule, _paths):
        against = rule(trigger, happening)
        if against:
            return Decision(False, against)
    return Decision(True, f"on {_describe(happening)}")


def _describe(happening: Happening) -> str:
    name = happening.event + (f" ({happening.action})" if happening.action else "")
    if happening.event == "push" and happening.ref:
        return f"{name} to {_short(happening)}"
    if happening.base_ref:
        return f"{name} into {happening.base_ref}"
    return name


def _short(happening: Happening) -> str:
    return f"tag {happening.tag}" if happening.tag else happening.branch or happening.ref


def _skipped(happening: Happening) -> str:
    if happening.event not in ("push", "pull_request") or not happening.message:
        return ""
    for mark in SKIPPING:
        if mark in happening.message:
            return f"the commit's message has {mark}"
    trailer = happening.message.rstrip().rsplit("\n", 1)[-1]
    if "\n\n" in happening.message and trailer.replace(" ", "") == "skip-checks:true":
        return f'the commit\'s message ends with "{trailer}"'
    return ""


# --- one rule each: "" when it has nothing against a run -----------------------------------


def _types(trigger: Trigger, happening: Happening) -> str:
    types = trigger.types
    if types is None:
        types = webhook.DEFAULT_TYPES.get(trigger.event)
    if types is None or not happening.action or happening.action in types:
        return ""
    default = "" if trigger.types is not None else ", the default"
    return f"its activity type is {happening.action}; types has {', '.join(types)}{default}"


def _refs(trigger: Trigger, happening: Happening) -> str:
    if trigger.event == "push":
        return _pushed(trigger, happening)
    if trigger.event == "workflow_run":
        return ""
    return _named(
        "branch", happening.base_ref, "branches", trigger.branches, trigger.branches_ignore
    )


def _pushed(trigger: Trigger, happening: Happening) -> str:
    """Filters for one kind of ref only shut the other kind out."""
    branches = trigger.branches is not None or trigger.branches_ignore is not None
    tags = trigger.tags is not None or trigger.tags_ignore is not None
    if happening.tag:
        if branches and not tags:
            return f"{_short(happening)} was pushed, and it filters branches only"
        return _named("tag", happening.tag, "tags", trigger.tags, trigger.tags_ignore)
    if tags and not branches and happening.branch:
        return f"branch {happening.branch} was pushed, and it filters tags only"
    return _named("branch", happening.branch, "branches", trigger.branches, trigger.branches_ignore)


def _named(
    kind: str,
    name: str,
    key: str,
    wanted: Sequence[str] | None,
    ignored: Sequence[str] | None,
) -> str:
    if not name:
        return ""
    if wanted is not None:
        last = pattern.deciding(wanted, name)
        if last is None:
            return f"{kind} {name} matches none of {key} ({', '.join(wanted)})"
        if last.negative:
            return f'{kind} {name} is taken out by "{last.text}" in {key}'
    if ignored is not None:
        last = pattern.deciding(ignored, name)
        if last is not None and not last.negative:
            return f'{kind} {name} matches "{last.text}" in {key}-ignore'
    return ""


def _workflow_run(trigger: Trigger, happening: Happening) -> str:
    if trigger.event != "workflow_run":
        return ""
    names, name = trigger.workflows, happening.workflow
    if names and name and name not in names and not pattern.included(names, name):
        return f'it follows {", ".join(names)}, not "{name}"'
    return _named(
        "branch", happening.head_branch, "branches", trigger.branches, trigger.branches_ignore
    )


def _schedule(trigger: Trigger, happening: Happening) -> str:
    if trigger.event != "schedule" or not happening.cron:
        return ""
    lines = [s.cron for s in trigger.schedules]
    if happening.cron in lines:
        return ""
    return f'"{happening.cron}" is not among its schedules ({"; ".join(lines)})'


def _paths(trigger: Trigger, happening: Happening) -> str:
    """Tags are pushed without a look at paths; so are pushes too large for a comparison."""
    wanted, ignored, paths = trigger.paths, trigger.paths_ignore, happening.paths
    if wanted is None and ignored is None:
        return ""
    if paths is None or happening.tag or happening.commits > MOST_COMMITS:
        return ""
    if not paths or happening.deleted:
        return "no file changed, and it filters paths"
    seen, limit = paths[:MOST_PATHS], ""
    if len(paths) > MOST_PATHS:
        limit = f"; GitHub looks at the first {MOST_PATHS} of {len(paths)} only"
    if wanted is not None and not any(pattern.included(wanted, path) for path in seen):
        return f"no changed file matches paths ({', '.join(wanted)}){limit}"
    if ignored is not None and all(pattern.included(ignored, path) for path in seen):
        return f"every changed file matches paths-ignore ({', '.join(ignored)}){limit}"
    return ""
