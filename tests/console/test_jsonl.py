"""One event a line."""

from __future__ import annotations

import json
import os

import pytest
from scripted import Capture, Script

from headway import console, events
from headway.errors import UsageError


def test_events_and_nothing_else(capture: Capture, script: Script) -> None:
    sink = console.make(capture.fd, "json")
    script.sinks.append(sink.event)
    script.start("a\nü")
    sink.output("a\nü", 1, b"not shown\n")
    script(events.RunFinished("success", 1.5))
    sink.suspend()
    sink.resume()
    sink.close()
    lines = [json.loads(line) for line in capture.text.splitlines()]
    assert [(d["kind"], d["seq"], d["at"]) for d in lines] == [
        ("run.started", 1, 1000.0),
        ("job.queued", 2, 1000.0),
        ("run.finished", 3, 1000.0),
    ]
    assert lines[1]["job"] == "a\nü"
    assert [events.from_json(d) for d in lines] == [r.event for r in script.records]


def test_nobody_reads_any_more(script: Script) -> None:
    reader, writer = os.pipe()
    told: list[bool] = []
    sink = console.make(writer, "json", lost=lambda: told.append(True))
    script.sinks.append(sink.event)
    os.close(reader)
    script.start("a", "b")
    assert told == [True]
    os.close(writer)


def test_an_unknown_mode() -> None:
    with pytest.raises(UsageError) as caught:
        console.make(1, "plane")
    assert caught.value.hint == 'did you mean "plain"?'
