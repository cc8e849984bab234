"""What every part of a file is read with: typed getters that note mistakes and go on.

Rules of types are those of GitHub's workflow parser: where a string is expected, numbers,
booleans and null become strings; where a boolean or a number is expected, nothing else will
do; an expression may stand for anything at a key that has contexts.
"""

from __future__ import annotations

from headway.errors import Place, Problem
from headway.workflow.expression import Condition, ExpressionError, Template, to_text
from headway.workflow.source import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Any, TypeAlias

    from headway.workflow.model import Data
    from headway.workflow.source import Node

    Where: TypeAlias = tuple[str | int, ...]  # keys and indexes from the root of the file

_KINDS = {
    "map": "a mapping",
    "seq": "a list",
    "str": "a string",
    "int": "a number",
    "float": "a number",
    "bool": "a boolean",
    "null": "nothing",
}


def kind_of(node: Node) -> str:
    """A node's kind with its article, for messages."""
    return _KINDS[node.kind]


def label(where: Where) -> str:
    """`jobs.test.steps[2]` for ("jobs", "test", "steps", 2)."""
    text = ""
    for part in where:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def quoted(names: Iterable[str]) -> str:
    return ", ".join(names)


class Reader:
    """Reads one file; `problems` collects what is wrong with it."""

    __slots__ = ("_checked", "_lines", "_seen", "path", "problems", "text")

    def __init__(self, path: str, text: str, problems: list[Problem]) -> None:
        self.path = path
        self.text = text
        self.problems = problems
        self._lines: list[str] | None = None
        self._seen: set[tuple[Place, str]] = set()
        self._checked: set[tuple[str, str]] = set()  # expressions that are right at a key

    @property
    def lines(self) -> list[str]:
        if self._lines is None:
            self._lines = self.text.removeprefix("\ufeff").splitlines()
        return self._lines

    # --- places and problems -----------------------------------------------------------------

    def place(self, node: Node) -> Place:
        return Place(self.path, node.line, node.column)

    def place_in(self, node: Node, offset: int) -> Place:
        """Where the character at an offset of a scalar's value is."""
        from headway.workflow.syntax.places import locate

        return Place(self.path, *locate(self.lines, node, offset))

    def problem(
        self,
        node: Node,
        where: Where,
        message: str,
        hint: str = "",
        rule: str = "syntax",
        severity: str = "error",
        offset: int | None = None,
        length: int = 0,
    ) -> None:
        place = self.place(node) if offset is None else self.place_in(node, offset)
        if place.line > len(self.lines):  # nothing, where the file ends
            last = self.lines[-1] if self.lines else ""
            place = Place(self.path, max(1, len(self.lines)), len(last) + 1)
        if (place, message) in self._seen:  # the node is there once more, by an alias
            return
        self._seen.add((place, message))
        message = one_line(f"{label(where)}: {message}" if where else message)
        hint = one_line(hint) if hint else hint
        if not length and node.kind not in ("map", "seq"):
            length = len(to_text(node.value).split("\n", 1)[0])
        self.problems.append(Problem(message, place, rule, hint, severity, max(1, length)))

    def warning(
        self,
        node: Node,
        where: Where,
        message: str,
        hint: str = "",
        rule: str = "syntax",
        offset: int | None = None,
    ) -> None:
        self.problem(node, where, message, hint, rule, "warning", offset)

    def wrong_kind(self, node: Node, where: Where, expected: str, hint: str = "") -> None:
        if node.kind == "null":
            self.problem(node, where, f"{expected} is expected after this key", hint)
        elif node.kind == "str" and not node.value:
            self.problem(node, where, f"{expected} is expected, not an empty string", hint)
        else:
            shown = "" if node.kind in ("map", "seq") else f' ("{to_text(node.value)[:40]}")'
            self.problem(node, where, f"{expected} is expected, not {kind_of(node)}{shown}", hint)

    def unknown_key(self, key: Node, where: Where, known: Iterable[str], ignored: str = "") -> None:
        from headway.errors import nearest

        names = sorted(known)
        close = nearest(key.value, names)
        hint = f"known: {quoted(names)}"
        if close is not None:
            hint = f'did you mean "{close}"? {hint}'
        message = f'unknown key "{key.value}"'
        if ignored:
            self.warning(key, where, f"{message}: {ignored}", hint)
        else:
            self.problem(key, where, message, hint)

    # --- mappings and lists -------------------------------------------------------------------

    def fields(
        self,
        node: Node,
        where: Where,
        known: Collection[str],
        what: str = "a mapping",
        ignored: str = "",
    ) -> dict[str, Node]:
        """The values by key; unknown keys are noted and left out. {} if it is no mapping.

        With `ignored`, what GitHub does about an unknown key, it is only a warning.
        """
        if node.kind != "map":
            self.wrong_kind(node, where, what, f"its keys: {quoted(sorted(known))}")
            return {}
        found = {}
        for key, value in node.value:
            name = key.value
            if name in known:
                found[name] = value
            else:
                self.unknown_key(key, where, known, ignored)
        return found

    def require(
        self,
        node: Node,
        where: Where,
        fields: dict[str, Node],
        *names: str,
        at: Node | None = None,
        hint: str = "",
    ) -> None:
        """Notes keys that are missing from a mapping, but none that is there misspelt."""
        missing = [name for name in names if name not in fields]
        if node.kind != "map" or not missing:
            return
        from headway.errors import nearest

        unknown = [key.value for key, _ in node.value if key.value not in fields]
        for name in missing:
            if not any(nearest(other, (*fields, *names)) == name for other in unknown):
                self.problem(at or node, where, f'the key "{name}" is missing', hint)

    def entries(self, node: Node, where: Where, what: str) -> list[tuple[str, Node, Node]]:
        """(name, key, value) of a mapping whose keys the user chooses, none of them empty."""
        if node.kind != "map":
            self.wrong_kind(node, where, what)
            return []
        found = []
        for key, value in node.value:
            if not key.value:
                self.problem(key, where, "a key is empty")
            elif "${{" in key.value:
                self.problem(key, where, "a key cannot be an expression here")
            else:
                found.append((key.value, key, value))
        return found

    def items(self, node: Node, where: Where, what: str) -> list[Node]:
        if node.kind != "seq":
            self.wrong_kind(node, where, what)
            return []
        items: list[Node] = node.value
        return items

    # --- values without expressions ------------------------------------------------------------

    def word(self, node: Node, where: Where, what: str = "a string") -> str:
        """A string that isn't empty and holds no expression; "" when there is none."""
        if node.kind in ("map", "seq", "null") or node.value == "":
            self.wrong_kind(node, where, what)
            return ""
        return self.literal(node, where)

    def literal(self, node: Node, where: Where, what: str = "a string") -> str:
        """A string without expressions; it may be empty."""
        if node.kind in ("map", "seq"):
            self.wrong_kind(node, where, what)
            return ""
        text = node.value if node.kind == "str" else to_text(node.value)
        if "${{" in text:
            data = self.string(node, where, "")
            text = data if isinstance(data, str) else ""
        return text

    def words(self, node: Node, where: Where, what: str = "a string or a list of strings") -> Any:
        """One string or a list of them, none empty and without expressions, as a tuple."""
        if node.kind == "seq":
            found = (self.word(item, (*where, i)) for i, item in enumerate(node.value))
            return tuple(word for word in found if word)
        if node.kind == "map":
            self.wrong_kind(node, where, what)
            return ()
        found_word = self.word(node, where, what)
        return (found_word,) if found_word else ()

    def choice(self, node: Node, where: Where, allowed: Collection[str], rule: str = "") -> str:
        text = self.word(node, where)
        if text and text not in allowed:
            self.not_among(node, where, text, allowed, rule)
            return ""
        return text

    def not_among(
        self, node: Node, where: Where, text: str, allowed: Collection[str], rule: str = ""
    ) -> None:
        from headway.errors import nearest

        close = nearest(text, allowed)
        hint = f"allowed: {quoted(allowed)}"
        if close is not None:
            hint = f'did you mean "{close}"? {hint}'
        self.problem(node, where, f'"{text}" is not allowed', hint, rule or "syntax")

    def part_of(self, template: Template, name: str, text: str = "{}") -> Template:
        """A Template for a property of what a lone expression gives, put into `text`."""
        (expression,) = template.expressions
        raw = "${{ " + text.format(f"({expression.text})['{name}']") + " }}"
        return Template(raw, template.place)

    # --- values that may hold expressions; `key` as in GitHub's table of contexts --------------

    def string(self, node: Node, where: Where, key: str, what: str = "a string") -> Data:
        """A string, or a Template when it holds expressions."""
        value = node.value
        if node.kind != "str":
            if node.kind in ("map", "seq"):
                self.wrong_kind(node, where, what)
                return ""
            return to_text(value)
        return self.template(node, where, key) if "${{" in value else value

    def filled(self, node: Node, where: Where, key: str, what: str = "a string") -> Data:
        """A string that isn't empty, or a Template."""
        if node.kind == "null" or node.value == "":
            self.wrong_kind(node, where, what)
            return ""
        return self.string(node, where, key, what)

    def flag(self, node: Node, where: Where, key: str = "") -> bool | Template:
        if node.kind == "bool":
            return bool(node.value)
        found: bool | Template = self._typed(node, where, key, "true or false", False)
        return found

    def number(self, node: Node, where: Where, key: str) -> Data:
        if node.kind in ("int", "float"):
            number: int | float = node.value
            return number
        found: Data = self._typed(node, where, key, "a number", None)
        return found

    def _typed(self, node: Node, where: Where, key: str, expected: str, instead: Any) -> Any:
        if self.is_expression(node):
            data = self.template(node, where, key)
            if isinstance(data, Template) or data == "":
                return data or instead
        hint = ""
        if node.kind == "str" and node.value.lower() in ("true", "false", "yes", "no", "on", "off"):
            word = "true" if node.value.lower() in ("true", "yes", "on") else "false"
            hint = f"write {word}, without quotes"
        elif node.kind == "str" and expected == "a number" and _is_number(node.value):
            hint = "leave out the quotes"
        self.wrong_kind(node, where, expected, hint)
        return instead

    def scalar(self, node: Node, where: Where, key: str) -> Data:
        """A string, number or boolean as it is, null as "", or a Template."""
        if node.kind in ("bool", "int", "float"):
            value: Data = node.value
            return value
        return self.string(node, where, key, "a string, number or boolean")

    def strings(self, node: Node, where: Where, key: str, what: str) -> Data:
        """A mapping of strings (env, with), or a Template that gives one."""
        if node.kind != "map":
            if self.is_expression(node):
                return self.template(node, where, key)
            self.wrong_kind(node, where, what)
            return None
        found: dict[Any, Data] = {}
        for name_node, value in node.value:
            name = name_node.value
            if "${{" in name:
                name = self.key(name_node, where, key)
            elif not name:
                self.problem(name_node, where, "a key is empty")
            found[name] = self._named(name_node, value, (*where, name_node.value), key, what)
        return found

    def _named(self, name: Node, value: Node, where: Where, key: str, what: str) -> Data:
        if value.kind == "str" and "${{" not in value.value:
            return value.value  # type: ignore[no-any-return]
        if value.kind == "map" and "${{" in name.value and self.insertion(name):
            return self.strings(value, where, key, what)
        return self.string(value, where, key)

    def listed(self, node: Node, where: Where, key: str, what: str) -> Data:
        """A list of strings that aren't empty, or a Template that gives one."""
        if node.kind != "seq" and self.is_expression(node):
            return self.template(node, where, key)
        items = self.items(node, where, what)
        return [self.filled(item, (*where, i), key) for i, item in enumerate(items)]

    def data(self, node: Node, where: Where, key: str) -> Data:
        """Anything, with a Template for each string that holds expressions."""
        if node.kind == "map":
            return {
                self.key(name, where, key) if "${{" in name.value else name.value: self.data(
                    value, (*where, name.value), key
                )
                for name, value in node.value
            }
        if node.kind == "seq":
            return [self.data(item, (*where, i), key) for i, item in enumerate(node.value)]
        if node.kind == "str" and "${{" in node.value:
            return self.template(node, where, key)
        value: Data = node.value
        return value

    def key(self, node: Node, where: Where, key: str) -> Any:
        """A key that holds an expression, or is `${{ insert }}`."""
        return self.insertion(node) or self.template(node, where, key)

    def insertion(self, node: Node) -> Template | None:
        """The Template of `${{ insert }}`: no context, so it may stand at any key."""
        if node.value.replace(" ", "") != "${{insert}}":
            return None
        return Template(node.value, self.place(node))

    def is_expression(self, node: Node) -> bool:
        return node.kind == "str" and "${{" in node.value

    def template(self, node: Node, where: Where, key: str) -> Template | str:
        """The Template of a string with `${{`; "" after a mistake, a string if it is constant.

        Without a `key`, and at a key without contexts, no expression may be used.
        """
        try:
            template = Template(node.value, self.place(node))
        except ExpressionError as error:
            self.expression_problem(node, where, error)
            return ""
        if template.constant:
            return "".join(str(part) for part in template.parts)
        return template if self.allowed(template, node, where, key) else ""

    def condition(
        self, node: Node, where: Where, key: str, *, implicit: bool = True
    ) -> Condition | None:
        """An `if`; None when it is empty (which is `success()`) or wrong."""
        if node.kind in ("map", "seq"):
            self.wrong_kind(node, where, "a condition")
            return None
        text = node.value if node.kind == "str" else to_text(node.value)
        if not text.strip():
            return None
        try:
            condition = Condition(text, self.place(node), implicit)
        except ExpressionError as error:
            self.expression_problem(node, where, error)
            return None
        return condition if self.allowed(condition, node, where, key) else None

    def allowed(self, source: Template | Condition, node: Node, where: Where, key: str) -> bool:
        """Whether the contexts and functions in it may be used at the key; notes if not."""
        allowed = True
        if not key and source.expressions:
            part = source.expressions[0]
            error = ExpressionError("no expression can be used here", part.offset, len(part.text))
            self.expression_problem(node, where, error)
            return False
        for part in source.expressions:
            if (key, part.text) in self._checked:
                continue
            from headway.workflow.expression import check

            errors = check(part.node, key)
            for error in errors:
                self.expression_problem(node, where, error.shifted(part.offset))
            if errors:
                allowed = False
            else:
                self._checked.add((key, part.text))
        return allowed

    def expression_problem(self, node: Node, where: Where, error: ExpressionError) -> None:
        self.problem(
            node,
            where,
            error.message,
            error.hint,
            "expression",
            offset=error.offset,
            length=max(1, error.length),
        )


def _is_number(text: str) -> bool:
    from headway.workflow.scalar import Unfit, plain

    try:
        return plain(text)[0] in ("int", "float") if text else False
    except Unfit:
        return False
