"""A verdict on what was just looked at, with what was found before and is still true."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import msgspec

from headway.app import reports as finding
from headway.app.evidence import Tree
from headway.app.gates import Rules
from headway.app.reports import Found
from headway.quality import partial
from headway.quality.settings import Subject


def reports(tree: Tree, fresh: Iterable[str], warn: Callable[[str], None]) -> Found:
    """The reports just made, and those in the usual places that are newer than every file of the
    repository: the others are about something else.
    """
    new = dict.fromkeys(fresh)
    others = [p for p in finding.usual(tree.root, tree.repository is not None) if p not in new]
    moment, changed = tree.last_change({*new, *others})
    old = finding.older(tree.root, others, moment)
    if old:
        names = ", ".join(old[:3]) + (f" and {len(old) - 3} more" if len(old) > 3 else "")
        warn(f"older than {changed}, left out: {names}")
    kept = [path for path in others if path not in old]
    return finding.read_usual(tree.root, (*new, *kept))


def rules(all_rules: Rules, found: Found, looked: Collection[Subject]) -> Rules:
    """Without what nobody looked for now, nor left a report of."""
    there = partial.looked_for(found.reports, all_rules.gates) | set(looked)
    return msgspec.structs.replace(all_rules, gates=partial.without(all_rules.gates, there))
