"""Processes are killed at random moments, or write at once: nothing that was kept is lost."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time

from headway.journal import Journal
from headway.journal.log_reader import LogReader

WRITER = """
import sys, time
from headway import events
from headway.journal import Journal, process
from headway.journal.logs import LogWriter
import os
path, run, log = sys.argv[1:]
journal, writer = Journal.open(path), LogWriter(log)
journal.append(run, [events.RunStarted(run, "ci.yml", "CI", "push", "main", "s", "ada", "a/b", "/a",
    pid=os.getpid(), process=process.identity())], time.time())
n = 0
while True:
    n += 1
    writer.write(b"line %d\\n" % n * 7)
    new = journal.append(run, [events.Annotation("job", n, "notice", "x" * (n * 37 % 3000))], n)
    os.write(1, b"%d %d\\n" % (n, new[-1].seq))
"""


def _write_until_killed(journal: str, run: str, log: str) -> tuple[int, int]:
    """The last (count, seq) that the writer said was kept, before it was killed."""
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, journal, run, log], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    said = os.read(child.stdout.fileno(), 64)  # it has begun
    time.sleep(random.random() * 0.05)
    child.kill()
    child.wait()
    said += child.stdout.read()
    child.stdout.close()
    whole = said[: said.rfind(b"\n")].splitlines()
    count, seq = whole[-1].split()
    return int(count), int(seq)


def test_killed_at_any_moment(path: str, tmp_path: object) -> None:
    for n in range(8):
        run, log = f"r{n}", f"{tmp_path}/{n}.log"
        count, seq = _write_until_killed(path, run, log)

        journal = Journal.open(path)
        assert journal.verify(run) is None
        records = journal.read(run)
        assert seq <= records[-1].seq <= seq + 1  # the last may be kept but not said
        current = journal.find_run("latest")
        assert (current.id, current.status) == (run, "interrupted")
        assert journal.verify(run) is None
        journal.close()

        with LogReader(log) as reader:
            lines = reader.lines()
        expected = [b"line %d" % i for i in range(1, count + 1) for _ in range(7)]
        assert lines[: len(expected)] == expected
        assert reader.count() == len(lines)


def test_processes_write_to_one_journal_at_once(path: str) -> None:
    code = (
        "import sys; from headway import events; from headway.journal import Journal\n"
        "journal = Journal.open(sys.argv[1], timeout=60)\n"
        "for n in range(200):\n"
        "    journal.append(sys.argv[2], [events.JobStarted(str(n))] * (n % 3 + 1), n)\n"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", code, path, f"r{n}"], stderr=subprocess.PIPE)
        for n in range(4)
    ]
    assert [(c.communicate()[1], c.returncode) for c in children] == [(b"", 0)] * 4
    journal = Journal.open(path)
    for stream in journal.streams():
        assert journal.verify(stream) is None
        assert [r.seq for r in journal.read(stream)] == list(range(1, 400))
    assert len(journal.streams()) == 4
    journal.close()
