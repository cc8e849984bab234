"""What the analysis tells people who are on call: numbers first, then what they mean."""

from __future__ import annotations

from math import inf

from headway.delivery.analysis.assessment import Column
from headway.units import duration_text


def percent(share: float) -> str:
    """`4.1 %`, `0.02 %`, `100 %`: two digits that matter, at most three decimals."""
    value = share * 100.0
    if value == 0.0:
        return "0 %"
    digits = 1 if value >= 1.0 else 2 if value >= 0.1 else 3
    text = f"{value:.{digits}f}"
    return (text.rstrip("0").rstrip(".") or "0") + " %"


def points(share: float) -> str:
    """A difference of shares, in percentage points."""
    return percent(share).removesuffix(" %") + " points"


def count(number: int) -> str:
    return f"{number:,}"


def milliseconds(value: float) -> str:
    if value >= 1000.0:
        return f"{value / 1000.0:.4g} s"
    return f"{value:.4g} ms"


def between(low: float, high: float) -> str:
    if high == inf:
        return f"more than {milliseconds(low)}"
    return f"between {milliseconds(low)} and {milliseconds(high)}"


def strength(evidence: float) -> str:
    """Evidence is a factor: nobody needs its digits."""
    if evidence >= 1e6:
        return "more than a million"
    if evidence >= 10.0:
        return f"{evidence:,.0f}"
    return f"{evidence:.1f}"


def compared(column: Column) -> str:
    """`errors: 4.1 % against 0.2 % (12,031 and 108,442 requests)`."""
    what = column.name if column.name == "errors" else column.name.replace("over", "slower than")
    span = f" in {about(column.seconds).removeprefix('about ')}" if column.seconds else ""
    return (
        f"{what}: {percent(column.canary)} against {percent(column.stable)}"
        f" ({count(column.of_canary)} and {count(column.of_stable)} requests{span})"
    )


def tolerated(column: Column) -> str:
    return f"up to {percent(column.tolerated)} is tolerated"


def worse(column: Column, evidence: float, limit: float, bound: float) -> str:
    return (
        f"{compared(column)}, {tolerated(column)};"
        f" evidence {strength(evidence)}, limit {limit:.0f};"
        f" at most {percent(bound)} of good releases are rolled back"
    )


def doubtful(column: Column, evidence: float, hold: float, limit: float) -> str:
    return (
        f"{compared(column)}, {tolerated(column)}; evidence {strength(evidence)}: from {hold:g} on"
        f" it waits, at {limit:.0f} it rolls back"
    )


def fine(column: Column, evidence: float, limit: float) -> str:
    return f"{compared(column)}; evidence {strength(evidence)} that it is worse, limit {limit:.0f}"


def proven(errors: float, evidence: float, limit: float) -> str:
    return (
        f"errors rose by less than {points(errors)}, if at all: evidence {strength(evidence)},"
        f" limit {limit:.0f}; at most {percent(1.0 / limit)} of worse releases pass so"
    )


def too_few(seen: int, needed: int, rate: float) -> tuple[str, float | None]:
    """With the seconds that the rest takes at the present rate."""
    text = f"too little traffic to say: {count(seen)} of {count(needed)} canary requests"
    if rate <= 0.0:
        return f"{text}, and none come in just now", None
    wait = (needed - seen) / rate
    return f"{text}; at {_rate(rate)} the rest takes {about(wait)}", wait


def about(seconds: float) -> str:
    """`about 45s`, `about 3m20s`, `about 2h15m`."""
    step = 1.0 if seconds < 600.0 else 60.0
    return f"about {duration_text(max(step, round(seconds / step) * step))}"


def _rate(rate: float) -> str:
    return f"{rate:.2g}/s" if rate >= 0.1 else f"{rate * 60.0:.2g} a minute"


def silent(who: str, seconds: float) -> str:
    return f"no counts of {who} for {about(seconds).removeprefix('about ')}: nothing can be said"
