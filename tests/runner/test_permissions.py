"""What a job may do by its `permissions`, and by where its pull request comes from."""

import pytest

from headway.runner import permissions


def pull(event, head):
    sides = {"head": {"repo": {"full_name": head}}, "base": {"repo": {"full_name": "Octo/shop"}}}
    return {"event_name": event, "event": {"pull_request": sides}}


@pytest.mark.parametrize(
    ("github", "fork"),
    [
        (pull("pull_request", "mallory/shop"), True),
        (pull("pull_request", "octo/shop"), False),
        (pull("pull_request_target", "mallory/shop"), False),
        ({"event_name": "push", "event": {}}, False),
        ({"event_name": "pull_request", "event": {}}, False),
        ({"event_name": "pull_request", "event": None}, False),
    ],
)
def test_pull_requests_of_forks(github, fork):
    assert permissions.is_from_fork(github) is fork


@pytest.mark.parametrize(
    ("given", "token", "identity"),
    [
        (None, "t", False),
        ({}, "", False),
        ({"contents": "none"}, "", False),
        ({"contents": "read"}, "t", False),
        ({"id-token": "write"}, "", True),
        ({"id-token": "write", "contents": "read"}, "t", True),
    ],
)
def test_what_a_token_is_withheld_for(given, token, identity):
    assert permissions.token("t", given) == token
    assert permissions.may_identify(given) is identity
