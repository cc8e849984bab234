"""Lines of a log about the log."""

from __future__ import annotations

import pytest

from headway.console.markers import Markers, Tail
from headway.console.style import Style

PLAIN = Style(colour=False, unicode=True)
RUN = b"##[group]Run make\nmake\nshell: bash\n##[endgroup]\n"


@pytest.mark.parametrize(
    ("log", "shown", "verbose"),
    [
        (b"one\ntwo\n", b"one\ntwo\n", None),
        (b"##[group]Build\ncc a.c\n##[endgroup]\nok\n", "▸ Build\ncc a.c\nok\n".encode(), None),
        (b"##[error]no\n##[warning]hm\n", b"error: no\nwarning: hm\n", None),
        (b"a\n##[debug]x\n##[command]git fetch\nb\n", b"a\nb\n", b"a\ndebug: x\n$ git fetch\nb\n"),
        (RUN + b"made\n", b"made\n", "▸ Run make\nmake\nshell: bash\nmade\n".encode()),
        (b"##[start-action id=a]\nx\n##[end-action id=a;outcome=success]\n", b"x\n", None),
        (b"see ##[error] in the middle\n", b"see ##[error] in the middle\n", None),
        (b"##[whatever]x\n", b"##[whatever]x\n", None),
        (b"##[error]without an end", b"error: without an end\n", None),
    ],
)
def test_shown(log: bytes, shown: bytes, verbose: bytes | None) -> None:
    assert Markers(PLAIN, verbose=False).feed(log) == shown
    assert Markers(PLAIN, verbose=True).feed(log) == (shown if verbose is None else verbose)


def test_a_header_in_several_blocks() -> None:
    markers = Markers(PLAIN, verbose=False)
    blocks = [b"##[group]Run make\nmake\n", b"shell: bash\n", b"##[endgroup]\nmade\n", b"more\n"]
    assert b"".join(map(markers.feed, blocks)) == b"made\nmore\n"


def test_a_later_group_of_that_name_is_the_steps_own() -> None:
    markers = Markers(PLAIN, verbose=False)
    assert markers.feed(b"x\n" + RUN) == "x\n▸ Run make\nmake\nshell: bash\n".encode()


def test_the_tail_is_bounded_and_begins_with_a_line() -> None:
    tail = Tail()
    for n in range(10_000):
        tail.feed(b"line %d\n" % n)
    assert len(tail.last) <= Tail.LIMIT
    assert tail.last.startswith(b"line ")
    assert tail.last.endswith(b"line 9999\n")
    tail.feed(b"x" * 50_000)
    assert tail.last == b"x" * Tail.LIMIT


@pytest.mark.parametrize(
    ("blocks", "folded"),
    [
        ([b"a\nb\n"], [b"a", b"b"]),
        ([b"a\n##[group]G\nb\n##[endgroup]\nc\n"], [b"a", b"##[group]G", b"c"]),
        ([b"a\n##[group]G\nb\n"], [b"a", b"##[group]G"]),
        ([b"##[group]G\n", b"b\n" * 10_000], [b"##[group]G"]),
        ([b"##[group]G\nx\n", b"b\n" * 10_000, b"##[endgroup]\nz\n"], [b"z"]),
        ([b"##[debug]d\n##[error]e\n"], [b"##[error]e"]),
    ],
)
def test_folded(blocks: list[bytes], folded: list[bytes]) -> None:
    tail = Tail()
    for block in blocks:
        tail.feed(block)
    assert tail.folded()[-3:] == folded
