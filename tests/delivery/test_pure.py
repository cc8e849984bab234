"""The core of delivery is functions of values: no clock, file, process or network."""

import ast
from pathlib import Path

import pytest

DELIVERY = Path(__file__).parent.parent.parent / "src" / "headway" / "delivery"
NOUNS = (
    "amount approval assessment checks decision desired difference environment freeze health"
    " strategy"
).split()
FILES = [
    *(DELIVERY / f"{name}.py" for name in NOUNS),
    *sorted(DELIVERY.glob("rollout/*.py")),
    *sorted(DELIVERY.glob("strategies/*.py")),
]
ALLOWED = {"__future__", "collections", "datetime", "math", "msgspec", "re", "typing", "zoneinfo"}
PARTS = ("delivery", "errors", "units", "verdict", "workflow")  # of headway
CLOCKS = {"now", "utcnow", "today"}  # methods of datetime


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_is_pure(file):
    tree = ast.parse(file.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= ALLOWED
        elif isinstance(node, ast.ImportFrom):
            first, _, rest = str(node.module).partition(".")
            assert first in ALLOWED or (first == "headway" and rest.split(".")[0] in PARTS)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            is_date = isinstance(owner, ast.Name) and owner.id in ("datetime", "date")
            assert not (is_date and node.func.attr in CLOCKS)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("open", "print", "input", "exec", "eval")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_is_small(file):
    assert len(file.read_text().splitlines()) <= 280
