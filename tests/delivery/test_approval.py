"""Who must say yes, and when they have."""

import pytest
from world import environment

from headway.delivery.approval import Vote, ignored, tally


def rule(**settings):
    return environment(approvals=settings).approvals


def yes(*people):
    return [Vote(by=person, yes=True) for person in people]


def no(person):
    return [Vote(by=person, yes=False, reason="not today")]


ANA_OR_BO = {"count": 1, "from": ["ana", "bo"]}
BOTH = {"count": 2, "from": ["ana", "bo"]}


@pytest.mark.parametrize(
    ("settings", "votes", "state", "text"),
    [
        ({}, [], "approved", "no approval is needed"),
        ({}, no("ana"), "approved", "no approval is needed"),
        ({"count": 1}, [], "waiting", "nobody has said yes; 1 of anybody, not dora must"),
        ({"count": 1}, yes("dora"), "waiting", "nobody has said yes; 1 of anybody, not dora must"),
        ({"count": 1, "own": True}, yes("dora"), "approved", "dora said yes"),
        ({"count": 1}, yes("ana"), "approved", "ana said yes"),
        (ANA_OR_BO, yes("cy"), "waiting", "nobody has said yes; 1 of ana and bo, not dora must"),
        (BOTH, yes("ana", "Ana", "ANA"), "waiting", "ana said yes; 1 of ana and bo, not dora must"),
        (BOTH, yes("ana", "bo"), "approved", "ana and bo said yes"),
        (BOTH, [*yes("ana"), *no("bo"), *yes("bo")], "rejected", "bo said no: not today"),
        (ANA_OR_BO, [*no("cy"), *yes("bo")], "approved", "bo said yes"),
        ({"count": 1}, no("dora"), "rejected", "dora said no: not today"),
    ],
)
def test_tally(settings, votes, state, text):
    found = tally(rule(**settings), votes, author="dora")
    assert (found.state, found.text) == (state, text)


def test_a_vote_that_does_not_count_is_explained():
    (cy,) = yes("cy")
    (dora,) = yes("dora")
    assert ignored(rule(**BOTH), cy) == "cy is not one of ana and bo"
    assert "somebody else must approve" in ignored(rule(count=1), dora, author="Dora")


def test_approvals_that_nobody_could_give():
    ((path, message, _),) = rule(**{"count": 2, "from": ["ana", "Ana"]}).problems()
    assert (path, message) == ("count", "2 must say yes, but only 1 may")
    ((path, _, _),) = rule(**{"from": ["ana"]}).problems()
    assert path == "from"
