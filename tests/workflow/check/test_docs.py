"""docs/lint.md: every rule has a section, and every example prints what the page says.

`HEADWAY_WRITE_DOCS=1 pytest tests/workflow/check/test_docs.py` writes the output down again.
"""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser
from pathlib import Path

import pytest

from headway.cli import lint
from headway.workflow.check import SUMMARIES

PAGE = Path(__file__).parents[3] / "docs" / "lint.md"
BLOCK = re.compile(r"^```(?P<kind>yaml|text) ?(?P<name>\S*)\n(?P<text>.*?)^```\n", re.M | re.S)


def sections() -> dict[str, str]:
    """Rule → body. Headings are told from the comments in examples by their level."""
    body = PAGE.read_text().partition("\n# Rules\n")[2]
    parts = re.split(r"^#{2,3} (.*)\n", body, flags=re.MULTILINE)
    return {
        name: text for name, text in zip(parts[1::2], parts[2::2], strict=True) if "```yaml" in text
    }


def printed(body: str, root: Path, capfd: pytest.CaptureFixture[str]) -> str:
    for block in BLOCK.finditer(body):
        if block["kind"] == "yaml":
            name = block["name"]
            path = root / (name if "/" in name else f".github/workflows/{name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block["text"])
    parser = ArgumentParser()
    lint.arguments(parser)
    lint.main(parser.parse_args([]))
    return capfd.readouterr().out


def test_every_rule_has_a_section() -> None:
    assert sorted(sections()) == sorted(SUMMARIES)


@pytest.mark.parametrize("rule", sorted(SUMMARIES))
def test_the_example_prints_what_the_page_says(
    rule: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    body = sections()[rule]
    said = printed(body, tmp_path, capfd)
    if os.environ.get("HEADWAY_WRITE_DOCS"):
        write(body, said)
        return
    assert [block["text"] for block in BLOCK.finditer(body) if block["kind"] == "text"] == [said]
    reported = re.findall(r"^\S+ (?:warning|error): .* \[([a-z-]+)\]$", said, re.MULTILINE)
    assert set(reported) == {rule}


def write(body: str, said: str) -> None:
    without = BLOCK.sub(lambda m: "" if m["kind"] == "text" else m[0], body).rstrip("\n")
    page = PAGE.read_text()
    PAGE.write_text(page.replace(body, f"{without}\n\n```text\n{said}```\n\n"))
