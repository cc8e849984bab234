"""`headway gate --for ENVIRONMENT`: deploy, hold or reject, and why."""

from __future__ import annotations

import os
import time

from headway.errors import DONE, FAILED, WAITING, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from headway.app.decision import Decided, Judged
    from headway.app.evidence import Tree
    from headway.console.style import Line, Style
    from headway.delivery.decision import Answer, Rule

CODES: dict[Answer, int] = {"deploy": DONE, "hold": WAITING, "reject": FAILED}
MARKS: dict[Answer, tuple[str, str]] = {
    "deploy": ("success", "green"),
    "hold": ("cancelled", "yellow"),
    "reject": ("failure", "red"),
}


def show(args: Namespace, tree: Tree) -> int:
    from headway.app import decision, project
    from headway.cli.output import Out

    here = project.here()
    here.environment(args.environment)  # what isn't there is said before anything is judged
    judged = None if args.release else _judged(args, tree)
    wish = decision.Wish(
        environment=args.environment,
        release=args.release,
        budget_left=_share(args.budget_left),
        incident=args.incident,
    )
    decided = decision.reach(here, wish, judged)
    out = Out()
    if os.environ.get("GITHUB_ACTIONS"):
        from headway.cli import gate_workflow

        gate_workflow.output("decision", decided.decision.answer)
    if args.json:
        out.json(_json(decided))
    else:
        out.lines([*(out.style.render(line) for line in _lines(decided, out.style)), ""])
        out.lines([_last(decided, out.style)])
    return CODES[decided.decision.answer]


def _judged(args: Namespace, tree: Tree) -> Judged | None:
    """Reports that are named are judged now; else the newest verdict on this commit counts, and
    without one what is in the usual places."""
    from headway.app import decision, gates
    from headway.cli import gate
    from headway.cli.output import Out

    if not (args.reports or args.run or args.base or args.baseline or args.config):
        known = decision.latest(tree)
        if known is not None:
            return known
    judgement = gates.gate(gate.request(args, tree), tree, gate.warn)
    if not judgement.evidence.reports and not judgement.evidence.unreadable:
        return None
    gate.tell(args, judgement, tree, quiet=args.json)
    if not args.json:
        Out().lines([""])
    return decision.Judged(
        id=judgement.id,
        label=judgement.label,
        verdict=judgement.verdict,
        dirty=judgement.evidence.commit.dirty,
    )


def _share(text: str) -> float | None:
    from headway.units import share

    return share(text) if text else None


def _lines(decided: Decided, style: Style) -> Iterator[Line]:
    from headway.console import clean

    yield [("bold", decided.environment), ("dim", f"  {clean.one_line(_about(decided))}")]
    yield []
    rules = sorted(
        decided.decision.rules, key=lambda r: ("reject", "hold", "deploy").index(r.answer)
    )
    width = max(len(rule.rule) for rule in rules)
    for rule in rules:
        state, look = MARKS[rule.answer]
        if rule.overridden:
            look = "yellow"
        yield [
            (look, f"{style.mark(state)} "),
            ("bold" if rule.answer != "deploy" else "", f"{rule.rule:<{width}}  "),
            ("", clean.one_line(rule.text)),
            ("dim", f"; waits for {clean.one_line(_waits(rule))}" if _waits(rule) else ""),
        ]


def _about(decided: Decided) -> str:
    release = decided.release
    what = [f"release {release.version}" if release else "no release of this commit yet"]
    if decided.sha:
        changes = " with uncommitted changes" if decided.judged and decided.judged.dirty else ""
        what.append(f"commit {decided.sha[:7]}{changes}")
    if decided.judged is not None:
        what.append(f"gate {decided.judged.label} {decided.judged.verdict.outcome}")
    return ", ".join(what)


def _waits(rule: Rule) -> str:
    if rule.until is None:
        return rule.waits_for
    until = time.strftime("%Y-%m-%d %H:%M %Z", time.localtime(rule.until))
    return f"{rule.waits_for} ({until})"


def _last(decided: Decided, style: Style) -> str:
    from headway.console import clean

    answer = decided.decision.answer
    word = style.paint(f"bold {MARKS[answer][1]}", answer)
    against = decided.decision.against
    if answer == "reject":
        why = "; ".join(rule.text for rule in against if rule.answer == "reject")
    elif answer == "hold":
        why = "waits for " + ", ".join(_waits(rule) or rule.text for rule in against)
    else:
        why = "nothing is in the way"
    return f"{decided.environment}: {word}, {clean.one_line(why)}"


def _json(decided: Decided) -> dict[str, object]:
    import msgspec

    judged = decided.judged
    return {
        "environment": decided.environment,
        "answer": decided.decision.answer,
        "rules": msgspec.to_builtins(decided.decision.rules),
        "facts": msgspec.to_builtins(decided.facts),
        "commit": decided.sha,
        "dirty": judged.dirty if judged else False,
        "release": decided.release.version if decided.release else None,
        "verdict": {"id": judged.id, "outcome": judged.verdict.outcome} if judged else None,
    }


def check(args: Namespace) -> None:
    """Raises UsageError for flags that only --for has a use for."""
    given = [f for f in ("release", "budget_left", "incident") if getattr(args, f)]
    if given and not args.environment:
        flag = "--" + given[0].replace("_", "-")
        raise UsageError(f"{flag} is about a deployment", hint="say where to: --for ENVIRONMENT")
    if args.release and (args.reports or args.run):
        raise UsageError(
            "a release is decided by its own commit's verdict: --release takes no reports"
        )
