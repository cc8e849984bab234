"""Strings with `${{ }}`, conditions, and resolving nested data."""

from __future__ import annotations

import pytest

from headway.errors import Place
from headway.workflow.expression import (
    Condition,
    EvaluationError,
    ExpressionError,
    Scope,
    Template,
    resolve,
    templated,
)

PLACE = Place("ci.yml", 3, 7)
SCOPE = Scope({"x": {"n": 1.5, "s": "text", "l": [1], "none": None, "no": False, "e": ""}})


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("plain", "plain"),
        ("", ""),
        ("$ {{ x }}", "$ {{ x }}"),
        ("a }} b", "a }} b"),
        ("${{ x.n }}", 1.5),
        ("${{x.n}}", 1.5),
        ("${{\n  x.l\n}}", [1]),
        ("${{ x.none }}", None),
        ("${{ x.n }} ", "1.5 "),
        ("n=${{ x.n }}, s=${{ x.s }}!", "n=1.5, s=text!"),
        ("${{ x.n }}${{ x.none }}${{ x.no }}", "1.5false"),
        ("[${{ x.l }}]", "[Array]"),
        ("{0} ${{ x.n }} {{}} 'q'", "{0} 1.5 {{}} 'q'"),
        ("${{ '}}' }}", "}}"),
        ("${{ '${{ x }}' }}", "${{ x }}"),
        ("${{ 'it''s }}' }} ${{ x.n }}", "it's }} 1.5"),
        ("$${{ x.n }}}", "$1.5}"),
    ],
)
def test_evaluates(raw: str, value: object) -> None:
    assert Template(raw, PLACE).evaluate(SCOPE) == value


def test_text_casts_to_a_string() -> None:
    assert Template("${{ x.none }}", PLACE).text(SCOPE) == ""
    assert Template("${{ x.no }}", PLACE).text(SCOPE) == "false"


@pytest.mark.parametrize(
    ("raw", "constant"),
    [("plain", True), ("${{ 'x' }}", True), ("${{ ('x') }}", False), ("${{ 1 }}", False)],
)
def test_a_string_without_anything_to_evaluate_is_constant(raw: str, constant: bool) -> None:
    assert Template(raw, PLACE).constant is constant
    assert isinstance(templated(raw, PLACE), str) is constant


def test_templates_are_equal_by_their_text() -> None:
    one, other = Template("${{ x }}", PLACE), Template("${{ x }}", Place("b.yml", 1, 1))
    assert one == other
    assert len({one, other, Template("${{ y }}", PLACE)}) == 2
    assert one != Condition("${{ x }}", PLACE)


@pytest.mark.parametrize(
    ("raw", "offset", "length", "message"),
    [
        ("say ${{ x", 4, 3, "the expression is never closed with }}"),
        ("${{ x }", 0, 3, "the expression is never closed with }}"),
        ("a ${{ 'x }}", 2, 3, "the expression is never closed with }}"),
        ("a ${{ }} b", 2, 6, "an expression was expected between ${{ and }}"),
        ("${{}}", 0, 5, "an expression was expected between ${{ and }}"),
        ("ok ${{ x.s }} ${{   x.1 }}", 22, 1, 'unexpected symbol "1"'),
        ("${{ x\n == y z }}", 12, 1, 'unexpected symbol "z"'),
        ("${{ nope(x) }}", 4, 4, 'unknown function "nope"'),
        ("${{ ${{ x }} }}", 4, 3, 'unexpected symbol "${{"'),
    ],
)
def test_refuses_with_the_place_in_the_whole(
    raw: str, offset: int, length: int, message: str
) -> None:
    with pytest.raises(ExpressionError) as caught:
        Template(raw, PLACE)
    error = caught.value
    assert (error.offset, error.length, error.message) == (offset, length, message)


def test_a_quote_that_is_never_closed_is_named() -> None:
    with pytest.raises(ExpressionError) as caught:
        Template("${{ contains('x) }}", PLACE)
    assert caught.value.hint == "a quote in it is never closed"


def test_the_limits_hold_for_the_string_as_a_whole() -> None:
    """GitHub turns text with expressions into one call of format."""
    Template("x" * 20_980 + "${{ a }}", PLACE)
    Template("x" * 30_000, PLACE)
    with pytest.raises(ExpressionError, match="may have 21,000 characters"):
        Template("x" * 21_000 + "${{ a }}", PLACE)
    with pytest.raises(ExpressionError, match="may have 21,000 characters"):
        Template("{" * 10_600 + "${{ a }}", PLACE)  # braces count twice
    Template("${{ a }}" * 254, PLACE)
    with pytest.raises(ExpressionError, match="at most 254 expressions"):
        Template("${{ a }}" * 255, PLACE)
    nested = "!" * 49 + "a"
    Template(f"${{{{ {nested} }}}}", PLACE)
    with pytest.raises(ExpressionError, match="nested deeper than 49 levels"):
        Template(f"text ${{{{ {nested} }}}}", PLACE)


def test_a_failing_evaluation_knows_its_place() -> None:
    template = Template("${{ fromJSON(x.e) }}", PLACE)
    with pytest.raises(EvaluationError, match="no JSON in the text") as caught:
        template.evaluate(SCOPE)
    assert caught.value.place == PLACE


def test_a_string_of_many_expressions_is_limited_too() -> None:
    scope = Scope({"a": "x" * 1_000_000})
    with pytest.raises(EvaluationError, match="more than 10,000,000 characters"):
        Template("${{ a }}" * 11, PLACE).evaluate(scope)


def outcome(raw: str, success: bool = True, failure: bool = False) -> bool:
    functions = {
        "success": lambda *_: success,
        "failure": lambda *_: failure,
        "always": lambda: True,
        "cancelled": lambda: False,
    }
    contexts = {"x": {"yes": "yes", "zero": 0, "f": "false", "e": ""}}
    return Condition(raw, PLACE).evaluate(Scope(contexts, functions))


@pytest.mark.parametrize(
    ("raw", "after_success", "after_failure"),
    [
        ("", True, False),
        ("  \n", True, False),
        ("true", True, False),
        ("x.yes", True, False),
        ("x.zero", False, False),
        ("x.f", True, False),  # a string that isn't empty
        ("${{ x.yes == 'YES' }}", True, False),
        ("${{ x.yes }}", True, False),
        ("always()", True, True),
        ("${{ Always() }}", True, True),
        ("always() && x.zero", False, False),
        ("!cancelled()", True, True),
        ("failure() || x.yes", True, True),
        ("contains('success()', 'x') || x.yes", True, False),  # a word in a string is none
        ("fromJSON(toJSON(success())) || true", True, True),  # however deep inside
        # A quoted string is the condition itself.
        ("${{ 'x.zero' }}", False, False),
        ("${{ 'always()' }}", True, True),
        ("${{ '' }}", True, False),
        # Text around an expression makes a string that is never empty.
        ("${{ x.zero }} && x.zero", True, False),
        ("${{ false }}\n", True, False),
        ("!${{ x.yes }}", True, False),
        ("${{ always() }} && false", True, True),
        # Two expressions make a string too.
        ("${{ x.zero }}${{ x.zero }}", True, False),
        ("${{ x.e }}${{ x.e }}", False, False),
    ],
)
def test_conditions(raw: str, after_success: bool, after_failure: bool) -> None:
    assert outcome(raw, success=True) is after_success
    assert outcome(raw, success=False, failure=True) is after_failure


def test_conditions_of_an_action_imply_nothing() -> None:
    scope = Scope({}, {"success": lambda: False})
    assert Condition("true", PLACE, implicit=False).evaluate(scope) is True
    assert Condition("", PLACE, implicit=False).evaluate(scope) is True
    assert Condition("success()", PLACE, implicit=False).evaluate(scope) is False


@pytest.mark.parametrize(
    ("raw", "always_true", "mixed"),
    [
        ("${{ a }}", False, False),
        ("a", False, False),
        ("${{ a }} && b", True, True),
        ("${{ a }}\n", True, True),
        ("${{ a }}${{ b }}", False, True),
        ("${{ 'a' }}", False, False),
    ],
)
def test_text_that_makes_a_condition_always_true_is_noted(
    raw: str, always_true: bool, mixed: bool
) -> None:
    condition = Condition(raw, PLACE)
    assert (condition.always_true_text, condition.mixed) == (always_true, mixed)


@pytest.mark.parametrize(
    ("raw", "offset", "message"),
    [
        ("a == ", 2, 'the expression ends after "=="'),
        ("a && ${{ b }", 5, "never closed with }}"),
        ("a && ${{ b c }}", 11, 'unexpected symbol "c"'),
        ("${{ 'a b' }}", 7, 'unexpected symbol "b"'),
    ],
)
def test_conditions_refuse_with_the_place_in_the_whole(raw: str, offset: int, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        Condition(raw, PLACE)
    assert caught.value.offset == offset
    assert message in caught.value.message


def test_a_failing_condition_knows_its_place() -> None:
    with pytest.raises(EvaluationError, match="success is not available") as caught:
        Condition("true", PLACE).evaluate(Scope({}))
    assert caught.value.place == PLACE


def test_resolve_walks_nested_data() -> None:
    data = {
        "env": {"A": Template("${{ x.n }}", PLACE), "B": "${{ not a template }}"},
        Template("key-${{ x.s }}", PLACE): [1, None, Template("${{ x.z }}", PLACE)],
    }
    assert resolve(data, SCOPE) == {
        "env": {"A": 1.5, "B": "${{ not a template }}"},
        "key-text": [1, None, None],
    }


def test_a_list_that_an_item_gives_goes_in_with_its_items() -> None:
    assert resolve([0, Template("${{ x.l }}", PLACE), [2]], SCOPE) == [0, 1, [2]]


def test_insert_takes_in_the_keys_of_its_value() -> None:
    data = {
        "a": 1,
        Template("${{ insert }}", PLACE): Template("${{ x }}", PLACE),
        Template("${{insert}}", PLACE): {"b": Template("${{ x.n }}", PLACE)},
    }
    scope = Scope({"x": {"n": 1.5}})
    assert resolve(data, scope) == {"a": 1, "n": 1.5, "b": 1.5}


@pytest.mark.parametrize(
    ("value", "message"),
    [("text", "must be a mapping"), (None, "must be a mapping"), ({"A": 2}, 'key "A" is there')],
)
def test_insert_refuses_what_does_not_fit(value: object, message: str) -> None:
    with pytest.raises(EvaluationError, match=message) as caught:
        resolve({"a": 1, Template("${{ insert }}", PLACE): value}, SCOPE)
    assert caught.value.place == PLACE
