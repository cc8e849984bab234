"""Cyclomatic and cognitive complexity of functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from headway.quality import lines
from headway.quality.case import Case
from headway.quality.fingerprint import hashed
from headway.quality.gate import answer, at_most, limit, place, stated
from headway.quality.report import Complexity, Finding
from headway.quality.words import many, number
from headway.verdict import Result

Kind = Literal["cyclomatic", "cognitive"]
KINDS: tuple[Kind, ...] = ("cyclomatic", "cognitive")


def judge(case: Case) -> Iterator[Result]:
    """`complexity.cyclomatic`, `complexity.cognitive`."""
    section = case.gates.complexity
    if section.scope == "changed" and case.diff is None:
        yield stated(
            "complexity.changed",
            "inconclusive",
            "what has changed isn't known, so the complexity of all functions is judged",
            blocking=False,
            hint="give the commit to compare with, as `--base main`",
        )
    for kind in KINDS:
        yield from _judge(case, kind)


def _judge(case: Case, kind: Kind) -> Iterator[Result]:
    section = case.gates.complexity
    most = limit(case, f"complexity.{kind}", getattr(section, kind), section)
    if most is None:
        return
    measured = [
        (value, function)
        for function in _scope(case)
        if (value := getattr(function, kind)) is not None
    ]
    over = {
        _finding(most.gate, value, function): value
        for value, function in measured
        if value > most.value
    }
    worst_first = sorted(over, key=lambda one: (-over[one], one.file, one.line, one.message))
    counted = case.unwaived(worst_first, "complexity")
    others = [value for value, _ in measured if value <= most.value]
    worst = over[counted[0]] if counted else max(others, default=0.0)
    known = any(getattr(one, kind) is not None for one in case.evidence.complexity)
    found = answer(
        case,
        most,
        "complexity",
        float(worst) if known else None,
        measure=f"complexity.{kind}",
        hint="split the function: a name for each part says what it does",
        findings=counted,
        details=[f"{place(one)} {one.message}" for one in counted],
    )
    said = _too_complex(kind, counted, most.value, worst)
    where = " of what has changed" if case.gates.complexity.scope == "changed" else ""
    fine = f"the most complex function{where} has a {kind} complexity of {number(worst)}"
    yield from at_most(found, over=said, within=fine)


def _too_complex(kind: Kind, over: Sequence[Finding], most: float, worst: float) -> str:
    if len(over) == 1:
        name = over[0].message.rpartition(":")[0]
        return f"{name} has a {kind} complexity of {number(worst)}; the maximum is {number(most)}"
    functions = many(len(over), "function")
    return f"{functions} have a {kind} complexity over {number(most)}, up to {number(worst)}"


def _scope(case: Case) -> Iterable[Complexity]:
    if case.gates.complexity.scope != "changed" or case.diff is None:
        return case.evidence.complexity
    touched = {file.path: file.lines for file in case.diff.files if file.lines}
    return [one for one in case.evidence.complexity if _touched(one, touched.get(one.file, b""))]


def _touched(function: Complexity, changed: bytes) -> bool:
    last = max(function.line, function.end_line)
    if not changed or not function.line or last - function.line > lines.MAX_LINE:
        return False
    if not function.end_line:
        # Its end isn't known: any change from its first line on may be in it.
        last = len(changed) * 8
    return any(changed[n >> 3] >> (n & 7) & 1 for n in range(function.line, last + 1)
               if n >> 3 < len(changed))  # fmt: skip


def _finding(gate: str, value: float, function: Complexity) -> Finding:
    """As a finding, so that it can be waived by rule (the gate) and path, and be named."""
    return Finding(
        rule=gate,
        message=f"{function.name}: {number(value)}",
        severity="medium",
        category="complexity",
        tool="headway",
        file=function.file,
        line=function.line,
        end_line=function.end_line,
        fingerprint=hashed(gate, function.file, function.name),
    )
