"""actions/cache/restore: the first half of actions/cache.

Facts from its documentation, versions 4 and 5.
"""

from __future__ import annotations

from headway.runner.action.builtin.cache import restore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.runner.action.builtin.base import ActionContext

INPUTS: dict[str, str | None] = {
    "path": None,
    "key": None,
    "restore-keys": None,
    "enableCrossOsArchive": "false",
    "fail-on-cache-miss": "false",
    "lookup-only": "false",
}


def main(context: ActionContext) -> None:
    restore(context)
