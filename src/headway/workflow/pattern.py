"""GitHub's filter patterns: which branches, tags and paths a trigger means.

The language is that of the "Filter pattern cheat sheet" on the workflow syntax page:
`*` (any run of characters but `/`), `**` (any run of characters), `?` and `+` (the character
before: none or one, one or more), `[a-z]`, a backslash that takes the meaning from the
character after it, and `!` in front to take names out again. A pattern matches a whole name,
`**/` whole folders or none. (GitHub has been seen to let `**/x` match `notx` as well; its page
doesn't say so, and the page holds here.)

Matching walks the name once, keeping the set of positions in the pattern that are still
possible (an automaton that is built as it is needed), so no pattern can make it slow.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    # (does the character match when it is NOT among `chars`, chars, may repeat, may be left out)
    Item: TypeAlias = tuple[bool, str, bool, bool]

LONGEST = 1000  # characters in a pattern; Git's own names are far shorter
_MOST_STATES = 2000  # kept per pattern; then the automaton is built afresh
_ANY, _NOT_SLASH = (True, ""), (True, "/")


class Pattern:
    """One compiled pattern; `negative` when it began with `!`."""

    __slots__ = ("_entering", "_items", "_states", "_staying", "negative", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.negative = text.startswith("!")
        items, directories, problems = _read(text)
        self._items: list[Item] | None = None if problems else items
        self._entering, self._staying = _closures(items, directories)
        self._states: dict[int, dict[str, int]] = {}

    def matches(self, name: str) -> bool:
        """Whether the whole of `name` fits; an invalid pattern fits nothing."""
        if self._items is None:
            return False
        state, states = self._entering[0], self._states
        for char in name:
            known = states.get(state)
            if known is None:
                if len(states) >= _MOST_STATES:
                    states.clear()
                known = states[state] = {}
            following = known.get(char)
            if following is None:
                following = known[char] = self._step(state, char)
            if not following:
                return False
            state = following
        return bool(state >> len(self._items) & 1)

    def _step(self, state: int, char: str) -> int:
        following = 0
        for index, (inverted, chars, repeats, _) in enumerate(self._items or ()):
            if state >> index & 1 and (char in chars) is not inverted:
                following |= self._staying[index] if repeats else self._entering[index + 1]
        return following


def _closures(items: list[Item], directories: list[int]) -> tuple[list[int], list[int]]:
    """For each position, the positions (as bits) reached from it without a character: when it
    is entered, and when its item has just repeated (`**/` may stand for nothing, but once
    it has taken a character it needs its slash).
    """
    entering = [1 << len(items)]
    staying: list[int] = []
    for index in range(len(items) - 1, -1, -1):
        reached = 1 << index
        if items[index][3]:
            reached |= entering[-1]
        staying.append(reached)
        if index in directories:
            reached |= entering[-2]
        entering.append(reached)
    return entering[::-1], staying[::-1]


def _read(text: str) -> tuple[list[Item], list[int], list[tuple[str, int]]]:
    """The items, at which of them a whole `**/` begins, and what is wrong (message, offset)."""
    items: list[Item] = []
    directories: list[int] = []
    problems: list[tuple[str, int]] = []
    at = 1 if text.startswith("!") else 0
    if not text[at:]:
        problems.append(("the pattern is empty", 0))
    if len(text) > LONGEST:
        return [], [], [(f"the pattern is longer than {LONGEST} characters", LONGEST)]
    start, quantifiable = at, False
    while at < len(text):
        char, size, plain = text[at], 1, True
        if char == "*":
            size = _stars(text, at, start, items, directories)
            plain = False
        elif char in "?+":
            plain = False
            if quantifiable:
                inverted, chars, _, _ = items[-1]
                if char == "?":
                    items[-1] = (inverted, chars, False, True)
                else:
                    items.append((inverted, chars, True, True))
            else:
                problems.append((_dangling(char), at))
        elif char == "[":
            chars, size = _bracket(text, at, problems)
            items.append((False, chars, False, False))
        elif char == "\\":
            size = 2
            if at + 1 == len(text):
                problems.append(("nothing follows the backslash; write \\\\ for a backslash", at))
            items.append((False, text[at + 1 : at + 2], False, False))
        else:
            items.append((False, char, False, False))
        at += size
        quantifiable = plain
    return items, directories, problems


def _stars(text: str, at: int, start: int, items: list[Item], directories: list[int]) -> int:
    """Adds the item for a run of stars; gives the length of the run."""
    end = at
    while text[end : end + 1] == "*":
        end += 1
    if end - at == 1:
        items.append((*_NOT_SLASH, True, True))
        return 1
    if text[end : end + 1] == "/" and (at == start or text[at - 1] == "/"):
        directories.append(len(items))
    items.append((*_ANY, True, True))
    return end - at


def _dangling(char: str) -> str:
    meaning = "none or one" if char == "?" else "one or more"
    return (
        f'"{char}" means {meaning} of the character before it, and there is none here; '
        f'write "\\{char}" for the character itself'
    )


def _bracket(text: str, at: int, problems: list[tuple[str, int]]) -> tuple[str, int]:
    """The characters that `[…]` at offset `at` stands for, and its length."""
    end = text.find("]", at)
    if end < 0:
        problems.append(('"[" is never closed; write "\\[" for the character itself', at))
        return "", len(text) - at
    inside, chars, index = text[at + 1 : end], "", 0
    if not inside:
        problems.append(('"[]" lists no characters', at))
    while index < len(inside):
        low = inside[index]
        dash, high = inside[index + 1 : index + 2], inside[index + 2 : index + 3]
        if dash != "-":
            chars += low
            index += 1
            continue
        if not high:
            problems.append((f'the range "{low}-" has no end', at + 1 + index))
        elif low > high:
            problems.append((f'the range "{low}-{high}" runs backwards', at + 1 + index))
        elif not (low.isascii() and low.isalnum() and high.isascii() and high.isalnum()):
            problems.append(
                (f'the range "{low}-{high}" isn\'t within a-z, A-Z or 0-9', at + 1 + index)
            )
        else:
            chars += "".join(map(chr, range(ord(low), ord(high) + 1)))
        index += 3
    return chars, end + 1 - at


_compiled: dict[str, Pattern] = {}


def compile(text: str) -> Pattern:
    """The pattern for `text`, from a cache; see `problems` for whether it is valid."""
    pattern = _compiled.get(text)
    if pattern is None:
        if len(_compiled) > 1000:
            _compiled.clear()
        pattern = _compiled[text] = Pattern(text)
    return pattern


def deciding(patterns: Iterable[str], name: str) -> Pattern | None:
    """The pattern that has the last word on `name`: the last that matches it, or None."""
    last = None
    for text in patterns:
        pattern = compile(text)
        if pattern.matches(name):
            last = pattern
    return last


def included(patterns: Iterable[str], name: str) -> bool:
    """Whether the patterns, read in order, leave `name` in."""
    last = deciding(patterns, name)
    return last is not None and not last.negative


def problems(text: str) -> list[tuple[str, int]]:
    """What GitHub would refuse in one pattern: (message, offset in characters)."""
    return _read(text)[2]


def list_problem(patterns: Sequence[str], key: str) -> str | None:
    """What GitHub would refuse in a whole filter: patterns that only take names out."""
    if patterns and not key.endswith("-ignore") and all(p.startswith("!") for p in patterns):
        return f'every pattern of "{key}" begins with "!", so nothing is left; use "{key}-ignore"'
    return None
