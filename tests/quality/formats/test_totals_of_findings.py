"""Our counts against what each tool says itself, in the same report."""

from __future__ import annotations

from collections import Counter

import pytest

from .findings import report


@pytest.mark.parametrize(
    "path",
    [
        "black-22.12.0/black.txt",
        "black-26.10.1/broken.txt",
        "checkov-2.5.20/list.json",
        "checkov-3.3.30/list.json",
        "checkov-3.3.30/single.json",
        "mypy-0.991/columns.txt",
        "mypy-2.4.1/mypy.txt",
        "mypy-2.4.1/pretty.txt",
        "prettier-2.8.8/prettier.txt",
        "prettier-3.10.1/prettier.txt",
        "ruff-0.0.292/ruff.txt",
        "ruff-0.17.5/broken.txt",
        "ruff-0.17.5/ruff.txt",
        "ruff-0.17.5/ruff-concise.txt",
        "safety-2.3.5/safety.json",
        "tsc-5.9.3/pretty.txt",
        "tsc-7.0.2/pretty.txt",
    ],
)
def test_all_findings(path: str) -> None:
    made = report(path)
    assert made.measures["findings"] == len(made.findings)


@pytest.mark.parametrize(
    "path",
    [
        "bandit-1.7.10/bandit.json",
        "bandit-1.9.4/bandit.json",
        "eslint-8.57.1/eslint.json",
        "eslint-10.15.0/broken.json",
        "npm-6.14.18/audit.json",
        "npm-11.19.1/audit.json",
        "pylint-4.1.4/pylint2.json",
        "pyright-1.1.414/pyright.json",
    ],
)
def test_findings_by_the_tool_s_own_words(path: str) -> None:
    made = report(path)
    words = Counter(finding.word.lower() for finding in made.findings)
    stated = {name.removeprefix("findings."): n for name, n in made.measures.items()}
    for word, count in stated.items():
        if word not in ("suppressed", "total", "files", "score"):
            assert words[word] == count, word


def test_trivy_s_misconfigurations() -> None:
    made = report("trivy-0.76.0/trivy.json")
    ours = sum(finding.category == "iac" for finding in made.findings)
    assert made.measures["findings.misconfigurations"] == ours == 22


def test_zap_counts_alerts_and_places() -> None:
    made = report("zap-by-spec/report.json")
    # One alert is marked as a false positive by ZAP itself.
    assert (made.measures["findings"], len(made.findings)) == (5, 4)
    assert made.measures["findings.places"] == 9


def test_pylint_s_score() -> None:
    assert report("pylint-4.1.4/pylint2.json").measures["score"] == 0
    assert report("pylint-4.1.4/clean.txt").measures["score"] == 10
