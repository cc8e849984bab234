"""Warnings about workflows that GitHub accepts, and people get wrong.

`RULES` is the register: rule id → module with `ID`, `SUMMARY` and `check` (see `base`). A
warning is silenced by a comment `# headway: ignore[rule-id]` on its line or the line above.
"""

from __future__ import annotations

from headway.workflow.check import (
    boolean_as_text,
    called_workflow,
    checkout_first,
    concurrency_deadlock,
    constant_condition,
    deprecated_command,
    duplicate_need,
    failing_expression,
    filter_never_matches,
    hardcoded_password,
    ignore,
    impossible_comparison,
    missing_file,
    never_due,
    old_runtime,
    retired_action,
    script_injection,
    unknown_action_input,
    unknown_env,
    unknown_input,
    unknown_matrix,
    unknown_need,
    unknown_output,
    unknown_property,
    unknown_step,
    unpinned_action,
    unsafe_checkout,
    unused_matrix,
    unused_output,
    write_all,
)
from headway.workflow.check.base import Subject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from headway.errors import Problem
    from headway.workflow.check.base import Rule
    from headway.workflow.model import Action, Workflow
    from headway.workflow.source import Node

_RULES: tuple[Rule, ...] = (
    script_injection,
    unsafe_checkout,
    unpinned_action,
    write_all,
    hardcoded_password,
    missing_file,
    called_workflow,
    checkout_first,
    unknown_action_input,
    retired_action,
    old_runtime,
    deprecated_command,
    constant_condition,
    impossible_comparison,
    boolean_as_text,
    failing_expression,
    unknown_need,
    unknown_output,
    unknown_step,
    unknown_input,
    unknown_matrix,
    unknown_env,
    unknown_property,
    unused_output,
    unused_matrix,
    duplicate_need,
    concurrency_deadlock,
    never_due,
    filter_never_matches,
)
RULES: dict[str, Rule] = {rule.ID: rule for rule in _RULES}
SUMMARIES: dict[str, str] = {rule.ID: rule.SUMMARY for rule in _RULES} | {
    ignore.ID: "A comment silences a rule that doesn't exist."
}


def warnings(
    file: Workflow | Action,
    *,
    text: str,
    files: Callable[[str], str | None] | None = None,
    node: Node | None = None,
) -> list[Problem]:
    """What the rules find in a file without errors, in its order.

    `files` gives the text of a file by its path from the repository's root, None when there is
    none; without it nothing is said about other files. `node` is the text's YAML, if it was
    read already. Problems about calls of reusable workflows are errors; all else is a warning.
    """
    if node is None:
        from headway.workflow.source import load

        node = load(text, file.path)
    subject = Subject(file, text, node, files)
    ignored = ignore.Ignored(text, file.path, RULES)
    found = {problem for rule in _RULES for problem in rule.check(subject)}
    kept = [problem for problem in found if not ignored.covers(problem)]
    kept += ignored.unknown()
    return sorted(kept, key=lambda p: (p.place.line, p.place.column, p.rule, p.message))
