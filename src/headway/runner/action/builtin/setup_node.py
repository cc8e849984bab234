"""actions/setup-node: a Node that is on this machine.

Facts from its documentation, versions 4 to 7. The job gets a folder of its own with links to
node and npm, and NPM_CONFIG_PREFIX pointing there, so that `npm install --global` works and
leaves nothing on the machine. Nothing is downloaded, so `check-latest`, `token` and `mirror`
change nothing.
"""

from __future__ import annotations

import os
import re

from headway.runner.action.builtin import dependency_cache, tools
from headway.runner.action.builtin.base import ActionFailed, loose_flag, text
from headway.runner.action.builtin.semver import Range
from headway.runner.action.builtin.version_files import node_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.runner.action.builtin.base import ActionContext
    from headway.runner.action.builtin.tools import Tool

INPUTS: dict[str, str | None] = {
    "always-auth": "false",
    "node-version": None,
    "node-version-file": None,
    "architecture": None,
    "check-latest": "false",
    "registry-url": None,
    "scope": None,
    "token": None,
    "cache": None,
    "package-manager-cache": "true",
    "cache-dependency-path": None,
    "mirror": None,
    "mirror-token": None,
}
LOCK_FILES = {
    "npm": ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock"),
    "pnpm": ("pnpm-lock.yaml",),
    "yarn": ("yarn.lock",),
}
# Long-term support lines, oldest first: every even major version since 4 becomes one.
LTS = {
    "argon": 4,
    "boron": 6,
    "carbon": 8,
    "dubnium": 10,
    "erbium": 12,
    "fermium": 14,
    "gallium": 16,
    "hydrogen": 18,
    "iron": 20,
    "jod": 22,
    "krypton": 24,
}
_PROGRAMS = ("node", "npm", "npx", "corepack")


def main(context: ActionContext) -> None:
    spec = _wanted(context)
    if spec:
        _set_up(context, _choose(context, spec))
    elif text(context, "architecture"):
        context.warning(
            "`architecture` is provided but `node-version` is missing. In this configuration, "
            "the version/architecture of Node will not be changed. To fix this, provide "
            "`architecture` in combination with `node-version`"
        )
    else:
        _tell_of_path(context)
    if text(context, "registry-url"):
        _registry(context, text(context, "registry-url"))
    _cache(context)
    matchers = os.path.join(os.path.dirname(__file__), "matchers")
    for name in ("tsc", "eslint-stylish", "eslint-compact"):
        context.add_matcher(os.path.join(matchers, f"{name}.json"))


def _wanted(context: ActionContext) -> str:
    spec, file = text(context, "node-version"), text(context, "node-version-file")
    if spec and file:
        context.warning(
            "Both node-version and node-version-file inputs are specified, "
            "only node-version will be used"
        )
    if spec or not file:
        return spec
    path = os.path.join(context.directory, file)
    spec = node_version(path)
    if spec:
        context.log(f"Resolved {file} as {spec}")
    else:
        context.warning(f"Could not determine node version from {path}. Falling back")
    return spec


# --- choosing ----------------------------------------------------------------------------


def _choose(context: ActionContext, spec: str) -> Tool:
    """The newest Node that `spec` allows. Raises ActionFailed, with what there is."""
    found = tools.nodes(context.env, context.tool_cache)
    found += tools.nodes_on_path(context.env, context.temp)
    arch = text(context, "architecture") or tools.architecture()
    same = [t for t in found if arch == tools.architecture()]
    chosen = max(suitable(spec, same), key=lambda t: t.version.order, default=None)
    if chosen is None:
        ordered = sorted(found, key=lambda t: t.version.order, reverse=True)
        names = ", ".join(dict.fromkeys(t.label for t in ordered))
        number = re.sub(r"[^\w./*-]", "", spec) or "--lts"
        raise ActionFailed(
            f"Unable to find Node version '{spec}' for architecture {arch} on this machine, which "
            f"has {names or 'none'} (architecture {tools.architecture()}). "
            f"Get it with: nvm install {number} or: fnm install {number}"
        )
    return chosen


def suitable(spec: str, found: list[Tool]) -> list[Tool]:
    """Those that a version, a range, `latest`, `lts/*`, `lts/-1` or `lts/iron` allows."""
    name = spec.lower()
    released = [t for t in found if not t.version.before]
    if name in ("latest", "node", "current"):
        return released
    if name.startswith("lts/"):
        major = _lts(name.removeprefix("lts/"), spec, released)
        return [t for t in released if t.version.major == major]
    wanted = Range.parse(spec)
    return [t for t in found if wanted is not None and wanted.allows(t.version)]


def _lts(alias: str, spec: str, found: list[Tool]) -> int:
    """The major version; of `*` and `-n`, among the lines that are on this machine."""
    majors = sorted({t.version.major for t in found} & set(LTS.values()))
    if alias == "*":
        return majors[-1] if majors else 0
    if re.fullmatch(r"-\d+", alias):
        back = -1 + int(alias)
        return majors[back] if -back <= len(majors) else 0
    if alias not in LTS:
        raise ActionFailed(
            f"Unable to find LTS release '{alias}' for Node version '{spec}'; known are "
            + ", ".join(LTS)
        )
    return LTS[alias]


# --- setting up --------------------------------------------------------------------------


def _set_up(context: ActionContext, tool: Tool) -> None:
    version, arch = str(tool.version), tools.architecture()
    location = os.path.join(context.temp, "tools", "node", version, arch)
    programs = os.path.join(location, "bin")
    if not os.path.exists(os.path.join(programs, "node")):
        _make(tool, location)
    context.add_path(programs)
    context.set_env("NPM_CONFIG_PREFIX", location)
    context.output("node-version", f"v{version}")
    context.log(f"Found Node {version} in {tool.prefix}")


def _make(tool: Tool, location: str) -> None:
    """Laid out like an installation, so that npm finds, lists and replaces itself in it."""
    modules = os.path.join(location, "lib", "node_modules")
    os.makedirs(modules)
    os.makedirs(os.path.join(location, "bin"))
    os.symlink(tool.program, os.path.join(location, "bin", "node"))
    for package in ("npm", "corepack"):
        source = _package(tool, package)
        if source:
            os.symlink(source, os.path.join(modules, package))
    for name in _PROGRAMS[1:]:
        package = "corepack" if name == "corepack" else "npm"
        script = {"corepack": "dist/corepack.js"}.get(name, f"bin/{name}-cli.js")
        if os.path.exists(os.path.join(modules, package, script)):
            path = f"../lib/node_modules/{package}/{script}"
            os.symlink(path, os.path.join(location, "bin", name))
        elif os.path.exists(os.path.join(tool.prefix, "bin", name)):
            os.symlink(os.path.join(tool.prefix, "bin", name), f"{location}/bin/{name}")


def _package(tool: Tool, name: str) -> str:
    for below in ("lib/node_modules", "share/nodejs"):
        path = os.path.join(tool.prefix, below, name)
        if os.path.isdir(path):
            return os.path.realpath(path)
    return ""


def _tell_of_path(context: ActionContext) -> None:
    for tool in tools.nodes_on_path(context.env, besides="")[:1]:
        context.output("node-version", f"v{tool.version}")
        context.log(f"No version is asked for: {tool.program} {tool.version} stays in use")


def _registry(context: ActionContext, url: str) -> None:
    """Writes the `.npmrc` that npm is to use; the token stays in the environment."""
    url = url.rstrip("/") + "/"
    scope = text(context, "scope")
    if not scope and "npm.pkg.github.com" in url:
        scope = context.repository.owner
    prefix = f"@{scope.removeprefix('@')}:".lower() if scope else ""
    path = os.path.join(context.temp, ".npmrc")
    kept: list[str] = []
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            kept = [r for r in file.read().splitlines() if not r.startswith(f"{prefix}registry")]
    authority = re.sub(r"^\w+:", "", url)
    own = [f"{authority}:_authToken=${{NODE_AUTH_TOKEN}}", f"{prefix}registry={url}"]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join([*(r for r in kept if r not in own), *own]) + "\n")
    context.set_env("NPM_CONFIG_USERCONFIG", path)
    if "NODE_AUTH_TOKEN" in context.env:
        context.set_env("NODE_AUTH_TOKEN", context.env["NODE_AUTH_TOKEN"])


def _cache(context: ActionContext) -> None:
    manager = text(context, "cache")
    if not manager and loose_flag(context, "package-manager-cache"):
        manager = _declared_manager(context)
        if manager:
            context.log("package.json names npm as the package manager: its cache is used")
    if not manager:
        return
    if manager not in LOCK_FILES:
        raise ActionFailed(
            f"Caching for '{manager}' is not supported; supported are {', '.join(LOCK_FILES)}"
        )
    files = dependency_cache.patterns(context)
    if not files:
        known = [n for n in LOCK_FILES[manager] if os.path.exists(f"{context.directory}/{n}")]
        files = known[:1]
    if not files:
        raise ActionFailed(
            f"Dependencies lock file is not found in {context.directory}. "
            f"Supported file patterns: {','.join(LOCK_FILES[manager])}"
        )
    digest, hit = dependency_cache.use(context, manager, files)
    runner = "macOS" if os.uname().sysname == "Darwin" else "Linux"
    key = f"node-cache-{runner}-{tools.architecture()}-{manager}-{digest}"
    context.output("cache-primary-key", key)
    context.output("cache-hit", "true" if hit else "false")
    context.output("cache-matched-key", key if hit else "")


def _declared_manager(context: ActionContext) -> str:
    """npm when package.json says so; GitHub's action does this for npm only."""
    import json

    try:
        with open(os.path.join(context.directory, "package.json"), encoding="utf-8") as file:
            data = json.load(file)
    except (OSError, ValueError):
        return ""
    if not isinstance(data, dict):
        return ""
    engines = data.get("devEngines")
    declared = engines.get("packageManager") if isinstance(engines, dict) else None
    entries = declared if isinstance(declared, list) else [declared]
    names = [entry.get("name") for entry in entries if isinstance(entry, dict)]
    for name in (*names, data.get("packageManager")):
        if isinstance(name, str) and re.fullmatch(r"\^?npm(@.*)?", name):
            return "npm"
    return ""
