import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.runner.action.builtin.semver import Range, Version, best

VERSIONS = [
    *("0.0.3", "0.2.3", "0.3.0", "1.2.3", "1.2.9", "1.3.0", "2.0.0", "2.0.0-rc.1", "2.0.0-rc.2"),
    *("3.12.1", "3.13.0-rc1"),
]


@pytest.mark.parametrize(
    ("spec", "allowed"),
    [  # checked against npm's own
        ("1.2", "1.2.3 1.2.9"),
        ("1.x", "1.2.3 1.2.9 1.3.0"),
        ("1.2.3", "1.2.3"),
        ("=v1.2.3", "1.2.3"),
        ("*", "0.0.3 0.2.3 0.3.0 1.2.3 1.2.9 1.3.0 2.0.0 3.12.1"),
        ("", "0.0.3 0.2.3 0.3.0 1.2.3 1.2.9 1.3.0 2.0.0 3.12.1"),
        ("~1.2.5", "1.2.9"),
        ("~1", "1.2.3 1.2.9 1.3.0"),
        ("~=1.2", "1.2.3 1.2.9"),
        ("^1.2.5", "1.2.9 1.3.0"),
        ("^0.2.1", "0.2.3"),
        ("^0.0.3", "0.0.3"),
        (">1.2", "1.3.0 2.0.0 3.12.1"),
        (">= 1.3 <3", "1.3.0 2.0.0"),
        ("<=1.2", "0.0.3 0.2.3 0.3.0 1.2.3 1.2.9"),
        ("<1", "0.0.3 0.2.3 0.3.0"),
        ("1.2.4 - 2", "1.2.9 1.3.0 2.0.0"),
        ("0.2 || 3", "0.2.3 3.12.1"),
        (">=2.0.0-rc.2", "2.0.0 2.0.0-rc.2 3.12.1"),
        ("2.0.0-rc.1", "2.0.0-rc.1"),
        ("~3.13.0-0", "3.13.0-rc1"),
        (">3 <3", ""),
        ("1 || nonsense", "1.2.3 1.2.9 1.3.0"),
    ],
)
def test_ranges(spec, allowed):
    wanted = Range.parse(spec)
    assert wanted is not None
    assert [v for v in VERSIONS if wanted.allows(Version.parse(v))] == allowed.split()


@pytest.mark.parametrize("spec", ["nonsense", "lts/*", "x.1", "1.2.3.4", "!=3.9"])
def test_what_is_no_range(spec):
    assert Range.parse(spec) is None
    assert best(spec, [Version(1, 2, 3)]) is None


def test_the_best():
    versions = [Version.parse(v) for v in VERSIONS]
    assert str(best(">=1", versions)) == "3.12.1"
    assert str(best("2.0.0-rc.1 || 2.0.0-rc.2", versions)) == "2.0.0-rc.2"


def test_order():
    words = "1.0.0-1 1.0.0-2 1.0.0-10 1.0.0-a 1.0.0-a.1 1.0.0-b 1.0.0 1.0.1-0 1.0.1".split()
    assert sorted(words[4:] + words[:4], key=lambda v: Version.parse(v).order) == words


@given(st.text("0123456789.x*<>=~^|- v", max_size=20))
def test_any_text_is_a_range_or_none(text):
    wanted = Range.parse(text)
    assert wanted is None or wanted.allows(Version(1, 2, 3)) in (True, False)
