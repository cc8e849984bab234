"""The pages on environments and strategies name every key, and their examples are right."""

import re
from pathlib import Path

import pytest
from msgspec.structs import fields

from headway.config.loading import read
from headway.delivery.environment import Environment
from headway.delivery.strategies import STRATEGIES

DOCS = Path(__file__).parent.parent.parent / "docs"


def names(kind):
    return [field.encode_name for field in fields(kind)]


def sections():
    """Structs below Environment, but for those that have a page of their own."""
    defaults = {field.encode_name: field.default for field in fields(Environment)}
    return {
        key: names(type(value)) for key, value in defaults.items() if hasattr(value, "problems")
    }


@pytest.mark.parametrize("key", names(Environment))
def test_every_key_is_explained(key):
    assert f"`{key}`" in (DOCS / "environments.md").read_text()


@pytest.mark.parametrize(
    ("page", "section"),
    [
        *(("environments.md", key) for key in ("router", "health", "approvals", "freeze", "hooks")),
        *(("strategies.md", key) for key in ("canary", "rolling", "shadow", "ab")),
    ],
)
def test_every_key_of_a_section_is_explained(page, section):
    text = (DOCS / page).read_text()
    missing = [key for key in sections()[section] if not re.search(rf"\b{key}\b", text)]
    assert not missing


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_is_explained(strategy):
    text = (DOCS / "strategies.md").read_text().lower()
    title = {"ab": "a/b"}.get(strategy, strategy)
    assert f"\n## {title}\n" in text


@pytest.mark.parametrize("page", ["environments.md", "strategies.md"])
def test_examples_are_right(page):
    examples = re.findall(r"```yaml\n(.*?)```", (DOCS / page).read_text(), re.S)
    assert examples
    for example in examples:
        head = "environments:\n  production:\n    command: ./serve\n"
        whole = example if example.startswith("environments:") else head + example
        _, problems = read(whole)
        assert not problems, example
