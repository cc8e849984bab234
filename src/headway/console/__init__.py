"""Shows runs: as a live tree, as plain lines, as JSON, or only how they ended.

What shows a run is a sink: `event` and `output` come one at a time, from any thread.
"""

from __future__ import annotations

import os

from headway.console.terminal import Terminal
from headway.errors import UsageError, did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol

    from headway.events import Record

    class Sink(Protocol):
        """Shows a run. No method raises for a terminal that is gone.

        `output` gets whole, masked lines of a step (a very long line in pieces). `suspend`
        leaves the terminal to somebody else until `resume`; calls in between are taken in, and
        shown later. `close` gives the terminal back; it may be called twice.
        """

        def event(self, record: Record) -> None: ...
        def output(self, job: str, step: int, lines: bytes) -> None: ...
        def suspend(self) -> None: ...
        def resume(self) -> None: ...
        def close(self) -> None: ...


MODES = ("auto", "live", "plain", "quiet", "json")


def make(
    fd: int = 1,
    mode: str = "auto",
    *,
    verbose: bool = False,
    lost: Callable[[], None] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Sink:
    """The sink for a stream: `auto` is live on a terminal that can be drawn on, else plain.

    `lost` is called once, within a call of the sink (so it must not call the sink), when
    nobody reads the stream any more. Raises UsageError for an unknown mode.
    """
    terminal = Terminal(fd, environ)
    if mode == "auto":
        mode = "live" if terminal.live else "plain"
    if mode == "live":
        from headway.console.live import Live

        return Live(terminal, verbose=verbose, lost=lost)
    if mode == "plain":
        from headway.console.plain import Plain

        return Plain(terminal, verbose=verbose, lost=lost)
    if mode == "quiet":
        from headway.console.plain import Quiet

        return Quiet(terminal, lost=lost)
    if mode == "json":
        from headway.console.jsonl import JsonLines

        return JsonLines(terminal, lost=lost)
    raise UsageError(f'there is no output "{mode}"', hint=did_you_mean(mode, MODES))
