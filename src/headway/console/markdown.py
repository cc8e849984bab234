"""Markdown on a terminal. Imports rich, which takes longer than many a run: only when needed."""

from __future__ import annotations

import io
import re

from headway.console import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.console.style import Style

WIDEST = 120  # columns; longer lines of text are hard to read
LONGEST = 200_000  # characters; what is longer is shown as it is
_BLANKS = re.compile(r"\n(?:[ \t]*\n){2,}")
_TAGS = re.compile(
    r"</?(?:details|summary|p|br|div|span|b|strong|i|em|sub|sup|a|img)\b[^>]*>", re.I
)


def rendered(markdown: str, style: Style, width: int) -> list[str]:
    """The text as lines for a terminal of `width` columns, without what could drive it."""
    markdown = "\n".join(clean.one_line(line) for line in markdown.expandtabs(4).split("\n"))
    if len(markdown) > LONGEST or not style.unicode:  # rich draws with more than ASCII
        return markdown.split("\n")
    from rich.console import Console
    from rich.markdown import Markdown

    # GitHub shows some HTML; its text is what can be kept of it here.
    text = _TAGS.sub("", markdown)
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=max(20, min(width, WIDEST)),
        force_terminal=style.colour,
        color_system="standard" if style.colour else None,
        legacy_windows=False,
    )
    try:
        console.print(Markdown(text, hyperlinks=False))
    except Exception:  # whatever a step wrote there must not spoil the end of a run
        return markdown.split("\n")
    return [
        line.rstrip() for line in _BLANKS.sub("\n\n", buffer.getvalue()).strip("\n").split("\n")
    ]


def prepare() -> None:
    """Loads what `rendered` needs, in a thread, while there is something else to wait for."""
    import threading

    def load() -> None:
        import rich.console
        import rich.markdown  # noqa: F401

    threading.Thread(target=load, name="markdown", daemon=True).start()
