"""Node projects: package.json."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from headway.config.starter.manifest import Manifest, percent, text

_TESTS = {
    "jest": "jest",
    "vitest": "vitest",
    "mocha": "mocha",
    "@playwright/test": "playwright",
    "cypress": "cypress",
}
_CHECKS = {
    "eslint": "eslint",
    "prettier": "prettier",
    "typescript": "tsc",
    "@biomejs/biome": "biome",
}
_COVERAGE = frozenset(
    ("jest", "nyc", "c8", "@vitest/coverage-v8", "@vitest/coverage-istanbul")
)  # fmt: skip


def read(folder: str, names: Collection[str]) -> Manifest | None:
    if "package.json" not in names:
        return None
    data = _json(text(folder, "package.json"))
    needed = {*_table(data, "dependencies"), *_table(data, "devDependencies")}
    scripts = _table(data, "scripts")
    threshold = _table(_table(_table(data, "jest"), "coverageThreshold"), "global")
    is_typescript = "typescript" in needed or "tsconfig.json" in names
    return Manifest(
        name=str(data.get("name") or ""),
        language="TypeScript" if is_typescript else "JavaScript",
        tests=tuple(name for package, name in _TESTS.items() if package in needed),
        checks=tuple(name for package, name in _CHECKS.items() if package in needed),
        coverage=bool(_COVERAGE & needed),
        coverage_min=percent(threshold.get("lines")),
        start="npm start" if isinstance(scripts.get("start"), str) else "",
    )


def _json(content: str) -> dict[str, Any]:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}
