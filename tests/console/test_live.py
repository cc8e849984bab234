"""The live display on a real pseudo-terminal, as a person would see it."""

from __future__ import annotations

import os
import pathlib
import re
from collections.abc import Callable, Iterator

import pytest
from pty_screen import PtyScreen, python

HERE = str(pathlib.Path(__file__).parent)
BEGIN = f"""
import sys; sys.path.insert(0, {HERE!r})
from headway import console, events
from scripted import Script
sink, script = console.make(1), Script()
script.sinks.append(sink.event)
def wait(): return sys.stdin.readline()
"""
RUN = (
    BEGIN
    + """
script.start("lint", "test")
script(events.JobQueued("package", "package", "package", needs=("test",)))
script(events.JobStarted("lint"), events.JobStarted("test"))
script.step("lint", 1, "ruff", seconds=1.0)
script(events.JobFinished("lint", "success", "success", 2.0))
script(events.StepStarted("test", 1, "pytest"))
sink.output("test", 1, b"##[group]Collect\\n1\\n2\\n##[endgroup]\\ntest \\x1b[32mok\\x1b[0m\\n")
wait()
sink.output("test", 1, b"test_b failed\\n##[error]1 == 2\\n")
script(events.Annotation("test", 1, "error", "1 == 2", "", "tests/b.py", 7))
script.end("test", 1, "failure", exit_code=1, seconds=3.0)
script(events.JobFinished("test", "failure", "failure", 3.0))
script(events.JobFinished("package", "skipped", "skipped", 0.0, "needs test, which failed"))
script(events.Summary("lint", 1, "## Style\\n\\n**all** good\\n"))
script(events.RunFinished("failure", 5.0))
sink.close()
"""
)

Open = Callable[..., PtyScreen]


@pytest.fixture
def terminal() -> Iterator[Open]:
    opened: list[PtyScreen] = []

    def make(code: str, **options: object) -> PtyScreen:
        opened.append(PtyScreen(python(code), **options))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for screen in opened:
        if screen.child.poll() is None:
            screen.child.kill()
            screen.child.wait()


def lines(text: str) -> list[str]:
    """Without what differs from one moment to the next: spinners and times."""
    text = re.sub(r"[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]", "*", text)
    text = re.sub(r"(\d+d )?(\d+h )?\d+(\.\d)?(m|s|ms|h)\b( \d\ds)?$", "T", text, flags=re.M)
    return [re.sub(r"(?<=\S) {3,}", "  ", line) for line in text.split("\n")]


def test_the_tree_and_then_the_recap(terminal: Open) -> None:
    screen = terminal(RUN)
    shown = screen.until(lambda text: "test ok" in text)
    assert lines(shown) == [
        "CI · push · main · run 12  T",
        "✓ lint  T",
        "  ✓ ruff  T",
        "* test  T",
        "  * pytest  T",
        "    │ ▸ Collect",
        "    │ test ok",
        "○ package  waits for test",
    ]
    assert screen.screen.cursor.hidden
    os.write(screen._master, b"\n")
    assert screen.finish() == 0
    assert not screen.screen.cursor.hidden
    assert lines(screen.text) == [
        "CI · push · main · run 12  T",
        "✓ lint  T",
        "  ✓ ruff  T",
        "✗ test  failed in T",
        "  ✗ pytest  exit code 1, T",
        "– package  skipped: needs test, which failed",
        "",
        "summary of lint",
        "Style",
        "",
        "all good",
        "",
        "✗ test › pytest  exit code 1, T",
        "  │ ▸ Collect",
        "  │ 1",
        "  │ 2",
        "  │ test ok",
        "  │ test_b failed",
        "  error: tests/b.py:7: 1 == 2",
        "",
        "run 12 failed in 5.0s: headway show 12",
    ]


def test_ascii_and_no_colour(terminal: Open) -> None:
    screen = terminal(RUN, env={"LANG": "C", "LC_ALL": "C", "NO_COLOR": "1"})
    screen.until(lambda text: "test ok" in text)
    os.write(screen._master, b"\n")
    screen.finish()
    assert screen.text.isascii()
    assert b"\x1b[3" not in screen.raw.replace(b"\x1b[?25", b"")
    assert "+ lint" in screen.text
    assert "x test > pytest" in screen.text


@pytest.mark.parametrize(("columns", "rows"), [(20, 4), (40, 2), (200, 50), (1, 1)])
def test_any_size(terminal: Open, columns: int, rows: int) -> None:
    screen = terminal(RUN, columns=columns, lines=rows)
    screen.until(lambda text: bool(text))
    assert screen.screen.history.top == type(screen.screen.history.top)()  # nothing scrolled
    os.write(screen._master, b"\n")
    assert screen.finish() == 0


def test_the_window_changes_its_size(terminal: Open) -> None:
    screen = terminal(RUN, columns=80, lines=24)
    screen.until(lambda text: "test ok" in text)
    screen.resize(120, 30)
    screen.until(lambda text: any(len(line) > 80 for line in text.split("\n")))
    assert screen.text.count("pytest") == 1
    os.write(screen._master, b"\n")
    screen.finish()
    assert screen.scrolled.count("run 12 failed") == 1


MANY = (
    BEGIN
    + """
names = [f"test ({n})" for n in range(80)]
script.start(*names)
for name in names:
    script(events.JobStarted(name))
    script.step(name, 1, "true")
wait()
for name in names:
    script(events.JobFinished(name, "success", "success", 1.0))
script(events.RunFinished("success", 5.0))
sink.close()
"""
)


def test_more_jobs_than_lines(terminal: Open) -> None:
    screen = terminal(MANY, lines=12)
    shown = screen.until(lambda text: "70 more jobs run" in text or "jobs run" in text)
    assert len(shown.split("\n")) <= 11
    os.write(screen._master, b"\n")
    screen.finish()
    assert lines(screen.scrolled) == [
        "CI · push · main · run 12  T",
        "✓ 80 jobs done",
        "",
        "run 12 passed in T",
    ]


def test_what_a_step_prints_cannot_drive_the_terminal(terminal: Open) -> None:
    evil = r"\x1b]0;owned\x07\x1b[2J\x1b[H\x1b[?1049h\x1bc\x9b2J" + r"visible\n"
    code = BEGIN + (
        "script.start('a')\n"
        "script(events.JobStarted('a'), events.StepStarted('a', 1, 'x\\x1b[2J'))\n"
        f"sink.output('a', 1, b'{evil}')\n"
        "wait()\n"
        "script.end('a', 1, 'failure', exit_code=1)\n"
        "script(events.RunFinished('failure', 1.0))\n"
        "sink.close()\n"
    )
    screen = terminal(code)
    screen.until(lambda text: "visible" in text)
    os.write(screen._master, b"\n")
    screen.finish()
    assert screen.screen.title == ""
    for sequence in (b"\x1b]", b"[2J", b"?1049", b"\x1bc"):
        assert sequence not in screen.raw.replace(b"[2Jvisible", b"").replace(b"2Jvisible", b"")
    assert "CI · push" in screen.text


@pytest.mark.parametrize(
    "end", ["raise RuntimeError('defect')", "wait()", "console.live.give_back(); os._exit(1)"]
)
def test_the_terminal_is_given_back_whatever_happens(terminal: Open, end: str) -> None:
    code = BEGIN + (
        "import os, headway.console.live\n"
        "script.start('a')\n"
        "script(events.JobStarted('a'))\n"
        f"try: wait(); {end}\n"
        "finally: sink.close()\n"
    )
    screen = terminal(code)
    screen.until(lambda text: "a  " in text)
    assert screen.screen.cursor.hidden
    if end == "wait()":
        screen.interrupt()
    else:
        os.write(screen._master, b"\n")
    screen.finish()
    assert not screen.screen.cursor.hidden
    assert screen.raw.rindex(b"\x1b[?7h") > screen.raw.rindex(b"\x1b[?7l")
    assert "CI · push · main · run 12" in screen.text


def test_somebody_else_may_have_the_terminal_for_a_while(terminal: Open) -> None:
    code = BEGIN + (
        "script.start('a')\n"
        "script(events.JobStarted('a'))\n"
        "wait()\n"
        "sink.suspend()\n"
        "print('$ a shell', flush=True)\n"
        "sink.output('a', 1, b'meanwhile\\n')\n"
        "wait()\n"
        "sink.resume()\n"
        "wait()\n"
        "sink.close()\n"
    )
    screen = terminal(code)
    screen.until(lambda text: "CI" in text)
    os.write(screen._master, b"\n")
    screen.until(lambda text: "$ a shell" in text and "CI" not in text)
    assert not screen.screen.cursor.hidden
    os.write(screen._master, b"\n")
    screen.until(lambda text: "$ a shell" in text and "CI" in text)
    os.write(screen._master, b"\n")
    assert screen.finish() == 0


def test_a_short_run_draws_no_frame(terminal: Open) -> None:
    code = BEGIN + (
        "sink._stop.wait = lambda period: not __import__('time').sleep(1000)\n"
        "script.start('a')\n"
        "script.step('a', 1, 'true')\n"
        "script(events.JobFinished('a', 'success', 'success', 0.01))\n"
    )
    screen = terminal(code + "import os; os._exit(0)\n")
    screen.finish()
    assert screen.raw == b""
