"""No report holds a secret that a scanner found, in any field."""

from __future__ import annotations

import hashlib

import msgspec
import pytest

from headway.quality import secret

from .findings import FIXTURES, recorded, report

TOKEN = "ghp_FakeTokenForTestsOnly0123456789abcde"
ACCESS_KEY = "AKIAFAKEFORTESTSONLY"
# The body of the planted key, as written and as gitleaks undoes its base64; a password that
# Bandit quotes.
PLANTED = [
    TOKEN,
    TOKEN[4:],
    ACCESS_KEY,
    ACCESS_KEY[4:],
    "TmV2ZXIgYSBrZXk6",
    "Never a key: only planted",
    "not-a-real-password",
    "not-a-real-token",
]


@pytest.mark.parametrize("path", recorded())
def test_no_planted_secret_is_in_the_report(path: str) -> None:
    kept = msgspec.json.encode(report(path)).decode()
    assert [one for one in PLANTED if one in kept] == []


def test_the_recorded_reports_do_hold_them() -> None:
    """Otherwise the test above would prove nothing."""
    texts = "".join((FIXTURES / path).read_text("utf-8", "replace") for path in recorded())
    assert [one for one in PLANTED if one not in texts] == []


@pytest.mark.parametrize(
    "path",
    [
        "gitleaks-8.30.1/dir.json",
        "gitleaks-8.30.1/gitleaks.sarif",
        "gitleaks-by-spec/v7.json",
        "trufflehog-by-spec/v3.jsonl",
    ],
)
def test_two_scanners_give_the_same_secret_the_same_hash(path: str) -> None:
    hashes = {finding.context for finding in report(path).findings}
    assert hashlib.sha256(TOKEN.encode()).hexdigest() in hashes


def test_place_rule_and_hash_are_what_is_kept() -> None:
    found = next(f for f in report("gitleaks-8.30.1/dir.json").findings if f.rule == "github-pat")
    assert (found.category, found.file, found.line) == ("secret", "config/settings.env", 2)
    assert found.context == secret.hashed(TOKEN)


def test_a_verified_secret_is_critical() -> None:
    one, other = report("trufflehog-by-spec/v3.jsonl").findings
    assert (one.severity, other.severity) == ("high", "critical")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"token {TOKEN} here", "token [removed] here"),
        (f"key {ACCESS_KEY}.", "key [removed]."),
        ("git clone https://me:hunter2@example.com/x", "git clone https://[removed]@example.com/x"),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc", "[removed]"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_what_is_shaped_like_a_credential_is_removed_from_messages(text: str, kept: str) -> None:
    assert secret.scrub(text) == kept
