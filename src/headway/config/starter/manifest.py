"""What is found out about a folder by its manifest."""

from __future__ import annotations

import os

from msgspec import Struct


class Manifest(Struct, frozen=True, kw_only=True):
    """See project.Component."""

    name: str = ""
    language: str
    tests: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    coverage: bool = False
    coverage_min: float | None = None
    start: str = ""


def text(folder: str, name: str) -> str:
    """A file's text; "" when there is none that can be read."""
    try:
        with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
            return file.read(1024 * 1024)
    except OSError:
        return ""


def percent(value: object) -> float | None:
    """A limit as it is written somewhere, when it is one."""
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if 0 < number <= 100 else None
