"""What `headway run` asks of headway.yaml, at no cost where there is none.

Where there is one, what it says is kept by its content (see headway.kept), so that a run loads
neither msgspec nor a YAML reader. Only mistakes in these sections stop a run.
"""

from __future__ import annotations

import os

from headway import config, kept
from headway.errors import InvalidFile
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from headway.config.model import Config
    from headway.errors import Place

HOST = "host"
CACHE_SIZE = 10 * 1024**3
SECTIONS = ("actions", "runners", "cache")


class RunnerSettings(Value):
    """`runners` has an image's name or HOST by label; `places` where the keys are written."""

    allow: tuple[str, ...] | None = None  # None: every action
    mirror: Mapping[str, str] = {}  # server, owner/* or owner/name: URL or folder
    runners: Mapping[str, str] = {}
    cache_size: int = CACHE_SIZE  # bytes
    places: Mapping[str, Place] = {}  # actions.allow, runners.ubuntu-latest, …


NONE = RunnerSettings()


def runner_settings(root: str) -> RunnerSettings:
    """What the headway.yaml in a folder says. Raises InvalidFile, UsageError."""
    name = config.find(root)
    if name is None:
        return NONE
    data = config.read_bytes(root, name)
    package = os.path.dirname(os.path.dirname(__file__))
    readers = [package, os.path.join(package, "config"), os.path.join(package, "workflow")]
    key = kept.key(data, name, readers)
    found: RunnerSettings | None = kept.get("settings", key)
    if found is None:
        found = _read(data, name)
        kept.put("settings", key, found)
    return found


def _read(data: bytes, name: str) -> RunnerSettings:
    from headway.config import loading

    found, problems = loading.read(data, name, SECTIONS)
    if problems:
        raise InvalidFile(problems, found.sources)
    return RunnerSettings(
        allow=found.actions.allow,
        mirror=found.actions.mirror,
        runners={
            label: runner if isinstance(runner, str) else runner.image
            for label, runner in found.runners.items()
        },
        cache_size=int(found.cache.size),
        places=_places(found),
    )


def _places(found: Config) -> dict[str, Place]:
    paths = ["actions.allow", "actions.mirror", "cache.size"]
    paths += [f"actions.allow[{number}]" for number in range(len(found.actions.allow or ()))]
    paths += [f"actions.mirror.{source}" for source in found.actions.mirror]
    paths += [f"runners.{label}" for label in found.runners]
    return {path: found.place(path) for path in paths}
