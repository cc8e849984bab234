"""Whether a release may go into an environment now: deploy, hold or reject, rule by rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from headway.delivery.approval import Vote, tally
from headway.delivery.environment import Environment
from headway.delivery.freeze import frozen
from headway.units import share_text
from headway.verdict import Verdict

Answer = Literal["deploy", "hold", "reject"]
ORDER: tuple[Answer, ...] = ("reject", "hold", "deploy")  # the worst first


class Facts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known besides the verdict; whoever asks finds it out.

    `override` is the reason of the one who deploys for going ahead nonetheless. It lifts gates,
    freeze (for who may), error budget and incident; never approvals, `requires` or the queue.
    """

    author: str = ""  # who deploys
    override: str = ""
    returning: bool = False  # a return to a version that has served here before
    promoted_in: tuple[str, ...] = ()  # environments in which this release was promoted
    votes: tuple[Vote, ...] = ()
    running: str = ""  # another rollout that isn't over here, for people
    incident: str = ""  # an open one here, for people
    budget_left: float | None = None  # share of the error budget; None: nobody knows


class Rule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule's answer. `text` says why; `waits_for` what would change it, `until` when it
    changes by itself (seconds since 1970)."""

    rule: Literal["gates", "requires", "approvals", "freeze", "error_budget", "incident", "queue"]
    answer: Answer
    text: str
    waits_for: str = ""
    until: float | None = None
    overridden: bool = False


class Decision(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The worst answer decides."""

    answer: Answer
    rules: tuple[Rule, ...]

    @property
    def against(self) -> tuple[Rule, ...]:
        """The rules that don't say deploy, the worst first."""
        against = [rule for rule in self.rules if rule.answer != "deploy"]
        return tuple(sorted(against, key=lambda rule: ORDER.index(rule.answer)))

    @property
    def startable(self) -> bool:
        """Whether a rollout may begin: what it would wait for (approvals, its turn) it can wait
        for itself."""
        return all(rule.rule in ("approvals", "queue") and rule.answer == "hold"
                   for rule in self.against)  # fmt: skip


def decide(verdict: Verdict | None, environment: Environment, facts: Facts, now: float) -> Decision:
    """All rules are asked, so that all that is in the way is said at once."""
    rules: tuple[Rule, ...] = (
        _gates(verdict, environment, facts),
        _requires(environment, facts),
        _approvals(environment, facts),
        _freeze(environment, facts, now),
        _error_budget(environment, facts),
        _incident(facts),
        _queue(facts),
    )
    if facts.returning:
        rules = tuple(_returning(rule) for rule in rules)
    answer = min((rule.answer for rule in rules), key=ORDER.index)
    return Decision(answer=answer, rules=rules)


def _returning(rule: Rule) -> Rule:
    """Nothing but another rollout stands in the way of a return."""
    if rule.answer == "deploy" or rule.rule == "queue":
        return rule
    return Rule(rule=rule.rule, answer="deploy", text=f"a return is always allowed ({rule.text})")


def _overridden(rule: Rule, facts: Facts) -> Rule:
    if not facts.override:
        return rule
    who = facts.author or "somebody"
    text = f"{rule.text}; {who} goes ahead: {facts.override}"
    return Rule(rule=rule.rule, answer="deploy", text=text, overridden=True)


def _gates(verdict: Verdict | None, environment: Environment, facts: Facts) -> Rule:
    if verdict is not None and verdict.outcome == "passed":
        return Rule(rule="gates", answer="deploy", text="the gates have passed")
    text = "the release has no verdict" if verdict is None else _failed(verdict)
    if environment.gates == "optional":
        return Rule(rule="gates", answer="deploy", text=f"{text}, but gates are optional here")
    if verdict is not None and verdict.outcome == "failed":
        return _overridden(Rule(rule="gates", answer="reject", text=text), facts)
    waits = "evidence: run the gates" if verdict is None else "evidence that decides"
    return _overridden(Rule(rule="gates", answer="hold", text=text, waits_for=waits), facts)


def _failed(verdict: Verdict) -> str:
    bad = [r for r in verdict.results if r.blocking and r.outcome == verdict.outcome]
    names = ", ".join(result.gate for result in bad[:3])
    more = f" and {len(bad) - 3} more" if len(bad) > 3 else ""
    said = {"failed": "the gates have failed", "inconclusive": "the gates are inconclusive"}
    text = said.get(verdict.outcome, "the gates could not be evaluated")
    return f"{text}: {names}{more}" if bad else text


def _requires(environment: Environment, facts: Facts) -> Rule:
    wanted = environment.requires
    missing = [name for name in wanted if name not in facts.promoted_in]
    if missing:
        text = f"not yet promoted in {_and(missing)}"
        waits = f"a promotion in {_and(missing)}"
        return Rule(rule="requires", answer="hold", text=text, waits_for=waits)
    text = f"promoted in {_and(wanted)} before" if wanted else "nothing has to come before"
    return Rule(rule="requires", answer="deploy", text=text)


def _approvals(environment: Environment, facts: Facts) -> Rule:
    count = tally(environment.approvals, facts.votes, facts.author)
    if count.state == "rejected":
        return Rule(rule="approvals", answer="reject", text=count.text)
    if count.state == "approved":
        return Rule(rule="approvals", answer="deploy", text=count.text)
    waits = f"{count.missing} approval" + ("s" if count.missing > 1 else "")
    return Rule(rule="approvals", answer="hold", text=count.text, waits_for=waits)


def _freeze(environment: Environment, facts: Facts, now: float) -> Rule:
    found = frozen(environment.freeze, now)
    if found is None:
        return Rule(rule="freeze", answer="deploy", text="no freeze window")
    text = f"frozen: {found.text}"
    rule = Rule(
        rule="freeze", answer="hold", text=text, waits_for="the window's end", until=found.until
    )
    if not facts.override or environment.freeze.may_override(facts.author):
        return _overridden(rule, facts)
    people = _and(environment.freeze.override)
    return Rule(
        rule="freeze",
        answer="hold",
        text=f"{text}; {facts.author or 'nobody'} may not override it, {people} may",
        waits_for=rule.waits_for,
        until=rule.until,
    )


def _error_budget(environment: Environment, facts: Facts) -> Rule:
    budget, left = environment.error_budget, facts.budget_left
    if budget is None:
        return Rule(rule="error_budget", answer="deploy", text="no error budget is kept")
    if left is None:
        text, waits = "nobody knows how much error budget is left", "figures of the error budget"
    elif left >= budget.keep:
        text = f"{share_text(left)} of the error budget are left"
        return Rule(rule="error_budget", answer="deploy", text=text)
    else:
        some = f"{share_text(left)} of the error budget are left" if left > 0 else "it is used up"
        text, waits = f"{some}; {share_text(budget.keep)} must be", "the error budget to recover"
    return _overridden(Rule(rule="error_budget", answer="hold", text=text, waits_for=waits), facts)


def _incident(facts: Facts) -> Rule:
    if not facts.incident:
        return Rule(rule="incident", answer="deploy", text="no incident is open")
    rule = Rule(
        rule="incident",
        answer="hold",
        text=f"an incident is open: {facts.incident}",
        waits_for="the incident's end",
    )
    return _overridden(rule, facts)


def _queue(facts: Facts) -> Rule:
    if not facts.running:
        return Rule(rule="queue", answer="deploy", text="no other rollout is under way")
    text = f"one at a time: {facts.running}"
    return Rule(rule="queue", answer="hold", text=text, waits_for="that rollout's end")


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
