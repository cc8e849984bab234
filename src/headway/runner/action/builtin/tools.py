"""Finds the versions of Python and Node that are on this machine.

A source is a folder that a version manager (or GitHub's tool cache) keeps versions in; what
is on PATH comes last. Nothing is started to find out a version, but for programs on PATH.
"""

from __future__ import annotations

import os
import re

from headway.clients.program import ask
from headway.runner.action.builtin.semver import Version
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ARCHITECTURES = {
    "x86_64": "x64",
    "amd64": "x64",
    "aarch64": "arm64",
    "arm64": "arm64",
    "i686": "x86",
    "armv7l": "arm",
}


class Tool(Value):
    """One installed version: `prefix` has `bin`, `program` is the executable's path.

    `label` is the version as its makers write it, `flavour` cpython, pypy or node;
    `threads` tells of Python without the global lock; `own_version` is PyPy's.
    """

    flavour: str
    version: Version
    label: str
    prefix: str
    program: str
    threads: bool = False
    own_version: str = ""


def architecture() -> str:
    """The machine's, in Node's words: x64, arm64, …"""
    machine = os.uname().machine.lower()
    return ARCHITECTURES.get(machine, machine)


def pythons(env: Mapping[str, str], tool_cache: str) -> list[Tool]:
    """Every Python that a version manager has, each installation once."""
    home = env.get("HOME") or os.path.expanduser("~")
    data = env.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share")
    folders = [
        *_cached(tool_cache, "Python"),
        *_inside(env.get("PYENV_ROOT") or os.path.join(home, ".pyenv"), "versions"),
        *_inside(env.get("UV_PYTHON_INSTALL_DIR") or os.path.join(data, "uv", "python"), ""),
        *_inside(env.get("ASDF_DATA_DIR") or os.path.join(home, ".asdf"), "installs/python"),
        *_inside(env.get("MISE_DATA_DIR") or os.path.join(data, "mise"), "installs/python"),
        *_cached(tool_cache, "PyPy"),
    ]
    return _once([_python(name, folder) for name, folder in folders])


def nodes(env: Mapping[str, str], tool_cache: str) -> list[Tool]:
    """Every Node that a version manager has, each installation once."""
    home = env.get("HOME") or os.path.expanduser("~")
    data = env.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share")
    nvm = env.get("NVM_DIR") or os.path.join(home, ".nvm")
    fnm = env.get("FNM_DIR") or os.path.join(data, "fnm")
    volta = env.get("VOLTA_HOME") or os.path.join(home, ".volta")
    folders = [
        *_cached(tool_cache, "node"),
        *_inside(nvm, "versions/node"),
        *((name, f"{f}/installation") for name, f in _inside(fnm, "node-versions")),
        *_inside(volta, "tools/image/node"),
        *_inside(env.get("ASDF_DATA_DIR") or os.path.join(home, ".asdf"), "installs/nodejs"),
        *_inside(env.get("MISE_DATA_DIR") or os.path.join(data, "mise"), "installs/node"),
        *_inside(env.get("NODENV_ROOT") or os.path.join(home, ".nodenv"), "versions"),
        *_inside(env.get("N_PREFIX") or "/usr/local", "n/versions/node"),
    ]
    return _once([_node(name, folder) for name, folder in folders])


def _inside(folder: str, below: str) -> Iterator[tuple[str, str]]:
    folder = os.path.join(folder, below)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        yield name, os.path.join(folder, name)


def _cached(tool_cache: str, tool: str) -> Iterator[tuple[str, str]]:
    """RUNNER_TOOL_CACHE/Python/3.12.1/x64, once x64.complete says that it is all there."""
    for version, folder in _inside(tool_cache, tool):
        for name, path in _inside(folder, ""):
            if name.partition("-")[0] == architecture() and os.path.exists(path + ".complete"):
                yield version + ("t" if name.endswith("-freethreaded") else ""), path


def _once(tools: Iterable[Tool | None]) -> list[Tool]:
    found: dict[str, Tool] = {}
    for tool in tools:
        if tool is not None:
            found.setdefault(os.path.realpath(tool.program), tool)
    return list(found.values())


# --- Python ------------------------------------------------------------------------------

# 3.12.1 3.13.0rc2 3.13.0t cpython-3.12.1-linux-x86_64-gnu pypy3.10-7.3.12 pypy-3.10.14-linux-…
_PYTHON_NAME = re.compile(
    r"(?P<flavour>cpython-|pypy-?)?(?P<core>\d+\.\d+(?:\.\d+)?)-?(?P<before>(?:a|b|rc)\.?\d+)?"
    r"(?P<threads>t|\+freethreaded)?(?:-(?P<rest>.*))?"
)


def _python(name: str, folder: str) -> Tool | None:
    found = _PYTHON_NAME.fullmatch(name)
    if found is None or os.path.islink(folder):  # a link is another name for one of the others
        return None
    if found["rest"] and not found["flavour"]:
        return None
    flavour = "pypy" if "pypy" in (found["flavour"] or folder.split("/")) else "cpython"
    flavour = "pypy" if "/PyPy/" in folder else flavour
    core = found["core"] if found["core"].count(".") == 2 else found["core"] + ".0"
    version = Version.parse(core + ("-" + found["before"] if found["before"] else ""))
    if version is None:
        return None
    prefix = os.path.join(folder, "install") if os.path.isdir(f"{folder}/install/bin") else folder
    program = _program(prefix, flavour, version, bool(found["threads"]))
    if program is None:
        return None
    own = _pypy_version(prefix, found["rest"] or "") if flavour == "pypy" else ""
    label = core + (found["before"] or "") + ("t" if found["threads"] else "")
    return Tool(flavour, version, label, prefix, program, bool(found["threads"]), own)


def _program(prefix: str, flavour: str, version: Version, threads: bool) -> str | None:
    number = f"{version.major}.{version.minor}{'t' if threads else ''}"
    names = [f"python{number}", f"python{version.major}", "python"]
    if flavour == "pypy":
        names = [f"pypy{number}", f"pypy{version.major}", "pypy", *names]
    paths = [os.path.join(prefix, "bin", name) for name in names]
    return next((path for path in paths if os.access(path, os.X_OK)), None)


def _pypy_version(prefix: str, rest: str) -> str:
    try:
        with open(os.path.join(prefix, "PYPY_VERSION"), encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        found = re.match(r"v?(\d+\.\d+\.\d+)", rest)
        return found[1] if found else ""


_ASK_PYTHON = (
    "import sys, os; p = getattr(sys, '_base_executable', '') or sys.executable; "
    "t = 't' if 't' in getattr(sys, 'abiflags', '') else ''; "
    "b = getattr(sys, 'base_prefix', sys.prefix); "
    "print('\\n'.join(['%d.%d.%d-%s%d' % sys.version_info[:5], sys.implementation.name, t, b, p]))"
)


def pythons_on_path(env: Mapping[str, str], besides: str) -> list[Tool]:
    """Those that PATH leads to, first things first, but for what is below `besides`."""
    return _once(_pythons_on_path(env, besides))


def _pythons_on_path(env: Mapping[str, str], besides: str) -> Iterator[Tool]:
    seen: set[str] = set()
    for path in _on_path(env, r"python(?:3(?:\.\d+t?)?)?", besides):
        real = os.path.realpath(path)
        if real in seen:
            continue
        seen.add(real)
        said = ask([path, "-I", "-c", _ASK_PYTHON]).lines
        if len(said) != 5:
            continue
        text, flavour, threads, prefix, program = said
        version = Version.parse(text.removesuffix("-final0"))
        if version is not None and flavour == "cpython" and os.path.isfile(program):
            label = str(version).replace("-", "").replace("candidate", "rc") + threads
            yield Tool(flavour, version, label, prefix, program, bool(threads))


# --- Node --------------------------------------------------------------------------------


def _node(name: str, folder: str) -> Tool | None:
    version = Version.parse(name.removeprefix("v"))
    program = os.path.join(folder, "bin", "node")
    if version is None or os.path.islink(folder) or not os.access(program, os.X_OK):
        return None
    return Tool("node", version, str(version), folder, program)


def nodes_on_path(env: Mapping[str, str], besides: str) -> list[Tool]:
    """Those that PATH leads to, first things first, but for what is below `besides`."""
    return _once(_nodes_on_path(env, besides))


def _nodes_on_path(env: Mapping[str, str], besides: str) -> Iterator[Tool]:
    for path in _on_path(env, "node(?:js)?", besides):
        said = ask([path, "--version"]).lines
        version = Version.parse(said[0]) if said else None
        if version is not None:
            prefix = os.path.dirname(os.path.dirname(os.path.realpath(path)))
            yield Tool("node", version, str(version), prefix, os.path.realpath(path))


def _on_path(env: Mapping[str, str], pattern: str, besides: str) -> Iterator[str]:
    """Programs on PATH, but not the stand-ins that version managers put there."""
    for folder in dict.fromkeys(env.get("PATH", "").split(os.pathsep)):
        if not os.path.isabs(folder) or "shims" in folder.split("/"):
            continue
        if besides and folder.startswith(besides.rstrip("/") + "/"):
            continue
        for name, path in _inside(folder, ""):
            if re.fullmatch(pattern, name) and os.access(path, os.X_OK):
                yield path
