"""What a git server has: the commits that its branches and tags name, the files of a commit.

A token goes to git in its environment, as a setting for that server alone: it is in no
argument list, no file and no URL, and git's traces, which would show it, are switched off.
"""

from __future__ import annotations

import os
import re
import subprocess

from headway.clients import git
from headway.clients.gitremote import without_credentials
from headway.errors import HeadwayError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PATIENCE = 30.0  # seconds for a list of names
LONGEST = 600.0  # seconds for the files of a commit
_PROTOCOLS = "http:https:git:ssh:file"
_TRACES = ("GIT_TRACE", "GIT_CURL_VERBOSE", "GIT_REDIRECT_STDERR")
_NO_ANSWER = (
    r"could not resolve|failed to connect|couldn't connect|connection (refused|reset|timed out)"
    r"|timed out|no route to host|network is unreachable|temporary failure|returned error: 5\d\d"
    r"|early eof|unexpected disconnect|operation too slow|ssl|remote end hung up"
)
_NO_ACCESS = (
    r"repository.*not found|not found|does not appear to be a git repository|does not exist"
    r"|could not read (username|password)|authentication failed|permission denied|access denied"
    r"|returned error: (40[134]|410)|terminal prompts disabled"
)


class Unreachable(HeadwayError):
    """The server gave no answer; a later try may get one."""


class NoRepository(HeadwayError):
    """There is no such repository, or it takes another login to see it."""


class NoCommit(HeadwayError):
    """The repository has no such commit."""


def names(
    url: str, wanted: Sequence[str] = (), token: str = "", patience: float = PATIENCE
) -> dict[str, str]:
    """Full names of branches and tags, each with its commit (tags are peeled).

    `wanted` are full names; without them all are listed. Raises Unreachable, NoRepository.
    """
    peeled = [name + "^{}" for name in wanted if name.startswith("refs/tags/")]
    out = _git(["ls-remote", "--", url, *wanted, *peeled], url, token, patience)
    pairs = [line.partition("\t") for line in os.fsdecode(out).splitlines()]
    found = {name: sha for sha, _, name in pairs if name and not name.endswith("^{}")}
    found.update({n.removesuffix("^{}"): sha for sha, _, n in pairs if n.endswith("^{}")})
    return {name: sha for name, sha in found.items() if not wanted or name in wanted}


def take(url: str, commit: str, folder: str, token: str = "") -> None:
    """Puts the files of a commit, and nothing of its history, into the new folder `folder`.

    Beside it, `folder` + ".git" is made and is for the caller to delete. Symbolic links stay
    links; no filter, hook or setting of the user has a part in it but for those that reach
    servers. Raises Unreachable, NoRepository, NoCommit, HeadwayError.
    """
    repository = folder + ".git"
    _git(["init", "--quiet", "--bare", "--template=", repository], url, "", PATIENCE)
    fetch = ["-C", repository, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head"]
    try:
        _git([*fetch, "--depth=1", "--", url, commit], url, token, LONGEST)
    except (Unreachable, NoRepository):
        raise
    except HeadwayError:
        # Old servers give out only what a branch or tag names.
        every = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]
        _git([*fetch, "--", url, *every], url, token, LONGEST)
    os.mkdir(folder)
    where = [f"--git-dir={repository}", f"--work-tree={folder}"]
    plain = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    try:
        _git(
            [*where, "-c", "core.bare=false", "read-tree", "--reset", "-u", commit],
            url,
            "",
            LONGEST,
            plain,
        )
    except HeadwayError as error:
        if "failed to unpack tree object" in error.message or "Not a valid" in error.message:
            raise NoCommit(f"{shown(url)} has no commit {commit}") from None
        raise


def shown(url: str) -> str:
    """The URL as it may be shown: without a login."""
    return without_credentials(url)


def _git(
    arguments: Sequence[str],
    url: str,
    token: str,
    seconds: float,
    more: Mapping[str, str] | None = None,
) -> bytes:
    variables = {k: v for k, v in git.environment().items() if not k.startswith(_TRACES)}
    variables["GIT_ALLOW_PROTOCOL"] = _PROTOCOLS
    variables.setdefault("GIT_SSH_COMMAND", "ssh -o BatchMode=yes -o ConnectTimeout=10")
    variables.update(_settings(url, token))
    variables.update(more or {})
    try:
        done = subprocess.run(
            ["git", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=variables,
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError:
        raise HeadwayError(
            "git is not installed, or not on PATH", hint="install git (Debian: apt install git)"
        ) from None
    except subprocess.TimeoutExpired:
        raise Unreachable(f"{shown(url)} did not answer within {seconds:g} seconds") from None
    if done.returncode:
        raise _failure(url, done.stderr.decode("utf-8", "replace"))
    return done.stdout


def _settings(url: str, token: str) -> dict[str, str]:
    """Settings of git as variables: give up on a dead line, and the token for this server."""
    settings = {"http.lowSpeedLimit": "1000", "http.lowSpeedTime": "30"}
    if token and _may_carry_token(url):
        from binascii import b2a_base64

        scheme, _, rest = url.partition("://")
        server = rest.partition("/")[0].rpartition("@")[2]
        login = b2a_base64(f"x-access-token:{token}".encode(), newline=False).decode()
        settings[f"http.{scheme}://{server}/.extraheader"] = f"Authorization: Basic {login}"
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for index, (name, value) in enumerate(settings.items()):
        variables[f"GIT_CONFIG_KEY_{index}"] = name
        variables[f"GIT_CONFIG_VALUE_{index}"] = value
    return variables


def _may_carry_token(url: str) -> bool:
    """Never in the clear over a network."""
    host = url.removeprefix("http://").partition("/")[0].rpartition("@")[2].partition(":")[0]
    return url.startswith("https://") or host in ("127.0.0.1", "localhost")


def _failure(url: str, complaint: str) -> HeadwayError:
    said = [line.strip() for line in complaint.splitlines() if line.strip()]
    marks = ("fatal:", "error:", "ERROR:", "remote: error:")
    first = next((s for s in said if s.startswith(marks)), said[-1] if said else "git failed")
    reason = first.partition(": ")[2] if first.startswith(marks) else first
    reason = reason.replace(url, shown(url)).removeprefix(f"unable to access '{shown(url)}/': ")
    message = f"{shown(url)}: {reason}"
    if re.search(_NO_ANSWER, complaint, re.I):
        return Unreachable(message)
    if re.search(_NO_ACCESS, complaint, re.I) and "remote ref" not in complaint:
        return NoRepository(message)
    return HeadwayError(message)
