"""A Python of the job's own, made of one that is on the machine.

A job may `pip install` what it likes, and the next run must start from the same point, so the
Python found is never given to it. A virtual environment would not do: programs look whether
they are in one (`uv pip install --system` passes it over and installs into the machine's,
`pip install --user` refuses). So the job gets a prefix of its own: a copy of the interpreter,
links to the standard library, and a site-packages folder with nothing but pip in it, as on
GitHub's runners. Python finds its prefix from where its executable is, so it takes this for
an installation like any other. Where that doesn't work (PyPy, macOS frameworks), it is a
virtual environment after all.

What a layer is made of is put together once for each Python and kept (a second or two); a
job's layer shares those files by hard links, which takes 25 ms where copying them takes 80 to
200. That is safe since nothing writes into an installed file: pip and Python's own cache put
new files in the place of old ones. The files are read-only all the same.
"""

from __future__ import annotations

import os

from headway.clients.program import ask
from headway.errors import HeadwayError
from headway.runner.copying import copy_all, copy_file
from headway.runner.removal import remove_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.runner.action.builtin.tools import Tool

FORMAT = "1"
_LONGEST_LINE = 127  # bytes of a `#!` line that every kernel takes


def make_layer(tool: Tool, store: str, folder: str) -> str:
    """Makes the job's own Python in `folder`, unless it is there; the interpreter's path.

    `store` is the folder for what is kept. Raises HeadwayError or OSError.
    """
    program = os.path.join(folder, "bin", "python")
    if not os.path.exists(program):
        template = _template(tool, store)
        remove_tree(folder)
        os.makedirs(folder)
        if os.path.exists(os.path.join(template, "pyvenv.cfg")):
            _make_venv(tool, folder)
        _share(template, folder)
        _write_scripts(folder, tool)
    return program


def _share(template: str, folder: str) -> None:
    """Links all files of the template into the new folder, or copies what can't be linked."""
    for path, folders, files in os.walk(template):
        target = folder + path[len(template) :]
        os.makedirs(target, exist_ok=True)
        for name in (*files, *(d for d in folders if os.path.islink(os.path.join(path, d)))):
            if not os.path.lexists(os.path.join(target, name)):
                _share_file(os.path.join(path, name), os.path.join(target, name))


def _share_file(source: str, target: str) -> None:
    if os.path.islink(source):
        os.symlink(os.readlink(source), target)
        return
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        copy_file(source, target)


def has_pip(folder: str) -> bool:
    return os.path.exists(os.path.join(folder, "bin", "pip"))


def _name(tool: Tool) -> str:
    kind = "pypy" if tool.flavour == "pypy" else "python"
    return f"{kind}{tool.version.major}.{tool.version.minor}{'t' if tool.threads else ''}"


def _library(prefix: str, tool: Tool) -> str:
    return os.path.join(prefix, "lib", _name(tool))


def _template(tool: Tool, store: str) -> str:
    import hashlib

    program = os.path.realpath(tool.program)
    about = os.stat(program)
    mark = "\0".join((FORMAT, tool.prefix, program, str(about.st_mtime_ns), str(about.st_size)))
    folder = os.path.join(store, "python", hashlib.sha256(os.fsencode(mark)).hexdigest()[:20])
    if os.path.isdir(folder):
        return folder
    incoming = f"{folder}.{os.getpid()}-{id(tool)}"
    try:
        os.makedirs(incoming)
        if tool.flavour == "pypy" or not _make_prefix(tool, incoming):
            remove_tree(incoming)
            _make_venv(tool, incoming)
            for name in os.listdir(os.path.join(incoming, "bin")):
                os.unlink(os.path.join(incoming, "bin", name))  # made anew for each job
        _add_pip(tool, incoming)
        _protect(incoming)
        try:
            os.rename(incoming, folder)
        except OSError:
            if not os.path.isdir(folder):  # else another job made it meanwhile
                raise
    finally:
        remove_tree(incoming)
    return folder


def _protect(folder: str) -> None:
    for path, _, files in os.walk(folder):
        for name in files:
            file = os.path.join(path, name)
            if not os.path.islink(file):
                os.chmod(file, os.stat(file).st_mode & 0o555)


# --- a prefix of its own -----------------------------------------------------------------


def _make_prefix(tool: Tool, folder: str) -> bool:
    """Makes it; False when Python doesn't take it for its prefix."""
    name = _name(tool)
    library = _library(folder, tool)
    os.makedirs(library)
    os.mkdir(os.path.join(folder, "bin"))
    copy_file(os.path.realpath(tool.program), os.path.join(folder, "bin", name))
    for link in _aliases(tool):
        os.symlink(name, os.path.join(folder, "bin", link))
    standard = _library(tool.prefix, tool)
    for entry in os.listdir(standard) if os.path.isdir(standard) else ():
        if entry not in ("site-packages", "dist-packages", "EXTERNALLY-MANAGED"):
            os.symlink(os.path.join(standard, entry), os.path.join(library, entry))
    os.mkdir(os.path.join(library, "site-packages"))
    _link_rest(tool, folder)
    program = os.path.join(folder, "bin", name)
    question = "import sys, encodings, site; print(sys.prefix); print(sys.base_prefix)"
    if tool.version.major < 3:
        question = "import sys; print(sys.prefix); print(sys.exec_prefix)"
    return ask([program, "-c", question]).lines == [folder, folder]


def _aliases(tool: Tool) -> list[str]:
    major = tool.version.major
    plain = [f"python{major}.{tool.version.minor}"] if tool.threads else []
    return [*plain, f"python{major}", "python"]


def _link_rest(tool: Tool, folder: str) -> None:
    """What compilers and loaders look for beside the standard library."""
    include = os.path.join(tool.prefix, "include")
    if os.path.isdir(include):
        os.symlink(include, os.path.join(folder, "include"))
    system = tool.prefix in ("/usr", "/usr/local")
    lib = os.path.join(tool.prefix, "lib")
    for entry in os.listdir(lib):
        wanted = entry.startswith("libpython") or (not system and not entry.startswith("python"))
        if wanted or entry == "pkgconfig":
            os.symlink(os.path.join(lib, entry), os.path.join(folder, "lib", entry))
    config = os.path.join(tool.prefix, "bin", f"{_name(tool)}-config")
    if os.path.isfile(config):
        os.symlink(config, os.path.join(folder, "bin", f"{_name(tool)}-config"))
        os.symlink(f"{_name(tool)}-config", os.path.join(folder, "bin", "python3-config"))
    if os.path.isdir(os.path.join(lib, "python3", "dist-packages")):
        # Debian's Python installs into PREFIX/local and looks for dist-packages.
        os.symlink(".", os.path.join(folder, "local"))
        os.symlink("site-packages", os.path.join(_library(folder, tool), "dist-packages"))


def _make_venv(tool: Tool, folder: str) -> None:
    argv = [tool.program, "-I", "-m", "venv", "--without-pip", folder]
    done = ask(argv)
    if done.code != 0:
        said = (done.output + done.complaint).strip().split("\n")[-1]
        raise HeadwayError(
            f"{tool.program} can't make an environment for the job: {said}",
            hint="install its venv module (Debian: apt install python3-venv)",
        )


# --- pip ---------------------------------------------------------------------------------


def _site_packages(folder: str, tool: Tool) -> str:
    if tool.flavour == "pypy" and not os.path.isdir(_library(folder, tool)):
        return os.path.join(folder, "site-packages")
    return os.path.join(_library(folder, tool), "site-packages")


def _add_pip(tool: Tool, folder: str) -> None:
    """Puts pip (and setuptools, which came along before 3.12) into site-packages."""
    import zipfile

    target = _site_packages(folder, tool)
    os.makedirs(target, exist_ok=True)
    names = ["pip"] if tool.version.core >= (3, 12, 0) else ["pip", "setuptools"]
    for name in names:
        if _copy_installed(tool, name, target):
            continue
        wheel = _wheel(tool, name)
        if wheel:
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(target)
    if os.path.isdir(os.path.join(target, "pip")):
        program = os.path.join(folder, "bin", _name(tool))
        program = program if os.path.exists(program) else tool.program
        # Else every job would compile it again, the first time that it runs pip.
        ask([program, "-m", "compileall", "-q", os.path.join(target, "pip")])


def _copy_installed(tool: Tool, name: str, target: str) -> bool:
    """Takes over what the Python found has of it, compiled files included, if it can be."""
    source = os.path.join(_library(tool.prefix, tool), "site-packages")
    entries = os.listdir(source) if os.path.isdir(source) else []
    about = [e for e in entries if e.startswith(f"{name}-") and e.endswith(".dist-info")]
    if len(about) != 1 or name not in entries:
        return False
    also = {"setuptools": ("pkg_resources", "_distutils_hack", "distutils-precedence.pth")}
    for entry in (name, *about, *also.get(name, ())):
        path = os.path.join(source, entry)
        if os.path.isdir(path):
            os.mkdir(os.path.join(target, entry))
            copy_all(path, os.path.join(target, entry))
        elif os.path.exists(path):
            copy_file(path, os.path.join(target, entry))
    return True


def _wheel(tool: Tool, name: str) -> str:
    """The wheel that `ensurepip` would install, or the system's own copy of it."""
    folders = [os.path.join(_library(tool.prefix, tool), "ensurepip", "_bundled")]
    if tool.version.core >= (3, 9, 0):
        folders.append("/usr/share/python-wheels")
        import ensurepip  # Headway's own Python has one that works for others too

        folders.append(os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"))
    for folder in folders:
        for file in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
            if file.startswith(name + "-") and file.endswith(".whl"):
                return os.path.join(folder, file)
    return ""


def _write_scripts(folder: str, tool: Tool) -> None:
    packages = _site_packages(folder, tool)
    entry = _entry_point(packages)
    if not entry:
        return
    module, _, function = entry.partition(":")
    program = os.path.join(folder, "bin", _name(tool))
    body = f"import sys\nfrom {module} import {function}\nsys.exit({function}())\n"
    text = _first_line(program) + body
    major, minor = tool.version.major, tool.version.minor
    for name in ("pip", f"pip{major}", f"pip{major}.{minor}"):
        path = os.path.join(folder, "bin", name)
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
        os.chmod(path, 0o755)


def _entry_point(packages: str) -> str:
    for name in os.listdir(packages) if os.path.isdir(packages) else ():
        if name.startswith("pip-") and name.endswith(".dist-info"):
            with open(os.path.join(packages, name, "entry_points.txt"), encoding="utf-8") as file:
                for line in file:
                    key, _, value = line.partition("=")
                    if key.strip() == "pip":
                        return value.strip()
    return ""


def _first_line(program: str) -> str:
    if len(os.fsencode(program)) + 3 <= _LONGEST_LINE and " " not in program:
        return f"#!{program}\n"
    # The shell runs this line; for Python it is a string.
    return f"#!/bin/sh\n'''exec' \"{program}\" \"$0\" \"$@\"\n' '''\n"
