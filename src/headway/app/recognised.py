"""The suites of a repository whose headway.yaml names none: what its test tools say of them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from headway.app import programs, report_folder
from headway.app.evidence import Tree
from headway.app.scan import look
from headway.clients.program import ask
from headway.config.starter import project as starter
from headway.quality.scan import Scan
from headway.quality.scanners import python as manifests
from headway.quality.scanners.project import Project, table
from headway.quality.suite import Suite
from headway.units import Duration

REPORTS = "${HEADWAY_REPORTS}"
# Folders of tests that are suites of their own; all else that pytest finds is `unit`.
_KINDS = {
    "unit": "unit",
    "integration": "integration",
    "e2e": "e2e",
    "end_to_end": "e2e",
    "functional": "functional",
    "performance": "performance",
    "security": "security",
}
_LOAD = re.compile(r"(?:^|/)(?:k6|load|load[-_]?tests?|perf|performance|stress)(?:/|$)")
_K6 = re.compile(r"""\bfrom\s+['"]k6(?:/|['"])""")


class Found(Struct, frozen=True, kw_only=True):
    """A suite that was recognised. `missing`: what must be installed first."""

    name: str
    component: str
    suite: Suite
    why: str
    missing: str = ""


def find(tree: Tree) -> list[Found]:
    """Runs nothing of the repository's; asks its Python which plugins are installed."""
    project = look(tree, Scan())
    components = list(starter.find(tree.root).components)
    if not any(one.language == "Python" for one in components) and project.named("test_*.py"):
        name = os.path.basename(tree.root)
        components.append(
            starter.Component(name=name, path="", language="Python", tests=("pytest",))
        )
    found: list[Found] = []
    names: set[str] = set()
    for one in components:
        name = report_folder.stem(one.name.rpartition("/")[2]) or "project"
        if name in names and one.path:
            name = report_folder.stem(one.path)
        for tool in one.tests:
            if tool in _TOOLS:
                names.add(name)
                found += _TOOLS[tool](tree, project, one, name)
    found += _load_tests(tree, project)
    return found


# --- Python ------------------------------------------------------------------------------


class _Pytest(Struct, frozen=True):
    argv: tuple[str, ...]
    modules: frozenset[str]  # those asked for that it can import


def _pytest(tree: Tree, project: Project, one: starter.Component, name: str) -> Iterator[Found]:
    own = _packages(project, one.path)
    runner = _runner(tree.root, one.path, own)
    if runner is None:
        yield Found(
            name="unit",
            component=name,
            suite=Suite(command=("pytest",), directory=one.path),
            why="pytest",
            missing="pytest: pip install pytest",
        )
        return
    options = _options(project, one.path)
    for kind, paths in _kinds(project, one.path).items():
        argv = [*runner.argv, f"--junitxml={REPORTS}/junit.xml"]
        said = ["pytest"]
        if "xdist" in runner.modules and not re.search(r"(?:^|\s)(?:-n|--numproc)", options):
            argv += ["-n", "auto"]
            said.append("xdist")
        if "pytest_cov" in runner.modules:
            argv += _coverage(project, one.path, options)
            said.append("coverage")
        yield Found(
            name=kind,
            component=name,
            why=" with ".join((said[0], " and ".join(said[1:]))) if said[1:] else said[0],
            suite=Suite(
                command=(*argv, *paths),
                directory=one.path,
                env={
                    "COVERAGE_FILE": f"{REPORTS}/.coverage",
                    **_sources(tree.root, one.path, runner, own),
                },
                reports=(f"{REPORTS}/junit.xml",),
            ),
        )


def _runner(root: str, folder: str, own: Sequence[str]) -> _Pytest | None:
    python = programs.python(root, folder)
    if python:
        modules = _modules(python, own)
        if "pytest" in modules:
            return _Pytest((python, "-m", "pytest"), modules)
    program = programs.find("pytest", root, folder)
    if not program:
        return None
    beside = os.path.join(os.path.dirname(program), "python")
    known = _modules(beside, own) if os.path.exists(beside) else frozenset(own)
    return _Pytest((program,), known)


def _packages(project: Project, at: str) -> list[str]:
    """Those in `src`, which only an installation makes known."""
    inside = project.below(f"{at}/src".lstrip("/"), project.python)
    return sorted({file.split("/")[0] for file in inside if "/" in file})


def _sources(root: str, at: str, runner: _Pytest, own: Sequence[str]) -> dict[str, str]:
    """`src` on the path where the project isn't installed."""
    if runner.modules.issuperset(own):
        return {}
    return {"PYTHONPATH": os.path.join(root, at, "src")}


def _modules(python: str, own: Sequence[str]) -> frozenset[str]:
    """Which of the plugins that matter, and of the project's packages, a Python can import."""
    names = ("pytest", "xdist", "pytest_cov", *own)
    return frozenset(ask([python, "-I", "-c", _ASK, *names], 30).output.split())


_ASK = """\
import sys
from importlib.util import find_spec
print(*(name for name in sys.argv[1:] if find_spec(name)))
"""


def _options(project: Project, at: str) -> str:
    """pytest's `addopts`, as far as they can be found."""
    prefix = f"{at}/" if at else ""
    data = project.toml(prefix + "pyproject.toml")
    options: Any = table(data, "tool", "pytest", "ini_options").get("addopts", "")
    found = " ".join(map(str, options)) if isinstance(options, list) else str(options)
    for name in ("pytest.ini", "tox.ini", "setup.cfg"):
        text = project.text(prefix + name)
        found += " ".join(re.findall(r"^addopts\s*=(.*(?:\n[ \t]+.*)*)", text, re.M))
    return found


def _coverage(project: Project, at: str, options: str) -> list[str]:
    prefix = f"{at}/" if at else ""
    report = [f"--cov-report=xml:{REPORTS}/coverage.xml"]
    if "--cov" in options.replace("--cov-", ""):
        return report
    own = table(project.toml(prefix + "pyproject.toml"), "tool", "coverage", "run")
    configured = {"source", "source_pkgs"} & own.keys() or "[run]" in project.text(
        prefix + ".coveragerc"
    )
    if configured:
        return ["--cov", *report]
    return [*(f"--cov={one}" for one in manifests.sources(project, at)), *report]


def _kinds(project: Project, at: str) -> dict[str, list[str]]:
    """Suite → paths to give pytest. Without `tests/unit` and the like everything is unit."""
    files = [f for f in project.below(at, project.python) if _is_test(f)]
    folders: dict[str, set[str]] = {}
    for file in files:
        parts = file.split("/")
        if len(parts) > 2 and parts[0] in ("tests", "test") and parts[1] in _KINDS:
            folders.setdefault(_KINDS[parts[1]], set()).add("/".join(parts[:2]))
    if "unit" not in folders:
        others = sorted(folder for paths in folders.values() for folder in paths)
        rest = [f"--ignore={folder}" for folder in others]
        left = [f for f in files if not any(f.startswith(folder + "/") for folder in others)]
        return {**({"unit": rest} if left or not folders else {}),
                **{kind: sorted(paths) for kind, paths in folders.items()}}  # fmt: skip
    return {kind: sorted(paths) for kind, paths in folders.items()}


def _is_test(file: str) -> bool:
    name = file.rpartition("/")[2]
    return name.startswith("test_") or name.endswith("_test.py")


# --- Node --------------------------------------------------------------------------------


def _jest(tree: Tree, project: Project, one: starter.Component, name: str) -> Iterator[Found]:
    report = f"{REPORTS}/jest.json"
    argv: tuple[str, ...] = ("--ci", "--json", f"--outputFile={report}", "--coverage")
    argv += ("--coverageReporters=cobertura", f"--coverageDirectory={REPORTS}/coverage")
    yield _node(tree, one, name, "unit", "jest", argv, report)


def _vitest(tree: Tree, project: Project, one: starter.Component, name: str) -> Iterator[Found]:
    argv = [
        "run",
        "--reporter=default",
        "--reporter=junit",
        f"--outputFile.junit={REPORTS}/junit.xml",
    ]
    modules = os.path.join(tree.root, one.path, "node_modules", "@vitest")
    if any(os.path.isdir(os.path.join(modules, f"coverage-{kind}")) for kind in ("v8", "istanbul")):
        argv += ["--coverage.enabled", "--coverage.reporter=cobertura"]
        argv += [f"--coverage.reportsDirectory={REPORTS}/coverage"]
    yield _node(tree, one, name, "unit", "vitest", tuple(argv), f"{REPORTS}/junit.xml")


def _playwright(tree: Tree, project: Project, one: starter.Component, name: str) -> Iterator[Found]:
    report = f"{REPORTS}/junit.xml"
    argv = ("test", "--reporter=list,junit")
    env = {"PLAYWRIGHT_JUNIT_OUTPUT_NAME": report}
    yield _node(tree, one, name, "e2e", "playwright", argv, report, env)


def _node(
    tree: Tree,
    one: starter.Component,
    name: str,
    kind: str,
    tool: str,
    argv: tuple[str, ...],
    report: str,
    env: dict[str, str] | None = None,
) -> Found:
    program = programs.find(tool, tree.root, one.path)
    where = f" in {one.path}" if one.path else ""
    return Found(
        name=kind,
        component=name,
        suite=Suite(
            command=(program or tool, *argv),
            directory=one.path,
            env=env or {},
            reports=(report,),
        ),
        why=tool,
        missing="" if program else f"{tool}: npm ci{where}",
    )


_Recogniser = Callable[[Tree, Project, starter.Component, str], Iterator[Found]]
_TOOLS: dict[str, _Recogniser] = {
    "pytest": _pytest,
    "jest": _jest,
    "vitest": _vitest,
    "playwright": _playwright,
}


# --- load --------------------------------------------------------------------------------


def _load_tests(tree: Tree, project: Project) -> Iterator[Found]:
    argv: tuple[str, ...]
    for path in project.named("locustfile*.py"):
        argv = ("-f", path, "--headless", "--only-summary", "--users", "10", "--run-time", "30s")
        yield _load(tree, "locust", path, (*argv, "--csv", f"{REPORTS}/locust"), "locust_stats.csv")
    for path in project.ending(".js", ".ts"):
        if _LOAD.search(path) and _K6.search(project.text(path)):
            argv = ("run", f"--summary-export={REPORTS}/k6-summary.json", path)
            yield _load(tree, "k6", path, argv, "k6-summary.json")


def _load(tree: Tree, tool: str, path: str, argv: tuple[str, ...], report: str) -> Found:
    program = programs.find(tool, tree.root)
    return Found(
        name="performance",
        component=report_folder.stem(path.rpartition(".")[0]),
        suite=Suite(
            command=(program or tool, *argv),
            reports=(f"{REPORTS}/{report}",),
            time_limit=Duration(1800.0),
            serial=True,  # what runs beside it would change what it measures
        ),
        why=f"{tool}, {path}",
        missing="" if program else f"{tool}: pip install {tool}",
    )
