from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rollouts import Site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    made = Site(tmp_path)
    monkeypatch.setenv("HEADWAY_HOME", str(made.home))
    yield made
    made.journal.close()
