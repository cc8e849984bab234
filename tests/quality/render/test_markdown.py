"""The comment on a pull request: its parts, its size, and that no tool can write into it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from headway.quality.render import markdown
from headway.quality.render.changes import Changes, since
from headway.quality.render.markdown import Matter

from . import made


def matter(**fields: object) -> Matter:
    given = {"verdict": made.verdict(), "evidence": made.everything(), **fields}
    return Matter(**given)  # type: ignore[arg-type]


def html(body: str) -> str:
    """As GitHub's Markdown would show it."""
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(body)


def test_the_parts() -> None:
    body = markdown.comment(matter(replay="headway gate --replay abc"))
    first, head = body.split("\n")[:2]
    assert first == "<!-- headway-gate -->"
    assert head == "## ❌ Gate failed: 1 of 4 gates (coverage.min) for `main 4a0e5c1`"
    rows = [line for line in body.split("\n") if line.startswith("| ") and "`" in line]
    assert rows[0] == (
        "| ❌ | `coverage.min` | 78.4 % | at least 80 % | -1.6 points"
        " | coverage is 78.4 %, 1.6 points under the minimum of 80 % |"
    )
    assert [re.findall("`([a-z_.]+)`", row)[0] for row in rows[:4]] == [
        "coverage.min",
        "vulnerabilities.high",
        "tests.flaky",
        "lint.errors",
    ]
    for text in (
        "<summary>1 gate passed</summary>",
        "src/cart.py:9 is not run",
        "test what is missing",
        "1 waiver used",
        "1 critical × 10 = 10",
        "8 reports",
        "headway gate --replay abc",
    ):
        assert text in body, text


def test_what_changed_since_the_base() -> None:
    before = made.of(
        made.report("coverage", coverage=(made.covered("src/cart.py", 10, 9),)),
        made.report("findings", findings=(made.finding("OLD"),)),
    )
    now = made.everything()
    body = markdown.comment(matter(changes=since(now, before), base="c0ffee" * 6))
    assert "### Since `c0ffeec`" in body
    assert "| coverage | 90 % | 80 % | -10 points 🔻 |" in body
    assert "<summary>2 new findings</summary>" in body
    assert "- **medium** `src/cart.py:3` `F401` unused import" in body
    assert "<summary>1 finding fixed</summary>" in body
    assert "Not compared, for lack of a report on one side: pip-audit" in body


def test_nothing_changed() -> None:
    body = markdown.comment(matter(changes=Changes()))
    assert "Nothing measured has changed." in body


def test_several_comments_on_one_pull_request() -> None:
    assert markdown.comment(matter(), name="back end").startswith(
        "<!-- headway-gate: back-end -->\n"
    )


def test_it_is_never_longer_than_github_takes() -> None:
    findings = tuple(made.finding(f"R{n}", message="é" * 180, line=n + 1) for n in range(10_000))
    results = [
        replace(made.FAILED, gate=f"rules.rule_{n}", message="ü" * 300, details=("ß" * 500,) * 10)
        for n in range(120)
    ]
    now = made.of(made.report("findings", findings=findings))
    before = made.of(made.report("findings"))
    whole = matter(verdict=made.verdict(*results), evidence=now, changes=since(now, before))
    body = markdown.comment(whole)
    assert len(body.encode()) <= 65_536
    assert body.startswith(markdown.MARKER)
    assert body.count("<details>") == body.count("</details>")
    assert "… 9,9" in body
    assert len(markdown.comment(whole, limit=2000).encode()) <= 2000
    assert len(markdown.summary(whole).encode()) <= 1 << 20


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "</details></details><img src=x>",
        "@everyone look at #12",
        "![x](https://example.com/x.png)",
        "https://example.com www.example.com",
        "a | b | c",
        "`code` **bold** _it_ ~~gone~~ [link](http://x)",
        "line\n\n# heading\n- [ ] task",
        "```\nfence",
        "<!-- headway-gate -->",
        "\\",
    ],
)
def test_names_and_messages_are_only_text(text: str) -> None:
    shown = html(markdown.comment(hostile(text)))
    assert_harmless(shown)


def hostile(text: str) -> Matter:
    case = made.case(text or "x", "failed", message=text)
    now = made.of(
        made.report("findings", findings=(made.finding(text, message=text, file=text),)),
        made.report("tests", tests=(case,)),
    )
    before = made.of(made.report("findings"), made.report("tests", tests=(made.case("other"),)))
    result = replace(made.FAILED, gate=text, message=text, hint=text, details=(text, text))
    verdict = made.verdict(result, made.PASSED)
    return matter(verdict=verdict, evidence=now, changes=since(now, before))


def assert_harmless(shown: str) -> None:
    allowed = "h2|h3|p|code|table|thead|tbody|tr|th|td|details|summary|ul|li|strong|em|sub|br"
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z][a-zA-Z0-9]*)", re.sub(r"<!--.*?-->", "", shown)))
    assert tags <= set(allowed.split("|")), tags
    assert shown.count("<!--") == 1
    plain = re.sub(r"<code>.*?</code>", "", shown, flags=re.S)
    assert not re.search(r"@\w|#\d|https?://|www\.", plain)


@settings(max_examples=80)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_no_text_formats(text: str) -> None:
    assert_harmless(html(markdown.comment(hostile(text))))


@given(st.text(alphabet="`| a", max_size=20))
def test_code_is_one_span(text: str) -> None:
    shown = html(markdown.code(text))
    assert shown.count("<code>") == (1 if text.strip() else 0)
