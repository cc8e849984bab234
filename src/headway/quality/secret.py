"""Secrets that a scanner found: only place, rule and hash are kept, never the secret.

The hash is the plain SHA-256 of the secret: the same secret in two places, or found by two
scanners, is recognised, and whoever holds the secret can look it up.
"""

from __future__ import annotations

import re

from headway.quality.report import Finding
from headway.quality.severity import Severity

REMOVED = "[removed]"

# A found secret is harm done until somebody shows otherwise; one that the scanner has tried and
# that opens the door is worse.
FOUND: Severity = "high"
VERIFIED: Severity = "critical"

# Shapes of credentials that tools quote in messages about other things.
_SHAPES = re.compile(
    r"\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_\w{22,}|\bglpat-[\w-]{20,}"
    r"|\bxox[abeoprs]-[\w-]{10,}|\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*|\bAIza[\w-]{35}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?<=://)[^/\s:@]+:[^/\s:@]+(?=@)",
    re.DOTALL,
)
# One of these is in every text that holds a shape; looking for them is much faster.
_MARKS = (
    "A3T", "AKIA", "ASIA", "ABIA", "ACCA", "AIza", "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
    "github_pat_", "glpat-", "xox", "k_live_", "k_test_", "eyJ", "-----BEGIN", "://",
)  # fmt: skip


def hashed(text: str) -> str:
    """SHA-256 in hexadecimal; "" for nothing."""
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() if text else ""


def scrub(text: str, *secrets: str | None) -> str:
    """The text without these secrets and without anything shaped like a credential."""
    for secret in secrets:
        if secret and len(secret.strip()) > 2:
            text = text.replace(secret.strip(), REMOVED)
    return _SHAPES.sub(REMOVED, text) if any(mark in text for mark in _MARKS) else text


def bandit_message(rule: str, text: str) -> str:
    """Bandit's sentence, without the password that these rules quote after a colon."""
    if rule in ("B105", "B106", "B107") and ":" in text:
        return f"{text.partition(':')[0]}: {REMOVED}"
    return scrub(text)


def finding(
    *,
    tool: str,
    rule: str,
    message: str,
    file: str,
    line: int,
    end_line: int = 0,
    column: int = 0,
    sha256: str,
    verified: bool = False,
    word: str = "",
) -> Finding:
    """A secret at a place; `sha256` is `hashed(secret)` or another tool's hash of it."""
    return Finding(
        rule=rule,
        message=message,
        severity=VERIFIED if verified else FOUND,
        word=word,
        category="secret",
        tool=tool,
        file=file,
        line=line,
        end_line=end_line,
        column=column,
        context=sha256,
    )
