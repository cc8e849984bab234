"""What the verbs of delivery are about: the repository one is in, and its headway.yaml."""

from __future__ import annotations

import getpass
import os
import re

from msgspec import Struct

from headway.clients import git
from headway.delivery.environment import Environment
from headway.errors import UsageError, did_you_mean


class Project(Struct, frozen=True, kw_only=True):
    """`repository` is None outside of any; then `root` is the current folder."""

    root: str
    service: str
    actor: str
    repository: git.Repository | None
    environments: dict[str, Environment]

    def environment(self, name: str) -> Environment:
        """Raises UsageError for one that headway.yaml doesn't have."""
        found = self.environments.get(name)
        if found is None:
            hint = did_you_mean(name, self.environments) or "give headway.yaml an `environments:`"
            raise UsageError(f'there is no environment "{name}"', hint=hint)
        return found


def here(service: str = "", actor: str = "") -> Project:
    """The project of the current folder. Raises InvalidFile for a headway.yaml with mistakes.

    The service is the one named, else `service` in headway.yaml, else the repository's name.
    The actor is the one named, else HEADWAY_ACTOR, else git's, else the account.
    """
    from headway import config

    try:
        repository = git.discover(os.getcwd())
    except UsageError:
        repository = None
    root = repository.root if repository else os.getcwd()
    loaded = config.load(root)
    name = repository.name if repository else os.path.basename(root)
    return Project(
        root=root,
        service=service or loaded.service or _word(name),
        actor=actor or os.environ.get("HEADWAY_ACTOR", "") or _actor(repository),
        repository=repository,
        environments=dict(loaded.environments),
    )


def _actor(repository: git.Repository | None) -> str:
    if repository is not None and repository.actor:
        return repository.actor
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _word(name: str) -> str:
    """A repository's name as the name of a service."""
    word = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")
    return word[:63] or "service"
