from __future__ import annotations

import pytest

from headway.quality import lines
from headway.quality.flaky import History, history
from headway.quality.new_code import Change, ChangedFile, Diff
from headway.quality.settings import Gates, Tests

from . import sample
from .sample import case, coverage, covered, only, results, said


def run(*cases: sample.TestCase) -> sample.Report:
    return sample.pytest(*cases)


@pytest.mark.parametrize(
    ("outcomes", "allowed", "expected"),
    [
        (["passed", "passed"], None, ("passed", "no test failed of 2")),
        (["passed", "failed"], None, ("failed", "1 test failed of 2")),
        (["error", "failed"], None, ("failed", "2 tests failed of 2")),
        (["passed", "failed", "failed"], 1, ("failed", "2 tests failed of 3, 1 may")),
        (["passed", "failed"], 1, ("passed", "1 test failed of 2")),
        (["flaky"], None, ("passed", "no test failed of 1")),
        (["skipped", "passed"], None, ("passed", "no test failed of 1")),
        (["skipped"], None, ("failed", "no evidence: no test ran, 1 test is skipped")),
        ([], None, ("failed", "no evidence: no test ran")),
    ],
)
def test_failed(outcomes: list[str], allowed: int | None, expected: tuple[str, str]) -> None:
    cases = [case(f"t{n}", outcome) for n, outcome in enumerate(outcomes)]
    gates = Gates(tests=Tests(failed=allowed))
    assert said(only("tests.failed", gates, run(*cases))) == expected


def test_failing_tests_are_named_with_what_they_said() -> None:
    result = only("tests.failed", None, run(case("adds", "failed", message="1 != 2\n  at …")))
    assert result.details == ("tests/test_cart.py::adds: 1 != 2",)
    assert (result.value, result.limit, result.margin) == (1, 0, -1)
    assert result.reports == ("reports/pytest.json",)


def test_no_report_of_tests() -> None:
    assert "tests.failed" not in results(None, sample.ruff())
    asked = only("tests.failed", Gates(tests=Tests(failed=0)), sample.ruff())
    assert said(asked) == ("failed", "no evidence: there is no report of tests")
    lenient = Gates(tests=Tests(failed=0, required=False))
    assert "tests.failed" not in results(lenient, sample.ruff())


def test_a_report_that_stopped_early_decides_nothing_but_failures() -> None:
    def stopped(outcome: str) -> sample.Report:
        return sample.pytest(case("adds", outcome), complete=False, reason="the runner crashed")

    fine = only("tests.failed", None, stopped("passed"))
    assert fine.outcome == "inconclusive"
    assert fine.message.startswith("reports/pytest.json is incomplete (the runner crashed)")
    assert only("tests.failed", None, stopped("failed")).outcome == "failed"


def test_skipped_and_min_are_judged_when_asked() -> None:
    report = run(case("a"), case("b", "skipped"), case("c", "skipped"))
    assert "tests.skipped" not in results(None, report)
    skipped = only("tests.skipped", Gates(tests=Tests(skipped=1)), report)
    assert said(skipped) == ("failed", "2 tests are skipped, 1 may be")
    few = only("tests.min", Gates(tests=Tests(min=10)), report)
    assert said(few) == ("failed", "1 test ran, 9 fewer than the minimum of 10")
    assert only("tests.min", Gates(tests=Tests(min=1)), report).outcome == "passed"


def test_flaky_tests_are_told_and_fail_only_when_asked() -> None:
    report = run(case("adds", "flaky"))
    told = only("tests.flaky", None, report)
    assert (told.outcome, told.blocking) == ("failed", False)
    assert told.message == (
        "tests/test_cart.py::adds is flaky: it passed in 1 and failed in 1 of 2 attempts"
    )
    asked = only("tests.flaky", Gates(tests=Tests(flaky=0)), report)
    assert (asked.outcome, asked.blocking) == ("failed", True)


ADDS = "tests/test_cart.py::adds"


@pytest.mark.parametrize(
    ("now", "earlier", "why"),
    [
        ("passed", ("failed",), "it passes now and failed earlier on this commit"),
        ("failed", ("passed",), "it fails now and passed earlier on this commit"),
        ("skipped", ("passed", "error"), "it both passed and failed earlier on this commit"),
        ("passed", ("flaky",), "it passed only when tried again, earlier on this commit"),
        ("passed", ("passed",), ""),
        ("failed", ("failed", "error"), ""),
        ("passed", (), ""),
    ],
)
def test_flaky_by_the_history_of_the_commit(
    now: str, earlier: tuple[sample.Any, ...], why: str
) -> None:
    found = only(
        "tests.flaky", None, run(case("adds", now)), history=History(outcomes={ADDS: earlier})
    )
    assert found.message.endswith(why) if why else found.outcome == "passed"


def test_a_failing_test_that_is_flaky_says_so() -> None:
    past = History(outcomes={ADDS: ("passed",)})
    found = only("tests.failed", None, run(case("adds", "failed", message="1 != 2")), history=past)
    assert found.outcome == "failed"
    assert found.details == (f"{ADDS}: 1 != 2 (fails now and passed earlier on this commit)",)


def test_history_is_of_the_same_commit_and_an_unchanged_tree() -> None:
    earlier = [
        sample.evidence(run(case("adds", "failed"))),
        sample.evidence(run(case("adds", "passed")), dirty=True),
    ]
    assert history(earlier, sample.COMMIT.sha).outcomes == {ADDS: ("failed",)}
    assert history(earlier, "another").outcomes == {}


def changed(path: str, *numbers: int, change: Change = "modified", old: str = "") -> ChangedFile:
    return ChangedFile(path=path, change=change, old_path=old, lines=lines.pack(numbers))


CART = "src/shop/cart.py"
OTHER = coverage(covered("other", 9))


@pytest.mark.parametrize(
    ("files", "report", "untested"),
    [
        # Coverage decides where it knows the file.
        ([changed(CART, 1, 2)], coverage(covered(CART, 9)), []),
        ([changed(CART, 8, 9)], coverage(covered(CART, 9, [8, 9])), [CART]),
        ([changed(CART, 8, 9)], coverage(covered(CART, 9, [9])), []),
        ([changed(CART, 50)], coverage(covered(CART, 9)), []),  # a comment, say
        # Where it doesn't, a changed test of the same name does.
        ([changed(CART, 1)], coverage(covered("a.py", 9)), [CART]),
        ([changed(CART, 1), changed("tests/test_cart.py", 1)], coverage(covered("a.py", 9)), []),
        ([changed(CART, 1), changed("tests/test_x.py", 1)], coverage(covered("a.py", 9)), [CART]),
        # Without any coverage every changed test will do.
        ([changed(CART, 1), changed("tests/test_x.py", 1)], run(case("x")), []),
        ([changed(CART, 1)], run(case("x")), [CART]),
        # What needs no test.
        ([changed("README.md", 1), changed("a.json", 1)], run(case("x")), []),
        ([changed("web/vite.config.ts", 1), changed("src/__init__.py", 1)], run(case("x")), []),
        ([changed(CART, change="renamed", old="src/cart.py")], run(case("x")), []),
        ([changed(CART, change="deleted")], run(case("x")), []),
        ([changed(CART)], run(case("x")), []),  # lines were only taken away
        ([changed("web/cart.ts", 1), changed("web/cart.spec.ts", 1)], OTHER, []),
        ([changed("Cart.java", 1), changed("src/test/CartTest.java", 1)], OTHER, []),
    ],
)  # fmt: skip
def test_changed_code_without_a_test(
    files: list[ChangedFile], report: sample.Report, untested: list[str]
) -> None:
    gates = Gates(tests=Tests(new_code=0))
    found = only("tests.new_code", gates, report, diff=Diff(files=tuple(files)))
    assert list(found.details) == untested
    assert found.outcome == ("failed" if untested else "passed")


def test_new_code_without_a_test_is_told_by_default() -> None:
    found = only("tests.new_code", None, run(case("x")), diff=Diff(files=(changed(CART, 1),)))
    assert said(found) == ("failed", "src/shop/cart.py has changed, and no test runs it")
    assert not found.blocking
    assert "tests.new_code" not in results(None, run(case("x")))
    unknown = only("tests.new_code", Gates(tests=Tests(new_code=0)), run(case("x")))
    assert unknown.outcome == "inconclusive"
