"""`headway init`: what it finds in a repository, and the file that it writes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headway import config
from headway.config.loading import read
from headway.config.starter import project, text

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
Headway = Callable[..., Any]


def put(root: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


PYTHON = {
    "pyproject.toml": """
[project]
name = "Ledger"
dependencies = ["httpx"]
[dependency-groups]
dev = ["pytest>=8", "pytest-cov", "mypy"]
[tool.ruff]
line-length = 100
[tool.coverage.report]
fail_under = 92.5
""",
}
NODE = {
    "package.json": json.dumps(
        {
            "name": "@acme/web",
            "scripts": {"start": "node server.js", "test": "jest"},
            "devDependencies": {"jest": "29", "eslint": "9", "typescript": "5"},
            "jest": {"coverageThreshold": {"global": {"lines": 70}}},
        }
    ),
    ".github/workflows/ci.yml": "on: push\n",
}
MONOREPO = {
    "package.json": '{"name": "acme", "workspaces": ["frontend"]}',
    "frontend/package.json": '{"name": "web", "devDependencies": {"vitest": "2"}}',
    "frontend/Dockerfile": "FROM node\nEXPOSE 3000\n",
    "frontend/node_modules/left-pad/package.json": '{"name": "left-pad"}',
    "backend/pyproject.toml": '[project]\nname = "api"\n[tool.pytest.ini_options]\n',
    "backend/Dockerfile": "FROM python\nEXPOSE 8000/tcp\n",
    "backend/tests/data/pyproject.toml": '[project]\nname = "fixture"\n',
}
DOCKER = {
    "Dockerfile": 'FROM x\nexpose 9000 9001\nHEALTHCHECK CMD curl -f \\\n  "http://localhost:9000/up"\n'
}
BROKEN = {"package.json": "{", "pyproject.toml": "[", "Dockerfile": "\x00"}


REQUIREMENTS = {"requirements-dev.txt": "", "requirements.txt": "pytest\nflake8==7\n"}
TOX = {"setup.py": "", "tox.ini": "[pytest]\naddopts = --cov-fail-under=81\n"}
POETRY = {
    "pyproject.toml": '[tool.poetry]\nname="p"\n[tool.poetry.group.dev.dependencies]\npytest="^8"\n'
}


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, []),
        (PYTHON, ["Ledger: Python, pytest, ruff mypy, 92.5"]),
        (NODE, ["@acme/web: TypeScript, jest, eslint tsc, 70.0"]),
        (
            MONOREPO,
            [
                "acme: JavaScript, , , None",
                "api in backend: Python, pytest, , None",
                "web in frontend: JavaScript, vitest, , None",
            ],
        ),
        (REQUIREMENTS, ["x: Python, pytest, flake8, None"]),
        (TOX, ["x: Python, pytest, , 81.0"]),
        (POETRY, ["p: Python, pytest, , None"]),
        (BROKEN, ["x: Python, , , None", "x: JavaScript, , , None"]),
    ],
)
def test_what_is_found(tmp_path: Path, files: dict[str, str], found: list[str]) -> None:
    root = tmp_path / "x"
    root.mkdir()
    put(root, files)
    assert [described(component) for component in project.find(str(root)).components] == found


def described(component: project.Component) -> str:
    where = f" in {component.path}" if component.path else ""
    tools = f"{' '.join(component.tests)}, {' '.join(component.checks)}"
    return f"{component.name}{where}: {component.language}, {tools}, {component.coverage_min}"


@pytest.mark.parametrize("files", [{}, PYTHON, NODE, MONOREPO, DOCKER, BROKEN])
def test_what_is_written_is_valid(tmp_path: Path, files: dict[str, str]) -> None:
    put(tmp_path, files)
    written = text.text(project.find(str(tmp_path)))
    assert read(written)[1] == []
    assert written.count("\n") < 40
    assert max(map(len, written.splitlines())) <= 100


@pytest.mark.parametrize("name", ["", "...", "&a", "@x/y z", "true", "1.10", "n" * 100, "ü"])
def test_any_name_makes_a_valid_file(tmp_path: Path, name: str) -> None:
    put(tmp_path, {"package.json": json.dumps({"name": name, "scripts": {"start": "x"}})})
    assert read(text.text(project.find(str(tmp_path))))[1] == []


def test_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, headway: Headway) -> None:
    root = tmp_path / "shop"
    shutil.copytree(EXAMPLES / "shop", root, ignore=shutil.ignore_patterns(".venv", "headway.y*"))
    monkeypatch.chdir(root / "src")
    assert headway("init").code == 0
    loaded = config.load(root)
    assert loaded.service == "shop"
    assert loaded.gates.coverage.min == text.COVERAGE
    production = loaded.environments["production"]
    assert (production.platform, production.port, production.health.http) == (
        "container",
        8080,
        "/health",
    )
    assert production.requires == ("staging",)
    assert headway("lint").code == 0


def test_limits_that_the_project_has_are_kept(tmp_path: Path) -> None:
    put(tmp_path, PYTHON)
    found, _ = read(text.text(project.find(str(tmp_path))))
    assert found.gates.coverage.min == 92.5
    assert not found.environments


def test_where_several_things_could_be_deployed_none_is_chosen(tmp_path: Path) -> None:
    put(tmp_path, MONOREPO)
    found, _ = read(text.text(project.find(str(tmp_path))))
    assert not found.environments
    assert found.gates.tests.failed == 0


def test_a_node_service(tmp_path: Path) -> None:
    put(tmp_path, NODE)
    found, _ = read(text.text(project.find(str(tmp_path))))
    assert found.service == "web"
    assert found.environments["staging"].command == "npm start"


def test_nothing_is_overwritten(repository: Path, headway: Headway) -> None:
    (repository / "headway.yml").write_text("service: mine\n")
    answer = headway("init")
    assert answer.code == 2
    assert "headway.yml is there already" in answer.err
    assert "--force" in answer.err
    assert headway("init", "--force").code == 0
    assert (repository / "headway.yml").read_text() != "service: mine\n"
    assert not (repository / "headway.yaml").exists()


def test_stdout_writes_nothing(repository: Path, headway: Headway) -> None:
    put(repository, NODE)
    answer = headway("init", "--stdout")
    assert answer.code == 0
    assert "found TypeScript: @acme/web (jest with coverage, eslint, tsc)" in answer.err
    assert read(answer.out)[0].service == "web"
    assert not (repository / "headway.yaml").exists()


def test_json(repository: Path, headway: Headway) -> None:
    put(repository, DOCKER)
    answer = json.loads(headway("init", "--json").out)
    assert answer["file"] == "headway.yaml"
    assert answer["text"] == (repository / "headway.yaml").read_text()
    assert answer["found"]["dockerfiles"] == [{"path": "Dockerfile", "port": 9000, "health": "/up"}]


def test_an_empty_repository(repository: Path, headway: Headway) -> None:
    answer = headway("init")
    assert "found no manifests, Dockerfiles or workflows" in answer.out
    assert config.load(repository).service == "engine"
    assert sorted(path.name for path in repository.iterdir()) == [".git", "headway.yaml"]
