"""The register of scanners: tools that `headway scan` knows how to run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Literal

from headway.quality.scanners.base import Scanner

Group = Literal["quality", "security"]

# Name → what it looks for, in the order they are listed and started. The module has the same
# name with underscores.
SCANNERS: dict[str, Group] = {
    "ruff": "quality",
    "flake8": "quality",
    "pylint": "quality",
    "black": "quality",
    "isort": "quality",
    "mypy": "quality",
    "radon": "quality",
    "complexipy": "quality",
    "eslint": "quality",
    "prettier": "quality",
    "tsc": "quality",
    "jscpd": "quality",
    "bandit": "security",
    "semgrep": "security",
    "gitleaks": "security",
    "detect-secrets": "security",
    "pip-audit": "security",
    "npm-audit": "security",
    "trivy": "security",
    "hadolint": "security",
    "zizmor": "security",
}


@cache
def load(name: str) -> Scanner:
    module: Scanner = import_module(f"headway.quality.scanners.{name.replace('-', '_')}")
    return module


def of_group(group: str) -> Iterator[str]:
    """The names of a group; of all with `all`."""
    return (name for name, kind in SCANNERS.items() if group in ("all", kind))
