from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.quality import lines
from headway.quality.custom_rule import VARIABLES, Mistake, check
from headway.quality.new_code import ChangedFile, Diff
from headway.quality.report import Component
from headway.quality.settings import Gates, Rule, Waiver
from headway.verdict import Result

from . import sample
from .sample import case, coverage, covered, finding, only, ruff, said, verdict

REPORTS = [
    ruff(finding("F401", "low", message="`os` unused"), finding("T201", "medium", line=9)),
    sample.pytest(case("adds", seconds=0.2), case("pays", "failed", seconds=4.0)),
    coverage(covered("src/shop/cart.py", 10, [1]), covered("src/shop/tax.py", 10)),
    sample.radon(sample.function("add", 4)),
    sample.k6(sample.load(p95=180.0)),
    sample.report("syft", "components", components=(Component(name="flask", licenses=("MIT",)),)),
]


def rule(text: str, **fields: str) -> Gates:
    return Gates(rules={"mine": Rule(require=text, **fields)})


def judged(text: str, **others: object) -> Result:
    return only("rules.mine", rule(text), *REPORTS, **others)


@pytest.mark.parametrize(
    "text",
    [
        "measures['coverage.percent'] >= 95",
        "measures['tests.failed'] == 1",
        "!('findings.secret' in measures)",
        "findings.all(f, f.severity != 'high')",
        "findings.filter(f, f.rule == 'T201' && f.file.startsWith('src/')).size() == 1",
        "findings.exists(f, f.message.matches('unu.ed'))",
        "findings.all(f, !f.new)",
        "tests.filter(t, t.outcome == 'failed').all(t, t.seconds < 5.0)",
        "coverage['src/shop/cart.py'].percent == 90.0",
        "coverage['src/shop/cart.py'].lines - coverage['src/shop/cart.py'].covered == 1",
        "complexity.all(c, c.cyclomatic <= 10.0 && c.cognitive == 0.0)",
        "load.all(l, l.p95 < 200 && !has(l.p99))",
        "components.all(c, 'MIT' in c.licenses)",
        "reports.exists(r, r.tool == 'k6' && r.kind == 'load' && r.complete)",
        "scores.quality > 0.0 && !has(scores.security)",
        "!changed.known && changed.files.size() == 0",
        "commit.branch == 'main' && !commit.dirty",
        "size(baseline) == 0",
        "true",
    ],
)  # fmt: skip
def test_rules_that_hold(text: str) -> None:
    assert check(text) == []
    assert judged(text).outcome == "passed"


def test_every_variable_is_made() -> None:
    text = " && ".join(f"size({name}) >= 0" for name in VARIABLES)
    assert judged(text, baseline=sample.evidence(*REPORTS)).outcome == "passed"


def test_a_rule_that_does_not_hold() -> None:
    plain = judged("measures['coverage.percent']  >= 99")
    assert said(plain) == ("failed", "it doesn't hold that measures['coverage.percent'] >= 99")
    gates = rule("false", message="print isn't for production", hint="use logging")
    result = only("rules.mine", gates, *REPORTS)
    assert said(result) == ("failed", "print isn't for production")
    assert result.hint == "use logging"


def test_it_can_be_reported_only() -> None:
    gates = Gates(rules={"mine": Rule(require="false", blocking=False)})
    found = verdict(gates, sample.percent(900))
    assert found.outcome == "passed"
    assert [one.gate for one in found.results if one.outcome == "failed"] == ["rules.mine"]


def test_baseline_and_changes() -> None:
    before = sample.evidence(coverage(covered("src/shop/cart.py", 10)), ruff())
    diff = Diff(
        files=(ChangedFile(path="src/shop/cart.py", change="modified", lines=lines.pack([1, 2])),)
    )
    text = (
        "measures['coverage.percent'] < baseline['coverage.percent']"
        " && changed.known && changed.percent == 50.0 && changed.lines == 2"
        " && 'src/shop/cart.py' in changed.files && findings.all(f, f.new)"
    )
    assert judged(text, baseline=before, diff=diff).outcome == "passed"


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "hint"),
    [
        ("measure > 1", 1, 1, 'nothing is called "measure"', 'did you mean "measures"?'),
        ("true &&\n  findngs.size() > 1", 2, 3, 'nothing is called "findngs"', "findings"),
        ("1 +", 1, 4, "the end of the rule wasn't expected here", ""),
        ("tests.all(t, t.seconds < )", 1, 26, "')' wasn't expected here", ""),
        ("1 + 'a'", 1, 3, "+ can't be applied to (int, string)", ""),
        ("tests.size()", 1, 1, "the rule's answer is of type int", "compare it with something"),
        ("  ", 1, 1, "the rule is empty", "write an expression"),
        ("(" * 200 + "1" + ")" * 200 + " == 1", 1, 1, "the rule can't be read: Expression", ""),
        ("true || " * 1000 + "true", 1, 1, "the rule has 8004 characters", "4000 are the most"),
    ],
)  # fmt: skip
def test_mistakes_that_are_found_without_evidence(
    text: str, line: int, column: int, message: str, hint: str
) -> None:
    (mistake,) = check(text)
    assert isinstance(mistake, Mistake)
    assert (mistake.line, mistake.column) == (line, column)
    assert mistake.message.startswith(message)
    assert hint in mistake.hint
    result = judged(text)
    assert result.outcome == "error"
    assert result.message.startswith(f"rules.mine.require:{line}:{column}: {message}")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "measures['coverage.percnt'] > 1",
            'there is no "coverage.percnt" in the evidence',
            'did you mean "coverage.percent"?',
        ),
        ("findings.all(f, f.rul == '')", 'there is no "rul" in the evidence', "has("),
        ("1 / (measures.size() - measures.size()) == 1", "divide by zero", ""),
        ("commit.branch", "the rule's answer is of type string", "true or false"),
    ],
)
def test_mistakes_that_only_evidence_shows(text: str, message: str, hint: str) -> None:
    assert check(text) == []
    result = judged(text)
    assert result.outcome == "error"
    assert message in result.message
    assert hint in result.hint


WORDS = (
    "findings tests . ( ) all f, f.rule == 'a' 1 && [ ] { } ? : \\ \n b'\\xff' 1e999 \x00 \ud800"
)


@settings(deadline=None)
@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(st.sampled_from(WORDS.split(" ")), max_size=12).map(" ".join),
    )
)
def test_any_text_is_a_rule_or_has_its_mistakes_told(text: str) -> None:
    for mistake in check(text):
        assert mistake.message
        assert mistake.line >= 1
        assert mistake.column >= 1


def test_numbers_that_the_language_has_not() -> None:
    endless = ruff(finding("A", line=2**70))
    result = only("rules.mine", rule("findings.all(f, f.line > 0)"), endless)
    assert result.outcome == "error"
    assert "out of range" in result.message


def test_an_error_is_no_pass() -> None:
    assert verdict(rule("measures.nothing > 1"), sample.percent(900)).outcome == "error"


def test_a_rule_cannot_go_on_for_ever() -> None:
    cases = [case(f"t{n}") for n in range(150)]
    text = "tests.all(a, tests.all(b, tests.all(c, a.seconds + b.seconds + c.seconds < 9.0)))"
    result = only("rules.mine", rule(text), sample.pytest(*cases))
    assert result.outcome == "error"
    assert "more than 10,000 elements" in result.message


def test_waived_findings_are_not_seen() -> None:
    waiver = Waiver(rule="T201", reason="r", owner="o", until=sample.TODAY)
    text = "findings.all(f, f.rule != 'T201') && measures['findings.lint'] == 1.0"
    assert judged(text, waivers=(waiver,)).outcome == "passed"


def test_settings_say_what_is_wrong_with_a_rule() -> None:
    ((path, message, hint),) = rule("measure > 1").problems()
    assert path == "rules.mine.require"
    assert message == 'nothing is called "measure" (line 1, column 1 of the rule)'
    assert hint == 'did you mean "measures"?'


def test_the_library_is_loaded_only_for_rules() -> None:
    code = (
        "import sys, headway.quality.judge, headway.quality.settings as s\n"
        "list(s.Gates().problems())\n"
        "assert not [m for m in sys.modules if m.startswith('cel_expr')]\n"
        "list(s.Gates(rules={'a': s.Rule(require='true')}).problems())\n"
        "assert [m for m in sys.modules if m.startswith('cel_expr')]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
