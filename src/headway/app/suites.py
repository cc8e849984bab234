"""`headway test`: which suites there are, and running them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from glob import glob
from typing import Literal, Protocol
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct

from headway.app import programs, recognised, report_folder, services
from headway.app.crew import Crew, Job
from headway.app.evidence import Tree
from headway.config.model import Config
from headway.console import clean
from headway.errors import HeadwayError, UsageError, did_you_mean
from headway.quality import formats
from headway.quality.reading.source import ReportError
from headway.quality.report import Report
from headway.quality.suite import DEFAULT, Suite, named
from headway.units import duration_text

FOLDER = "test"
VARIABLE = "HEADWAY_REPORTS"
OWN_REPORT = "headway-suite.xml"
LOG = "output.log"
LAST = 20  # lines of output that are shown of a suite that failed
TAIL = 1 << 16  # bytes
SLACK = 2.0  # seconds: clocks of file systems are coarse

State = Literal["passed", "failed", "skipped", "stopped"]


class Planned(Struct, frozen=True, kw_only=True):
    """A suite of a component. `why` says how it was recognised, "" where headway.yaml has it."""

    name: str
    component: str
    suite: Suite
    why: str = ""
    missing: str = ""
    default: bool = False

    @property
    def key(self) -> str:
        return f"{self.name}/{self.component}"


class Result(Struct, frozen=True, kw_only=True):
    """How a suite ended. `explained`: its reports say what failed, so that gates can judge it."""

    key: str
    state: State
    said: str
    explained: bool = False
    seconds: float = 0.0
    tests: int = 0
    reports: tuple[str, ...] = ()  # from the root
    log: str = ""  # from the root
    last: tuple[str, ...] = ()  # lines of output, where it failed without explaining it


class Board(Protocol):
    """What shows suites. Calls come from any thread."""

    def started(self, key: str) -> None: ...

    def says(self, key: str, text: str) -> None: ...

    def ended(self, key: str, state: str, said: str) -> None: ...


# --- choosing ----------------------------------------------------------------------------


def planned(config: Config, tree: Tree) -> list[Planned]:
    """Every suite: those of headway.yaml, else what is recognised."""
    if config.suites:
        of = [(n, c, s) for n, components in config.suites.items() for c, s in components.items()]
        said = any(suite.default for _, _, suite in of)
        return [
            Planned(
                name=name,
                component=component,
                suite=suite,
                default=suite.default if said else name == DEFAULT,
            )
            for name, component, suite in of
        ]
    return [
        Planned(
            name=one.name,
            component=one.component,
            suite=one.suite,
            why=one.why,
            missing=one.missing,
            default=one.name == DEFAULT,
        )
        for one in recognised.find(tree)
    ]


def select(every: Sequence[Planned], names: Sequence[str], component: str = "") -> list[Planned]:
    """The suites that are asked for; without names the default ones. Raises UsageError."""
    there: dict[str, dict[str, Suite]] = {}
    for one in every:
        there.setdefault(one.name, {})[one.component] = one.suite
    components = sorted({one.component for one in every})
    if component and component not in components:
        hint = did_you_mean(component, components) or f"there are: {', '.join(components)}"
        raise UsageError(f'there is no component "{component}"', hint=hint)
    keys = _keys(every, names, there)
    found = [one for one in every if one.key in keys and component in ("", one.component)]
    if every and not found and component and not names:
        has = ", ".join(sorted({one.name for one in every if one.component == component}))
        raise UsageError(f"{component} has no default suite", hint=f"name one of its: {has}, all")
    if found or not every:
        return found
    if component:
        raise UsageError(f"{component} has no suite {' or '.join(names)}")
    known = ", ".join(there)
    raise UsageError("no suite is a default one", hint=f"name one: {known}, or all of them: all")


def _keys(
    every: Sequence[Planned], names: Sequence[str], there: Mapping[str, Mapping[str, Suite]]
) -> set[str]:
    if not names:
        return {one.key for one in every if one.default}
    keys: set[str] = set()
    for name in names:
        found = [one.key for one in every] if name == "all" else named(there, name)
        if not found:
            known = [*there, *(one.key for one in every), "all"]
            hint = did_you_mean(name, known) or f"there are: {', '.join(there)}, all"
            raise UsageError(f'there is no suite "{name}"', hint=hint)
        keys |= set(found)
    return keys


# --- running -----------------------------------------------------------------------------


class Testing:
    """One run of suites. `more` are arguments for the command of the only suite."""

    __test__ = False

    def __init__(
        self,
        tree: Tree,
        chosen: Sequence[Planned],
        board: Board,
        *,
        more: Sequence[str] = (),
        parallel: int = 0,
    ) -> None:
        self._tree = tree
        self._chosen = chosen
        self._board = board
        self._more = tuple(more)
        self._found: dict[str, Result] = {}
        self.crew = Crew(parallel)

    def run(self) -> list[Result]:
        """Every suite, also after one failed, but for those that need it."""
        keys = {one.key for one in self._chosen}
        self.crew.run([self._job(one, keys) for one in self._chosen])
        return [self._found[one.key] for one in self._chosen]

    def _job(self, one: Planned, keys: Collection[str]) -> Job:
        there: dict[str, dict[str, Suite]] = {}
        for other in self._chosen:
            there.setdefault(other.name, {})[other.component] = other.suite
        needs = [key for wanted in one.suite.needs for key in named(there, wanted)]

        def do() -> bool:
            self._board.started(one.key)
            self._end(self._run(one))
            return self._found[one.key].state == "passed"

        def skip(why: str) -> None:
            self._end(Result(key=one.key, state="skipped", said=why))

        return Job(
            key=one.key,
            do=do,
            skip=skip,
            needs=tuple(key for key in needs if key in keys),
            serial=one.suite.serial,
        )

    def _end(self, result: Result) -> None:
        self._found[result.key] = result
        self._board.ended(result.key, result.state, result.said)

    def _run(self, one: Planned) -> Result:
        folder = report_folder.make(self._tree.root, FOLDER, one.name, one.component)
        report_folder.empty(folder)
        began, clock = time.time(), time.monotonic()
        output = _Output(os.path.join(folder, LOG), lambda text: self._board.says(one.key, text))
        try:
            if one.missing:
                raise HeadwayError(f"not installed: {one.missing}")
            with services.running(one.suite.services, one.key, lambda: self.crew.stopped) as more:
                code, late = self._start(one, folder, more, output)
        except HeadwayError as error:
            return self._failed(one, folder, str(error), clock, output)
        finally:
            output.close()
        if self.crew.stopped:
            return Result(key=one.key, state="stopped", said="stopped")
        if late:
            said = f"stopped at its time limit of {duration_text(one.suite.time_limit)}"
            return self._failed(one, folder, said, clock, output)
        return self._judge(one, folder, code, began, clock, output)

    def _start(
        self, one: Planned, folder: str, more: Mapping[str, str], output: _Output
    ) -> tuple[int, bool]:
        suite = one.suite
        place = os.path.join(self._tree.root, suite.directory)
        if not os.path.isdir(place):
            raise HeadwayError(f"its directory {suite.directory} doesn't exist")
        env = {**os.environ, **more, VARIABLE: folder}
        env.update({name: expanded(value, env) for name, value in suite.env.items()})
        own = [os.path.join(self._tree.root, at, ".venv", "bin")
               for at in programs.around(suite.directory)]  # fmt: skip
        paths = [path for path in own if os.path.isdir(path)]
        env["PATH"] = os.pathsep.join((*paths, env.get("PATH", os.defpath)))
        return self.crew.program(
            _argv(suite, self._more, env), cwd=place, env=env, output=output.feed,
            limit=suite.time_limit,
        )  # fmt: skip

    # --- what came of it -----------------------------------------------------------------

    def _judge(
        self, one: Planned, folder: str, code: int, began: float, clock: float, output: _Output
    ) -> Result:
        declared = self._collect(one, folder, began)
        reports, wrong = _read(folder, declared)
        failed = sum(_failures(report) for report in reports)
        tests = sum(len(report.tests) for report in reports)
        if code and not failed:
            said = f"exit code {code}" + (", and no failed test in its reports" if tests else "")
            return self._failed(one, folder, said, clock, output)
        if wrong:
            return self._failed(one, folder, wrong[0], clock, output)
        if not code and one.suite.reports and not declared:
            names = ", ".join(_shown(pattern) for pattern in one.suite.reports)
            return self._failed(one, folder, f"no evidence: it left no {names}", clock, output)
        said = f"{tests:,} tests" if tests != 1 else "1 test"
        if failed:
            said = f"{failed:,} of {said} failed"
        return Result(
            key=one.key,
            state="failed" if failed else "passed",
            said=said if tests else f"{len(reports)} reports" if reports else "done",
            explained=bool(failed),
            seconds=round(time.monotonic() - clock, 3),
            tests=tests,
            reports=self._reports(folder),
            log=self._from_root(os.path.join(folder, LOG)),
        )

    def _failed(
        self, one: Planned, folder: str, said: str, clock: float, output: _Output
    ) -> Result:
        """Also written down as a report, so that later gates know of it."""
        output.close()
        last = output.last()
        with open(os.path.join(folder, OWN_REPORT), "w", encoding="utf-8") as file:
            file.write(_junit(one, said, last))
        return Result(
            key=one.key,
            state="failed",
            said=said,
            seconds=round(time.monotonic() - clock, 3),
            reports=self._reports(folder),
            log=self._from_root(os.path.join(folder, LOG)),
            last=tuple(last),
        )

    def _collect(self, one: Planned, folder: str, began: float) -> list[str]:
        """The declared reports that this run wrote; those elsewhere are copied to the others."""
        place = os.path.join(self._tree.root, one.suite.directory)
        found: list[str] = []
        for pattern in one.suite.reports:
            whole = os.path.join(place, expanded(pattern, {VARIABLE: folder}))
            for path in sorted(glob(whole, recursive=True)):
                if os.path.isdir(path) or os.stat(path).st_mtime < began - SLACK:
                    continue
                inside = os.path.relpath(path, folder)
                if inside.startswith(".."):
                    name = os.path.relpath(path, place).replace("../", "")
                    copy = os.path.join(folder, name)
                    os.makedirs(os.path.dirname(copy), exist_ok=True)
                    shutil.copyfile(path, copy)
                    path = copy
                found.append(path)
        return found

    def _reports(self, folder: str) -> tuple[str, ...]:
        return tuple(self._from_root(path) for path in _files(folder))

    def _from_root(self, path: str) -> str:
        return os.path.relpath(path, self._tree.root)


class _Output:
    """What a suite prints: into its log, and the end of it kept."""

    def __init__(self, path: str, says: object) -> None:
        self._file = open(path, "wb", buffering=0)  # noqa: SIM115
        self._tail = bytearray()
        self._says = says

    def feed(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._tail += chunk
        if len(self._tail) > 2 * TAIL:
            del self._tail[:-TAIL]
        lines = [line for line in bytes(self._tail[-2000:]).splitlines() if line.strip()]
        if lines and callable(self._says):
            self._says(_plain(lines[-1]))

    def last(self) -> list[str]:
        lines = [_plain(line) for line in bytes(self._tail).splitlines()]
        while lines and not lines[-1].strip():
            lines.pop()
        return lines[-LAST:]

    def close(self) -> None:
        self._file.close()


def _plain(line: bytes) -> str:
    return clean.lines(line, colour=False).decode("utf-8", "replace").rstrip("\r\n")


def expanded(text: str, env: Mapping[str, str]) -> str:
    """With the values of `${NAME}`; an unknown one is left as it stands."""
    return re.sub(r"\$\{(\w+)\}", lambda m: env.get(m[1], m[0]), text)


def _argv(suite: Suite, more: Sequence[str], env: Mapping[str, str]) -> list[str]:
    if isinstance(suite.command, str):
        line = suite.command.rstrip("\n")
        line = f"{line} {shlex.join(more)}" if more else line
        shell = programs.find("bash", os.sep) or "/bin/sh"
        return [shell, "-e", "-c", line]
    return [*(expanded(word, env) for word in suite.command), *more]


def _files(folder: str) -> list[str]:
    found = []
    for inside, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if not name.startswith("."))
        found += [
            os.path.join(inside, name)
            for name in sorted(files)
            if not name.startswith(".") and not name.endswith(".log")
        ]
    return found


def _read(folder: str, declared: Collection[str]) -> tuple[list[Report], list[str]]:
    """The reports, and what is wrong with those that should be some. Others are files beside
    them, and removed."""
    reports: list[Report] = []
    wrong: list[str] = []
    for path in _files(folder):
        try:
            reports.append(formats.read_report(path))
        except ReportError as error:
            if path in declared:
                wrong.append(f"{os.path.relpath(path, folder)}: {error.problem}")
    return reports, wrong


def _failures(report: Report) -> int:
    return sum(test.outcome in ("failed", "error") for test in report.tests)


def _shown(pattern: str) -> str:
    return expanded(pattern, {VARIABLE: ""}).lstrip("/")


def _junit(one: Planned, said: str, last: Sequence[str]) -> str:
    """A failed test that stands for the suite."""
    text = escape(
        "\n".join("".join(c for c in line if c.isprintable() or c == "\t") for line in last)
    )
    name, message = quoteattr(f"{one.key} ends well"), quoteattr(said)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites>'
        f'<testsuite name={quoteattr(one.key)} tests="1" failures="0" errors="1">'
        f"<testcase classname={quoteattr(one.key)} name={name}>"
        f"<error message={message}>{text}</error></testcase></testsuite></testsuites>\n"
    )


def reports_of(results: Iterable[Result]) -> list[str]:
    return [path for result in results for path in result.reports]


def prune(root: str, every: Iterable[Planned]) -> None:
    """Removes the reports of suites that are no more."""
    known = {one.key for one in every}
    place = report_folder.make(root, FOLDER)
    for name in os.listdir(place):
        inner = os.path.join(place, name)
        for component in os.listdir(inner) if os.path.isdir(inner) else ():
            if f"{name}/{component}" not in known:
                shutil.rmtree(os.path.join(inner, component), ignore_errors=True)
