"""`headway gate`: may this commit pass, and why."""

from __future__ import annotations

import os
import sys

from headway.errors import DONE, FAILED, USAGE, WAITING, HeadwayError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from headway.app.evidence import Tree
    from headway.app.gates import Judgement, Request
    from headway.quality.render.changes import Changes
    from headway.quality.render.markdown import Matter
    from headway.verdict import Outcome

HELP = "decide whether this commit may pass, by what its reports say"
EXAMPLE = """\
headway gate                                     reports in the usual places
headway gate reports/ --base origin/main
headway gate --sarif findings.sarif --comment comment.md
headway gate --for production                    may it be deployed there?
headway gate --replay 12                         the same verdict again, from the journal
headway gate --list"""
CODES: dict[Outcome, int] = {
    "passed": DONE,
    "failed": FAILED,
    "error": FAILED,
    "inconclusive": WAITING,
}
_OUTPUTS = ("html", "sarif", "junit", "markdown", "comment", "save_evidence")


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "reports",
        nargs="*",
        metavar="REPORT",
        help="files, folders, globs (default: the usual places, artifacts of the last run)",
    )
    add(
        "--base",
        metavar="REF",
        default="",
        help="compare with where REF and this commit part (default: the default branch)",
    )
    add("--baseline", metavar="FILE", default="", help="compare with saved evidence instead")
    add("--config", metavar="FILE", default="", help="the gates (default: headway.yaml)")
    add("--run", metavar="RUN", default="", help="read the artifacts of this run (or: latest)")
    add(
        "--for",
        metavar="ENVIRONMENT",
        default="",
        dest="environment",
        help="decide whether it may be deployed there",
    )
    add("--release", metavar="VERSION", default="", help="with --for: this release")
    add(
        "--budget-left",
        metavar="SHARE",
        default="",
        help="with --for: how much of the error budget is left, as 40%%",
    )
    add("--incident", metavar="TEXT", default="", help="with --for: an incident that is open")
    add("--replay", metavar="ID", default="", help="judge an earlier verdict's evidence again")
    add("--list", action="store_true", help="list the verdicts of this repository")
    add("-v", "--verbose", action="store_true", help="all details, and how scores come about")
    add("--json", action="store_true", help="as JSON")
    out = parser.add_argument_group("files to write")
    add = out.add_argument
    add("--html", metavar="FILE", help="everything, as one page")
    add("--sarif", metavar="FILE", help="the findings of all tools as SARIF 2.1.0")
    add("--junit", metavar="FILE", help="the gates as JUnit XML")
    add("--markdown", metavar="FILE", help="a summary in Markdown")
    add("--comment", metavar="FILE", help="the body of a pull request's comment")
    add("--save-evidence", metavar="FILE", help="the evidence itself, for --baseline")


def main(args: Namespace) -> int:
    _check(args)
    from headway.app.evidence import Tree

    tree = Tree.at()
    if args.list:
        from headway.cli import gate_list

        return gate_list.show(tree, args.json)
    if args.environment:
        from headway.cli import gate_decision

        return gate_decision.show(args, tree)
    if args.replay:
        return _replay(args, tree)
    from headway.app import gates

    judgement = gates.gate(request(args, tree), tree, warn)
    tell(args, judgement, tree)
    return CODES[judgement.verdict.outcome]


def request(args: Namespace, tree: Tree) -> Request:
    from headway.app import gates

    return gates.Request(
        reports=tuple(args.reports),
        base=args.base,
        baseline=args.baseline,
        run=args.run,
        rules=gates.rules(tree.root, args.config),
    )


def _check(args: Namespace) -> None:
    given = [flag for flag in ("replay", "list", "environment") if getattr(args, flag)]
    if len(given) > 1:
        flags = " and ".join(f"--{flag}".replace("environment", "for") for flag in given)
        raise UsageError(f"{flags} exclude each other", hint="give one of them")
    asked = args.reports or args.baseline or args.run or args.base or args.config
    if (args.replay or args.list) and asked:
        raise UsageError(
            f"--{given[0]} judges nothing new: it takes no reports, --base, --baseline, --config"
            " or --run"
        )
    if args.environment or args.release or args.budget_left or args.incident:
        from headway.cli import gate_decision

        gate_decision.check(args)
    if args.base and args.baseline:
        raise UsageError(
            "--base and --baseline exclude each other", hint="the baseline is the comparison"
        )


def warn(sentence: str) -> None:
    from headway.cli.output import Out
    from headway.console import clean

    out = Out(2)
    out.lines([f"{out.style.paint('bold yellow', 'note:')} {clean.one_line(sentence)}"])


def _replay(args: Namespace, tree: Tree) -> int:
    from headway.app import past_verdicts
    from headway.cli.output import Out

    replay = past_verdicts.replay(args.replay, tree)
    judgement = replay.judgement
    tell(args, judgement, tree, announce=False)
    out = Out(2 if args.json else 1)
    if replay.same:
        out.lines([f"the same verdict as on {replay.recorded.when}"])
        return CODES[judgement.verdict.outcome]
    was = replay.recorded.outcome
    raise HeadwayError(
        f"this is not the verdict of {replay.recorded.when}, which was {was}",
        hint="another version of Headway judged then: its changelog says what changed",
    )


# --- telling -----------------------------------------------------------------------------


def tell(
    args: Namespace,
    judgement: Judgement,
    tree: Tree,
    *,
    announce: bool = True,
    quiet: bool = False,
) -> None:
    """On the terminal (not when `quiet`), as files, to the workflow that this is a step of."""
    from headway.quality.render.changes import since

    before = judgement.baseline
    changes = since(judgement.evidence, before, judgement.diff) if before is not None else None
    if any(getattr(args, name) for name in _OUTPUTS):
        _write(args, judgement, tree, changes)
    if announce and os.environ.get("GITHUB_ACTIONS"):
        from headway.cli import gate_workflow

        stream = sys.stderr if args.json else sys.stdout
        gate_workflow.announce(matter(judgement, changes), judgement, stream)
    if quiet:
        return
    if args.json:
        _print_json(judgement, changes)
    else:
        _print(args, judgement, changes)


def _print(args: Namespace, judgement: Judgement, changes: Changes | None) -> None:
    from headway.cli import gate_view
    from headway.cli.output import Out

    out = Out()
    style = out.style
    width = out.terminal.size()[0] if out.terminal.tty and not args.verbose else 0
    head = _looked_at(judgement)
    shown = gate_view.lines(judgement.verdict, style, width, verbose=args.verbose, changes=changes)
    end = gate_view.last(judgement.verdict, style, judgement.label)
    out.lines([*(style.paint("dim", line) for line in head), "", *shown, "", end])


def _looked_at(judgement: Judgement) -> list[str]:
    """Which reports, of which commit, against what."""
    from headway.console import clean
    from headway.quality.render import words

    made = judgement.evidence
    names = sorted({report.source for report in made.reports})
    listed = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    reports = words.count(len(made.reports), "report")
    run = f" (run {judgement.run} and tree)" if judgement.run else ""
    lines = [f"{reports}{run}: {listed}" if names else "no report"]
    if judgement.ignored:
        passed_over = ", ".join(judgement.ignored[:3])
        more = len(judgement.ignored) - 3
        passed_over += f" and {more} more" if more > 0 else ""
        lines.append(f"no reports by their content, passed over: {passed_over}")
    about = words.about(made)
    if judgement.base.sha:
        why = f", {judgement.base.why}" if judgement.base.why else ""
        base = f" against {judgement.base.sha[:7]}{why}"
        known = "" if judgement.baseline is not None else "; nothing was judged there yet"
        about += base + known
    return [clean.one_line(line) for line in ([about, *lines] if about else lines)]


def matter(judgement: Judgement, changes: Changes | None) -> Matter:
    from headway.quality.render.changes import changed_lines
    from headway.quality.render.markdown import Matter

    return Matter(
        verdict=judgement.verdict,
        evidence=judgement.evidence,
        base=judgement.base.sha,
        changes=changes,
        changed=changed_lines(judgement.evidence, judgement.diff),
        replay=f"headway gate --replay {judgement.id}",
    )


def _write(args: Namespace, judgement: Judgement, tree: Tree, changes: Changes | None) -> None:
    import json

    from headway.app import gates
    from headway.cli.report import write
    from headway.quality.render import junit, markdown, sarif

    verdict, made = judgement.verdict, judgement.evidence
    if args.html:
        from headway.quality.render.page import page

        title = tree.repository.slug if tree.repository else os.path.basename(tree.place)
        write(args.html, page(made, title=title, source_of=tree.text, verdict=verdict))
    if args.sarif:
        write(args.sarif, json.dumps(sarif.log(made, gates.waived(judgement)), indent=1) + "\n")
    if args.junit:
        write(args.junit, junit.xml(verdict))
    if args.markdown:
        write(args.markdown, markdown.summary(matter(judgement, changes)))
    if args.comment:
        write(args.comment, markdown.comment(matter(judgement, changes)))
    if args.save_evidence:
        _save(args.save_evidence, gates.saved(made, args.save_evidence.endswith(".gz")))


def _save(path: str, data: bytes) -> None:
    try:
        with open(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise HeadwayError(f"{path} can't be written: {error.strerror}", exit_code=USAGE) from None


def _print_json(judgement: Judgement, changes: Changes | None) -> None:
    from headway.cli.output import Out

    Out().json(as_json(judgement, changes))


def as_json(judgement: Judgement, changes: Changes | None) -> dict[str, object]:
    import msgspec

    findings = {one.fingerprint: one for one in judgement.evidence.findings}
    named = {name for result in judgement.verdict.results for name in result.findings}
    return {
        "id": judgement.id,
        "number": judgement.number,
        **msgspec.to_builtins(judgement.verdict),
        "commit": msgspec.to_builtins(judgement.evidence.commit),
        "base": judgement.base.sha,
        "measures": judgement.evidence.measures,
        "reports": msgspec.to_builtins(judgement.evidence.reports),
        "unreadable": msgspec.to_builtins(judgement.evidence.unreadable),
        "findings": {n: msgspec.to_builtins(findings[n]) for n in named if n in findings},
        "changes": None if changes is None else msgspec.to_builtins(changes),
    }
