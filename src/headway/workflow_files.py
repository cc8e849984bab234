"""The workflow files of a working tree: found, read, checked, and remembered."""

from __future__ import annotations

import contextlib
import os

import headway.workflow as workflow_package
from headway import __version__, home
from headway.digest import sha256
from headway.errors import InvalidFile, UsageError, did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.errors import Problem
    from headway.workflow.model import Workflow

WORKFLOWS = os.path.join(".github", "workflows")


class Workflows:
    """The workflow files of a repository, each read and checked once."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._read: dict[str, Workflow] = {}
        self.sources: dict[str, str] = {}

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

    def called(self, uses: str) -> Workflow:
        """The reusable workflow that a job's `uses` names. Raises UsageError, InvalidFile."""
        for prefix in ("./", "$/"):
            if uses.startswith(prefix):
                return self.load(uses[2:])
        raise UsageError(f"uses: {uses}: workflows of other repositories are not supported yet")

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

    The cache is what `__pycache__` is to Python: by content and by the reader's own version,
    in a folder that only its user can write to. Without it each start loads a YAML reader
    and the syntax checks: 20 ms, and 0.3 s for a workflow of 2,000 jobs.
    """
    import _pickle as pickle

    file = os.path.join(home.cache(), "workflows", _key(data, path))
    try:
        with open(file, "rb") as stream:
            workflow: Workflow = pickle.load(stream)
            return workflow, []
    except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError, TypeError):
        pass
    from headway.workflow.syntax import read_workflow

    found, problems = read_workflow(data, path)
    if found is not None and not problems:
        _store(file, pickle.dumps(found, 5))
    return found, problems


def _key(data: bytes, path: str) -> str:
    """Changes with the file, and with every file of Headway that reads it."""
    folder = os.path.dirname(workflow_package.__file__)
    newest = 0
    for name in ("", "syntax", "expression"):
        with os.scandir(os.path.join(folder, name)) as entries:
            newest = max(newest, *(e.stat().st_mtime_ns for e in entries))
    return sha256(f"{__version__} {newest} {path}\0".encode() + data).hexdigest()


def _store(file: str, content: bytes) -> None:
    """Writes the file whole or not at all; a cache that can't be written only costs time."""
    temporary = f"{file}.{os.getpid()}"
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        with open(temporary, "wb") as stream:
            stream.write(content)
        os.replace(temporary, file)
