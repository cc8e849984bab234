"""JSON into typed structs; what is wrong is named with its path, or line and column.

`decode` reads a document whole (up to 256 MiB), straight into msgspec structs: keys that the
struct doesn't name cost almost nothing. `decode_lines` reads JSON Lines. `items` streams the
members of one long list or object, for files of any size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from headway.quality.reading.source import ReportError, Source

T = TypeVar("T")

_AT = re.compile(r" - at `(\$[^`]*)`$")
_BYTE = re.compile(r"\(byte (\d+)\)")


def decode(source: Source, type: type[T], *, strict: bool = True) -> T:
    """The document as `type`. `strict=False` also takes numbers written as strings.

    Raises ReportError: cut off, malformed (line and column), or of the wrong shape (path).
    """
    data = source.read()
    try:
        return msgspec.json.decode(data, type=type, strict=strict)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise _error(source, error, data) from None


def decode_lines(source: Source, type: type[T]) -> Iterator[T]:
    """Every line of a JSON Lines file as `type`; blank lines are skipped."""
    from headway.quality.reading.text import raw_lines

    decoder = msgspec.json.Decoder(type)
    for number, line in raw_lines(source):
        if line.strip():
            try:
                yield decoder.decode(line)
            except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
                raise _error(source, error, line, number) from None


def decode_any(source: Source, type: type[T]) -> list[T]:
    """A list of `type`, JSON Lines of it, or one alone: how tools write the same records.

    Raises ReportError.
    """
    data = source.read().lstrip()
    if data.startswith(b"["):
        return decode(source, list[type])  # type: ignore[valid-type]
    first, _, rest = data.partition(b"\n")
    if rest.strip() and first.rstrip().endswith(b"}"):
        return list(decode_lines(source, type))
    return [decode(source, type)]


def convert(source: Source, value: object, type: type[T], path: str) -> T:
    """A value from `items` as `type`; `path` is where it stood, for the error."""
    try:
        return msgspec.convert(value, type)
    except (msgspec.ValidationError, RecursionError) as error:
        raise _error(source, error, b"", path=path) from None


def items(source: Source, prefix: str) -> Iterator[tuple[str, Any]]:
    """Members of the object at `prefix` (dotted keys) as (key, value), one at a time.

    Memory holds one member, not the file. For a list end the prefix with `.item`: the
    key is then the index.
    """
    import ijson  # type: ignore[import-untyped]

    with source.open() as stream:
        try:
            if prefix.endswith("item") and prefix.split(".")[-1] == "item":
                for index, value in enumerate(ijson.items(stream, prefix, use_float=True)):
                    yield str(index), value
            else:
                yield from ijson.kvitems(stream, prefix, use_float=True)
        except ijson.IncompleteJSONError as error:
            raise source.error(f"JSON malformed or cut off: {_first(error)}") from None
        except (ijson.JSONError, ValueError, RecursionError) as error:
            raise source.error(f"malformed JSON: {_first(error)}") from None


def _first(error: Exception) -> str:
    return str(error).strip().splitlines()[0].strip() if str(error).strip() else "syntax"


def _error(
    source: Source, error: Exception, data: bytes, line: int = 0, path: str = ""
) -> ReportError:
    message = str(error)
    if isinstance(error, RecursionError):
        return source.error("the JSON is nested too deeply", line=line, path=path)
    if isinstance(error, UnicodeDecodeError):
        return source.error("the file is not UTF-8 text", line=line, path=path)
    if isinstance(error, msgspec.ValidationError):
        found = _AT.search(message)
        inside = found[1] if found else "$"
        where = path + inside[1:] if path else inside
        what = _AT.sub("", message)
        hint = "is it this tool's report, from a version whose format changed?"
        return source.error(what, line=line, path=where, hint=hint)
    if "truncated" in message:
        hint = "the tool was stopped while writing, or the disk was full; run it again"
        end = line or data.count(b"\n") + 1
        return source.error("the JSON ends too early", line=end, hint=hint)
    found = _BYTE.search(message)
    offset = int(found[1]) if found else 0
    before = data[:offset]
    row = line or before.count(b"\n") + 1
    column = offset - (before.rfind(b"\n") + 1) + 1
    what = _BYTE.sub("", message.removeprefix("JSON is malformed: ")).strip()
    return source.error(f"malformed JSON: {what}", line=row, column=column)
