"""The lines of a log that are about the log: `##[group]`, `##[error]`, `##[debug]`, ….

The runner writes them where a step used a workflow command (`::group::Build` is
`##[group]Build` in the log, as in GitHub's own). Here they become what people read.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.console.style import Style

_SIGN = b"##["
# Compiled when a log has such a line: many have none.
_LINE = rb"(?m)^##\[([a-z-]+)[^\]\n]*\]([^\n]*)(?:\n|\Z)"
_LEVELS = {b"error": "bold red", b"warning": "bold yellow", b"notice": "bold"}
# What the runner itself says at a step's beginning: its script, shell and environment.
_HEADER = b"##[group]Run "


class Markers:
    """One step's output on its way to people; `verbose` shows what is hidden otherwise:
    the step's own header, debug lines and the commands that actions run."""

    def __init__(self, style: Style, *, verbose: bool) -> None:
        self._style = style
        self._verbose = verbose
        self._begun = self._hiding = False

    def feed(self, block: bytes) -> bytes:
        """Whole lines in, lines to show out; nothing to do for nearly every block."""
        if not self._begun:
            self._begun = True
            self._hiding = block.startswith(_HEADER) and not self._verbose
        if _SIGN not in block:
            return b"" if self._hiding else block
        shown, position = [], 0
        for found in re.finditer(_LINE, block):
            if not self._hiding:
                shown.append(block[position : found.start()])
                shown.append(self._line(found[1], found[2]))
            elif found[1] == b"endgroup":
                self._hiding = False
            position = found.end()
        if not self._hiding:
            shown.append(block[position:])
        return b"".join(shown)

    def _line(self, kind: bytes, text: bytes) -> bytes:
        look = ""
        if kind in _LEVELS:
            head = self._paint(_LEVELS[kind], kind + b":")
            return head + b" " + text + b"\n"
        if kind == b"group":
            look, text = "bold", self._style.mark("group").encode() + b" " + text
        elif kind in (b"debug", b"command"):
            if not self._verbose:
                return b""
            look, text = "dim", (b"debug: " if kind == b"debug" else b"$ ") + text
        elif kind == b"section":
            look = "bold"
        elif kind in (b"endgroup", b"start-action", b"end-action"):
            return b""
        else:
            return b"##[" + kind + b"]" + text + b"\n"
        return self._paint(look, text) + b"\n"

    def _paint(self, look: str, text: bytes) -> bytes:
        return self._style.paint(look, text.decode("utf-8", "surrogateescape")).encode(
            "utf-8", "surrogateescape"
        )


class Tail:
    """The last of what a step printed, bounded; and the title of the group it is in."""

    LIMIT = 16384  # bytes

    def __init__(self) -> None:
        self._last = b""
        self._cut = False
        self.group = b""

    def feed(self, block: bytes) -> None:
        if len(block) >= self.LIMIT:
            self._cut = self._cut or bool(self._last) or len(block) > self.LIMIT
            self._last = block[-self.LIMIT :]
        else:
            self._cut = self._cut or len(self._last) + len(block) > self.LIMIT
            self._last = (self._last + block)[-self.LIMIT :]
        if _SIGN in block:
            self._look_for_group(block)

    @property
    def last(self) -> bytes:
        """Whole lines, unless a single line is all there is room for."""
        return self._last[self._last.find(b"\n", 0, -1) + 1 :] if self._cut else self._last

    def _look_for_group(self, block: bytes) -> None:
        begin, end = block.rfind(b"##[group]"), block.rfind(b"##[endgroup]")
        if begin > end:
            self.group = block[begin + len(b"##[group]") :].partition(b"\n")[0]
        elif end >= 0:
            self.group = b""

    def folded(self) -> list[bytes]:
        """Its lines for a live display: a group is one line, its title."""
        kept: list[bytes] = []
        inside = False
        for line in self.last.splitlines():
            if line.startswith(b"##[group]"):
                kept.append(line)
                inside = True
            elif line.startswith(b"##[endgroup]"):
                if not inside:  # of a group that began before what is kept
                    kept = []
                inside = False
            elif not inside and not line.startswith((b"##[debug]", b"##[command]")):
                kept.append(line)
        if self.group and not any(line.startswith(b"##[group]") for line in kept):
            kept = [b"##[group]" + self.group]  # it began before what is kept
        return kept
