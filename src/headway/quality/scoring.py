"""Gates that judge a score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from headway.quality.case import Case, together
from headway.quality.gate import Answer, Limit, compared, falling, limit
from headway.quality.settings import Score as Section
from headway.quality.settings import Subject
from headway.quality.words import number
from headway.verdict import Result, Score

# The reports that a score is made from.
SECURITY: tuple[Subject, ...] = ("security", "vulnerabilities", "secrets")
QUALITY: tuple[Subject, ...] = (
    "tests",
    "coverage",
    "lint",
    "types",
    "complexity",
    "duplication",
)


def judged(
    case: Case, name: str, score: Score, section: Section, subjects: Sequence[Subject]
) -> Iterator[Result]:
    """`NAME.min` and `NAME.target`."""
    least = limit(case, f"{name}.min", section.min, section)
    if least is not None:
        yield from _judge(case, score, least, subjects)
    target = limit(case, f"{name}.target", section.target, section)
    if target is not None:
        aim = replace(target, blocking=False, required=False)
        for result in _judge(case, score, aim, subjects):
            yield replace(result, message=result.message.replace("minimum", "target"))


def _judge(case: Case, score: Score, least: Limit, subjects: Sequence[Subject]) -> Iterator[Result]:
    found = Answer(
        limit=least,
        subject=subjects[0],
        sources=together(case, subjects),
        value=score.value,
        measure=f"score.{score.name}",
        hint=_hint(score),
        details=(score.arithmetic, *(_line(part.name, part.arithmetic) for part in score.parts)),
    )
    under, within = compared(f"the {score.name} score", score.value, least.value, "", "%")
    yield from falling(found, under=under, within=within)


def _hint(score: Score) -> str:
    """What would raise it most."""
    most = max(score.parts, key=lambda part: part.cost)
    return f"{most.name} cost most: {number(most.cost)} points" if most.cost else ""


def _line(name: str, arithmetic: str) -> str:
    return f"{name}: {arithmetic}"
