"""After 100 %: is the error budget being burnt? There is nothing left to compare with.

Multiwindow, multi-burn-rate alerts as in the SRE Workbook ("Alerting on SLOs"): a long window
says that it matters, a short one that it still goes on. Windows begin when the new version
takes all traffic, so early on they are as long as there is anything to see; a rule begins to
apply after a fifth of its short window.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from headway.delivery.analysis import percentile, sentences
from headway.delivery.analysis.percentile import SURE
from headway.delivery.analysis.settings import Burn as Settings
from headway.delivery.analysis.window import Window, without_latency
from headway.delivery.metrics.base import Counts
from headway.units import elapsed

HOUR = 3600.0
RULES = ((HOUR, 300.0, 0.02), (6 * HOUR, 1800.0, 0.05))  # long, short, part of the budget


class Burn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`budget` is the share of requests that may fail; `windows` long and short of each rule."""

    budget: float
    period: float
    windows: tuple[tuple[Window, Window], ...]

    def observe(self, t: float, canary: Counts | None) -> Burn:
        plain = without_latency(canary)
        windows = tuple((a.observe(t, plain), b.observe(t, plain)) for a, b in self.windows)
        return replace(self, windows=windows)

    def finding(self) -> str:
        """Why to roll back; empty: no reason."""
        for (long, short), (length, _, part) in zip(self.windows, RULES, strict=True):
            factor = part * self.period / length
            if short.seconds < short.length / 5.0:
                continue
            if _burns(long, factor * self.budget) and _burns(short, factor * self.budget):
                recent = short.recent
                rate = recent.errors / recent.requests
                return (
                    f"errors: {sentences.percent(rate)} of {sentences.count(recent.requests)}"
                    f" requests in the last {elapsed(round(short.seconds))} burn the error budget"
                    f" {rate / self.budget:.0f} times as fast as it lasts"
                    f" ({sentences.percent(self.budget)} may fail); the limit is {factor:.3g} times"
                )
        return ""


def burn(settings: Settings) -> Burn | None:
    """Nothing seen yet; None when there is no objective."""
    if settings.objective is None:
        return None
    return Burn(
        budget=1.0 - float(settings.objective),
        period=float(settings.period),
        windows=tuple((Window(length=long), Window(length=short)) for long, short, _ in RULES),
    )


def _burns(window: Window, limit: float) -> bool:
    """Surely, not by chance."""
    recent = window.recent
    return percentile.bounds(recent.errors, recent.requests, SURE)[0] > limit
