"""Where contexts and functions may be used."""

from __future__ import annotations

import pytest

from headway.errors import Place
from headway.workflow.expression import Condition, Template, check, parse, sure_failures
from headway.workflow.expression.contexts import CONTEXTS, available, keys

PLACE = Place("ci.yml", 1, 1)
JOB = "github, inputs, vars, needs, strategy, matrix"


@pytest.mark.parametrize(
    ("key", "contexts", "functions"),
    [
        ("run-name", "github inputs vars", ""),
        ("concurrency.group", "github inputs vars", ""),
        ("env", "github inputs vars secrets", ""),
        ("on.workflow_call.inputs.<inputs_id>.default", "github inputs vars", ""),
        ("on.workflow_call.outputs.<output_id>.value", "github inputs vars jobs", ""),
        ("jobs.<job_id>.if", "github inputs vars needs", "always success failure cancelled"),
        ("jobs.<job_id>.strategy.matrix.include", "github inputs vars needs", ""),
        ("jobs.<job_id>.runs-on.labels", "github inputs vars needs strategy matrix", ""),
        ("jobs.<job_id>.env", "github inputs vars needs strategy matrix secrets", ""),
        ("jobs.<job_id>.defaults.run.shell", "github inputs vars needs strategy matrix env", ""),
        (
            "jobs.<any name>.steps.run",
            "github inputs vars needs strategy matrix secrets steps job runner env",
            "hashFiles",
        ),
        (
            "jobs.<job_id>.steps.if",
            "github inputs vars needs strategy matrix steps job runner env",
            "always success failure cancelled hashFiles",
        ),
        (
            "jobs.<job_id>.environment.url",
            "github inputs vars needs strategy matrix steps job runner env",
            "",
        ),
        ("inputs.<input_id>.default", "github strategy matrix job runner", "hashFiles"),
        ("runs.args", "inputs", ""),
        ("runs.steps.shell", "github inputs strategy matrix steps job runner env", "hashFiles"),
        ("name", "", ""),
        ("on.push.branches", "", ""),
        ("jobs.<job_id>.uses", "", ""),
        ("jobs.<job_id>.steps.uses", "", ""),
        ("jobs.<job_id>.steps.shell", "", ""),
        ("jobs.<job_id>.permissions", "", ""),
        ("runs.using", "", ""),
    ],
)
def test_what_is_available(key: str, contexts: str, functions: str) -> None:
    assert available(key) == (tuple(contexts.split()), tuple(functions.split()))


def test_every_context_is_available_somewhere() -> None:
    assert {name for key in keys() for name in available(key)[0]} == set(CONTEXTS)


@pytest.mark.parametrize(
    ("text", "key", "offset", "message", "hint"),
    [
        (
            "secrets.TOKEN != ''",
            "jobs.<job_id>.steps.if",
            0,
            'context "secrets" is not available here; available: '
            + JOB
            + ", steps, job, runner, env",
            'put it into env, and compare env.NAME with "" in the "if" of a step',
        ),
        (
            "github.ref == env.MAIN",
            "jobs.<job_id>.if",
            14,
            'context "env" is not available here; available: github, inputs, vars, needs',
            "use vars, inputs or the outputs of a job in needs",
        ),
        (
            "githb.ref",
            "run-name",
            0,
            'unknown context "githb"',
            'did you mean "github"?',
        ),
        ("True", "run-name", 0, 'unknown context "true"', "write true, in lower case"),
        ("x[Secret.y]", "env", 2, 'unknown context "secret"', 'did you mean "secrets"?'),
        (
            "hashFiles('x')",
            "jobs.<job_id>.env",
            0,
            'function "hashFiles" is not available here',
            "it can be used in steps",
        ),
        (
            "!SUCCESS()",
            "jobs.<job_id>.steps.run",
            1,
            'function "success" is not available here',
            'it can be used in "if"; elsewhere there is job.status',
        ),
        (
            "failure('build')",
            "jobs.<job_id>.steps.if",
            0,
            "failure takes no arguments here",
            'only a job\'s "if" may name jobs',
        ),
        ("1", "jobs.<job_id>.uses", 0, '"uses" takes no expressions', ""),
    ],
)
def test_check_refuses(text: str, key: str, offset: int, message: str, hint: str) -> None:
    error = check(parse(text), key)[-1]
    assert (error.offset, error.message, error.hint) == (offset, message, hint)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("format('{0}', GITHUB.ref)", "run-name"),
        ("failure('build') || success('a', 'b')", "jobs.<job_id>.if"),
        ("hashFiles('**/x') && runner.os", "jobs.<job_id>.steps.with"),
        ("success() && steps.x.outcome == 'success'", "runs.steps.if"),
        ("matrix[needs.a.outputs.b]", "jobs.<job_id>.name"),
    ],
)
def test_check_accepts(text: str, key: str) -> None:
    assert check(parse(text), key) == []


def test_check_finds_every_mistake_in_a_template_with_its_place() -> None:
    template = Template("${{ secrets.A }} and ${{ steps.x || runner.os }}", PLACE)
    errors = check(template, "jobs.<job_id>.name")
    assert [template.raw[e.offset : e.offset + e.length] for e in errors] == [
        "secrets",
        "steps",
        "runner",
    ]


def test_check_takes_conditions() -> None:
    condition = Condition("a.b && ${{ always() }}", PLACE)
    assert check(condition, "jobs.<job_id>.if") == []
    assert [e.offset for e in check(Condition("  nope", PLACE), "jobs.<job_id>.if")] == [2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x || format('{0} {1}', a)", "format: {1} is asked for, but 1 value given: {0} {1}"),
        ("fromJSON('[1, nope]')", 'fromJSON: unexpected "n" at line 1, column 5 of the text'),
        ("case('true', a, b)", "case: condition 1 gives a string, not a boolean"),
    ],
)
def test_calls_that_are_sure_to_fail(text: str, message: str) -> None:
    assert [e.message for e in sure_failures(parse(text))] == [message]


def test_calls_that_may_succeed_are_left_alone() -> None:
    text = "format(a, b) || fromJSON(a) || fromJSON('{\"a\": 1,}') || case(a, b, c) || join('{')"
    assert list(sure_failures(parse(text))) == []
