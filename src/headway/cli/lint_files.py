"""The files that `headway lint` looks at: finding, reading and checking each once."""

from __future__ import annotations

import os
import sys

from headway import config
from headway.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.model import Action, Workflow
    from headway.workflow.source import Node

WORKFLOWS = ".github/workflows"
STDIN = "<stdin>"
_ACTIONS = ("action.yml", "action.yaml")
_LARGEST = 16 * 1024 * 1024  # bytes; what is larger is no workflow


def find_root(start: str) -> str:
    """The nearest folder from `start` upwards with `.git` or `.github` in it; else `start`."""
    folder = os.path.abspath(start)
    while True:
        if any(os.path.exists(os.path.join(folder, mark)) for mark in (".git", ".github")):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return os.path.abspath(start)
        folder = above


class Files:
    """The repository at `root`; `texts` has every file that was checked, by its path.

    Paths are relative to the root, with slashes; a file outside of it keeps its full path.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self.texts: dict[str, str] = {}
        self._data: dict[str, bytes] = {}

    def workflows(self) -> list[str]:
        """Raises UsageError, with the place that was looked at, when there are none."""
        folder = os.path.join(self.root, WORKFLOWS)
        try:
            names = sorted(n for n in os.listdir(folder) if n.endswith((".yml", ".yaml")))
        except OSError:
            names = []
        if not names:
            raise UsageError(
                f"no workflows in {folder}",
                hint="run headway lint inside a repository that has some, or name the files",
            )
        return [f"{WORKFLOWS}/{name}" for name in names]

    def everything(self) -> list[str]:
        """headway.yaml where there is one, and the workflows. Raises UsageError for nothing."""
        own = config.find(self.root)
        if own is None:
            return self.workflows()
        try:
            return [own, *self.workflows()]
        except UsageError:
            return [own]

    def add(self, name: str) -> str:
        """The path of a file that was named on the command line. Raises UsageError."""
        if name == "-":
            self._data[STDIN] = sys.stdin.buffer.read(_LARGEST)
            return STDIN
        full = os.path.abspath(name)
        if os.path.isdir(full):
            raise UsageError(f"{name} is a folder", hint="name the files in it")
        if not os.path.exists(full):
            raise UsageError(f"there is no file {name}", hint=f"looked in {os.getcwd()}")
        inside = os.path.relpath(full, self.root)
        path = full if inside.startswith(os.pardir) else inside
        return path.replace(os.sep, "/")

    def shown(self, path: str) -> str:
        """The path as it is from the current folder."""
        if path == STDIN:
            return path
        return os.path.relpath(os.path.join(self.root, path))

    def text(self, path: str) -> str | None:
        """A file of the repository for the rules; None when there is none to read."""
        try:
            data = self._read(path)
        except UsageError:
            return None
        return data.decode("utf-8-sig", "replace")

    def exists(self, path: str) -> bool:
        return os.path.isfile(os.path.join(self.root, path))

    def check(self, path: str, *, warn: bool) -> tuple[list[Problem], Node | None]:
        """Every problem of a workflow, an action or headway.yaml, and the YAML of the first two.

        Raises UsageError for a file that can't be read.
        """
        from headway.workflow import source
        from headway.workflow.syntax import read_action, read_workflow

        file: Workflow | Action | None
        data = self._read(path)
        if os.path.basename(path) in (config.NAME, config.OTHER):
            from headway.config import loading

            self.texts[path] = source.decoded(data).removeprefix("\ufeff")
            return loading.read(data, path)[1], None
        text = self.texts[path] = source.decoded(data).removeprefix("\ufeff")
        node, found = source.parse(data, path)
        if node is None:
            deep = os.path.basename(path) in _ACTIONS  # actions may be nested deeper
            return (read_action(data, path)[1] if deep else found), None
        read = read_action if _is_action(node, path) else read_workflow
        file, more = read(data, path, node)
        problems = found + more
        if warn and file is not None and not any(p.severity == "error" for p in problems):
            from headway.workflow import check

            ignored = check.ignore.Ignored(text, path, check.RULES)
            problems = [problem for problem in problems if not ignored.covers(problem)]
            problems += check.warnings(file, text=text, files=self.text, node=node)
        return problems, node

    def _read(self, path: str) -> bytes:
        """Raises UsageError."""
        data = self._data.get(path)
        if data is None:
            try:
                with open(os.path.join(self.root, path), "rb") as file:
                    data = self._data[path] = file.read(_LARGEST)
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                raise UsageError(f"{self.shown(path)} can't be read: {reason}") from None
        return data


def _is_action(node: Node, path: str) -> bool:
    """By what it says more than by its name: an action has `runs`, a workflow has `jobs`."""
    keys = {key.value for key, _ in node.value} if node.kind == "map" else set()
    return "jobs" not in keys and ("runs" in keys or os.path.basename(path) in _ACTIONS)


def referenced(node: Node, files: Files) -> Iterator[str]:
    """The metadata files of the local actions that a file uses."""
    from headway.workflow.check.action_ref import local

    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.kind == "seq":
            waiting.extend(reversed(current.value))
        for key, value in reversed(current.value) if current.kind == "map" else ():
            waiting.append(value)
            if key.value == "uses" and value.kind == "str":
                folder = local(value.value)
                for name in _ACTIONS if folder is not None else ():
                    path = f"{folder}/{name}" if folder else name
                    if files.exists(path):
                        yield path
                        break
