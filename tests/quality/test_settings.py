from __future__ import annotations

from datetime import date
from typing import get_args

import msgspec
import pytest
from msgspec import Struct

from headway.quality import settings
from headway.quality.gates import GATES
from headway.quality.settings import (
    DEFAULTS,
    Complexity,
    Coverage,
    Gates,
    Licenses,
    Performance,
    Ratchet,
    Rule,
    Score,
    Waiver,
    digest,
    merged,
)
from headway.quality.subject import BY_CATEGORY, BY_KIND, HINTS
from headway.units import Duration

from .gates import sample


def test_sections_and_gates_have_the_same_names() -> None:
    assert set(Gates.__struct_fields__) - {"report_only"} == set(GATES) - {"quarantine"}


def test_defaults_are_of_keys_that_there_are() -> None:
    for name in DEFAULTS:
        section, _, key = name.partition(".")
        assert key in getattr(Gates(), section).__struct_fields__


def every_struct() -> list[type[Struct]]:
    own = [one for one in vars(settings).values() if isinstance(one, type)]
    return [one for one in own if issubclass(one, Struct) and one.__module__ == settings.__name__]


@pytest.mark.parametrize("kind", every_struct(), ids=lambda kind: kind.__name__)
def test_every_key_is_described(kind: type[Struct]) -> None:
    if kind is settings.Default:
        return
    schema = msgspec.json.schema(kind, schema_hook=lambda kind: {"type": "string"})
    for own in schema["$defs"].values():
        for name, key in own.get("properties", {}).items():
            assert key.get("description"), name


def test_every_subject_has_its_words() -> None:
    subjects = set(get_args(settings.Subject))
    assert set(HINTS) == subjects
    assert set(BY_CATEGORY.values()) <= subjects
    assert {one for several in BY_KIND.values() for one in several} <= subjects


BASE = Gates(
    coverage=Coverage(min=80, target=90),
    complexity=Complexity(scope="changed"),
    licenses=Licenses(allow=("MIT",)),
    ratchets={"coverage.percent": Ratchet()},
    rules={"a": Rule(require="true")},
)


def test_an_environment_changes_what_it_writes() -> None:
    over = Gates(
        coverage=Coverage(min=90),
        security_score=Score(min=95),
        ratchets={"findings.lint": Ratchet(tolerance=2)},
        performance=Performance(p95=Duration(0.2)),
    )
    both = merged(BASE, over)
    assert both.coverage == Coverage(min=90, target=90)
    assert both.complexity.scope == "changed"
    assert both.licenses.allow == ("MIT",)
    assert set(both.ratchets) == {"coverage.percent", "findings.lint"}
    assert both.rules == BASE.rules
    assert (both.security_score.min, both.performance.p95) == (95, Duration(0.2))
    assert merged(BASE, Gates()) == BASE
    assert merged(Gates(), BASE) == BASE


def test_a_default_can_be_switched_off() -> None:
    off = Gates(coverage=Coverage(min="off"))
    assert merged(BASE, off).coverage.min == "off"


def test_equal_settings_have_the_same_digest() -> None:
    first = Gates(ratchets={"a": Ratchet(), "b": Ratchet()})
    second = Gates(ratchets={"b": Ratchet(), "a": Ratchet()})
    assert digest(first) == digest(second)
    assert digest(first) != digest(Gates())


@pytest.mark.parametrize(
    ("gates", "path", "message"),
    [
        (
            Gates(licenses=Licenses(allow=("MIT",), deny=("MIT",))),
            "licenses.deny",
            "MIT is both allowed and denied",
        ),
        (
            Gates(ratchets={"lines": Ratchet()}),
            "ratchets.lines",
            'it isn\'t known whether more of "lines" is better',
        ),
        (Gates(report_only=("covrage.min",)), "report_only", 'there is no gate "covrage.min"'),
        (Gates(ratchets={"lines": Ratchet(better="lower")}), "", ""),
        (Gates(report_only=("coverage.*", "*.target", "waivers.expired")), "", ""),
        (BASE, "", ""),
    ],
)
def test_mistakes_that_types_do_not_show(gates: Gates, path: str, message: str) -> None:
    found = [problem[:2] for problem in gates.problems()]
    assert found == ([(path, message)] if path else [])


def test_report_only() -> None:
    gates = Gates(report_only=("coverage.*",))
    verdict = sample.verdict(gates, sample.percent(100))
    assert verdict.outcome == "passed"
    assert any(one.outcome == "failed" and not one.blocking for one in verdict.results)


def test_a_section_that_does_not_block() -> None:
    gates = Gates(coverage=Coverage(blocking=False, min=80))
    assert sample.verdict(gates, sample.percent(100)).outcome == "passed"


def test_a_waivers_subject() -> None:
    until = date(2026, 1, 31)
    waiver = Waiver(rule="B101", path="tests/**", reason="r", owner="o", until=until)
    assert waiver.subject == "B101 in tests/**"
    assert Waiver(path="a.py", reason="r", owner="o", until=until).subject == "a.py"
