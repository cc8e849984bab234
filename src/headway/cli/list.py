"""`headway list`: workflows, jobs and events, and what would run for an event."""

from __future__ import annotations

import os

from headway.cli import listing
from headway.clients import git
from headway.errors import DONE
from headway.workflow_files import Workflows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "list workflows, jobs and events, and what would run"
EXAMPLE = """\
headway list                        all workflows, and which run on a push
headway list --event pull_request   which run on a pull request, and why the others don't"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("workflows", nargs="*", metavar="WORKFLOW", help="file, its stem, or the workflow's name")
    add("-W", "--workflow-file", action="append", default=[], metavar="FILE")
    add("--event", metavar="NAME", help="the event to decide for (default: push)")
    add("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    repository = git.discover(os.getcwd())
    found = listing.rows(Workflows(repository.root), args, repository)
    listing._print(found, args.json, listing._list_lines)
    return DONE
