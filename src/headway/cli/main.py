"""`headway VERB …`: finds the verb, calls it, and says what went wrong.

Loads as little as can be: `headway --version` answers before most programs have started.
"""

from __future__ import annotations

import os
import sys

from headway import __version__
from headway.errors import DEFECT, DONE, INTERRUPTED, HeadwayError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import ModuleType
    from typing import NoReturn

GROUPS = {
    "settings": {
        "init": "write a first headway.yaml for what is in the repository",
        "schema": "print the JSON Schema of headway.yaml",
    },
    "workflows": {
        "run": "run the repository's workflows on this machine",
        "list": "list workflows, jobs and events, and what would run",
        "lint": "check workflows, local actions and headway.yaml without running anything",
        "lock": "pin the actions that workflows use to commits, in headway.lock",
    },
    "evidence": {
        "test": "run the project's test suites side by side, then the gates",
        "scan": "run the linters and scanners that the repository is set up for, then the gates",
        "report": "read reports of tests, coverage, scanners and load tests: what they say",
        "gate": "decide whether this commit may pass, by what its reports say",
    },
    "delivery": {
        "release": "make, list, show and forget releases",
        "deploy": "bring a release into an environment",
        "rollout": "follow rollouts, and say how they shall go on",
        "approve": "say yes or no to a rollout that waits for it",
        "rollback": "return to a version that has served before",
        "env": "list, show, compare and stop environments",
    },
    "history": {
        "runs": "list the runs of this repository",
        "show": "show a run: its jobs and steps, why it failed, what it left",
        "logs": "print what steps printed, also while they run",
        "rerun": "run an earlier run again",
        "cancel": "stop a run that goes on",
        "artifacts": "list the artifacts of a run, or copy them to a folder",
        "cache": "list or remove what actions have cached",
    },
}
VERBS = {verb: text for group in GROUPS.values() for verb, text in group.items()}
CLOSED_PIPE = 141  # 128 + SIGPIPE, as shells report for other programs


def entry() -> NoReturn:
    """The console script: runs the command line of this process, then ends it."""
    if None in (sys.stdin, sys.stdout, sys.stderr):
        _fill_streams()
    _leave(main(sys.argv[1:]))


def _fill_streams() -> None:
    """Started with closed streams: else the next file opened, the journal, would be standard
    output."""
    while (fd := os.open(os.devnull, os.O_RDWR)) < 3:
        os.set_inheritable(fd, True)
    os.close(fd)
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)


def main(argv: Sequence[str]) -> int:
    """Runs one command line; its exit code. Errors are shown on standard error."""
    try:
        code = _call(argv)
        sys.stdout.flush()  # a closed pipe shows here, if not before
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return CLOSED_PIPE
    except HeadwayError as error:
        from headway.cli.output import show_error

        show_error(error)
        return error.exit_code
    except SystemExit as wanted:
        return _exit_code(wanted)
    except Exception as error:
        from headway.cli import defect

        defect.report(error, argv)
        return DEFECT
    return code


def _call(argv: Sequence[str]) -> int:
    first = argv[0] if argv else "--help"
    rest = argv[1:]
    if first in ("--version", "-V"):
        sys.stdout.write(f"headway {__version__}\n")
        return DONE
    if first in ("--help", "-h", "help"):
        if first == "help" and rest:
            return _verb(rest[0], ["--help"])
        from headway.cli.parser import overview

        sys.stdout.write(overview(GROUPS))
        return DONE
    if first.startswith("-"):
        raise UsageError(
            f"unknown option {first}", hint="flags follow the verb: headway VERB [FLAGS]"
        )
    return _verb(first, rest)


def _verb(name: str, argv: Sequence[str]) -> int:
    import gc

    # Loading makes hundreds of objects that stay: collecting among them takes 3 ms for nothing.
    gc.disable()
    from headway.cli.parser import Parser, family

    name, module, rest = find(name, argv)
    if hasattr(module, "VERBS"):
        return family(name, module, rest)
    parser = Parser(name, module.HELP, module.EXAMPLE)
    module.arguments(parser)
    args = parser.parse_args(rest)
    args.argv = list(argv)
    code: int = module.main(args)
    return code


def find(name: str, argv: Sequence[str]) -> tuple[str, ModuleType, Sequence[str]]:
    """The verb that a command line names: `rollout status`, its module, what is left.

    A verb with VERBS of its own is a package with a module for each. Raises UsageError.
    """
    from importlib import import_module

    known, path, module = VERBS, "", None
    words = [name, *argv]
    while module is None or (hasattr(module, "VERBS") and words and words[0][:1] != "-"):
        word = words.pop(0)
        if word not in known:
            from headway.errors import did_you_mean

            raise UsageError(f'unknown verb "{path}{word}"', hint=did_you_mean(word, known))
        path += f"{word} "
        module = import_module("headway.cli." + path.strip().replace(" ", "."))
        known = getattr(module, "VERBS", {})
    return path.strip(), module, words


def every(path: str = "", verbs: Mapping[str, str] = VERBS) -> Iterator[tuple[str, ModuleType]]:
    """Every verb that does something, with its module: `run`, …, `rollout status`."""
    for verb in verbs:
        first, *words = (path + verb).split(" ")
        name, module, _ = find(first, words)
        inner = getattr(module, "VERBS", None)
        if inner is None:
            yield name, module
        else:
            yield from every(f"{name} ", inner)


def _exit_code(wanted: SystemExit) -> int:
    if isinstance(wanted.code, str):
        print(wanted.code, file=sys.stderr)
        return 1
    return wanted.code or DONE


def _leave(code: int) -> NoReturn:
    """Ends the process without taking everything apart, which can take as long as a short run.

    What must not be lost is with the system by then: the journal commits, logs are written
    unbuffered.
    """
    live = sys.modules.get("headway.console.live")
    if live is not None:
        live.give_back()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or CLOSED_PIPE
    if _waits_for_threads():
        sys.exit(code)
    os._exit(code)


def _waits_for_threads() -> bool:
    threading = sys.modules.get("threading")
    if threading is None:
        return False
    main_thread = threading.main_thread()
    return any(not t.daemon and t is not main_thread for t in threading.enumerate())


if __name__ == "__main__":
    entry()
