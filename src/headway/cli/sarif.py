"""Problems as SARIF 2.1.0, the format that code scanning services read.

Source: OASIS "Static Analysis Results Interchange Format (SARIF) Version 2.1.0". Columns
count characters from 1; a file's place is relative to %SRCROOT%, the repository's root.
"""

from __future__ import annotations

from headway import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from headway.errors import Problem

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def log(problems: Sequence[Problem], summaries: Mapping[str, str]) -> dict[str, Any]:
    """A SARIF log with one run; `summaries` has a sentence for each rule that is known."""
    used = sorted({problem.rule for problem in problems})
    index = {rule: number for number, rule in enumerate(used)}
    driver = {
        "name": "headway",
        "version": __version__,
        "rules": [_rule(rule, summaries.get(rule, "")) for rule in used],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, index[problem.rule]) for problem in problems],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: str, summary: str) -> dict[str, Any]:
    refused = "Headway can't use the file." if rule == "config" else "GitHub refuses the file."
    text = summary or refused
    level = "warning" if summary else "error"
    return {
        "id": rule,
        "shortDescription": {"text": text},
        "defaultConfiguration": {"level": level},
    }


def _result(problem: Problem, index: int) -> dict[str, Any]:
    place = problem.place
    text = problem.message + (f"\n{problem.hint}" if problem.hint else "")
    return {
        "ruleId": problem.rule,
        "ruleIndex": index,
        "level": problem.severity,
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(place.file),
                    "region": {
                        "startLine": place.line,
                        "startColumn": place.column,
                        "endColumn": place.column + max(1, problem.length),
                    },
                }
            }
        ],
    }


def _artifact(path: str) -> dict[str, str]:
    from urllib.parse import quote

    if path.startswith("/"):
        return {"uri": f"file://{quote(path)}"}
    return {"uri": quote(path), "uriBaseId": "%SRCROOT%"}
