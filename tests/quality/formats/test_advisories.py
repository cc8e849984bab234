"""The same advisory from several scanners is recognisable: a shared id, package, version."""

from __future__ import annotations

import pytest

from headway.quality import advisory
from headway.quality.report import Finding

from .findings import report

JINJA = "CVE-2019-10906"
LOG4J = "org.apache.logging.log4j:log4j-core"


def of_package(path: str, package: str) -> Finding:
    return next(f for f in report(path).findings if f.package == package)


@pytest.mark.parametrize(
    "path",
    [
        "pip-audit-2.10.1/pip-audit.json",
        "safety-2.3.5/safety.json",
        "trivy-by-spec/image.json",
        "trivy-by-spec/list.json",
        "trivy-by-spec/image.sarif",
        "grype-by-spec/grype.json",
        "checkov-by-spec/packages.json",
    ],
)
def test_one_advisory_seen_by_many_scanners(path: str) -> None:
    found = of_package(path, "jinja2")
    assert (found.rule, found.category) == (JINJA, "dependency")
    assert (found.version, found.fixed_version) == ("2.10", "2.10.1")
    assert found.severity == "high"


@pytest.mark.parametrize(
    "path",
    ["pip-audit-2.10.1/pip-audit.json", "trivy-by-spec/image.json", "grype-by-spec/grype.json",
     "grype-by-spec/grype.sarif"],
)  # fmt: skip
def test_ids_of_other_databases_are_aliases(path: str) -> None:
    found = of_package(path, "jinja2")
    assert "GHSA-462w-v97r-4m45" in (found.rule, *found.aliases)


@pytest.mark.parametrize("path", ["npm-6.14.18/audit.json", "npm-11.19.1/audit.json"])
def test_npm_of_either_generation(path: str) -> None:
    found = of_package(path, "lodash")
    assert "GHSA-35jh-r3h4-6jhm" in (found.rule, *found.aliases)
    assert (found.version, found.fixed_version) == ("4.17.20", "4.17.21")
    assert (found.cvss, found.word, found.severity) == (7.2, "high", "high")


def test_a_package_that_is_vulnerable_through_another_is_not_counted_twice() -> None:
    assert [f.package for f in report("npm-by-spec/through.json").findings] == ["minimist"]


def test_several_ways_to_one_package_are_one_finding() -> None:
    found = report("snyk-by-spec/test.json")
    assert [f.category for f in found.findings] == ["dependency", "license"]
    assert found.measures["findings"] == len(found.findings)


def test_the_fixed_version_that_counts_is_the_matched_product_s() -> None:
    found = of_package("dependency-check-by-spec/report.json", LOG4J)
    assert (found.version, found.fixed_version, found.cvss) == ("2.14.1", "2.15.0", 10.0)


def test_the_newest_cvss_is_taken() -> None:
    assert of_package("trivy-by-spec/image.json", "libssl3").cvss == 9.1
    assert of_package("grype-by-spec/grype.json", "jinja2").cvss == 8.6


@pytest.mark.parametrize(
    ("word", "cvss", "severity"),
    [
        ("moderate", None, "medium"),
        ("", 9.0, "critical"),
        ("", 8.9, "high"),
        ("", 6.9, "medium"),
        ("", 0.1, "low"),
        ("", None, "high"),
        ("UNKNOWN", None, "medium"),
        ("UNKNOWN", 9.8, "critical"),
        ("Negligible", None, "info"),
    ],
)
def test_severity_is_the_word_else_the_score_else_high(
    word: str, cvss: float | None, severity: str
) -> None:
    assert advisory.rated(word, cvss) == severity


def test_the_id_that_most_scanners_know_comes_first() -> None:
    ids = ["SAFETY-1", "PYSEC-2019-217", "GHSA-462w-v97r-4m45", "CVE-2019-10906", "SAFETY-1", ""]
    assert advisory.named(ids) == (
        "CVE-2019-10906",
        ("GHSA-462w-v97r-4m45", "PYSEC-2019-217", "SAFETY-1"),
    )


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("trivy-by-spec/clean.json", "dependencies"),
        ("trivy-by-spec/image.json", "dependencies"),
        ("trivy-0.76.0/trivy.json", "findings"),  # packages listed, but not held against data
        ("trivy-0.76.0/license.json", "findings"),
        ("snyk-by-spec/iac.json", "findings"),
        ("grype-by-spec/grype.sarif", "dependencies"),
    ],
)
def test_only_a_scan_of_packages_is_evidence_about_packages(path: str, kind: str) -> None:
    assert report(path).kind == kind
