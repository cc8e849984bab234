"""From a command line to requests for runs: which workflows, for which event, with what values."""

from __future__ import annotations

import os
import sys

from headway import app
from headway.clients import git
from headway.errors import HeadwayError, InvalidFile, UsageError, did_you_mean
from headway.runner.payload import cause
from headway.runner.run import Options
from headway.runner.support import Survey
from headway.workflow import plan, trigger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Sequence
    from typing import Any

    from headway.errors import Problem
    from headway.runner.action.remote import Remote
    from headway.runner.payload import Cause
    from headway.workflow.model import Workflow
    from headway.workflow_files import Workflows

EVENT_ORDER = ("push", "pull_request", "workflow_dispatch")


def warn(text: str) -> None:
    print(f"headway: {text}", file=sys.stderr, flush=True)


# --- which workflows -------------------------------------------------------------------------


def choose(
    args: Namespace, workflows: Workflows, repository: git.Repository, payload: Any
) -> list[tuple[Workflow, Cause]]:
    named = [workflows.find(name) for name in args.workflows]
    named += [workflows.load(from_here(file, workflows.root)) for file in args.workflow_file]
    if named:
        return [(w, _cause_for(args, w, repository, payload)) for w in named]
    return _triggered(args, workflows, repository, payload)


def from_here(file: str, root: str) -> str:
    full = os.path.abspath(file)
    if not os.path.isfile(full):
        raise UsageError(f"-W {file}: no such file")
    return os.path.relpath(os.path.realpath(full), os.path.realpath(root))


def _cause_for(
    args: Namespace, workflow: Workflow, repository: git.Repository, payload: Any
) -> Cause:
    """For a workflow named by hand: the event asked for, or the likeliest that it has."""
    event = args.event
    has = [t.event for t in workflow.on]
    if event and event not in has:
        warn(f"{workflow.path} does not run on {event} (it has {', '.join(has)}); run as asked")
    if not event:
        if args.input and "workflow_dispatch" in has:
            event = "workflow_dispatch"
        else:
            event = next((e for e in EVENT_ORDER if e in has), has[0] if has else "push")
    return _with_inputs(args, workflow, repository, event, payload)


def _with_inputs(
    args: Namespace, workflow: Workflow, repository: git.Repository, event: str, payload: Any
) -> Cause:
    """The payload's own inputs count as given; what `--input` says wins over them."""
    inputs = _given_inputs(args, workflow, event, payload)
    if inputs and payload:
        payload = {name: value for name, value in payload.items() if name != "inputs"}
    return cause(event, repository, payload, inputs)


def _given_inputs(
    args: Namespace, workflow: Workflow, event: str, payload: Any = None
) -> dict[str, Any]:
    from headway.workflow import dispatch

    given = pairs(args.input, "--input")
    found = workflow.trigger(event) or workflow.trigger("workflow_dispatch")
    if event in ("workflow_dispatch", "workflow_call") and found is not None:
        return dict(dispatch.check_inputs(found, {**_inputs_of(payload), **given}))
    if given:
        raise UsageError(
            f"--input: {workflow.path} takes no inputs on {event}",
            hint="inputs belong to workflow_dispatch: add --event workflow_dispatch",
        )
    return {}


def _inputs_of(payload: Any) -> dict[str, str]:
    from headway.workflow.expression import to_text

    inputs = payload.get("inputs") if payload else None
    known = inputs if isinstance(inputs, dict) else {}
    return {name: to_text(value) for name, value in known.items() if value is not None}


def _triggered(
    args: Namespace, workflows: Workflows, repository: git.Repository, payload: Any
) -> list[tuple[Workflow, Cause]]:
    from headway.workflow.webhook import EVENTS

    event = args.event or "push"
    if event not in EVENTS:
        raise UsageError(f'unknown event "{event}"', hint=did_you_mean(event, EVENTS))
    why = cause(event, repository, payload)
    loaded = load_all(workflows)
    happening = happening_of(why, repository, loaded)
    chosen, reasons = [], []
    for workflow in loaded:
        decision = trigger.decide(workflow, happening)
        if decision.runs:
            has_inputs = event == "workflow_dispatch" or args.input
            one = _with_inputs(args, workflow, repository, event, payload) if has_inputs else why
            chosen.append((workflow, one))
        else:
            reasons.append(f"  {workflow.path}: {decision.reason}")
    if not chosen and not args.list:
        raise UsageError(
            "\n".join([f"no workflow runs on {event} of {why.ref_name}:", *reasons]),
            hint="name one (headway run ci.yml) or another event (--event pull_request)",
        )
    return chosen


def load_all(workflows: Workflows) -> list[Workflow]:
    """Every workflow; all mistakes of all files at once."""
    loaded: list[Workflow] = []
    mistakes: list[Problem] = []
    for path in workflows.paths():
        try:
            loaded.append(workflows.load(path))
        except InvalidFile as error:
            mistakes.extend(error.problems)
    if mistakes:
        raise InvalidFile(mistakes, workflows.sources)
    return loaded


def happening_of(
    why: Cause, repository: git.Repository, workflows: Sequence[Workflow]
) -> trigger.Happening:
    """What the filters of `on:` look at; changed paths are asked of git only when needed."""
    filters = any(t.paths or t.paths_ignore for w in workflows for t in w.on)
    return trigger.Happening(
        event=why.event,
        action=str(why.payload.get("action") or ""),
        ref=why.ref,
        base_ref=why.base_ref,
        paths=_changed(repository) if filters else None,
    )


def _changed(repository: git.Repository) -> tuple[str, ...] | None:
    """Paths that differ from the branch's upstream, else from the default branch."""
    for base in ("@{upstream}", f"origin/{repository.default_branch}", repository.default_branch):
        try:
            start = git.merge_base(repository.root, base, "HEAD")
            return tuple(git.changed_paths(repository.root, start))
        except HeadwayError:
            continue
    return None


# --- requests --------------------------------------------------------------------------------


def request(
    args: Namespace, workflow: Workflow, why: Cause, repository: git.Repository
) -> app.Request:
    plan.select(workflow, args.job)
    inputs = why.payload.get("inputs") if why.event == "workflow_dispatch" else None
    return app.Request(
        workflow=workflow,
        cause=why,
        options=options(args, repository),
        inputs=inputs if isinstance(inputs, dict) else {},
        secrets=secrets(args),
        vars=pairs(args.var, "--var"),
        arguments=recorded(args.argv),
        in_place=args.in_place,
        debug=args.verbose,
    )


def options(args: Namespace, repository: git.Repository) -> Options:
    """Flags, and what headway.yaml says of runners and caches. Raises InvalidFile."""
    from headway.config.runner import runner_settings

    settings = runner_settings(repository.root)
    if args.parallel < 0:
        raise UsageError(f"--parallel {args.parallel}: expected a number from 1")
    matrix = []
    for pair in args.matrix:
        name, found, value = pair.partition(":")
        if not found or not name:
            raise UsageError(f"--matrix {pair}: expected KEY:VALUE")
        matrix.append((name, value))
    return Options(
        parallel=args.parallel or len(os.sched_getaffinity(0)),
        keep=args.keep,
        shell_on_failure=args.shell_on_failure,
        env=pairs(args.env, "--env"),
        jobs=tuple(args.job),
        matrix=tuple(matrix),
        local_repositories=local_repositories(args.local_repository),
        without_builtin=tuple(args.no_builtin),
        runners={**settings.runners, **pairs(args.platform, "--platform")},
        cache_size=settings.cache_size,
        offline=args.offline,
    )


def local_repositories(pairs_given: Sequence[str]) -> dict[str, str]:
    """`owner/name`, or `owner/name@ref` with the ref as it is, and its folder."""
    found = {}
    for given, folder in pairs(pairs_given, "--local-repository").items():
        name, at, ref = given.partition("@")
        if name.count("/") != 1 or (at and not ref):
            raise UsageError(f"--local-repository {given}: expected OWNER/NAME[@REF]=FOLDER")
        found[f"{name.lower()}{at}{ref}"] = os.path.abspath(folder)
    return found


def sort_out_builtins(args: Namespace) -> None:
    """--no-builtin's names in full. What follows it after a blank is a workflow, not a name."""
    from headway.runner.action.builtin import REGISTER

    names = []
    for given in args.no_builtin:
        full = given.lower() if "/" in given else f"actions/{given.lower()}"
        if given == "*" or full in REGISTER:
            names.append("*" if given == "*" else full)
        elif f"--no-builtin={given}" in args.argv:
            hint = did_you_mean(full, REGISTER)
            raise UsageError(f"--no-builtin={given}: there is no such built-in action", hint=hint)
        else:
            names.append("*")
            args.workflows.append(given)
    args.no_builtin = names


def pairs(given: Sequence[str], flag: str) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, found, value = text.partition("=")
        if not found or not name:
            raise UsageError(f"{flag} {text}: expected NAME=VALUE")
        pairs[name] = value
    return pairs


def secrets(args: Namespace) -> dict[str, str]:
    """From --secret-file, then --secret. Raises UsageError; values never appear in it."""
    found: dict[str, str] = {}
    if args.secret_file:
        from headway.runner.secrets import read_file

        found.update(read_file(args.secret_file))
    for text in args.secret:
        name, given, value = text.partition("=")
        if not given:
            from headway.runner.secrets import ask

            value = ask(name)
        found[name.upper()] = value
    return found


def recorded(argv: Sequence[str]) -> tuple[str, ...]:
    """The command line as the journal keeps it: names of secrets without their values."""
    kept: list[str] = []
    secret = False
    for word in argv:
        if secret:
            kept.append(word.partition("=")[0])
        elif word.startswith("--secret="):
            kept.append("=".join(word.split("=")[:2]))
        elif word.startswith("-s") and len(word) > 2 and not word.startswith("--"):
            kept.append(word.partition("=")[0])
        else:
            kept.append(word)
        secret = not secret and word in ("-s", "--secret")
    return tuple(kept)


def check_support(
    requests: Sequence[app.Request], workflows: Workflows, repository: git.Repository
) -> list[app.Request]:
    """The requests, once everything that they use was found, and fetched.

    Raises InvalidFile with every use of what can't be had.
    """
    if not requests:
        return []
    first = requests[0]
    remote = remote_actions(first.options, repository, first.secrets.get("GITHUB_TOKEN", ""))
    workflows.remote = remote

    def limited() -> bool:
        from headway.config.runner import runner_settings

        return runner_settings(repository.root).allow is not None

    survey = Survey(
        repository.root, workflows.called, remote, first.options.without_builtin, limited=limited
    )
    for request in requests:
        survey.workflow(request.workflow, plan.select(request.workflow, request.options.jobs))
    if survey.problems:
        raise InvalidFile(survey.problems, {**workflows.sources, **survey.sources})
    return [request.replace(remote=remote) for request in requests]


def remote_actions(
    options: Options, repository: git.Repository, token: str
) -> Callable[[], Remote]:
    """What fetches actions of other repositories, made when it is first asked for.

    It reads headway.yaml and headway.lock then, and may raise InvalidFile.
    """
    made: list[Remote] = []

    def remote() -> Remote:
        if not made:
            made.append(_remote(options, repository, token))
        return made[0]

    return remote


def _remote(options: Options, repository: git.Repository, token: str) -> Remote:
    from headway import home
    from headway.config.runner import runner_settings
    from headway.runner.action import lock
    from headway.runner.action.remote import Remote, Settings

    found = runner_settings(repository.root)
    settings = Settings(
        root=repository.root,
        mirrors=found.mirror,
        local=options.local_repositories,
        allow=found.allow,
        owner=repository.owner,
        token=token,
        pins=lock.read(repository.root),
        offline=options.offline,
    )
    return Remote(settings, os.path.join(home.cache(), "actions"), warn)
