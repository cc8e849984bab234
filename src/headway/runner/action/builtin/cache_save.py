"""actions/cache/save: the second half of actions/cache.

Facts from its documentation, versions 4 and 5.
"""

from __future__ import annotations

from headway.runner.action.builtin.base import text
from headway.runner.action.builtin.cache import save

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.runner.action.builtin.base import ActionContext

INPUTS: dict[str, str | None] = {
    "path": None,
    "key": None,
    "upload-chunk-size": None,
    "enableCrossOsArchive": "false",
}


def main(context: ActionContext) -> None:
    if not save(context, text(context, "key", required=True)):
        context.warning("Cache save failed.")
