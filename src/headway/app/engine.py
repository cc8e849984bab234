"""The engine's process: `python -m headway.app.engine SERVICE ENVIRONMENT`.

It is kept by the supervisor: killed, it is there again within a second, and goes on. It ends
when nothing is left to do, and is started by the next deployment.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence

from headway import home
from headway.app import delivery, deployer, providers
from headway.app.jobs import Jobs
from headway.app.queries import Queries
from headway.app.subjects import Totals
from headway.clients.supervisor import Program, Supervisor
from headway.delivery.engine.engine import Parts
from headway.delivery.engine.observe import Observer
from headway.delivery.engine.samples import Samples
from headway.delivery.engine.worker import Place, work
from headway.delivery.platforms.base import Fenced
from headway.delivery.rollout.plan import Plan
from headway.errors import HeadwayError
from headway.journal import Journal, rollouts
from headway.journal.leases import LeaseLost
from headway.journal.rollouts import Rollout

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "CONTAINERS_CONF", "XDG_RUNTIME_DIR", "USER")
_RETRY = 1.0  # seconds until a process looks again whether it may lead
_SETTLED = 10.0  # seconds
_PATIENCE = 15.0  # seconds after which it leaves that to whoever leads


def start(service: str, environment: str) -> None:
    """Has it running. Raises HeadwayError."""
    argv = (sys.executable, "-m", "headway.app.engine", service, environment)
    own = {n: v for n, v in os.environ.items() if n.startswith(("HEADWAY_", "XDG_STATE_"))}
    env = {n: os.environ[n] for n in _KEPT if n in os.environ} | own
    env["HEADWAY_HOME"] = home.state()
    env.pop("HEADWAY_KEY", None)
    name = f"engine~{providers.place_name(service, environment)}"
    supervisor = Supervisor()
    program = Program(name=name, argv=argv, env=env, cwd="/", restart="failure", start_retries=1000)
    try:
        supervisor.ensure(program)
    except HeadwayError:
        _detached(argv, env)


def _detached(argv: Sequence[str], env: dict[str, str]) -> None:
    """Without a supervisor: it outlives us, but nobody starts it again if it is killed, but the
    next command about the environment."""
    log = os.path.join(home.state(), "engine.log")
    with open(log, "ab") as file:
        subprocess.Popen(
            argv,
            env=env,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )


def main(argv: Sequence[str]) -> int:
    """The exit code; after anything unforeseen only when a moment has passed, for it is started
    again at once."""
    try:
        return _main(argv)
    except Exception:
        traceback.print_exc()
        time.sleep(_RETRY)
        return 1


def _main(argv: Sequence[str]) -> int:
    service, environment = argv
    journal = Journal.open(home.journal())
    place = Place(service=service, environment=environment, folder=delivery.rollouts_folder())

    def make(rollout: Rollout, plan: Plan, folder: str) -> Parts:
        return parts(journal, rollout, plan, folder)

    deadline = time.monotonic() + _PATIENCE
    try:
        # The one before us may be on its way out.
        while not work(journal, place, make) and time.monotonic() < deadline:
            time.sleep(_RETRY)
    except (LeaseLost, Fenced) as error:
        print(f"{error.message}: this one ends", flush=True)
        return 0
    _clean(journal)
    return 0


def parts(journal: Journal, rollout: Rollout, plan: Plan, folder: str) -> Parts:
    """What the engine works with for a rollout. Raises HeadwayError."""
    variables = deployer.kept(folder)
    values = deployer.secrets(plan.settings, variables, rollout.root)
    setup = providers.setup(journal, rollout.service, rollout.environment, plan.settings, values)
    platform, router = providers.platform(setup), providers.router(setup)
    jobs = Jobs(
        journal=journal,
        rollout=rollout,
        plan=plan,
        folder=folder,
        preview_url=lambda: router.preview_url,
        variables=variables,
        secrets=values,
    )
    observer = Observer(
        plan,
        platform,
        router,
        providers.metrics(setup, router, rollout.root, variables),
        Samples(os.path.join(folder, "samples.jsonl")),
        Queries(plan.settings.analysis.limits.queries, rollout.root, variables),
        Totals(plan.settings.analysis.experiment, rollout.root, variables),
    )
    return Parts(platform=platform, router=router, observer=observer, job=jobs.job)


def _clean(journal: Journal) -> None:
    """Rollouts that are over need nobody's variables any more."""
    root = delivery.rollouts_folder()
    known = {r.id: r.active for r in journal.query(rollouts.rollouts)}
    for name in os.listdir(root):
        path = os.path.join(root, name, deployer.NAME)
        with contextlib.suppress(OSError):
            # One that isn't known may be just about to be written down.
            over = not known.get(name, time.time() - os.stat(path).st_mtime < _SETTLED)
            if over:
                os.unlink(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
