from __future__ import annotations

from headway.quality import lines
from headway.quality.new_code import ChangedFile, Diff
from headway.quality.render import changes

from . import made


def test_figures_with_which_way_is_worse() -> None:
    before = made.of(
        made.report("coverage", coverage=(made.covered("a.py", 10, 9),)),
        made.report("findings", findings=(made.finding(), made.finding("E1"))),
    )
    now = made.of(
        made.report("coverage", coverage=(made.covered("a.py", 10, 8),)),
        made.report("findings", findings=(made.finding(),)),
    )
    found = changes.since(now, before)
    assert [(f.name, f.before, f.now, f.difference, f.worse) for f in found.figures] == [
        ("coverage", "90 %", "80 %", "-10 points", True),
        ("findings", "2", "1", "-1", False),
    ]
    assert [(f.path, f.before, f.now) for f in found.files] == [("a.py", 90.0, 80.0)]
    assert [f.rule for f in found.gone] == ["E1"]
    assert not found.new


def test_tests_that_changed() -> None:
    before = made.of(
        made.report(
            "tests",
            tests=(made.case("mended", "failed"), made.case("breaks"), made.case("same", "failed")),
        )
    )
    now = made.of(
        made.report(
            "tests",
            tests=(
                made.case("mended"),
                made.case("breaks", "error"),
                made.case("same", "failed"),
                made.case("wobbles", "flaky"),
            ),
        )
    )
    found = changes.since(now, before)
    assert [case.id for case in found.failing] == ["breaks"]
    assert [case.id for case in found.mended] == ["mended"]
    assert [case.id for case in found.flaky] == ["wobbles"]


def test_a_tool_of_one_side_only_makes_nothing_new() -> None:
    before = made.of(made.report("findings", "ruff"))
    now = made.of(
        made.report("findings", "ruff", findings=(made.finding(),)),
        made.report("findings", "bandit", findings=(made.finding("B1", tool="bandit"),)),
    )
    found = changes.since(now, before)
    assert [f.rule for f in found.new] == ["F401"]
    assert found.uncompared == ("bandit",)


def test_nothing() -> None:
    assert not changes.since(made.everything(), made.everything()).any


def test_changed_lines() -> None:
    diff = Diff(
        base="0" * 40,
        files=(
            ChangedFile(path="src/cart.py", change="modified", lines=lines.pack([7, 8, 9, 40])),
        ),
    )
    found = changes.changed_lines(made.everything(), diff)
    assert found is not None
    assert (found.total, found.hit, found.missing) == (3, 2, {"src/cart.py": (9,)})
    assert changes.changed_lines(made.everything(), None) is None
    assert changes.changed_lines(made.everything(), Diff(base="0" * 40)) is None


def test_findings_are_counted_of_tools_that_ran_both_times() -> None:
    linter = made.report("findings", findings=(made.finding(),))
    worse = made.report("findings", findings=(made.finding(), made.finding("F811")))
    scanner = made.report("findings", tool="bandit", findings=(made.finding(tool="bandit"),))
    (figure,) = changes.since(made.of(worse), made.of(linter, scanner)).figures
    assert (figure.name, figure.before, figure.now) == ("findings", "1", "2")
    assert not changes.since(made.of(), made.of(linter)).figures
