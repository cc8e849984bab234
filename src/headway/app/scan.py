"""`headway scan`: which tools are for a repository, where they are, and running them."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Protocol

import msgspec
from msgspec import Struct

from headway.app import programs, report_folder
from headway.app.crew import Crew, Job
from headway.app.evidence import Tree
from headway.app.reports import PASSED_OVER
from headway.clients import git
from headway.errors import HeadwayError, UsageError, did_you_mean
from headway.quality import formats, scanners
from headway.quality.formats import scan_note
from headway.quality.reading.source import ReportError, Source
from headway.quality.report import Report
from headway.quality.scan import Scan
from headway.quality.scanners import Group, base
from headway.quality.scanners.base import BESIDE, PYTHON, REPORT, Command, Ended, Scanner
from headway.quality.scanners.project import BUILT, SKIPPED, Project
from headway.units import duration_text

FOLDER = "scan"
HEAD = 1 << 20  # bytes of a report that are looked at for words of failure
TAIL = 1 << 16  # bytes of a log that are kept for it

State = Literal["clean", "found", "inconclusive", "stopped"]
Choice = Literal["run", "absent", "unfit", "off"]


class Chosen(Struct, frozen=True, kw_only=True):
    """A tool, and whether it is run. `why` is a phrase; `hint` says what to do about it."""

    name: str
    group: Group
    choice: Choice
    why: str
    wanted: bool = False
    hint: str = ""
    program: str = ""
    commands: tuple[Command, ...] = ()
    executes: str = ""

    @property
    def counts(self) -> bool:
        """Whether a scan without it is inconclusive."""
        return self.choice == "absent" and self.wanted


class Result(Struct, frozen=True, kw_only=True):
    """How one command of a tool ended. `said` is what it found, or why it found nothing out."""

    name: str
    group: Group
    state: State
    said: str
    part: str = ""
    report: str = ""  # from the root
    seconds: float = 0.0
    findings: int = 0
    hint: str = ""

    @property
    def title(self) -> str:
        return f"{self.name} {self.part}".rstrip()


class Board(Protocol):
    """What shows a scan. Calls come from any thread."""

    def started(self, key: str) -> None: ...

    def ended(self, key: str, state: str, said: str) -> None: ...


# --- choosing ----------------------------------------------------------------------------


def look(tree: Tree, settings: Scan) -> Project:
    """What there is to be scanned."""
    root = tree.root
    if tree.repository is not None:
        files, ignored = git.files(root), git.ignored_folders(root)
    else:
        files, ignored = _walked(root)
    shown = (name for name in ignored if name.rpartition("/")[2] not in _EVERYWHERE)
    return Project(
        files,
        lambda path: tree.text(path) or "",
        ignored=shown,
        exclude=settings.exclude,
        in_git=tree.repository is not None,
    )


# Caches that no tool looks into, and that would make arguments long.
_EVERYWHERE = frozenset(("__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".git"))


def _walked(root: str) -> tuple[list[str], list[str]]:
    """Files, and folders left out, of a tree without git."""
    files: list[str] = []
    ignored: list[str] = []
    passed = SKIPPED | BUILT | PASSED_OVER
    for folder, names, found in os.walk(root):
        inside = os.path.relpath(folder, root).replace(os.sep, "/")
        prefix = "" if inside == "." else f"{inside}/"
        ignored += [prefix + name for name in names if name in passed]
        names[:] = sorted(name for name in names if name not in passed)
        files += [prefix + name for name in found]
    return files, ignored


def choose(
    tree: Tree,
    project: Project,
    settings: Scan,
    *,
    group: str = "all",
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
) -> list[Chosen]:
    """Every tool of the group, and whether it is run. Raises UsageError for unknown names."""
    for name in (*only, *skip):
        if name not in scanners.SCANNERS:
            known = ", ".join(scanners.SCANNERS)
            hint = did_you_mean(name, scanners.SCANNERS) or f"there are: {known}"
            raise UsageError(f'there is no tool "{name}"', hint=hint)
    names = only or tuple(scanners.of_group(group))
    return [_chosen(tree, project, settings, name, name in only, name in skip) for name in names]


def _chosen(
    tree: Tree, project: Project, settings: Scan, name: str, named: bool, skipped: bool
) -> Chosen:
    own, group = settings.tool(name), scanners.SCANNERS[name]
    if named:
        own = msgspec.structs.replace(own, run=True)
    if skipped or (own.run is False):
        why = "left out by --skip" if skipped else "switched off in headway.yaml"
        return Chosen(name=name, group=group, choice="off", why=why)
    module = scanners.load(name)
    plan = module.plan(project, own)
    if not plan.commands:
        return Chosen(
            name=name,
            group=group,
            choice="absent" if own.run else "unfit",
            why=plan.why,
            wanted=bool(own.run),
        )
    first = plan.commands[0]
    program = programs.find(first.program, tree.root, first.folder)
    return Chosen(
        name=name,
        group=group,
        choice="run" if program else "absent",
        why=plan.why if program else f"not installed ({plan.why})",
        wanted=plan.wanted or bool(own.run) or named,
        hint="" if program else _install(module, first),
        program=program,
        commands=plan.commands,
        executes=plan.executes,
    )


def _install(module: Scanner, command: Command) -> str:
    where = f" in {command.folder}" if command.folder and module.INSTALL.startswith("npm") else ""
    return module.INSTALL + where


# --- running -----------------------------------------------------------------------------


class Scanning:
    """One scan. `results` are complete after `run`, in the register's order."""

    def __init__(self, tree: Tree, settings: Scan, chosen: Sequence[Chosen], board: Board) -> None:
        self._tree = tree
        self._settings = settings
        self._board = board
        self.chosen = chosen
        self._folder = report_folder.make(tree.root, FOLDER)
        self.crew = Crew(settings.parallel)
        self._found: dict[str, Result] = {}

    def run(self) -> list[Result]:
        """Removes these tools' earlier reports, runs the tools, notes what could not be done."""
        report_folder.remove(self._folder, (one.name for one in self.chosen))
        with _work_folder(self._folder) as self._beside:
            self.crew.run([self._job(one, command) for one, command in self._all()])
        for one in self.chosen:
            if one.counts:
                self._found[one.name] = self._absent(one)
        return [self._found[key] for key in self._keys() if key in self._found]

    def _all(self) -> Iterable[tuple[Chosen, Command]]:
        return (
            (one, command) for one in self.chosen if one.choice == "run" for command in one.commands
        )

    def _keys(self) -> list[str]:
        keys = []
        for one in self.chosen:
            keys += [key_of(one, command) for command in one.commands] + [one.name]
        return list(dict.fromkeys(keys))

    def _job(self, one: Chosen, command: Command) -> Job:
        key = key_of(one, command)

        def do() -> bool:
            self._board.started(key)
            began = time.monotonic()
            result = self._run(one, command)
            took = round(time.monotonic() - began, 3)
            result = msgspec.structs.replace(result, seconds=took)
            self._found[key] = result
            self._board.ended(key, result.state, result.said)
            return True

        return Job(key=key, do=do, skip=lambda why: self._board.ended(key, "stopped", why))

    def _run(self, one: Chosen, command: Command) -> Result:
        name = report_folder.stem(one.name, command.part)
        path = os.path.join(self._folder, f"{name}.{command.report}")
        program = programs.find(command.program, self._tree.root, command.folder)
        if not program:
            return self._unable(one, command, name, f"{command.program} is not installed")
        try:
            self._write(command)
            code, late, log = self._start(program, command, path, self._settings.limit(one.name))
        except (HeadwayError, OSError) as error:
            return self._unable(one, command, name, str(error))
        if command.written and os.path.exists(os.path.join(self._beside, command.written)):
            os.replace(os.path.join(self._beside, command.written), path)
        _keep_log(os.path.join(self._folder, f"{name}.log"), log, command)
        if self.crew.stopped:
            return self._result(one, command, "stopped", "stopped")
        if late:
            limit = duration_text(self._settings.limit(one.name))
            why = f"stopped at its time limit of {limit}"
            hint = f"scan.tools.{one.name}.time_limit in headway.yaml gives it more"
            return self._unable(one, command, name, why, hint)
        return self._judge(one, command, name, path, code, log)

    def _write(self, command: Command) -> None:
        for name, text in command.files.items():
            with open(os.path.join(self._beside, name), "w", encoding="utf-8") as file:
                file.write(text.replace(BESIDE, self._beside))

    def _start(
        self, program: str, command: Command, path: str, limit: float
    ) -> tuple[int, bool, bytes]:
        root = self._tree.root
        python = programs.python(root, command.folder)
        marks = {REPORT: path, BESIDE: self._beside, PYTHON: python}
        words = [word for word in command.argv if python or PYTHON not in word]
        argv = [program, *(_filled(word, marks) for word in words)]
        said = bytearray()
        whole = command.where in ("stderr", "both")  # all of it is the report

        def output(chunk: bytes) -> None:
            said.extend(chunk)
            if not whole and len(said) > 2 * TAIL:
                del said[:-TAIL]

        target = path if command.where == "stdout" else os.devnull
        with contextlib.ExitStack() as stack:
            stdout = None
            if command.where in ("stdout", "stderr"):
                stdout = stack.enter_context(open(target, "wb")).fileno()
            code, late = self.crew.program(
                argv,
                cwd=os.path.join(root, command.folder),
                env=_environment(command, os.path.dirname(program)),
                output=output,
                limit=limit,
                stdout=stdout,
            )
        if whole:
            with open(path, "wb") as file:
                file.write(said)
        return code, late, bytes(said)

    # --- what came of it -----------------------------------------------------------------

    def _judge(
        self, one: Chosen, command: Command, name: str, path: str, code: int, log: bytes
    ) -> Result:
        data = _head(path)
        words = log[-TAIL:].decode("utf-8", "replace")
        module = scanners.load(one.name)
        ended = Ended(command=command, code=code, report=data, log=words)
        trouble = getattr(module, "trouble", base.trouble)(ended)
        if trouble:
            said = _own_words(path) or _own_words_of(log) or trouble
            return self._unable(one, command, name, said, _hint(said))
        if not data.strip(b" \n\t\r[]{}"):
            if code and not data.strip():
                said = base.last_line(words) or "it wrote nothing"
                return self._unable(one, command, name, f"exit code {code}: {said}")
            path = self._note(module, name, path)
        try:
            report = formats.read_report(path)
        except ReportError as error:
            return self._unable(one, command, name, f"its report can't be read: {error.problem}")
        if not report.complete:
            reason = report.reason or "it could not do all its work"
            return self._result(one, command, "inconclusive", reason, path, report, _hint(reason))
        state: State = "found" if report.findings else "clean"
        return self._result(one, command, state, _said(report), path, report)

    def _note(self, module: Scanner, name: str, path: str, reason: str = "") -> str:
        """Writes a note in the report's stead."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        path = os.path.join(self._folder, f"{name}.json")
        with open(path, "wb") as file:
            file.write(scan_note.text(module.TOOL, module.KIND, reason))
        return path

    def _unable(self, one: Chosen, command: Command, name: str, why: str, hint: str = "") -> Result:
        path = os.path.join(self._folder, f"{name}.{command.report}")
        path = self._note(scanners.load(one.name), name, path, why)
        return self._result(one, command, "inconclusive", why, path, hint=hint)

    def _absent(self, one: Chosen) -> Result:
        module = scanners.load(one.name)
        path = self._note(module, one.name, os.path.join(self._folder, one.name), one.why)
        return Result(
            name=one.name,
            group=one.group,
            state="inconclusive",
            said=one.why,
            report=os.path.relpath(path, self._tree.root),
            hint=one.hint,
        )

    def _result(
        self,
        one: Chosen,
        command: Command,
        state: State,
        said: str,
        path: str = "",
        report: Report | None = None,
        hint: str = "",
    ) -> Result:
        return Result(
            name=one.name,
            group=one.group,
            part=command.part,
            state=state,
            said=said,
            report=os.path.relpath(path, self._tree.root) if path else "",
            findings=len(report.findings) if report else 0,
            hint=hint,
        )


def key_of(one: Chosen, command: Command) -> str:
    return f"{one.name} {command.part}".rstrip()


def reports_of(results: Iterable[Result]) -> list[str]:
    return [result.report for result in results if result.report]


def is_inconclusive(results: Iterable[Result]) -> bool:
    return any(result.state in ("inconclusive", "stopped") for result in results)


@contextlib.contextmanager
def _work_folder(reports: str) -> Iterator[str]:
    """A folder beside the reports for what tools are given; hidden, so that nothing reads it."""
    for name in os.listdir(reports):
        owner = name.removeprefix(_WORK)
        if owner != name and not os.path.exists(f"/proc/{owner}"):  # left by one that was killed
            shutil.rmtree(os.path.join(reports, name), ignore_errors=True)
    path = os.path.join(reports, f"{_WORK}{os.getpid()}")
    os.makedirs(path, exist_ok=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


_WORK = ".work-"


def _filled(word: str, marks: dict[str, str]) -> str:
    for mark, value in marks.items():
        word = word.replace(mark, value)
    return word


def _environment(command: Command, place: str) -> dict[str, str]:
    """Ours without colours, and with what is installed beside the program on the path."""
    env = {name: value for name, value in os.environ.items() if name not in _COLOURS}
    env["PATH"] = os.pathsep.join((place, env.get("PATH", os.defpath)))
    return {**env, "NO_COLOR": "1", "TERM": "dumb", "CI": "true", **command.env}


_COLOURS = ("FORCE_COLOR", "CLICOLOR_FORCE", "PY_COLORS", "COLUMNS")


def _head(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(HEAD)
    except OSError:
        return b""


def _keep_log(path: str, log: bytes, command: Command) -> None:
    if log.strip() and command.where not in ("stderr", "both"):
        with open(path, "wb") as file:
            file.write(log)


def _own_words(path: str) -> str:
    """What a report says of why it is incomplete, where it is one that says so."""
    try:
        report = formats.read_report(path)
    except ReportError:
        return ""
    return "" if report.complete else report.reason


def _own_words_of(log: bytes) -> str:
    try:
        report = formats.read(Source("log", log))
    except ReportError:
        return ""
    return "" if report.complete else report.reason


_NETWORK = ("connect", "network", "resolve", "lookup", "no such host", "unreachable", "registry",
            "timed out", "not found on pypi", "ssl", "download", "405 method")  # fmt: skip


def _hint(reason: str) -> str:
    if any(word in reason.lower() for word in _NETWORK):
        return "run it where it can reach its vulnerability data"
    return ""


def _said(report: Report) -> str:
    """What a report says, in a few words."""
    found = len(report.findings)
    if found:
        return f"{found:,} finding" + ("s" if found != 1 else "")
    if report.complexity:
        return f"{len(report.complexity):,} functions measured"
    if report.kind == "duplication":
        copies = len(report.duplication)
        return f"{copies:,} copied passages" if copies else "nothing copied"
    return "clean"
