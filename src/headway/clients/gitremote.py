"""The URLs that git takes for a remote, and the owner and name that are in them."""

from __future__ import annotations


def parse_remote(url: str) -> tuple[str, str] | None:
    """Owner and name, from the last two parts of the path; None when it has fewer.

    Parts that name nothing are left out: `.git`, `_git` (Azure), `.` and `..`.
    """
    path = _split(url.strip())[2].partition("?")[0].rstrip("/")
    path = path.removesuffix("/.git").removesuffix(".git").replace("\\", "/")
    parts = [p for p in path.split("/") if p not in ("", ".", "..", "_git", "~")]
    clean = [name for name in map(plain_name, parts) if name]
    return (clean[-2], clean[-1]) if len(clean) > 1 else None


def without_credentials(url: str) -> str:
    """The URL without user and password; an SSH login name stays, it is no secret."""
    scheme, authority, path = _split(url.strip())
    user, at, host = authority.rpartition("@")
    if not scheme or not at:
        return url.strip()
    login = f"{user.partition(':')[0]}@" if "ssh" in scheme.lower() else ""
    return f"{scheme}://{login}{host}{path}"


def plain_name(name: str, also: str = "._-") -> str:
    """`name` of letters, digits and `also` (ASCII); a dash stands for each run of the rest."""
    kept = [c if c.isascii() and (c.isalnum() or c in also) else "\0" for c in name]
    return "-".join(filter(None, "".join(kept).split("\0"))).strip("-")


def _split(url: str) -> tuple[str, str, str]:
    """Scheme, authority and path; for `user@host:path` (as scp has it) only the path."""
    scheme, mark, rest = url.partition("://")
    if mark and "/" not in scheme:
        authority, slash, path = rest.partition("/")
        return scheme, authority, slash + path
    # A slash before the colon makes it a folder; the host may be an address in brackets.
    start = url.find("]:") + 1 if "[" in url else 0
    host, colon, path = url[start:].partition(":")
    return "", "", path if colon and "/" not in host else url
