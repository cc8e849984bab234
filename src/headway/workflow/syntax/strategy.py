"""`strategy` of a job. Source: "jobs.<job_id>.strategy" of GitHub's workflow syntax page."""

from __future__ import annotations

from headway.workflow.expression import Template
from headway.workflow.model import Strategy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from headway.workflow.model import Data
    from headway.workflow.source import Node
    from headway.workflow.syntax.reader import Reader, Where

KEY = "jobs.<job_id>.strategy"


def strategy(reader: Reader, node: Node, where: Where) -> Strategy:
    place = reader.place(node)
    if reader.is_expression(node):
        template = reader.template(node, where, KEY)
        if isinstance(template, Template) and template.lone is not None:
            return _computed(reader, template)
        if template:
            reader.wrong_kind(node, where, "a mapping")
        return Strategy(place)
    fields = reader.fields(node, where, ("matrix", "fail-fast", "max-parallel"))
    found: dict[str, Any] = {}
    if "matrix" in fields:
        found["matrix"] = _matrix(reader, fields["matrix"], (*where, "matrix"))
    if "fail-fast" in fields:
        found["fail_fast"] = reader.flag(fields["fail-fast"], (*where, "fail-fast"), KEY)
    if "max-parallel" in fields:
        inside = (*where, "max-parallel")
        limit = reader.number(fields["max-parallel"], inside, KEY)
        found["max_parallel"] = limit
        if isinstance(limit, int | float) and limit < 1:
            message = f"{limit:g} is no limit: GitHub runs as many jobs as there are"
            reader.warning(fields["max-parallel"], inside, message, "use a number from 1 on")
    return Strategy(place, **found)


def _computed(reader: Reader, template: Template) -> Strategy:
    """A strategy that one expression gives: an expression for each of its keys."""
    return Strategy(
        template.place,
        matrix=reader.part_of(template, "matrix"),
        # null, when there is no such key, has to become true
        fail_fast=reader.part_of(template, "fail-fast", "format('{{0}}', {}) != 'false'"),
        max_parallel=reader.part_of(template, "max-parallel"),
    )


def _matrix(reader: Reader, node: Node, where: Where) -> Data:
    if node.kind != "map":
        if reader.is_expression(node):
            return reader.template(node, where, KEY)
        reader.wrong_kind(node, where, "a mapping")
        return None
    found: dict[Any, Data] = {}
    empty = True
    for name_node, value in node.value:
        name = name_node.value
        inside = (*where, name)
        if "${{" in name:
            name = reader.key(name_node, where, KEY)
        elif not name:
            reader.problem(name_node, where, "a key is empty")
        if name in ("include", "exclude"):
            found[name] = _combinations(reader, value, inside)
            empty = empty and (name == "exclude" or found[name] == [])
        elif value.kind == "map" and reader.insertion(name_node):
            found[name] = reader.data(value, inside, KEY)
            empty = False
        else:
            found[name] = _vector(reader, value, inside)
            empty = False
    if empty:
        hint = 'add a list of values under a name, or "include"'
        reader.problem(node, where, "the matrix has no values to combine", hint)
    return found


def _vector(reader: Reader, node: Node, where: Where) -> Data:
    if node.kind != "seq":
        if reader.is_expression(node):
            return reader.template(node, where, KEY)
        hint = "" if node.kind in ("null", "map") else "put it in brackets: [value]"
        reader.wrong_kind(node, where, "a list of values", hint)
        return []
    if not node.value:
        reader.problem(node, where, "the list is empty, so the matrix would make no job")
    return reader.data(node, where, KEY)


def _combinations(reader: Reader, node: Node, where: Where) -> Data:
    if node.kind != "seq":
        if reader.is_expression(node):
            return reader.template(node, where, KEY)
        reader.wrong_kind(node, where, "a list of mappings")
        return []
    found: list[Data] = []
    for index, item in enumerate(node.value):
        inside = (*where, index)
        if item.kind == "map" or reader.is_expression(item):
            found.append(reader.data(item, inside, KEY))
        else:
            reader.wrong_kind(item, inside, "a mapping")
    return found
