"""actions/setup-python: a Python that is on this machine, as the job's own.

Facts from its documentation, versions 4 to 7; where the job's Python comes from is told in
`python_layer`. Nothing is downloaded, so `check-latest`, `token` and the like change nothing.
"""

from __future__ import annotations

import os
import re

from headway.runner.action.builtin import dependency_cache, python_layer, tools
from headway.runner.action.builtin.base import ActionFailed, flag, lines, text
from headway.runner.action.builtin.semver import Range, Version
from headway.runner.action.builtin.version_files import python_versions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.runner.action.builtin.base import ActionContext
    from headway.runner.action.builtin.tools import Tool

INPUTS: dict[str, str | None] = {
    "python-version": None,
    "python-version-file": None,
    "cache": None,
    "architecture": None,
    "check-latest": "false",
    "token": None,
    "cache-dependency-path": None,
    "update-environment": "true",
    "allow-prereleases": "false",
    "freethreaded": "false",
    "pip-version": None,
    "pip-install": None,
}
LOCK_FILES = {
    "pip": ("**/requirements.txt", "**/pyproject.toml"),
    "pipenv": ("**/Pipfile.lock",),
    "poetry": ("**/poetry.lock",),
}


def main(context: ActionContext) -> None:
    wanted = _wanted(context)
    pip_version = _pip_version(context)
    for name in ("check-latest", "update-environment", "allow-prereleases", "freethreaded"):
        flag(context, name)
    if wanted:
        context.group("Installed versions")
        for spec in wanted:
            program = _set_up(context, _choose(context, spec))
        context.endgroup()
        if pip_version:
            _pip(context, program, "install", "--upgrade", f"pip=={pip_version}")
        if text(context, "pip-install"):
            _pip(context, program, "install", *text(context, "pip-install").split())
    else:
        _use_path(context)
    _cache(context)
    context.add_matcher(os.path.join(os.path.dirname(__file__), "matchers", "python.json"))


def _wanted(context: ActionContext) -> list[str]:
    versions = lines(context.inputs.get("python-version", ""))
    file = text(context, "python-version-file")
    if versions:
        if file:
            context.warning(
                "Both python-version and python-version-file inputs are specified, "
                "only python-version will be used."
            )
        return versions
    if file:
        return python_versions(os.path.join(context.directory, file))
    default = os.path.join(context.directory, ".python-version")
    return python_versions(default) if os.path.exists(default) else []


def _pip_version(context: ActionContext) -> str:
    version = text(context, "pip-version")
    if version and not re.fullmatch(r"\d+(\.\d+)?(\.\d+)?", version):
        raise ActionFailed(
            f'Invalid pip-version "{version}". Please specify a version in the format '
            "major[.minor][.patch]."
        )
    return version


# --- choosing ----------------------------------------------------------------------------


def _choose(context: ActionContext, spec: str) -> Tool:
    """The newest Python that `spec` allows, of those that a version manager has; else one on
    PATH. Raises ActionFailed, with what there is."""
    arch = text(context, "architecture") or tools.architecture()
    managed = tools.pythons(context.env, context.tool_cache)
    chosen = _newest(context, spec, arch, managed)
    if chosen is None:
        others = tools.pythons_on_path(context.env, context.temp)
        chosen = _newest(context, spec, arch, others)
        if chosen is None:
            raise ActionFailed(_not_found(context, spec, arch, [*managed, *others]))
    return chosen


def _newest(context: ActionContext, spec: str, arch: str, found: list[Tool]) -> Tool | None:
    if arch != tools.architecture() or spec.startswith("graalpy"):
        return None
    if spec.startswith("pypy"):
        return _choose_pypy(spec, found)
    return _choose_cpython(context, spec, found)


def _choose_cpython(context: ActionContext, spec: str, found: list[Tool]) -> Tool | None:
    threads = flag(context, "freethreaded")
    desugared = re.fullmatch(r"(\d+\.\d+(?:\.\d+)?)t(-dev)?", spec)
    if desugared:
        threads, spec = True, desugared[1] + (desugared[2] or "")
    wanted = Range.parse(semantic(spec, flag(context, "allow-prereleases")))
    if wanted is None:
        return None
    suitable = [
        t
        for t in found
        if t.flavour == "cpython" and t.threads == threads and wanted.allows(t.version)
    ]
    return max(suitable, key=lambda t: t.version.order, default=None)


def semantic(spec: str, prereleases: bool) -> str:
    """The spec as a range: `3.13-dev` and, if they are allowed, `3.13` take prereleases in."""
    spec = re.sub(r"^(\d+)\.(\d+)-dev$", r"~\1.\2.0-0", spec)
    spec = re.sub(r"(\d+\.\d+\.\d+)((?:a|b|rc)\d*)", r"\1-\2", spec)
    return re.sub(r"^(\d+)\.(\d+)$", r"~\1.\2.0-0", spec) if prereleases else spec


def _choose_pypy(spec: str, found: list[Tool]) -> Tool | None:
    parts = re.fullmatch(r"pypy-?(\d+(?:\.(?:\d+|x))?)(?:-v?(.+))?", spec)
    if parts is None:
        raise ActionFailed(
            f"Invalid 'version' property for PyPy: {spec}. PyPy version should be specified as "
            "'pypy<python-version>' or 'pypy-<python-version>'."
        )
    python, own = Range.parse(parts[1]), Range.parse(parts[2] or "x")
    suitable = []
    for tool in found:
        version = Version.parse(tool.own_version) if tool.flavour == "pypy" else None
        if version and python and own and python.allows(tool.version) and own.allows(version):
            suitable.append((version.order, tool.version.order, tool))
    return max(suitable, key=lambda s: s[:2], default=(None, None, None))[2]


def _not_found(context: ActionContext, spec: str, arch: str, found: list[Tool]) -> str:
    ordered = sorted(found, key=lambda t: (t.flavour, t.version.order), reverse=True)
    labels = [("pypy" if t.flavour == "pypy" else "") + t.label for t in ordered]
    names = ", ".join(dict.fromkeys(labels))
    plain = re.match(r"[\d.]+", spec)
    number = plain[0].rstrip(".") if plain else "VERSION"
    ways = [f"uv python install {number}", f"pyenv install {number}"]
    folders = context.env.get("PATH", "").split(os.pathsep)
    there = [w for w in ways if any(os.access(f"{f}/{w.split()[0]}", os.X_OK) for f in folders)]
    return (
        f"The version '{spec}' with architecture '{arch}' was not found on this machine, which "
        f"has {names or 'none'} (architecture {tools.architecture()}). "
        f"Get it with: {' or: '.join(there or ways)}"
    )


# --- setting up --------------------------------------------------------------------------


def _set_up(context: ActionContext, tool: Tool) -> str:
    """Makes the job's Python and tells later steps about it; its interpreter."""
    name = "PyPy" if tool.flavour == "pypy" else "Python"
    version = str(tool.version)
    arch = tools.architecture() + ("-freethreaded" if tool.threads else "")
    location = os.path.join(context.temp, "tools", name, version, arch)
    python_layer.make_layer(tool, context.store, location)
    program = os.path.join(location, "bin", "python")
    if flag(context, "update-environment"):
        _export(context, location)
    output = f"{version}{'t' if tool.threads else ''}"
    if tool.flavour == "pypy":
        output = f"pypy{version}-v{tool.own_version}"
    context.output("python-version", output)
    context.output("python-path", program)
    title = "PyPy" if tool.flavour == "pypy" else "CPython"
    context.log(f"Successfully set up {title} ({output}), from {tool.prefix}")
    if not python_layer.has_pip(location):
        context.warning(f"{tool.program} comes without pip, so the job has none either")
    return program


def _export(context: ActionContext, location: str) -> None:
    for variable in ("pythonLocation", "Python_ROOT_DIR", "Python2_ROOT_DIR", "Python3_ROOT_DIR"):
        context.set_env(variable, location)
    context.set_env("PKG_CONFIG_PATH", location + "/lib/pkgconfig")
    library, before = location + "/lib", context.env.get("LD_LIBRARY_PATH", "")
    if library not in before.split(":"):
        context.env["LD_LIBRARY_PATH"] = f"{library}:{before}" if before else library
        context.set_env("LD_LIBRARY_PATH", context.env["LD_LIBRARY_PATH"])
    # What `pip install --user` installs must not stay on the machine either.
    context.set_env("PYTHONUSERBASE", os.path.join(location, "user"))
    context.add_path(os.path.join(location, "user", "bin"))
    context.add_path(location)
    context.add_path(location + "/bin")


def _use_path(context: ActionContext) -> None:
    """Without a version: the Python that PATH finds, but still as the job's own."""
    context.warning(
        "The `python-version` input is not set.  The version of Python currently in `PATH` "
        "will be used."
    )
    for tool in tools.pythons_on_path(context.env, context.temp)[:1]:
        _set_up(context, tool)


def _pip(context: ActionContext, program: str, *arguments: str) -> None:
    quiet = ("--disable-pip-version-check", "--no-warn-script-location")
    variables = {**context.env, "PYTHONUSERBASE": os.path.join(context.temp, "user")}
    if context.run([program, "-m", "pip", *arguments, *quiet], env=variables):
        raise ActionFailed(f"pip {' '.join(arguments)} failed")


def _cache(context: ActionContext) -> None:
    manager = text(context, "cache")
    if not manager:
        return
    if manager not in LOCK_FILES:
        raise ActionFailed(
            f"Caching for '{manager}' is not supported; supported are {', '.join(LOCK_FILES)}"
        )
    files = dependency_cache.patterns(context)
    default = LOCK_FILES[manager]
    _, hit = dependency_cache.use(context, manager, files or default)
    context.output("cache-hit", "true" if hit else "false")
