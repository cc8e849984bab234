"""What the environment says; every name starts with SHOP_."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shop import __version__


@dataclass(frozen=True, slots=True)
class Settings:
    host: str = "127.0.0.1"
    port: int = 8080
    store: str = "memory"
    database: str = "shop.sqlite"
    release: str = __version__
    drain: float = 0.0  # seconds


def read(environment: Mapping[str, str]) -> Settings:
    """Raises ValueError that names the variable."""
    given = {
        name: environment[key]
        for name in Settings.__dataclass_fields__
        if (key := f"SHOP_{name.upper()}") in environment
    }
    try:
        port = int(given.pop("port", "8080"))
    except ValueError:
        raise ValueError("SHOP_PORT must be a whole number") from None
    try:
        drain = float(given.pop("drain", "0"))
    except ValueError:
        raise ValueError("SHOP_DRAIN must be a number of seconds") from None
    return Settings(port=port, drain=drain, **given)
