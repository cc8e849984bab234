"""Workflow commands (`::name key=value::data`) and the files GITHUB_ENV, GITHUB_OUTPUT, ….

Source: GitHub's "Workflow commands" page. Pure: text in, values out.
"""

from __future__ import annotations

from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

COMMANDS = frozenset(
    (
        "debug notice warning error group endgroup echo stop-commands add-mask add-matcher "
        "remove-matcher set-output save-state set-env add-path"
    ).split()
)
SUMMARY_LIMIT = 1024 * 1024  # bytes a step, GitHub's limit
BLOCKED_ENV = frozenset({"NODE_OPTIONS"})


class CommandError(Exception):
    """A command or a command file that GitHub refuses; its text is shown in the step's log."""


class Command(Value):
    name: str
    data: str
    properties: Mapping[str, str] = {}


def parse_command(line: str, resume_token: str = "") -> Command | None:
    """The command in a line of output, or None; names compare case-insensitively.

    `resume_token` is the token of a `::stop-commands::` in force.
    """
    text = line.lstrip()
    if text.startswith("::"):
        info, found, data = text[2:].partition("::")
        separator, unescape = ",", _unescape_property
    else:
        start = line.find("##[")
        if start < 0:
            return None
        info, found, data = line[start + 3 :].partition("]")
        separator, unescape = ";", _unescape_bracket
    if not found:
        return None
    name, _, rest = info.partition(" ")
    name = name if resume_token and name == resume_token else name.lower()
    if name not in COMMANDS and name != resume_token:
        return None
    pairs = (p.strip().partition("=") for p in rest.split(separator))
    properties = {key: unescape(value) for key, _, value in pairs if key and value}
    plain = _unescape_data(data) if separator == "," else _unescape_bracket(data)
    return Command(name, plain, properties)


def _unescape_data(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def _unescape_property(text: str) -> str:
    text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",")
    return text.replace("%25", "%")


def _unescape_bracket(text: str) -> str:
    text = text.replace("%3B", ";").replace("%0D", "\r").replace("%0A", "\n").replace("%5D", "]")
    return text.replace("%25", "%")


def parse_pairs(text: str) -> dict[str, str]:
    """Name and value pairs of a command file: `NAME=value` or `NAME<<DELIMITER` blocks.

    Raises CommandError for a line of neither form, an empty name or delimiter, or a block
    whose delimiter never comes.
    """
    pairs: dict[str, str] = {}
    # Not splitlines(): a form feed or U+2028 inside a value is no end of a line.
    lines = iter(text.split("\n"))
    for raw in lines:
        line = raw.removesuffix("\r")
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, value = line.partition("=")
        elif heredoc >= 0:
            name, _, delimiter = line.partition("<<")
            if not name or not delimiter:
                message = "Name must not be empty and delimiter must not be empty"
                raise CommandError(f"Invalid format '{line}'. {message}")
            value = _block(lines, delimiter, name)
        else:
            raise CommandError(f"Invalid format '{line}'. Expected NAME=value or NAME<<DELIMITER")
        if not name:
            raise CommandError(f"Invalid format '{line}'. Name must not be empty")
        pairs[name] = value
    return pairs


def _block(lines: Iterator[str], delimiter: str, name: str) -> str:
    block: list[str] = []
    for line in lines:
        if line.removesuffix("\r") == delimiter:
            return "\n".join(block).removesuffix("\r")
        block.append(line)
    raise CommandError(f"Invalid value for '{name}'. Matching delimiter not found '{delimiter}'")


def protected(name: str) -> str:
    """Why a step may not set this variable through GITHUB_ENV, or "" when it may."""
    if name.upper() in BLOCKED_ENV:
        return f"Can't store {name} using '$GITHUB_ENV': it could change how actions run"
    if name.upper().startswith(("GITHUB_", "RUNNER_")):
        return f"Can't overwrite the default variable {name} using '$GITHUB_ENV'"
    return ""
