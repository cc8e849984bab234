"""After a scan or a test: what was found is judged and shown as `headway gate` does it."""

from __future__ import annotations

from argparse import Namespace

from headway.errors import DONE, FAILED, INTERRUPTED, WAITING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from headway.app.evidence import Tree
    from headway.app.gates import Judgement
    from headway.quality.settings import Subject

_NO_FILES = dict.fromkeys(("html", "sarif", "junit", "markdown", "comment", "save_evidence"))


def judge(tree: Tree, fresh: Sequence[str], looked: Collection[Subject]) -> Judgement:
    """`fresh` are the reports just made, from the root; `looked` is what was looked for."""
    from headway.app import gates, partial
    from headway.cli import gate

    rules = gates.rules(tree.root)
    found = partial.reports(tree, fresh, gate.warn)
    request = gates.Request(rules=partial.rules(rules, found, looked))
    return gates.gate(request, tree, gate.warn, given=found)


def show(judgement: Judgement, tree: Tree, *, json: bool, verbose: bool) -> None:
    """The verdict as `headway gate` shows it; nothing of it with `json`, which has it itself."""
    from headway.cli import gate

    given = Namespace(json=json, verbose=verbose, **_NO_FILES)
    gate.tell(given, judgement, tree, quiet=json)


def plain(judgement: Judgement) -> dict[str, object]:
    from headway.cli import gate
    from headway.quality.render.changes import since

    before = judgement.baseline
    changes = since(judgement.evidence, before, judgement.diff) if before is not None else None
    return gate.as_json(judgement, changes)


def code(judgement: Judgement) -> int:
    from headway.cli import gate

    return gate.CODES[judgement.verdict.outcome]


def worst(*codes: int) -> int:
    """Of exit codes: failed, then inconclusive, then done."""
    return next((one for one in (FAILED, WAITING) if one in codes), max(codes, default=DONE))


def on_signals() -> None:
    """A terminal that goes away, or somebody's `kill`, ends things as Ctrl-C does."""
    import signal

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def interrupted() -> int:
    """Says so; its exit code."""
    from headway.cli.output import Out

    out = Out(2)
    out.lines([f"{out.style.paint('bold yellow', 'interrupted')}: nothing was judged"])
    return INTERRUPTED
