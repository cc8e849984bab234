"""What a step prints can be seen on a terminal, but can't drive it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.console import clean


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (b"plain \xc3\xa9\ttext\n", b"plain \xc3\xa9\ttext\n"),
        (b"\x1b[31mred\x1b[0m\n", b"\x1b[31mred\x1b[0m\x1b[0m\n"),
        (b"\x1b[1;38:5:9mbold\nnext\n", b"\x1b[1;38:5:9mbold\x1b[0m\nnext\n"),
        (b"\x1b[2J\x1b[Hgone\n", b"gone\n"),  # clears the screen
        (b"up\x1b[5A\x1b[2K\n", b"up\n"),
        (b"\x1b]0;title\x07x\n", b"x\n"),
        (b"\x1b]52;c;Y2xpcA==\x1b\\x\n", b"x\n"),  # writes the clipboard
        (b"\x1b]0;without an end\nnext\n", b"\nnext\n"),
        (b"\x1bPq#0;2;0\x1b\\x\n", b"x\n"),  # a picture
        (b"\x1bc\x1b7\x1b(0x\n", b"x\n"),  # resets the terminal, changes the alphabet
        (b"\x1b[?1049hx\x1b[?25l\n", b"x\n"),
        (b"a\x07\x08\x0b\x0c\x0e\x7f\x00b\n", b"ab\n"),
        (b"\xc2\x9b2Jx\n", b"2Jx\n"),  # the single character that is ESC [
        (b"10%\r50%\r100%\n", b"100%\n"),
        (b"windows\r\nlines\r\n", b"windows\nlines\n"),
        (b"left at\r\n", b"left at\n"),
        (b"ends with \x1b", b"ends with "),
        (b"\x1b[31", b"31"),
    ],
)
def test_lines_on_a_terminal(printed: bytes, shown: bytes) -> None:
    assert clean.lines(printed, colour=True) == shown


def test_no_colours_where_none_are_wanted() -> None:
    assert clean.lines(b"\x1b[31mred\x1b[0m\n", colour=False) == b"red\n"


def test_single_byte_controls_where_the_terminal_is_not_utf8() -> None:
    assert clean.lines(b"\x9b2Jx\n", colour=True, utf8=False) == b"2Jx\n"


SGR = re.compile(rb"\x1b\[[0-9;:]*m")


@given(st.lists(st.sampled_from([*b"\x1b[]PX^_\x07\\0;mHJ?\r\n\x9bab"]), max_size=40))
def test_nothing_but_colours_is_left(printed: list[int]) -> None:
    for colour in (True, False):
        shown = clean.lines(bytes(printed), colour=colour)
        rest = SGR.sub(b"", shown) if colour else shown
        assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", rest)


@given(st.text())
def test_one_line(text: str) -> None:
    line = clean.one_line(text)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", line)
    if text.isprintable():
        assert line == text
