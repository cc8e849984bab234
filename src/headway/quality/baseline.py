"""What was found before, to compare with: which findings are new, which measures got worse."""

from __future__ import annotations

from typing import Literal

Better = Literal["higher", "lower"]

# Measures of which more is better, by the start of their name; all counts of problems, all
# times and all complexities are better lower.
_HIGHER = (
    "coverage.",
    "tests.total",
    "tests.passed",
    "score.",
    "load.throughput",
)
_LOWER = ("findings.", "tests.", "complexity.", "duplication.", "load.")


def better(measure: str) -> Better | None:
    """Which way is better; None when it isn't known."""
    if measure.startswith(_HIGHER):
        return "higher"
    return "lower" if measure.startswith(_LOWER) else None
