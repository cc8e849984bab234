"""Python projects: pyproject.toml, setup.cfg, requirements."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from typing import Any

from headway.config.starter.manifest import Manifest, percent, text

_MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt")
_CHECKS = {  # by package, and the file that configures it
    "ruff": ("ruff.toml", ".ruff.toml"),
    "black": (),
    "flake8": (".flake8",),
    "pylint": (".pylintrc", "pylintrc"),
    "mypy": ("mypy.ini", ".mypy.ini"),
    "pyright": ("pyrightconfig.json",),
}


def read(folder: str, names: Collection[str]) -> Manifest | None:
    if not any(name in names for name in _MANIFESTS):
        return None
    data = _toml(text(folder, "pyproject.toml"))
    tools = _table(data, "tool")
    needed = set(_packages(data))
    for name in names:
        if name.endswith(".txt") and "requirements" in name:
            needed.update(_names(text(folder, name).splitlines()))
    others = text(folder, "setup.cfg") + text(folder, "tox.ini") + text(folder, "setup.py")
    has_pytest = (
        "pytest" in needed
        or "pytest" in tools
        or {"pytest.ini", "conftest.py"} & set(names)
        or "pytest" in others
    )
    return Manifest(
        name=str(_table(data, "project").get("name") or _table(tools, "poetry").get("name") or ""),
        language="Python",
        tests=("pytest",) if has_pytest else (),
        checks=tuple(
            tool
            for tool, files in _CHECKS.items()
            if tool in needed or tool in tools or any(name in names for name in files)
        ),
        coverage=bool(
            {"coverage", "pytest-cov"} & needed or "coverage" in tools or ".coveragerc" in names
        ),
        coverage_min=_demanded(tools, text(folder, ".coveragerc") + others),
    )


def _demanded(tools: dict[str, Any], others: str) -> float | None:
    report = _table(_table(tools, "coverage"), "report")
    options = str(_table(_table(tools, "pytest"), "ini_options").get("addopts", ""))
    found = re.search(
        r"(?:--cov-fail-under[= ]|fail_under\s*=\s*)(\d+(?:\.\d+)?)", options + others
    )
    return percent(report.get("fail_under")) or percent(found[1] if found else None)


def _packages(data: dict[str, Any]) -> Iterator[str]:
    """Everything that a pyproject.toml asks for, in any group."""
    project = _table(data, "project")
    lists = [project.get("dependencies")]
    lists += _table(project, "optional-dependencies").values()
    lists += _table(data, "dependency-groups").values()
    for listed in lists:
        yield from _names(item for item in _list(listed) if isinstance(item, str))
    poetry = _table(_table(data, "tool"), "poetry")
    groups = [poetry, *(_table(_table(poetry, "group"), g) for g in _table(poetry, "group"))]
    for group in groups:
        yield from _table(group, "dependencies")
        yield from _table(group, "dev-dependencies")


def _names(requirements: Any) -> Iterator[str]:
    for requirement in requirements:
        found = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
        if found:
            yield found[1].lower().replace("_", "-")


def _toml(content: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError:
        return {}


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
