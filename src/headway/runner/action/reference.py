"""What a `uses:` names in another repository: `owner/name[/path]@ref`.

Also `https://server/owner/name[/path]@ref`, as Forgejo and Gitea take it.
"""

from __future__ import annotations

import os

from headway.values import Value

SERVER = "https://github.com"


class Reference(Value):
    """An action or reusable workflow of another repository. `path` has no slash in front."""

    server: str  # https://github.com
    owner: str
    name: str
    path: str
    ref: str

    @property
    def slug(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def key(self) -> str:
        """As headway.lock and the store have it: without the path, owner and name in lower case."""
        server = "" if self.server == SERVER else self.server + "/"
        return f"{server}{self.slug.lower()}@{self.ref}"

    @property
    def repository(self) -> str:
        """A relative folder that is this repository's alone."""
        host = self.server.partition("://")[2].replace(":", "_")
        return os.path.join(host, self.owner.lower(), self.name.lower())

    @property
    def commit(self) -> str:
        """The ref, if it is the full name of a commit, else ""."""
        ref = self.ref.lower()
        return ref if len(ref) in (40, 64) and not ref.strip("0123456789abcdef") else ""

    def __str__(self) -> str:
        return f"{self.slug}{'/' + self.path if self.path else ''}@{self.ref}"


def parse(uses: str) -> Reference | None:
    """None for local actions, container images, and what names nothing."""
    if uses.startswith(("./", "../", "$/", "docker://", ".\\")) or uses in (".", ".."):
        return None
    scheme, mark, rest = uses.partition("://")
    server = SERVER
    if mark:
        host, _, rest = rest.partition("/")
        server = f"{scheme}://{host}"
    else:
        rest = uses
    name, at, ref = rest.partition("@")
    parts = [part for part in name.split("/") if part]
    # Owner, name, host and ref become names of folders.
    if not at or not ref or ".." in ref or len(parts) < 2 or _is_odd(server):
        return None
    if any(part in (".", "..") for part in parts):
        return None
    return Reference(server, parts[0], parts[1], "/".join(parts[2:]), ref)


def _is_odd(server: str) -> bool:
    scheme, _, host = server.partition("://")
    plain = host.replace(".", "").replace("-", "").replace(":", "").replace("_", "")
    return scheme not in ("https", "http", "ssh") or not (plain.isascii() and plain.isalnum())
