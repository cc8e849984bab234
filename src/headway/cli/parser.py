"""Command lines of verbs: argparse, with an example first and nearest names in its errors."""

from __future__ import annotations

import argparse
import os
import sys

from headway import __doc__ as purpose
from headway import __version__
from headway.errors import DONE, USAGE, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType
    from typing import NoReturn

    from _typeshed import SupportsWrite

WIDEST = 100


class Parser(argparse.ArgumentParser):
    """The parser of one verb. Raises UsageError for what it can't parse."""

    def __init__(self, verb: str, text: str, example: str) -> None:
        super().__init__(
            prog=f"headway {verb}",
            description=text,
            formatter_class=_Formatter,
            allow_abbrev=False,  # a flag added later must not change what a script means
        )
        self._example = example

    def format_help(self) -> str:
        example = "".join(f"  {line}\n" for line in self._example.splitlines())
        return f"{example}\n{super().format_help()}"

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        # argparse's own takes no notice when nobody reads (| head).
        (file or sys.stderr).write(message)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message}", hint=self._hint(message))

    def _hint(self, message: str) -> str:
        from headway.errors import nearest

        word = message.partition("unrecognized arguments: ")[2].split(" ")[0].partition("=")[0]
        if word.startswith("-"):
            known = [flag for action in self._actions for flag in action.option_strings]
            close = nearest(word, known)
            if close:
                return f"did you mean {close}?"
        return f"{self.prog} --help shows what it takes"


class _Formatter(argparse.HelpFormatter):
    def __init__(self, prog: str) -> None:
        # argparse makes one for each argument that is added, and would load shutil for the
        # width of the terminal, which takes 2 ms.
        super().__init__(prog, max_help_position=30, width=_width())


def _width() -> int:
    try:
        return max(40, min(os.get_terminal_size(1).columns or 80, WIDEST))
    except OSError:
        return 80


def family(name: str, module: ModuleType, rest: Sequence[str]) -> int:
    """What `headway NAME` says when the verb is only the first word of others."""
    if rest and rest[0] not in ("--help", "-h"):
        raise UsageError(f"unknown option {rest[0]}", hint=f"headway {name} --help shows its verbs")
    width = max(len(verb) for verb in module.VERBS)
    lines = [f"  {line}" for line in module.EXAMPLE.splitlines()]
    lines += ["", f"usage: headway {name} VERB [ARGUMENTS]", "", module.HELP, ""]
    lines += [f"  {verb:{width}}  {text}" for verb, text in module.VERBS.items()]
    text = "\n".join([*lines, "", f"headway {name} VERB --help shows examples and flags"])
    (sys.stdout if rest else sys.stderr).write(text + "\n")
    return DONE if rest else USAGE


def overview(groups: Mapping[str, Mapping[str, str]]) -> str:
    """What `headway --help` prints."""
    from headway.console.style import Style
    from headway.console.terminal import knows_unicode, wants_colour

    tty = sys.stdout.isatty()
    style = Style(colour=wants_colour(tty, os.environ), unicode=knows_unicode(os.environ))
    width = max(len(verb) for verbs in groups.values() for verb in verbs)
    lines = [f"{style.paint('bold', 'headway')} {__version__}  {purpose}", ""]
    lines += ["usage: headway VERB [ARGUMENTS]", ""]
    for name, verbs in groups.items():
        lines.append(style.paint("bold", f"{name}:"))
        for verb, text in verbs.items():
            lines.append(f"  {style.paint('cyan', verb)}{' ' * (width - len(verb))}  {text}")
        lines.append("")
    lines.append("headway VERB --help shows examples and flags; start with: headway run")
    return "\n".join(lines) + "\n"
