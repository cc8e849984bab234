"""What a platform is made with: an environment, and where its releases are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from headway.delivery.environment import Environment


class Setup(Struct, frozen=True, kw_only=True):
    """`name` is unique on this machine and a word for file names: `shop.production`.

    `variables` are the environment's variables and its secrets with their values. Both
    functions take a release's digest: `files` gives the folder with its files, `image` the
    name by which the engine knows its image ("" for a release of files).
    """

    name: str
    environment: Environment
    variables: Mapping[str, str]
    files: Callable[[str], str]
    image: Callable[[str], str] = lambda digest: ""
