"""What keeps instances running: a module each, listed here."""

from __future__ import annotations

from importlib import import_module

from headway.delivery.platforms.base import Platform
from headway.delivery.platforms.setup import Setup
from headway.errors import UsageError, did_you_mean

PLATFORMS = {
    "process": ("headway.delivery.platforms.process", "ProcessPlatform"),
    "container": ("headway.delivery.platforms.container", "ContainerPlatform"),
}


def platform(name: str, setup: Setup) -> Platform:
    """Raises UsageError for a name that isn't one, HeadwayError when its engine is missing."""
    if name not in PLATFORMS:
        raise UsageError(f'there is no platform "{name}"', hint=did_you_mean(name, PLATFORMS))
    module, kind = PLATFORMS[name]
    made: Platform = getattr(import_module(module), kind)(setup)
    return made
