"""Evidence and verdicts for tests of what they look like."""

from __future__ import annotations

from msgspec.structs import replace

from headway.quality import lines
from headway.quality.evidence import Commit, Evidence, build
from headway.quality.report import (
    Complexity,
    Component,
    Duplication,
    FileCoverage,
    Finding,
    LoadResult,
    Report,
    Span,
    TestCase,
)
from headway.verdict import Part, Result, Score, Use, Verdict

COMMIT = Commit(sha="4a0e5c1f" * 5, branch="main")
WHEN = "2026-11-21T05:00:00Z"


def finding(rule: str = "F401", **fields: object) -> Finding:
    given = {
        "message": "unused import",
        "severity": "medium",
        "category": "lint",
        "tool": "ruff",
        "file": "src/cart.py",
        "line": 3,
        **fields,
    }
    return Finding(rule=rule, **given)  # type: ignore[arg-type]


def case(name: str, outcome: str = "passed", **fields: object) -> TestCase:
    return TestCase(id=name, name=name, outcome=outcome, **fields)  # type: ignore[arg-type]


def report(kind: str, tool: str = "", **fields: object) -> Report:
    tool = tool or {"tests": "pytest", "coverage": "coverage.py"}.get(kind, "ruff")
    source = f"reports/{tool}.{kind}"
    return Report(tool=tool, kind=kind, source=source, digest=source, **fields)  # type: ignore[arg-type]


def of(*reports: Report, dirty: bool = False) -> Evidence:
    return build(reports, commit=replace(COMMIT, dirty=dirty), when=WHEN)


def covered(path: str, total: int, hit: int, branches: str = "") -> FileCoverage:
    return FileCoverage(
        path=path,
        coverable=lines.pack(range(1, total + 1)),
        covered=lines.pack(range(1, hit + 1)),
        branch_data=branches,
    )


def everything() -> Evidence:
    """A bit of all that there can be."""
    load = LoadResult(
        requests=200,
        failures=4,
        throughput=46.6,
        mean=44.0,
        maximum=90.0,
        percentiles={"50": 42.0, "95": 61.0, "99": 80.5},
        thresholds={"p(95)<60": False},
    )
    return of(
        report(
            "tests",
            tests=(
                case("test_sum", seconds=0.5),
                case(
                    "test_tax", "failed", message="E   AssertionError: 3 != 4", file="t.py", line=9
                ),
                case("test_net", "flaky", passes=1, failures=1),
            ),
        ),
        report("coverage", coverage=(covered("src/cart.py", 10, 8, "2:1/2"),)),
        report("findings", findings=(finding(), finding("E501", severity="low", line=9))),
        report(
            "dependencies",
            "pip-audit",
            findings=(
                finding(
                    "CVE-2026-1",
                    severity="critical",
                    category="dependency",
                    tool="pip-audit",
                    file="",
                    line=0,
                    package="flask",
                    version="0.12",
                    fixed_version="0.12.3",
                    cvss=9.8,
                    url="https://example.com/CVE-2026-1",
                ),
            ),
        ),
        report(
            "complexity",
            "radon",
            complexity=(Complexity(file="src/cart.py", name="Cart.add", line=4, cyclomatic=16.0),),
        ),
        report(
            "duplication",
            "jscpd",
            duplication=(Duplication(places=(Span("a.py", 1, 9), Span("b.py", 3, 11)), lines=9),),
        ),
        report("load", "k6", load=(load,)),
        report("components", "syft", components=(Component(name="flask", version="0.12"),)),
    )


FAILED = Result(
    gate="coverage.min",
    outcome="failed",
    message="coverage is 78.4 %, 1.6 points under the minimum of 80 %",
    measure="coverage.percent",
    value=78.4,
    comparison="at least",
    limit=80.0,
    margin=-1.6,
    unit="%",
    hint="test what is missing",
    details=("src/cart.py:9 is not run",),
)
PASSED = Result(
    gate="lint.errors",
    outcome="passed",
    message="there is no lint error",
    value=0.0,
    comparison="at most",
    limit=0.0,
    margin=0.0,
)
UNSURE = Result(gate="vulnerabilities.high", outcome="inconclusive", message="no data")
TOLD = Result(gate="tests.flaky", outcome="failed", message="1 test is flaky", blocking=False)


def verdict(*results: Result, outcome: str = "failed") -> Verdict:
    return Verdict(
        outcome=outcome,  # type: ignore[arg-type]
        results=results or (PASSED, TOLD, UNSURE, FAILED),
        waived=(
            Use(
                waiver="B101 in tests/**",
                reason="asserts",
                owner="ada",
                until="2027-01-31",
                gate="security",
                count=3,
            ),
        ),
        scores=(
            Score(
                name="security",
                value=90.0,
                arithmetic="100 − 10 = 90",
                parts=(Part(name="code", cost=10.0, arithmetic="1 critical × 10 = 10"),),
            ),
        ),
        sha=COMMIT.sha,
        when=WHEN,
    )
