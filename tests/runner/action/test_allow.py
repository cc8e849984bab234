"""The list of actions that may be used, with GitHub's patterns."""

import pytest

from headway.runner.action.allow import refusal


@pytest.mark.parametrize(
    ("patterns", "name", "ref"),
    [
        (["octo/act"], "octo/act", "v1"),
        (["octo/*"], "Octo/Act", "v1"),
        (["octo*/*"], "octo-org/act", "v1"),
        (["*/act*@*"], "any/action", "v1"),
        (["octo/act@v1"], "octo/act", "v1"),
        (["github-owned"], "actions/checkout", "v4"),
        (["github-owned"], "github/codeql-action", "v3"),
        (["*"], "octo/act", "v1"),
        ([], "own/act", "v1"),
        (["!octo/bad"], "octo/good", "v1"),
        (["*", "!octo/act@v0*"], "octo/act", "v1"),
    ],
)
def test_allowed(patterns, name, ref):
    assert refusal(patterns, name, ref, "own") == ""


@pytest.mark.parametrize(
    ("patterns", "name", "ref", "reason"),
    [
        ([], "octo/act", "v1", "no pattern"),
        (["octo/act@v1"], "octo/act", "v2", "no pattern"),
        (["octo/act"], "octo/action", "v1", "no pattern"),
        (["octo/*", "!octo/act"], "octo/act", "v1", '"!octo/act" in actions.allow forbids it'),
        (["!octo/act"], "octo/act", "v1", "forbids it"),
        (["!own/old"], "own/old", "v1", "forbids it"),
        (["github-owned"], "octo/act", "v1", "no pattern"),
        (["verified"], "docker/login-action", "v3", "can't be known here"),
    ],
)
def test_refused(patterns, name, ref, reason):
    assert reason in refusal(patterns, name, ref, "own")
