"""Values and GitHub's coercions between them.

A value is None, bool, int or float, str, list or dict. GitHub has one number type, an IEEE
double; here an int stands for a double without a fraction. Sources: GitHub's page
"Evaluate expressions in workflows and actions" (operators, functions), and for what the page
leaves open the behaviour of GitHub's runner.
"""

from __future__ import annotations

from math import inf, isnan, nan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# What the runner's platform counts as white space; Python's own set differs (U+001C…1F).
WHITESPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
MISSING = object()
NULL, BOOLEAN, NUMBER, STRING, ARRAY, OBJECT = range(6)
KINDS = ("null", "a boolean", "a number", "a string", "an array", "an object")  # for messages
_KINDS = {
    type(None): NULL,
    bool: BOOLEAN,
    int: NUMBER,
    float: NUMBER,
    str: STRING,
    list: ARRAY,
    dict: OBJECT,
}
_WIDE = 10**15  # from here on GitHub writes whole numbers with an exponent


class Filtered(list[object]):
    """What an object filter (`.*`) gives: a further index applies to each item in it."""

    __slots__ = ()


class CaseSensitive(dict[str, object]):
    """An object whose keys are looked up exactly: GitHub's `env` context off Windows."""

    __slots__ = ()


def kind(value: object) -> int:
    """NULL, BOOLEAN, NUMBER, STRING, ARRAY or OBJECT; anything unknown is an OBJECT."""
    found = _KINDS.get(type(value))
    if found is None:
        if isinstance(value, (list, tuple)):
            return ARRAY
        found = next((k for t, k in _KINDS.items() if isinstance(value, t)), OBJECT)
    return found


def is_primitive(value: object) -> bool:
    return kind(value) < ARRAY


def truthy(value: object) -> bool:
    """False for null, false, 0, NaN and ''; true for everything else, empty arrays too."""
    if value.__class__ is bool:
        return bool(value)
    group = kind(value)
    if group >= ARRAY:
        return True
    return bool(value) and value == value  # NaN alone isn't equal to itself


def to_text(value: object) -> str:
    """As GitHub casts to a string: null is '', an array 'Array', an object 'Object'."""
    if value.__class__ is str:
        return value
    group = kind(value)
    if group == STRING:
        return str(value)
    if group == NULL:
        return ""
    if group == BOOLEAN:
        return "true" if value else "false"
    if group == NUMBER:
        return number_text(value)  # type: ignore[arg-type]
    return "Array" if group == ARRAY else "Object"


def number_text(number: float) -> str:
    """Up to 15 significant digits, an exponent from 1E+15 on and below 0.0001; never -0."""
    if isinstance(number, int) and -_WIDE < number < _WIDE:
        return str(number)
    number = double(number)
    if isnan(number):
        return "NaN"
    if number in (inf, -inf):
        return "Infinity" if number > 0 else "-Infinity"
    return f"{number:.15G}" if number else "0"


def double(number: float) -> float:
    try:
        return float(number)
    except OverflowError:  # an int beyond the range of a double
        return inf if number > 0 else -inf


def simplest(number: float) -> float:
    """The same number as an int, when it is whole and exactly so."""
    return int(number) if number.is_integer() and -_WIDE < number < _WIDE else number


def to_number(value: object) -> float:
    """null is 0, true 1, a string what it spells (see parse_number), array and object NaN."""
    group = kind(value)
    if group == STRING:
        return parse_number(value)  # type: ignore[arg-type]
    if group == NULL:
        return 0
    return double(value) if group in (BOOLEAN, NUMBER) else nan  # type: ignore[arg-type]


def parse_number(text: str) -> float:
    """The number a string spells, white space around it aside; NaN when it spells none.

    Decimal with sign, fraction and exponent; 0x and 0o (lower case, no sign, 32 bits, so that
    0xffffffff is -1); Infinity; '' is 0.
    """
    text = text.strip(WHITESPACE)
    if not text:
        return 0
    prefix = text[:2]
    if prefix in ("0x", "0o") and len(text) > 2:
        return _radix(text[2:], 16 if prefix == "0x" else 8)
    if _is_decimal(text):
        return simplest(float(text))
    sign = -1 if text[0] == "-" else 1
    return sign * inf if text.lstrip("+-").lower() == "infinity" and text[1] not in "+-" else nan


def _is_decimal(text: str) -> bool:
    mantissa, _, exponent = text.replace("E", "e", 1).partition("e")
    mantissa = mantissa[1:] if mantissa[0:1] in ("+", "-") else mantissa
    if "e" in text or "E" in text:
        digits = exponent[1:] if exponent[0:1] in ("+", "-") else exponent
        if not (digits.isascii() and digits.isdigit()):
            return False
    whole = mantissa.replace(".", "", 1)
    return whole.isascii() and whole.isdigit()


def _radix(digits: str, base: int) -> float:
    if not (digits.isascii() and digits.isalnum()):
        return nan
    try:
        number = int(digits, base)
    except ValueError:
        return nan
    if number >= 1 << 32:
        return nan
    return number - (1 << 32) if number >= 1 << 31 else number


class _UpperCase(dict[int, str]):
    """Upper case one character by one, for str.translate: ß stays ß, as in ordinal casing."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        upper = char.upper()
        if len(upper) > 1:
            upper = char.title()  # ᾳ has a one-character capital, ß has not
        if len(upper) > 1 or code in (0x131, 0x17F):  # ı and ſ never match I and S
            upper = char
        self[code] = upper
        return upper


_UPPER = _UpperCase()


def fold(text: str) -> str:
    """`text` for comparing without regard to case; as long as it was."""
    return text.upper() if text.isascii() else text.translate(_UPPER)


def lookup(mapping: Mapping[str, object], key: str) -> object:
    """The value at `key` whatever its case (an exact match first), or MISSING."""
    found = mapping.get(key, MISSING)
    if found is not MISSING or isinstance(mapping, CaseSensitive):
        return found
    wanted, length = fold(key), len(key)
    for name in mapping:
        text = to_text(name)
        if len(text) == length and fold(text) == wanted:
            return mapping[name]
    return MISSING


def equal(left: object, right: object) -> bool:
    """`==`: different types meet as numbers; objects and arrays only as the same instance."""
    one, other = kind(left), kind(right)
    if one == STRING == other:
        return left == right or fold(left) == fold(right)  # type: ignore[arg-type]
    if one >= ARRAY or other >= ARRAY:
        return left is right
    return to_number(left) == to_number(right)


def less(left: object, right: object) -> bool:
    """`<`: strings in the order of their UTF-16 code units once folded; NaN is never less."""
    one, other = kind(left), kind(right)
    if one == STRING == other:
        return _order(left) < _order(right)  # type: ignore[arg-type]
    if one >= ARRAY or other >= ARRAY:
        return False
    return to_number(left) < to_number(right)


def _order(text: str) -> bytes:
    return fold(text).encode("utf-16-be", "surrogatepass")


COMPARE: dict[str, Callable[[object, object], bool]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": less,
    "<=": lambda left, right: equal(left, right) or less(left, right),
    ">": lambda left, right: less(right, left),
    ">=": lambda left, right: equal(left, right) or less(right, left),
}
