from __future__ import annotations

from headway.quality import lines
from headway.quality.merge.coverage import measures, merged
from headway.quality.paths import Paths
from headway.quality.report import FileCoverage, Report

from .. import recorded


def shard(path: str, covered: list[int], coverable: range = range(1, 11), ways: str = "") -> Report:
    file = FileCoverage(
        path=path,
        coverable=lines.pack(coverable),
        covered=lines.pack(covered),
        branch_data=ways,
    )
    return Report(tool="t", kind="coverage", coverage=(file,))


def test_a_line_ran_if_any_shard_ran_it() -> None:
    (file,) = merged(
        [shard("a.py", [1, 2], ways="2:1/2:3"), shard("a.py", [2, 3], ways="2:1/2:4")], Paths()
    )
    assert file.missing == [4, 5, 6, 7, 8, 9, 10]
    assert file.branch_data == "2:2/2:"


def test_a_file_has_one_name_whatever_machine_it_was_on() -> None:
    reports = [
        shard("/home/runner/work/shop/shop/src/shop/a.py", [1]),
        shard("D:\\a\\shop\\shop\\src\\shop\\a.py", [2]),
        shard("shop/a.py", [3]),
        shard("/repo/src/shop/a.py", [4]),
    ]
    (file,) = merged(reports, Paths("/repo", ["src/shop/a.py"]))
    assert (file.path, file.hit) == ("src/shop/a.py", 4)


def test_shards_of_the_shop_are_the_whole() -> None:
    whole = recorded.report("coverage-7.17.3/branches.json")
    part = recorded.report("coverage-7.17.3/shard-orders.json")
    assert merged([whole, part], Paths()) == merged([part, whole], Paths())
    assert measures(merged([whole, part], Paths())) == measures(merged([whole], Paths()))
    assert measures(merged([part], Paths()))["coverage.covered_lines"] == 13


def test_the_same_run_in_three_formats_is_one_coverage() -> None:
    names = ("branches.xml", "branches.json", "lcov.info")
    reports = [recorded.report(f"coverage-7.17.3/{name}") for name in names]
    paths = Paths("/repo", ["src/shop/pricing.py", "src/shop/orders.py", "src/shop/refunds.py"])
    found = measures(merged(reports, paths))
    assert (found["coverage.lines"], found["coverage.covered_lines"]) == (62, 32)
    assert found["coverage.percent"] == 100 * 32 / 62
    # coverage.py's own total, its table says 46 %
    assert round(measures(merged(reports[:1], paths))["coverage.combined_percent"]) == 46


def test_languages_side_by_side() -> None:
    paths = Paths(
        "/repo",
        ["web/cart.js", "go/stock.go", "java/src/main/java/com/example/shop/Stock.java"],
        {"example.com/shop": "go"},
    )
    names = ("vitest-4.1.12/cobertura.xml", "go-1.19.8/cover.out", "jacoco-0.8.6/jacoco.xml")
    found = merged([recorded.report(name) for name in names], paths)
    assert [file.path for file in found] == [
        "go/stock.go",
        "java/src/main/java/com/example/shop/Stock.java",
        "web/cart.js",
    ]


def test_nothing_coverable_measures_nothing() -> None:
    assert measures(()) == {}
