"""What libyaml says of broken YAML, said so that the mistake can be seen and mended.

libyaml names what its scanner ran into, which is often a line further on. Here the text
around is looked at again for what people really did: tabs, a colon in an unquoted value, a
value that begins with a character that YAML uses itself, a quote that is never closed.
"""

from __future__ import annotations

import re

from headway.errors import Place, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_QUOTE = "put the value in quotes"
_KEY = re.compile(r"\s*(- +)*[\w.$-]+ *:(\s|$)")
_CONFLICT = re.compile(r"^(<{7}|>{7})( |$)", re.MULTILINE)
_RESERVED = {
    "*": 'a value that begins with "*" is an alias in YAML',
    "&": 'a value that begins with "&" is an anchor in YAML',
    "@": 'a value cannot begin with "@"',
    "`": 'a value cannot begin with "`"',
    "%": 'a value cannot begin with "%"',
    "!": 'a value that begins with "!" is a tag in YAML',
    "?": 'a value cannot begin with "? "',
    "\t": "a tab cannot stand here",
}


class _Found:
    """What is wrong and where; line and column count from 1."""

    def __init__(
        self, message: str, line: int, column: int, hint: str = "", length: int = 1
    ) -> None:
        self.message, self.line, self.column = message, line, column
        self.hint, self.length = hint, length


class _Trouble:
    """libyaml's error with the text that it is about."""

    def __init__(self, error: object, text: str) -> None:
        self.said = str(getattr(error, "problem", "") or "")
        self.context = str(getattr(error, "context", "") or "")
        self.lines = text.splitlines() or [""]
        self.line, self.column = _mark(getattr(error, "problem_mark", None), self.lines)
        begun = getattr(error, "context_mark", None)
        self.begun = _mark(begun, self.lines) if begun else (self.line, self.column)

    def text(self, line: int) -> str:
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""

    def char(self) -> str:
        return self.text(self.line)[self.column - 1 : self.column]

    def before(self, line: int) -> int:
        """The last line before `line` that says something; 0 when none does."""
        line -= 1
        while line > 0 and not _says(self.text(line)):
            line -= 1
        return line


def explain(error: Exception, text: str, path: str) -> Problem:
    """The problem for what PyYAML's C parser raised while it read `text`."""
    found = _unreadable(text)
    if found is None:
        conflict = _CONFLICT.search(text)
        found = _conflict(text, conflict.start()) if conflict else None
        found = found or _explained(_Trouble(error, text))
    place = Place(path, found.line, found.column)
    return Problem(found.message, place, "yaml", found.hint, length=found.length)


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _mark(mark: object, lines: list[str]) -> tuple[int, int]:
    line = getattr(mark, "line", 0) + 1
    column = getattr(mark, "column", 0) + 1
    if line > len(lines):  # the end of the file
        return len(lines), len(lines[-1]) + 1
    return line, column


def _unreadable(text: str) -> _Found | None:
    match = re.search("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    if match is None:
        return None
    start = match.start()
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # how Python keeps a byte that it cannot decode
        message = f"byte 0x{code - 0xDC00:02X} is not UTF-8"
        return _Found(message, line, column, "save the file as UTF-8")
    what = "half a surrogate pair" if 0xD800 <= code <= 0xDFFF else "a control character"
    return _Found(f"U+{code:04X} is {what}; YAML has no place for it", line, column)


def _conflict(text: str, start: int) -> _Found:
    line = text.count("\n", 0, start) + 1
    message = "a merge conflict is still in the file"
    return _Found(message, line, 1, "keep one of the two sides, then remove the markers", 7)


def _explained(trouble: _Trouble) -> _Found:
    for said, handler in _HANDLERS.items():
        if (said in trouble.said or said in trouble.context) and (
            found := handler(trouble)
        ) is not None:
            return found
    said = trouble.said or "it cannot be parsed"
    context = f" ({trouble.context})" if trouble.context else ""
    return _Found(f"not valid YAML: {said}{context}", trouble.line, trouble.column)


def _tab(trouble: _Trouble) -> _Found | None:
    line = trouble.text(trouble.line)
    at = line.find("\t")
    if at < 0 or line[:at].strip(" "):
        return None
    message = "a tab is used for indentation; YAML takes only spaces"
    return _Found(message, trouble.line, at + 1, "replace it by spaces")


def _reserved(trouble: _Trouble) -> _Found | None:
    if found := _tab(trouble):
        return found
    line, column = trouble.begun if trouble.begun[0] == trouble.line else (0, 0)
    char = trouble.text(line)[column - 1 : column] or trouble.char()
    if char not in _RESERVED:
        return None
    hint = "replace it by spaces" if char == "\t" else _QUOTE
    return _Found(_RESERVED[char], trouble.line, column or trouble.column, hint)


def _flow_colon(trouble: _Trouble) -> _Found:
    message = 'a value with ":" inside [ ] or { } must be quoted'
    return _Found(message, trouble.line, trouble.column, "put the value in quotes")


def _colon(trouble: _Trouble) -> _Found | None:
    """ "mapping values are not allowed": a second colon, or a line that is in too far."""
    line = trouble.text(trouble.line)
    before = trouble.before(trouble.line)
    first = _KEY.match(line)
    if first and first.end() <= trouble.column - 1:
        hint = "put the whole value in quotes, or write it as a block after |"
        return _Found('a value with ": " in it must be quoted', trouble.line, trouble.column, hint)
    if before and _indent(line) > _indent(trouble.text(before)):
        above = trouble.text(before)
        column = _indent(line) + 1
        if ":" not in above:
            end = len(above.rstrip())
            return _Found('a ":" is missing after this key', before, end + 1)
        message = f"this line is indented below line {before}, which already has its value"
        hint = f"indent it by {_indent(above)} like line {before}, or remove that line's value"
        return _Found(message, trouble.line, column, hint)
    if before and ":" not in trouble.text(before):
        return _no_colon(trouble, before)
    if glued := _glued(trouble, before):
        return glued
    return _Found('a ":" is not expected here', trouble.line, trouble.column, _QUOTE)


def _glued(trouble: _Trouble, line: int) -> _Found | None:
    """`key:value` without the space."""
    match = re.match(r"\s*(- +)*([\w-]+):(?=[^\s:/])", trouble.text(line))
    if match is None:
        return None
    return _Found('a space is missing after ":"', line, match.end() + 1)


def _no_colon(trouble: _Trouble, line: int = 0) -> _Found:
    line = line or trouble.begun[0]
    if glued := _glued(trouble, line):
        return glued
    text = trouble.text(line)
    start = _indent(text)
    message = f'"{text.strip()[:40]}" is neither a key with ":" nor part of the value above'
    hint = 'is a ":" missing after it?'
    return _Found(message, line, start + 1, hint, max(1, len(text.strip())))


def _unclosed_quote(trouble: _Trouble) -> _Found | None:
    line, column = trouble.begun
    quote = trouble.text(line)[column - 1 : column]
    if "quoted scalar" not in trouble.context or quote not in ("'", '"'):
        return None
    return _Found(f"this {quote} is never closed", line, column)


def _escape(trouble: _Trouble) -> _Found:
    escape = trouble.text(trouble.line)[trouble.column - 1 : trouble.column + 1]
    message = f'"{escape}" is not an escape that YAML has in double quotes'
    hint = "write the backslash twice, or use single quotes"
    return _Found(message, trouble.line, trouble.column, hint, 2)


def _hexadecimal(trouble: _Trouble) -> _Found:
    message = "an escape with \\x, \\u or \\U needs 2, 4 or 8 hexadecimal digits"
    hint = "write the backslash twice, or use single quotes"
    return _Found(message, trouble.line, trouble.column, hint)


def _flow(trouble: _Trouble) -> _Found:
    line, column = trouble.begun
    opened = trouble.text(line)[column - 1 : column]
    closing = {"[": "]", "{": "}"}.get(opened, "]")
    rest = trouble.text(trouble.line)
    if "${{" in trouble.text(line):
        message = f"a ${{{{ }}}} inside {opened} {closing} must be quoted"
        return _Found(message, line, trouble.text(line).find("${{") + 1, _QUOTE, 3)
    if trouble.line != line and _KEY.match(rest):
        return _Found(f'this "{opened}" is never closed', line, column)
    message = f'"," or "{closing}" is expected here'
    hint = f'the "{opened}" on line {line}, column {column} is open'
    return _Found(message, trouble.line, trouble.column, hint)


def _flow_node(trouble: _Trouble) -> _Found:
    char = trouble.char()
    if not char:
        message = 'a "[" or "{" is never closed'
        return _Found(message, trouble.line, trouble.column)
    hint = "a value with special characters must be in quotes"
    return _Found(f'a value is expected here, not "{char}"', trouble.line, trouble.column, hint)


def _block(trouble: _Trouble) -> _Found:
    """ "did not find expected key": something follows a value, or the indentation is off."""
    line, text = trouble.line, trouble.text(trouble.line)
    if text[: trouble.column - 1].strip(" -") and (found := _after_value(trouble)):
        return found
    begun = trouble.begun[0]
    above = trouble.before(line)
    if text.lstrip().startswith("- ") and not trouble.text(begun).lstrip().startswith("- "):
        same = _indent(text) == trouble.begun[1] - 1
        message = 'a "-" item does not fit here'
        hint = "the lines around it are keys" if same else _columns(trouble, above)
        return _Found(message, line, _indent(text) + 1, hint)
    message = "this line does not line up with anything above"
    return _Found(message, line, _indent(text) + 1, _columns(trouble, above))


def _after_value(trouble: _Trouble) -> _Found | None:
    text = trouble.text(trouble.line)
    head = text[: trouble.column - 1].rstrip()
    if head.endswith(("'", '"')):
        message = "something follows the closing quote"
        hint = "quote all of the value, inner quotes doubled ('it''s') or escaped, or none of it"
        return _Found(message, trouble.line, trouble.column, hint)
    if trouble.char() in ("]", "}"):
        return _Found(f'this "{trouble.char()}" closes nothing', trouble.line, trouble.column)
    message = "something follows the value"
    return _Found(message, trouble.line, trouble.column, _QUOTE)


def _columns(trouble: _Trouble, above: int) -> str:
    """Which indentations are open above a line."""
    seen: list[int] = []
    line = above
    while line > 0:
        text = trouble.text(line)
        if _says(text) and (not seen or _indent(text) < seen[-1]):
            seen.append(_indent(text))
        line = 0 if seen and not seen[-1] else line - 1
    spaces = sorted(seen)
    if not spaces:
        return ""
    return "indent it by " + " or ".join(str(s) for s in spaces) + " spaces, as lines above"


def _dash(trouble: _Trouble) -> _Found:
    message = 'a "-" item cannot begin on the same line as its key'
    return _Found(message, trouble.line, trouble.column, "put it on a line of its own, indented")


def _header(trouble: _Trouble) -> _Found:
    message = 'nothing but a comment may follow "|" or ">" on its line'
    return _Found(message, trouble.line, trouble.column, "put the text on the next line, indented")


def _document(trouble: _Trouble) -> _Found:
    message = "this line follows a value that is already complete"
    return _Found(message, trouble.line, trouble.column, 'is a ":" missing above?')


_HANDLERS: dict[str, Callable[[_Trouble], _Found | None]] = {  # by part of what libyaml says
    "found character that cannot start any token": _reserved,
    "tab character": _tab,
    "did not find expected alphabetic or numeric character": _reserved,
    "a tag": _reserved,
    "tag URI": _reserved,
    "a directive": _reserved,
    "mapping keys are not allowed": _reserved,
    "found unexpected ':'": _flow_colon,
    "mapping values are not allowed": _colon,
    "could not find expected ':'": _no_colon,
    "found unexpected end of stream": _unclosed_quote,
    "found unexpected document indicator": _unclosed_quote,
    "found unknown escape character": _escape,
    "hexdecimal number": _hexadecimal,
    "did not find expected ',' or": _flow,
    "did not find expected node content": _flow_node,
    "did not find expected key": _block,
    "did not find expected '-' indicator": _block,
    "block sequence entries are not allowed": _dash,
    "did not find expected comment or line break": _header,
    "did not find expected <document start>": _document,
}
