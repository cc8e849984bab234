"""The sections `gates`, `waivers` and `quarantine` of headway.yaml.

A key that is left out (None) has the limit of `DEFAULTS`, judged where there is evidence for it.
A key that is written needs evidence: without a report it fails. `off` switches a gate off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from headway.errors import did_you_mean
from headway.quality.report import Category
from headway.quality.severity import Severity
from headway.units import Duration, Rate, Share

# What there can be evidence of; the names of the sections that are judged by it.
Subject = Literal[
    "tests",
    "coverage",
    "lint",
    "format",
    "types",
    "security",
    "vulnerabilities",
    "secrets",
    "licenses",
    "complexity",
    "duplication",
    "performance",
]

Off = Literal["off"]
Count = Annotated[int, Meta(ge=0)] | Off | None
Number = Annotated[float, Meta(ge=0)] | Off | None
Percent = Annotated[float, Meta(ge=0, le=100)] | Off | None

Mistake = tuple[str, str, str]  # path such as `coverage.min`, message, hint


class Default(Struct, frozen=True):
    """The limit of a gate that headway.yaml doesn't mention, and whether it blocks."""

    limit: float
    blocking: bool = True


DEFAULTS: dict[str, Default] = {
    "coverage.min": Default(80),
    "coverage.changed": Default(80),
    "tests.failed": Default(0),
    "tests.flaky": Default(0, blocking=False),
    "tests.new_code": Default(0, blocking=False),
    "lint.errors": Default(0),
    "types.errors": Default(0),
    "complexity.cyclomatic": Default(10),
    "complexity.cognitive": Default(15),
    "duplication.max": Default(3),
    "vulnerabilities.critical": Default(0),
    "vulnerabilities.high": Default(0),
    "security.critical": Default(0),
    "security.high": Default(0),
    "secrets.max": Default(0),
    "security_score.min": Default(85),
    "performance.thresholds": Default(0),
    "new_findings.max": Default(0, blocking=False),
}
SMALL_DIFF = 20  # coverable changed lines


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What every section of `gates` has."""

    blocking: Annotated[
        bool | None, Meta(description="false: failing is reported and stops nothing")
    ] = None
    required: Annotated[
        bool | None,
        Meta(description="false: keys written here are judged only where there is a report"),
    ] = None


class Coverage(Section, frozen=True, kw_only=True):
    min: Annotated[Percent, Meta(description="Least coverage of all files, in percent")] = None
    target: Annotated[
        Percent, Meta(description="Coverage that is aimed at, in percent; never blocks")
    ] = None
    changed: Annotated[
        Percent, Meta(description="Least coverage of the lines that the change touches, in percent")
    ] = None
    small_diff: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="With fewer coverable changed lines `changed` is not judged (20)"),
    ] = None
    measure: Annotated[
        Literal["lines", "branches", "combined"] | None,
        Meta(description="What `min` and `target` are of (lines)"),
    ] = None


class Tests(Section, frozen=True, kw_only=True):
    __test__ = False  # nothing for pytest to collect

    failed: Annotated[Count, Meta(description="Most tests that may fail")] = None
    skipped: Annotated[Count, Meta(description="Most tests that may be skipped")] = None
    flaky: Annotated[Count, Meta(description="Most tests that may pass only when tried again")] = (
        None
    )
    min: Annotated[Count, Meta(description="Least number of tests that run")] = None
    new_code: Annotated[
        Count, Meta(description="Most changed source files that may be without a test")
    ] = None


class Lint(Section, frozen=True, kw_only=True):
    errors: Annotated[Count, Meta(description="Most lint findings of severity high or worse")] = (
        None
    )
    warnings: Annotated[Count, Meta(description="Most lint findings of severity medium")] = None
    total: Annotated[Count, Meta(description="Most lint findings of any severity")] = None
    format: Annotated[Count, Meta(description="Most files that a formatter would change")] = None


class Types(Section, frozen=True, kw_only=True):
    errors: Annotated[
        Count, Meta(description="Most findings of type checkers of severity high or worse")
    ] = None
    total: Annotated[Count, Meta(description="Most findings of type checkers")] = None


class Complexity(Section, frozen=True, kw_only=True):
    cyclomatic: Annotated[Number, Meta(description="Most cyclomatic complexity of a function")] = (
        None
    )
    cognitive: Annotated[Number, Meta(description="Most cognitive complexity of a function")] = None
    scope: Annotated[
        Literal["all", "changed"] | None,
        Meta(description="changed: only functions with lines that the change touches (all)"),
    ] = None


class Duplication(Section, frozen=True, kw_only=True):
    max: Annotated[Percent, Meta(description="Most copied lines, in percent of all lines")] = None


class BySeverity(Section, frozen=True, kw_only=True):
    critical: Annotated[Count, Meta(description="Most findings of severity critical")] = None
    high: Annotated[Count, Meta(description="Most findings of severity high")] = None
    medium: Annotated[Count, Meta(description="Most findings of severity medium")] = None
    low: Annotated[Count, Meta(description="Most findings of severity low")] = None


class Vulnerabilities(BySeverity, frozen=True, kw_only=True):
    """Known vulnerabilities of packages."""

    ignore_unfixed: Annotated[
        bool | None, Meta(description="true: vulnerabilities without a fixed version don't count")
    ] = None


class Security(BySeverity, frozen=True, kw_only=True):
    """Weaknesses in code, containers, infrastructure and the running application."""


class Secrets(Section, frozen=True, kw_only=True):
    max: Annotated[Count, Meta(description="Most secrets that may be found")] = None


class Licenses(Section, frozen=True, kw_only=True):
    allow: Annotated[
        tuple[str, ...], Meta(description="SPDX ids that parts may have; others fail (`BSD-*` too)")
    ] = ()
    deny: Annotated[
        tuple[str, ...], Meta(description="SPDX ids that parts may not have (`GPL-*` too)")
    ] = ()
    unknown: Annotated[
        Literal["allow", "deny"] | None,
        Meta(description="Parts whose licence is not known (deny with `allow`, else allow)"),
    ] = None

    def problems(self) -> Iterator[Mistake]:
        for spdx in sorted(set(self.allow) & set(self.deny)):
            yield "licenses.deny", f"{spdx} is both allowed and denied", "name it in one of them"


class Score(Section, frozen=True, kw_only=True):
    min: Annotated[Percent, Meta(description="Least score, from 0 to 100")] = None
    target: Annotated[
        Percent, Meta(description="Score that is aimed at, from 0 to 100; never blocks")
    ] = None


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Limits of a load test's result."""

    p50: Annotated[Duration | None, Meta(description="Longest median latency, as 100ms")] = None
    p95: Annotated[
        Duration | None, Meta(description="Longest latency of the fastest 95 % of requests")
    ] = None
    p99: Annotated[
        Duration | None, Meta(description="Longest latency of the fastest 99 % of requests")
    ] = None
    error_rate: Annotated[
        Share | None, Meta(description="Largest share of requests that fail, as 1%")
    ] = None
    throughput: Annotated[Rate | None, Meta(description="Least requests, as 1000/s")] = None


class Performance(Section, frozen=True, kw_only=True):
    p50: Annotated[Duration | None, Meta(description="Longest median latency, as 100ms")] = None
    p95: Annotated[
        Duration | None, Meta(description="Longest latency of the fastest 95 % of requests")
    ] = None
    p99: Annotated[
        Duration | None, Meta(description="Longest latency of the fastest 99 % of requests")
    ] = None
    error_rate: Annotated[
        Share | None, Meta(description="Largest share of requests that fail, as 1%")
    ] = None
    throughput: Annotated[Rate | None, Meta(description="Least requests, as 1000/s")] = None
    requests: Annotated[
        dict[str, Limits], Meta(description="Limits of single requests, by their name")
    ] = {}
    regression: Annotated[
        Share | None,
        Meta(description="How much worse than the baseline latency and throughput may be, as 10%"),
    ] = None
    thresholds: Annotated[
        Count, Meta(description="Most of the load test's own thresholds that may be crossed")
    ] = None


class NewFindings(Section, frozen=True, kw_only=True):
    max: Annotated[Count, Meta(description="Most findings that the baseline hasn't")] = None
    severity: Annotated[
        Severity | None, Meta(description="The least severity that counts (low)")
    ] = None
    categories: Annotated[
        tuple[Category, ...], Meta(description="Only findings of these categories (all)")
    ] = ()


class Ratchet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A measure that may not become worse than the baseline's."""

    tolerance: Annotated[
        Annotated[float, Meta(ge=0)],
        Meta(description="How much worse it may be, in the measure's own unit"),
    ] = 0.0
    better: Annotated[
        Literal["higher", "lower"] | None,
        Meta(description="Which way is better, for measures where Headway doesn't know"),
    ] = None
    blocking: Annotated[
        bool | None, Meta(description="false: failing is reported and stops nothing")
    ] = None


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule of your own, in CEL."""

    require: Annotated[
        str, Meta(min_length=1, description="A CEL expression that is true when all is well")
    ]
    message: Annotated[str, Meta(description="What to say when it isn't true")] = ""
    hint: Annotated[str, Meta(description="How to mend it")] = ""
    blocking: Annotated[
        bool | None, Meta(description="false: failing is reported and stops nothing")
    ] = None


class Reports(Section, frozen=True, kw_only=True):
    """Which reports there must be."""

    must_have: Annotated[
        tuple[Subject, ...], Meta(description="Without a report of these the verdict is failed")
    ] = ()
    covers: Annotated[
        dict[str, tuple[Subject, ...]],
        Meta(description="What a tool (or a report, by its path) looks for, where nobody knows"),
    ] = {}


class Gates(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The section `gates`."""

    reports: Annotated[Reports, Meta(description="Which reports there must be")] = Reports()
    coverage: Annotated[Coverage, Meta(description="Code that tests run")] = Coverage()
    tests: Annotated[Tests, Meta(description="How tests end")] = Tests()
    lint: Annotated[Lint, Meta(description="Findings of linters and formatters")] = Lint()
    types: Annotated[Types, Meta(description="Findings of type checkers")] = Types()
    complexity: Annotated[Complexity, Meta(description="Complexity of functions")] = Complexity()
    duplication: Annotated[Duplication, Meta(description="Copied code")] = Duplication()
    vulnerabilities: Annotated[
        Vulnerabilities, Meta(description="Known vulnerabilities of packages")
    ] = Vulnerabilities()
    security: Annotated[
        Security,
        Meta(description="Weaknesses in code, containers, infrastructure, running applications"),
    ] = Security()
    secrets: Annotated[Secrets, Meta(description="Secrets in the repository")] = Secrets()
    licenses: Annotated[Licenses, Meta(description="Licences of the parts used")] = Licenses()
    security_score: Annotated[
        Score, Meta(description="100 less 10 for each critical finding, 5 high, 2 medium")
    ] = Score()
    quality_score: Annotated[
        Score, Meta(description="100 less what tests, coverage, lint and structure cost")
    ] = Score()
    performance: Annotated[Performance, Meta(description="Results of load tests")] = Performance()
    new_findings: Annotated[NewFindings, Meta(description="Findings that the baseline hasn't")] = (
        NewFindings()
    )
    ratchets: Annotated[
        dict[str, Ratchet], Meta(description="Measures that may not get worse, by name")
    ] = {}
    rules: Annotated[dict[str, Rule], Meta(description="Rules of your own, by name")] = {}
    report_only: Annotated[
        tuple[str, ...],
        Meta(description="Gates that never block, as coverage.changed or complexity.*"),
    ] = ()

    def problems(self) -> Iterator[Mistake]:
        """What types can't express: (path, message, hint)."""
        yield from self.licenses.problems()
        for name, ratchet in sorted(self.ratchets.items()):
            yield from _ratchet(name, ratchet)
        for name in self.report_only:
            section = name.partition(".")[0]
            known = (*type(self).__struct_fields__, "waivers", "quarantine")
            if "*" not in section and section not in known:
                hint = did_you_mean(section, known)
                yield "report_only", f'there is no gate "{name}"', hint
        if self.rules:
            from headway.quality.custom_rule import check

            for name, rule in sorted(self.rules.items()):
                for mistake in check(rule.require):
                    place = f"line {mistake.line}, column {mistake.column} of the rule"
                    yield f"rules.{name}.require", f"{mistake.message} ({place})", mistake.hint


def _ratchet(name: str, ratchet: Ratchet) -> Iterator[Mistake]:
    from headway.quality.baseline import better

    if ratchet.better is None and better(name) is None:
        yield (
            f"ratchets.{name}",
            f'it isn\'t known whether more of "{name}" is better',
            "write `better: higher` or `better: lower`",
        )


class Waiver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Findings that don't count, or a gate that doesn't block, until a day."""

    reason: Annotated[str, Meta(min_length=1, description="Why this is acceptable")]
    owner: Annotated[str, Meta(min_length=1, description="Who answers for it")]
    until: Annotated[date, Meta(description="The last day it holds, as 2026-01-31")]
    finding: Annotated[str, Meta(description="A finding's fingerprint")] = ""
    rule: Annotated[str, Meta(description="A rule or an advisory, as B101 or CVE-2026-1")] = ""
    package: Annotated[str, Meta(description="A package, as requests or requests@2.0")] = ""
    path: Annotated[str, Meta(description="Files, as tests/** (with rule or alone)")] = ""
    gate: Annotated[str, Meta(description="A gate, as coverage.min")] = ""

    def problems(self) -> Iterator[Mistake]:
        named = [key for key in ("finding", "rule", "package", "path") if getattr(self, key)]
        if not named and not self.gate:
            hint = "write `rule`, `finding`, `package`, `path` or `gate`"
            yield "", "the waiver doesn't say what it is for", hint
        if named and self.gate:
            hint = f"make two waivers of it, or leave out `{named[0]}`"
            yield "gate", f"a waiver is for a gate or for a {named[0]}, not for both", hint
        if self.finding and not re.fullmatch(r"[0-9a-f]{8,64}", self.finding):
            hint = "8 or more hexadecimal digits, as `headway gate` shows them"
            yield "finding", f'"{self.finding}" is not a fingerprint', hint

    @property
    def subject(self) -> str:
        """What it is for, in short."""
        if self.gate:
            return f"gate {self.gate}"
        parts = [self.finding, self.rule, self.package]
        what = " ".join(part for part in parts if part)
        return " in ".join(part for part in (what, self.path) if part)


class Quarantine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A test that keeps running without failing the gate, until a day."""

    test: Annotated[str, Meta(min_length=1, description="The test's id; * stands for any text")]
    reason: Annotated[str, Meta(min_length=1, description="Why it is in quarantine")]
    owner: Annotated[str, Meta(min_length=1, description="Who mends it")]
    until: Annotated[date, Meta(description="The last day it holds, as 2026-01-31")]


T = TypeVar("T", bound=Struct)


def merged(base: T, over: T) -> T:
    """`base` with what `over` writes: an environment's own gates over the project's."""
    changes: dict[str, Any] = {}
    for field in msgspec.structs.fields(over):
        ours, theirs = getattr(base, field.name), getattr(over, field.name)
        if isinstance(theirs, Struct) and isinstance(ours, Struct):
            changes[field.name] = merged(ours, theirs)
        elif isinstance(theirs, dict):
            changes[field.name] = {**ours, **theirs}
        elif theirs is not None and theirs != ():
            changes[field.name] = theirs
    return msgspec.structs.replace(base, **changes)


def encode(gates: Gates) -> bytes:
    """Canonical JSON: equal settings, equal bytes; quantities as plain numbers."""
    text = msgspec.json.encode(gates, enc_hook=float)
    # Read again, 80 is 80.0.
    same = msgspec.json.decode(text, type=Gates, dec_hook=quantity)
    return msgspec.json.encode(same, order="deterministic", enc_hook=float)


def quantity(kind: type, value: Any) -> Any:
    """For msgspec: a Duration and the like, kept as a plain number."""
    return kind(value)


def digest(gates: Gates) -> str:
    """sha256 of the canonical JSON, in hexadecimal."""
    import hashlib

    return hashlib.sha256(encode(gates)).hexdigest()
