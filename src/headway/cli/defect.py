"""What a defect in Headway leaves behind: a log to attach to a report, and where it is."""

from __future__ import annotations

import os
import sys
import time

from headway import __version__, home
from headway.errors import HeadwayError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def report(error: Exception, argv: Sequence[str]) -> None:
    """Says in two lines what happened; the traceback goes to a file in the state folder."""
    text = _text(error, argv)
    what = f"{type(error).__name__}: {error}".splitlines()[0][:500]
    print(f"headway: a defect in Headway: {what}", file=sys.stderr)
    try:
        path = _write(text)
    except (HeadwayError, OSError):
        print(text, file=sys.stderr)
    else:
        print(f"  please report it with {path}", file=sys.stderr)


def _write(text: str) -> str:
    folder = home.made(os.path.join(home.state(), "defects"))
    name = time.strftime("%Y%m%d-%H%M%S", time.gmtime()) + f"-{os.getpid()}.log"
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)
    return path


def _text(error: Exception, argv: Sequence[str]) -> str:
    import platform
    from traceback import format_exception

    facts = {
        "headway": __version__,
        "python": sys.version.replace("\n", " "),
        "platform": platform.platform(),
        "command": " ".join(_without_secrets(argv)),
        "folder": os.getcwd(),
    }
    head = "".join(f"{name}: {value}\n" for name, value in facts.items())
    return f"{head}\n{''.join(format_exception(error))}"


def _without_secrets(argv: Sequence[str]) -> Sequence[str]:
    try:
        from headway.cli.request import recorded

        return recorded(argv)
    except Exception as error:  # the defect may be there
        return [f"(left out: {type(error).__name__})"]
