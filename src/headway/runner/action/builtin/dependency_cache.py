"""The `cache` input of the setup actions.

On GitHub it saves a package manager's own cache and brings it back. Here that cache is on the
machine anyway, for all runs: nothing is copied, and a hit is reported when there is something
in it. What would be an error on GitHub (no lock file, an unknown manager) is one here.
"""

from __future__ import annotations

import os

from headway.runner.action.builtin.base import ActionFailed, home, lines
from headway.runner.hashfiles import hash_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from headway.runner.action.builtin.base import ActionContext

# Manager → where its cache is, below the home folder unless a variable says otherwise.
FOLDERS = {
    "pip": ("PIP_CACHE_DIR", ".cache/pip"),
    "pipenv": ("PIPENV_CACHE_DIR", ".cache/pipenv"),
    "poetry": ("POETRY_CACHE_DIR", ".cache/pypoetry"),
    "npm": ("npm_config_cache", ".npm"),
    "yarn": ("YARN_CACHE_FOLDER", ".cache/yarn"),
    "pnpm": ("PNPM_STORE_DIR", ".local/share/pnpm/store"),
}


def use(context: ActionContext, manager: str, files: Sequence[str]) -> tuple[str, bool]:
    """The hash of the lock files that match the patterns, and whether there is a cache.

    Raises ActionFailed when none matches.
    """
    digest = hash_files(context.directory, list(files), home(context))
    if not digest:
        raise ActionFailed(
            f"No file in {context.directory} matched to [{' or '.join(files)}], make sure you "
            "have checked out the target repository"
        )
    variable, below = FOLDERS[manager]
    folder = context.env.get(variable) or os.path.join(home(context), below)
    filled = os.path.isdir(folder) and bool(os.listdir(folder))
    state = "in use" if filled else "still empty"
    context.log(f"{manager}'s cache on this machine is shared by all runs: {folder}, {state}")
    return digest, filled


def patterns(context: ActionContext, *default: str) -> list[str]:
    return lines(context.inputs.get("cache-dependency-path", "")) or list(default)
