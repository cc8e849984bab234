"""Which jobs run, in which order, under which names and with which results."""

import pytest

from headway.errors import UsageError
from headway.workflow import plan
from headway.workflow.expression import Scope
from headway.workflow.syntax import read_workflow


def workflow(**needs):
    jobs = "".join(
        f"  {name}: {{needs: {list(before)}, runs-on: x, steps: [{{run: a}}]}}\n"
        for name, before in needs.items()
    )
    found, problems = read_workflow(f"on: push\njobs:\n{jobs}", "ci.yml")
    assert not problems
    return found


DIAMOND = {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c"), "e": ()}


def test_stages():
    assert plan.stages(workflow(**DIAMOND), DIAMOND) == [["a", "e"], ["b", "c"], ["d"]]


def test_a_job_brings_what_it_needs():
    found = workflow(**DIAMOND)
    assert plan.select(found, ["d"]) == {"a", "b", "c", "d"}
    assert plan.select(found, []) == set(DIAMOND)
    with pytest.raises(UsageError, match='no job "f"'):
        plan.select(found, ["f"])


@pytest.mark.parametrize(
    ("results", "combined"),
    [
        (["success", "success"], "success"),
        (["success", "skipped"], "success"),
        (["skipped", "skipped"], "skipped"),
        (["success", "cancelled"], "cancelled"),
        (["cancelled", "failure", "success"], "failure"),
        ([], "success"),
    ],
)
def test_one_result_of_several(results, combined):
    assert plan.combine(results) == combined


def test_the_last_output_that_says_something_counts():
    assert plan.merge_outputs([{"a": "1", "b": ""}, {"a": "", "b": "2"}]) == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("name", "matrix", "shown"),
    [
        ("", {}, "build"),
        ("", {"v": 1, "os": "x"}, "build (1, x)"),
        ("name: Build it", {"v": 1}, "Build it (1)"),
        ("name: 'Build ${{ matrix.v }}'", {"v": 1}, "Build 1"),
    ],
)
def test_names(name, matrix, shown):
    text = f"on: push\njobs:\n  build:\n    {name}\n    runs-on: x\n    steps: [{{run: a}}]\n"
    job = read_workflow(text, "ci.yml")[0].jobs["build"]
    scope = Scope({"matrix": matrix}, {})
    assert plan.display_name(job, matrix, scope, "") == shown
    assert plan.display_name(job, matrix, scope, "call") == f"call / {shown}"
    assert len(plan.display_name(job, {"v": "x" * 200}, scope, "")) <= 100


@pytest.mark.parametrize(
    ("ancestors", "cancelled", "true"),
    [
        ([], False, {"success", "always"}),
        (["success"], False, {"success", "always"}),
        (["success", "skipped"], False, {"always"}),
        (["success", "failure"], False, {"failure", "always"}),
        (["success"], True, {"cancelled", "always"}),
        (["failure"], True, {"cancelled", "always"}),
    ],
)
def test_status_functions(ancestors, cancelled, true):
    functions = plan.status_functions(ancestors, cancelled)
    assert {name for name, call in functions.items() if call()} == true
