"""Where a job's folders are in its container, and the way back."""

from __future__ import annotations

import os

from headway.values import Value

WORK = "/__w"  # the job's folder: workspace, actions, temporary files
TOOLS = "/__t"
EXTERNALS = "/__e"  # Node for JavaScript actions
HOME = "/github/home"
EVENT = "/github/workflow"


class Paths(Value):
    """Pairs of a folder of this machine and the same folder in the container.

    Those that lie in others come first.
    """

    pairs: tuple[tuple[str, str], ...]

    def inside(self, path: str) -> str:
        """A path of this machine as the container sees it; others stay as they are."""
        return _moved(path, self.pairs)

    def outside(self, path: str) -> str:
        """The way back."""
        return _moved(path, tuple((there, here) for here, there in self.pairs))


def _moved(path: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for start, other in pairs:
        if path == start:
            return other
        if path.startswith(start + os.sep):
            return other + path[len(start) :]
    return path
