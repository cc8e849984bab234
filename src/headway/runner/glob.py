"""File patterns as the actions toolkit (@actions/glob) reads them.

Sources: the package's documentation, "Patterns", and what it does. One pattern a line; `#`
starts a comment, `!` takes matches away again; `*`, `?` and `[…]` stay within a name, `**`
spans folders; `~` is the home folder. Names that start with a dot are matched like others.
A pattern that names a folder means everything below it too ("implicit descendants").
Results come in the order of the patterns' starting points, each walked in byte order.
"""

from __future__ import annotations

import os
import re
import stat

from headway.errors import HeadwayError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FOLDER, _FILE = 1, 2
MOST_BRACES = 1000  # alternatives that the braces of one pattern may stand for
_POSIX = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "ascii": "\\x00-\\x7f",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "\\x21-\\x7e",
    "lower": "a-z",
    "print": "\\x20-\\x7e",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "word": "a-zA-Z0-9_",
    "xdigit": "0-9a-fA-F",
}


class PatternError(HeadwayError):
    """A pattern that GitHub refuses: it has `.` or `..` in it, or a wildcard as its root."""


class Glob:
    """Patterns, ready to search. `root` is what relative patterns start from.

    Iterating gives absolute paths. Raises PatternError for a pattern that isn't one.
    """

    def __init__(
        self,
        patterns: str | Sequence[str],
        root: str,
        *,
        home: str = "",
        follow_links: bool = True,
        implicit_descendants: bool = True,
        folders: bool = True,
        hidden: bool = True,
    ) -> None:
        text = patterns if isinstance(patterns, str) else "\n".join(patterns)
        lines = [line.strip() for line in text.split("\n")]
        given = [_Pattern(line, root, home) for line in lines if line and line[0] != "#"]
        self.search_paths = _search_paths(given)
        self._patterns: list[_Pattern] = []
        for pattern in given:
            self._patterns.append(pattern)
            if implicit_descendants and (pattern.only_folders or pattern.segments[-1:] != ["**"]):
                self._patterns.append(pattern.descendants())
        self._follow = follow_links
        self._folders = folders
        self._hidden = hidden

    def __iter__(self) -> Iterator[str]:
        for path in self.search_paths:
            if os.path.lexists(path):
                yield from self._search(path, None, [])

    def _search(self, path: str, entry: os.DirEntry[str] | None, above: list[str]) -> Iterator[str]:
        match = self._match(path)
        deeper = bool(match) or any(p.leads_to(path) for p in self._patterns if not p.negated)
        if not deeper or (not self._hidden and os.path.basename(path).startswith(".")):
            return
        is_folder = self._is_folder(path, entry)
        if not is_folder:
            if is_folder is not None and match & _FILE:
                yield path
            return
        if self._follow:
            plain = entry is not None and not entry.is_symlink()
            real = f"{above[-1]}/{entry.name}" if entry and plain else os.path.realpath(path)
            if real in above:
                return  # a link back up
            above = [*above, real]
        if match & _FOLDER and self._folders:
            yield path
        with os.scandir(path) as entries:
            for child in sorted(entries, key=lambda e: os.fsencode(e.name)):
                yield from self._search(os.path.join(path, child.name), child, above)

    def _match(self, path: str) -> int:
        found = 0
        for pattern in self._patterns:
            if not pattern.negated:
                found |= pattern.match(path)
            elif found:
                found &= ~pattern.match(path)
        return found

    def _is_folder(self, path: str, entry: os.DirEntry[str] | None) -> bool | None:
        """None for what isn't there, or a link that leads nowhere."""
        if entry is not None and not entry.is_symlink():
            return entry.is_dir()
        try:
            about = os.stat(path) if self._follow else os.lstat(path)
        except OSError:
            return None
        return stat.S_ISDIR(about.st_mode)


class _Pattern:
    """One pattern, absolute: `segments` are its parts, `search_path` the folder to start in."""

    def __init__(self, text: str, root: str, home: str, implicit: bool = False) -> None:
        self.negated = False
        while text.startswith("!"):
            self.negated = not self.negated
            text = text[1:].strip()
        absolute = _absolute(text, root, home)
        self.only_folders = absolute.endswith("/") and absolute != "/"
        self.segments = [s for s in absolute.split("/") if s]
        self._implicit = implicit
        self._prepare()

    def _prepare(self) -> None:
        literals: list[str] = []
        for segment in self.segments:
            literal = _literal(segment)
            if not literal:
                break
            literals.append(literal)
        self.search_path = "/" + "/".join(literals)
        self._parts = [None if s == "**" else _expression(s) for s in self.segments]
        self._whole = re.compile(self._regex(), re.DOTALL)

    def descendants(self) -> _Pattern:
        """The same, for everything below."""
        below = object.__new__(_Pattern)
        below.negated, below.only_folders, below._implicit = self.negated, False, True
        below.segments = [*self.segments, "**"]
        below._prepare()
        return below

    def _regex(self) -> str:
        text = ""
        for index, part in enumerate(self._parts):
            last = index == len(self._parts) - 1
            if part is not None:
                text += "/" + part
            elif not last:
                text += "(?:/[^/]+)*"
            else:
                # What is asked for matches the folder itself too, what is implied doesn't.
                text += "(?:/[^/]+)+" if self._implicit else "(?:/[^/]+)*"
        return text or "/"

    def match(self, path: str) -> int:
        if self._whole.fullmatch(path) is None and not (path == "/" and self._all()):
            return 0
        return _FOLDER if self.only_folders else _FOLDER | _FILE

    def _all(self) -> bool:
        return not self._implicit and all(part is None for part in self._parts)

    def leads_to(self, path: str) -> bool:
        """Whether something below `path` may match."""
        names = [name for name in path.split("/") if name]
        for name, part in zip(names, self._parts, strict=False):
            if part is None:
                return True
            if re.fullmatch(part, name, re.DOTALL) is None:
                return False
        return len(names) < len(self._parts)


def _search_paths(patterns: list[_Pattern]) -> list[str]:
    """Where to start: each pattern's literal part, but none that lies below another."""
    paths = list(dict.fromkeys(p.search_path for p in patterns if not p.negated))
    known = set(paths)
    return [path for path in paths if not any(folder in known for folder in _above(path))]


def _above(path: str) -> Iterator[str]:
    while path != "/":
        path = os.path.dirname(path)
        yield path


def _absolute(text: str, root: str, home: str) -> str:
    text = re.sub("/+", "/", text)
    parts = [_literal(s) for s in text.rstrip("/").split("/")]
    if any(p == ".." or (p == "." and i > 0) for i, p in enumerate(parts)):
        raise PatternError(
            f"Invalid pattern '{text}'. Relative pathing '.' and '..' is not allowed."
        )
    if text in ("", "."):
        return escape(root)
    if text.startswith("./"):
        return escape(root) + text[1:]
    if text == "~" or text.startswith("~/"):
        return escape(home or os.path.expanduser("~")) + text[1:]
    return text if text.startswith("/") else f"{escape(root).rstrip('/')}/{text}"


def escape(path: str) -> str:
    """A pattern that matches this path only."""
    path = re.sub(r"\[(?=[^/]+\])", "[[]", path.replace("\\", "\\\\"))
    return path.replace("?", "[?]").replace("*", "[*]")


def _literal(segment: str) -> str:
    """The name that this part of a pattern stands for, or "" when it has a wildcard."""
    literal, index = "", 0
    while index < len(segment):
        c = segment[index]
        if c == "\\" and index + 1 < len(segment):
            index += 1
            c = segment[index]
        elif c in "*?":
            return ""
        elif c == "[":
            end = segment.find("]", index + 1)
            inside = segment[index + 1 : end].replace("\\", "") if end > 0 else ""
            if len(inside) > 1:
                return ""
            if inside:
                c, index = inside, end
        literal += c
        index += 1
    return literal


def _expression(segment: str) -> str:
    """The regular expression of one part between slashes.

    After each `*` the first place where the rest fits is as good as any later one, so no
    going back (`(?>…)`): a pattern with many stars must not take for ever to say no.
    """
    pieces, index = [""], 0
    while index < len(segment):
        c = segment[index]
        index += 1
        if c == "\\" and index < len(segment):
            pieces[-1] += re.escape(segment[index])
            index += 1
        elif c == "*":
            pieces.append("")
        elif c == "?":
            pieces[-1] += "[^/]"
        elif c == "[":
            found = _bracket(segment, index)
            pieces[-1] += found[0] if found else re.escape(c)
            index = found[1] if found else index
        else:
            pieces[-1] += re.escape(c)
    if len(pieces) == 1:
        return pieces[0]
    first, *middle, last = pieces
    return first + "".join(f"(?>[^/]*?{piece})" for piece in middle if piece) + "[^/]*" + last


def _bracket(segment: str, start: int) -> tuple[str, int] | None:
    """A `[…]` that starts before `start`, and where it ends; None when it isn't closed."""
    negated = segment[start : start + 1] in ("!", "^")
    index = start + negated
    text = ""
    while index < len(segment):
        c = segment[index]
        if c == "]" and (text or index > start + negated):
            return (f"[{'^/' if negated else ''}{text}]" if text else "(?!)"), index + 1
        posix = re.match(r"\[:([a-z]+):\]", segment[index:])
        if posix and posix[1] in _POSIX:
            text += _POSIX[posix[1]]
            index += posix.end()
            continue
        if c == "\\" and index + 1 < len(segment):
            index += 1
            c = segment[index]
        after = segment[index + 1 : index + 3]
        if len(after) == 2 and after[0] == "-" and after[1] not in "]\\":
            if c <= after[1]:
                text += f"{re.escape(c)}-{re.escape(after[1])}"
            index += 3
            continue
        text += re.escape(c)
        index += 1
    return None


def name_matches(pattern: str, name: str) -> bool:
    """Whether a name (of an artifact) matches: `*`, `?`, `[…]`, `{a,b}`, `!` in front.

    A name with a dot in front needs a pattern with one, as in a shell.
    """
    negated = False
    while pattern.startswith("!"):
        negated, pattern = not negated, pattern[1:]
    if pattern.startswith("#"):
        return False
    return negated != any(_one_matches(p, name) for p in braces(pattern))


def _one_matches(pattern: str, name: str) -> bool:
    if name.startswith(".") and not pattern.startswith((".", "\\.")):
        return False
    return re.fullmatch(_expression(pattern), name, re.DOTALL) is not None


def braces(pattern: str) -> list[str]:
    """`a{b,c}` as `ab` and `ac`; nested ones too, `{1..3}` as well."""
    start = pattern.find("{")
    while start >= 0:
        parts, end = _alternatives(pattern, start)
        if len(parts) > 1:
            inside = [inner for part in parts for inner in braces(part)]
            rest = braces(pattern[end + 1 :])
            if len(inside) * len(rest) > MOST_BRACES:
                raise PatternError(f"the braces in '{pattern}' stand for too many names")
            return [pattern[:start] + inner + after for inner in inside for after in rest]
        start = pattern.find("{", start + 1)
    return [pattern]


def _alternatives(pattern: str, start: int) -> tuple[list[str], int]:
    depth, parts, part = 0, [], ""
    for index in range(start, len(pattern)):
        c = pattern[index]
        depth += (c == "{") - (c == "}")
        if depth == 0:
            parts.append(part)
            numbers = re.fullmatch(r"(-?\d+)\.\.(-?\d+)", part) if len(parts) == 1 else None
            if numbers and abs(int(numbers[2]) - int(numbers[1])) < 1000:
                first, last = int(numbers[1]), int(numbers[2])
                step = 1 if last >= first else -1
                parts = [str(n) for n in range(first, last + step, step)]
            return parts, index
        if c == "," and depth == 1:
            parts.append(part)
            part = ""
        elif depth > 1 or c != "{":
            part += c
    return [], start
