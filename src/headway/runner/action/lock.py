"""headway.lock: for each action and reusable workflow the commit that its ref named.

    version: 1
    actions:
      actions/checkout@v4: 34e114876b0b11c390a56381ad16ebd13914f8d5
      octo/lint@v1: 0ad4b8fadaa221de15dcec353f45205ec38ea70b  # through octo/checks@v3

One line each, in order, so that a review sees what changed and nothing else. It is YAML, but
read line by line: a run must not wait for a YAML reader.
"""

from __future__ import annotations

import os
import re

from headway.errors import InvalidFile, Place, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "headway.lock"
VERSION = 1
_HEAD = f"""\
# The commits at which actions and reusable workflows of other repositories are run.
# Made by `headway lock`. A run refuses a tag that has moved; to take what it names now:
# headway lock --update OWNER/NAME
version: {VERSION}
actions:
"""


def read(root: str) -> dict[str, str] | None:
    """`owner/name@ref` → commit; None when the repository has no lock. Raises InvalidFile."""
    path = os.path.join(root, NAME)
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except FileNotFoundError:
        return None
    return parse(text, NAME)


def parse(text: str, path: str) -> dict[str, str]:
    """Raises InvalidFile with every line that isn't one of a lock."""
    line_of = re.compile(r"  (\S+@\S+): ([0-9a-f]{40}|[0-9a-f]{64})(?:\s+#.*)?")
    found: dict[str, str] = {}
    problems: list[Problem] = []
    started = False
    for number, line in enumerate(text.splitlines(), 1):
        line = line.rstrip()
        if not line or line.lstrip().startswith("#"):
            continue
        match = line_of.fullmatch(line)
        if line in ("actions:", "actions: {}"):
            started = True
        elif line.startswith("version:"):
            if line != f"version: {VERSION}":
                wrong = f"this is a lock of another version: {line}"
                problems.append(_problem(wrong, path, number))
        elif match is None or not started:
            wrong = f"no line of a lock: {line.strip()[:60]}"
            problems.append(_problem(wrong, path, number, len(line) - len(line.lstrip()) + 1))
        elif match[1] in found and found[match[1]] != match[2]:
            problems.append(_problem(f"{match[1]} is there twice, differently", path, number, 3))
        else:
            found[match[1]] = match[2]
    if not started and not problems:
        problems.append(_problem('there is no "actions:" in it', path, 1))
    if problems:
        raise InvalidFile(problems, {path: text})
    return found


def _problem(message: str, path: str, line: int, column: int = 1) -> Problem:
    hint = "expected: OWNER/NAME@REF: COMMIT; make it anew with headway lock"
    return Problem(message, Place(path, line, column), rule="lock", hint=hint)


def render(entries: Mapping[str, tuple[str, str]]) -> str:
    """The text of a lock; the same entries give the same text."""
    lines = []
    for key in sorted(entries):
        commit, through = entries[key]
        lines.append(f"  {key}: {commit}{'  # through ' + through if through else ''}")
    head = _HEAD if lines else _HEAD.replace("actions:\n", "actions: {}\n")
    return head + "".join(line + "\n" for line in lines)
