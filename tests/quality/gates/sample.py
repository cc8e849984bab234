"""Reports and evidence to judge, made small."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace

from headway.quality import lines
from headway.quality.evidence import Commit, Evidence, build
from headway.quality.judge import judge
from headway.quality.reading import ReportError
from headway.quality.report import (
    Complexity,
    Component,
    FileCoverage,
    Finding,
    Kind,
    LoadResult,
    Report,
    TestCase,
)
from headway.quality.settings import Gates
from headway.verdict import Result, Verdict

TODAY = date(2026, 6, 15)
COMMIT = Commit(sha="4a0e5c1f" * 5, branch="main")


def evidence(*reports: Report, errors: Sequence[ReportError] = (), dirty: bool = False) -> Evidence:
    commit = Commit(sha=COMMIT.sha, branch="main", dirty=dirty)
    return build(reports, commit=commit, when="2026-06-15T12:00:00Z", errors=errors)


def verdict(gates: Gates | None, *reports: Report, **others: Any) -> Verdict:
    others.setdefault("today", TODAY)
    return judge(evidence(*reports), gates or Gates(), **others)


def results(gates: Gates | None, *reports: Report, **others: Any) -> dict[str, Result]:
    """The answers by gate."""
    return {one.gate: one for one in verdict(gates, *reports, **others).results}


def only(gate: str, gates: Gates | None, *reports: Report, **others: Any) -> Result:
    return results(gates, *reports, **others)[gate]


def said(result: Result) -> tuple[str, str]:
    return result.outcome, result.message


def report(tool: str, kind: Kind, **fields: Any) -> Report:
    """A report by its tool, with a digest of what is in it."""
    fields.setdefault("source", f"reports/{tool}.json")
    made = Report(tool=tool, kind=kind, **fields)
    return replace(made, digest=hashlib.sha256(msgspec.json.encode(made)).hexdigest())


def finding(rule: str = "F401", severity: str = "high", **fields: Any) -> Finding:
    fields.setdefault("category", "lint")
    fields.setdefault("tool", "ruff")
    fields.setdefault("message", f"{rule} was found")
    if fields["category"] != "dependency":
        fields.setdefault("file", "src/shop/cart.py")
        fields.setdefault("line", 3)
    return Finding(rule=rule, severity=severity, **fields)  # type: ignore[arg-type]


def ruff(*found: Finding, **fields: Any) -> Report:
    return report("ruff", "findings", findings=found, **fields)


def mypy(*found: Finding, **fields: Any) -> Report:
    return report("mypy", "findings", findings=found, **fields)


def bandit(*found: Finding, **fields: Any) -> Report:
    return report("bandit", "findings", findings=found, **fields)


def gitleaks(*found: Finding, **fields: Any) -> Report:
    return report("gitleaks", "findings", findings=found, **fields)


def audit(*found: Finding, **fields: Any) -> Report:
    return report("pip-audit", "dependencies", findings=found, **fields)


def vulnerability(
    rule: str, severity: str, package: str = "requests", version: str = "2.0", **fields: Any
) -> Finding:
    return finding(
        rule, severity, category="dependency", package=package, version=version, **fields
    )


def pytest(*cases: TestCase, **fields: Any) -> Report:
    return report("pytest", "tests", tests=cases, **fields)


def case(name: str, outcome: str = "passed", **fields: Any) -> TestCase:
    fields.setdefault("passes", int(outcome in ("passed", "flaky")))
    fields.setdefault("failures", int(outcome in ("failed", "error", "flaky")))
    return TestCase(id=f"tests/test_cart.py::{name}", name=name, outcome=outcome, **fields)  # type: ignore[arg-type]


def covered(path: str, total: int, missing: Sequence[int] = ()) -> FileCoverage:
    """Lines 1 to `total`, of which `missing` didn't run."""
    everything = set(range(1, total + 1))
    return FileCoverage(
        path=path,
        coverable=lines.pack(everything),
        covered=lines.pack(everything - set(missing)),
    )


def coverage(*files: FileCoverage, **fields: Any) -> Report:
    return report("coverage.py", "coverage", coverage=files, **fields)


def percent(value: int) -> Report:
    """A file of 1,000 lines of which so many per mille ran."""
    return coverage(covered("src/shop/cart.py", 1000, range(value + 1, 1001)))


def radon(*functions: Complexity, **fields: Any) -> Report:
    return report("radon", "complexity", complexity=functions, **fields)


def function(name: str, cyclomatic: float | None = None, **fields: Any) -> Complexity:
    fields.setdefault("file", "src/shop/cart.py")
    fields.setdefault("line", 10)
    return Complexity(name=name, cyclomatic=cyclomatic, **fields)


def jscpd(copied: float, **fields: Any) -> Report:
    measures = {"duplication.lines": 1000.0, "duplication.duplicated_lines": copied}
    return report("jscpd", "duplication", measures=measures, **fields)


def k6(result: LoadResult, *more: LoadResult, **fields: Any) -> Report:
    return report("k6", "load", load=(result, *more), **fields)


def load(**fields: Any) -> LoadResult:
    fields.setdefault("requests", 1000)
    fields.setdefault("throughput", 100.0)
    percentiles = {p: fields.pop(f"p{p}") for p in ("50", "95", "99") if f"p{p}" in fields}
    return LoadResult(percentiles=percentiles, **fields)


def parts(*licensed: tuple[str, str], **fields: Any) -> Report:
    """A bill of materials: name and licence, "" for none."""
    components = tuple(
        Component(name=name, version="1.0", licenses=(spdx,) if spdx else ())
        for name, spdx in licensed
    )
    return report("syft", "components", components=components, **fields)
