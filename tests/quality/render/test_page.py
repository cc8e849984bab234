"""The HTML page: all of it is there, nothing of it is markup that a tool wrote."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.quality.render.page import page, plot
from headway.quality.render.page.sources import marks
from headway.quality.report import LoadResult, TestCase

from . import made

VOID = {"meta", "link", "br", "img", "input", "progress", "circle", "polyline", "line"}


class Reader(HTMLParser):
    """Elements, attributes and text of a page; says when something is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.scripts: dict[str, str] = {}
        self._open: list[str] = []
        self._script: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag == "script":
            self._script = attributes.get("id") or ""

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self.scripts[self._script] = data
            self._script = None
        else:
            self.text.append(data)

    def tables(self) -> dict[str, Any]:
        kind = next(a["type"] for t, a in self.elements if t == "script" and a["id"] == "tables")
        text = self.scripts["tables"]
        if kind == "text/plain":
            text = zlib.decompress(b64decode(text)).decode()
        return {table["id"]: table for table in json.loads(text)}


def tags(html: str) -> list[str]:
    return [name for name, _ in Reader(html).elements]


def test_everything_is_on_it() -> None:
    html = page(made.everything(), title="shop", verdict=made.verdict())
    read = Reader(html)
    whole = " ".join(" ".join(read.text).split())
    for text in (
        "shop failed",
        "main 4a0e5c1, 2026-11-21T05:00:00Z",
        "test_tax",
        "AssertionError: 3 != 4",
        "80 % of 10 lines",
        "CVE-2026-1",
        "unused import (fixed in 0.12.3)",
        "Cart.add",
        "a.py:1-9 = b.py:3-11",
        "p95",
        "61 ms",
        "BROKEN: p(95)<60",
        "coverage is 78.4 %, 1.6 points under the minimum of 80 %",
        "B101 in tests/**",
    ):
        assert text in whole, text
    assert [a["id"] for t, a in read.elements if t == "section"] == [
        *("gates", "tests", "coverage", "findings", "load"),
        *("complexity", "duplication", "components", "reports"),
    ]
    assert "svg" in tags(html)


def test_it_needs_nothing_from_anywhere() -> None:
    read = Reader(page(made.everything(), verdict=made.verdict()))
    policy = next(a["content"] for _, a in read.elements if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    loads = [a for _, a in read.elements if "src" in a or a.get("rel") == "stylesheet"]
    assert not loads
    links = {a["href"] for t, a in read.elements if t == "a"}
    assert {link for link in links if link and not link.startswith("#")} == {
        "https://example.com/CVE-2026-1"
    }


def test_headings_and_tables_say_what_they_are() -> None:
    """For screen readers: a language, a main part, captions, scopes, no skipped levels."""
    read = Reader(page(made.everything()))
    names = [name for name, _ in read.elements]
    assert ("html", {"lang": "en"}) in read.elements
    assert names.count("main") == 1
    assert names.count("table") == names.count("caption")
    assert all(a.get("scope") == "col" for t, a in read.elements if t == "th")
    assert all(a.get("aria-labelledby") for t, a in read.elements if t == "section")
    assert [n for n in names if re.fullmatch("h[1-6]", n)][:2] == ["h1", "h2"]


def test_source_lines_with_what_ran() -> None:
    coverage = made.covered("src/cart.py", 3, 2, "2:1/2")
    evidence = made.of(made.report("coverage", coverage=(coverage,)))
    asked: list[str] = []

    def source_of(path: str) -> str:
        asked.append(path)
        return "a = 1\nif a:\n    b = '</script>'\n"

    read = Reader(page(evidence, source_of=source_of))
    assert asked == ["src/cart.py"]
    (packed,) = json.loads(read.scripts["sources"])
    text = zlib.decompress(b64decode(packed)).decode()
    assert text == "+~- \na = 1\nif a:\n    b = '</script>'\n"
    assert read.tables()["t-coverage"]["rows"][0][0] == ["src/cart.py", 0]


def test_a_file_that_is_not_there_has_no_source() -> None:
    evidence = made.of(made.report("coverage", coverage=(made.covered("a.py", 3, 1),)))
    read = Reader(page(evidence, source_of=lambda path: None))
    assert read.tables()["t-coverage"]["rows"][0][0] == ["a.py", -1]


def test_lines_beyond_the_end_of_the_file() -> None:
    assert marks(made.covered("a.py", 9, 9), 3) == "+++"


HOSTILE = "</td></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'`&amp;\x00\u202e"


def hostile(text: str) -> str:
    """A page with this text wherever a tool can put one."""
    evidence = made.of(
        made.report("tests", tests=(TestCase(id=text, name=text, outcome="failed", message=text),)),
        made.report("coverage", coverage=(made.covered(text, 3, 1),)),
        made.report(
            "findings",
            findings=(made.finding(text, message=text, file=text, url=f"javascript:{text}"),),
        ),
        made.report(
            "load",
            "k6",
            load=(LoadResult(name=text, requests=1, percentiles={"50": 1.0, "99": 2.0}),),
        ),
    )
    return page(evidence, title=text, source_of=lambda path: text)


def test_hostile_names_are_only_text() -> None:
    harmless = Reader(hostile("x"))
    read = Reader(hostile(HOSTILE))
    assert [tag for tag, _ in read.elements].count("script") == 3
    assert "img" not in [tag for tag, _ in read.elements]
    wanted = {name for _, attributes in harmless.elements for name in attributes}
    assert {name for _, attributes in read.elements for name in attributes} <= wanted
    assert not [a for t, a in read.elements if t == "a" and "javascript" in str(a.get("href"))]
    assert "\u202e" not in hostile(HOSTILE)


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_no_text_becomes_markup(text: str) -> None:
    read = Reader(hostile(text))
    names = {name for name, _ in read.elements}
    assert names <= {name for name, _ in Reader(hostile("x")).elements} | {
        "details",
        "summary",
        "pre",
    }
    assert [name for name, _ in read.elements].count("script") == 3


def test_a_large_project_stays_a_small_page() -> None:
    tests = tuple(
        made.case(f"tests.test_{n // 50}::test_{n}", seconds=n / 100) for n in range(5000)
    )
    coverage = tuple(made.covered(f"src/part/module_{n:04}.py", 100, n % 100) for n in range(2000))
    findings = tuple(
        made.finding(
            f"E{n % 60:03}",
            file=f"src/part/module_{n % 2000:04}.py",
            line=n % 100 + 1,
            message=f"problem number {n}",
        )
        for n in range(10_000)
    )
    evidence = made.of(
        made.report("tests", tests=tests),
        made.report("coverage", coverage=coverage),
        made.report("findings", findings=findings),
    )
    source = "".join(f"    value_{n} = compute({n})\n" for n in range(100))
    html = page(evidence, source_of=lambda path: f"# {path}\n{source}")
    assert len(html) < 3_000_000
    read = Reader(html)
    assert [name for name, _ in read.elements].count("tr") < 400  # the script shows the others
    assert len(read.tables()["t-findings"]["rows"]) == 10_000
    assert "4,900 more rows need JavaScript." in " ".join(read.text)


@pytest.mark.parametrize(
    "results",
    [
        [],
        [LoadResult(requests=1)],
        [LoadResult(requests=1, percentiles={"50": 0.0, "99": 0.0})],
        [LoadResult(requests=1, percentiles={"odd": 3.0, "99": 1.0})],
    ],
)
def test_nothing_to_plot(results: list[LoadResult]) -> None:
    assert plot.percentiles(results) == ""


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["50", "75", "90", "95", "99", "99.9"]),
            st.floats(0.001, 1e7),
            min_size=2,
        ),
        min_size=1,
        max_size=12,
    )
)
def test_plots_stay_inside_their_frame(runs: list[dict[str, float]]) -> None:
    svg = plot.percentiles([LoadResult(name=str(n), percentiles=p) for n, p in enumerate(runs)])
    for points in re.findall(r'points="([^"]+)"', svg):
        for pair in points.split():
            x, y = map(float, pair.split(","))
            assert plot.LEFT <= x <= plot.WIDTH - plot.RIGHT
            assert plot.TOP - 0.1 <= y <= plot.HEIGHT - plot.BOTTOM + 0.1
