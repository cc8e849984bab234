"""Versions of Python and Node that files of a project ask for.

Facts from the documentation of setup-python ("python-version-file") and setup-node
("node-version-file").
"""

from __future__ import annotations

import os
import re

from headway.runner.action.builtin.base import ActionFailed
from headway.runner.action.builtin.semver import Range

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def python_versions(path: str) -> list[str]:
    """What `.python-version`, `.tool-versions`, `Pipfile` or `pyproject.toml` says.

    Raises ActionFailed when the file isn't there or isn't TOML.
    """
    content = _read(path, "python")
    name = os.path.basename(path)
    if name.endswith(".toml"):
        return _from_pyproject(_toml(content, path))
    if ".tool-versions" in name:
        return _from_tool_versions(content)
    if "Pipfile" in name:
        requires = _get(_toml(content, path), "requires")
        version = _get(requires, "python_full_version") or _get(requires, "python_version")
        return [version] if isinstance(version, str) else []
    found = [line.strip() for line in content.splitlines() if not line.startswith("#")]
    # pyenv-virtualenv writes 3.12.1/envs/NAME
    return [line.partition("/")[0] for line in found if line]


def _from_pyproject(data: dict[str, Any]) -> list[str]:
    where = ("project", "requires-python")
    if "project" not in data:
        where = ("tool", "poetry", "dependencies", "python")  # type: ignore[assignment]
    version = _get(data, *where)
    if not isinstance(version, str):
        return []
    spec = version.replace(",", " ")
    return [spec] if Range.parse(spec) is not None else []


def _from_tool_versions(content: str) -> list[str]:
    for line in content.splitlines():
        found = re.fullmatch(r"\s*python\s*v?\s*(\S+)\s*", line)
        if found and not line.lstrip().startswith("#"):
            return [found[1]]
    return []


def node_version(path: str) -> str:
    """What `package.json`, `.nvmrc`, `.node-version`, `.tool-versions` or `mise.toml` says.

    "" when it says nothing. Raises ActionFailed when there is no such file.
    """
    content = _read(path, "node")
    data = _json(content)
    if isinstance(data, dict):
        return _from_package(data, path)
    tools = _get(_toml_or_none(content), "tools", "node")
    if isinstance(tools, dict):
        tools = tools.get("version")
    if isinstance(tools, str):
        return tools
    found = re.search(r"^(?:node(?:js)?\s+)?v?(?P<version>\S+)$", content, re.MULTILINE)
    return found["version"] if found else content.strip()


def _from_package(data: dict[str, Any], path: str) -> str:
    runtimes = _get(data, "devEngines", "runtime")
    runtimes = runtimes if isinstance(runtimes, list) else [runtimes]
    wanted = [_get(r, "version") for r in runtimes if str(_get(r, "name")).lower() == "node"]
    for version in (_get(data, "volta", "node"), *wanted, _get(data, "engines", "node")):
        if isinstance(version, str) and version:
            return version
    extends = _get(data, "volta", "extends")
    if isinstance(extends, str) and extends:
        other = os.path.normpath(os.path.join(os.path.dirname(path), extends))
        return node_version(other) if other != path else ""
    return ""


def _read(path: str, tool: str) -> str:
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            return file.read(1 << 20)
    except OSError:
        raise ActionFailed(f"The specified {tool} version file at: {path} doesn't exist.") from None


def _json(content: str) -> Any:
    import json

    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _toml(content: str, path: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ActionFailed(f"{path} is not TOML: {error}") from None


def _toml_or_none(content: str) -> dict[str, Any]:
    try:
        return _toml(content, "")
    except ActionFailed:
        return {}


def _get(data: Any, *names: str) -> Any:
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data
