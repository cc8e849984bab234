"""`headway lint`: which files it finds, how it prints them, how it exits."""

from __future__ import annotations

import io
import json
import os
import pty
import re
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from headway.cli import lint
from headway.cli.lint_files import Files, find_root
from headway.errors import UsageError

CLEAN = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: make\n"
WARNED = CLEAN.replace("run: make", "uses: example/deploy@v2")
WRONG = CLEAN.replace("runs-on: x", "runs-onn: x")
ACTION = (
    "name: n\ndescription: d\nruns:\n  using: composite\n"
    "  steps:\n    - run: echo ::set-output name=a::b\n      shell: bash\n"
)

Lint = Callable[..., tuple[int, str]]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(repository: Path, capfd: pytest.CaptureFixture[str]) -> Lint:
    def call(*arguments: str) -> tuple[int, str]:
        parser = ArgumentParser()
        lint.arguments(parser)
        code = lint.main(parser.parse_args(arguments))
        return code, capfd.readouterr().out

    return call


def write(root: Path, **files: str) -> None:
    """ci="…" is .github/workflows/ci.yml; a/b__yml is a path of its own."""
    for name, text in files.items():
        path = root / ".github" / "workflows" / f"{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


# --- exit codes and printing -------------------------------------------------------------------


def test_nothing_wrong(run: Lint, repository: Path) -> None:
    write(repository, ci=CLEAN, other=CLEAN)
    assert run() == (0, "no problems in 2 files\n")


def test_warnings_are_allowed_unless_strict(run: Lint, repository: Path) -> None:
    write(repository, ci=WARNED)
    code, out = run()
    assert code == 0
    assert "[unpinned-action]" in out
    assert out.endswith("1 warning in 1 file\n")
    assert run("--strict")[0] == 1
    assert run("--no-warnings") == (0, "no problems in 1 file\n")


def test_errors_come_first_and_fail(run: Lint, repository: Path) -> None:
    write(repository, a=WARNED, b=WRONG)
    code, out = run()
    assert code == 1
    assert out.index("b.yml:4:5: error:") < out.index("a.yml:6:15: warning:")
    assert 'did you mean "runs-on"?' in out
    assert re.search(r"^\d errors?, 1 warning in 2 files$", out, re.MULTILINE)


def test_a_problem_is_shown_with_its_line(run: Lint, repository: Path) -> None:
    write(repository, ci=WARNED)
    assert run()[1].split("\n")[:4] == [
        '.github/workflows/ci.yml:6:15: warning: "v2" of example/deploy is a tag that can be'
        " moved to other code [unpinned-action]",
        "  6 |       - uses: example/deploy@v2",
        "    |               ^^^^^^^^^^^^^^^^^",
        "  hint: pin the full commit SHA: it can't be moved; name the version in a comment",
    ]


def test_json(run: Lint, repository: Path) -> None:
    write(repository, a=WARNED, b=WRONG)
    code, out = run("--json")
    assert code == 1
    problems = json.loads(out)
    assert [p["severity"] for p in problems][-1] == "warning"
    assert problems[-1] == {
        "file": ".github/workflows/a.yml",
        "line": 6,
        "column": 15,
        "severity": "warning",
        "rule": "unpinned-action",
        "message": '"v2" of example/deploy is a tag that can be moved to other code',
        "hint": "pin the full commit SHA: it can't be moved; name the version in a comment",
    }


def test_json_of_nothing_is_an_empty_list(run: Lint, repository: Path) -> None:
    write(repository, ci=CLEAN)
    assert run("--json") == (0, "[]\n")


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colour_off_a_terminal(
    run: Lint,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    coloured: bool,
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    write(repository, ci=WARNED)
    assert ("\x1b[" in run()[1]) is coloured


def test_colour_on_a_terminal(repository: Path, monkeypatch: pytest.MonkeyPatch, run: Lint) -> None:
    write(repository, ci=WARNED)
    monkeypatch.setenv("TERM", "xterm")
    reader, writer = pty.openpty()
    monkeypatch.setattr(lint.sys, "stdout", SimpleNamespace(fileno=lambda: writer))
    run()
    assert b"\x1b[1;33mwarning\x1b[0m:" in os.read(reader, 4096)
    os.close(reader)
    os.close(writer)


def test_what_a_file_says_can_not_drive_the_terminal(run: Lint, repository: Path) -> None:
    write(
        repository, ci=WARNED.replace("example/", "example\u202e/").replace("x\n", "x # \x9b2J\n")
    )
    assert "\x9b" not in run()[1]


# --- which files -------------------------------------------------------------------------------


def test_from_any_folder_below_the_root(
    run: Lint, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repository, ci=WARNED)
    below = repository / "src" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert run()[1].startswith("../../.github/workflows/ci.yml:6:15: ")
    assert json.loads(run("--json")[1])[0]["file"] == ".github/workflows/ci.yml"


def test_the_root_needs_no_git(tmp_path: Path) -> None:
    (tmp_path / ".github").mkdir()
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert find_root(str(tmp_path / "a" / "b")) == str(tmp_path)


def test_actions_that_workflows_use_are_looked_at_too(run: Lint, repository: Path) -> None:
    step = "uses: actions/checkout@v4\n      - uses: ./tools/setup"
    write(repository, ci=CLEAN.replace("run: make", step), again=CLEAN.replace("run: make", step))
    put(
        repository / "tools/setup/action.yml",
        ACTION.replace("- run", "- uses: ./tools/inner\n    - run"),
    )
    put(repository / "tools/inner/action.yaml", ACTION)
    put(repository / "tools/unused/action.yml", "not an action")
    code, out = run()
    assert code == 0
    assert out.count("tools/setup/action.yml:7:") == 1
    assert out.count("tools/inner/action.yaml:6:") == 1
    assert out.endswith("2 warnings in 4 files\n")


def test_only_the_files_that_are_named(run: Lint, repository: Path) -> None:
    write(repository, ci=WRONG, other=CLEAN)
    assert run(".github/workflows/other.yml") == (0, "no problems in 1 file\n")
    put(repository / "action.yml", ACTION)
    assert "1 warning in 1 file" in run("action.yml", "./action.yml")[1]


def test_an_action_is_known_by_what_it_says(run: Lint, repository: Path) -> None:
    put(repository / "other-name.yml", ACTION)
    assert "[deprecated-command]" in run("other-name.yml")[1]


def test_a_file_outside_of_the_repository(
    run: Lint, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "ci.yml"
    elsewhere.write_text(WARNED)
    assert json.loads(run("--json", str(elsewhere))[1])[0]["file"] == str(elsewhere)


def test_standard_input(run: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(WARNED.encode())))
    code, out = run("-")
    assert code == 0
    assert out.startswith("<stdin>:6:15: warning: ")


@pytest.mark.parametrize(
    ("arguments", "says", "hint"),
    [
        ((), "no workflows in ", "inside a repository"),
        (("nothing.yml",), "there is no file nothing.yml", "looked in "),
        ((".git",), ".git is a folder", "name the files"),
    ],
)
def test_wrong_usage_says_where_it_looked(
    run: Lint, repository: Path, arguments: tuple[str, ...], says: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        run(*arguments)
    assert says in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("flags", [("--json", "--sarif"), ("--strict", "--no-warnings")])
def test_flags_that_exclude_each_other(run: Lint, flags: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(*flags)
    assert caught.value.code == 2


# --- bad files -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff\xfe",
        b"\xff\xfeo\x00n\x00",
        b"[" * 5000,
        b"a: &a [*a]",
        b"on: push\n" * 3,
        b"- just\n- a list\n",
        b"on: push\njobs: 3\n",
        b"x" * 2_000_000,
        b"runs: []\n",
    ],
)
def test_a_broken_file_is_an_error_with_a_place(run: Lint, repository: Path, data: bytes) -> None:
    write(repository, ci="")
    (repository / ".github/workflows/ci.yml").write_bytes(data)
    code, out = run()
    assert code == 1
    assert re.match(r"\.github/workflows/ci\.yml:\d+:\d+: error: .+ \[[a-z-]+\]\n", out)


def test_a_byte_order_mark_moves_nothing(run: Lint, repository: Path) -> None:
    write(repository, ci="\ufeff" + WARNED)
    assert run()[1].startswith(".github/workflows/ci.yml:6:15: warning: ")


def test_an_action_may_be_nested_deeper_than_a_workflow(run: Lint, repository: Path) -> None:
    put(repository / "action.yml", ACTION + "x: " + "[" * 60 + "]" * 60 + "\n")
    assert run("action.yml")[0] == 0


def test_comments_silence_the_warnings_of_reading_too(run: Lint, repository: Path) -> None:
    on = "on: {schedule: [{cron: '* * * * *'}]}"
    write(repository, ci=CLEAN.replace("on: push", on))
    assert "[cron]" in run()[1]
    write(repository, ci=CLEAN.replace("on: push", f"{on} # headway: ignore[cron]"))
    assert run() == (0, "no problems in 1 file\n")


def test_a_file_of_the_repository_that_can_not_be_read_is_none(repository: Path) -> None:
    files = Files(str(repository))
    assert files.text("no/such/file") is None
    assert files.text("nul\0byte") is None
    assert files.text(".git") is None


# --- SARIF ---------------------------------------------------------------------------------------


def test_sarif(run: Lint, repository: Path) -> None:
    write(repository, a=WARNED, b=WRONG, **{"with space": WARNED})
    code, out = run("--sarif")
    assert code == 1
    log = json.loads(out)
    check_sarif(log)
    [one] = log["runs"]
    uris = [
        r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in one["results"]
    ]
    assert ".github/workflows/with%20space.yml" in uris
    last = one["results"][-1]
    assert (last["ruleId"], last["level"]) == ("unpinned-action", "warning")
    region = last["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 6, "startColumn": 15, "endColumn": 32}


def test_sarif_of_nothing(run: Lint, repository: Path) -> None:
    write(repository, ci=CLEAN)
    log = json.loads(run("--sarif")[1])
    check_sarif(log)
    assert log["runs"][0]["results"] == []


def check_sarif(log: dict[str, Any]) -> None:
    """What the standard (SARIF 2.1.0, sections 3.13 to 3.30) asks of the parts that are used."""
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    for one in log["runs"]:
        driver = one["tool"]["driver"]
        assert driver["name"] == "headway"
        assert driver["version"]
        assert one["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
        ids = [rule["id"] for rule in driver["rules"]]
        assert len(ids) == len(set(ids))
        assert all(rule["shortDescription"]["text"] for rule in driver["rules"])
        for result in one["results"]:
            check_result(result, ids)


def check_result(result: dict[str, Any], ids: list[str]) -> None:
    assert ids[result["ruleIndex"]] == result["ruleId"]
    assert result["level"] in ("none", "note", "warning", "error")
    assert result["message"]["text"]
    for location in result["locations"]:
        place = location["physicalLocation"]
        artifact, region = place["artifactLocation"], place["region"]
        assert re.fullmatch(r"[!#-;=?-\[\]_a-z~%]+", artifact["uri"])
        assert artifact.get("uriBaseId") == "%SRCROOT%" or artifact["uri"].startswith("file:///")
        assert region["startLine"] >= 1
        assert 1 <= region["startColumn"] < region["endColumn"]


# --- headway.yaml ------------------------------------------------------------------------------


def test_headway_yaml_is_checked_too(run: Lint, repository: Path) -> None:
    write(repository, ci=CLEAN)
    put(repository / "headway.yaml", "gates:\n  coverge: {min: 80}\n")
    code, out = run()
    assert code == 1
    assert 'headway.yaml:2:3: error: gates: unknown key "coverge" [config]' in out
    assert out.endswith("1 error in 2 files\n")


def test_headway_yaml_alone(run: Lint, repository: Path) -> None:
    put(repository / "headway.yaml", "service: shop\n")
    assert run() == (0, "no problems in 1 file\n")
    put(repository / "headway.yaml", "service: 1\n")
    assert run("headway.yaml")[0] == 1
    (result,) = json.loads(run("--sarif")[1])["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("config", "error")


def test_two_of_them(run: Lint, repository: Path) -> None:
    put(repository / "headway.yaml", "service: shop\n")
    put(repository / "headway.yml", "service: shop\n")
    with pytest.raises(UsageError, match="both"):
        run()
