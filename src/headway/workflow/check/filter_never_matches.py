"""Filter patterns that no branch, tag or path can match."""

from __future__ import annotations

import re

from headway.workflow.check.base import get, items, pairs, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject

ID = "filter-never-matches"
SUMMARY = "A filter of branches, tags or paths has a pattern that nothing matches."

_NAMES = ("branches", "branches-ignore", "tags", "tags-ignore")
_PATHS = ("paths", "paths-ignore")
# Git allows none of these in a name ("git check-ref-format"); a regular expression has them.
_NOT_IN_NAMES = re.compile(r"[\^~: ]|\\[dwsDWS]|\.\.|@\{|//")


def check(subject: Subject) -> Iterator[Problem]:
    for _, trigger in pairs(get(subject.root, "on")):
        for key, filters in pairs(trigger):
            for scalar in items(filters):
                text = text_of(scalar).removeprefix("!")
                why, hint = "", ""
                if key.value in _NAMES:
                    why, hint = _name(text, key.value)
                elif key.value in _PATHS:
                    why, hint = _path(text)
                if why:
                    yield subject.warning(ID, f'"{text}" matches nothing: {why}', scalar, hint=hint)


def _name(text: str, key: str) -> tuple[str, str]:
    kind, prefix = ("tag", "refs/tags/") if key.startswith("tags") else ("branch", "refs/heads/")
    if text.startswith(prefix):
        return f"the name of a {kind} is without {prefix}", f'write "{text.removeprefix(prefix)}"'
    found = _NOT_IN_NAMES.search(text)
    if found:
        hint = "patterns are no regular expressions: * is any text without a slash, ** any text"
        return f'no {kind} has "{found[0]}" in its name', hint
    if text.startswith("/") or text.endswith(("/", ".")):
        return f"no {kind} begins with a slash or ends with a slash or dot", ""
    return "", ""


def _path(text: str) -> tuple[str, str]:
    if text.startswith(("./", "../")) or text in (".", ".."):
        return "paths are from the repository's root, without dots", _without(text, "./", "../")
    if text.startswith("/"):
        return "paths are from the repository's root, without a slash", _without(text, "/")
    if text.endswith("/"):
        return "only files count, not folders", f'write "{text}**"'
    return "", ""


def _without(text: str, *prefixes: str) -> str:
    for prefix in prefixes:
        text = text.removeprefix(prefix)
    return f'write "{text}"' if text.strip("./") else 'write "**" for every file'
