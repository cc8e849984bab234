"""The lines that a terminal shows while suites run, and what stays of them."""

from __future__ import annotations

import os
import signal
import subprocess

import pyte
import pytest

SUITES = """
suites:
  unit:
    fast: {command: "true"}
    slow: {command: "echo planted words; touch started; until [ -e go ]; do sleep 0.05; done"}
    last: {command: "true", needs: [unit/slow]}
"""


@pytest.fixture
def repository(project):
    project.write("headway.yaml", SUITES)
    project.commit()
    return project


class Terminal:
    """Standard error of `headway test` on a terminal of 70 columns and 12 lines."""

    def __init__(self, project, *arguments):
        self.project = project
        self.master, slave = os.openpty()
        os.set_blocking(self.master, True)
        import fcntl
        import struct
        import termios

        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 70, 0, 0))
        self.screen = pyte.Screen(70, 12)
        self.stream = pyte.ByteStream(self.screen)
        self.data = b""
        env = {**project.env, "TERM": "xterm", "LANG": "C.UTF-8", "NO_COLOR": "1"}
        self.process = subprocess.Popen(
            project.command("test", "--no-gate", *arguments),
            cwd=project.root, env=env, stdout=subprocess.DEVNULL, stderr=slave,
        )  # fmt: skip
        os.close(slave)

    def read_until(self, condition):
        """Until the screen is so; or to the end."""
        while not condition(self.lines()):
            try:
                chunk = os.read(self.master, 65536)
            except OSError:
                return self.lines()
            self.data += chunk
            self.stream.feed(chunk)
        return self.lines()

    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def end(self):
        lines = self.read_until(lambda _: False)
        os.close(self.master)
        return self.process.wait(timeout=60), lines


def test_what_runs_shows_its_last_words_and_at_the_end_how_all_went(repository):
    terminal = Terminal(repository, "--parallel", "2")
    lines = terminal.read_until(lambda lines: any("planted words" in line for line in lines))
    lines = terminal.read_until(lambda lines: lines[0].startswith("✓"))
    assert lines[0].split()[:3] == ["✓", "unit/fast", "done"]
    assert lines[1].split()[1:4] == ["unit/slow", "planted", "words"]
    assert lines[2].strip() == "○ unit/last"
    (repository.root / "go").touch()
    code, lines = terminal.end()
    assert code == 0
    assert [line[:1] for line in lines[:3]] == ["✓"] * 3
    assert terminal.data.rstrip().endswith(b"\x1b[?25h\x1b[?7h")


def test_the_terminal_is_given_back_when_interrupted(repository):
    terminal = Terminal(repository)
    terminal.read_until(lambda lines: any("planted words" in line for line in lines))
    terminal.process.send_signal(signal.SIGINT)
    code, lines = terminal.end()
    assert code == 130
    assert "interrupted: nothing was judged" in lines
    assert terminal.data.count(b"\x1b[?25l") == terminal.data.count(b"\x1b[?25h") == 1
