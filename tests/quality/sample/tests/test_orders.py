import os
from pathlib import Path

import pytest

from shop.orders import confirm


def order():
    return {"id": 1, "lines": {"tea": 2}, "total": 500}


def test_confirm():
    assert confirm(order(), {"tea": 5}, [])["state"] == "confirmed"


def test_rejected():
    assert confirm(order(), {"tea": 1}, [])["missing"] == "tea"


@pytest.fixture
def broken():
    raise RuntimeError("planted: this fixture can't be set up")


def test_planted_error(broken):
    pass


def test_planted_flake():
    """Fails at first, passes from the second attempt on."""
    mark = Path(os.environ.get("FLAKE_MARK", "flake.mark"))
    seen = mark.exists()
    mark.touch()
    assert seen
