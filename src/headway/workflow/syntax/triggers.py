"""`on`: the events that start a workflow, and their filters.

Source: "on" of GitHub's workflow syntax page, its page "Events that trigger workflows", and
the schema of its workflow parser. Whatever GitHub takes without a word though it has no
effect (a filter that the event doesn't have, an activity type it doesn't know) is a warning.
"""

from __future__ import annotations

from headway.workflow.model import Schedule, Trigger
from headway.workflow.webhook import EVENTS, FILTERS, UNDOCUMENTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from headway.workflow.source import Node
    from headway.workflow.syntax.reader import Reader, Where

_PATTERNS = ("branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore")
_SHORTEST = 5  # minutes between two runs of a schedule


def triggers(reader: Reader, node: Node) -> tuple[Trigger, ...]:
    if node.kind == "map":
        if not node.value:
            reader.problem(node, ("on",), "no event is named", 'for example "on: push"')
        found = [_configured(reader, key, value) for key, value in node.value]
    elif node.kind == "seq":
        if not node.value:
            reader.problem(node, ("on",), "no event is named", 'for example "on: push"')
        found = [_named(reader, item, ("on", i)) for i, item in enumerate(node.value)]
    else:
        found = [_named(reader, node, ("on",))]
    once = {trigger.event: trigger for trigger in reversed(found) if trigger is not None}
    return tuple(reversed(once.values()))


def _named(reader: Reader, node: Node, where: Where) -> Trigger | None:
    event = reader.word(node, where, "the name of an event")
    if not event or not _known(reader, node, where, event):
        return None
    if event == "schedule":
        reader.warning(node, where, "without a cron line it never starts the workflow")
    return Trigger(event, reader.place(node))


def _known(reader: Reader, node: Node, where: Where, event: str) -> bool:
    if event in EVENTS or event in UNDOCUMENTED:
        return True
    from headway.errors import did_you_mean

    hint = did_you_mean(event, EVENTS)
    reader.problem(node, where, f'there is no event "{event}"', hint, "event")
    return False


def _configured(reader: Reader, key: Node, node: Node) -> Trigger | None:
    event, where = key.value, ("on", key.value)
    if not _known(reader, key, ("on",), event):
        return None
    place = reader.place(key)
    if event == "schedule":
        return Trigger(event, place, schedules=_schedules(reader, node, where))
    if node.kind == "null":
        return Trigger(event, place)
    if event in ("workflow_dispatch", "workflow_call"):
        from headway.workflow.syntax import inputs

        read = inputs.dispatch if event == "workflow_dispatch" else inputs.call
        return Trigger(event, place, **read(reader, node, where))
    return Trigger(event, place, **_filters(reader, event, node, where))


def _filters(reader: Reader, event: str, node: Node, where: Where) -> dict[str, Any]:
    own = FILTERS.get(event, ())
    if EVENTS.get(event) or event == "repository_dispatch":
        own = ("types", *own)
    if node.kind != "map":
        hint = f"its filters: {', '.join(own)}" if own else "the event takes no filters"
        reader.wrong_kind(node, where, "a mapping of filters or nothing", hint)
        return {}
    found: dict[str, Any] = {}
    for key, value in node.value:
        name = key.value
        if name in own:
            if value.kind != "null":
                found[name.replace("-", "_")] = _filter(reader, event, name, value, where)
        else:
            ignored_filter(reader, key, where, own)
    _exclusive(reader, node, where)
    return found


def _filter(reader: Reader, event: str, name: str, node: Node, where: Where) -> tuple[str, ...]:
    inside = (*where, name)
    words: tuple[str, ...] = reader.words(node, inside)
    parts = node.value if node.kind == "seq" else [node]
    if name == "types" and event != "repository_dispatch":
        for part in parts:
            _check_type(reader, event, part, inside)
    elif name in _PATTERNS:
        _check_patterns(reader, parts, name, inside)
    return words


def ignored_filter(reader: Reader, key: Node, where: Where, own: tuple[str, ...]) -> None:
    """A filter that the event doesn't have: GitHub says nothing and goes on without it."""
    from headway.errors import nearest

    close = nearest(key.value, own)
    hint = f"its filters: {', '.join(own)}" if own else "it takes none"
    if close is not None:
        hint = f'did you mean "{close}"? {hint}'
    message = f'the event has no filter "{key.value}": GitHub ignores it'
    reader.warning(key, where, message, hint, "event")


def _check_type(reader: Reader, event: str, node: Node, where: Where) -> None:
    types = EVENTS[event]
    if node.kind != "str" or not node.value or node.value in types:
        return
    from headway.errors import did_you_mean

    message = f'"{node.value}" is no activity type of {event}: it never starts the workflow'
    reader.warning(node, where, message, did_you_mean(node.value, types), "event")


def _check_patterns(reader: Reader, nodes: list[Node], name: str, where: Where) -> None:
    from headway.workflow import pattern

    texts = []
    for node in nodes:
        if node.kind != "str" or not node.value or "${{" in node.value:
            continue
        texts.append(node.value)
        for message, offset in pattern.problems(node.value):
            reader.problem(node, where, message, rule="pattern", offset=offset, length=1)
    wrong = pattern.list_problem(texts, name)
    if wrong and len(texts) == len(nodes):
        reader.warning(nodes[0], where, wrong, rule="pattern")


def _exclusive(reader: Reader, node: Node, where: Where) -> None:
    names = {key.value: key for key, _ in node.value}
    for name in ("branches", "tags", "paths"):
        if name in names and f"{name}-ignore" in names:
            message = f'"{name}" and "{name}-ignore" cannot both be used for an event'
            hint = f'use "{name}" with patterns that begin with "!" for what is left out'
            reader.problem(names[f"{name}-ignore"], where, message, hint)


def _schedules(reader: Reader, node: Node, where: Where) -> tuple[Schedule, ...]:
    found = []
    for index, item in enumerate(reader.items(node, where, 'a list of "- cron: …"')):
        inside = (*where, index)
        fields = reader.fields(item, inside, ("cron", "timezone"), ignored="GitHub ignores it")
        reader.require(item, inside, fields, "cron")
        cron = zone = ""
        if "cron" in fields:
            cron = _cron(reader, fields["cron"], (*inside, "cron"))
        if "timezone" in fields:
            zone = _zone(reader, fields["timezone"], (*inside, "timezone"))
        if cron:
            found.append(Schedule(cron, reader.place(fields["cron"]), timezone=zone or "UTC"))
    return tuple(found)


def _cron(reader: Reader, node: Node, where: Where) -> str:
    from headway.workflow import cron

    text = reader.word(node, where, "a cron line")
    wrong = cron.problems(text) if text else []
    for message, offset in wrong:
        reader.problem(node, where, message, rule="cron", offset=offset, length=1)
    if text and not wrong and (often := _interval(cron.parse(text).minutes)) < _SHORTEST:
        message = f"due every {often} minutes; GitHub runs it at most every {_SHORTEST}"
        reader.warning(node, where, message.replace("1 minutes", "minute"), rule="cron")
    return "" if wrong else text


def _interval(minutes: tuple[int, ...]) -> int:
    """The shortest time between two of the minutes of an hour."""
    following = (*minutes[1:], minutes[0] + 60)
    return min(later - earlier for earlier, later in zip(minutes, following, strict=True))


def _zone(reader: Reader, node: Node, where: Where) -> str:
    from headway.workflow.cron import zone_problem

    text = reader.word(node, where, "the name of a time zone")
    wrong = zone_problem(text) if text else None
    if wrong:
        hint = "" if "did you mean" in wrong else "for example Europe/Berlin"
        reader.problem(node, where, wrong, hint, "cron")
        return ""
    return text
