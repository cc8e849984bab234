"""Cobertura, coverage.py's JSON, LCOV, JaCoCo and Go: the same shop, the tools' own totals."""

from __future__ import annotations

import csv
import re

import pytest

from headway.quality import branches
from headway.quality.formats import read
from headway.quality.reading import ReportError, Source
from headway.quality.report import FileCoverage, Report

from .. import recorded


def files(report: Report) -> dict[str, FileCoverage]:
    return {file.path.rpartition("/")[2]: file for file in report.coverage}


def ours(report: Report) -> dict[str, float]:
    ways = [branches.count(file.branch_data) for file in report.coverage]
    return {
        "coverage.lines": sum(file.total for file in report.coverage),
        "coverage.covered_lines": sum(file.hit for file in report.coverage),
        "coverage.branches": sum(total for _, total in ways),
        "coverage.covered_branches": sum(taken for taken, _ in ways),
    }


@pytest.mark.parametrize(
    ("name", "lines", "ways"),
    [
        ("coverage-7.17.3/branches.xml", (62, 32), (36, 13)),
        ("coverage-7.17.3/branches.json", (62, 32), (36, 13)),
        ("coverage-7.17.3/lcov.info", (62, 32), (36, 13)),
        ("coverage-7.17.3/shard-orders.json", (62, 13), (36, 5)),
        ("coverage-5.5/branches.xml", (65, 32), (38, 15)),
        ("jest-30.5.2/cobertura.xml", (8, 6), (6, 2)),
        ("jest-30.5.2/lcov.info", (8, 6), (6, 2)),
        ("vitest-4.1.12/cobertura.xml", (8, 6), (6, 2)),
        ("vitest-4.1.12/lcov.info", (8, 6), (6, 2)),
        ("jacoco-0.8.6/jacoco.xml", (9, 7), (6, 3)),
    ],
)
def test_our_sums_are_the_tools_own(
    name: str, lines: tuple[int, int], ways: tuple[int, int]
) -> None:
    report = recorded.report(name)
    stated = {key: value for key, value in report.measures.items() if not key.endswith("_rate")}
    assert ours(report) == stated
    assert (stated["coverage.lines"], stated["coverage.covered_lines"]) == lines
    assert (stated["coverage.branches"], stated["coverage.covered_branches"]) == ways


@pytest.mark.parametrize("version", ["7.17.3", "5.5"])
def test_coverage_pys_own_table(version: str) -> None:
    report = recorded.report(f"coverage-{version}/branches.xml")
    table = recorded.data(f"coverage-{version}/report.txt.expected").decode()
    rows = {
        path.rpartition("/")[2]: (int(lines), int(missed))
        for path, lines, missed in re.findall(r"^(\S+\.py)\s+(\d+)\s+(\d+)", table, re.MULTILINE)
    }
    found = {path: (file.total, file.total - file.hit) for path, file in files(report).items()}
    assert found == rows
    assert (report.tool, report.tool_version) == ("coverage.py", version)


def test_three_formats_of_one_run_agree_line_by_line() -> None:
    xml, json, lcov = (
        files(recorded.report(f"coverage-7.17.3/{name}"))
        for name in ("branches.xml", "branches.json", "lcov.info")
    )
    for path, file in xml.items():
        for other in (json[path], lcov[path]):
            assert (other.coverable, other.covered) == (file.coverable, file.covered)
        assert json[path].branches == file.branches


def test_what_is_known_of_a_file() -> None:
    orders = files(recorded.report("coverage-7.17.3/branches.xml"))["orders.py"]
    assert orders.missing == [10]
    assert [tuple(branch) for branch in map(_fields, orders.branches)] == [
        (6, 2, 2, ()),
        (8, 2, 2, ()),
        (9, 2, 1, ("10",)),
    ]


def _fields(branch: branches.Branch) -> tuple[int, int, int, tuple[str, ...] | None]:
    return branch.line, branch.total, branch.taken, branch.missed


def test_roots_that_paths_are_relative_to() -> None:
    assert recorded.report("vitest-4.1.12/cobertura.xml").source_roots == ("/repo/web",)
    assert "src/main/java" in recorded.report("jacoco-0.8.6/jacoco.xml").source_roots


def test_jacocos_own_table() -> None:
    (row,) = csv.DictReader(recorded.data("jacoco-0.8.6/jacoco.csv.expected").decode().splitlines())
    (file,) = recorded.report("jacoco-0.8.6/jacoco.xml").coverage
    assert file.path == "com/example/shop/Stock.java"
    assert (file.hit, file.total - file.hit) == (int(row["LINE_COVERED"]), int(row["LINE_MISSED"]))
    taken, total = branches.count(file.branch_data)
    assert (taken, total - taken) == (int(row["BRANCH_COVERED"]), int(row["BRANCH_MISSED"]))


def test_gos_own_total_is_of_statements() -> None:
    report = recorded.report("go-1.19.8/cover.out")
    table = recorded.data("go-1.19.8/cover.out.expected").decode()
    percent = float(table.split()[-1].rstrip("%"))
    measures = report.measures
    assert (
        100 * measures["coverage.covered_statements"] / measures["coverage.statements"] == percent
    )
    (file,) = report.coverage
    assert file.path == "example.com/shop/stock.go"
    assert file.missing == [6, 7, 13, 14, 15, 16]


def test_a_block_that_every_test_binary_lists_counts_once() -> None:
    text = "mode: set\na/b.go:1.1,3.2 2 0\na/b.go:1.1,3.2 2 1\na/b.go:1.1,3.2 2 0\n"
    report = read(Source("cover.out", text.encode()))
    assert report.measures == {"coverage.statements": 2, "coverage.covered_statements": 2}
    assert report.coverage[0].missing == []


def test_geninfos_dialect() -> None:
    (file,) = recorded.report("lcov-1.16/geninfo.info").coverage
    assert (file.path, file.total, file.hit) == ("/repo/c/stock.c", 7, 5)
    assert branches.count(file.branch_data) == (2, 4)


def test_one_file_in_several_records_and_classes() -> None:
    lcov = "TN:a\nSF:x.c\nDA:1,1\nDA:2,0\nend_of_record\nTN:b\nSF:x.c\nDA:2,3\nend_of_record\n"
    (file,) = read(Source("x.info", lcov.encode())).coverage
    assert (file.total, file.missing) == (2, [])
    xml = (
        '<coverage line-rate="1"><packages><package><classes>'
        '<class filename="A.java"><lines><line number="1" hits="0"/></lines></class>'
        '<class filename="A.java"><lines><line number="1" hits="2"/></lines></class>'
        "</classes></package></packages></coverage>"
    )
    (file,) = read(Source("c.xml", xml.encode())).coverage
    assert (file.total, file.missing) == (1, [])


def test_lines_that_ran_though_they_are_excluded_are_not_coverable() -> None:
    json = (
        '{"meta": {"version": "7.0", "branch_coverage": false}, "files": {"a.py":'
        ' {"executed_lines": [1, 2, 3], "missing_lines": [4], "excluded_lines": [2]}}}'
    )
    (file,) = read(Source("c.json", json.encode())).coverage
    assert (file.total, file.missing) == (3, [4])


COVERAGE_JSON = '{"meta": {"version": "7", "branch_coverage": true}, "files": {"a.py": %s}}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '<coverage line-rate="1">\n<class filename="a"><line number="x" hits="1"/></class>',
            "r:2:21: <line> whose number or hits isn't a number",
        ),
        (
            '<coverage line-rate="1"><class filename="a"><line hits="1"/></class></coverage>',
            "<line> without number",
        ),
        ('<coverage line-rate="1"><class name="a"/></coverage>', "<class> without filename"),
        ('<coverage line-rate="most"/>', "line-rate='most' of <coverage> is not a number"),
        (
            '<coverage line-rate="1"><class filename="a"><line number="99999999999" hits="1"/>',
            "line 99999999999 is out of range",
        ),
        (
            '<coverage line-rate="1"><class filename="a">'
            '<line number="1" hits="1" condition-coverage="50% (3/2)"/>',
            "condition-coverage='50% (3/2)' is not like '50% (1/2)'",
        ),
        (
            COVERAGE_JSON % '{"executed_lines": [1]}',
            "Object missing required field `missing_lines` at $.files[...]",
        ),
        (
            COVERAGE_JSON % '{"executed_lines": [1, "2"], "missing_lines": []}',
            "Expected `int`, got `str` at $.files[...].executed_lines[1]",
        ),
        (
            COVERAGE_JSON % '{"executed_lines": [-7], "missing_lines": []}',
            "line -7 is out of range at $.files.a.py",
        ),
        ("SF:a.c\nDA:1,1\n", "r:2: the tracefile ends before end_of_record"),
        ("SF:a.c\nDA:one,1\nend_of_record\n", "r:2: not a tracefile record: 'DA:one,1'"),
        ("mode: set\na.go:1.1,2.2 1\n", "r:2: not a block of a profile: 'a.go:1.1,2.2 1'"),
        ("mode: set\na.go:9.1,2.2 1 1\n", "r:2: a block from line 9 to line 2"),
        (
            '<report name="x"><package name="p"><sourcefile name="f"><line nr="1" mi="0"/>',
            "<line> without ci",
        ),
        (
            '<report name="x"><package name="p"><sourcefile name="f"><line nr="-1" ci="0"/>',
            "'-1' is not a count",
        ),
    ],
)
def test_mistakes_are_located(text: str, message: str) -> None:
    with pytest.raises(ReportError) as raised:
        read(Source("r", text.encode()))
    assert message in raised.value.message


def test_cobertura_without_the_rates_that_its_schema_demands() -> None:
    text = (
        b'<coverage version="1"><packages><package><classes><class filename="a.py"><lines>'
        b'<line number="1" hits="1"/></lines></class></classes></package></packages></coverage>'
    )
    (file,) = read(Source("coverage.xml", text)).coverage
    assert (file.path, file.total, file.hit) == ("a.py", 1, 1)


@pytest.mark.parametrize("rate", ["inf", "nan", "1e999"])
def test_a_total_that_is_no_number(rate: str) -> None:
    text = f'<coverage line-rate="{rate}"><packages/></coverage>'.encode()
    with pytest.raises(ReportError, match=r"coverage\.line_rate is (inf|nan), which is no measure"):
        read(Source("coverage.xml", text))
