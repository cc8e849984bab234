"""The project's own rules."""

from __future__ import annotations

from collections.abc import Iterator

from headway.quality.case import Case
from headway.quality.gate import blocking, stated
from headway.quality.settings import Rule
from headway.verdict import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.quality.custom_rule import Facts


def judge(case: Case) -> Iterator[Result]:
    """`rules.NAME` for each that settings have."""
    if not case.gates.rules:
        return
    from headway.quality import custom_rule

    facts = custom_rule.Facts(case)
    for name, rule in sorted(case.gates.rules.items()):
        yield _judge(case, facts, name, rule)


def _judge(case: Case, facts: Facts, name: str, rule: Rule) -> Result:
    from headway.quality import custom_rule

    gate = f"rules.{name}"
    blocks = blocking(case, gate, rule.blocking)
    answer = custom_rule.evaluate(rule.require, facts)
    if isinstance(answer, custom_rule.Mistake):
        message = f"rules.{name}.require:{answer.line}:{answer.column}: {answer.message}"
        return stated(gate, "error", message, blocking=blocks, hint=answer.hint)
    short = " ".join(rule.require.split())
    short = short if len(short) <= 120 else short[:119] + "…"
    if answer:
        return stated(gate, "passed", f"it holds that {short}", blocking=blocks)
    message = rule.message or f"it doesn't hold that {short}"
    hint = rule.hint or f"headway.yaml has this rule as gates.rules.{name}"
    return stated(gate, "failed", message, blocking=blocks, hint=hint)
