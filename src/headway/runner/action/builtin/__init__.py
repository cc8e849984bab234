"""Headway's own implementations of the actions that nearly every workflow starts with."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from types import ModuleType

# Action → module here. A new built-in action is a module and a line.
REGISTER = {
    "actions/checkout": "checkout",
    "actions/setup-python": "setup_python",
    "actions/setup-node": "setup_node",
    "actions/cache": "cache",
    "actions/cache/restore": "cache_restore",
    "actions/cache/save": "cache_save",
    "actions/upload-artifact": "upload_artifact",
    "actions/upload-artifact/merge": "merge_artifacts",
    "actions/download-artifact": "download_artifact",
}


# These set up programs of this machine, which a job's container can't run.
HOST_ONLY = frozenset(("actions/setup-python", "actions/setup-node"))


def chosen(uses: str, replaced: Collection[str] = ()) -> bool:
    """Whether a `uses:` is carried out here. `replaced` are those that the real ones are taken
    for: `actions/checkout`, or `*` for all."""
    name = uses.partition("@")[0].lower()
    return name in REGISTER and not ("*" in replaced or name in replaced)


def find(uses: str) -> ModuleType | None:
    """The module for a `uses:`, whatever its version; None when it isn't built in."""
    name = REGISTER.get(uses.partition("@")[0].lower())
    if name is None:
        return None
    from importlib import import_module

    return import_module(f"{__name__}.{name}")
