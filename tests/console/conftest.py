from __future__ import annotations

import os
import pathlib
from collections.abc import Iterator

import pytest
from scripted import Capture, Script


@pytest.fixture
def capture(tmp_path: pathlib.Path) -> Iterator[Capture]:
    captured = Capture(tmp_path / "output")
    yield captured
    os.close(captured.fd)


@pytest.fixture
def script() -> Script:
    return Script()
