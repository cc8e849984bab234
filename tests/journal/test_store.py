"""Events go in, come out as they were, and can be shown to be what was written."""

from __future__ import annotations

import json
import sqlite3
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway import events
from headway.journal import Journal, record


def test_what_is_appended_is_read(journal: Journal) -> None:
    job = events.JobQueued("build", "build", "Build", needs=("lint",), matrix={"py": 3.11})
    written = journal.append("r1", [job, events.JobStarted("build")], at=1700000000.25)

    assert journal.read("r1") == written
    assert [r.seq for r in written] == [1, 2]
    assert written[0].event == job
    assert written[0].at == 1700000000.25
    assert journal.read("r1", after=1) == written[1:]
    assert journal.read("other") == []


def test_streams_count_and_chain_on_their_own(journal: Journal) -> None:
    first = journal.append("r1", [events.JobStarted("a")], at=1)
    other = journal.append("r2", [events.JobStarted("a")], at=1)
    again = journal.append("r1", [events.JobStarted("b")], at=2)

    assert [first[0].seq, other[0].seq, again[0].seq] == [1, 1, 2]
    assert first[0].digest != other[0].digest
    assert journal.streams() == ["r1", "r2"]


def test_the_digest_is_sha256_of_the_one_before_and_the_text(journal: Journal, path: str) -> None:
    from hashlib import sha256

    journal.append("r1", [events.JobStarted("a"), events.JobStarted("b")], at=1)
    rows = sqlite3.connect(path).execute("SELECT body, digest FROM event ORDER BY seq").fetchall()
    first = sha256(b"r1" + rows[0][0].encode()).hexdigest()
    second = sha256(first.encode() + rows[1][0].encode()).hexdigest()
    assert [digest for _, digest in rows] == [first, second]


def test_all_of_a_batch_or_nothing(journal: Journal) -> None:
    with pytest.raises(RecursionError):
        journal.append(
            "r1", [events.JobStarted("a"), events.JobQueued("b", "b", "b", matrix=_loop())], 1
        )
    assert journal.read("r1") == []
    assert journal.append("r1", [events.JobStarted("c")], 2)[0].seq == 1


def _loop() -> dict[str, object]:
    loop: dict[str, object] = {"bad": float("nan")}
    loop["loop"] = loop
    return loop


def test_kinds_of_a_later_version_are_left_out_but_counted(journal: Journal, path: str) -> None:
    journal.append("r1", [events.JobStarted("a")], at=1)
    body = '{"kind":"job.teleported","seq":2,"at":2.0}'
    with sqlite3.connect(path) as db:
        previous = journal.read("r1")[0].digest
        digest = record.chain(previous, body)
        db.execute(
            "INSERT INTO event (stream, seq, kind, body, digest) VALUES ('r1',2,?,?,?)",
            ("job.teleported", body, digest),
        )
        db.execute("UPDATE stream SET seq = 2, digest = ?", (digest,))

    journal.append("r1", [events.JobStarted("b")], at=3)
    assert [r.seq for r in journal.read("r1")] == [1, 3]
    assert journal.verify("r1") is None


@pytest.mark.parametrize(
    ("tamper", "seq"),
    [
        ("UPDATE event SET body = replace(body, 'build', 'deploy') WHERE seq = 2", 2),
        ("UPDATE event SET kind = 'job.finished' WHERE seq = 1", 1),
        ("UPDATE event SET digest = replace(digest, 'a', 'b') WHERE seq = 3", 3),
        ("DELETE FROM event WHERE seq = 2", 2),
        ("DELETE FROM event WHERE seq = 4", 4),
        ("DELETE FROM event WHERE stream = 'r1'", 1),
        ("UPDATE event SET stream = 'r2'; UPDATE stream SET id = 'r2'", 1),
    ],
)
def test_tampering_shows_and_names_the_first_broken_record(
    journal: Journal, path: str, tamper: str, seq: int
) -> None:
    journal.append("r1", [events.JobStarted("build")] * 4, at=1)
    assert journal.verify("r1") is None

    with sqlite3.connect(path) as db:
        db.executescript(tamper)

    (stream,) = journal.streams()
    broken = journal.verify(stream)
    assert broken is not None
    assert broken.seq == seq


def test_numbers_are_given_once(journal: Journal, path: str) -> None:
    other = Journal.open(path)
    numbers = [j.reserve("/src/engine") for j in (journal, other, journal)]
    assert numbers == [1, 2, 3]
    assert journal.reserve("/src/else") == 1
    other.close()


def test_threads_share_a_journal(journal: Journal) -> None:
    def work(stream: str) -> None:
        for n in range(50):
            journal.append(stream, [events.JobStarted(str(n))], at=n)

    threads = [threading.Thread(target=work, args=(f"r{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for stream in journal.streams():
        assert [r.seq for r in journal.read(stream)] == list(range(1, 51))
        assert journal.verify(stream) is None


def test_following_gives_what_others_write(journal: Journal, path: str) -> None:
    writer = Journal.open(path)
    ready, done = threading.Event(), threading.Event()

    def write() -> None:
        for n in range(5):
            writer.append("r1", [events.JobStarted(str(n))], at=n)
            ready.wait()
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    seen = []
    for new in journal.follow("r1", stop=done.is_set, poll=0.01):
        seen.append(new.seq)
        ready.set()
    thread.join()
    writer.close()
    assert seen == [1, 2, 3, 4, 5]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json_values), st.text(st.characters(exclude_categories=())))
def test_any_value_can_be_written_as_one_line(matrix: dict[str, object], name: str) -> None:
    text = record.text(3, 1.5, events.JobQueued(name, "id", name, matrix=matrix))
    assert "\n" not in text
    assert text.isascii()
    data = json.loads(text)
    assert list(data)[:3] == ["kind", "seq", "at"]
    assert data["job"] == name
    again = record.read("r1", text, "")
    assert again is not None
    assert again.event.job == name  # type: ignore[attr-defined]
