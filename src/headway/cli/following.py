"""Follows a rollout until it is over, promoted, or waits for a person; Ctrl-C only looks away."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterator

from msgspec import Struct

from headway.app import delivery
from headway.cli.output import Out
from headway.console.jsonl import JsonLines
from headway.console.live import echo_off
from headway.console.rollout import Measures, RolloutView, Side, lines, plain
from headway.console.terminal import Terminal, encode
from headway.delivery.analysis.assessment import Assessment
from headway.delivery.analysis.judge import Judge, Sample
from headway.delivery.analysis.plot import BLOCKS
from headway.delivery.engine.history import History
from headway.delivery.engine.samples import read_after
from headway.delivery.judging import after, judge_of
from headway.errors import DONE, FAILED, INTERRUPTED, WAITING, HeadwayError
from headway.journal import Journal
from headway.journal.rollouts import Rollout

FRAME = 0.25  # seconds between two drawings
WATCH = 2.0  # seconds between two looks whether an engine works
RECENT = 5.0  # seconds over which requests a second are counted
PATIENCE = 0.5  # seconds for which it has to wait for a person before we do no more
_DONE = ("promoted", "ended")


class Seen(Struct):
    """The samples of a rollout as they come, judged as the engine does."""

    path: str
    state: Judge | None = None
    offset: int = 0
    said: list[Assessment] = []
    recent: list[Sample] = []

    def look(self, history: History) -> Assessment | None:
        if self.state is None:
            if history.queued is None:
                return None
            self.state = judge_of(history.plan)
        for sample in self._new():
            self.state = after(history.plan, self.state, sample)
            self.said.append(self.state.assess())
            self.recent = [*(s for s in self.recent if sample.t - s.t <= RECENT), sample]
        return self.said[-1] if self.said else None

    def rate(self, canary: bool) -> float | None:
        """Requests a second, just now."""
        counts = [(s.t, s.canary if canary else s.stable) for s in self.recent]
        known = [(t, c.requests) for t, c in counts if c is not None]
        if len(known) < 2 or known[-1][1] < known[0][1]:
            return None
        return (known[-1][1] - known[0][1]) / (known[-1][0] - known[0][0])

    def _new(self) -> Iterator[Sample]:
        found, self.offset = read_after(self.path, self.offset)
        yield from found


def samples_path(rollout: Rollout) -> str:
    return os.path.join(delivery.rollout_folder(rollout.id), "samples.jsonl")


def measures(view: RolloutView, seen: Seen, history: History) -> Measures:
    """Both versions as the analysis sees them."""
    last = seen.look(history)
    if last is None or history.begun is None:
        return Measures()
    plan = history.plan
    sides = []
    for group, share in view.shares.items():
        version = view.versions.get(group, group)
        side = None
        if plan.old is not None and group == plan.old.name:
            side = last.stable
        elif group == plan.new.name:
            side = last.canary
        if side is None or not side.requests:
            sides.append(Side(version=version, share=share))
            continue
        sides.append(
            Side(
                version=version,
                share=share,
                rate=seen.rate(side is last.canary),
                errors=side.error_rate,
                p95=side.p95,
            )
        )
    return Measures(
        sides=tuple(sides),
        evidence=last.evidence if plan.old is not None else None,
        limit=last.limit,
        spark=spark([one.evidence for one in seen.said], last.limit),
        answer=last.answer,
        reason=last.reasons[0] if last.reasons else "",
    )


def spark(evidence: list[float], limit: float, width: int = 20) -> str:
    """The last looks on the way to the limit, by powers of ten: full is at the limit."""
    top = math.log10(limit) + 1.0
    levels = [(math.log10(max(e, 0.1)) + 1.0) / top for e in evidence[-width:]]
    return "".join(BLOCKS[min(len(BLOCKS) - 1, int(level * len(BLOCKS)))] for level in levels)


def follow(journal: Journal, rollout: Rollout, *, as_json: bool, to_the_end: bool = False) -> int:
    """The exit code. With `to_the_end` also past the promotion, until the old version is gone,
    and past what a person is asked for."""
    follower = _Follower(journal, rollout, as_json=as_json, to_the_end=to_the_end)
    try:
        return follower.run()
    except KeyboardInterrupt:
        follower.close()
        Out(2).lines(leave(rollout))
        return INTERRUPTED
    finally:
        follower.close()


def leave(rollout: Rollout) -> list[str]:
    """How to follow, or to end, what goes on by itself."""
    n = rollout.label
    return [
        f"rollout {n} goes on by itself",
        f"  headway rollout status {n} --watch    follows it",
        f"  headway rollout abort {n}             takes it back",
    ]


class _Follower:
    def __init__(
        self, journal: Journal, rollout: Rollout, *, as_json: bool, to_the_end: bool
    ) -> None:
        self._journal, self._rollout = journal, rollout
        self._to_the_end = to_the_end
        self._view, self._history = RolloutView(), History()
        self._seen = Seen(path=samples_path(rollout))
        self._terminal = Terminal(1)
        self._json = JsonLines(self._terminal) if as_json else None
        self._live = self._terminal.live and not as_json
        self._out = Out()
        self._said: list[str] = []
        self._rows = 0
        self._frame = 0
        self._echo = echo_off(1) if self._live else None
        self._waits_since = 0.0

    def run(self) -> int:
        watched = drawn = 0.0
        version: object = None
        while True:
            now = time.monotonic()
            if now - watched > WATCH:
                watched = now
                self._watch()
            if (current := self._journal.version()) != version:
                version = current
                self._read()
            if now - drawn > FRAME or self._view.finished:
                drawn = now
                self._show()
            code = self._over(now)
            if code is not None:
                self._end(code)
                return code
            time.sleep(0.05)

    def close(self) -> None:
        if self._echo is not None:
            self._echo()
            self._echo = None

    def _watch(self) -> None:
        if not self._view.finished:
            try:
                delivery.ensure_engine(self._journal, self._rollout)
            except HeadwayError as error:
                Out(2).lines([error.message])

    def _read(self) -> None:
        for record in self._journal.read(self._rollout.id, self._history.seq):
            self._history.apply(record)
            self._view.apply(record)
            if self._json is not None:
                self._json.event(record)

    def _over(self, now: float) -> int | None:
        state = self._view.state
        if self._view.finished is not None:
            return DONE if state in _DONE else FAILED
        if self._to_the_end:
            return None
        if state == "promoted":
            return DONE
        waits = state in ("held", "waiting")
        self._waits_since = (self._waits_since or now) if waits else 0.0
        return WAITING if waits and now - self._waits_since > PATIENCE else None

    # --- showing -------------------------------------------------------------------------

    def _show(self) -> None:
        if self._json is not None:
            return
        if not self._live:
            new = plain(self._view, self._said)
            self._said += new
            self._out.lines(new)
            return
        self._frame += 1
        found = measures(self._view, self._seen, self._history)
        width = self._terminal.size()[0] - 1
        shown = lines(
            self._view, found, self._out.style, now=time.time(), frame=self._frame, width=width
        )
        fitted = [self._out.style.fit(line, width) for line in shown]
        text = f"\x1b[{self._rows}A" if self._rows else ""
        text += "".join(f"\r{self._out.style.render(line)}\x1b[K\n" for line in fitted)
        self._terminal.write(encode(text + "\x1b[J"))
        self._rows = len(fitted)

    def _end(self, code: int) -> None:
        self._show()
        if self._json is not None:
            return
        after = []
        n = self._rollout.label
        if code == WAITING:
            after = _asked(self._view, n)
        elif self._view.finished is not None and self._view.finished.incident:
            after = [f"what happened: {self._view.finished.incident}"]
        elif self._view.finished is None:
            after = [f"the old version stays warm for a while: headway rollout undo {n}"]
        sys.stdout.flush()
        self._out.lines(after)


def _asked(view: RolloutView, n: str) -> list[str]:
    moved = view.moved
    if moved is not None and moved.phase == "approval":
        return [f"it waits for approval: headway approve {n} --reason TEXT (or --reject)"]
    if view.progress.get("paused"):
        return [f"it is paused: headway rollout resume {n}"]
    if moved is not None and moved.status == "held":
        return [
            "it is held for a person to decide, and watched meanwhile:",
            f"  headway rollout promote {n}    goes on",
            f"  headway rollout retry {n}      waits for the analysis again",
            f"  headway rollout abort {n}      takes it back",
        ]
    return [f"it waits for a person: headway rollout promote {n} (or abort)"]
