"""A tool's parsed output, whatever the tool: measures, findings, tests, coverage, load, parts.

Every format makes a `Report` of these records; nothing after it needs to know the tool. Units:
seconds for tests, milliseconds for latencies, requests per second for throughput, shares from
0 to 1 unless a name says percent. Lines and columns count from 1; 0 means "not known". Paths
are as the tool wrote them, with forward slashes; `headway.quality.evidence` makes them
relative to the repository.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from headway.quality import lines as bitmap
from headway.quality.branches import Branch, unpack
from headway.quality.severity import Severity

Kind = Literal[
    "tests",
    "coverage",
    "findings",  # lint, types, code security, secrets, containers, infrastructure
    "dependencies",  # known vulnerabilities of packages
    "complexity",
    "duplication",
    "load",
    "components",
]

Category = Literal[
    "lint",
    "format",
    "type",
    "security",
    "dependency",
    "secret",
    "container",
    "iac",
    "dynamic",  # found by attacking the running application (OWASP ZAP)
    "complexity",
    "duplication",
    "license",
]

Outcome = Literal["passed", "failed", "skipped", "error", "flaky"]


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One problem, located.

    `rule` is the tool's id (`F401`, `CVE-2024-1234`); `word` the tool's own severity word;
    `context` is text that identifies the place when lines move: the source line, a resource's
    name, a hash for a secret (never the secret, nor its line). Formats leave `fingerprint` and
    `occurrence` alone: `headway.quality.fingerprint` fills them once paths are known.
    For dependencies `rule` is the advisory and `aliases` its other ids.
    """

    rule: str
    message: str
    severity: Severity
    category: Category
    tool: str
    word: str = ""
    cvss: float | None = None
    file: str = ""
    line: int = 0
    column: int = 0
    end_line: int = 0
    package: str = ""
    version: str = ""
    fixed_version: str = ""
    aliases: tuple[str, ...] = ()
    url: str = ""
    context: str = ""
    fingerprint: str = ""
    occurrence: int = 0
    tools: tuple[str, ...] = ()  # all that found it, when several did


class TestCase(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One test, over all its attempts.

    `id` names the test within the project and is the same on every machine and in every shard.
    `outcome` is `flaky` when a retry passed after a failure. `passes` and `failures` count
    attempts by how they ended; a test that both passed and failed is suspect even where
    `outcome` is `failed` (say it failed on one leg of a matrix and passed on another).
    """

    __test__ = False  # not a test for pytest to collect

    id: str
    name: str
    outcome: Outcome
    suite: str = ""
    file: str = ""
    line: int = 0
    seconds: float = 0.0
    message: str = ""
    passes: int = 0
    failures: int = 0

    @property
    def attempts(self) -> int:
        return max(1, self.passes + self.failures)


class FileCoverage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One source file: bitmaps (see `headway.quality.lines`) of coverable and of hit lines.

    `branch_data` is the compact text of `headway.quality.branches`.
    """

    path: str
    coverable: bytes = b""
    covered: bytes = b""
    branch_data: str = ""

    @property
    def total(self) -> int:
        return bitmap.count(self.coverable)

    @property
    def hit(self) -> int:
        return bitmap.count(self.covered)

    @property
    def branches(self) -> list[Branch]:
        return unpack(self.branch_data)

    @property
    def missing(self) -> list[int]:
        """Coverable lines that no test ran."""
        return list(bitmap.unpack(bitmap.without(self.coverable, self.covered)))


class Complexity(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One function or method (`Class.method`): McCabe's cyclomatic and/or cognitive complexity.

    `length` is its lines of code without blanks and comments, where the tool counts them.
    """

    file: str
    name: str
    line: int = 0
    end_line: int = 0
    cyclomatic: float | None = None
    cognitive: float | None = None
    length: int | None = None


class FileMetrics(Struct, frozen=True, kw_only=True):
    """Measures of one file: `maintainability` (0..100), `lines`, `code_lines`, `comment_lines`…"""

    path: str
    measures: dict[str, float]


class Span(Struct, frozen=True, array_like=True, order=True):
    """Lines `line` to `end_line` of a file, both included."""

    file: str
    line: int
    end_line: int


class Duplication(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The same code in several places; `lines` is the length of one copy."""

    places: tuple[Span, ...]
    lines: int
    tokens: int = 0


class LoadResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A load test's result for one request name, or for all (`name` empty).

    Latencies in milliseconds; `percentiles` maps `"50"`, `"95"`, `"99.9"` to a latency.
    `thresholds` maps the tool's own pass conditions to whether they held.
    """

    name: str = ""
    requests: int = 0
    failures: int = 0
    duration: float = 0.0
    throughput: float = 0.0
    mean: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    percentiles: dict[str, float] = {}
    thresholds: dict[str, bool] = {}

    @property
    def error_rate(self) -> float:
        return self.failures / self.requests if self.requests else 0.0


class Component(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part of a bill of materials; `licenses` are SPDX ids or expressions, or free names."""

    name: str
    version: str = ""
    purl: str = ""
    licenses: tuple[str, ...] = ()


class Report(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One tool's output.

    `measures` are the tool's own totals, as it states them (dotted lower-case names such as
    `tests.failed`, `coverage.lines`), kept to be compared with ours. `complete` is False when
    the tool itself says that it could not do its work (no vulnerability data, a crash):
    such a report is inconclusive, `reason` says why. `variant` names the leg of a matrix or
    the run that made it, when whoever reads it knows. `read_report` fills `source`, `digest`
    (sha256 of the file) and `format`; a format's `parse` leaves them.
    """

    tool: str
    kind: Kind
    format: str = ""
    tool_version: str = ""
    measures: dict[str, float] = {}
    findings: tuple[Finding, ...] = ()
    tests: tuple[TestCase, ...] = ()
    coverage: tuple[FileCoverage, ...] = ()
    source_roots: tuple[str, ...] = ()  # folders that relative coverage paths start from
    complexity: tuple[Complexity, ...] = ()
    files: tuple[FileMetrics, ...] = ()
    duplication: tuple[Duplication, ...] = ()
    load: tuple[LoadResult, ...] = ()
    components: tuple[Component, ...] = ()
    source: str = ""
    digest: str = ""
    variant: str = ""
    complete: bool = True
    reason: str = ""
