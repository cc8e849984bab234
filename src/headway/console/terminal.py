"""What a stream can show, and writing to it in one piece."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Terminal:
    """A file descriptor that is written to; `tty` says whether people look at it directly."""

    def __init__(self, fd: int, environ: Mapping[str, str] = os.environ) -> None:
        self.fd = fd
        self.tty = os.isatty(fd)
        self.colour = wants_colour(self.tty, environ)
        self.unicode = knows_unicode(environ)
        # Without cursor movements nothing can be drawn over.
        self.live = self.tty and environ.get("TERM", "") not in ("", "dumb", "unknown")

    def size(self) -> tuple[int, int]:
        """Columns and lines; 80 by 24 when the system doesn't know."""
        try:
            columns, lines = os.get_terminal_size(self.fd)
        except OSError:
            columns, lines = 0, 0
        return columns or 80, lines or 24

    def write(self, data: bytes) -> None:
        """All of it. Raises BrokenPipeError when nobody reads any more."""
        while data:
            try:
                data = data[os.write(self.fd, data) :]
            except BlockingIOError:  # whoever shares the terminal made it non-blocking
                import select

                select.select([], [self.fd], [])


def wants_colour(tty: bool, environ: Mapping[str, str]) -> bool:
    """NO_COLOR, then FORCE_COLOR, CLICOLOR_FORCE, CLICOLOR and TERM, else by the stream.

    The order is Python's own; an empty variable counts as absent.
    """
    if environ.get("NO_COLOR"):
        return False
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        if environ.get(name):
            return environ[name] not in ("0", "false")
    if environ.get("CLICOLOR") == "0" or environ.get("TERM") == "dumb":
        return False
    return tty


def knows_unicode(environ: Mapping[str, str]) -> bool:
    """Whether the locale is UTF-8; an environment without any locale is taken to be."""
    category = environ.get("LC_CTYPE", "")
    if category == "C.UTF-8":
        category = ""  # Python itself puts this there when the locale is C
    locale = environ.get("LC_ALL") or category or environ.get("LANG") or ""
    return not locale or "UTF8" in locale.upper().replace("-", "")


def encode(text: str) -> bytes:
    """UTF-8; bytes that came from a step and weren't UTF-8 become what they were."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
