"""XML as a stream: expat with entities refused, bounded depth and sizes.

Two ways to read. `elements` gives whole small elements one after another (a test case, a
component) and forgets them; `walk` calls back for every start and end, for formats with
millions of elements (coverage lines), where even building an object for each costs too much.
Names and attributes come without namespace prefixes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from xml.parsers import expat

from headway.quality.reading.head import xml_encoding
from headway.quality.reading.source import MIB, ReportError, Source

MAX_DEPTH = 256
MAX_TOKEN = 16 * MIB  # one tag with its attributes
MAX_TEXT = 4 * MIB  # characters kept of one wanted element, the rest is dropped
MAX_NODES = 200_000  # elements in one wanted element

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


class Element:
    """A small element with everything in it. `line` is where it starts in the file."""

    __slots__ = ("attributes", "children", "line", "name", "parents", "text")

    def __init__(
        self, name: str, attributes: dict[str, str], line: int, parents: tuple[Element, ...]
    ) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Element] = []
        self.text = ""
        self.line = line
        self.parents = parents

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return self.attributes.get(name, default)

    def child(self, name: str) -> Element | None:
        return next((c for c in self.children if c.name == name), None)

    def all(self, name: str) -> list[Element]:
        """The direct children of this name."""
        return [c for c in self.children if c.name == name]

    def inner(self, *names: str) -> str:
        """The text of the child at this way down, stripped; "" when there is none."""
        found: Element | None = self
        for name in names:
            found = found.child(name) if found is not None else None
        return found.text.strip() if found is not None else ""


def walk(source: Source, start: Start | None = None, end: End | None = None) -> None:
    """Calls `start(name, attributes)` and `end(name)` for every element, in order.

    Names are as written, prefix included. A ValueError from a handler becomes a ReportError
    at that place; so does whatever is wrong with the XML.
    """
    parser = _parser(source)
    depth = 0

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError(f"elements are nested more than {MAX_DEPTH} deep")
        if start is not None:
            try:
                start(name, attributes)
            except ValueError as error:
                # Once the parser has stopped, it says where the tag ends.
                line, column = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1
                raise source.error(str(error), line=line, column=column) from None

    def on_end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(name)

    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    for _ in _feed(source, parser):
        pass


def elements(
    source: Source, wanted: Iterable[str], *, within: Iterable[str] = ()
) -> Iterator[Element]:
    """Every outermost element with a wanted name, complete, as soon as it has ended.

    Elements named in `within` (say `testsuite`) are given too when they end, with their
    attributes only; a wanted element has those around it in `parents`, outermost first.
    """
    builder = _Builder(frozenset(wanted), frozenset(within))
    parser = builder.parser = _parser(source)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.buffer_text = True
    for _ in _feed(source, parser):
        if builder.done:
            yield from builder.done
            builder.done.clear()


class _Builder:
    """Keeps the open wanted element with what is in it, and the `within` elements around it."""

    def __init__(self, wanted: frozenset[str], within: frozenset[str]) -> None:
        self.wanted = wanted
        self.within = within
        self.parser: Any = None
        self.done: list[Element] = []
        self.depth = 0
        self.outer: list[Element] = []
        self.outer_depths: list[int] = []
        self.tree: list[Element] = []
        self.texts: list[list[str]] = []
        self.nodes = 0
        self.room = 0  # characters that the open tree may still keep

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError(f"elements are nested more than {MAX_DEPTH} deep")
        name = name.rpartition(":")[2]
        if self.tree:
            self._grow(self._element(name, attributes))
        elif name in self.wanted:
            self.nodes, self.room = 0, MAX_TEXT
            self.tree.append(self._element(name, attributes))
            self.texts.append([])
        elif name in self.within:
            self.outer.append(self._element(name, attributes))
            self.outer_depths.append(self.depth)

    def end(self, _: str) -> None:
        if self.tree:
            element = self.tree.pop()
            element.text = "".join(self.texts.pop())
            if not self.tree:
                self.done.append(element)
        elif self.outer_depths and self.outer_depths[-1] == self.depth:
            self.outer_depths.pop()
            self.done.append(self.outer.pop())
        self.depth -= 1

    def characters(self, text: str) -> None:
        if self.tree and self.room > 0:
            self.texts[-1].append(text[: self.room])
            self.room -= len(text)

    def _element(self, name: str, attributes: dict[str, str]) -> Element:
        return Element(name, attributes, self.parser.CurrentLineNumber, tuple(self.outer))

    def _grow(self, element: Element) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise ValueError(f"<{self.tree[0].name}> has more than {MAX_NODES} elements in it")
        self.tree[-1].children.append(element)
        self.tree.append(element)
        self.texts.append([])


def _parser(source: Source) -> Any:
    parser = expat.ParserCreate(xml_encoding(source.head.data))

    def refuse(*_: Any) -> None:
        raise ValueError("the document declares entities, which reports have no use for")

    parser.EntityDeclHandler = refuse
    return parser


def _feed(source: Source, parser: Any) -> Iterator[None]:
    """Parses chunk by chunk, yielding after each; all that can go wrong is a ReportError."""
    given = 0
    try:
        for chunk in source.chunks():
            parser.Parse(chunk, False)
            given += len(chunk)
            if given - max(parser.CurrentByteIndex, 0) > MAX_TOKEN:
                raise ValueError(f"one tag is longer than {MAX_TOKEN // MIB} MiB")
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as error:
        raise _malformed(source, error) from None
    except (ValueError, LookupError) as error:
        line, column = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1
        raise source.error(str(error), line=line, column=column) from None


def _malformed(source: Source, error: expat.ExpatError) -> ReportError:
    what = expat.ErrorString(error.code) or "not well-formed"
    if error.code in _CUT_OFF:
        what = f"the XML ends too early ({what})"
        hint = "the tool was stopped while writing, or the disk was full; run it again"
        return source.error(what, line=error.lineno, column=error.offset + 1, hint=hint)
    return source.error(f"malformed XML: {what}", line=error.lineno, column=error.offset + 1)


_CODES = expat.errors.codes
_CUT_OFF = {
    _CODES[expat.errors.XML_ERROR_NO_ELEMENTS],
    _CODES[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
    _CODES[expat.errors.XML_ERROR_PARTIAL_CHAR],
    _CODES[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
}
