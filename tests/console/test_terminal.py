"""What a stream can show."""

from __future__ import annotations

import os

import pytest

from headway.console.terminal import Terminal, encode, knows_unicode, wants_colour


@pytest.mark.parametrize(
    ("environ", "tty", "colour"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ({"CLICOLOR_FORCE": "1"}, False, True),
        ({"CLICOLOR": "0"}, True, False),
        ({"CLICOLOR": "1"}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
    ],
)
def test_colour(environ: dict[str, str], tty: bool, colour: bool) -> None:
    assert wants_colour(tty, environ) is colour


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, True),
        ({"LANG": "de_DE.UTF-8"}, True),
        ({"LANG": "de_DE.utf8"}, True),
        ({"LANG": "de_DE.ISO-8859-1"}, False),
        ({"LANG": "C"}, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),  # which Python has put there
        ({"LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "POSIX"}, False),
        ({"LANG": "C", "LC_CTYPE": "en_US.UTF-8"}, True),
    ],
)
def test_unicode(environ: dict[str, str], expected: bool) -> None:
    assert knows_unicode(environ) is expected


def test_a_pipe_is_no_terminal() -> None:
    reader, writer = os.pipe()
    terminal = Terminal(writer, {"TERM": "xterm"})
    assert (terminal.tty, terminal.live, terminal.size()) == (False, False, (80, 24))
    terminal.write(b"all of it")
    assert os.read(reader, 100) == b"all of it"
    os.close(reader)
    with pytest.raises(BrokenPipeError):
        terminal.write(b"nobody reads")
    os.close(writer)


@pytest.mark.parametrize(("term", "live"), [("xterm", True), ("dumb", False), ("", False)])
def test_a_terminal_that_can_be_drawn_on(term: str, live: bool) -> None:
    master, slave = os.openpty()
    assert Terminal(slave, {"TERM": term}).live is live
    os.close(master)
    os.close(slave)


def test_any_text_becomes_bytes() -> None:
    assert encode("é\udcff") == b"\xc3\xa9\xff"
    assert encode("\ud800") == b"?"
