"""`headway gate --list`: the verdicts of this repository, the newest first."""

from __future__ import annotations

from headway.errors import DONE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.app.evidence import Tree
    from headway.console.style import Span, Style
    from headway.journal.verdicts import Judged

MOST = 30


def show(tree: Tree, as_json: bool) -> int:
    from headway.app import past_verdicts
    from headway.cli.output import Out

    found = past_verdicts.earlier(tree, MOST)
    out = Out()
    if as_json:
        out.json([one.to_dict() for one in found])
    elif found:
        header = ["GATE", "VERDICT", "COMMIT", "WHEN", "WHY"]
        out.table(header, [_row(one, out.style) for one in found])
    else:
        out.lines(["no verdict was reached here yet; start with: headway gate"])
    return DONE


def _row(one: Judged, style: Style) -> list[Span]:
    from headway.cli.gate_view import MARKS
    from headway.cli.output import ago
    from headway.console import clean

    state, look = MARKS.get(one.outcome, ("queued", ""))  # type: ignore[call-overload]
    commit = f"{one.branch} {one.sha[:7]}" + (" +changes" if one.dirty else "")
    return [
        ("bold", one.label),
        (look, f"{style.mark(state)} {one.outcome}"),
        ("", clean.one_line(commit.strip())),
        ("", ago(one.at)),
        ("", clean.one_line(one.reason.partition(": ")[2])),
    ]
