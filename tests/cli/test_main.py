"""The command line itself: verbs, help, errors, exit codes."""

from __future__ import annotations

import importlib
import os
import pathlib
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from headway import __version__
from headway.cli import main as cli
from headway.errors import HeadwayError, InvalidFile, Place, Problem

Headway = Callable[..., object]
ROOT = pathlib.Path(cli.__file__).parent


@pytest.mark.parametrize(("verb", "module"), list(cli.every()))
def test_every_verb_has_what_help_needs(verb: str, module: ModuleType) -> None:
    parent, _, last = verb.rpartition(" ")
    verbs = importlib.import_module(f"headway.cli.{parent or 'main'}".replace(" ", ".")).VERBS
    assert verbs[last] == module.HELP
    assert all(line.startswith(f"headway {verb}") for line in module.EXAMPLE.splitlines())
    assert callable(module.arguments)
    assert callable(module.main)


def test_the_version(headway: Headway) -> None:
    for flag in ("--version", "-V"):
        answer = headway(flag)
        assert (answer.code, answer.out) == (0, f"headway {__version__}\n")


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"], ["help"]])
def test_help_names_every_verb(headway: Headway, argv: list[str]) -> None:
    answer = headway(*argv)
    assert answer.code == 0
    for verb, text in cli.VERBS.items():
        assert f"  {verb}" in answer.out
        assert text in answer.out


@pytest.mark.parametrize("argv", [["logs", "--help"], ["logs", "-h"], ["help", "logs"]])
def test_help_of_a_verb_shows_an_example_first(headway: Headway, argv: list[str]) -> None:
    answer = headway(*argv)
    assert answer.code == 0
    assert answer.out.startswith("  headway logs   ")
    assert "usage: headway logs" in answer.out
    assert "--follow" in answer.out


@pytest.mark.parametrize(
    ("argv", "message", "hint"),
    [
        (["rnus"], 'unknown verb "rnus"', 'did you mean "runs"?'),
        (["frobnicate"], 'unknown verb "frobnicate"', "known: "),
        (["--quiet", "run"], "unknown option --quiet", "headway VERB"),
        (["runs", "--jsn"], "unrecognized arguments: --jsn", "did you mean --json?"),
        (["runs", "--js"], "unrecognized arguments: --js", "did you mean --json?"),
        (["runs", "-n", "many"], "invalid int value: 'many'", "headway runs --help"),
        (["runs", "extra"], "unrecognized arguments: extra", "headway runs --help"),
        (["runs", "-n", "0"], "expected a number from 1", ""),
    ],
)
def test_wrong_usage(headway: Headway, argv: list[str], message: str, hint: str) -> None:
    answer = headway(*argv)
    assert (answer.code, answer.out) == (2, "")
    first, *rest = answer.err.splitlines()
    assert first.startswith("headway: ")
    assert message in first
    assert hint in "".join(rest)


def _raises(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(_: object) -> int:
        raise error

    monkeypatch.setattr("headway.cli.runs.main", fail)


def test_expected_errors_are_a_sentence_and_a_mend(
    headway: Headway, monkeypatch: pytest.MonkeyPatch
) -> None:
    _raises(
        monkeypatch, HeadwayError("no\x1b[2J luck:\n  first\n  second", hint="try", exit_code=4)
    )
    answer = headway("runs")
    assert answer.code == 4
    assert answer.err == "headway: no luck:\n  first\n  second\n  try\n"


def test_all_problems_of_a_file(headway: Headway, monkeypatch: pytest.MonkeyPatch) -> None:
    problems = [
        Problem("unknown key", Place("ci.yml", line, 1), hint='did you mean "jobs"?', length=3)
        for line in (1, 2)
    ]
    _raises(monkeypatch, InvalidFile(problems, {"ci.yml": "job:\njab:\n"}))
    answer = headway("runs")
    assert answer.code == 2
    assert answer.err.splitlines() == [
        "ci.yml:1:1: error: unknown key [syntax]",
        "  1 | job:",
        "    | ^^^",
        '  hint: did you mean "jobs"?',
        "ci.yml:2:1: error: unknown key [syntax]",
        "  2 | jab:",
        "    | ^^^",
        '  hint: did you mean "jobs"?',
        "2 problems",
    ]


@pytest.mark.parametrize(
    ("error", "code"),
    [(KeyboardInterrupt(), 130), (BrokenPipeError(), 141), (SystemExit(3), 3), (SystemExit(), 0)],
)
def test_other_ways_to_end(
    headway: Headway, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    _raises(monkeypatch, error)
    answer = headway("runs")
    assert (answer.code, answer.err) == (code, "")


def test_a_defect_leaves_a_log_to_attach(
    headway: Headway,
    monkeypatch: pytest.MonkeyPatch,
    repository: pathlib.Path,
    tmp_path: pathlib.Path,
) -> None:
    _raises(monkeypatch, ZeroDivisionError("of a kind\nsecond line"))
    answer = headway("runs", "--json")
    assert answer.code == 70
    assert answer.err.startswith("headway: a defect in Headway: ZeroDivisionError: of a kind\n")
    assert "Traceback" not in answer.err
    (log,) = (tmp_path / "home" / "defects").iterdir()
    assert str(log) in answer.err
    text = log.read_text()
    for part in ("Traceback", f"headway: {__version__}", "python: 3.", "command: runs --json"):
        assert part in text
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_defect_with_nowhere_to_log(
    headway: Headway, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HEADWAY_HOME", str(tmp_path / "file" / "home"))
    _raises(monkeypatch, ZeroDivisionError())
    answer = headway("runs")
    assert answer.code == 70
    assert "Traceback" in answer.err


@pytest.mark.parametrize("argv", [["-s", "A=hunter2"], ["--secret=A=hunter2"], ["-sA=hunter2"]])
def test_a_defects_log_has_no_secrets(
    headway: Headway,
    monkeypatch: pytest.MonkeyPatch,
    repository: pathlib.Path,
    tmp_path: pathlib.Path,
    argv: list[str],
) -> None:
    monkeypatch.setattr("headway.cli.main._call", lambda _: 1 // 0)
    assert headway("run", *argv).code == 70
    (log,) = (tmp_path / "home" / "defects").iterdir()
    assert "hunter2" not in log.read_text()


def test_ends_quietly_when_nobody_reads() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    for argv in (["--help"], ["--version"], ["runs", "--help"]):
        child = subprocess.run(
            [sys.executable, "-m", "headway", *argv], stdout=writer, stderr=subprocess.PIPE
        )
        assert (child.returncode, child.stderr) == (141, b"")
    os.close(writer)


def test_closed_streams() -> None:
    for closed in ("1>&-", "2>&-", "1>&- 2>&-"):
        command = f"{sys.executable} -m headway --version {closed}"
        child = subprocess.run(["sh", "-c", command], capture_output=True)
        assert (child.returncode, child.stderr) == (0, b""), closed


def test_start_loads_next_to_nothing() -> None:
    """Not argparse, not re, nothing of Headway's but what `--version` needs."""
    code = (
        "import sys; before = set(sys.modules); sys.argv = ['headway', '--version']\n"
        "from headway.cli.main import main; main(['--version'])\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    out = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert out.splitlines()[1].split() == [
        *("__future__", "headway", "headway.cli", "headway.cli.main"),
        *("headway.errors", "headway.values"),
    ]
