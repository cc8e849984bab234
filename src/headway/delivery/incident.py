"""The record of a rollout that was taken back: what happened, on what evidence, what differs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from headway.delivery.engine.history import History
from headway.events import Record
from headway.events import delivery as events
from headway.units import elapsed, share_text

MOST_FILES = 50


def record(
    history: History, reason: str, differences: Sequence[tuple[str, str]], commits: Sequence[str]
) -> str:
    """Markdown. `differences` are (mark, path) of the releases' files, `commits` one line each."""
    queued, plan = history.queued, history.plan
    assert queued is not None
    old = plan.old.version if plan.old else "nothing"
    lines = [
        f"# {queued.service}: {plan.new.version} was taken back from {plan.environment}",
        "",
        f"- **Why:** {reason or 'not said'}",
        f"- **Rollout:** {queued.number} (`{queued.rollout}`), strategy {plan.strategy}",
        f"- **Deployed by:** {queued.actor or 'not known'}, {_moment(history.queued_at)}",
        f"- **New:** {plan.new.version} (`{plan.new.release[:12]}`)",
        f"- **Serves again:** {old}" + (f" (`{plan.old.release[:12]}`)" if plan.old else ""),
    ]
    if queued.override:
        why = queued.outcome or "no verdict"
        lines.append(f"- **Its gates said no** ({why}); overridden: {queued.override}")
    lines += ["", "## Timeline", "", "| time | after | what |", "|---|---|---|"]
    lines += _timeline(history)
    lines += ["", "## Evidence", "", *_evidence(history.decision)]
    lines += ["", "## What differs", "", *_differences(differences, commits)]
    return "\n".join(lines) + "\n"


def _timeline(history: History) -> list[str]:
    return [
        f"| {_moment(at)} | {elapsed(max(0.0, at - history.queued_at))} | {_cell(text)} |"
        for at, text in timeline(history)
    ]


def timeline(history: History) -> list[tuple[float, str]]:
    """(seconds since 1970, what happened); what was said before isn't said again."""
    rows: list[tuple[float, str]] = []
    said: set[str] = set()
    answer = ""
    for entry in history.records:
        text, reason = what(entry)
        if not text and not reason:
            continue
        if isinstance(entry.event, events.DecisionMade):
            again, answer = entry.event.outcome == answer, entry.event.outcome
            if again and answer == "continue":
                continue  # it has its figures anew each time that something moves
        new = f"{text}: {reason}" if reason and reason not in said else text
        if new and (not rows or new != rows[-1][1]) and not (new in said and _is_move(entry)):
            rows.append((entry.at, new))
        said |= {text, reason, new}
    return rows


def _is_move(entry: Record) -> bool:
    return isinstance(entry.event, events.RolloutMoved)


def what(entry: Record) -> tuple[str, str]:
    """An event for a timeline: what happened, and why; both "" when it says nothing to people."""
    match entry.event:
        case events.RolloutQueued() as e:
            return f"{e.actor} deploys {e.version} to {e.environment}, strategy {e.strategy}", ""
        case events.RolloutAsked() as e:
            return f"{e.actor}: {e.command}", e.reason
        case events.RolloutMoved() as e:
            title = str(e.progress.get("title", "")) or e.phase
            share = f" ({share_text(e.share / 10000)} of traffic)" if e.share else ""
            return title + share, e.reason
        case events.DecisionMade() as e:
            return f"the analysis says {e.outcome}", e.reason
        case events.EffectFinished() as e if "/notify/" not in e.key:
            return f"{e.key.split('/', 2)[-1]}: {e.outcome}", e.reason
        case events.RolloutNote() as e:
            return e.message, ""
        case events.RolloutFinished() as e:
            return f"over: {e.conclusion.replace('_', ' ')}", e.reason
    return "", ""


def _evidence(decision: events.DecisionMade | None) -> list[str]:
    if decision is None:
        return ["The analysis had made no decision."]
    seen = decision.seen
    lines = [f"**{decision.outcome}**: {decision.reason}", ""]
    lines += [f"- also: {reason}" for reason in seen.get("reasons", ())[1:]]
    if "evidence" in seen:
        evidence, limit = _number(seen["evidence"]), _number(seen.get("limit", 100))
        lines += [f"Evidence {evidence}; {limit} rolls back.", ""]
    lines += ["| version | requests | errors | error rate lately | p50 | p95 | p99 |"]
    lines += ["|---|---|---|---|---|---|---|"]
    lines += [_side(name, seen.get(name, {})) for name in ("stable", "canary")]
    if decision.samples:
        lines += ["", f"{decision.samples} looks; SHA-256 of them: `{decision.digest}`"]
    return lines


def _side(name: str, side: Mapping[str, Any]) -> str:
    rate = side.get("error_rate") or 0.0
    times = [_number(side.get(p), " ms") for p in ("p50", "p95", "p99")]
    cells = [name, side.get("requests", 0), side.get("errors", 0), f"{rate * 100:.2f} %", *times]
    return f"| {' | '.join(map(str, cells))} |"


def _number(value: Any, unit: str = "") -> str:
    return f"{value:.4g}{unit}" if isinstance(value, (int, float)) else "–"


def _differences(differences: Sequence[tuple[str, str]], commits: Sequence[str]) -> list[str]:
    lines = [f"- {_cell(commit)}" for commit in commits]
    if lines:
        lines.append("")
    if not differences:
        return [*lines, "The files of both releases are not here, or are the same."]
    shown = [f"{mark} {path}" for mark, path in differences[:MOST_FILES]]
    if len(differences) > MOST_FILES:
        shown.append(f"… and {len(differences) - MOST_FILES} more")
    return [*lines, "```diff", *shown, "```"]


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _moment(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(at))
