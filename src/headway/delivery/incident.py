"""The record of a rollout that was taken back: what happened, on what evidence, what differs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from headway.delivery.history import History
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
        lines.append(f"- **Its gates said no** ({queued.outcome}); overridden: {queued.override}")
    lines += ["", "## Timeline", "", "| time | after | what |", "|---|---|---|"]
    lines += _timeline(history)
    lines += ["", "## Evidence", "", *_evidence(history.decision)]
    lines += ["", "## What differs", "", *_differences(differences, commits)]
    return "\n".join(lines) + "\n"


def _timeline(history: History) -> list[str]:
    rows, last = [], ""
    for entry in history.records:
        text = what(entry)
        if text and text != last:
            after = elapsed(max(0.0, entry.at - history.queued_at))
            rows.append(f"| {_moment(entry.at)} | {after} | {_cell(text)} |")
            last = text
    return rows


def what(entry: Record) -> str:
    """An event as a sentence for a timeline; "" for one that says nothing to people."""
    match entry.event:
        case events.RolloutQueued() as e:
            return f"{e.actor} deploys {e.version} to {e.environment}, strategy {e.strategy}"
        case events.RolloutTaken() as e:
            return "" if e.epoch == 1 else f"an engine took it over (epoch {e.epoch})"
        case events.RolloutAsked() as e:
            return f"{e.actor}: {e.command}" + (f" ({e.reason})" if e.reason else "")
        case events.RolloutMoved() as e:
            return _moved(e)
        case events.DecisionMade() as e:
            return f"analysis: {e.outcome}: {e.reason}"
        case events.EffectFinished() as e:
            return f"{e.key.partition('/')[2] or e.key}: {e.outcome}" + _because(e.reason)
        case events.RolloutNote() as e:
            return e.message
        case events.RolloutFinished() as e:
            return f"{e.conclusion.replace('_', ' ')}{_because(e.reason)}"
    return ""


def _moved(e: events.RolloutMoved) -> str:
    title = str(e.progress.get("title", "")) or e.phase
    waiting = str(e.progress.get("waiting", ""))
    text = f"{title}; {share_text(e.share / 10000)} of traffic" if e.share else title
    return text + (f"; waits for {waiting}" if waiting else "") + _because(e.reason)


def _evidence(decision: events.DecisionMade | None) -> list[str]:
    if decision is None:
        return ["The analysis had made no decision."]
    lines = [f"**{decision.outcome}**: {decision.reason}", ""]
    lines += [f"- {name}: {_value(value)}" for name, value in decision.seen.items()]
    if decision.samples:
        lines += ["", f"{decision.samples} looks; SHA-256 of them: `{decision.digest}`"]
    return lines


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(inner)}" for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_value(inner) for inner in value)
    return str(value)


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


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _moment(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(at))
