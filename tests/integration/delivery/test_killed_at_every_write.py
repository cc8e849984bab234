"""The engine killed at every one of its writes, with real instances, a real Envoy and load."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from headway.app import engine
from headway.cli.main import main
from headway.testing.shop import Shop

KILLED = """\
import sys
from headway.app import engine
from headway.testing.delivery import kill_at
kill_at(sys.argv[1], 1)
sys.exit(engine.main(["shop", "production"]))
"""


@pytest.mark.parametrize(
    ("version", "moment", "conclusion"),
    [("v2", "after", "promoted"), ("slow", "before", "rolled_back")],
)
def test_no_request_fails_and_nothing_is_lost(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, version: str, moment: str, conclusion: str
) -> None:
    shop.release("v1")
    shop.release("v2")
    shop.release("slow", DELAY=300)
    shop.deploy("v1")
    shop.until_over()
    load = shop.load(connections=4)
    # The engines of this rollout are ours, not the supervisor's.
    monkeypatch.setattr(engine, "start", lambda service, environment: None)
    monkeypatch.chdir(shop.folder)
    monkeypatch.setattr("headway.app.delivery.ensure_engine", lambda journal, rollout: None)
    assert main(["deploy", "production", version, "--detach"]) == 0
    kills = 0
    while shop.latest().active and kills < 80:
        argv = [sys.executable, "-c", KILLED, moment]
        killed = subprocess.run(argv, env=dict(os.environ), capture_output=True, timeout=60)
        assert killed.returncode in (0, -9), killed.stderr
        kills += 1
    assert kills > 2  # how many writes there are depends on how quickly things happen
    assert shop.latest().conclusion == conclusion
    requests, failures = load.finish()
    assert failures == {}
    assert requests > 500
    journal = shop.journal
    assert all(journal.verify(stream) is None for stream in journal.streams())
