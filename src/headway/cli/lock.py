"""`headway lock`: pins every action that the workflows use to the commit that its tag names."""

from __future__ import annotations

import json
import os
import sys

from headway.clients import git
from headway.errors import DONE, FAILED, HeadwayError, InvalidFile, UsageError, did_you_mean
from headway.runner.action import lock
from headway.runner.action.reference import parse
from headway.runner.support import MISSING, RULE, Survey
from headway.values import Value
from headway.workflow_files import Workflows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from headway.runner.action.remote import Remote

HELP = "pin the actions that workflows use to commits, in headway.lock"
EXAMPLE = """\
headway lock                            add what is new, drop what is gone; the rest stays
headway lock --update actions/checkout  take the commit that its tag names now
headway lock --check                    fail if the lock is not complete, or a tag has moved"""
SHORT = 12


class Change(Value):
    """A line of the lock that differs: from `old` to `new`, "" where there is none."""

    key: str
    old: str
    new: str
    what: str  # added, removed, updated; moved: the tag, while the lock stays


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--update",
        nargs="?",
        action="append",
        const="*",
        default=[],
        metavar="NAME",
        help="take what OWNER/NAME or OWNER/NAME@REF names now (without a name: all)",
    )
    add("--check", action="store_true", help="change nothing; exit 1 if something would change")
    add(
        "--local-repository",
        action="append",
        default=[],
        metavar="OWNER/NAME=FOLDER",
        help="a clone on this machine to ask instead of the server",
    )
    add("--json", action="store_true", help="what changed, as JSON")


def main(args: Namespace) -> int:
    repository = git.discover(os.getcwd())
    old = lock.read(repository.root)
    _check_names(args.update, old or {})
    entries, changes = _renewed(args, repository, old or {})
    _show(changes, args)
    if args.check:
        if old is None and entries:
            raise HeadwayError(f"there is no {lock.NAME}", hint="make it: headway lock")
        return FAILED if changes else DONE
    text = lock.render(entries)
    path = os.path.join(repository.root, lock.NAME)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)
    if not args.json:
        print(f"{lock.NAME}: {len(entries)} action{'' if len(entries) == 1 else 's'}")
    return DONE


def _check_names(wanted: list[str], old: dict[str, str]) -> None:
    known = {key for entry in old for key in (entry, entry.partition("@")[0])}
    for name in wanted:
        if name != "*" and name.lower() not in {key.lower() for key in known}:
            raise UsageError(
                f"--update {name}: {lock.NAME} has no such action", hint=did_you_mean(name, known)
            )


def _renewed(
    args: Namespace, repository: git.Repository, old: dict[str, str]
) -> tuple[dict[str, tuple[str, str]], list[Change]]:
    """The entries that the lock should have, and how they differ from those that it has."""
    remote = _remote(args, repository, _pins(args.update, old))
    entries: dict[str, tuple[str, str]] = {}
    changes: list[Change] = []
    for key, (uses, through) in _used(Workflows(repository.root), repository, remote).items():
        reference = parse(uses)
        assert reference is not None
        now, is_tag = remote.named(reference)
        before = old.get(key, "")
        keeps = before and before != now and not _is_wanted(key, args.update)
        entries[key] = (before if keeps else now, through)
        if not before:
            changes.append(Change(key, "", now, "added"))
        elif before != now and (is_tag or not keeps):
            changes.append(Change(key, before, now, "moved" if keeps else "updated"))
    changes += [Change(key, old[key], "", "removed") for key in old if key not in entries]
    return entries, sorted(changes, key=lambda change: change.key)


def _pins(update: list[str], old: dict[str, str]) -> dict[str, str]:
    return {key: commit for key, commit in old.items() if not _is_wanted(key, update)}


def _is_wanted(key: str, update: list[str]) -> bool:
    names = {"*", key.lower(), key.lower().partition("@")[0]}
    return any(name.lower() in names for name in update)


def _used(
    workflows: Workflows, repository: git.Repository, remote: Remote
) -> dict[str, tuple[str, str]]:
    """Key → a `uses` with it, and what it is used through: all workflows, all jobs."""
    workflows.remote = lambda: remote
    survey = Survey(repository.root, workflows.called, lambda: remote)
    for path in workflows.paths():
        workflow = workflows.load(path)
        survey.workflow(workflow, workflow.jobs)
    # What this machine lacks to run them is no concern of a lock.
    wrong = [problem for problem in survey.problems if problem.rule not in (MISSING, RULE)]
    if wrong:
        raise InvalidFile(wrong, {**workflows.sources, **survey.sources})
    found: dict[str, tuple[str, str]] = {}
    for use in survey.uses:
        reference = parse(use.uses)
        if reference is None:
            continue
        known = found.get(reference.key)
        through = use.through if known is None else min(known[1], use.through)
        found[reference.key] = (use.uses, through)
    return found


def _remote(args: Namespace, repository: git.Repository, pins: dict[str, str]) -> Remote:
    """Asks for what is new or to be updated, and leaves the rest at its commit."""
    from headway import home
    from headway.cli import request
    from headway.config.runner import runner_settings
    from headway.runner.action.remote import Remote, Settings

    settings = Settings(
        root=repository.root,
        mirrors=runner_settings(repository.root).mirror,
        local=request.local_repositories(args.local_repository),
        token=os.environ.get("GITHUB_TOKEN", ""),
        pins=pins,
        lenient=True,
    )
    return Remote(settings, os.path.join(home.cache(), "actions"), request.warn)


def _show(changes: list[Change], args: Namespace) -> None:
    if args.json:
        print(json.dumps([change.to_dict() for change in changes], indent=2))
        return
    for change in changes:
        if change.what == "moved":
            text = f"the tag is now at {change.new}, the lock stays at {change.old}"
            hint = f"\n  if that is right: headway lock --update {change.key}"
            print(f"{change.key}: {text}{hint}", file=sys.stderr)
        else:
            steps = [commit[:SHORT] for commit in (change.old, change.new) if commit]
            print(f"{change.what:8} {change.key}  {' -> '.join(steps)}")
