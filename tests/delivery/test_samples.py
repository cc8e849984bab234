"""The looks of the analysis in a file: kept whole, read back, recognised."""

from __future__ import annotations

from pathlib import Path

import pytest

from headway.delivery.analysis.judge import Sample
from headway.delivery.engine import samples
from headway.delivery.engine.samples import Samples


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "samples.jsonl")


def test_what_was_kept_is_there_for_the_next_engine(path: str) -> None:
    first = Samples(path)
    for t in (1.0, 2.0, 3.0):
        first.append(Sample(t=t))
    second = Samples(path)
    assert [s.t for s in second.earlier] == [1.0, 2.0, 3.0]
    assert (second.count, second.digest) == (first.count, first.digest)
    assert samples.digest_of(path, 3) == first.digest
    assert [s.t for s in samples.read(path, 2)] == [1.0, 2.0]


def test_half_a_line_of_a_killed_engine_is_cut_off(path: str) -> None:
    Samples(path).append(Sample(t=1.0))
    with Path(path).open("ab") as file:
        file.write(b'{"t":2.0,"sta')
    again = Samples(path)
    again.append(Sample(t=3.0))
    assert [s.t for s in samples.read(path)] == [1.0, 3.0]
    assert samples.digest_of(path, 2) == again.digest


def test_following_reads_whole_lines_only(path: str) -> None:
    assert samples.read_after(path, 0) == ([], 0)
    Samples(path).append(Sample(t=1.0))
    found, place = samples.read_after(path, 0)
    with Path(path).open("ab") as file:
        file.write(b'{"t":2')
    assert [s.t for s in found] == [1.0]
    assert samples.read_after(path, place) == ([], place)


def test_a_changed_file_shows(path: str) -> None:
    kept = Samples(path)
    kept.append(Sample(t=1.0))
    Path(path).write_text('{"t":1.5}\n')
    assert samples.digest_of(path, 1) != kept.digest
