"""`headway rollout show`: what happened to a rollout, when, and on what evidence."""

from __future__ import annotations

import time

from headway.cli import delivering
from headway.cli.output import Out, moment
from headway.console import clean
from headway.errors import DONE, UsageError
from headway.units import elapsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from headway.delivery.analysis.assessment import Assessment
    from headway.delivery.engine.history import History
    from headway.journal.rollouts import Rollout

HELP = "show a rollout: its course, its evidence, its incident"
EXAMPLE = """\
headway rollout show                         the latest
headway rollout show 12 --analysis           with what the analysis saw, as curves
headway rollout show 12 --html page.html     the same as a page with plots"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("rollout", nargs="?", default="latest", metavar="ROLLOUT", help="number, id or"
        " environment (default: latest)")  # fmt: skip
    add("--analysis", action="store_true", help="judge again what was seen, and draw it")
    add("--html", default="", metavar="FILE", help="write a page with plots")
    add("--json", action="store_true", help="as JSON, with every event")


def main(args: Namespace) -> int:
    from headway.delivery.engine.history import History

    journal = delivering.open_journal()
    rollout = delivering.find(journal, args.rollout)
    history = History(journal.read(rollout.id))
    said = _replay(rollout, history) if args.analysis or args.html or args.json else []
    if args.html:
        _write(args.html, rollout, said)
    out = Out()
    if args.json:
        out.json(_json(rollout, history, said))
        return DONE
    for name, text in _facts(rollout, history):
        out.lines([f"{out.style.paint('dim', f'{name:<9}')} {clean.one_line(text)}"])
    out.lines(["", *_timeline(history)])
    if args.analysis:
        from headway.delivery.analysis import plot

        width = min(out.terminal.size()[0], 120) if out.terminal.tty else 100
        out.lines(["", *plot.terminal(said, width).splitlines(), *_checked(rollout, history)])
    if args.html:
        out.lines(["", f"written: {args.html}"])
    return DONE


def _facts(rollout: Rollout, history: History) -> list[tuple[str, str]]:
    took = (rollout.finished or time.time()) - rollout.queued
    facts = [
        ("rollout", f"{rollout.label} ({rollout.id}), {rollout.state.replace('_', ' ')}"),
        ("release", f"{rollout.service} {rollout.version} ({rollout.release[:12]})"),
        ("to", f"{rollout.environment}, {rollout.strategy}"),
        ("before", rollout.stable_version or "nothing"),
        ("by", f"{rollout.actor}, {moment(rollout.queued)}, {elapsed(took)}"),
    ]
    if rollout.override:
        outcome = history.queued.outcome if history.queued else ""
        facts.append(("override", f"{rollout.override} (gates: {outcome or 'no verdict'})"))
    if rollout.reason:
        facts.append(("why", rollout.reason))
    if rollout.incident:
        facts.append(("incident", rollout.incident))
    return facts


def _timeline(history: History) -> list[str]:
    from headway.delivery import incident

    return [
        f"{elapsed(max(0.0, at - history.queued_at)):>8}  {clean.one_line(text)}"
        for at, text in incident.timeline(history)
    ]


def _replay(rollout: Rollout, history: History) -> list[Assessment]:
    from headway.cli import following
    from headway.delivery.engine import samples
    from headway.delivery.judging import replay_of

    found = samples.read(following.samples_path(rollout))
    return replay_of(history.plan, found) if found else []


def _checked(rollout: Rollout, history: History) -> list[str]:
    """Whether the samples are those that the last decision was made on."""
    from headway.cli import following
    from headway.delivery.engine import samples

    decision = history.decision
    if decision is None or not decision.samples:
        return []
    path = following.samples_path(rollout)
    try:
        same = samples.digest_of(path, decision.samples) == decision.digest
    except OSError:
        return ["what the analysis saw is gone"]
    looks = f"{decision.samples} looks"
    return [f"{looks}, as journaled" if same else f"{looks}: the file was CHANGED since"]


def _write(path: str, rollout: Rollout, said: list[Assessment]) -> None:
    from headway.delivery.analysis import plot

    title = f"{rollout.service} {rollout.version} to {rollout.environment}"
    state = rollout.state.replace("_", " ")
    facts = [f"Rollout {rollout.label}, {rollout.strategy}: {state}."]
    if rollout.reason:
        facts.append(rollout.reason)
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(plot.html(title, said, facts))
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}") from None


def _json(rollout: Rollout, history: History, said: list[Assessment]) -> dict[str, object]:
    from headway.app import delivery
    from headway.delivery.rollout.plan import to_plain

    return {
        **delivery.as_json(rollout),
        "events": [{"seq": r.seq, "at": r.at, **r.event.to_json()} for r in history.records],
        "analysis": [to_plain(one) for one in said],
    }
