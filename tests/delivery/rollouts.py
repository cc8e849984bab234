"""A service's rollouts for tests: queued as `headway deploy` does, driven by real engines."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from headway.delivery.desired import Group
from headway.delivery.engine import worker
from headway.delivery.engine.history import History
from headway.delivery.engine.worker import Place
from headway.delivery.environment import Environment
from headway.delivery.rollout.plan import Plan, from_plain, to_plain
from headway.events import delivery as events
from headway.journal import Journal, rollouts
from headway.journal.ids import new_id
from headway.testing.delivery import World, parts

SERVICE, ENVIRONMENT = "shop", "production"
QUICK = {
    "command": "./serve",
    "instances": 2,
    "timeout": "3s",
    "keep": "200ms",
    "canary": {"steps": ["10%", "50%", "100%"], "pause": "300ms", "until": "analysis"},
    "analysis": {"every": "100ms"},
}


def settings(**more: Any) -> Environment:
    return from_plain({**QUICK, **more}, Environment)


class Site:
    """A journal, a world, a repository's folder; rollouts are those of one environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        self.journal = Journal.open(str(self.home / "journal.sqlite"))
        self.world = World(folder / "world")
        self.place = Place(
            service=SERVICE, environment=ENVIRONMENT, folder=str(self.home / "rollouts")
        )

    def queue(self, version: str, strategy: str = "canary", **more: Any) -> str:
        rollout = new_id(time.time())
        group = Group(name="", release=f"{version:_<12}", version=version, instances=2)
        fields = {k: more.pop(k) for k in ("returning", "author") if k in more}
        plan = Plan(
            rollout=rollout,
            environment=ENVIRONMENT,
            settings=settings(**more),
            strategy=strategy,  # type: ignore[arg-type]
            new=group,
            **fields,
        )
        event = events.RolloutQueued(
            rollout=rollout,
            number=self.journal.reserve("rollouts"),
            service=SERVICE,
            environment=ENVIRONMENT,
            root=str(self.folder),
            release=group.release,
            version=version,
            strategy=strategy,
            plan=to_plain(plan),
            actor="ada",
        )
        self.journal.append(rollout, [event], time.time())
        return rollout

    def work(self) -> bool:
        """Drives what is queued to its end, in this process."""
        return worker.work(self.journal, self.place, parts(self.journal, self.world))

    def process(self, *kill: str, **variables: str) -> subprocess.Popen[str]:
        """An engine in a process of its own; see headway.testing.delivery."""
        argv = [SERVICE, ENVIRONMENT, str(self.world.folder), *kill]
        return subprocess.Popen(
            [sys.executable, "-m", "headway.testing.delivery", *argv],
            env={**os.environ, "HEADWAY_HOME": str(self.home), **variables},
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, rollout: str, command: str, actor: str = "grace", **options: Any) -> None:
        event = events.RolloutAsked(command=command, actor=actor, options=options)
        self.journal.append(rollout, [event], time.time())

    def history(self, rollout: str) -> History:
        return History(self.journal.read(rollout))

    def rollout(self, rollout: str) -> rollouts.Rollout:
        found = self.journal.query(lambda db: rollouts.rollout(db, rollout))
        assert found is not None
        return found

    def serving(self) -> str:
        found = self.journal.query(lambda db: rollouts.serving(db, SERVICE, ENVIRONMENT))
        return found.version if found else ""

    def served(self, *versions: str) -> None:
        """These have been promoted, one after the other, quickly."""
        for version in versions:
            self.queue(version, "recreate")
        self.work()
        assert self.serving() == versions[-1]

    def shares(self) -> dict[str, int]:
        """Version → share of traffic that it has now."""
        with self.world.open() as state:
            routing = state.routings[-1][1] if state.routings else None
        taken = routing.traffic.shares if routing else {}
        return {name.rpartition("-")[0]: share for name, share in taken.items()}
