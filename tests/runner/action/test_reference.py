"""What a `uses:` names."""

import pytest

from headway.runner.action.reference import Reference, parse

GITHUB = "https://github.com"


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        ("octo/act@v1", Reference(GITHUB, "octo", "act", "", "v1")),
        ("octo/act/a/b@x/y", Reference(GITHUB, "octo", "act", "a/b", "x/y")),
        (
            "octo/act/.github/workflows/ci.yml@main",
            Reference(GITHUB, "octo", "act", ".github/workflows/ci.yml", "main"),
        ),
        (
            "https://code.example.com/octo/act/sub@v1",
            Reference("https://code.example.com", "octo", "act", "sub", "v1"),
        ),
        ("./octo/act", None),
        ("$/octo/act", None),
        ("docker://octo/act@sha256:0", None),
        ("octo/act", None),
        ("octo@v1", None),
        ("octo/../act@v1", None),
        ("../../etc@v1", None),
        ("octo/act@..", None),
        ("octo/act@a/../b", None),
        ("https://../octo/act@v1", None),
        ("https:///octo/act@v1", None),
        ("ext://sh/octo/act@v1", None),
        ("https://me:secret@example.com/octo/act@v1", None),
    ],
)
def test_parse(uses, expected):
    assert parse(uses) == expected


@pytest.mark.parametrize(
    ("uses", "key", "folder"),
    [
        ("Octo/Act/sub@V1", "octo/act@V1", "github.com/octo/act"),
        (
            "http://h.example.com:8080/a/b@v1",
            "http://h.example.com:8080/a/b@v1",
            "h.example.com_8080/a/b",
        ),
    ],
)
def test_names_of_a_repository(uses, key, folder):
    reference = parse(uses)
    assert (reference.key, reference.repository) == (key, folder)


def test_a_full_commit_needs_no_question():
    assert parse(f"a/b@{'AB' * 20}").commit == "ab" * 20
    assert parse("a/b@abababa").commit == ""
