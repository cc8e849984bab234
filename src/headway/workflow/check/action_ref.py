"""`owner/name/path@ref` in its parts, and what is known of GitHub's own actions."""

from __future__ import annotations

import re

from headway.values import Value

# Owners that GitHub runs: a tag of theirs moves only when GitHub moves it.
GITHUB = frozenset(("actions", "github", "dependabot"))
_SHA = re.compile(r"[0-9a-fA-F]{40}(?:[0-9a-fA-F]{24})?\Z")
_VERSION = re.compile(r"v?(\d+)(?:\.\d+)*\Z")


class ActionRef(Value):
    """A remote action or reusable workflow; `name` is owner/repository, in lower case."""

    name: str
    path: str  # in the repository, without a slash in front
    ref: str

    @property
    def owner(self) -> str:
        return self.name.split("/")[0]

    @property
    def is_pinned(self) -> bool:
        return _SHA.match(self.ref) is not None

    @property
    def is_version(self) -> bool:
        """Whether the ref looks like a tag: v4, 1.2.3, release-2."""
        return any(char.isdigit() for char in self.ref)

    @property
    def major(self) -> int:
        """The version's first number; 0 when the ref isn't a version."""
        found = None if self.is_pinned else _VERSION.match(self.ref)
        return int(found[1][:9]) if found else 0


def parse(uses: str) -> ActionRef | None:
    """None for local actions, container images and what isn't well-formed."""
    name, at, ref = uses.partition("@")
    parts = name.split("/", 2)
    if not at or not ref or len(parts) < 2 or uses.startswith(("./", "../", "$/", "docker://")):
        return None
    return ActionRef("/".join(parts[:2]).lower(), parts[2] if len(parts) > 2 else "", ref)


def local(uses: str) -> str | None:
    """The folder of a local action, from the repository's root; None for all else."""
    if not uses.startswith(("./", "$/")):
        return None
    parts: list[str] = []
    for part in uses[2:].split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
