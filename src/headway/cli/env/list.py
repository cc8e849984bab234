"""`headway env list`: every environment of headway.yaml, and what serves there."""

from __future__ import annotations

from headway import home
from headway.cli.output import Out, ago
from headway.console import clean
from headway.errors import DONE
from headway.journal import Journal, rollouts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

HELP = "list environments, and what serves there"
EXAMPLE = """\
headway env list           of this repository
headway env list --json    for programs"""


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    from headway.app import delivery, project

    here = project.here()
    journal = Journal.open(home.journal())
    delivery.resume(journal)
    serving = {s.name: s for s in journal.query(lambda db: rollouts.environments(db, here.service))}
    going = journal.query(lambda db: rollouts.rollouts(db, service=here.service, active=True))
    out = Out()
    rows: list[dict[str, Any]] = []
    for name, environment in here.environments.items():
        now = serving.get(name)
        active = [r for r in going if r.environment == name]
        rows.append(
            {
                "environment": name,
                "version": now.version if now else "",
                "release": now.release if now else "",
                "since": now.since if now else None,
                "platform": environment.platform,
                "strategy": environment.strategy,
                "instances": environment.instances,
                "rollouts": [r.number for r in active],
            }
        )
    if args.json:
        out.json(rows)
    elif not rows:
        out.lines(["headway.yaml has no environments; docs/deploy.md shows how to add one"])
    else:
        head = ["ENVIRONMENT", "SERVES", "SINCE", "PLATFORM", "STRATEGY", "INSTANCES", "ROLLOUTS"]
        out.table(
            head,
            [
                [
                    ("bold", clean.one_line(str(row["environment"]))),
                    ("green", clean.one_line(str(row["version"])) or "nothing"),
                    ("", ago(row["since"]) if isinstance(row["since"], float) else ""),
                    ("", str(row["platform"])),
                    ("", str(row["strategy"])),
                    ("", str(row["instances"])),
                    ("yellow", " ".join(map(str, row["rollouts"]))),
                ]
                for row in rows
            ],
        )
    return DONE
