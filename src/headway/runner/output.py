"""What a step prints: cut into lines, commands taken out, secrets masked, then logged and shown.

Works on whole blocks of lines, because a step may print a million of them; only lines that
look like a command, or all lines while a problem matcher is on, are looked at one by one.
"""

from __future__ import annotations

import re

from headway.runner.command import parse_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from headway.runner.command import Command
    from headway.runner.masking import Masker
    from headway.runner.matcher import Match, Matcher

    class Log(Protocol):
        def write(self, data: bytes) -> None: ...


LONGEST_LINE = 1 << 20  # bytes kept waiting for a newline; a longer line goes out in pieces
# Compiled (and kept by `re`) when first needed: 1 ms that most runs don't have to spend.
_CANDIDATE = rb"(?m)^[^\S\n]*::[^\n]*?::|##\["
_INTERNAL = rb"##\[(?=(?:start|end)-action)"


class Output:
    """One step's output. `command` carries a command out and gives the line to show, or None.

    Not thread-safe: one process writes one step's output.
    """

    def __init__(
        self,
        masker: Masker,
        matchers: list[Matcher],
        log: Log,
        show: Callable[[bytes], None],
        command: Callable[[Command], str | None],
        matched: Callable[[Match], None],
    ) -> None:
        self._masker = masker
        self._matchers = matchers
        self._log = log
        self._show = show
        self._command = command
        self._matched = matched
        self._pending: list[bytes] = []  # pieces of a line that has no end yet
        self._pending_size = 0
        self._cut = False  # part of the pending line went out already
        self.resume_token = ""
        self.echo = False

    def feed(self, chunk: bytes) -> None:
        end = chunk.rfind(b"\n") + 1
        if not end:
            if chunk:
                self._hold(chunk)
            return
        block = b"".join([*self._pending, chunk[:end]]) if self._pending else chunk[:end]
        self._pending = [chunk[end:]] if end < len(chunk) else []
        self._pending_size = len(chunk) - end
        continued, self._cut = self._cut, False
        self._lines(block, continued)

    def line(self, text: str) -> None:
        """A line of Headway's own, after what the step printed so far."""
        self.flush()
        self._lines(text.encode("utf-8", "surrogateescape") + b"\n", True)

    def flush(self) -> None:
        """Ends a line that has no newline, if there is one."""
        if self._pending:
            self.feed(b"\n")

    def _hold(self, chunk: bytes) -> None:
        self._pending.append(chunk)
        self._pending_size += len(chunk)
        if self._pending_size < LONGEST_LINE:
            return
        whole = b"".join(self._pending)
        # A secret may lie across the cut: mask first, keep back what could be its beginning.
        keep = max(self._masker.longest - 1, 0)
        head = self._masker.mask(whole)
        head, tail = (head[:-keep], head[-keep:]) if keep else (head, b"")
        self._write(head)
        self._cut = True
        self._pending = [tail] if tail else []
        self._pending_size = len(tail)

    def _lines(self, block: bytes, continued: bool) -> None:
        """`continued`: the first line is no line's beginning, so it holds no command."""
        if b"::" not in block and b"##[" not in block:  # most output, found out fast
            self._plain(block)
            return
        position = 0
        for found in re.finditer(_CANDIDATE, block):
            start = block.rfind(b"\n", 0, found.start()) + 1
            if start < position or (continued and start == 0):
                continue
            end = block.find(b"\n", start) + 1
            if start > position:
                self._plain(block[position:start])
            self._candidate(block[start:end])
            position = end
        if position < len(block):
            self._plain(block[position:] if position else block)

    def _candidate(self, line: bytes) -> None:
        text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
        command = parse_command(text, self.resume_token)
        if command is None or (self.resume_token and command.name != self.resume_token):
            # A step must not be able to fake the marks that Headway writes itself.
            self._plain(re.sub(_INTERNAL, rb"##[\\", line))
            return
        if self.resume_token:
            self.resume_token = ""
            self._plain(line)
            return
        if self.echo and command.name not in ("add-mask", "debug", "group", "endgroup"):
            self._plain(line)
        shown = self._command(command)
        if shown is not None:
            self._plain(shown.encode("utf-8", "surrogateescape") + b"\n")

    def _plain(self, block: bytes) -> None:
        if self._matchers:
            self._match(block)
        self._write(self._masker.mask(block))

    def _match(self, block: bytes) -> None:
        for line in block.decode("utf-8", "replace").split("\n"):
            text = line.rstrip("\r")
            for matcher in tuple(self._matchers):
                found = matcher.feed(text)
                if found is not None:
                    self._matched(found)
                    break

    def _write(self, block: bytes) -> None:
        self._log.write(block)
        self._show(block)
