from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from headway.testing.shop import Shop
from headway.testing.supervised import kill_all


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    pytest.importorskip("supervisor")
    for program in ("wrk",):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed (Debian: {program})")
    # Instances may run as users who can't enter the test's own folder.
    instances = Path(tempfile.mkdtemp(prefix="headway-instances-"))
    instances.chmod(0o711)
    monkeypatch.setenv("HEADWAY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEADWAY_INSTANCES", str(instances))
    monkeypatch.setenv("HEADWAY_ACTOR", "ada")
    made = Shop(tmp_path)
    yield made
    for load in made.loads:
        load.kill()
    kill_all(tmp_path / "home")
    shutil.rmtree(instances, ignore_errors=True)
