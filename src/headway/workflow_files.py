"""The workflow files of a working tree: found, read, checked, and remembered."""

from __future__ import annotations

import os

import headway.workflow as workflow_package
from headway import kept
from headway.errors import InvalidFile, UsageError, did_you_mean
from headway.workflow.model import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from headway.errors import Problem
    from headway.runner.action.remote import Remote
    from headway.workflow.model import Workflow

WORKFLOWS = os.path.join(".github", "workflows")


class Workflows:
    """The workflow files of a repository, each read and checked once."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._read: dict[str, Workflow] = {}
        self.sources: dict[str, str] = {}
        self.remote: Callable[[], Remote] | None = None  # what fetches other repositories

    def paths(self) -> list[str]:
        """Relative paths, sorted. Raises UsageError when there are none."""
        folder = os.path.join(self.root, WORKFLOWS)
        try:
            names = sorted(n for n in os.listdir(folder) if n.endswith((".yml", ".yaml")))
        except OSError:
            names = []
        if not names:
            raise UsageError(
                f"no workflows in {folder}",
                hint="headway runs the .yml files that GitHub would; name another with -W FILE",
            )
        return [os.path.join(WORKFLOWS, n) for n in names]

    def load(self, path: str) -> Workflow:
        """The workflow in a file, relative to the root. Raises InvalidFile, UsageError."""
        path = os.path.normpath(path)
        if path not in self._read:
            workflow, problems = self.check(path)
            mistakes = [p for p in problems if p.severity == "error"]
            if mistakes or workflow is None:
                raise InvalidFile(mistakes or problems, self.sources)
            self._read[path] = workflow
        return self._read[path]

    def check(self, path: str) -> tuple[Workflow | None, list[Problem]]:
        """The workflow and every problem in its file."""
        data = _read_bytes(os.path.join(self.root, path), path)
        self.sources[path] = data.decode("utf-8", "replace")
        return _parsed(data, path)

    def called(self, uses: str, caller: Workflow) -> Workflow:
        """The reusable workflow that a job's `uses` names, for a job of `caller`.

        What begins with ./ or $/ is of the caller's repository, at the caller's commit. Raises
        HeadwayError, of which UsageError, InvalidFile.
        """
        if not uses.startswith(("./", "$/")):
            return self._fetched(uses)
        if caller.origin is not None:
            return self._of(caller.origin.replace(path=os.path.normpath(uses[2:])))
        return self.load(uses[2:])

    def _fetched(self, uses: str) -> Workflow:
        if self.remote is None:
            raise UsageError(f"uses: {uses}: workflows of other repositories can't be had here")
        found = self.remote().get(uses)
        reference = found.reference
        return self._of(
            Origin(reference.slug, reference.ref, found.commit, found.folder, reference.path)
        )

    def _of(self, origin: Origin) -> Workflow:
        """A workflow of another repository; its path says whose and which."""
        path = f"{origin.repository}/{origin.path}@{origin.ref}"
        known = self._read.get(path)
        if known is None:
            full = os.path.join(origin.folder, origin.path)
            if not os.path.isfile(full):
                folder = os.path.join(origin.folder, WORKFLOWS)
                names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
                hint = did_you_mean(os.path.basename(origin.path), names)
                raise UsageError(
                    f"{origin.repository}@{origin.ref} has no {origin.path}", hint=hint
                )
            data = _read_bytes(full, path)
            self.sources[path] = data.decode("utf-8", "replace")
            workflow, problems = _parsed(data, path)
            mistakes = [p for p in problems if p.severity == "error"]
            if mistakes or workflow is None:
                raise InvalidFile(mistakes or problems, self.sources)
            known = self._read[path] = workflow.replace(origin=origin)
        return known

    def find(self, name: str) -> Workflow:
        """The workflow meant by a file's path, name or stem, or by the workflow's `name`."""
        if os.path.isfile(os.path.join(self.root, name)):
            return self.load(name)
        paths = self.paths()
        for path in paths:
            base = os.path.basename(path)
            if name in (base, base.rpartition(".")[0], path):
                return self.load(path)
        named = {self.load(path).name: path for path in paths}
        if name in named:
            return self.load(named[name])
        known = [os.path.basename(p) for p in paths] + [n for n in named if n]
        raise UsageError(f'no workflow "{name}" in {WORKFLOWS}', hint=did_you_mean(name, known))


def _read_bytes(full: str, path: str) -> bytes:
    try:
        with open(full, "rb") as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"{path}: the workflow can't be read: {error.strerror}") from None


def _parsed(data: bytes, path: str) -> tuple[Workflow | None, list[Problem]]:
    """Reads and checks a workflow; one without mistakes comes from the cache the next time.

    Without it each start loads a YAML reader and the syntax checks: 20 ms, and 0.3 s for a
    workflow of 2,000 jobs.
    """
    folder = os.path.dirname(workflow_package.__file__)
    readers = [os.path.join(folder, name) for name in ("", "syntax", "expression")]
    key = kept.key(data, path, readers)
    workflow: Workflow | None = kept.get("workflows", key)
    if workflow is not None:
        return workflow, []
    from headway.workflow.syntax import read_workflow

    found, problems = read_workflow(data, path)
    if found is not None and not problems:
        kept.put("workflows", key, found)
    return found, problems
