"""`headway runs`."""

from __future__ import annotations

import json
import pathlib
import time
from collections.abc import Callable

import pytest
from history import History

from headway.cli.output import ago, short_path

Headway = Callable[..., object]


def test_nothing_yet(headway: Headway, repository: pathlib.Path) -> None:
    answer = headway("runs")
    assert answer.code == 0
    assert answer.out == f"nothing has been run in {repository} yet; start with: headway run\n"
    assert headway("runs", "--json").out == "[]\n"
    assert not (repository.parent / "home" / "journal.sqlite").exists()


def test_the_newest_first(headway: Headway, history: History) -> None:
    now = time.time()
    history.failed_run("01k9aaaa00000001", at=now - 7205)
    history.start("01k9aaaa00000002", "lint", at=now - 65, dirty=True)
    lines = headway("runs").out.splitlines()
    words = [" ".join(line.split()) for line in lines]
    assert words[0] == "RUN RESULT WORKFLOW EVENT COMMIT JOBS TOOK STARTED"
    assert words[1].startswith("2 ● running CI push main 68b834f +changes 0/1 1m ")
    assert words[1].endswith(" 1m ago")
    assert words[2] == "1 ✗ failure CI push main 68b834f 3, 1 failed 5.0s 2h ago"


def test_of_this_repository_or_of_all(headway: Headway, history: History) -> None:
    history.failed_run("01k9aaaa00000001")
    history.start("01k9bbbb00000002", "x", root="/src/other", number=1)
    assert [d["id"] for d in json.loads(headway("runs", "--json").out)] == ["01k9aaaa00000001"]
    every = json.loads(headway("runs", "--all", "--json").out)
    assert [d["root"] for d in every] == ["/src/other", history.root]
    assert headway("runs", "--all").out.splitlines()[1].endswith("/src/other")
    assert len(headway("runs", "--all", "-n", "1").out.splitlines()) == 2


def test_outside_of_a_repository_all_are_shown(
    headway: Headway, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.failed_run()
    monkeypatch.chdir("/")
    assert history.root in headway("runs").out


def test_json_has_all_that_is_known(headway: Headway, history: History) -> None:
    history.failed_run()
    (run,) = json.loads(headway("runs", "--json").out)
    assert run["number"] == 1
    assert (run["status"], run["conclusion"], run["state"]) == ("completed", "failure", "failure")
    assert (run["jobs"], run["failed_jobs"], run["warnings"]) == (3, 1, 1)
    assert run["dirty"] is False


def test_a_killed_run_is_interrupted(headway: Headway, history: History) -> None:
    history.start("01k9aaaa00000001", "a", process="1@x/y/z".replace("x", "elsewhere"), pid=1)
    history.start("01k9aaaa00000002", "a", pid=2**22 + 1, process=_gone())
    states = [d["state"] for d in json.loads(headway("runs", "--json").out)]
    assert states == ["interrupted", "running"]


def _gone() -> str:
    from headway.journal import process

    return "1@" + process.identity().partition("@")[2]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0s ago"),
        (12.9, "12s ago"),
        (60, "1m ago"),
        (3599, "59m ago"),
        (7300, "2h ago"),
        (86400 * 3, "3d ago"),
        (86400 * 40, "2023-10-05"),
    ],
)
def test_how_long_ago(seconds: float, text: str) -> None:
    assert ago(1_700_000_000 - seconds, now=1_700_000_000) == text


def test_paths_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    paths = ("/home/ada/x", "/home/ada", "/home/adam", "/srv")
    assert [short_path(p) for p in paths] == ["~/x", "~", "/home/adam", "/srv"]
