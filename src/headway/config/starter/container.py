"""Dockerfiles: where the program inside listens, and how it is asked whether it is well."""

from __future__ import annotations

import os
import re

from msgspec import Struct

from headway.config.starter.manifest import text

_EXPOSE = re.compile(r"^\s*EXPOSE\s+(\d+)(?:/tcp)?\b", re.M | re.I)
_HEALTH = re.compile(r"^\s*HEALTHCHECK\s.*?https?://[^/\s\"']+(/[\w./-]*)", re.M | re.I)


class Dockerfile(Struct, frozen=True, kw_only=True):
    path: str  # from the root
    port: int | None = None
    health: str = ""  # a path such as /healthz


def read(root: str, path: str) -> Dockerfile:
    content = re.sub(r"\\\n\s*", " ", text(root, path))
    ports = [int(port) for port in _EXPOSE.findall(content)]
    health = _HEALTH.search(content)
    return Dockerfile(
        path=path.replace(os.sep, "/"),
        port=next((port for port in ports if 0 < port < 65536), None),
        health=health[1] if health else "",
    )
