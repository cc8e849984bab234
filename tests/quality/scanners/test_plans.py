"""Which tools are for which repository: decided by names and texts of files alone."""

from __future__ import annotations

import pytest

from headway.quality.scan import Tool
from headway.quality.scanners import SCANNERS, load
from headway.quality.scanners.base import Ended, Plan, trouble
from headway.quality.scanners.project import Project, matches

RUN = Tool(run=True)


def project(files: dict[str, str], **about: object) -> Project:
    return Project(files, lambda path: files.get(path, ""), **about)  # type: ignore[arg-type]


def plan(name: str, files: dict[str, str], own: Tool | None = None, **about: object) -> Plan:
    return load(name).plan(project(files, **about), own or Tool())


PY = {"shop.py": ""}
CASES = {
    "ruff by its section": ("ruff", {**PY, "pyproject.toml": "[tool.ruff]"}, True, True),
    "ruff by its file": ("ruff", {**PY, ".ruff.toml": ""}, True, True),
    "ruff where no linter is": ("ruff", PY, True, False),
    "no ruff beside flake8": ("ruff", {**PY, ".flake8": ""}, False, False),
    "ruff without Python": ("ruff", {"ruff.toml": ""}, False, False),
    "flake8 by tox.ini": ("flake8", {**PY, "tox.ini": "[flake8]\nmax=1"}, True, True),
    "flake8 unasked": ("flake8", PY, False, False),
    "pylint by setup.cfg": ("pylint", {**PY, "setup.cfg": "[pylint.main]\n"}, True, True),
    "black as a requirement": (
        "black", {**PY, "requirements-dev.txt": "Black==24.1 # style\n"}, True, True,
    ),
    "black in a group": (
        "black", {**PY, "pyproject.toml": '[dependency-groups]\ndev=["black>=24"]'}, True, True,
    ),
    "black as a hook": (
        "black", {**PY, ".pre-commit-config.yaml": "repos:\n- hooks:\n  - id: black\n"}, True, True,
    ),
    "isort": ("isort", {**PY, "pyproject.toml": "[tool.isort]"}, True, True),
    "mypy below": ("mypy", {"api/a.py": "", "api/mypy.ini": ""}, False, False),
    "mypy in a project below": (
        "mypy", {"api/a.py": "", "api/pyproject.toml": "[tool.mypy]"}, True, True,
    ),
    "radon": ("radon", PY, True, False),
    "complexipy": ("complexipy", PY, True, False),
    "bandit": ("bandit", PY, True, False),
    "bandit asked for": ("bandit", {**PY, "pyproject.toml": "[tool.bandit]"}, True, True),
    "eslint": ("eslint", {"web/eslint.config.mjs": ""}, True, True),
    "eslint in package.json": ("eslint", {"package.json": '{"eslintConfig": {}}'}, True, True),
    "no eslint": ("eslint", {"package.json": "{}"}, False, False),
    "prettier": ("prettier", {".prettierrc.json": ""}, True, True),
    "tsc": ("tsc", {"web/tsconfig.json": ""}, True, True),
    "jscpd": ("jscpd", {"a.go": ""}, True, False),
    "jscpd asked for": ("jscpd", {"a.go": "", ".jscpd.json": ""}, True, True),
    "jscpd without code": ("jscpd", {"a.md": ""}, False, False),
    "semgrep without rules": ("semgrep", PY, False, False),
    "semgrep with rules": ("semgrep", {".semgrep/a.yml": ""}, True, True),
    "gitleaks": ("gitleaks", {"a": ""}, True, False),
    "gitleaks beside a baseline": ("gitleaks", {".secrets.baseline": "{}"}, False, False),
    "detect-secrets": ("detect-secrets", {".secrets.baseline": "{}"}, True, True),
    "no detect-secrets": ("detect-secrets", {"a": ""}, False, False),
    "pip-audit": ("pip-audit", {"requirements.txt": "flask==3.0\n"}, True, False),
    "pip-audit without packages": (
        "pip-audit", {"pyproject.toml": "[project]\ndependencies=[]"}, False, False,
    ),
    "npm-audit": ("npm-audit", {"web/package-lock.json": ""}, True, True),
    "trivy by a lock file": ("trivy", {"go.mod": ""}, True, False),
    "trivy by a Dockerfile": ("trivy", {"Dockerfile": ""}, True, False),
    "trivy with nothing": ("trivy", PY, False, False),
    "hadolint": ("hadolint", {"api/Dockerfile": ""}, True, False),
    "zizmor": ("zizmor", {".github/workflows/ci.yml": ""}, True, False),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_for_a_repository(case: str) -> None:
    name, files, runs, wanted = CASES[case]
    made = plan(name, files)
    assert bool(made.commands) == runs, made.why
    assert made.wanted == wanted
    assert made.why


@pytest.mark.parametrize("name", SCANNERS)
def test_scanners_say_what_they_are(name: str) -> None:
    module = load(name)
    assert name == module.NAME
    assert module.INSTALL
    assert plan(name, {}).commands == ()


@pytest.mark.parametrize("name", ["flake8", "pylint", "black", "isort", "mypy", "detect-secrets"])
def test_run_makes_one_wanted_that_is_not_configured(name: str) -> None:
    assert plan(name, PY).commands == ()
    assert plan(name, PY, RUN).wanted


@pytest.mark.parametrize("name", SCANNERS)
def test_more_arguments_reach_the_tool(name: str) -> None:
    files = {
        **PY, "package.json": "{}", "package-lock.json": "", "tsconfig.json": "", "Dockerfile": "",
        ".eslintrc": "", ".prettierrc": "", "requirements.txt": "a==1", ".secrets.baseline": "{}",
        ".semgrep.yml": "", ".github/workflows/ci.yml": "",
    }  # fmt: skip
    made = plan(name, files, Tool(run=True, args=("--planted",)))
    assert made.commands
    assert all("--planted" in command.argv for command in made.commands)


class TestWhatIsLookedAt:
    FILES = {
        "src/a.py": "", ".venv/lib/b.py": "", "web/node_modules/c/d.py": "", "gen/e.py": "",
        "docs/f.py": "",
    }  # fmt: skip

    def test_installed_and_excluded_files_are_not(self) -> None:
        seen = project(self.FILES, exclude=("gen", "docs/**"))
        assert seen.files == ("src/a.py",)
        assert seen.out() == [".venv", "docs", "gen", "web/node_modules"]
        assert seen.out("web") == ["node_modules"]

    def test_nor_what_git_ignores(self) -> None:
        assert project({"a.py": ""}, ignored=["build", "api/dist"]).out() == ["api/dist", "build"]

    @pytest.mark.parametrize(
        ("file", "pattern", "does"),
        [
            ("docs/a.md", "docs/**", True),
            ("docs/a.md", "docs", True),
            ("docs/a.md", "./docs/", True),
            ("web/a.min.js", "*.min.js", True),
            ("tests/sample_a/x.py", "tests/sample*", True),
            ("src/docs.py", "docs", False),
            ("src/gen/a.py", "gen/a.py", False),
            ("a", "", False),
        ],
    )
    def test_patterns(self, file: str, pattern: str, does: bool) -> None:
        assert matches(file, pattern) == does

    def test_each_tool_is_told(self) -> None:
        files = {**self.FILES, "pyproject.toml": "[tool.mypy]\n[tool.black]\n[tool.isort]"}
        for name in ("ruff", "mypy", "black", "isort", "jscpd"):
            (command,) = plan(name, files).commands
            assert any("venv" in word for word in command.argv), name
        for name in ("radon", "complexipy", "bandit"):
            (command,) = plan(name, files).commands
            assert not any("venv" in word for word in command.argv), name


def test_a_tsconfig_that_only_refers_to_others() -> None:
    files = {
        "web/tsconfig.json": (
            '{"files": [], // none\n "references": [{"path": "./tsconfig.app.json"}]}'
        ),
        "web/tsconfig.app.json": "{}",
    }
    (command,) = plan("tsc", files).commands
    assert command.folder == "web"
    assert command.argv[-2:] == ("--project", "tsconfig.app.json")


class TestPackages:
    def test_pinned_requirements_need_no_pip(self) -> None:
        made = plan("pip-audit", {"requirements.txt": "a==1.0\nb[c]==2 ; python_version>'3'\n"})
        assert "--disable-pip" in made.commands[0].argv

    def test_others_are_resolved_from_wheels(self) -> None:
        (command,) = plan("pip-audit", {"requirements.txt": "a>=1.0\n"}).commands
        assert "--disable-pip" not in command.argv
        assert command.env["PIP_ONLY_BINARY"] == ":all:"

    def test_requirements_of_tools_are_not_what_is_deployed(self) -> None:
        files = {"requirements-dev.txt": "pytest==1\n", "requirements.txt": "a==1\n"}
        (command,) = plan("pip-audit", files).commands
        assert "requirements.txt" in command.argv

    def test_declared_dependencies_are_written_down_for_it(self) -> None:
        files = {"pyproject.toml": '[project]\ndependencies=["flask>=3"]'}
        (command,) = plan("pip-audit", files).commands
        assert list(command.files.values()) == ["flask>=3\n"]


@pytest.mark.parametrize(
    ("code", "log", "why"),
    [
        (0, "", ""),
        (1, "", ""),
        (2, "Traceback\nValueError: planted error\nsee the log\n", "exit code 2: ValueError: "),
        (70, "", "exit code 70, without a word"),
    ],
)
def test_exit_codes_say_whether_it_did_its_work(code: int, log: str, why: str) -> None:
    (command,) = plan("ruff", PY).commands
    found = trouble(Ended(command=command, code=code, log=log))
    assert found.startswith(why) if why else not found
