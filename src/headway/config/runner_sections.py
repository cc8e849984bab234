"""The sections `actions`, `runners` and `cache`: what `headway run` asks for.

They are declared here since the runner may not load msgspec; runner.py hands them to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, Struct

from headway.units import Size

# `owner/repository` with an optional path and reference, any of them with wildcards; and what
# GitHub's settings have a box to tick for.
_ALLOWED = re.compile(r"github-owned|verified|!?(\*|[\w.*-]+/[\w.*-]+(/[^@\s]+)?)(@[^\s@]+)?")
_SERVER = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d+)?")
_REPOSITORIES = re.compile(r"[\w.-]+/([\w.-]+|\*)")


class Actions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The section `actions`."""

    allow: Annotated[
        tuple[str, ...] | None,
        Meta(
            description="Actions that may be used, as on GitHub: `actions/*`, `octo/tool@v2`,"
            " `*/setup-*`, `!octo/old`, `github-owned`; those of the repository and its owner"
            " always may. Unset: all",
            examples=[["actions/*", "docker/login-action@v3"]],
        ),
    ] = None
    mirror: Annotated[
        dict[str, str],
        Meta(
            description="Where actions are fetched from: a server (`github.com`), `owner/*` or"
            " `owner/name`, and the URL or the folder of bare repositories instead of it",
            examples=[{"github.com": "https://git.example.com/github"}],
        ),
    ] = {}

    def problems(self) -> Iterator[tuple[str, str, str]]:
        for number, pattern in enumerate(self.allow or ()):
            if not _ALLOWED.fullmatch(pattern):
                hint = "write owner/*, owner/repository or owner/repository@v1; ! excludes"
                yield f"allow[{number}]", f'"{pattern}" names no actions', hint
        for source, target in self.mirror.items():
            if not (_SERVER.fullmatch(source) or _REPOSITORIES.fullmatch(source)):
                hint = "write a server (github.com), owner/* or owner/repository"
                yield f"mirror.{source}", f'"{source}" names no server and no repository', hint
            if not target.strip():
                yield f"mirror.{source}", "there is no URL or folder", "an URL or a folder"


class RunnerImage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    image: Annotated[
        str,
        Meta(
            min_length=1,
            description="The container image that jobs with the label run in",
            examples=["debian:12"],
        ),
    ]

    def problems(self) -> Iterator[tuple[str, str, str]]:
        if self.image == "host":
            yield "image", "host stands for this machine", "write host without a key before it"


Runner = Literal["host"] | RunnerImage


class Cache(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The section `cache`."""

    size: Annotated[
        Size,
        Meta(description="Above it, caches that weren't used for longest are removed", gt=0),
    ] = Size(10 * 1024**3)
