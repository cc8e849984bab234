"""The recorded reports of the formats that give findings: linters, type checkers, scanners."""

from __future__ import annotations

from functools import cache

from headway.quality.formats import load
from headway.quality.formats.base import Format
from headway.quality.reading import Source

from ..recorded import FIXTURES, names, path, report

__all__ = ["FIXTURES", "MODULES", "recorded", "report"]

MODULES = [
    "sarif", "bandit", "checkov", "dependency_check", "detect_secrets", "docker_bench",
    "empty_list", "eslint", "gitleaks", "grype", "hadolint", "mypy_json", "npm_audit",
    "pip_audit", "pylint", "pyright", "ruff", "safety", "semgrep", "snyk", "trivy", "trufflehog",
    "zap", "black", "flake8", "isort", "mypy", "prettier", "pylint_text", "ruff_text",
    "typescript", "scan_failure", "scan_note",
]  # fmt: skip


@cache
def modules() -> dict[str, Format]:
    """Format name → its module."""
    return {form.NAME: form for form in map(load, MODULES)}


@cache
def recorded() -> dict[str, str]:
    """Every recorded report of these formats: its name → the format that knows it."""
    found: dict[str, str] = {}
    for name in names():
        head = Source(path(name)).head
        for form in modules().values():
            if head.syntax == form.SYNTAX and form.detect(head):
                found[name] = form.NAME
    return found
