from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.quality import lines
from headway.quality.new_code import ChangedFile, Diff, coverage, is_source, is_test
from headway.quality.report import FileCoverage

numbers = st.sets(st.integers(1, 60))


@given(numbers, numbers, numbers)
def test_only_coverable_changed_lines_count(
    changed: set[int], coverable: set[int], ran: set[int]
) -> None:
    ran &= coverable
    file = FileCoverage(path="a.py", coverable=lines.pack(coverable), covered=lines.pack(ran))
    one = ChangedFile(path="a.py", change="modified", lines=lines.pack(changed))
    counted = coverage(Diff(files=(one,)), [file])
    assert counted.total == len(changed & coverable)
    assert counted.hit == len(changed & ran)
    assert set(counted.missing.get("a.py", ())) == (changed & coverable) - ran
    assert 0 <= counted.percent <= 100


def test_files_that_coverage_does_not_know_and_those_that_did_not_change() -> None:
    file = FileCoverage(path="a.py", coverable=lines.pack([1]), covered=b"")
    other = ChangedFile(path="b.py", change="added", lines=lines.pack([1]))
    counted = coverage(Diff(files=(other,)), [file])
    assert (counted.total, counted.percent) == (0, 100)


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_cart.py", "src/test_cart.py", "cart_test.go", "web/cart.spec.ts",
        "web/__tests__/cart.js", "src/test/java/CartTest.java", "spec/cart_spec.rb", "CartIT.java",
        "e2e/buy.ts", "conftest.py",
    ],
)  # fmt: skip
def test_tests(path: str) -> None:
    assert is_test(path)
    assert not is_source(path)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("src/shop/cart.py", True),
        ("contest.py", True),
        ("src/latest/attest.go", True),
        ("web/App.TSX", True),
        ("README.md", False),
        ("package.json", False),
        ("Dockerfile", False),
        ("types/index.d.ts", False),
        ("src/shop/__init__.py", False),
        ("vite.config.ts", False),
    ],
)
def test_sources(path: str, source: bool) -> None:
    assert is_source(path) is source
    assert not is_test(path)
