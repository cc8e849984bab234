"""Gates for a look at a part: what wasn't looked for is not missing.

`headway scan security` runs no tests; a `coverage.min` in headway.yaml then says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from msgspec.structs import replace

from headway.quality.evidence import Source
from headway.quality.report import Report
from headway.quality.scoring import QUALITY, SECURITY
from headway.quality.settings import Gates, Section, Subject
from headway.quality.subject import BY_CATEGORY, subjects

# Section of `gates` → what it is judged by; sections called like a subject are judged by that.
_SECTIONS: dict[str, tuple[Subject, ...]] = {
    "lint": ("lint", "format"),
    "types": ("types",),
    "security_score": SECURITY,
    "quality_score": QUALITY,
    "new_findings": tuple(dict.fromkeys(BY_CATEGORY.values())),
}
_PLAIN: tuple[Subject, ...] = (
    *("tests", "coverage", "complexity", "duplication", "vulnerabilities", "security", "secrets"),
    *("licenses", "performance"),
)  # fmt: skip
# What measures and rules of one's own call them.
_NAMES: dict[str, Subject] = {
    "tests": "tests",
    "coverage": "coverage",
    "complexity": "complexity",
    "duplication": "duplication",
    "load": "performance",
    "performance": "performance",
    "components": "licenses",
}


def looked_for(reports: Iterable[Report], gates: Gates) -> set[Subject]:
    """What these reports are evidence of."""
    found: set[Subject] = set()
    for one in reports:
        source = Source(
            source=one.source, digest=one.digest, format=one.format, tool=one.tool, kind=one.kind
        )
        found |= subjects(source, gates.reports.covers)
    return found


def without(gates: Gates, looked: Collection[Subject]) -> Gates:
    """The gates with what is not among `looked` demanded of no report."""
    sections: dict[str, tuple[Subject, ...]] = {**{name: (name,) for name in _PLAIN}, **_SECTIONS}
    changes: dict[str, object] = {}
    for name, wanted in sections.items():
        section: Section = getattr(gates, name)
        enough = all if name.endswith("_score") else any
        if not enough(subject in looked for subject in wanted):
            changes[name] = replace(section, required=False)
    must = tuple(one for one in gates.reports.must_have if one in looked)
    changes["reports"] = replace(gates.reports, must_have=must)
    missing = {name for name, subject in _NAMES.items() if subject not in looked}
    changes["ratchets"] = {n: r for n, r in gates.ratchets.items() if _kept(n, missing)}
    changes["rules"] = {n: r for n, r in gates.rules.items() if not _mentions(r.require, missing)}
    return replace(gates, **changes)


def _kept(measure: str, missing: Collection[str]) -> bool:
    return measure.partition(".")[0] not in missing and not (measure == "score.quality" and missing)


def _mentions(rule: str, names: Collection[str]) -> bool:
    return any(re.search(rf"\b{name}\b", rule) for name in names)
