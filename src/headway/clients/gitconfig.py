"""Reads git's configuration files without starting git, and writes small ones.

Format: git's own documentation, git-config, "Configuration File". What can't be decided from
the text alone (`include`, `includeIf`) is left to git; `Settings.complete` says so.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# No regular expressions: compiling two took longer than reading every file of a start-up.
_ESCAPES = {"n": "\n", "t": "\t", "b": "\b", '"': '"', "\\": "\\"}


class Settings:
    """Names and values in order. A name is `section.key` or `section.subsection.key`, section
    and key in lower case. `complete` is False when something was included from elsewhere."""

    def __init__(self, items: Iterable[tuple[str, str]] = (), complete: bool = True) -> None:
        self.items = list(items)
        self.complete = complete

    def get(self, name: str, default: str = "") -> str:
        """The last value of `name`, which is the one that git uses."""
        return next((v for n, v in reversed(self.items) if n == name), default)

    def true(self, name: str) -> bool:
        return self.get(name).lower() in ("true", "yes", "on", "1")


def parse(text: str) -> Settings:
    """The settings in a file's text; lines that git would refuse are passed over."""
    items: list[tuple[str, str]] = []
    complete, prefix = True, ""
    for line in _logical_lines(text):
        line = line.strip()
        if line.startswith("["):
            prefix, line = _section(line)
            complete = complete and prefix.partition(".")[0] not in ("include", "includeif")
        name, equals, value = line.partition("=")
        name = name if equals else _value(name)
        name = name.strip().lower()
        if prefix and name[:1].isalpha() and name.replace("-", "").isalnum():
            items.append((prefix + name, _value(value) if equals else "true"))
    return Settings(items, complete)


def read(path: str) -> Settings:
    """As `parse`; a file that isn't there or can't be read has no settings."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return parse(file.read())
    except OSError:
        return Settings()


def read_user() -> Settings:
    """What the system's and the user's files say, in git's order."""
    environment = os.environ
    home = os.path.expanduser("~")
    xdg = environment.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    files = [os.path.join(xdg, "git", "config"), os.path.join(home, ".gitconfig")]
    if "GIT_CONFIG_GLOBAL" in environment:
        files = [environment["GIT_CONFIG_GLOBAL"]]
    if environment.get("GIT_CONFIG_NOSYSTEM", "").lower() not in ("1", "true", "yes", "on"):
        files.insert(0, environment.get("GIT_CONFIG_SYSTEM") or "/etc/gitconfig")
    found = [read(path) for path in files]
    return Settings(
        [item for settings in found for item in settings.items],
        all(settings.complete for settings in found),
    )


def render(items: Iterable[tuple[str, str]]) -> str:
    """The text of a file with these settings; `parse` and git read them back."""
    lines, before = [], None
    for name, value in items:
        head, _, key = name.rpartition(".")
        if head != before:
            section, dot, subsection = head.partition(".")
            quoted = subsection.replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'[{section} "{quoted}"]' if dot else f"[{section}]")
            before = head
        lines.append(f"\t{key} = {_quoted(value)}")
    return "\n".join(lines) + "\n" if lines else ""


def _section(line: str) -> tuple[str, str]:
    """`[section "sub"] rest` as `section.sub.` and the rest."""
    name, quote, after = line[1:].partition('"')
    if not quote or "]" in name:
        name, _, rest = line[1:].partition("]")
        return name.strip().lower() + ".", rest.strip()
    subsection, characters = "", iter(after)
    for c in characters:
        if c == '"':
            break
        subsection += next(characters, "") if c == "\\" else c
    rest = "".join(characters).partition("]")[2]
    return f"{name.strip().lower()}.{subsection}.", rest.strip()


def _quoted(value: str) -> str:
    value = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + value.replace("\n", "\\n").replace("\t", "\\t").replace("\b", "\\b") + '"'


def _logical_lines(text: str) -> Iterable[str]:
    pending = ""
    for line in text.lstrip("\ufeff").replace("\r\n", "\n").split("\n"):
        line = pending + line
        # A backslash at the end joins lines, unless it is itself escaped or in a comment.
        tail = len(line) - len(line.rstrip("\\"))
        if tail % 2 and not line.lstrip().startswith(("#", ";")):
            pending = line[:-1]
            continue
        pending = ""
        yield line
    if pending:
        yield pending


def _value(raw: str) -> str:
    """Without quotes, escapes, comment and surrounding blanks."""
    text, blanks, quoted = "", "", False
    characters = iter(raw)
    for c in characters:
        if c == '"':
            quoted = not quoted
        elif c in "#;" and not quoted:
            break
        elif c.isspace() and not quoted:
            blanks += c if text else ""
        else:
            if c == "\\":
                following = next(characters, "")
                c = _ESCAPES.get(following, following)
            text, blanks = text + blanks + c, ""
    return text
