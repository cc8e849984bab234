"""How a matrix becomes combinations."""

import pytest

from headway.errors import HeadwayError
from headway.workflow.matrix import expand, suffix

FRUIT = {"fruit": ["apple", "pear"], "animal": ["cat", "dog"]}


@pytest.mark.parametrize(
    ("matrix", "combinations"),
    [
        (None, [{}]),
        ({"a": [1, 2], "b": ["x"]}, [{"a": 1, "b": "x"}, {"a": 2, "b": "x"}]),
        (
            {"a": [1, 2], "b": ["x", "y"], "exclude": [{"a": 1}, {"a": 2, "b": "y"}]},
            [{"a": 2, "b": "x"}],
        ),
        ({"include": [{"site": "p"}, {"site": "s"}]}, [{"site": "p"}, {"site": "s"}]),
        # The example of GitHub's page: added to all, to those that fit, or alone.
        (
            {
                **FRUIT,
                "include": [
                    {"color": "green"},
                    {"color": "pink", "animal": "cat"},
                    {"fruit": "apple", "shape": "circle"},
                    {"fruit": "banana"},
                    {"fruit": "banana", "animal": "cat"},
                ],
            },
            [
                {"fruit": "apple", "animal": "cat", "color": "pink", "shape": "circle"},
                {"fruit": "apple", "animal": "dog", "color": "green", "shape": "circle"},
                {"fruit": "pear", "animal": "cat", "color": "pink"},
                {"fruit": "pear", "animal": "dog", "color": "green"},
                {"fruit": "banana"},
                {"fruit": "banana", "animal": "cat"},
            ],
        ),
        (
            {
                "os": [{"name": "u", "v": 1}, {"name": "d", "v": 2}],
                "exclude": [{"os": {"name": "u"}}],
            },
            [{"os": {"name": "d", "v": 2}}],
        ),
        ({"flag": [True, 1], "exclude": [{"flag": True}]}, [{"flag": 1}]),
    ],
)
def test_combinations(matrix, combinations):
    assert expand(matrix) == combinations


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([1], "must be a mapping"),
        ({"a": "x"}, 'matrix "a" must be a list'),
        ({"a": []}, "is empty"),
        ({"a": [1], "include": "x"}, "list of mappings"),
        ({"a": list(range(300))}, "limit is 256"),
        ({c: list(range(50)) for c in "abcdef"}, "limit is 256"),
    ],
)
def test_refused(matrix, message):
    with pytest.raises(HeadwayError, match=message):
        expand(matrix)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, ""),
        ({"v": 3.11, "os": "ubuntu"}, "(3.11, ubuntu)"),
        ({"n": 3.0, "flag": True}, "(3, true)"),
        ({"os": {"name": "u", "v": 1}}, "(u, 1)"),
    ],
)
def test_suffix(values, text):
    assert suffix(values) == text
