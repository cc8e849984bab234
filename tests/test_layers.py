"""Who may import whom, and what a run may not load: docs/architecture.md, held by a test."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

SOURCE = Path(__file__).parent.parent / "src"


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# From the ground up. A part may import the parts above it in this table, and itself; parts in
# one row don't know each other.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("values", "digest"),
    ("errors",),
    ("events", "home", "units", "unpack", "verdict"),
    ("journal", "clients", "kept"),
    ("workflow",),
    ("runner", "quality", "delivery", "supply", "alerting", "monitoring", "insight", "console"),
    ("config", "workflow_files"),
    ("app",),
    ("cli", "server", "testing"),
    ("__main__",),
)
LEVEL = {part: level for level, row in enumerate(LAYERS) for part in row}

# The workflow language is a function of values: it sees no file, process, network or clock.
PURE = "headway.workflow"


def is_pure(module: str) -> bool:
    return module == PURE or module.startswith(PURE + ".")


IMPURE = words(
    "asyncio ctypes fcntl ftplib getpass glob http io locale logging mmap multiprocessing os"
    " pathlib pty random secrets select shutil signal smtplib socket sqlite3 ssl subprocess sys"
    " tempfile threading time urllib uuid"
)
NOT_FOR_PURE = ("journal", "clients", "home", "kept")
IMPURE_CALLS = frozenset({"open", "print", "input", "exec", "eval"})
CLOCKS = frozenset({"now", "utcnow", "today"})  # methods of datetime and date

# What costs more than the run it would serve (docs/architecture.md has the figures).
HEAVY = words(
    "asyncio click concurrent.futures dataclasses email http inspect jinja2 logging"
    " msgspec multiprocessing pathlib platform random rich shutil ssl sqlalchemy"
    " tempfile typing unittest urllib.request uuid yaml"
)


class Import(NamedTuple):
    module: str  # the importing one
    target: str
    line: int
    deferred: bool  # inside a function
    typing: bool  # under `if TYPE_CHECKING`

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def module_name(file: Path) -> str:
    parts = file.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(file): ast.parse(file.read_text()) for file in SOURCE.rglob("*.py")}


def imports(
    module: str, node: ast.AST, deferred: bool = False, typing: bool = False
) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(module, alias.name, child.lineno, deferred, typing)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"{module}:{child.lineno}: a relative import"
            for alias in child.names:
                inner = f"{child.module}.{alias.name}"
                target = inner if inner in MODULES else str(child.module)
                yield Import(module, target, child.lineno, deferred, typing)
        elif isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            for part in child.body:
                yield from imports(module, ast.Module([part], []), deferred, True)
            for part in child.orelse:
                yield from imports(module, ast.Module([part], []), deferred, typing)
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports(module, child, deferred or inside, typing)


IMPORTS = [found for name, tree in MODULES.items() for found in imports(name, tree)]


def part(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_every_part_has_a_layer():
    unknown = sorted({part(name) for name in MODULES} - set(LEVEL) - {""})
    assert not unknown, f"give these a row in LAYERS and in docs/architecture.md: {unknown}"


def test_the_architecture_page_has_the_same_layers():
    page = (SOURCE.parent / "docs" / "architecture.md").read_text()
    rows = re.findall(r"^\| \d+ \| (.*?) \|", page, re.M)
    described = [re.findall(r"`(\w+)`", row) for row in rows]
    there = {part(name) for name in MODULES} - {"__main__"}  # `python -m headway`
    expected = [[name for name in row if name in there] for row in LAYERS]
    assert [sorted(row) for row in described] == [sorted(row) for row in expected if row]


def test_imports_point_down():
    inner = [i for i in IMPORTS if i.target.startswith("headway.") and part(i.module)]
    wrong = [
        str(i)
        for i in inner
        if part(i.module) != part(i.target) and LEVEL[part(i.target)] >= LEVEL[part(i.module)]
    ]
    assert not wrong, "\n".join(wrong)


def test_the_workflow_language_is_pure():
    wrong = [
        str(i)
        for i in IMPORTS
        if is_pure(i.module)
        and not i.typing
        and (i.target.split(".")[0] in IMPURE or part(i.target) in NOT_FOR_PURE)
    ]
    assert not wrong, "\n".join(wrong)


def impure(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr in CLOCKS
    return isinstance(function, ast.Name) and function.id in IMPURE_CALLS


def test_the_workflow_language_opens_and_prints_nothing():
    wrong = [
        f"{module}:{node.lineno} calls {ast.unparse(node.func)}"
        for module, tree in MODULES.items()
        if is_pure(module)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and impure(node.func)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_import_goes_round_in_a_circle():
    """Only what is imported while a module loads; what a function imports later is free."""
    edges: dict[str, set[str]] = {name: set() for name in MODULES}
    for i in IMPORTS:
        if i.target in MODULES and i.target != i.module and not (i.deferred or i.typing):
            edges[i.module].add(i.target)
    while leaves := {name for name, targets in edges.items() if not targets & edges.keys()}:
        for name in leaves:
            del edges[name]
    assert not edges, f"in a circle, or above one: {sorted(edges)}"


def loaded(*arguments: str, cwd: Path | None = None) -> set[str]:
    """The modules that Python imports for these arguments, those of its own start left out."""
    options = [sys.executable, "-X", "importtime"]
    bare = subprocess.run([*options, "-c", ""], capture_output=True, text=True, timeout=60)
    answer = subprocess.run(
        [*options, *arguments], capture_output=True, text=True, timeout=60, cwd=cwd
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    return names(answer.stderr) - names(bare.stderr)


def names(importtime: str) -> set[str]:
    lines = [line for line in importtime.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


@pytest.mark.parametrize("module", ["headway.cli.main", "headway.cli.run", "headway.cli.list"])
def test_loading_the_command_line_loads_nothing_heavy(module: str):
    assert not loaded("-c", f"import {module}") & HEAVY


def test_a_run_loads_nothing_heavy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    workflow = tmp_path / ".github" / "workflows" / "ci.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo hello\n"
    )
    for command in (
        ["init", "-q", "-b", "main"],
        ["add", "--all"],
        ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "One"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    monkeypatch.setenv("HEADWAY_HOME", str(tmp_path / ".home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
    first = loaded("-m", "headway.cli.main", "run", cwd=tmp_path)
    assert not first & (HEAVY - {"yaml"})  # read once, then kept parsed
    assert not loaded("-m", "headway.cli.main", "run", cwd=tmp_path) & HEAVY
