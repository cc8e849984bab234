"""What the judge answers, and how it says so."""

from __future__ import annotations

import msgspec
import pytest
from fabricated import USUAL, ZERO, counts, rollout
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from headway.delivery import assessment
from headway.delivery.analysis import sentences
from headway.delivery.analysis.assessment import Column
from headway.delivery.analysis.judge import Judge, Sample, judge, replay
from headway.delivery.analysis.settings import Analysis, Burn, Compare, Limits, Query
from headway.units import Duration, Share


def last(samples, settings: Analysis | None = None):
    return replay(samples, settings or Analysis())[-1]


def marked(samples, **changes):
    return [replace(sample, **changes) for sample in samples]


def test_a_good_version_may_go_on():
    said = last(rollout(1, 30))
    assert said.answer == "continue"
    assert said.reasons[0].startswith("errors: ")
    assert "limit 100" in said.reasons[0]


def test_a_bad_one_is_taken_back_with_the_figures():
    said = last(rollout(1, 60, errors=(0.002, 0.2)))
    assert said.answer == "rollback"
    assert said.reasons[0].startswith("errors: ")
    assert "at most 1 % of good releases are rolled back" in said.reasons[0]
    assert said.columns[0].name == "errors"
    assert said.evidence >= 100
    assert isinstance(said, assessment.Assessment)


def test_a_slow_one_names_the_bound():
    said = last(rollout(1, 60, slower=(USUAL, (0.95, 0.7, 0.1, 0.001))))
    assert said.answer == "rollback"
    assert said.reasons[0].startswith("slower than 100 ms: ")


def test_too_little_traffic_is_never_a_pass():
    said = last(rollout(1, 20, served=(9, 1)))
    assert said.answer == "inconclusive"
    assert said.reasons == (
        "too little traffic to say: 20 of 60 canary requests; at 1/s the rest takes about 40s",
    )
    assert said.wait == pytest.approx(40.0)


def test_no_traffic_has_no_end():
    said = last(rollout(1, 5, served=(9, 0)))
    assert said.reasons[0].endswith("0 of 60 canary requests, and none come in just now")
    assert said.wait is None


def test_doubt_waits():
    answers = [one.answer for one in replay(rollout(3, 90, errors=(0.002, 0.012)), Analysis())]
    assert "inconclusive" in answers[answers.index("continue") : answers.index("rollback")]


def test_silence_is_no_good_news():
    samples = list(rollout(1, 30))
    said = last([*samples, *(Sample(t=t) for t in (35.0, 45.0))])
    assert said.answer == "inconclusive"
    assert said.reasons[0] == "no counts of the canary for 15s: nothing can be said"


def test_once_it_is_enough_it_stays_so():
    samples = list(rollout(1, 30, errors=(0.002, 0.3)))
    after = samples[-1]
    better = [
        replace(
            after,
            t=31.0 + n,
            canary=counts(after.canary.requests + 50 * n, after.canary.errors),
        )
        for n in range(200)
    ]
    assert last([*samples, *better]).answer == "rollback"


ERRORS = Analysis(
    compare=Compare(enabled=False), limits=Limits(error_rate=Share(0.05), p95=Duration(0.25))
)


@pytest.mark.parametrize(
    ("what", "answer", "reason"),
    [
        ({"errors": (0.0, 0.2)}, "rollback", "the limit is 5 %"),
        ({"errors": (0.2, 0.2)}, "inconclusive", "too: both suffer, the release isn't why"),
        ({"errors": (0.0, 0.062)}, "inconclusive", "with so few requests it may be chance"),
        ({"errors": (0.2, 0.0)}, "continue", "no limit is broken"),
        ({"slower": (USUAL, (0.9, 0.9, 0.3, 0))}, "rollback", "the limit is 250 ms"),
        ({"slower": ((0.9, 0.9, 0.3, 0),) * 2}, "inconclusive", "both suffer"),
    ],
)
def test_hard_limits(what, answer, reason):
    said = last(rollout(2, 40, **what), ERRORS)
    assert (said.answer, reason in said.reasons[0]) == (answer, True), said.reasons


def test_a_latency_limit_says_what_is_known():
    said = last(rollout(2, 40, slower=(USUAL, (0.9, 0.9, 0.3, 0))), ERRORS)
    assert said.reasons[0].startswith("p95: ")
    assert "(between 250 ms and 1 s)" in said.reasons[0]


def test_few_requests_break_no_limit():
    assert last(rollout(2, 15, errors=(0, 1.0), served=(9, 1)), ERRORS).answer == "inconclusive"


MEMORY = Analysis(limits=Limits(queries={"memory": Query(command="x", max=512.0, unit="MiB")}))


@pytest.mark.parametrize(
    ("values", "answer", "reason"),
    [
        ([600.0, 600.0, 600.0], "rollback", "at most 512 MiB is allowed; 3 of 3 times in a row"),
        ([600.0, 600.0, 500.0, 600.0], "inconclusive", "600 MiB, at most 512 MiB is allowed"),
        ([600.0, 600.0, 500.0], "continue", "errors"),
        ([500.0, None], "inconclusive", "memory: no answer; nothing can be said of it"),
        ([float("nan")] * 3, "inconclusive", "memory: no answer; nothing can be said of it"),
    ],
)
def test_own_queries(values, answer, reason):
    samples = list(rollout(1, 30))
    asked = [replace(s, answers={"memory": v}) for s, v in zip(samples[5:], values, strict=False)]
    said = last([*samples[:5], *asked, *samples[5 + len(values) :]], MEMORY)
    assert (said.answer, reason in said.reasons[0]) == (answer, True), said.reasons


BURNING = Analysis(burn=Burn(objective=Share(0.999)))


@pytest.mark.parametrize(
    ("errors", "answer"), [(0.001, "continue"), (0.01, "continue"), (0.05, "rollback")]
)
def test_after_all_traffic_the_error_budget_decides(errors, answer):
    samples = list(rollout(4, 90, errors=(0.0, errors), served=(0, 100)))
    said = last(marked(samples, alone=True, share=10000), BURNING)
    assert said.answer == answer
    if answer == "rollback":
        assert "times as fast as it lasts (0.1 % may fail); the limit is 14.4 times" in "".join(
            said.reasons
        )


EARLY = Analysis(
    compare=Compare(promote_early=Share(0.02), promote_early_latency=Share(0.1)),
)


def test_what_is_proven_good_needn_t_wait():
    answers = [one.answer for one in replay(rollout(5, 150), EARLY)]
    assert "promote" in answers
    assert "promote" not in [one.answer for one in replay(rollout(5, 150), Analysis())]


def test_a_worse_one_rarely_passes_as_proven():
    """At the margin of 2 points: 5 % may pass; more than 9 of 60 would have a chance of 0.1 %."""
    passed = 0
    for seed in range(60):
        state = judge(EARLY)
        for sample in rollout(seed, 60, errors=(0.01, 0.03), slower=((0, 0, 0, 0),) * 2):
            state = state.observe(sample)
        passed += state.proof.proven
    assert passed <= 9


def test_a_slower_one_isn_t_proven_good():
    samples = rollout(6, 120, slower=(USUAL, (0.8, 0.45, 0.02, 0.001)))
    assert "promote" not in [one.answer for one in replay(samples, EARLY)]


KEPT = list(rollout(7, 40, errors=(0.002, 0.03)))


@given(st.integers(0, 39), st.sampled_from([Analysis(), EARLY, ERRORS, BURNING]))
def test_kept_and_read_back_it_says_the_same(at, settings):
    state, said = judge(settings), []
    for sample in KEPT:
        state = state.observe(sample)
        said.append(state.assess())
        if sample.t == at:
            state = msgspec.json.decode(msgspec.json.encode(state), type=Judge)
    assert said == replay(KEPT, settings)


def test_samples_can_be_written_down():
    plain = [state.last for state in states(KEPT)]
    again = msgspec.json.decode(msgspec.json.encode(plain), type=list[Sample])
    assert replay(again, Analysis()) == replay(KEPT, Analysis())


def states(samples):
    state = judge(Analysis())
    for sample in samples:
        state = state.observe(sample)
        yield state


def test_before_anything_was_seen():
    assert judge(Analysis()).assess().answer == "inconclusive"
    first = judge(Analysis()).observe(Sample(t=0.0, stable=ZERO)).assess()
    assert first.answer == "inconclusive"


COLUMN = Column(
    name="errors",
    evidence=312.4,
    bad_canary=493,
    of_canary=12031,
    bad_stable=217,
    of_stable=108442,
    ratio=1.1,
    rise=0.001,
)


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        (
            sentences.worse(COLUMN, 312.4, 100.0, 0.01),
            "errors: 4.1 % against 0.2 % (12,031 and 108,442 requests), up to 0.32 % is tolerated;"
            " evidence 312, limit 100; at most 1 % of good releases are rolled back",
        ),
        (
            sentences.doubtful(replace(COLUMN, name="over 250 ms", seconds=60.0), 7.25, 4.0, 100.0),
            "slower than 250 ms: 4.1 % against 0.2 % (12,031 and 108,442 requests in 1m), up to"
            " 0.32 % is tolerated; evidence 7.2: from 4 on it waits, at 100 it rolls back",
        ),
        (
            sentences.fine(COLUMN, 0.02, 100.0),
            "errors: 4.1 % against 0.2 % (12,031 and 108,442 requests); evidence 0.0 that it is"
            " worse, limit 100",
        ),
        (
            sentences.proven(0.01, 25.0, 20.0),
            "errors rose by less than 1 points, if at all: evidence 25, limit 20; at most 5 % of"
            " worse releases pass so",
        ),
        (sentences.percent(0.00004), "0.004 %"),
        (sentences.percent(1.0), "100 %"),
        (sentences.percent(0.0), "0 %"),
        (sentences.milliseconds(1500.0), "1.5 s"),
        (sentences.strength(3e8), "more than a million"),
        (sentences.about(3661.0), "about 1h1m"),
        (
            sentences.too_few(3, 60, 0.05)[0],
            "too little traffic to say: 3 of 60 canary requests; at 3 a minute the rest takes"
            " about 19m",
        ),
    ],
)
def test_sentences(sentence, text):
    assert sentence == text
