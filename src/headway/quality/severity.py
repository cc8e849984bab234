"""One scale of severity, and each vocabulary's words on it.

The tables are the only place where a tool's word becomes ours: critical, high, medium, low,
info. A format asks `of_word` (or `of_cvss`, `of_number`) and keeps the tool's own word beside.
"""

from __future__ import annotations

from typing import Literal

Severity = Literal["critical", "high", "medium", "low", "info"]

SCALE: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")
RANK: dict[str, int] = {name: len(SCALE) - n for n, name in enumerate(SCALE)}

# Words that mean the same in every tool that uses them.
WORDS: dict[str, Severity] = {
    "critical": "critical",
    "blocker": "critical",
    "fatal": "critical",
    "high": "high",
    "error": "high",
    "err": "high",
    "important": "high",
    "major": "high",
    "medium": "medium",
    "moderate": "medium",
    "warning": "medium",
    "warn": "medium",
    "low": "low",
    "minor": "low",
    "style": "low",
    "convention": "low",
    "refactor": "low",
    "note": "low",
    "info": "info",
    "information": "info",
    "informational": "info",
    "hint": "info",
    "none": "info",
    "negligible": "info",
    "ignore": "info",
    "undefined": "info",
    "unknown": "info",
}


def of_word(
    word: str, table: dict[str, Severity] | None = None, default: Severity = "medium"
) -> Severity:
    """Our name for a tool's word, ignoring case; `table` holds what this tool means otherwise."""
    key = word.strip().lower()
    if table is not None and key in table:
        return table[key]
    return WORDS.get(key, default)


def of_cvss(score: float) -> Severity:
    """The qualitative rating of CVSS 3.1 and 4.0 (FIRST, "Qualitative Severity Rating Scale")."""
    if score >= 9.0:
        return "critical"
    if score >= 7.0:
        return "high"
    if score >= 4.0:
        return "medium"
    return "low" if score > 0.0 else "info"


def worst(first: Severity, second: Severity) -> Severity:
    return first if RANK[first] >= RANK[second] else second
