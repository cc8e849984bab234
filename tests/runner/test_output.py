"""What a step prints: cut into lines, commands taken out, secrets masked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.runner.masking import Masker
from headway.runner.output import LONGEST_LINE, Output


class Log:
    def __init__(self):
        self.data = b""

    def write(self, data):
        self.data += data


def output(matchers=(), secrets=()):
    log, shown, commands = Log(), [], []
    masker = Masker()
    for secret in secrets:
        masker.add(secret)

    def command(found):
        commands.append(found)
        if found.name == "add-mask":
            masker.add(found.data)
            return None
        return f"##[{found.name}]{found.data}"

    made = Output(masker, list(matchers), log, shown.append, command, lambda match: None)
    return made, log, commands, shown


def test_plain_output_is_passed_on_as_it_is():
    made, log, commands, shown = output()
    made.feed(b"one\ntwo\n\xff\x00binary\n")
    assert log.data == b"one\ntwo\n\xff\x00binary\n" == b"".join(shown)
    assert not commands


def test_commands_are_taken_out_in_order():
    made, log, commands, _ = output()
    made.feed(b"a\n::group::G\nb\n::add-mask::hush\nhush\n")
    assert [c.name for c in commands] == ["group", "add-mask"]
    assert log.data == b"a\n##[group]G\nb\n***\n"


def test_a_command_may_come_in_pieces_but_not_in_the_middle_of_a_line():
    made, log, commands, _ = output()
    for piece in (b"::err", b"or::x", b"\ntext", b" ::error::no\n"):
        made.feed(piece)
    made.flush()
    assert [c.data for c in commands] == ["x"]
    assert log.data == b"##[error]x\ntext ::error::no\n"


def test_stopped_commands_are_output_until_the_token():
    made, log, commands, _ = output()
    made.resume_token = "tok"
    made.feed(b"::error::x\n::tok::\n::error::y\n")
    assert [c.data for c in commands] == ["y"]
    assert log.data == b"::error::x\n::tok::\n##[error]y\n"


def test_a_line_without_an_end_goes_out_in_pieces():
    made, log, _, shown = output(secrets=["hush-hush"])
    piece = b"x" * 65536
    for _ in range(40):
        made.feed(piece)
    assert len(shown) >= 2
    made.flush()
    assert len(log.data) == 40 * 65536 + 1


@pytest.mark.parametrize("cut", range(9))
def test_a_secret_across_a_cut_stays_hidden(cut):
    made, log, _, _ = output(secrets=["hush-hush"])
    made.feed(b"x" * (LONGEST_LINE - cut) + b"hush-hush"[:cut])
    made.feed(b"hush-hush"[cut:] + b"y\n")
    assert b"***y\n" in log.data
    assert b"hush" not in log.data


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_whatever_the_pieces_the_log_is_the_same(pieces):
    whole, log, _, _ = output()
    whole.feed(b"".join(pieces))
    whole.flush()
    parts, other, _, _ = output()
    for piece in pieces:
        parts.feed(piece)
    parts.flush()
    assert other.data == log.data
