"""The functions, one table each."""

from __future__ import annotations

import pytest

from headway.workflow.expression import EvaluationError, Scope, evaluate, parse

CONTEXTS: dict[str, object] = {
    "list": ["Push", 1, None, True, [], {"a": 1}],
    "empty": [],
    "object": {"a": 1},
}


def value(text: str) -> object:
    return evaluate(parse(text), Scope(CONTEXTS))


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("contains('Hello World', 'o w')", True),
        ("contains('Hello', 'x')", False),
        ("contains('Hello', '')", True),
        ("contains(null, '')", True),
        ("contains(123, 2)", True),
        ("contains('', null)", True),
        ("contains('ÜBER', 'über')", True),
        ("contains('Strasse', 'ß')", False),
        ("contains(list, 'push')", True),
        ("contains(list, 'pus')", False),
        ("contains(list, '1')", True),
        ("contains(list, 0)", True),  # the null in it
        ("contains(list, 'x')", False),
        ("contains(list, list)", False),
        ("contains(empty, '')", False),
        ("contains(object, 'a')", False),
        ("contains('Array', list)", False),
        ("startsWith('Refs/Heads', 'refs/')", True),
        ("startsWith('refs', 'refs/')", False),
        ("startsWith('x', null)", True),
        ("startsWith(true, 'TR')", True),
        ("startsWith(list, 'A')", False),
        ("endsWith('v1.2', 2)", True),
        ("endsWith('Main', 'MAIN')", True),
        ("endsWith('x', empty)", False),
    ],
)
def test_searching(text: str, result: object) -> None:
    assert value(text) is result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("join(list)", "Push,1,,true,Array,Object"),
        ("join(list, ' ')", "Push 1  true Array Object"),
        ("join(list, null)", "Push1trueArrayObject"),
        ("join(list, empty)", "Push,1,,true,Array,Object"),
        ("join(empty, '-')", ""),
        ("join('text', '-')", "text"),
        ("join(1.50)", "1.5"),
        ("join(null)", ""),
        ("join(object)", ""),
    ],
)
def test_join(text: str, result: str) -> None:
    assert value(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("format('plain')", "plain"),
        ("format('{0}-{1}-{0}', 'a', 2)", "a-2-a"),
        ("format('{{{0}}} {{}}', 'x')", "{x} {}"),
        ("format('{00}', 'x')", "x"),
        ("format('a {0} b', 'x')", "a x b"),
        ("format('{0:}', 'x')", "x"),
        ("format('{0}', list)", "Array"),
        ("format('{0}', '{1}')", "{1}"),
        ("format(12)", "12"),
        ("format('unused', 'x', fromJSON('bad'))", "unused"),
        ("format('{0}', 'x', fromJSON('bad'))", "x"),
    ],
)
def test_format(text: str, result: str) -> None:
    assert value(text) == result


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("format('{')", "not a valid format string: {"),
        ("format('}')", "not a valid format string: }"),
        ("format('{}', 1)", "not a valid format string: {}"),
        ("format('{x}', 1)", "not a valid format string"),
        ("format('{0x}', 1)", "not a valid format string"),
        ("format('{ 0}', 1)", "not a valid format string"),
        ("format('{-1}', 1)", "not a valid format string"),
        ("format('{256}', 1)", "not a valid format string"),
        ("format('{0:x', 1)", "not a valid format string"),
        ("format('{0:x}}', 1)", "not a valid format string"),
        ("format('{1}', 'a')", "{1} is asked for, but 1 value given"),
        ("format('{0}')", "{0} is asked for, but 0 values given"),
        ("format('{0:N2}', 1)", 'the specifier "N2" is not supported'),
    ],
)
def test_format_refuses(text: str, message: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        value(text)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("case(true, 'a', 'z')", "a"),
        ("case(1 == 2, 'a', 'z')", "z"),
        ("case(1 == 2, 'a', 2 == 2, 'b', 'z')", "b"),
        ("case(true, 'a', fromJSON('bad'))", "a"),
        ("case(false, fromJSON('bad'), 'z')", "z"),
        ("case(true, 'a', 'no boolean', 'b', 'z')", "a"),
        ("case(false, 1, object).a", 1),
    ],
)
def test_case_evaluates_only_the_branch_it_takes(text: str, result: object) -> None:
    assert value(text) == result


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        ("'true'", "a string"),
        ("1", "a number"),
        ("null", "null"),
        ("list", "an array"),
        ("object", "an object"),
    ],
)
def test_case_wants_booleans(condition: str, what: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        value(f"case(false, 1, {condition}, 2, 3)")
    assert caught.value.message == f"case: condition 2 gives {what}, not a boolean"
