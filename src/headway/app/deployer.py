"""The variables of whoever deploys, kept for as long as the rollout needs them.

The engine may be started by the supervisor, after a crash or a restart of the machine, where
nobody's variables are; hooks and secrets need them. The file is for its owner only, and is
removed when the rollout is over. Nothing of it gets into the journal or onto a command line.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import msgspec

from headway.clients import git
from headway.delivery.environment import Environment
from headway.errors import UsageError

NAME = "deployer.json"
_OWN = ("HEADWAY_KEY", "HEADWAY_ROLLOUT", "HEADWAY_PREVIEW_URL")


def keep(folder: str) -> None:
    """This process's variables. The folder exists."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _OWN and name not in git.LOCAL_VARIABLES
    }
    path = os.path.join(folder, NAME)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(kept))


def kept(folder: str) -> dict[str, str]:
    """What `keep` kept; this process's own when that is gone."""
    try:
        with open(os.path.join(folder, NAME), "rb") as file:
            return msgspec.json.decode(file.read(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return dict(os.environ)


def secrets(environment: Environment, variables: Mapping[str, str], root: str) -> dict[str, str]:
    """The values of an environment's secrets. Raises UsageError for one that isn't there."""
    found = {}
    for name, secret in environment.secrets.items():
        if secret.env:
            value = variables.get(secret.env)
            if value is None:
                raise UsageError(
                    f"the secret {name} comes from the variable {secret.env}, which is not set",
                    hint=f"set {secret.env} where you deploy",
                )
        else:
            value = _from_file(name, os.path.join(root, os.path.expanduser(secret.file)))
        found[name] = value
    return found


def _from_file(name: str, path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise UsageError(f"the secret {name} can't be read from {path}: {why}") from None
