"""Where a repository is fetched from, if not from its own server: `actions.mirror`."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from headway.runner.action.reference import Reference


def mirrored(reference: Reference, mirrors: Mapping[str, str], root: str) -> str:
    """The URL or folder to ask; the most particular entry decides.

    `mirrors` maps `owner/name`, `owner/*`, a server (`github.com`) or `*`; folders start at `root`.
    """
    known = {name.lower().rstrip("/"): to for name, to in mirrors.items()}
    owner, server = reference.owner.lower(), reference.server.lower()
    names = (reference.slug.lower(), owner, f"{owner}/*", server, server.partition("://")[2], "*")
    for name in names:
        if name in known:
            return _below(known[name], reference, root)
    return f"{reference.server}/{reference.slug}"


def _below(base: str, reference: Reference, root: str) -> str:
    """A repository of a mirror: `{owner}` and `{name}` in it, or a folder, or a URL."""
    if "{name}" in base:
        return base.replace("{owner}", reference.owner).replace("{name}", reference.name)
    place = f"{base.rstrip('/')}/{reference.slug}"
    if "://" in base or ":" in base.partition("/")[0]:
        return place
    return _in_folder(os.path.abspath(os.path.join(root, os.path.expanduser(base))), reference)


def _in_folder(folder: str, reference: Reference) -> str:
    """`owner/name`, bare or with a work tree, whatever the letters' case, as on GitHub."""
    for part in (reference.owner, reference.name):
        wanted = (part.lower(), f"{part.lower()}.git")
        try:
            names = sorted(n for n in os.listdir(folder) if n.lower() in wanted)
        except OSError:
            names = []
        folder = os.path.join(folder, part if part in names or not names else names[0])
    return folder


def beside(url: str) -> list[str]:
    """What a folder of repositories has beside the one that isn't there."""
    if "://" in url or not os.path.isabs(url):
        return []
    owners = os.path.dirname(os.path.dirname(url))
    found: list[str] = []
    try:
        for owner in os.listdir(owners):
            folder = os.path.join(owners, owner)
            if os.path.isdir(folder):
                found += [f"{owner}/{n.removesuffix('.git')}" for n in os.listdir(folder)]
    except OSError:
        pass
    return found
