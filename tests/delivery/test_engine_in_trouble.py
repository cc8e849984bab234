"""What the machine does to an engine: others take over, clocks are set, disks fill up."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rollouts import Site

from headway.delivery.engine import ballast
from headway.events import delivery as events
from headway.journal import leases
from headway.testing.delivery import Behaviour

SLOW = {"steps": ["20%", "100%"], "pause": "700ms", "until": "time"}


def eventually(met: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_an_engine_that_was_asleep_finds_that_another_leads(site: Site) -> None:
    site.served("v1")
    rollout = site.queue("v2", canary=SLOW)
    asleep = site.process()
    eventually(lambda: site.shares().get("v2") == 2000)
    asleep.send_signal(signal.SIGSTOP)
    later = time.time() + leases.SECONDS + 1
    stolen = leases.take(site.journal, site.place.lease, "somebody else", later)
    assert stolen is not None
    leases.give_back(site.journal, stolen)
    assert site.work()  # the new one goes on to the end
    assert site.rollout(rollout).conclusion == "promoted"
    written = site.history(rollout).seq

    asleep.send_signal(signal.SIGCONT)
    assert asleep.communicate(timeout=30)[1] == ""
    assert asleep.returncode == 4
    assert site.history(rollout).seq == written
    assert site.world.violations == []


@pytest.mark.parametrize("step", [3600.0, -3600.0], ids=["an hour on", "an hour back"])
def test_the_clock_is_set_in_the_middle(
    site: Site, step: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.served("v1")
    rollout = site.queue("v2", canary=SLOW)
    real, began = time.time, time.monotonic()
    monkeypatch.setattr(
        time, "time", lambda: real() + (step if time.monotonic() - began > 0.6 else 0.0)
    )
    assert site.work()
    took = time.monotonic() - began
    assert site.rollout(rollout).conclusion == "promoted"
    assert took >= 1.4  # no pause was shorter for it
    moves = [r.event for r in site.history(rollout).records]
    nows = [e.now for e in moves if isinstance(e, events.RolloutMoved)]
    assert nows == sorted(nows)
    assert nows[-1] - nows[0] < took + 1


def test_an_effect_that_runs_when_the_engine_is_killed_runs_once(site: Site) -> None:
    site.served("v1")
    command = "echo began $HEADWAY_KEY >> ran; sleep 1; echo ended >> ran; exit 3"
    hooks = {"before": [{"name": "migrate", "command": command}]}
    rollout = site.queue("v2", hooks=hooks)
    engine = site.process()
    ran = Path(site.folder) / "ran"
    eventually(ran.exists)
    engine.kill()
    engine.communicate()
    assert site.work()
    assert ran.read_text().splitlines() == [f"began {rollout}/1/before/migrate", "ended"]
    assert "exit code 3" in site.rollout(rollout).reason


def test_an_effect_that_went_down_with_the_machine_runs_again_with_its_key(site: Site) -> None:
    site.served("v1")
    command = "echo $HEADWAY_KEY >> ran; test $(wc -l < ran) -gt 1 || sleep 60"
    hooks = {"before": [{"name": "migrate", "command": command}]}
    rollout = site.queue("v2", "recreate", hooks=hooks)
    engine = site.process()
    ran = Path(site.folder) / "ran"
    eventually(ran.exists)
    engine.kill()
    engine.communicate()
    for pid in marked(f"{rollout}/1/before/migrate"):
        os.kill(pid, signal.SIGKILL)
    assert site.work()
    assert ran.read_text().split() == [f"{rollout}/1/before/migrate"] * 2
    assert site.rollout(rollout).conclusion == "promoted"


def marked(key: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                variables = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if f"HEADWAY_KEY={key}".encode() in variables:
                found.append(int(entry.name))
    return found


# --- a full disk ------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site whose state is on a disk of 12 MiB; the world's accounts are elsewhere."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can make a small disk")
    disk = tmp_path / "home"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode:
        pytest.skip("no tmpfs can be mounted here")
    monkeypatch.setenv("HEADWAY_HOME", str(disk))
    monkeypatch.setattr(Path, "mkdir", _tolerant(Path.mkdir))
    site = Site(tmp_path)
    yield site
    site.journal.close()
    subprocess.run(["umount", "-l", str(disk)], check=False)


def _tolerant(mkdir: Callable[..., None]) -> Callable[..., None]:
    def make(self: Path, *args: object, **kwargs: object) -> None:
        if not (self.name == "home" and self.is_dir()):
            mkdir(self, *args, **kwargs)

    return make


def fill(disk: Path) -> Path:
    file = disk / "filler"
    with file.open("wb", buffering=0) as filler:
        for size in (1 << 16, 1 << 10, 1):
            with contextlib.suppress(OSError):
                while filler.write(bytes(size)):
                    pass
    return file


def test_a_full_disk_holds_everything_but_the_way_back(small_disk: Site) -> None:
    site = small_disk
    site.served("v1")
    site.world.behave(v2=Behaviour(leak=0.2))
    rollout = site.queue("v2", canary={"steps": ["20%", "100%"], "pause": "60s"})
    worker = threading.Thread(target=site.work)
    worker.start()
    eventually(lambda: site.shares().get("v2") == 2000)
    assert (site.home / "rollouts" / rollout / "ballast").stat().st_size == ballast.SIZE
    filler = fill(site.home)
    eventually(lambda: site.shares() == {"v1": 10000})  # the ballast made room for it
    filler.unlink()
    worker.join(30)
    assert site.rollout(rollout).conclusion == "rolled_back"
    assert site.journal.verify(rollout) is None


def test_without_any_room_nothing_new_is_decided(
    small_disk: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = small_disk
    site.served("v1")
    monkeypatch.setattr(ballast, "take", lambda path: None)
    rollout = site.queue("v2", canary={"steps": ["20%", "100%"], "pause": "500ms"})
    worker = threading.Thread(target=site.work)
    worker.start()
    eventually(lambda: site.shares().get("v2") == 2000)
    filler = fill(site.home)
    time.sleep(1.5)
    assert site.shares() == {"v1": 8000, "v2": 2000}  # as it was written last
    filler.unlink()
    worker.join(30)
    assert site.rollout(rollout).conclusion == "promoted"
    notes = [r.event for r in site.history(rollout).records]
    assert any(
        "nothing was decided" in e.message for e in notes if isinstance(e, events.RolloutNote)
    )
    assert site.world.violations == []
