"""Looks: colours and marks, and fitting text into a terminal's columns."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Span: TypeAlias = tuple[str, str]  # a look (a key of LOOKS, or ""), a text
    Line: TypeAlias = list[Span]

LOOKS = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
    "bold red": "1;31",
    "bold green": "1;32",
    "bold yellow": "1;33",
}
# state: (mark, its ASCII form, look)
MARKS = {
    "success": ("✓", "+", "green"),
    "failure": ("✗", "x", "red"),
    "cancelled": ("⊘", "!", "yellow"),
    "interrupted": ("⊘", "!", "yellow"),
    "skipped": ("–", "-", "dim"),
    "running": ("●", "*", "cyan"),
    "queued": ("○", ".", "dim"),
    "group": ("▸", ">", "bold"),
    "bar": ("│", "|", "dim"),
    "path": ("›", ">", "dim"),
    "dot": ("·", "-", "dim"),
    "ellipsis": ("…", "...", ""),
}
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
SPINNER_ASCII = "|/-\\"


class Style:
    """Turns looks into escape sequences, and marks into what the terminal can show."""

    def __init__(self, *, colour: bool, unicode: bool) -> None:
        self.colour = colour
        self.unicode = unicode

    def paint(self, look: str, text: str) -> str:
        if not self.colour or not look or not text:
            return text
        return f"\x1b[{LOOKS[look]}m{text}\x1b[0m"

    def mark(self, state: str) -> str:
        return MARKS[state][0 if self.unicode else 1]

    def mark_span(self, state: str, frame: int = -1) -> Span:
        """A state's mark with its look; a `frame` from 0 on turns what is running."""
        if state == "running" and frame >= 0:
            turning = SPINNER if self.unicode else SPINNER_ASCII
            return "cyan", turning[frame % len(turning)]
        return MARKS[state][2], self.mark(state)

    def painted_mark(self, state: str) -> str:
        return self.paint(MARKS[state][2], self.mark(state))

    def render(self, line: Line) -> str:
        return "".join(self.paint(look, text) for look, text in line)

    def fit(self, left: Line, width: int, right: str = "") -> Line:
        """The line in at most `width` columns, `right` at its end, dim; both cut as need be."""
        if not right:
            return self._cut(left, width)[0]
        needed = sum(cells(text) for _, text in left)
        # What is left over, but at least two fifths, and nothing where no word would fit.
        room = max(width - needed - 2, width * 2 // 5)
        end, taken = self._cut([("dim", right)], room) if room >= 5 else ([], 0)
        if not end:
            return self._cut(left, width)[0]
        kept, used = self._cut(left, width - taken - 2)
        return [*kept, ("", " " * (width - used - taken)), *end]

    def _cut(self, line: Line, width: int) -> tuple[Line, int]:
        total = sum(cells(text) for _, text in line)
        if total <= width:
            return list(line), total
        dots = self.mark("ellipsis")
        room, kept = max(0, width - len(dots)), []
        used = 0
        for look, text in line:
            part = cut(text, room - used)
            used += cells(part)
            kept.append((look, part))
            if part != text:
                break
        shown = dots[: max(0, width - used)]
        return [*kept, ("dim", shown)], used + len(shown)


def cells(text: str) -> int:
    """Columns that a terminal needs for a text without control characters."""
    return len(text) if text.isascii() else sum(map(_width, text))


def cut(text: str, width: int) -> str:
    """The beginning of a text that fits into so many columns."""
    if cells(text) <= width:
        return text
    used = 0
    for position, character in enumerate(text):
        used += _width(character)
        if used > width:
            return text[:position]
    return text


def _width(character: str) -> int:
    if character < "\u0300":
        return 1
    import unicodedata

    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
