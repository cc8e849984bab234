"""Values, places and counts in the words that every output shares."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headway.quality.evidence import Evidence
from headway.quality.report import Finding
from headway.quality.words import distance, listed
from headway.quality.words import ranges as ranges
from headway.units import elapsed
from headway.verdict import Result, Score, Verdict

_ROUND = (1, 2, 3, 4, 6)  # decimals, tried until rounding hides nothing
# Where a test framework's message says what went wrong, the likeliest first.
_CAUSE = (
    re.compile(r"^E\s+(?=\S)(.+)$", re.M),  # pytest
    re.compile(r"^\s*((?:[\w.]*(?:Error|Exception|Failure)|panic)\b: .+)$", re.M),
)


def number(value: float, unit: str = "", limit: float | None = None) -> str:
    """`1,234`, `84.2 %`, `12.5 ms`; never rounded onto a limit that it isn't at."""
    for decimals in _ROUND:
        rounded = round(value, decimals)
        if limit is None or (rounded == limit) == (value == limit):
            break
    text = f"{rounded:,.{decimals}f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
    return with_unit("0" if text == "-0" else text, unit)


def with_unit(text: str, unit: str) -> str:
    """Rates follow at once, other units after a space."""
    return f"{text}{unit}" if not unit or unit.startswith("/") else f"{text} {unit}"


def signed(value: float, unit: str = "") -> str:
    """A difference: `+1.5 points` of percentages, `-3`, `±0`."""
    text = distance(round(abs(value), 6), unit)
    if not text.strip("0. points"):
        return "±0"
    return f"{'+' if value > 0 else '-'}{text}"


def count(many: int, one: str, several: str = "") -> str:
    """`1 file`, `2,000 files`."""
    return f"1 {one}" if many == 1 else f"{many:,} {several or one + 's'}"


def measured(result: Result) -> str:
    """A gate's value, or a dash."""
    if result.value is None:
        return "–"
    return number(result.value, result.unit, result.limit)


def demanded(result: Result) -> str:
    """`at least 80 %`, or a dash."""
    if result.limit is None or not result.comparison:
        return "–"
    return f"{result.comparison} {number(result.limit, result.unit)}"


def margin(result: Result) -> str:
    return "–" if result.margin is None else signed(result.margin, result.unit)


def place(finding: Finding) -> str:
    """`file:line`, or the package and its version, or nothing."""
    if finding.file and finding.line and not finding.package:
        return f"{finding.file}:{finding.line}"
    if finding.package:
        return f"{finding.package} {finding.version}".strip()
    return finding.file


def told(finding: Finding) -> str:
    """The message, and the mend where there is one: a version without the problem."""
    fixed = f" (fixed in {finding.fixed_version})" if finding.fixed_version else ""
    return f"{' '.join(finding.message.split())}{fixed}"


def cause(message: str) -> str:
    """The line of a failed test's message that says most."""
    for pattern in _CAUSE:
        found = pattern.search(message)
        if found:
            return found[1].strip()
    return next((line.strip() for line in message.splitlines() if line.strip()), "")


def tools(finding: Finding) -> str:
    return ", ".join(finding.tools or (finding.tool,))


def ordered(results: Sequence[Result]) -> list[Result]:
    """Those that decide first: failed before inconclusive before reported before passed."""
    rank = {"failed": 0, "error": 1, "inconclusive": 2, "passed": 4}

    def key(result: Result) -> int:
        bad = result.outcome != "passed"
        return 3 if bad and not result.blocking else rank[result.outcome]

    return sorted(results, key=key)


def outcome_word(result: Result) -> str:
    """A gate that only reports says so."""
    reported = result.outcome != "passed" and not result.blocking
    return f"{result.outcome}, not blocking" if reported else result.outcome


def conclusion(verdict: Verdict) -> str:
    """`passed: all of 7 gates`, `failed: 2 of 7 gates (coverage.min, lint.errors)`."""
    gates = verdict.results
    if not gates:
        return f"{verdict.outcome}: no gate was judged"
    if verdict.outcome == "passed":
        return f"passed: {count(len(gates), 'gate')}"
    guilty = [r.gate for r in gates if r.blocking and r.outcome == verdict.outcome]
    named = ", ".join(guilty[:5]) + (", …" if len(guilty) > 5 else "")
    return f"{verdict.outcome}: {len(guilty)} of {count(len(gates), 'gate')} ({named})"


def unmeasured(score: Score) -> str:
    """`from tests alone; not measured: coverage, …`: a score of a part says that it is one."""
    known = [part.name for part in score.parts if part.measured]
    missing = [part.name for part in score.parts if not part.measured]
    if not missing:
        return ""
    alone = " alone" if len(known) == 1 else ""
    return f"from {listed(known, len(known))}{alone}; not measured: {listed(missing, len(missing))}"


def about(evidence: Evidence) -> str:
    """`main 4a0e5c1 with uncommitted changes`."""
    commit = evidence.commit
    dirty = " with uncommitted changes" if commit.dirty else ""
    return f"{commit.branch} {commit.sha[:7]}".strip() + dirty


def headline(evidence: Evidence) -> list[tuple[str, str]]:
    """(what, how much) in one line each: the measures that a reader looks for first."""
    found = [
        ("tests", _tests(evidence.measures)),
        ("coverage", _coverage(evidence.measures)),
        ("findings", _findings(evidence)),
        ("complexity", _complexity(evidence)),
        ("duplication", _duplication(evidence.measures)),
        ("load", _load(evidence)),
        ("components", _components(evidence)),
    ]
    return [(name, text) for name, text in found if text]


def _tests(measures: dict[str, float]) -> str:
    if "tests.total" not in measures:
        return ""
    parts = [
        f"{number(measures[f'tests.{outcome}'])} {outcome}"
        for outcome in ("failed", "error", "flaky", "passed", "skipped")
        if measures.get(f"tests.{outcome}")
    ]
    return f"{', '.join(parts) or 'none ran'} in {elapsed(measures.get('tests.seconds', 0.0))}"


def _coverage(measures: dict[str, float]) -> str:
    if "coverage.percent" not in measures:
        return ""
    covered, lines = measures["coverage.covered_lines"], measures["coverage.lines"]
    text = f"{number(measures['coverage.percent'], '%')} of {number(lines)} lines"
    if "coverage.branch_percent" in measures:
        text += f", {number(measures['coverage.branch_percent'], '%')} of branches"
    missed = int(lines - covered)
    return text + (f"; {count(missed, 'line')} missed" if missed else "")


def _findings(evidence: Evidence) -> str:
    looked = {"findings", "dependencies"} & {report.kind for report in evidence.reports}
    if not evidence.findings:
        return "none" if looked else ""
    severities = ("critical", "high", "medium", "low", "info")
    counts = [(s, evidence.measures.get(f"findings.{s}", 0)) for s in severities]
    return ", ".join(f"{number(many)} {severity}" for severity, many in counts if many)


def _complexity(evidence: Evidence) -> str:
    if not evidence.complexity:
        return ""
    kinds = ("cyclomatic", "cognitive")
    worst = [
        f"{kind} at most {number(evidence.measures[f'complexity.{kind}'])}"
        for kind in kinds
        if f"complexity.{kind}" in evidence.measures
    ]
    return f"{', '.join(worst)} in {count(len(evidence.complexity), 'function')}"


def _duplication(measures: dict[str, float]) -> str:
    if "duplication.percent" not in measures:
        return ""
    return f"{number(measures['duplication.percent'], '%')} of lines"


def _load(evidence: Evidence) -> str:
    parts = []
    for run in evidence.load:
        for result in run.results:
            if not result.name or len(run.results) == 1:
                p95 = result.percentiles.get("95")
                latency = f", p95 {number(p95, 'ms')}" if p95 is not None else ""
                parts.append(
                    f"{run.tool} {number(result.throughput, '/s')}{latency},"
                    f" {number(100 * result.error_rate, '%')} errors"
                )
    return "; ".join(parts)


def _components(evidence: Evidence) -> str:
    return count(len(evidence.components), "component") if evidence.components else ""
