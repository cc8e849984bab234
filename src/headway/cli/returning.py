"""The way back, for `rollback` and `rollout undo`: of what goes on, or to what served before."""

from __future__ import annotations

from headway.cli import following
from headway.cli.output import Out
from headway.errors import DONE, FAILED
from headway.journal import Journal, rollouts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from headway.journal.rollouts import Rollout


def back(
    journal: Journal, args: Namespace, service: str, environment: str, version: str = ""
) -> int:
    """Returns to `version`, or to what served before. The exit code: 0 when it serves."""
    from headway.app import delivery, project

    here = project.here(service)
    going = journal.query(lambda db: rollouts.queue(db, service, environment))
    current = going[0] if going else None
    if current is not None and version in ("", current.stable_version):
        seq = delivery.tell(journal, current, "undo", here.actor, args.reason)
        why = delivery.answer(journal, current, seq)
        if not why:
            return _follow(journal, args, current, wanted="")
        Out(2).lines([f"rollout {current.label}: {why}"])
        return FAILED
    target = delivery.back_to(journal, service, environment, version)
    strategy = here.environment(environment).strategy
    wish = delivery.Wish(
        environment=environment,
        version=target,
        strategy="recreate" if strategy == "recreate" else "blue-green",
        reason=args.reason,
        returning=True,
        previous=going[0].id if going else "",
    )
    new = delivery.queue(journal, here, wish, delivery.prepare(journal, here, wish))
    if current is not None:  # the way back waits for nobody
        delivery.tell(journal, current, "abort", here.actor, f"back to {target}")
    delivery.ensure_engine(journal, new)
    return _follow(journal, args, new, wanted=target)


def _follow(journal: Journal, args: Namespace, rollout: Rollout, wanted: str) -> int:
    from headway.app import delivery

    if args.detach:
        out = Out()
        if args.json:
            out.json(delivery.as_json(rollout))
        else:
            out.lines([f"rollout {rollout.label} is on its way back"])
        return DONE
    code = following.follow(journal, rollout, as_json=args.json, to_the_end=not wanted)
    now = journal.query(lambda db: rollouts.rollout(db, rollout.id))
    taken_back = now is not None and now.conclusion in ("aborted", "rolled_back")
    return DONE if not wanted and taken_back else code
