"""The scores: 100 less what was found costs. More findings never make one higher.

Security: 10 for each critical, 5 for each high, 2 for each medium finding, at least 0.
Quality: each part costs up to its weight; the weights add up to 100. A part without a report
costs nothing and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from headway.quality.evidence import Evidence
from headway.quality.flaky import BAD
from headway.quality.report import Category, Complexity, Finding
from headway.quality.settings import DEFAULTS, Subject
from headway.quality.severity import Severity
from headway.quality.words import listed
from headway.verdict import Part, Score

COST: dict[Severity, float] = {"critical": 10, "high": 5, "medium": 2}

# What the parts of the security score are called.
SECURITY: dict[Category, str] = {
    "dependency": "dependencies",
    "security": "code",
    "secret": "secrets",
    "container": "containers",
    "iac": "infrastructure",
    "dynamic": "running application",
}

# The parts of the quality score and the most that each costs.
WEIGHTS: dict[str, float] = {
    "tests": 30,
    "coverage": 30,
    "lint and types": 20,
    "complexity": 10,
    "duplication": 10,
}
FAILED_TEST = 5.0
FLAKY_TEST = 1.0
POINTS_UNCOVERED = 0.3  # for each percent of lines that no test runs
FINDING: dict[Severity, float] = {
    "critical": 2,
    "high": 2,
    "medium": 0.5,
    "low": 0.1,
    "info": 0,
}
COMPLEX_FUNCTION = 1.0  # over the default limit of either complexity
POINT_COPIED = 1.0  # for each percent of copied lines


def security(findings: Iterable[Finding], looked: frozenset[Category]) -> Score:
    """The security score of these findings, with a part for each category that counts; `looked`
    are the categories that some report would have."""
    counts: dict[Category, dict[Severity, int]] = {category: {} for category in SECURITY}
    for finding in findings:
        if finding.category in counts:
            of = counts[finding.category]
            of[finding.severity] = of.get(finding.severity, 0) + 1
    parts = [
        _kind(name, counts[category], category in looked) for category, name in SECURITY.items()
    ]
    return _score("security", parts)


def _kind(name: str, counts: dict[Severity, int], looked: bool) -> Part:
    if not looked and not counts:
        return Part(name=name, arithmetic="not measured", measured=False)
    terms = [(counts.get(severity, 0), severity, each) for severity, each in COST.items()]
    return Part(name=name, cost=sum(n * each for n, _, each in terms), arithmetic=_sum(terms))


def quality(
    evidence: Evidence,
    findings: Sequence[Finding],
    looked: frozenset[Subject],
    in_quarantine: Callable[[str], bool],
) -> Score:
    """The quality score; `findings` are the open ones."""
    found = evidence.measures
    parts = [
        _tests(evidence, in_quarantine, "tests" in looked),
        _coverage(found.get("coverage.percent")),
        _lint(findings, bool(looked & {"lint", "types"})),
        _complexity(evidence.complexity, "complexity" in looked),
        _duplication(found.get("duplication.percent")),
    ]
    return _score("quality", parts)


def is_known(score: Score) -> bool:
    """Whether anything was looked at: 100 for nothing is no score."""
    return any(part.measured for part in score.parts)


def _tests(evidence: Evidence, in_quarantine: Callable[[str], bool], looked: bool) -> Part:
    bad = [t for t in evidence.tests if t.outcome in BAD or t.outcome == "flaky"]
    flaky = sum(1 for t in bad if t.outcome == "flaky" and not in_quarantine(t.id))
    failed = sum(1 for t in bad if t.outcome in BAD and not in_quarantine(t.id))
    return _part(
        "tests",
        FAILED_TEST * failed + FLAKY_TEST * flaky,
        _sum([(failed, "failed", FAILED_TEST), (flaky, "flaky", FLAKY_TEST)]),
        looked,
    )


def _coverage(percent: float | None) -> Part:
    without = 0.0 if percent is None else 100.0 - percent
    text = f"{number(without)} % not covered × {number(POINTS_UNCOVERED)}"
    return _part("coverage", POINTS_UNCOVERED * without, text, percent is not None)


def _lint(findings: Sequence[Finding], looked: bool) -> Part:
    counts: dict[Severity, int] = {}
    for finding in findings:
        if finding.category in ("lint", "type", "format"):
            counts[finding.severity] = counts.get(finding.severity, 0) + 1
    cost = sum(FINDING[severity] * n for severity, n in counts.items())
    terms = [(counts.get(severity, 0), severity, each) for severity, each in FINDING.items()]
    return _part("lint and types", cost, _sum(terms), looked or bool(counts))


def _complexity(functions: Iterable[Complexity], looked: bool) -> Part:
    cyclomatic = DEFAULTS["complexity.cyclomatic"].limit
    cognitive = DEFAULTS["complexity.cognitive"].limit
    over = sum(
        1 for f in functions if (f.cyclomatic or 0) > cyclomatic or (f.cognitive or 0) > cognitive
    )
    text = _sum([(over, "too complex", COMPLEX_FUNCTION)])
    return _part("complexity", COMPLEX_FUNCTION * over, text, looked)


def _duplication(percent: float | None) -> Part:
    text = f"{number(percent or 0)} % copied × {number(POINT_COPIED)}"
    return _part("duplication", POINT_COPIED * (percent or 0), text, percent is not None)


def _part(name: str, cost: float, arithmetic: str, measured: bool) -> Part:
    most = WEIGHTS[name]
    if not measured:
        return Part(name=name, most=most, arithmetic="not measured", measured=False)
    text = f"{arithmetic} = {number(cost)}" if cost else arithmetic
    if cost > most:
        text += f", at most {number(most)}"
    return Part(name=name, cost=round(min(cost, most), 9), most=most, arithmetic=text)


def number(value: float) -> str:
    """With so many decimals that whoever does the sum again comes out here."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _sum(terms: Iterable[tuple[int, str, float]]) -> str:
    """`2 critical × 10 + 1 high × 5`, `0` for nothing."""
    shown = [f"{n} {name} × {number(each)}" for n, name, each in terms if n and each]
    return " + ".join(shown) or "0"


def _score(name: str, parts: Sequence[Part]) -> Score:
    cost = sum(part.cost for part in parts)
    value = round(max(0.0, 100.0 - cost), 9)
    costs = [number(part.cost) for part in parts if part.cost]
    text = " − ".join(["100", *costs]) + (f" = {number(value)}" if costs else "")
    if cost > 100:
        text += " (at least 0)"
    unmeasured = [part.name for part in parts if not part.measured]
    if unmeasured:
        text += f"; not measured: {listed(unmeasured, most=len(unmeasured))}"
    return Score(name=name, value=value, parts=tuple(parts), arithmetic=text)
