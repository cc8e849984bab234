"""What a report is evidence of.

A clean report has no findings to tell by, so what each tool looks for is known beforehand. A
tool that isn't known here is evidence of nothing until `reports.covers` says of what: nothing
passes for lack of a look.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from headway.quality.evidence import Source
from headway.quality.report import Category, Kind
from headway.quality.settings import Subject

BY_KIND: dict[Kind, tuple[Subject, ...]] = {
    "tests": ("tests",),
    "coverage": ("coverage",),
    "dependencies": ("vulnerabilities",),
    "complexity": ("complexity",),
    "duplication": ("duplication",),
    "load": ("performance",),
    "components": ("licenses",),
    "findings": (),
}

BY_CATEGORY: dict[Category, Subject] = {
    "lint": "lint",
    "format": "format",
    "type": "types",
    "security": "security",
    "container": "security",
    "iac": "security",
    "dynamic": "security",
    "dependency": "vulnerabilities",
    "secret": "secrets",
    "complexity": "complexity",
    "duplication": "duplication",
    "license": "licenses",
}

_WEAKNESSES: frozenset[Category] = frozenset(("security", "container", "iac", "dynamic"))

_TOOLS: dict[Subject, str] = {
    "lint": "ruff flake8 pylint eslint pycodestyle pyflakes golangci-lint staticcheck clippy"
    " stylelint rubocop shellcheck actionlint headway",
    "format": "black isort prettier",
    "types": "mypy pyright basedpyright typescript tsc",
    "security": "bandit semgrep semgrep-oss codeql snyk-code snykcode gosec brakeman checkov tfsec"
    " kics hadolint docker-bench zap owasp-zap zizmor psalm devskim",
    "secrets": "gitleaks trufflehog detect-secrets",
    "vulnerabilities": "trivy grype osv-scanner snyk safety pip-audit npm-audit dependency-check",
}
BY_TOOL: dict[str, tuple[Subject, ...]] = {
    tool: tuple(subject for subject, tools in _TOOLS.items() if tool in tools.split())
    for tool in " ".join(_TOOLS.values()).split()
}

_MANY_SCANS = ("trivy", "snyk")  # formats of tools that also look at packages

# Of those that look for weaknesses, where each looks, when that isn't code.
_AREAS: dict[str, tuple[Category, ...]] = {
    "hadolint": ("container",),
    "docker-bench": ("container",),
    "trivy": ("container", "iac"),
    "snyk": ("container", "iac"),
    "checkov": ("iac", "container"),
    "tfsec": ("iac",),
    "kics": ("iac",),
    "zap": ("dynamic",),
    "owasp-zap": ("dynamic",),
}

HINTS: dict[Subject, str] = {
    "tests": "write a JUnit report, as `pytest --junitxml=.headway/reports/junit.xml` does",
    "coverage": "write a coverage report, as `coverage xml -o .headway/reports/coverage.xml` does",
    "lint": "write the linter's report, as `ruff check --output-format sarif` does",
    "format": "write the formatter's report, as `black --check` prints it",
    "types": "write the type checker's report, as `mypy --output json` does",
    "security": "write a scanner's report, as `bandit -f json` or `semgrep --sarif` does",
    "vulnerabilities": "write an audit's report, as `pip-audit -f json` or `trivy fs -f json` does",
    "secrets": "write a secret scanner's report, as `gitleaks detect -f json` does",
    "licenses": "write a bill of materials, as `trivy fs --format cyclonedx` or `syft` does",
    "complexity": "write the report of radon (`radon cc -j`), lizard or complexipy",
    "duplication": "write the report of jscpd (`jscpd --reporters json`)",
    "performance": "write a load test's summary, as `k6 run --summary-export` does",
}


def subjects(source: Source, covers: Mapping[str, tuple[Subject, ...]]) -> frozenset[Subject]:
    """What this report is evidence of; `covers` is `reports.covers` of headway.yaml."""
    found = set(BY_KIND[source.kind]) | set(BY_TOOL.get(_plain(source.tool), ()))
    if source.kind == "components":
        found = {"licenses"}  # a bill of materials of a scanner is no scan
    elif source.kind == "findings" and source.format in _MANY_SCANS:
        found = {"security"}  # no packages in it: they looked at infrastructure or containers
    for name, added in covers.items():
        if _plain(name) == _plain(source.tool) or fnmatchcase(source.source, name):
            found.update(added)
    return frozenset(found)


def areas(source: Source, subjects: Iterable[Subject]) -> frozenset[Category]:
    """Which categories of findings a report that is evidence of these subjects would have."""
    of_weaknesses = _AREAS.get(_plain(source.tool), ("security",))
    found = {category for category, subject in BY_CATEGORY.items() if subject in subjects}
    return frozenset(found - _WEAKNESSES | (found & set(of_weaknesses)))


def _plain(tool: str) -> str:
    return "-".join(tool.lower().replace("_", " ").split())
