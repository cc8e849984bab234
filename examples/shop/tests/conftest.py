"""The same tests for every store: SHOP_STORE picks one, without it all take their turn."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from shop.app import App
from shop.catalogue import fill
from shop.metrics import Metrics
from shop.stores import STORES, open_store
from shop.stores.base import Store

KINDS = [os.environ["SHOP_STORE"]] if "SHOP_STORE" in os.environ else sorted(STORES)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(request.param, str(tmp_path / "shop.sqlite"))
    fill(opened)
    yield opened
    opened.close()


@pytest.fixture
def app(store: Store) -> App:
    return App(store, Metrics("1.4.0"), clock=lambda: 1_700_000_000.0)
