"""Steps of jobs and of composite actions.

Source: "jobs.<job_id>.steps" of GitHub's workflow syntax page, "runs.steps" of its metadata
syntax page, and its workflow parser for which keys go together.
"""

from __future__ import annotations

from headway.workflow.expression import to_text
from headway.workflow.model import Step
from headway.workflow.syntax import uses as uses_forms
from headway.workflow.syntax.ids import check_id
from headway.workflow.syntax.settings import shell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from headway.workflow.source import Node
    from headway.workflow.syntax.reader import Reader, Where

# What a step does decides which other keys it may have.
_COMMON = frozenset(("name", "id", "continue-on-error"))
_WORK = _COMMON | {"if", "timeout-minutes", "env", "background"}
_KEYS = {
    "run": _WORK | {"run", "shell", "working-directory"},
    "uses": _WORK | {"uses", "with"},
    "wait": _COMMON | {"wait"},
    "wait-all": _COMMON | {"wait-all"},
    "cancel": _COMMON | {"cancel"},
    "parallel": frozenset(("parallel",)),
}
_ALL = frozenset[str]().union(*_KEYS.values())
_COMPOSITE = ("run", "uses")
_NOT_COMPOSITE = frozenset(("timeout-minutes", "background", *_KEYS)) - {"run", "uses"}


class Steps:
    """Reads one list of steps: those of a job, of a composite action, or of a `parallel`.

    Ids are unique in the list without regard to case; wait and cancel name earlier ones.
    """

    __slots__ = ("background", "composite", "ids", "key", "parallel", "reader")

    def __init__(
        self, reader: Reader, key: str, *, composite: bool = False, parallel: bool = False
    ) -> None:
        self.reader = reader
        self.key = key  # jobs.<job_id>.steps or runs.steps
        self.composite = composite
        self.parallel = parallel
        self.ids: dict[str, Node] = {}  # in lower case, to the node of the id
        self.background: set[str] = set()  # ids of background steps

    def read(self, node: Node, where: Where) -> tuple[Step, ...]:
        items = self.reader.items(node, where, "a list of steps")
        if node.kind == "seq" and not items:
            is_job = not (self.parallel or self.composite)  # only there GitHub refuses it
            note = self.reader.problem if is_job else self.reader.warning
            note(node, where, "the list of steps is empty")
        steps = [self.step(item, (*where, index)) for index, item in enumerate(items)]
        return tuple(step for step in steps if step is not None)

    def step(self, node: Node, where: Where) -> Step | None:
        reader = self.reader
        if node.kind != "map":
            hint = '"- run: …" or "- uses: …"'
            reader.wrong_kind(node, where, "a step", hint)
            return None
        action = self.action(node, where)
        if action is None:
            return None
        fields = self.fields(node, where, action)
        found: dict[str, Any] = {}
        if "id" in fields:
            found["id"] = self.id(fields["id"], (*where, "id"))
        self.common(fields, where, found)
        if action == "run" or action == "uses":
            self.work(fields, where, found)
            if action == "run":
                self.run(node, fields, where, found)
            else:
                self.uses(fields, where, found)
        else:
            self.control(action, fields[action], where, found)
        if found.get("background") and "id" in found:
            self.background.add(found["id"].lower())
        return Step(reader.place(node), **found)

    def action(self, node: Node, where: Where) -> str | None:
        """Which of the keys that say what a step does it has; notes when not just one."""
        actions = [key for key, _ in node.value if key.value in _KEYS]
        if not actions:
            self.no_action(node, where)
            return None
        first = actions[0].value
        for key in actions[1:]:
            if key.value == first:  # given twice, as is known by now
                continue
            message = f'"{key.value}" cannot be combined with "{first}" in one step'
            self.reader.problem(key, where, message, "make two steps of it")
        return str(first)

    def no_action(self, node: Node, where: Where) -> None:
        known = _COMPOSITE if self.composite else tuple(_KEYS)
        before = len(self.reader.problems)
        self.reader.fields(node, where, _ALL)
        if len(self.reader.problems) == before:  # else a misspelt key is the reason
            hint = f"add one of: {', '.join(known)}"
            self.reader.problem(node, where, "the step does nothing", hint)

    def fields(self, node: Node, where: Where, action: str) -> dict[str, Node]:
        allowed = _KEYS[action]
        found = {}
        for key, value in node.value:
            name = key.value
            if self.composite and name in _NOT_COMPOSITE:
                message = f'"{name}" cannot be used in the steps of a composite action'
                self.reader.problem(key, where, message)
            if name in allowed:
                found[name] = value
            elif name not in _ALL:
                self.reader.unknown_key(key, where, allowed - self.never())
            elif name not in _KEYS:
                self.reader.problem(
                    key, where, f'"{name}" cannot be used with "{action}"', _belongs(name, action)
                )
        return found

    def never(self) -> frozenset[str]:
        return _NOT_COMPOSITE if self.composite else frozenset()

    def id(self, node: Node, where: Where) -> str:
        text = self.reader.word(node, where)
        if not text or not check_id(self.reader, node, where, text):
            return text
        first = self.ids.setdefault(text.lower(), node)
        if first is not node:
            message = f'the id "{text}" is already that of the step on line {first.line}'
            self.reader.problem(node, where, message, rule="id")
        return text

    def common(self, fields: dict[str, Node], where: Where, found: dict[str, Any]) -> None:
        reader, key = self.reader, self.key
        if "name" in fields:
            found["name"] = reader.string(fields["name"], (*where, "name"), f"{key}.name") or None
        if "continue-on-error" in fields:
            found["continue_on_error"] = reader.flag(
                fields["continue-on-error"],
                (*where, "continue-on-error"),
                f"{key}.continue-on-error",
            )

    def work(self, fields: dict[str, Node], where: Where, found: dict[str, Any]) -> None:
        """What run and uses have in common."""
        reader, key = self.reader, self.key
        if "if" in fields:
            found["if_"] = reader.condition(fields["if"], (*where, "if"), f"{key}.if")
        if "env" in fields:
            inside = (*where, "env")
            found["env"] = reader.strings(fields["env"], inside, f"{key}.env", "a mapping")
        if "timeout-minutes" in fields:
            inside = (*where, "timeout-minutes")
            found["timeout_minutes"] = minutes(
                reader, fields["timeout-minutes"], inside, f"{key}.timeout-minutes"
            )
        if "background" in fields:
            node, inside = fields["background"], (*where, "background")
            found["background"] = bool(reader.flag(node, inside))
            if self.parallel:
                message = "every step of a parallel group runs in the background already"
                reader.problem(node, inside, message, "leave it out")

    def run(self, node: Node, fields: dict[str, Node], where: Where, found: dict[str, Any]) -> None:
        reader, key = self.reader, self.key
        found["run"] = reader.string(fields["run"], (*where, "run"), f"{key}.run", "a script")
        if "shell" in fields:
            found["shell"] = shell(reader, fields["shell"], where, f"{key}.shell")
        elif self.composite:
            hint = 'add "shell: bash": an action has no default shell'
            reader.problem(node, where, 'the key "shell" is missing', hint)
        if "working-directory" in fields:
            found["working_directory"] = reader.string(
                fields["working-directory"],
                (*where, "working-directory"),
                f"{key}.working-directory",
            )

    def uses(self, fields: dict[str, Node], where: Where, found: dict[str, Any]) -> None:
        reader, node = self.reader, fields["uses"]
        found["uses"] = uses_forms.action(reader, node, (*where, "uses"))
        found["uses_place"] = reader.place(node)
        if "with" in fields:
            given = reader.strings(
                fields["with"], (*where, "with"), f"{self.key}.with", "a mapping of inputs"
            )
            found["with_"] = given if given is not None else {}

    def control(self, action: str, node: Node, where: Where, found: dict[str, Any]) -> None:
        """wait, wait-all, cancel and parallel."""
        reader, inside = self.reader, (*where, action)
        if self.parallel:
            message = f'"{action}" cannot be used inside "parallel"'
            reader.problem(node, inside, message, "only run and uses can")
        elif action == "wait":
            found["wait"] = self.wait(node, inside, found.get("id", ""))
        elif action == "wait-all":
            found["wait_all"] = True
            if node.kind != "null" and not reader.flag(node, inside) and node.kind == "bool":
                reader.problem(node, inside, "it can only be true", "or nothing: wait-all:")
        elif action == "cancel":
            found["cancel"] = reader.word(node, inside, "the id of a background step")
            self.target(node, inside, found["cancel"], found.get("id", ""))
        else:
            nested = Steps(reader, self.key, composite=self.composite, parallel=True)
            found["parallel"] = nested.read(node, inside)

    def wait(self, node: Node, where: Where, own: str) -> tuple[str, ...]:
        expected = "the id of a background step or a list of ids"
        ids: tuple[str, ...] = self.reader.words(node, where, expected)
        if node.kind == "seq":
            if not node.value:
                self.reader.problem(node, where, f"{expected} is expected, not an empty list")
            for index, item in enumerate(node.value):
                if item.kind not in ("map", "seq"):
                    self.target(item, (*where, index), to_text(item.value), own)
        elif ids:
            self.target(node, where, ids[0], own)
        return ids

    def target(self, node: Node, where: Where, text: str, own: str) -> None:
        """Checks that a step that is waited for, or cancelled, comes before and is known."""
        reader = self.reader
        if not text:
            return
        if text.lower() == own.lower():
            reader.problem(node, where, "a step cannot name itself", rule="id")
        elif text.lower() not in self.ids:
            from headway.errors import did_you_mean

            hint = did_you_mean(text, self.background or self.ids)
            hint = hint or "give the step with background: true an id"
            reader.problem(node, where, f'no step before this one has the id "{text}"', hint, "id")
        elif text.lower() not in self.background:
            message = f'the step "{text}" does not run in the background'
            reader.warning(node, where, message, "add background: true to it", "id")


def minutes(reader: Reader, node: Node, where: Where, key: str) -> Any:
    """A number of minutes; GitHub drops a fraction without a word."""
    found = reader.number(node, where, key)
    if isinstance(found, int | float) and (found < 1 or found != found // 1):
        message = f"{found:g} is no whole number of minutes from 1 on"
        reader.warning(node, where, message, "GitHub takes only whole minutes")
    return found


def _belongs(name: str, action: str) -> str:
    if name == "if":
        return f'a "{action}" step always runs'
    owners = [owner for owner, keys in _KEYS.items() if name in keys]
    return f"it belongs to {', '.join(owners)}"
