"""What `headway gate` tells the workflow that it is a step of: summary, annotations, outputs.

Source: GitHub Docs, "Workflow commands for GitHub Actions" (environment files).
"""

from __future__ import annotations

import os

from headway.quality.render import annotation, markdown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from headway.app.gates import Judgement
    from headway.quality.render.markdown import Matter


def announce(matter: Matter, judgement: Judgement, stream: TextIO) -> None:
    """`stream` gets the annotations; files that can't be written are passed over, as the
    verdict stands without them."""
    _append("GITHUB_STEP_SUMMARY", markdown.summary(matter))
    scores = {score.name: f"{score.value:g}" for score in judgement.verdict.scores}
    outputs = {
        "outcome": judgement.verdict.outcome,
        "verdict": judgement.id,
        "score": scores.get("security", ""),
        "quality-score": scores.get("quality", ""),
    }
    _append("GITHUB_OUTPUT", "".join(f"{name}={value}\n" for name, value in outputs.items()))
    for line in annotation.commands(judgement.verdict, judgement.evidence, matter.changed):
        stream.write(f"{line}\n")
    stream.flush()


def output(name: str, value: str) -> None:
    """One output of the step."""
    _append("GITHUB_OUTPUT", f"{name}={value}\n")


def _append(variable: str, text: str) -> None:
    path = os.environ.get(variable, "")
    if not path:
        return
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return
