"""`headway env show`: what serves in an environment, its instances, its traffic."""

from __future__ import annotations

from headway import home
from headway.cli.output import Out, moment
from headway.console import clean
from headway.errors import DONE, HeadwayError
from headway.journal import Journal, rollouts
from headway.units import duration_text, share_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

HELP = "show an environment: releases, instances, traffic, rules"
EXAMPLE = """\
headway env show production           what serves, on which ports, who gets what
headway env show production --json    for programs"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("environment", metavar="ENVIRONMENT", help="its name in headway.yaml")
    add("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    from headway.app import delivery, project

    here = project.here()
    environment = here.environment(args.environment)
    journal = Journal.open(home.journal())
    delivery.resume(journal)
    now = journal.query(lambda db: rollouts.serving(db, here.service, args.environment))
    going = journal.query(lambda db: rollouts.queue(db, here.service, args.environment))
    found = _look(journal, here.service, args.environment, environment)
    out = Out()
    if args.json:
        from headway.delivery.rollout.plan import to_plain

        out.json(
            {
                "environment": args.environment,
                "service": here.service,
                "serves": now.to_dict() if now else None,
                "rollouts": [delivery.as_json(r) for r in going],
                "settings": to_plain(environment),
                **found,
            }
        )
        return DONE
    facts = [("serves", f"{now.version}, since {moment(now.since)}" if now else "nothing yet")]
    facts += [("rollout", f"{r.label}: {r.version}, {r.state}") for r in going]
    if found["url"]:
        facts += [("address", found["url"]), ("preview", found["preview"])]
    facts += [
        ("platform", f"{environment.platform}, {environment.instances} instances"),
        ("strategy", environment.strategy),
        ("gates", environment.gates),
        ("keeps", f"the old version warm for {duration_text(float(environment.keep))}"),
    ]
    if environment.approvals.count:
        whom = (
            " of " + ", ".join(environment.approvals.from_) if environment.approvals.from_ else ""
        )
        facts.append(("approvals", f"{environment.approvals.count}{whom}"))
    if environment.requires:
        facts.append(("requires", ", ".join(environment.requires)))
    for name, text in facts:
        out.lines([f"{out.style.paint('dim', f'{name:<9}')} {clean.one_line(text)}"])
    if found["problem"]:
        out.lines([out.style.paint("yellow", clean.one_line(found["problem"]))])
    if found["instances"]:
        out.lines([""])
        out.table(
            ["GROUP", "INSTANCE", "STATE", "PORT", "TRAFFIC", "RESTARTS"],
            [_row(i, found["shares"]) for i in found["instances"]],
        )
    return DONE


def _look(journal: Journal, service: str, name: str, environment: Any) -> dict[str, Any]:
    """What platform and router say; `problem` when they can't be asked."""
    from headway.app import providers
    from headway.delivery.rollout.plan import to_plain

    found: dict[str, Any] = {"instances": [], "shares": {}, "url": "", "preview": "", "problem": ""}
    try:
        setup = providers.setup(journal, service, name, environment, {})
        instances = providers.platform(setup).observe()
        found["instances"] = [to_plain(one) for one in instances]
        router = providers.router(setup)
        routing = router.observe()
        if routing is not None:
            found.update(url=router.url, preview=router.preview_url)
            found["shares"] = routing.traffic.shares
    except HeadwayError as error:
        found["problem"] = error.message
    return found


def _row(one: dict[str, Any], shares: dict[str, int]) -> list[tuple[str, str]]:
    looks = {"healthy": "green", "failed": "red", "unhealthy": "red", "draining": "dim"}
    share = shares.get(one["group"], 0)
    return [
        ("bold", clean.one_line(one["group"])),
        ("", str(one["index"])),
        (looks.get(one["state"], "yellow"), one["state"]),
        ("", str(one.get("port", ""))),
        ("", share_text(share / 10000)),
        ("", str(one.get("restarts", 0))),
    ]
