"""The seam of a scanner. A scanner is a module in this package with:

    NAME = "ruff"                  # what users see; the register has its group
    TOOL = "ruff"                  # `Report.tool` of what it writes
    KIND = "findings"              # a `headway.quality.report.Kind`
    INSTALL = "pip install ruff"   # how to get it

    def plan(project: Project, own: Tool) -> Plan: ...

`plan` decides in values, from names and texts of the repository's files: whether the tool is for
this repository and why, and which commands it takes. It runs nothing and asks no machine.

A module may have `trouble(ended: Ended) -> str`, which is asked when the program has ended and
says why it could not do its work ("" when it did); `base.trouble` does for most.

Whoever runs a `Command` goes by these rules: it is started in `folder`, with `files` written
into a folder for it before; an exit code that isn't in `ran` means that it didn't do its work; a
report without content means that it found nothing. What a program of a repository's own
(`node_modules/.bin`, `.venv/bin`) does is the repository's doing; `executes` names what of its
code and settings is run on top of that.
"""

from __future__ import annotations

from signal import Signals
from typing import Literal, Protocol

from msgspec import Struct

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners.project import Project

REPORT = "{report}"  # in arguments: the report's path
BESIDE = "{beside}"  # in arguments and files: a folder for what the tool is given
# In arguments: the Python of the repository's environment; they are left out where it has none.
PYTHON = "{python}"

Where = Literal["file", "stdout", "stderr", "both"]


class Command(Struct, frozen=True, kw_only=True):
    """One start of a tool.

    `program` is looked for in the repository's own environments before anywhere else.
    `report` is the ending of the report's name; `where` says what becomes the report: the file
    that the tool itself writes to `{report}`, or what it prints.
    """

    program: str
    argv: tuple[str, ...]
    folder: str = ""  # from the root
    part: str = ""  # tells several commands of one tool apart
    report: str = "json"
    where: Where = "file"
    written: str = ""  # below {beside}, where the tool chooses the name of its file itself
    ran: tuple[int, ...] = (0, 1)
    env: dict[str, str] = {}
    files: dict[str, str] = {}


class Plan(Struct, frozen=True, kw_only=True):
    """Whether a tool is for this repository. `why` is a phrase, also of why not.

    `wanted`: the repository asks for it, and without it a scan is inconclusive. Else it is run
    where it is installed.
    """

    why: str
    commands: tuple[Command, ...] = ()
    wanted: bool = False
    executes: str = ""


class Ended(Struct, frozen=True, kw_only=True):
    """How a command ended."""

    command: Command
    code: int
    report: bytes = b""  # its beginning
    log: str = ""  # what it printed besides


class Scanner(Protocol):
    """A module of the register."""

    NAME: str
    TOOL: str
    KIND: Kind
    INSTALL: str

    def plan(self, project: Project, own: Tool) -> Plan: ...


def trouble(ended: Ended) -> str:
    """Why it didn't do its work; "" when it did."""
    if ended.code in ended.command.ran:
        return ""
    said = last_line(ended.log) or last_line(ended.report.decode("utf-8", "replace"))
    how = _how(ended.code)
    return f"{how}: {said}" if said else f"{how}, without a word"


def _how(code: int) -> str:
    try:
        return f"ended by signal {Signals(code - 128).name.removeprefix('SIG')}"
    except ValueError:
        return f"exit code {code}"


# Of what a failing tool prints, a line with one of these says most.
_TELLING = ("error", "fatal", "failed", "cannot", "can't", "could not", "unable", "not found")


def last_line(text: str) -> str:
    """The last line that tells something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line.lower() for word in _TELLING)]
    return " ".join((telling or lines or [""])[-1].split())[:300]


def not_for(why: str) -> Plan:
    return Plan(why=why)
