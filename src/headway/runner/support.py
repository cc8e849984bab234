"""What a workflow needs, said before anything runs: actions that aren't there, or not allowed,
a container engine or a Node that is missing, what can't be done here.

Everything that is used is looked at, also inside actions and reusable workflows; what comes
from other repositories is fetched meanwhile, side by side.
"""

from __future__ import annotations

import os

import headway.runner.action.builtin as builtin
from headway.errors import HeadwayError, InvalidFile, Problem
from headway.runner import action as actions
from headway.runner.action.reference import parse
from headway.runner.run import find_action_file, read_action_file
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from headway.errors import Place
    from headway.runner.action.remote import Remote
    from headway.workflow.model import Action, Job, Step, Workflow

    Load = Callable[[str, Workflow], Workflow]

RULE = "not-supported-yet"
MISSING = "machine"  # the rule for what this machine lacks
MOST_CALLED = 50  # unique reusable workflows of one run, GitHub's limit
_LEVELS = {"none": 0, "read": 1, "write": 2}
DEEPEST_CALL = 10  # reusable workflows in each other, GitHub's limit


class Use(Value):
    """Something of another repository that is used; `through` is what uses it, if no workflow."""

    uses: str
    through: str
    place: Place
    built_in: bool = False


class Survey:
    """Walks through workflows; `problems` and `uses` fill up.

    `remote` gives what fetches, when it is first needed. `replaced` are the built-in actions
    that the real ones are taken for (`*`: all).
    """

    def __init__(
        self,
        root: str,
        load: Load,
        remote: Callable[[], Remote],
        replaced: Iterable[str] = (),
        *,
        limited: Callable[[], bool] = lambda: False,
    ) -> None:
        self.problems: list[Problem] = []
        self.sources: dict[str, str] = {}  # texts of the files that problems are in
        self.uses: list[Use] = []
        self._root = root
        self._load = load
        self._remote = remote
        self._replaced = frozenset(replaced)
        self._limited = limited  # whether the repository says what may be used
        self._seen: set[str] = set()
        self._called: set[str] = set()
        self._needs: set[str] = set()
        self._boxed = False  # whether the job that is looked at has a container

    def workflow(
        self,
        workflow: Workflow,
        jobs: Iterable[str],
        depth: int = 0,
        granted: Mapping[str, str] | None = None,
    ) -> None:
        """`granted` are the permissions that a caller has set, for a reusable workflow."""
        self._seen.add(workflow.path)
        wanted = [workflow.jobs[name] for name in workflow.jobs if name in set(jobs)]
        root = workflow.origin.folder if workflow.origin else self._root
        for job in wanted:
            self._boxed = job.container is not None
            self._begin(job.steps)
            if job.uses is not None and parse(job.uses):
                self._remote().begin(job.uses)
        for job in wanted:
            self._boxed = job.container is not None
            if job.container is not None:
                self._need("engine", f"job {job.id}: container", job.container.place)
            elif job.services:
                self._need("engine", f"job {job.id}: services", job.place)
            for step in _steps(job.steps):
                self._step(step, root, "")
            if job.uses is not None:
                self._call(job, workflow, depth, granted)

    def _begin(self, steps: tuple[Step, ...]) -> None:
        for step in _steps(steps):
            if step.uses is not None and self._is_remote(step.uses):
                self._remote().begin(step.uses)

    def _is_remote(self, uses: str) -> bool:
        return not self._is_built_in(uses) and parse(uses) is not None

    def _is_built_in(self, uses: str) -> bool:
        only_on_host = builtin.HOST_ONLY if self._boxed else ()
        return builtin.chosen(uses, self._replaced.union(only_on_host))

    # --- reusable workflows --------------------------------------------------------------

    def _call(
        self, job: Job, caller: Workflow, depth: int, granted: Mapping[str, str] | None
    ) -> None:
        assert job.uses is not None
        place = job.uses_place or job.place
        try:
            if depth >= DEEPEST_CALL:
                raise HeadwayError(f"reusable workflows are nested more than {DEEPEST_CALL} deep")
            called = self._load(job.uses, caller)
        except InvalidFile as error:
            self._mistakes(error)
            return
        except HeadwayError as error:
            self._wrong(f"job {job.id}: {error}", place, error.hint)
            return
        if parse(job.uses):
            self.uses.append(Use(job.uses, "", place))
        self._called.add(called.path)
        if len(self._called) == MOST_CALLED + 1:
            self._wrong(f"more than {MOST_CALLED} reusable workflows are called", place, "")
        own = caller.permissions if job.permissions is None else job.permissions
        granted = granted if own is None else own
        if granted is not None:
            self._permissions(called, granted, place)
        if called.path not in self._seen:
            self.workflow(called, called.jobs, depth + 1, granted)

    def _permissions(self, called: Workflow, granted: Mapping[str, str], place: Place) -> None:
        """A called workflow can take permissions away, not add some: GitHub refuses it."""
        for job in called.jobs.values():
            wanted = called.permissions if job.permissions is None else job.permissions
            for scope, level in (wanted or {}).items():
                given = granted.get(scope, "none")
                if _LEVELS.get(level, 0) > _LEVELS.get(given, 0):
                    self._wrong(
                        f"job {job.id} of {called.path} wants {scope}: {level}, and its caller"
                        f" has {scope}: {given}",
                        place,
                        "give it in the caller's permissions, or take it from the called workflow",
                    )

    # --- actions -------------------------------------------------------------------------

    def _step(self, step: Step, root: str, through: str) -> None:
        uses = step.uses
        if uses is None:
            return
        place = step.uses_place or step.place
        if uses.startswith("docker://"):
            self._need("engine", f"uses: {uses}", place)
            return
        reference = parse(uses)
        try:
            if self._is_built_in(uses):
                if self._limited():
                    self._remote().check_allowed(uses)
                self.uses.append(Use(uses, through, place, True))
                return
            if reference is not None:
                self._remote_action(uses, place, through)
                return
        except InvalidFile as error:
            self._mistakes(error)
            return
        except HeadwayError as error:
            message = (
                error.message if error.message.startswith("uses:") else f"uses: {uses}: {error}"
            )
            self._wrong(message, place, error.hint)
            return
        folder = actions.action_folder(uses, self._root, root)
        if folder is None:
            self._wrong(f"uses: {uses}: expected owner/name[/path]@ref", place, "")
        metadata = find_action_file(folder) if folder is not None else None
        # If it isn't there a step before it may make it; if none does, the step itself says so.
        if metadata is not None:
            self._metadata(metadata, uses, place, root, through)

    def _remote_action(self, uses: str, place: Place, through: str) -> None:
        from headway.runner.action.metadata import find_metadata

        self.uses.append(Use(uses, through, place))
        found = self._remote().get(uses)
        metadata = find_action_file(find_metadata(found))
        assert metadata is not None
        self._metadata(metadata, uses, place, found.folder, found.reference.key)

    def _metadata(self, metadata: str, uses: str, place: Place, root: str, through: str) -> None:
        """`root` is the folder of the repository that the action is in."""
        if metadata in self._seen:
            return
        self._seen.add(metadata)
        if os.path.basename(metadata) == "Dockerfile":
            self._need("engine", f"uses: {uses}", place)
            return
        try:
            action = read_action_file(metadata)
        except InvalidFile as error:
            self._mistakes(error)
            return
        if action.using == "docker":
            self._need("engine", f"uses: {uses}", place)
        elif action.using in actions.JAVASCRIPT:
            self._need("node", f"uses: {uses}", place)
        self._inner(action, root, through)

    def _inner(self, action: Action, root: str, through: str) -> None:
        self._begin(action.steps)
        for step in _steps(action.steps):
            self._step(step, root, through)

    # --- what must be on this machine ----------------------------------------------------

    def _need(self, what: str, subject: str, place: Place) -> None:
        if what in self._needs:
            return
        self._needs.add(what)
        if what == "node":
            from headway.runner.action import node

            if not node.any_node(os.environ):
                self._wrong(f"{subject}: {node.MISSING}", place, node.INSTALL, MISSING)
            return
        from headway.clients import containers

        if containers.find() is None:
            self._wrong(
                f"{subject}: needs a container engine, and {containers.NONE}",
                place,
                containers.INSTALL,
                MISSING,
            )

    def _mistakes(self, error: InvalidFile) -> None:
        self.problems.extend(error.problems)
        self.sources.update(error.sources)

    def _wrong(self, message: str, place: Place, hint: str, rule: str = "uses") -> None:
        self.problems.append(Problem(message, place, rule=rule, hint=hint))


def _steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _steps(step.parallel)
