"""Curves for terminals and pages."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from fabricated import rollout
from msgspec.structs import replace

from headway.delivery.analysis import plot
from headway.delivery.analysis.judge import replay
from headway.delivery.analysis.settings import Analysis

BAD = replay(rollout(1, 40, errors=(0.002, 0.2)), Analysis())


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█"),
        ([1, 1, 1], "███"),
        ([0, 0], "▁▁"),
        ([0, None, 4], "▁ █"),
        ([], ""),
        ([None], ""),
    ],
)
def test_sparklines(values, line):
    assert plot.sparkline(values) == line


def test_a_peak_is_never_lost():
    assert "█" in plot.sparkline([0.0] * 500 + [9.0] + [0.0] * 500, 20)


def test_the_terminal_shows_each_curve_and_what_was_said():
    lines = plot.terminal(BAD, 80).splitlines()
    assert [line.split("  ")[0] for line in lines[:-1]] == [
        "evidence",
        "errors, stable",
        "errors, canary",
        "p95, stable",
        "p95, canary",
        "traffic",
    ]
    assert lines[-1].startswith("rollback: errors: ")
    assert "(rolls back at 100)" in lines[0]
    assert plot.terminal([]) == "nothing was seen yet"


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.words.append(data)


def test_the_page_needs_nothing_from_elsewhere():
    page = plot.html("v2 <to> production", BAD, ["Release v2 & its reason"])
    reader = Reader()
    reader.feed(page)
    assert reader.tags.count("svg") == 4
    assert "script" not in reader.tags
    assert "v2 <to> production" in reader.words
    assert not re.search(r"(src|href)=|url\(|@import", page)


def test_plots_are_well_formed_and_marked():
    said = [replace(BAD[0], mark="step 1 <10 %>"), *BAD[1:]]
    for panel in plot.panels(said[-1]):
        drawn = ElementTree.fromstring(plot.svg(panel, said))
        assert [t.text for t in drawn.iter("title")] == ["step 1 <10 %>"]
        assert all(path.get("d", "").startswith("M") for path in drawn.iter("path"))


def test_what_was_decided_is_listed():
    page = plot.html("x", BAD)
    assert page.count('class="rollback"') == 1
    assert "too little traffic to say" in page


def test_a_page_of_nothing():
    assert "Nothing was seen yet." in plot.html("x", [])
    assert "<svg" in plot.html("x", BAD[:1])
