"""What a terminal shows of a rollout: where it is, who gets which traffic, how both do.

Pure: a view made of events, measures and the time give lines.
"""

from __future__ import annotations

from headway.console import clean
from headway.console.style import Style
from headway.events import delivery as events
from headway.units import elapsed, share_text
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from headway.console.style import Line
    from headway.events import Record

TURN = "waits for its turn: one rollout at a time works on an environment"
BAR = 20  # columns of all traffic
LOOKS = {
    "promoted": ("success", "green"),
    "rolled_back": ("failure", "red"),
    "failed": ("failure", "red"),
    "aborted": ("cancelled", "yellow"),
    "ended": ("skipped", "dim"),
    "held": ("cancelled", "yellow"),
    "waiting": ("queued", "yellow"),
    "queued": ("queued", "dim"),
}


class Side(Value):
    """How one version does. None: nothing is known."""

    version: str
    share: int  # basis points
    rate: float | None = None  # requests a second
    errors: float | None = None  # a share of them, lately
    p95: float | None = None  # ms
    instances: str = ""


class Measures(Value):
    """What the analysis sees."""

    sides: tuple[Side, ...] = ()
    evidence: float | None = None
    limit: float = 100.0
    spark: str = ""
    answer: str = ""
    reason: str = ""


class RolloutView:
    """A rollout as its events tell it."""

    def __init__(self) -> None:
        self.queued: events.RolloutQueued | None = None
        self.at = 0.0
        self.stable = ""
        self.moved: events.RolloutMoved | None = None
        self.moved_at = 0.0
        self.finished: events.RolloutFinished | None = None
        self.finished_at = 0.0
        self.notes: list[str] = []
        self.running: dict[str, str] = {}  # effects by key

    def apply(self, record: Record) -> None:
        e = record.event
        if isinstance(e, events.RolloutQueued):
            self.queued, self.at = e, record.at
        elif isinstance(e, events.RolloutBegun):
            self.stable = e.stable_version
        elif isinstance(e, events.RolloutMoved):
            self.moved, self.moved_at = e, record.at
        elif isinstance(e, events.EffectStarted):
            self.running[e.key] = e.name
        elif isinstance(e, events.EffectFinished):
            self.running.pop(e.key, None)
        elif isinstance(e, events.RolloutNote):
            self.notes = [*self.notes[-2:], e.message]
        elif isinstance(e, events.RolloutFinished):
            self.finished, self.finished_at = e, record.at

    @property
    def state(self) -> str:
        """One word: queued running waiting held promoted, or how it ended."""
        if self.finished is not None:
            return self.finished.conclusion
        if self.moved is None:
            return "queued"
        if self.moved.promoted and self.moved.status == "running":
            return "promoted"
        return self.moved.status

    @property
    def progress(self) -> Mapping[str, Any]:
        return self.moved.progress if self.moved is not None else {}

    @property
    def title(self) -> str:
        return str(self.progress.get("title", ""))

    @property
    def waiting(self) -> str:
        return str(self.progress.get("waiting", ""))

    @property
    def reason(self) -> str:
        if self.finished is not None:
            return self.finished.reason
        return self.moved.reason if self.moved is not None else ""

    @property
    def shares(self) -> dict[str, int]:
        """Group → basis points."""
        desired = self.moved.desired if self.moved is not None else {}
        traffic = desired.get("traffic", {})
        return dict(traffic.get("shares", {}))

    @property
    def versions(self) -> dict[str, str]:
        """Group → version."""
        desired = self.moved.desired if self.moved is not None else {}
        return {g["name"]: g["version"] for g in desired.get("groups", ())}


def lines(
    view: RolloutView,
    measures: Measures,
    style: Style,
    *,
    now: float,
    frame: int = -1,
    width: int = 0,
) -> list[Line]:
    """A few lines; sentences are wrapped to `width` columns, if it is given."""
    if view.queued is None:
        return []
    out = [_head(view, style, now, frame), *_where(view, measures, width)]
    out += [_side(side, style) for side in measures.sides or _sides(view)]
    if measures.evidence is not None and view.finished is None and view.state != "promoted":
        out += _evidence(measures, style, width)
    for note in view.notes[-1:]:
        out += _sentence(note, "yellow", width)
    return out


def _head(view: RolloutView, style: Style, now: float, frame: int) -> Line:
    assert view.queued is not None
    q, state = view.queued, view.state
    mark, look = LOOKS.get(state, ("running", "cyan"))
    change = f"{view.stable} → {q.version}" if view.stable else q.version
    if not style.unicode:
        change = change.replace("→", "->")
    took = elapsed(max(0.0, (view.finished_at or now) - view.at))
    word = state.replace("_", " ")
    return [
        style.mark_span(mark, frame),
        ("", " "),
        ("bold", f"{q.service} {q.environment}"),
        ("", f"  {clean.one_line(change)}  {q.strategy}  "),
        (look, word),
        ("dim", f"  rollout {q.number}, {took}"),
    ]


def _where(view: RolloutView, measures: Measures, width: int) -> list[Line]:
    out: list[Line] = []
    moved = view.moved
    if moved is None and view.finished is None:
        out.append([("dim", f"  {TURN}")])
    if moved is not None and view.finished is None:
        step = f"step {moved.step} of {moved.steps}: " if moved.step else ""
        out.append([("", f"  {step}{clean.one_line(view.title)}")])
        waiting = view.waiting
        if measures.answer:  # it is newer than what was written down then
            waiting = waiting.partition("; the analysis so far")[0]
        if waiting and view.state != "promoted":
            out += _sentence(f"waits for {waiting}", "dim", width)
    if view.running and view.finished is None:
        out.append([("dim", f"  runs: {', '.join(sorted(set(view.running.values())))}")])
    if view.reason:
        look = "red" if view.state in ("rolled_back", "failed") else "yellow"
        out += _sentence(view.reason, look, width)
    return out


def _sentence(text: str, look: str, width: int) -> list[Line]:
    whole = clean.one_line(text)
    parts = [whole]
    if width:
        from textwrap import wrap

        parts = wrap(whole, max(20, width - 2)) or [""]
    return [[(look, f"  {part}")] for part in parts]


def _sides(view: RolloutView) -> list[Side]:
    return [
        Side(version=view.versions.get(group, group), share=share)
        for group, share in view.shares.items()
    ]


def _side(side: Side, style: Style) -> Line:
    full = round(side.share / 10000 * BAR)
    bar = ("█" if style.unicode else "#") * full + ("░" if style.unicode else ".") * (BAR - full)
    facts = []
    if side.rate is not None:
        facts.append(f"{side.rate:>4.0f}/s")
    if side.errors is not None:
        facts.append(f"errors {side.errors * 100:.2f} %")
    if side.p95 is not None:
        facts.append(f"p95 {side.p95:.{1 if side.p95 < 10 else 0}f} ms")
    if side.instances:
        facts.append(side.instances)
    share = share_text(side.share / 10000)
    text = "  ".join(facts)
    return [
        ("", f"  {clean.one_line(side.version):<14} "),
        ("cyan", bar),
        ("bold", f" {share:>6}"),
        ("", f"  {text}" if text else ""),
    ]


def _evidence(measures: Measures, style: Style, width: int) -> list[Line]:
    e, limit = measures.evidence or 0.0, measures.limit
    look = "red" if e >= limit else "yellow" if e >= 10 else "dim"
    spark = f"  {measures.spark}" if measures.spark and style.unicode else ""
    shown = f"{e:.1f}" if e < 10 else f"{e:,.0f}"
    out: list[Line] = [[(look, f"  evidence against it {shown}, rolls back at {limit:g}{spark}")]]
    if measures.answer:
        out += _sentence(f"{measures.answer}: {measures.reason}", "dim", width)
    return out


def plain(view: RolloutView, before: Sequence[str]) -> list[str]:
    """For what is no terminal: the sentences that are new since `before`."""
    if view.queued is None:
        return []
    q, said = view.queued, []
    said.append(f"rollout {q.number}: {q.service} {q.version} to {q.environment}, {q.strategy}")
    if view.moved is not None and view.finished is None:
        moved = view.moved
        step = f"step {moved.step} of {moved.steps}: " if moved.step else ""
        share = f" ({share_text(moved.share / 10000)} of traffic)" if moved.share else ""
        said.append(f"{step}{view.title}{share}")
        if moved.reason:
            said.append(moved.reason)
        if moved.status in ("waiting", "held") and view.waiting:
            said.append(f"{moved.status}: {view.waiting}")
    said += view.notes[-1:]
    if view.finished is not None:
        new = view.finished.reason and view.finished.reason not in before
        why = f": {view.finished.reason}" if new else ""
        said.append(f"{view.finished.conclusion.replace('_', ' ')}{why}")
    return [clean.one_line(text) for text in said if text not in before and text]
