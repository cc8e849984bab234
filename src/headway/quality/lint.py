"""What linters and formatters leave unsaid: how bad a code is, what a bare file name means."""

from __future__ import annotations

import re

from headway.quality.report import Category, Finding
from headway.quality.severity import Severity

# flake8's own advice for what must fail a build: syntax errors, undefined names, comparisons
# that can't be meant.
_BROKEN = re.compile(r"E9|F63|F7|F82|PLE|invalid-syntax|syntax-error")
_LIKELY_FAULT = re.compile(r"F\d|B\d|S\d|BLE|ASYNC|PLW|TRY|DTZ")
_BANDIT = re.compile(r"S\d{3}$")


def severity(code: str) -> Severity:
    """high: the code can't be right; medium: likely a fault; low: style."""
    if _BROKEN.match(code):
        return "high"
    return "medium" if _LIKELY_FAULT.match(code) else "low"


def category(code: str) -> Category:
    """flake8-bandit's rules (S101…) are about security."""
    return "security" if _BANDIT.match(code) else "lint"


def unformatted(tool: str, file: str, message: str, rule: str = "format") -> Finding:
    """A file that a formatter would write differently."""
    return Finding(
        rule=rule, message=message, severity="low", category="format", tool=tool, file=file
    )
