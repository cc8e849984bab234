"""How the effects of a rollout are done: hooks, smoke tests, the record of an incident."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping

from msgspec import Struct

from headway.app import releases
from headway.clients.program import ask
from headway.delivery import incident, smoke
from headway.delivery.checks import Hook, Smoke
from headway.delivery.engine.effect_runner import Job
from headway.delivery.engine.history import History
from headway.delivery.release import differences
from headway.delivery.rollout.plan import Plan
from headway.delivery.rollout.progress import Effect
from headway.errors import HeadwayError
from headway.journal import Journal
from headway.journal.rollouts import Rollout

RECORD = "incident.md"


class Jobs(Struct, frozen=True, kw_only=True):
    """Of one rollout. `variables` are the deployer's, `secrets` the environment's."""

    journal: Journal
    rollout: Rollout
    plan: Plan
    folder: str
    preview_url: Callable[[], str]
    variables: Mapping[str, str]
    secrets: Mapping[str, str]

    def job(self, effect: Effect) -> Job:
        if effect.kind == "hook":
            return self._hook(effect)
        if effect.kind == "smoke":
            return self._smoke(effect)
        return Job(call=lambda: self._record(effect.text))

    def _hook(self, effect: Effect) -> Job:
        hooks: tuple[Hook, ...] = getattr(self.plan.settings.hooks, effect.moment)
        hook = next(h for h in hooks if h.name == effect.name)
        return self._program(hook, effect, 1, {"HEADWAY_REASON": effect.text})

    def _smoke(self, effect: Effect) -> Job:
        test = next(t for t in self.plan.settings.smoke if t.name == effect.name)
        if test.http:
            return Job(call=lambda: smoke.check(test, self.preview_url()), attempts=test.attempts)
        more = {"HEADWAY_PREVIEW_URL": self.preview_url()}
        return self._program(test, effect, test.attempts, more)

    def _program(
        self, what: Hook | Smoke, effect: Effect, attempts: int, more: Mapping[str, str]
    ) -> Job:
        old = self.plan.old
        told = {
            "HEADWAY_ROLLOUT": self.rollout.id,
            "HEADWAY_SERVICE": self.rollout.service,
            "HEADWAY_ENVIRONMENT": self.plan.environment,
            "HEADWAY_VERSION": self.plan.new.version,
            "HEADWAY_RELEASE": self.plan.new.release,
            "HEADWAY_OLD_VERSION": old.version if old else "",
            **more,
        }
        argv: tuple[str, ...] = ("/bin/sh", "-c", what.command)
        if what.workflow:
            argv = self._workflow(what.workflow, {"HEADWAY_KEY": effect.key, **told})
        return Job(
            argv=argv,
            cwd=self.rollout.root,
            env={**self.variables, **self.plan.settings.variables, **self.secrets, **told},
            timeout=float(what.timeout),
            attempts=attempts,
            hidden=tuple(self.secrets.values()),
        )

    def _workflow(self, name: str, told: Mapping[str, str]) -> tuple[str, ...]:
        """Steps of a run inherit no HEADWAY_ variables, and secrets must be known to be hidden."""
        variables = {**self.plan.settings.variables, **told}
        env = [word for n, value in variables.items() for word in ("--env", f"{n}={value}")]
        secret = [word for n in self.secrets for word in ("--secret", n)]
        return (sys.executable, "-m", "headway", "run", name, *env, *secret)

    def _record(self, reason: str) -> tuple[bool, str]:
        """Writes the incident down; a repetition writes the same."""
        history = History(self.journal.read(self.rollout.id))
        text = incident.record(history, reason, self._differences(), self._commits())
        path = os.path.join(self.folder, RECORD)
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(f"{path}.new", path)
        return True, ""

    def _differences(self) -> list[tuple[str, str]]:
        if self.plan.old is None:
            return []
        store = releases.store()
        try:
            old, new = (store.entries(g.release) for g in (self.plan.old, self.plan.new))
        except HeadwayError:  # images, or pruned
            return []
        return differences(old, new)

    def _commits(self) -> list[str]:
        """What was committed between the two releases, where the repository is here."""
        from headway.journal import rollouts

        def sha(version: str) -> str:
            found = self.journal.query(
                lambda db: rollouts.release(db, self.rollout.service, version)
            )
            return found.sha if found else ""

        old = sha(self.plan.old.version) if self.plan.old else ""
        new = sha(self.plan.new.version)
        if not old or not new or old == new:
            return []
        log = ["log", "--no-decorate", "--oneline", "-n", "50", f"{old}..{new}"]
        return ask(["git", "-C", self.rollout.root, *log], 20).lines
