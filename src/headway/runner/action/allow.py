"""Which actions and reusable workflows a repository allows: `actions.allow` of headway.yaml.

Source: "Allowing select actions and reusable workflows to run" of GitHub's page on a
repository's Actions settings. Local ones, and those of the repository's own owner, always are.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

GITHUB_OWNED = "github-owned"  # what the owners `actions` and `github` publish
VERIFIED = "verified"  # of creators that GitHub has verified: only GitHub knows who that is
_GITHUB = ("actions", "github")


def refusal(patterns: Iterable[str], name: str, ref: str, owner: str) -> str:
    """Why `name` (owner/repository) at `ref` may not be used, or "". `owner` is our own.

    Patterns are `owner/repository`, `owner/*`, `owner/repository@ref`, with `*` anywhere; one
    with `!` in front forbids. Letters' case makes no difference.
    """
    patterns = list(patterns)
    own, _, _ = name.lower().partition("/")
    for pattern in patterns:
        if pattern.startswith("!") and _matches(pattern[1:].strip(), name, ref):
            return f'"{pattern}" in actions.allow forbids it'
    if own == owner.lower():
        return ""
    wanted = [pattern for pattern in patterns if not pattern.startswith("!")]
    if not wanted and patterns:
        return ""  # a list that only forbids allows the rest
    for pattern in wanted:
        if pattern == GITHUB_OWNED and own in _GITHUB:
            return ""
        if _matches(pattern, name, ref):
            return ""
    reason = "no pattern in actions.allow matches it"
    if VERIFIED in wanted:
        reason += f'; whom GitHub has verified can\'t be known here, so "{VERIFIED}" matches nobody'
    return reason


def _matches(pattern: str, name: str, ref: str) -> bool:
    wanted, at, version = pattern.partition("@")
    if at and not _fits(version, ref):
        return False
    # A pattern for a repository means what is in its folders too: owner/name/path.
    return _fits(wanted, name)


def _fits(pattern: str, text: str) -> bool:
    expression = ".*".join(re.escape(part) for part in pattern.lower().split("*"))
    return re.fullmatch(expression, text.lower(), re.DOTALL) is not None
