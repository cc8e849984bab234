"""The forms of `uses`: actions in steps, reusable workflows in jobs.

Source: "jobs.<job_id>.steps[*].uses" and "jobs.<job_id>.uses" of GitHub's workflow syntax page.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.workflow.source import Node
    from headway.workflow.syntax.reader import Reader, Where

_ACTION = "expected: owner/repo[/path]@ref, ./path, $/path or docker://image"
_WORKFLOW = "expected: ./.github/workflows/FILE.yml or owner/repo/.github/workflows/FILE.yml@ref"
_FOLDERS = ("workflows", "workflows-lab")


def action(reader: Reader, node: Node, where: Where) -> str:
    """What a step uses; "" after a mistake."""
    text = reader.word(node, where, "an action")
    if not text or text.startswith(("docker://", "./", ".\\")):
        return text
    wrong = _own(text) if text.startswith("$/") else _remote(text)
    if wrong:
        reader.problem(node, where, f'"{text}" is no action: {wrong}', _ACTION, "uses")
        return ""
    return text


def _own(text: str) -> str:
    if "@" in text:
        return "what begins with $/ is of this very commit and takes no @ref"
    return "" if text[2:].strip("/") else "the path after $/ is missing"


def _remote(text: str) -> str:
    name, at, ref = text.partition("@")
    if not at or not ref:
        return "@ and a tag, branch or commit are missing at its end"
    if "@" in ref:
        return 'there is more than one "@" in it'
    parts = [part for part in name.replace("\\", "/").split("/") if part]
    return "" if len(parts) > 1 else "the owner or the repository is missing"


def workflow(reader: Reader, node: Node, where: Where) -> str:
    """The reusable workflow that a job calls; "" after a mistake."""
    text = reader.word(node, where, "a reusable workflow")
    wrong = _workflow(text) if text else ""
    if wrong:
        message = f'"{text}" is no reusable workflow: {wrong}'
        reader.problem(node, where, message, _WORKFLOW, "uses")
        return ""
    return text


def _workflow(text: str) -> str:
    path, at, ref = text.partition("@")
    own = path.startswith(("./", "$/"))
    if own and at:
        return "one in this repository is of this very commit and takes no @ref"
    if not own and not ref:
        return "@ and a tag, branch or commit are missing at its end"
    if "@" in ref:
        return 'there is more than one "@" in it'
    parts = path.split("/")[1:] if own else path.split("/")[2:]
    if not own and not all(path.split("/")[:2]):
        return "the owner or the repository is missing"
    if len(parts) < 2 or parts[0] != ".github" or parts[1] not in _FOLDERS:
        return "it must be in .github/workflows"
    if len(parts) != 3:
        return "it must be right in .github/workflows, not in a folder below"
    stem, dot, extension = parts[2].rpartition(".")
    return "" if stem and dot and extension in ("yml", "yaml") else "it must end in .yml or .yaml"
