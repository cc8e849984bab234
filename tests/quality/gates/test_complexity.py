from __future__ import annotations

from headway.quality import lines
from headway.quality.new_code import ChangedFile, Diff
from headway.quality.settings import Complexity, Gates, Waiver

from . import sample
from .sample import function, only, radon, results, said


def test_within_the_default_of_ten() -> None:
    result = only("complexity.cyclomatic", None, radon(function("add", 10), function("pay", 3)))
    assert said(result) == (
        "passed", "the most complex function has a cyclomatic complexity of 10",
    )  # fmt: skip
    assert result.margin == 0


def test_one_function_over_it() -> None:
    result = only("complexity.cyclomatic", None, radon(function("Cart.add", 11)))
    assert said(result) == (
        "failed",
        "Cart.add has a cyclomatic complexity of 11; the maximum is 10",
    )
    assert result.details == ("src/shop/cart.py:10 Cart.add: 11",)
    assert (result.value, result.limit, result.margin) == (11, 10, -1)


def test_several() -> None:
    report = radon(function("a", 11, line=1), function("b", 30, line=20), function("c", 2, line=40))
    result = only("complexity.cyclomatic", None, report)
    assert result.message == "2 functions have a cyclomatic complexity over 10, up to 30"
    assert result.details == ("src/shop/cart.py:20 b: 30", "src/shop/cart.py:1 a: 11")


def test_cognitive_is_judged_where_it_is_measured() -> None:
    cyclomatic = radon(function("add", 3))
    assert "complexity.cognitive" not in results(None, cyclomatic)
    asked = only("complexity.cognitive", Gates(complexity=Complexity(cognitive=15)), cyclomatic)
    assert said(asked) == (
        "failed", "no evidence: reports/radon.json says nothing of complexity.cognitive",
    )  # fmt: skip
    both = radon(function("add", 3, cognitive=16))
    assert only("complexity.cognitive", None, both).outcome == "failed"


def test_only_functions_that_have_changed() -> None:
    report = radon(
        function("old", 30, line=1, end_line=9), function("touched", 12, line=20, end_line=29)
    )
    changed = ChangedFile(path="src/shop/cart.py", change="modified", lines=lines.pack([25]))
    gates = Gates(complexity=Complexity(scope="changed"))
    result = only("complexity.cyclomatic", gates, report, diff=Diff(files=(changed,)))
    assert result.message == "touched has a cyclomatic complexity of 12; the maximum is 10"
    nothing = only("complexity.cyclomatic", gates, report, diff=Diff())
    assert nothing.outcome == "passed"
    unknown = results(gates, report)
    assert unknown["complexity.cyclomatic"].value == 30
    assert unknown["complexity.changed"].outcome == "inconclusive"


def test_a_function_can_be_waived_by_gate_name_and_path() -> None:
    waiver = Waiver(
        rule="complexity.cyclomatic",
        path="src/shop/**",
        reason="the tax rules",
        owner="ann",
        until=sample.TODAY,
    )
    found = sample.verdict(None, radon(function("tax", 30)), waivers=(waiver,))
    assert found.outcome == "passed"
    assert [(use.gate, use.count) for use in found.waived] == [("complexity", 1)]
