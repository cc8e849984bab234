"""Where Headway keeps its state (journal, logs, artifacts) and its caches on this machine.

State: `$HEADWAY_HOME`, else `$XDG_STATE_HOME/headway`, else `~/.local/state/headway`.
Caches: `$XDG_CACHE_HOME/headway`, else `$HEADWAY_HOME/cache`, else `~/.cache/headway`:
whoever sets HEADWAY_HOME alone has everything of Headway's in one place.
Folders are made when they are first asked for, for their owner only (0700), as the XDG
specification wants it: logs and workspaces may hold what others must not read.
"""

from __future__ import annotations

import os

from headway.errors import UsageError


def state() -> str:
    """The state folder, made if need be. Raises UsageError when it can't be."""
    return made(_own() or _xdg("XDG_STATE_HOME", "~/.local/state"))


def cache() -> str:
    """The cache folder, made if need be. Raises UsageError when it can't be."""
    own = _own()
    if own and not os.path.isabs(os.environ.get("XDG_CACHE_HOME", "")):
        return made(os.path.join(own, "cache"))
    return made(_xdg("XDG_CACHE_HOME", "~/.cache"))


def journal() -> str:
    """Path of the journal's file; the folder exists, the file may not."""
    return os.path.join(state(), "journal.sqlite")


def run(run_id: str) -> str:
    """A run's folder: logs, artifacts, event payload. Not made here."""
    return os.path.join(state(), "runs", run_id)


def made(folder: str) -> str:
    """`folder`, after making it, and what is missing above it, for their owner only."""
    above = os.path.dirname(folder)
    try:
        os.mkdir(folder, mode=0o700)
    except FileNotFoundError:
        if above == folder:
            raise
        made(above)
        return made(folder)
    except FileExistsError:
        if not os.path.isdir(folder):
            raise _unusable(f"{folder} is not a folder") from None
    except OSError as error:
        raise _unusable(f"{folder} can't be made: {error.strerror}") from None
    return folder


def _unusable(message: str) -> UsageError:
    return UsageError(message, hint="set HEADWAY_HOME to a folder you can write to")


def _own() -> str:
    value = os.environ.get("HEADWAY_HOME", "")
    return os.path.abspath(os.path.expanduser(value)) if value else ""


def _xdg(variable: str, default: str) -> str:
    value = os.environ.get(variable, "")
    # The XDG base directory specification: a relative path is invalid and must be ignored.
    base = value if os.path.isabs(value) else os.path.expanduser(default)
    if not os.path.isabs(base):
        raise UsageError(
            "there is no home directory to keep state in", hint="set HOME or HEADWAY_HOME"
        )
    return os.path.join(base, "headway")
