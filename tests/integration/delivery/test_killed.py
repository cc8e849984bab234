"""kill -9 in the middle of rollouts under load: they go on, and no request fails."""

from __future__ import annotations

import os
import signal
import time

from headway.events import delivery as events
from headway.testing.shop import Shop
from headway.testing.supervised import gone


def kill_until_over(shop: Shop, every: float) -> int:
    """Kills the engine again and again, as soon as there is one; how often."""
    kills = 0
    deadline = time.monotonic() + 60
    while shop.latest().active and time.monotonic() < deadline:
        engine = shop.engine(or_over=True)
        time.sleep(every)
        if engine and shop.latest().active:
            os.kill(engine, signal.SIGKILL)
            while not gone(engine):
                time.sleep(0.01)
            kills += 1
    return kills


def test_the_engine_killed_again_and_again(shop: Shop) -> None:
    shop.release("v1")
    shop.release("v2")
    shop.deploy("v1")
    load = shop.load()
    shop.deploy("v2", "--detach")
    assert kill_until_over(shop, 0.9) >= 2
    assert (shop.latest().version, shop.latest().conclusion) == ("v2", "promoted")
    assert load.finish()[1] == {}
    assert shop.serves() == "v2"


def test_killed_it_is_there_again_within_a_second(shop: Shop) -> None:
    shop.release("v1")
    shop.deploy("v1")
    shop.release("v2")
    shop.deploy("v2", "--strategy", "shadow", "--detach")
    while shop.latest().phase != "stages":
        time.sleep(0.05)
    first = shop.engine()
    os.kill(first, signal.SIGKILL)
    killed = time.time()
    while shop.engine() == first:
        time.sleep(0.02)
    shop.headway("rollout", "abort", "--reason", "enough")
    assert shop.until_over().conclusion == "aborted"
    records = shop.journal.read(shop.latest().id)
    taken = [r.at for r in records if isinstance(r.event, events.RolloutTaken)]
    assert len(taken) == 2
    print(f"there again after {taken[1] - killed:.2f} s")


def test_commands_follow_a_rollout_that_somebody_else_drives(shop: Shop) -> None:
    shop.release("v1")
    shop.release("v2")
    shop.deploy("v1")
    following = shop.start("deploy", "production", "v2", "--strategy", "blue-green")
    shop.engine()
    time.sleep(0.5)
    following.send_signal(signal.SIGINT)  # Ctrl-C leaves it to go on
    said, _ = following.communicate(timeout=20)
    assert following.returncode == 130
    assert "goes on by itself" in said
    assert "promoted" in shop.headway("rollout", "status", "--watch")
    assert shop.serves() == "v2"


def test_everything_is_killed_at_once(shop: Shop) -> None:
    """Engine, supervisor and Envoy; instances go on, and so does the rollout."""
    shop.release("v1")
    shop.release("v2")
    shop.deploy("v1")
    shop.deploy("v2", "--strategy", "shadow", "--detach")
    shop.until(lambda: shop.latest().phase == "stages" and shop.latest().step > 1)
    instances = shop.pids("v1-")
    supervisor = int((shop.home / "supervisor" / "supervisord.pid").read_text())
    for pid in (supervisor, shop.engine(), *shop.pids("envoy")):
        os.kill(pid, signal.SIGKILL)
    shop.headway("rollout", "promote", "--full", code=None)
    assert shop.until_over().conclusion == "ended"  # a shadow that is only looked at
    assert shop.serves() == "v1"
    assert shop.pids("v1-") == instances
    assert shop.answer() == "v1"
