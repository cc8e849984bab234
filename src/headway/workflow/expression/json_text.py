"""JSON as GitHub writes and reads it.

toJSON: two spaces of indent, keys in their order, characters beyond ASCII as they are.
fromJSON: JSON, with the liberties that GitHub's reader takes (see json_reader).
"""

from __future__ import annotations

from headway.workflow.expression.errors import EvaluationError
from headway.workflow.expression.value import (
    ARRAY,
    OBJECT,
    STRING,
    fold,
    kind,
    simplest,
    to_text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import json
    from collections.abc import Callable

MAX_WRITE_DEPTH = 200
MAX_READ_DEPTH = 64  # GitHub's reader
MAX_LENIENT = 1_000_000  # characters; longer text has to be strict JSON (that is 20 times faster)
_ESCAPES = {c: f"\\u{c:04x}" for c in (*range(0x20), 0x85, 0x2028, 0x2029)}
_ESCAPES |= {ord(c): "\\" + e for c, e in zip('\b\t\n\f\r"\\', 'btnfr"\\', strict=True)}


def quote(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'


def write(value: object, spend: Callable[[int], None]) -> str:
    """The value as indented JSON; `spend` is told about every piece's length before it is kept.

    NaN and Infinity are written as such. Raises EvaluationError beyond MAX_WRITE_DEPTH.
    """
    pieces: list[str] = []
    _write(value, "\n", pieces, spend)
    return "".join(pieces)


def _write(value: object, line: str, pieces: list[str], spend: Callable[[int], None]) -> None:
    group = kind(value)
    if group < ARRAY:
        text = quote(to_text(value)) if group == STRING else to_text(value) or "null"
        spend(len(text))
        pieces.append(text)
        return
    opening, closing = "[]" if group == ARRAY else "{}"
    is_object = group == OBJECT
    if not value or (is_object and not hasattr(value, "items")):
        pieces.append(opening + closing)
        return
    if len(line) > 2 * MAX_WRITE_DEPTH:
        raise EvaluationError(f"toJSON: the value is nested deeper than {MAX_WRITE_DEPTH} levels")
    inner = line + "  "
    for item in value:  # type: ignore[attr-defined]
        name = f"{quote(to_text(item))}: " if is_object else ""
        prefix = opening + inner + name
        spend(len(prefix))
        pieces.append(prefix)
        _write(value[item] if is_object else item, inner, pieces, spend)  # type: ignore[index]
        opening = ","
    spend(len(line) + 1)
    pieces.append(line + closing)


def read(text: str) -> object:
    """The value of JSON text; numbers are doubles, of keys that differ in case the first stays.

    Raises EvaluationError with line and column when it can't be read.
    """
    import json

    try:
        value = json.loads(
            text,
            strict=False,  # line breaks inside strings
            object_pairs_hook=_merge,
            parse_int=_integer,
        )
    except RecursionError:
        raise too_deep() from None
    except json.JSONDecodeError as error:
        if len(text) > MAX_LENIENT:
            raise _not_strict(error) from None
        from headway.workflow.expression.json_reader import read_leniently

        return read_leniently(text)
    if text.count("[") + text.count("{") > MAX_READ_DEPTH and isinstance(value, (list, dict)):
        _check_depth(value)
    return value


def _not_strict(error: json.JSONDecodeError) -> EvaluationError:
    what = error.msg[:1].lower() + error.msg[1:].removesuffix(" at")
    place = f"at line {error.lineno}, column {error.colno} of the text"
    hint = f"text of more than {MAX_LENIENT:,} characters has to be strict JSON"
    return EvaluationError(f"fromJSON: {what} {place}", hint=hint)


def _integer(digits: str) -> float:
    return int(digits) if len(digits) < 16 else simplest(float(digits))


def _merge(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Keys differing only in case are one: the first spelling with the last value."""
    result = dict(pairs)
    if len({fold(key) for key in result}) < len(pairs):
        spellings: dict[str, str] = {}
        result = {}
        for key, value in pairs:
            result[spellings.setdefault(fold(key), key)] = value
    return result


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(MAX_READ_DEPTH):
        items = [i for v in level for i in (v.values() if isinstance(v, dict) else v)]  # type: ignore[attr-defined]
        level = [item for item in items if isinstance(item, (list, dict))]
        if not level:
            return
    raise too_deep()


def too_deep() -> EvaluationError:
    return EvaluationError(f"fromJSON: the text is nested deeper than {MAX_READ_DEPTH} levels")
