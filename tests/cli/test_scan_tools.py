"""`headway scan` with the real tools: on the sample with planted faults, on a clean repository,
on what can't be parsed, and without a network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import scan_tools

SAMPLE = Path(__file__).parents[1] / "quality" / "sample_security"
CONFIGURED = """
[project]
name = "shop"
dependencies = []
[tool.black]
[tool.isort]
profile = "black"
[tool.flake8]
[tool.pylint.main]
[tool.mypy]
strict = true
"""
CLEAN = '''"""Money."""


def cents(euros: int) -> int:
    """In cents."""
    return euros * 100
'''


@pytest.fixture(scope="module")
def tools():
    return scan_tools.folder()


@pytest.fixture
def repository(project, tools):
    project.env["PATH"] = f"{tools}:/usr/bin:/bin"
    # Nothing outside of this machine: addresses that nobody answers at.
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        project.env[name] = "http://127.0.0.1:9"
    project.env["npm_config_registry"] = "http://127.0.0.1:9/"
    return project


def scan(project, *arguments):
    done = project.headway("scan", "--json", "--no-gate", *arguments)
    data = json.loads(done.stdout)
    return {f"{one['name']} {one['part']}".rstrip(): one for one in data["tools"]}


def states(found):
    return {name: one["state"] for name, one in found.items()}


def test_a_sample_with_planted_faults(repository):
    shutil.copytree(SAMPLE, repository.root, dirs_exist_ok=True)
    repository.commit()
    (repository.root / ".venv" / "lib").mkdir(parents=True)
    shutil.copy(SAMPLE / "app" / "orders.py", repository.root / ".venv" / "lib" / "orders.py")
    repository.write(".gitignore", ".venv\n")
    found = scan(repository)
    assert states(found) == {
        "ruff": "found",
        "radon": "clean",
        "complexipy": "clean",
        "jscpd": "clean",
        "eslint": "inconclusive",  # configured, not installed
        "tsc": "inconclusive",
        "bandit": "found",
        "gitleaks": "found",
        "pip-audit requirements": "inconclusive",  # no network
        "trivy": "inconclusive",
        "trivy config": "found",
        "hadolint": "found",
        "zizmor": "found",
    }
    reports = repository.root / ".headway" / "reports" / "scan"
    for name in ("ruff.sarif", "bandit.json", "gitleaks.sarif", "radon.json"):
        assert ".venv" not in (reports / name).read_text(), name
    assert "vulnerability DB" in found["trivy"]["said"]
    assert found["trivy"]["hint"] == "run it where it can reach its vulnerability data"


def test_each_tool_on_its_own_words(repository):
    """What Headway counts is what the tools themselves say."""
    shutil.copytree(SAMPLE, repository.root, dirs_exist_ok=True)
    repository.commit()
    found = scan(repository, "--only", "bandit", "--only", "ruff")

    def counted(*command):
        done = subprocess.run(
            command, cwd=repository.root, env=repository.env, capture_output=True, check=False
        )
        return json.loads(done.stdout)

    bandit = counted("bandit", "-q", "-r", "app", "-f", "json")
    assert found["bandit"]["findings"] == len(bandit["results"])
    ruff = counted("ruff", "check", "--no-cache", "--output-format", "json")
    assert found["ruff"]["findings"] == len(ruff)


PYTHON = ("ruff", "flake8", "pylint", "black", "isort", "mypy", "radon", "complexipy", "bandit")


def test_a_clean_repository_is_clean_and_tools_that_say_nothing_count(repository):
    repository.write("shop.py", "").write_text(CLEAN)
    repository.write(".gitignore", "__pycache__\n.mypy_cache\n.ruff_cache\n")
    repository.write("pyproject.toml", CONFIGURED)
    repository.write(".flake8", "[flake8]\nmax-line-length = 100\n")
    repository.write("ruff.toml", "")
    repository.commit()
    done = repository.headway("scan", "--json")
    data = json.loads(done.stdout)
    found = {one["name"]: one["state"] for one in data["tools"]}
    assert found == dict.fromkeys((*PYTHON, "jscpd", "gitleaks"), "clean"), data
    judged = {report["tool"] for report in data["verdict"]["reports"]}
    assert {"flake8", "isort", "black", "mypy", "pylint"} <= judged
    assert done.returncode == 0


def test_faults_of_style_and_types(repository):
    repository.write("shop.py", "import sys\nimport os\ndef  f(a):\n   return a+'é' \nf(1).x\n")
    repository.write("pyproject.toml", CONFIGURED)
    repository.write(".flake8", "[flake8]\n")
    repository.commit()
    found = scan(repository, "quality", "--skip", "jscpd")
    for name in ("flake8", "pylint", "black", "isort", "mypy"):
        assert found[name]["state"] == "found", found[name]


def test_what_cannot_be_parsed_is_not_clean(repository):
    repository.write("shop.py", "def f(:\n")
    repository.write("pyproject.toml", CONFIGURED)
    repository.write(".flake8", "[flake8]\n")
    repository.commit()
    found = scan(repository, "quality", "--skip", "jscpd")
    # isort looks at imports alone, and there are none.
    assert {name for name, one in found.items() if one["state"] == "clean"} <= {"isort"}
    for name in ("black", "mypy", "radon", "complexipy"):
        assert found[name]["state"] == "inconclusive", found[name]


def test_a_mistake_in_a_tools_settings(repository):
    repository.write("shop.py", "").write_text(CLEAN)
    repository.write("ruff.toml", "planted = [\n")
    repository.commit()
    found = scan(repository, "--only", "ruff")["ruff"]
    assert found["state"] == "inconclusive"
    assert "ruff.toml" in found["said"] or "TOML" in found["said"]


def test_secrets_that_git_ignores_are_not_committed(repository):
    secret = (SAMPLE / "config" / "key.pem").read_text()
    repository.write(".gitignore", "local/\n")
    repository.write("local/key.pem", "").write_text(secret)
    repository.write("readme.txt", "nothing here\n")
    repository.commit()
    assert scan(repository, "--only", "gitleaks")["gitleaks"]["state"] == "clean"
    repository.write("key.pem", "").write_text(secret)
    assert scan(repository, "--only", "gitleaks")["gitleaks"]["findings"] == 1


def test_a_baseline_of_secrets_is_compared_with_and_left_as_it_was(repository):
    shutil.copytree(SAMPLE / "config", repository.root / "config")
    repository.commit()
    made = subprocess.run(
        ["detect-secrets", "scan"], cwd=repository.root, env=repository.env,
        capture_output=True, check=True,
    )  # fmt: skip
    data = json.loads(made.stdout)
    for results in data["results"].values():
        for result in results:
            result["is_secret"] = False
    baseline = repository.write(".secrets.baseline", json.dumps(data))
    repository.commit()
    before = baseline.read_bytes()
    assert scan(repository, "security")["detect-secrets"]["findings"] == 0
    repository.write("new.py", 'password = "hunter2planted"\n')
    repository.git("add", "-A")
    assert scan(repository, "security")["detect-secrets"]["findings"] == 1
    assert baseline.read_bytes() == before


@pytest.mark.skipif(not shutil.which("npm"), reason="there is no npm here")
def test_npm_audit_without_its_registry(repository):
    repository.env["PATH"] += os.pathsep + os.path.dirname(shutil.which("npm"))
    repository.write("web/package.json", '{"name": "web", "dependencies": {"left-pad": "1.3.0"}}')
    lock = {
        "name": "web", "lockfileVersion": 3, "requires": True,
        "packages": {
            "": {"name": "web", "dependencies": {"left-pad": "1.3.0"}},
            "node_modules/left-pad": {"version": "1.3.0"},
        },
    }  # fmt: skip
    repository.write("web/package-lock.json", json.dumps(lock))
    repository.write("headway.yaml", "scan: {tools: {npm-audit: {args: [--fetch-retries=0]}}}\n")
    repository.commit()
    done = repository.headway("scan", "security", "--skip", "trivy", "--skip", "gitleaks")
    assert done.returncode == 3
    assert b"inconclusive: npm-audit web" in done.stderr
    gates = done.stdout.decode()
    assert "vulnerabilities.high" in gates
    assert "incomplete" in gates


@pytest.mark.skipif(not shutil.which("node"), reason="there is no Node here")
class TestNode:
    """Programs of the repository's own node_modules."""

    @pytest.fixture
    def web(self, repository):
        place = scan_tools.node_folder()
        repository.env["PATH"] += os.pathsep + os.path.dirname(shutil.which("node"))
        shutil.copytree(SAMPLE / "web", repository.root / "web")
        repository.write(".gitignore", "node_modules\n")
        repository.write("web/.prettierrc", "{}\n")
        os.symlink(place, repository.root / "web" / "node_modules")
        repository.commit()
        return repository

    def test_eslint_prettier_and_tsc(self, web):
        found = scan(web, "quality", "--skip", "jscpd")
        assert {name: one["state"] for name, one in found.items()} == {
            "eslint web": "found", "prettier web": "found", "tsc web": "found",
        }  # fmt: skip
        assert "node_modules" not in (
            web.root / ".headway/reports/scan/eslint-web.json"
        ).read_text().replace("node_modules/.bin", "")

    def test_clean(self, web):
        shutil.rmtree(web.root / "web" / "src")
        web.write("web/src/cart.ts", "export const total = (a: number): number => a;\n")
        found = scan(web, "--only", "tsc", "--only", "prettier")
        assert {name: one["state"] for name, one in found.items() if name == "tsc web"} == {
            "tsc web": "clean"
        }
