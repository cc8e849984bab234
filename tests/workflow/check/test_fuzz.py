"""Rules take every workflow that can be read: whatever is in it, no rule raises."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from headway.workflow.check import warnings
from headway.workflow.syntax import read_workflow

EXPRESSIONS = st.sampled_from(
    [
        "github.event.issue.title",
        "github['event'].*.body",
        "github[github.ref]",
        "needs.*.outputs",
        "needs[0].x",
        "steps.a.outputs.b",
        "steps.*",
        "env[env.A]",
        "matrix",
        "matrix.a.b.c",
        "inputs.x == 'true'",
        "github.ref == 'x' && startsWith(github.ref, 'v') || !github.event.inputs.x",
        "toJSON(github)",
        "format('{0}', github.head_ref)",
        "'}}'",
        "1 == null",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=20),
    st.lists(EXPRESSIONS.map("${{{{ {} }}}}".format), min_size=1, max_size=3).map(" ".join),
    st.sampled_from(["./x", "./../../x", "a/b@v1", "docker://a", "headway: ignore[x]", "a@"]),
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.none(), st.booleans(), st.integers(-3, 400)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("abx"), inner, max_size=2)
    ),
    max_leaves=4,
)
STEPS = st.one_of(
    st.fixed_dictionaries({"run": TEXTS}, optional={"id": st.sampled_from("ab"), "env": VALUES}),
    st.fixed_dictionaries({"uses": TEXTS}, optional={"with": VALUES, "if": TEXTS}),
    st.fixed_dictionaries({"parallel": st.lists(st.fixed_dictionaries({"run": TEXTS}))}),
)
JOBS = st.fixed_dictionaries(
    {"runs-on": st.just("x"), "steps": st.lists(STEPS, max_size=3)},
    optional={
        "if": TEXTS,
        "outputs": st.dictionaries(st.sampled_from("abx"), TEXTS, max_size=2),
        "strategy": st.fixed_dictionaries({"matrix": VALUES}),
        "concurrency": VALUES,
        "container": VALUES,
        "services": VALUES,
        "permissions": VALUES,
    },
)
CALLS = st.fixed_dictionaries(
    {"uses": TEXTS}, optional={"with": VALUES, "secrets": VALUES, "needs": VALUES}
)
WORKFLOWS = st.fixed_dictionaries(
    {
        "on": st.one_of(st.sampled_from(["push", "workflow_run"]), VALUES),
        "jobs": st.dictionaries(st.sampled_from("abc"), st.one_of(JOBS, CALLS), max_size=2),
    },
    optional={"env": VALUES, "concurrency": VALUES},
)


@settings(deadline=None)
@given(WORKFLOWS, TEXTS)
def test_no_workflow_breaks_a_rule(tree: object, other: str) -> None:
    text = json.dumps(tree, indent=1)  # JSON is YAML, with every text quoted
    workflow, _ = read_workflow(text, "ci.yml")
    if workflow is None:
        return
    lines = text.split("\n")
    for problem in warnings(workflow, text=text, files=lambda path: other if "x" in path else None):
        assert problem.message
        assert 1 <= problem.place.line <= len(lines)
        assert 1 <= problem.place.column <= len(lines[problem.place.line - 1]) + 1
        assert problem.length >= 1


@settings(deadline=None)
@given(st.text("# headway:ignore[]a-,\n", max_size=60))
def test_any_comment_is_taken(text: str) -> None:
    body = "on: push\njobs: {a: {runs-on: x, steps: [{run: a}]}}\n"
    comment = "".join(f"#{line}\n" for line in text.split("\n"))
    workflow, _ = read_workflow(body + comment, "ci.yml")
    assert workflow is not None
    assert {p.rule for p in warnings(workflow, text=body + comment)} <= {"unknown-rule"}
