"""The graph that `needs` makes of the jobs: unknown names and cycles."""

from __future__ import annotations

from headway.workflow.expression import to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.workflow.model import Job
    from headway.workflow.source import Node
    from headway.workflow.syntax.reader import Reader, Where


_SHOWN = 12  # jobs of a cycle


def check_needs(reader: Reader, jobs: dict[str, Job], nodes: dict[str, list[Node]]) -> None:
    """`nodes` has the nodes of each job's needs, in their order. Names compare without case."""
    known = {id.lower(): id for id in jobs}
    edges: dict[str, list[tuple[str, Node]]] = {}
    for id, needed in nodes.items():
        edges[id] = []
        for node in needed:
            name = "" if node.kind in ("map", "seq") else to_text(node.value)
            found = known.get(name.lower())
            if found is None and name and "${{" not in name:
                _unknown(reader, node, ("jobs", id, "needs"), name, [n for n in jobs if n != id])
            elif found is not None:
                edges[id].append((found, node))
    for cycle in _cycles(edges):
        _report(reader, cycle, edges)


def _unknown(reader: Reader, node: Node, where: Where, name: str, others: list[str]) -> None:
    from headway.errors import did_you_mean

    hint = did_you_mean(name, others) if others else "there is no other job"
    reader.problem(node, where, f'there is no job "{name}"', hint, "needs")


def _cycles(edges: dict[str, list[tuple[str, Node]]]) -> list[list[str]]:
    """One cycle for each knot of jobs that wait for each other, each as the path along it."""
    found: list[list[str]] = []
    done: set[str] = set()
    for start in edges:
        if start in done:
            continue
        path, on_path = [start], {start}
        waiting = [iter(edges[start])]
        while waiting:
            following = next(waiting[-1], None)
            if following is None:
                waiting.pop()
                last = path.pop()
                on_path.discard(last)
                done.add(last)
                continue
            name = following[0]
            if name in on_path:
                found.append(path[path.index(name) :])
            elif name in edges and name not in done:
                path.append(name)
                on_path.add(name)
                waiting.append(iter(edges[name]))
    return found


def _report(reader: Reader, cycle: list[str], edges: dict[str, list[tuple[str, Node]]]) -> None:
    first = cycle[0]
    following = cycle[1] if len(cycle) > 1 else first
    node = next(node for name, node in edges[first] if name == following)
    if len(cycle) == 1:
        message, hint = "a job cannot need itself", "leave it out"
    else:
        shown = cycle if len(cycle) <= _SHOWN else [*cycle[: _SHOWN - 1], "…", cycle[-1]]
        message = f"jobs wait for each other: {' → '.join([*shown, first])}"
        hint = "one of them has to go without the other"
    reader.problem(node, ("jobs", first, "needs"), message, hint, "needs")
