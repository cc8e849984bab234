"""What the first 64 KiB of a report show, enough to tell its format by content."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cached_property
from typing import Any

HEAD_SIZE = 64 * 1024
MAX_DEPTH = 5
MAX_VALUE = 200

_TOKEN = re.compile(
    # The second alternative is a string that the end of the head cuts off; without it every
    # quote inside such a string would be tried as a beginning.
    rb'"((?:[^"\\]|\\.)*+)"(\s*:)?|"(?:[^"\\]|\\.)*+\\?\Z'
    rb"|([{}\[\]])|(-?\d[^\s,\]}]*|true|false|null)",
    re.DOTALL,
)


class Head:
    """The beginning of a file (UTF-8, no byte-order mark), looked at only as far as asked.

    `syntax` is "empty", "binary", "xml", "json" or "text". For XML, `root` and `attributes`
    are the outermost element's (prefix dropped), `elements` all names seen. For JSON,
    `values` maps paths to short scalars ("" for anything else): `version`, `runs[].tool.name`;
    a list of objects starts with `[]`, as do JSON Lines after their first value's keys.
    """

    def __init__(self, data: bytes, name: str = "") -> None:
        self.data = data[:HEAD_SIZE]
        self.name = name
        self.whole = len(data) < HEAD_SIZE

    @cached_property
    def syntax(self) -> str:
        start = self.data.lstrip()[:1]
        if not start:
            return "empty"
        if b"\0" in self.data:
            return "binary"
        if start == b"<":
            return "xml"
        return "json" if start in (b"{", b"[") and _like_json(self.data) else "text"

    @cached_property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")

    @cached_property
    def lines(self) -> list[str]:
        """The head's lines without terminal colours; a last one that was cut off is dropped."""
        lines = plain(self.text).splitlines()
        return lines if self.whole else lines[:-1]

    @property
    def root(self) -> str:
        return self._xml[0]

    @property
    def attributes(self) -> dict[str, str]:
        return self._xml[1]

    @property
    def elements(self) -> frozenset[str]:
        return self._xml[2]

    @cached_property
    def values(self) -> dict[str, str]:
        return _json_values(self.data) if self.syntax == "json" else {}

    def has(self, *paths: str) -> bool:
        """Every one of these JSON paths was seen."""
        return all(path in self.values for path in paths)

    def with_top_level(self, data: bytes) -> Head:
        """This head of a JSON object, knowing the keys of the whole object: `data` is all of it."""
        wider = Head(self.data, self.name)
        wider.whole = self.whole
        wider.__dict__["values"] = {**_top_level(data), **self.values}
        return wider

    @cached_property
    def _xml(self) -> tuple[str, dict[str, str], frozenset[str]]:
        return _xml_names(self.data) if self.syntax == "xml" else ("", {}, frozenset())

    def describe(self) -> str:
        """What was seen, for the error about an unknown format."""
        if self.syntax == "xml":
            return f"XML with the root element <{self.root}>" if self.root else "malformed XML"
        if self.syntax == "json":
            top = [key for key in self.values if not set(key) & set(".[")]
            inside = [key[3:] for key in self.values if re.fullmatch(r"\[\]\.[^.\[]+", key)]
            if top:
                return "a JSON object with the keys " + _few(top)
            return f"a JSON list of objects with the keys {_few(inside)}" if inside else "JSON"
        if self.syntax == "text":
            first = next((line.strip() for line in self.lines if line.strip()), "")
            return f"text that starts with {first[:80]!r}"
        return {"empty": "an empty file", "binary": "binary data"}[self.syntax]


def plain(text: str) -> str:
    """The text without terminal escape sequences (colours, links, cursor movement)."""
    if "\x1b" not in text:
        return text
    return re.sub(r"\x1b(?:\[[0-9;:?]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])", "", text)


def _few(names: list[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:8])
    return shown + (", …" if len(names) > 8 else "")


def _like_json(data: bytes) -> bool:
    """`[INFO] done`, `[0001] done`, `[12:30:01] done` and `{{x}}` start like JSON but aren't."""
    number = rb"-?(?:0|[1-9]\d*)\s*(?:[.eE,\]]|$)"
    inside = rb'[\[{"\]]|' + number + rb"|true|false|null|$"
    return re.match(rb'\s*(\{\s*("|\}|$)|\[\s*(' + inside + rb"))", data) is not None


def xml_encoding(data: bytes) -> str | None:
    """The encoding to parse with, None for the declared one (ISO-8859-1, say). UTF-16 has been
    made UTF-8 by `Source`, whatever its declaration still says."""
    return "utf-8" if b"utf-16" in data[:200].lower() else None


def _xml_names(data: bytes) -> tuple[str, dict[str, str], frozenset[str]]:
    from xml.parsers import expat

    seen: dict[str, dict[str, str]] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        seen.setdefault(name.rpartition(":")[2], attributes)

    def refuse(*_: Any) -> None:
        raise ValueError("entity declarations are refused")

    parser = expat.ParserCreate(xml_encoding(data))
    parser.StartElementHandler = start
    parser.EntityDeclHandler = refuse
    with suppress(
        expat.ExpatError, ValueError, LookupError
    ):  # whoever parses the file says what is wrong
        parser.Parse(data, False)
    root = next(iter(seen), "")
    return root, seen.get(root, {}), frozenset(seen)


def _json_values(data: bytes) -> dict[str, str]:
    """Paths and scalars of JSON that may be cut off anywhere, to MAX_DEPTH; never raises."""
    found: dict[str, str] = {}
    stack: list[tuple[str, bool]] = []  # (path of the container, is it a list)
    key = ""
    for match in _TOKEN.finditer(data):
        text, colon, bracket, scalar = match.groups()
        if colon is not None:
            if stack and len(stack) <= MAX_DEPTH:
                prefix = stack[-1][0]
                name = text.decode("utf-8", "replace")
                key = f"{prefix}.{name}" if prefix else name
                found.setdefault(key, "")
            continue
        if bracket in (b"{", b"["):
            # Deeper paths are never asked for, and would grow with every level.
            path = _inside(stack, key) if len(stack) < MAX_DEPTH else ""
            stack.append((path + "[]" if bracket == b"[" else path, bracket == b"["))
            key = ""
        elif bracket is not None:
            if stack:
                stack.pop()
            key = ""
        elif stack and len(stack) <= MAX_DEPTH:
            value = text if text is not None else scalar
            if value is not None and len(value) <= MAX_VALUE:
                where = _inside(stack, key)
                if not found.get(where):
                    found[where] = value.decode("utf-8", "replace")
            key = ""
    return found


def _top_level(data: bytes) -> dict[str, str]:
    """The outermost object's keys, with short strings and numbers; {} if it isn't well-formed."""
    import msgspec

    try:
        raw = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return {}
    found = {}
    for key, value in raw.items():
        text = bytes(memoryview(value)[: MAX_VALUE + 1])
        short = len(text) <= MAX_VALUE and text[:1] not in (b"{", b"[")
        found[key] = text.strip(b'"').decode("utf-8", "replace") if short else ""
    return found


def _inside(stack: list[tuple[str, bool]], key: str) -> str:
    """The path of the value that starts here."""
    if not stack:
        return ""
    path, is_list = stack[-1]
    return path if is_list else key
