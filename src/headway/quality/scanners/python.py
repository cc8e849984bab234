"""What a Python project says of its tools."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from headway.quality.scanners.project import Project, base, folder, table

LINTERS = ("ruff", "flake8", "pylint")


def why(
    project: Project,
    tool: str,
    files: tuple[str, ...] = (),
    section: str = "",
    at: str = "",
    needed: bool = True,
) -> str:
    """Where a folder (`at`) asks for a tool, as a phrase; "" where it doesn't."""
    prefix = f"{at}/" if at else ""
    for name in files:
        if project.has(prefix + name):
            return prefix + name
    tools = table(project.toml(prefix + "pyproject.toml"), "tool")
    if tool in tools:
        return f"[tool.{tool}] in {prefix}pyproject.toml"
    for name in ("setup.cfg", "tox.ini"):
        if section and re.search(rf"^\[{section}\]", project.text(prefix + name), re.M):
            return f"[{section}] in {prefix}{name}"
    if needed and tool in packages(project, at):
        return f"{tool} is a requirement of {at or 'the project'}"
    return _hook(project, tool) if not at else ""


def _hook(project: Project, tool: str) -> str:
    """A hook of pre-commit that runs it."""
    name = ".pre-commit-config.yaml"
    found = re.search(rf"^\s*-?\s*id:\s*['\"]?{re.escape(tool)}\b", project.text(name), re.M)
    return f"a hook in {name}" if found else ""


def folders(project: Project) -> list[str]:
    """Folders with a Python project of their own, the root first, also where it has no manifest."""
    found = {folder(path) for path in project.named("pyproject.toml", "setup.py", "setup.cfg")}
    return sorted({"", *found})


def packages(project: Project, at: str = "") -> set[str]:
    """Names of the packages that a folder's manifests ask for, in any group."""
    prefix = f"{at}/" if at else ""
    return {name for line in _requirements(project, prefix) if (name := name_of(line))}


def _requirements(project: Project, prefix: str) -> Iterator[str]:
    data = project.toml(prefix + "pyproject.toml")
    yield from _texts(table(data, "project").get("dependencies"))
    for group in ("optional-dependencies",):
        for listed in table(data, "project", group).values():
            yield from _texts(listed)
    for listed in table(data, "dependency-groups").values():
        yield from _texts(listed)
    poetry = table(data, "tool", "poetry")
    for one in (poetry, *table(poetry, "group").values()):
        yield from table(one, "dependencies")
        yield from table(one, "dev-dependencies")
    for path in project.named("*requirements*.txt"):
        if folder(path) in (prefix.rstrip("/"), f"{prefix}requirements".lstrip("/")):
            yield from project.text(path).splitlines()


def declared(project: Project, at: str = "") -> list[str]:
    """What a project needs to run, as pyproject.toml says it."""
    prefix = f"{at}/" if at else ""
    return list(
        _texts(table(project.toml(prefix + "pyproject.toml"), "project").get("dependencies"))
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, str))


def name_of(requirement: str) -> str:
    found = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
    return re.sub(r"[-_.]+", "-", found[1]).lower() if found else ""


def sources(project: Project, at: str = "") -> list[str]:
    """Folders and files that hold a folder's own packages: `src`, or packages at its top."""
    files = project.below(at, project.python)
    if any(file.startswith("src/") for file in files):
        return ["src"]
    tops = sorted({file.split("/")[0] for file in files if file.count("/") == 1
                   and base(file) == "__init__.py"})  # fmt: skip
    inner = [top for top in tops if top not in ("tests", "test", "docs")]
    return (
        inner or sorted(file for file in files if "/" not in file and file != "setup.py") or ["."]
    )


def linter_configured(project: Project) -> bool:
    return any(
        module_why
        for module_why in (
            why(project, "ruff", ("ruff.toml", ".ruff.toml")),
            why(project, "flake8", (".flake8",), "flake8"),
            why(project, "pylint", ("pylintrc", ".pylintrc")),
        )
    )
