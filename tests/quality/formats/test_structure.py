"""Complexity (radon, lizard, complexipy), duplication (jscpd, Pylint) and bills of materials."""

from __future__ import annotations

import json

import pytest

from headway.quality.duplicate_code import duplication
from headway.quality.formats import read
from headway.quality.reading import ReportError, Source
from headway.quality.report import Component, Report, Span

from .. import recorded

# (function, line) → cyclomatic complexity that radon and lizard agree on.
CYCLOMATIC = {
    ("discount", 4): 16,
    ("__init__", 29): 1,
    ("add", 32): 2,
    ("total", 37): 2,
    ("export", 40): 2,
    ("refund", 4): 4,
    ("confirm", 4): 4,
}


def cyclomatic(report: Report) -> dict[tuple[str, int], float | None]:
    return {
        (one.name.rpartition(".")[2], one.line): one.cyclomatic
        for one in report.complexity
        if one.file.endswith(".py")
    }


@pytest.mark.parametrize(
    "name",
    [
        "radon-6.0.1/cc.json",
        "radon-5.1.0/cc.json",
        "lizard-1.24.3/functions.csv",
        "lizard-1.24.3/verbose.csv",
        "lizard-1.24.3/cppncss.xml",
        "lizard-1.17.10/functions.csv",
        "lizard-1.17.10/cppncss.xml",
    ],
)
def test_cyclomatic_complexity_of_each_function(name: str) -> None:
    assert cyclomatic(recorded.report(name)) == CYCLOMATIC


def test_methods_carry_their_class_and_files_their_lines() -> None:
    names = {one.name for one in recorded.report("radon-6.0.1/cc.json").complexity}
    assert "Cart.add" in names
    assert "Cart" not in names
    lengths = {
        one.name: one.length for one in recorded.report("lizard-1.24.3/functions.csv").complexity
    }
    assert lengths["discount"] == 21


@pytest.mark.parametrize(("version", "discount"), [("8.3.0", 26), ("4.2.0", 23)])
def test_cognitive_complexity(version: str, discount: int) -> None:
    report = recorded.report(f"complexipy-{version}/functions.json")
    found = {(one.file, one.name): one.cognitive for one in report.complexity}
    assert found["shop/pricing.py", "discount"] == discount
    assert found["shop/pricing.py", "Cart.add"] == 1


def test_measures_of_files() -> None:
    mi = recorded.report("radon-6.0.1/mi.json").files
    raw = recorded.report("radon-6.0.1/raw.json").files
    assert {f.path: round(f.measures["maintainability"]) for f in mi}["src/shop/orders.py"] == 62
    assert {f.path: f.measures for f in raw}["src/shop/orders.py"] == {
        "lines": 17,
        "code_lines": 14,
        "logical_lines": 17,
        "comment_lines": 0,
        "blank_lines": 2,
    }


def test_a_file_that_radon_could_not_read_leaves_it_incomplete() -> None:
    text = (
        '{"a.py": {"error": "invalid syntax"}, "b.py": [{"type": "function", "rank": "A",'
        ' "name": "f", "lineno": 1, "complexity": 1}]}'
    )
    report = read(Source("cc.json", text.encode()))
    assert len(report.complexity) == 1
    assert (report.complete, report.reason) == (False, "a.py: invalid syntax")


@pytest.mark.parametrize(
    ("name", "lines", "copied", "percent"),
    [("jscpd-4.3.0/report.json", 77, 10, 12.99), ("jscpd-5.4.1/report.json", 77, 11, 14.2857)],
)
def test_duplication(name: str, lines: int, copied: int, percent: float) -> None:
    report = recorded.report(name)
    assert report.measures["duplication.lines"] == lines
    assert report.measures["duplication.duplicated_lines"] == copied
    assert report.measures["duplication.percent"] == pytest.approx(percent, abs=0.01)
    (one,) = report.duplication
    assert [(s.file.removeprefix("src/"), s.line, s.end_line) for s in one.places] == [
        ("shop/orders.py", 4, 14),
        ("shop/refunds.py", 4, 14),
    ]
    assert one.lines == 11


def test_pylints_message_about_duplicate_code() -> None:
    (message,) = json.loads(recorded.data("pylint-4.1.4/duplicate-code.json"))
    found = duplication(message["message"])
    assert found is not None
    assert found.places == (Span("shop/orders.py", 5, 13), Span("shop/refunds.py", 5, 13))
    assert found.lines == 9
    assert duplication("Unused import os") is None


@pytest.mark.parametrize("name", ["duplicate-code.json", "duplicate-code.txt"])
def test_pylints_reports_of_duplicate_code(name: str) -> None:
    report = recorded.report(f"pylint-4.1.4/{name}")
    assert [one.category for one in report.findings] == ["duplication"]
    assert [[place.file for place in one.places] for one in report.duplication] == [
        ["shop/orders.py", "shop/refunds.py"]
    ]


PARTS = [
    Component(name="jinja2", version="3.1.2", purl="pkg:pypi/jinja2@3.1.2"),
    Component(name="lodash", version="4.17.20", purl="pkg:npm/lodash@4.17.20", licenses=("MIT",)),
    Component(name="requests", version="2.31.0", purl="pkg:pypi/requests@2.31.0"),
    Component(
        name="shop-web", version="1.4.0", purl="pkg:npm/shop-web@1.4.0", licenses=("Apache-2.0",)
    ),
]


@pytest.mark.parametrize("name", ["cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-tag-value"])
def test_the_same_parts_in_four_formats(name: str) -> None:
    report = recorded.report(f"syft-1.18.1/{name}")
    assert sorted(report.components, key=lambda part: part.name) == PARTS
    assert (report.tool, report.tool_version) == ("syft", "1.18.1")


@pytest.mark.parametrize("name", ["bom.json", "bom-1.4.xml"])
def test_cyclonedx_of_another_tool_and_version(name: str) -> None:
    report = recorded.report(f"cyclonedx-py-7.5.0/{name}")
    assert sorted(part.name for part in report.components) == ["jinja2", "requests"]
    assert (report.tool, report.tool_version) == ("cyclonedx-py", "7.5.0")


def bom(**rest: object) -> Report:
    return read(Source("bom.json", json.dumps({"bomFormat": "CycloneDX", **rest}).encode()))


def test_nested_parts_groups_and_kinds_of_licence() -> None:
    inner = {"name": "inner", "licenses": [{"license": {"name": "Our own"}}]}
    outer = {
        "name": "core",
        "group": "org.example",
        "licenses": [{"expression": "MIT OR Apache-2.0"}, {"license": {"id": "BSD-3-Clause"}}],
        "components": [inner, {"type": "file", "name": "core.jar"}],
    }
    assert bom(components=[outer]).components == (
        Component(name="org.example/core", licenses=("MIT OR Apache-2.0", "BSD-3-Clause")),
        Component(name="inner", licenses=("Our own",)),
    )


def test_vulnerabilities_in_a_bill_of_materials() -> None:
    def vulnerability(number: int, state: str) -> dict[str, object]:
        return {
            "id": f"CVE-2026-{number}",
            "ratings": [
                {"severity": "low"},
                {"severity": "high", "score": 8.1, "method": "CVSSv31"},
            ],
            "affects": [{"ref": "a"}],
            "references": [{"id": "GHSA-xxxx-xxxx-xxxx"}],
            "analysis": {"state": state},
        }

    report = bom(
        components=[{"name": "a", "version": "1", "bom-ref": "a"}],
        vulnerabilities=[vulnerability(1000, "exploitable"), vulnerability(2000, "not_affected")],
    )
    (finding,) = report.findings
    assert (finding.rule, finding.severity, finding.cvss) == ("CVE-2026-1000", "high", 8.1)
    assert (finding.package, finding.version) == ("a", "1")
    assert finding.aliases == ("GHSA-xxxx-xxxx-xxxx",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"bomFormat": "CycloneDX", "components": [{}]}', "field `name` at $.components[0]"),
        ('{"spdxVersion": "SPDX-2.3", "packages": 1}', "got `int` at $.packages"),
        (
            '<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components>\n<component/>'
            "</components></bom>",
            "r:2: <component> without a name",
        ),
        (
            '<cppncss><measure type="Function"><item name="x"/></measure></cppncss>',
            "<item name='x'> is not a function with its measures",
        ),
        ('1,2,3,4,5,"f@1-2@a.c","a.c"\n', "r:1: 7 columns, expected 11"),
        ('{"duplicates": [], "statistics": {}}', "field `total` at $.statistics"),
    ],
)
def test_mistakes_are_located(text: str, message: str) -> None:
    with pytest.raises(ReportError) as raised:
        read(Source("r", text.encode()))
    assert message in raised.value.message
