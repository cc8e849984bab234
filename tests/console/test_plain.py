"""Lines with the job in front, for files and pipes."""

from __future__ import annotations

import os
import threading

import pytest
from scripted import Capture, Script

from headway import console, events
from headway.console import plain
from headway.console.plain import Plain, Quiet
from headway.console.terminal import Terminal


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Titles are held back until something happens, however slow the machine is."""
    monkeypatch.setattr(plain, "PATIENCE", 1000.0)


@pytest.fixture
def sink(capture: Capture, script: Script) -> Plain:
    made = Plain(capture.terminal)
    script.sinks.append(made.event)
    return made


def test_a_run_that_passes(capture: Capture, script: Script, sink: Plain) -> None:
    script.start("lint", "test (3.11)", "docs", dirty=True)
    script(events.JobStarted("lint"), events.JobStarted("test (3.11)"))
    script(events.StepStarted("lint", 1, "Check style"))
    sink.output("lint", 1, b"3 files\nall good\n")
    script.end("lint", 1, seconds=0.42)
    script.step("test (3.11)", 1, "Set up", seconds=0.004)
    script.step("lint", 2, "Publish", conclusion="skipped", reason="not on main")
    script(events.JobFinished("lint", "success", "success", 1.5))
    script(events.JobFinished("test (3.11)", "success", "success", 61.0))
    script(events.JobFinished("docs", "skipped", "skipped", reason="its condition is false"))
    script(events.RunFinished("success", 62.0))
    sink.close()
    assert capture.text == (
        "CI · push · main 68b834f with uncommitted changes · run 12\n"
        "lint        | ▸ Check style\n"
        "lint        | 3 files\n"
        "lint        | all good\n"
        "lint        | ✓ Check style  0.4s\n"
        "test (3.11) | ✓ Set up  4ms\n"
        "lint        | – Publish  skipped: not on main\n"
        "lint        | ✓ job passed in 1.5s\n"
        "test (3.11) | ✓ job passed in 1m 01s\n"
        "docs        | – job skipped: its condition is false\n"
        "\n"
        "run 12 passed in 1m 02s\n"
    )


def test_failures_are_told_again_at_the_end(capture: Capture, script: Script, sink: Plain) -> None:
    script.start("test")
    script(events.JobStarted("test"), events.StepStarted("test", 1, "pytest"))
    for n in range(100):
        sink.output("test", 1, b"test %d ok\n" % n)
    sink.output("test", 1, b"##[error]1 failed\n")
    script(events.Annotation("test", 1, "error", "assert 1 == 2", "test_sum", "tests/a.py", 12))
    script.end("test", 1, "failure", exit_code=1, seconds=8.25)
    script(events.Annotation("test", 2, "warning", "deprecated"))
    script(events.ArtifactStored("test", "report", "artifacts/report", 2, 2048))
    script(events.JobFinished("test", "failure", "failure", 8.5, "step pytest failed"))
    script(events.RunFinished("failure", 9.0))
    end = capture.text[capture.text.index("test | ✗ pytest") :]
    assert end == (
        "test | ✗ pytest  exit code 1, 8.2s\n"
        "test | ✗ job failed in 8.5s\n"
        "\n"
        "warning: deprecated\n"
        "\n"
        "artifact report  2 files, 2 KiB\n"
        "\n"
        "✗ test › pytest  exit code 1, 8.2s\n"
        + "".join(f"  │ test {n} ok\n" for n in range(80, 100))
        + "  error: tests/a.py:12: test_sum: assert 1 == 2\n"
        "\n"
        "run 12 failed in 9.0s: headway show 12\n"
    )


def test_bytes_stay_as_they_are(capture: Capture, script: Script, sink: Plain) -> None:
    script.start("a")
    sink.output("a", 1, b"\xff\x00\x1b[2J\r50%\r100%\n")
    assert capture.data.endswith(b"a | \xff\x00\x1b[2J\r50%\r100%\n")


def test_a_very_long_line_comes_in_pieces(capture: Capture, script: Script, sink: Plain) -> None:
    script.start("a", "b")
    sink.output("a", 1, b"one ")
    sink.output("a", 1, b"line\nand ")
    sink.output("b", 1, b"meanwhile\n")
    sink.output("a", 1, b"the rest\n")
    sink.output("a", 1, b"killed in the mid")
    sink.close()
    sink.close()
    assert capture.text.split("\n")[1:] == [
        "a | one line",
        "a | and ",
        "b | meanwhile",
        "a | the rest",
        "a | killed in the mid",
        "",
    ]


def test_composite_steps_are_indented(capture: Capture, script: Script, sink: Plain) -> None:
    script.start("a")
    script(events.StepStarted("a", 1, "Set up all"))
    script(events.StepStarted("a", 2, "Set up Python", parent=1))
    sink.output("a", 2, b"3.11\n")
    script.end("a", 2)
    script.end("a", 1)
    assert capture.text.split("\n")[1:-1] == [
        "a | ▸ Set up all",
        "a |   ▸ Set up Python",
        "a | 3.11",
        "a |   ✓ Set up Python  0ms",
        "a | ✓ Set up all  0ms",
    ]


def test_a_title_that_waited_long_is_shown(
    capture: Capture, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain, "PATIENCE", 0.0)
    shown = threading.Event()
    write = capture.terminal.write

    def notice(data: bytes) -> None:
        write(data)
        if b"Sleep" in data:
            shown.set()

    monkeypatch.setattr(capture.terminal, "write", notice)
    sink = Plain(capture.terminal)
    script.sinks.append(sink.event)
    script.start("a")
    script(events.StepStarted("a", 1, "Sleep"))
    assert shown.wait(30)
    sink.close()
    assert capture.text.endswith("a | ▸ Sleep\n")


def test_names_cannot_forge_lines(capture: Capture, script: Script, sink: Plain) -> None:
    script.start("a\nb | ✓ deploy\x1b[2J")
    script.step("a\nb | ✓ deploy\x1b[2J", 1, "x\nrun 12 passed")
    script(events.Notice("one\ntwo"))
    assert capture.text.split("\n")[1:-1] == [
        "a b | ✓ deploy | ✓ x run 12 passed  0ms",
        "notice: one two",
    ]


def test_ascii_where_nothing_else_can_be_shown(capture: Capture, script: Script) -> None:
    sink = Plain(Terminal(capture.fd, {"LANG": "C"}))
    script.sinks.append(sink.event)
    script.start("a")
    script.step("a", 1, "ok")
    script.step("a", 2, "no", conclusion="failure", exit_code=2)
    script(events.RunFinished("cancelled", 1.0))
    assert capture.text.isascii()
    assert "a | + ok  0ms" in capture.text
    assert "run 12 was cancelled after 1.0s: headway show 12" in capture.text


def test_what_was_interrupted(capture: Capture, script: Script, sink: Plain) -> None:
    script.start("a")
    script(events.JobStarted("a"), events.StepStarted("a", 1, "Sleep"))
    script(events.RunInterrupted("its process is gone", last=1004.0), at=2000.0)
    assert "⊘ a › Sleep" in capture.text
    assert capture.text.endswith("run 12 was interrupted after 4.0s: headway show 12\n")


def test_suspended_it_waits(capture: Capture, script: Script, sink: Plain) -> None:
    script.start("a")
    before = capture.text
    sink.suspend()
    sink.output("a", 1, b"meanwhile\n")
    assert capture.text == before
    sink.resume()
    assert capture.text == before + "a | meanwhile\n"


def test_nobody_reads_any_more(script: Script) -> None:
    reader, writer = os.pipe()
    told: list[bool] = []
    sink = console.make(writer, "plain", lost=lambda: told.append(True))
    script.sinks.append(sink.event)
    script.start("a")
    os.close(reader)
    for _ in range(3):
        sink.output("a", 1, b"x\n")
    script(events.RunFinished("success", 1.0))
    sink.close()
    assert told == [True]
    os.close(writer)


def test_two_runs_one_after_the_other(capture: Capture, script: Script, sink: Plain) -> None:
    for number in (1, 2):
        script.start("a", number=number)
        script(events.JobFinished("a", "failure", "failure", 1.0))
        script(events.RunFinished("failure", 1.0))
    assert capture.text.count("✗ a\n") == 2
    assert capture.text.endswith("run 2 failed in 1.0s: headway show 2\n")


def test_quiet_only_says_how_it_ended(capture: Capture, script: Script) -> None:
    sink = Quiet(capture.terminal)
    script.sinks.append(sink.event)
    script.start("a")
    script(events.StepStarted("a", 1, "make"))
    sink.output("a", 1, b"no rule\n")
    assert capture.text == ""
    script.end("a", 1, "failure", exit_code=2, seconds=1.0)
    script(events.JobFinished("a", "failure", "failure", 1.0))
    script(events.RunFinished("failure", 1.0))
    assert capture.text == (
        "✗ a › make  exit code 2, 1.0s\n  │ no rule\n\nrun 12 failed in 1.0s: headway show 12\n"
    )


def test_quiet_about_what_passed(capture: Capture, script: Script) -> None:
    script.sinks.append(Quiet(capture.terminal).event)
    script.start("a")
    script.step("a", 1, "make")
    script(events.RunFinished("success", 1.0))
    assert capture.text == "run 12 passed in 1.0s\n"


def test_verbose_shows_headers_and_debug_lines(capture: Capture, script: Script) -> None:
    log = b"##[group]Run make\nmake\n##[endgroup]\n##[debug]because\nmade\n"
    for verbose, expected in (
        (False, ["made"]),
        (True, ["▸ Run make", "make", "debug: because", "made"]),
    ):
        sink = Plain(capture.terminal, verbose=verbose)
        sink.output("a", 1, log)
        assert [line.removeprefix("a | ") for line in capture.text.splitlines()] == expected
        os.truncate(capture.path, 0)
