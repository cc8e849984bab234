"""Expands `strategy.matrix` into combinations.

Source: "jobs.<job_id>.strategy.matrix" of GitHub's workflow syntax page: exclusion first,
then each `include` joins the original combinations it doesn't contradict, or stands alone.
"""

from __future__ import annotations

from headway.errors import HeadwayError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

LIMIT = 256  # jobs a matrix may make, GitHub's limit


def expand(matrix: object) -> list[dict[str, Any]]:
    """Combinations in GitHub's order, for a resolved matrix; [{}] when there is none.

    Raises HeadwayError for a value of the wrong shape or more than 256 combinations.
    """
    if matrix is None:
        return [{}]
    if not isinstance(matrix, dict):
        raise HeadwayError(f"matrix must be a mapping, got {_shape(matrix)}")
    vectors = {k: v for k, v in matrix.items() if k not in ("include", "exclude")}
    for name, values in vectors.items():
        if not isinstance(values, list):
            raise HeadwayError(f'matrix "{name}" must be a list, got {_shape(values)}')
        if not values:
            raise HeadwayError(f'matrix "{name}" is empty: it needs at least one value')
    excludes = _entries(matrix, "exclude")
    combinations = [c for c in _product(vectors) if not any(_covers(e, c) for e in excludes)]
    combinations = _included(combinations, _entries(matrix, "include"))
    if len(combinations) > LIMIT:
        raise HeadwayError(f"matrix makes {len(combinations)} jobs; the limit is {LIMIT}")
    return combinations


def _product(vectors: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    if not vectors:
        return []
    size = 1
    for values in vectors.values():
        size *= len(values)
    if size > 100 * LIMIT:  # refuse before the memory goes, not after
        raise HeadwayError(f"matrix makes {size} combinations; the limit is {LIMIT}")
    combinations: list[dict[str, Any]] = [{}]
    for name, values in vectors.items():
        combinations = [{**c, name: value} for c in combinations for value in values]
    return combinations


def _included(
    combinations: list[dict[str, Any]], includes: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    originals = [dict(c) for c in combinations]
    joined = list(combinations)
    alone = []
    for entry in includes:
        hit = False
        for index, original in enumerate(originals):
            if _covers({k: v for k, v in entry.items() if k in original}, original):
                # What an earlier include added may be overwritten; original values may not.
                joined[index] = {**joined[index], **entry}
                hit = True
        if not hit:
            alone.append(dict(entry))
    return joined + alone


def _covers(entry: Mapping[str, Any], combination: Mapping[str, Any]) -> bool:
    return all(k in combination and _same(v, combination[k]) for k, v in entry.items())


def _same(entry: object, value: object) -> bool:
    """Equal, or for mappings: every key that the entry names is equal."""
    if isinstance(entry, dict) and isinstance(value, dict):
        return all(k in value and _same(v, value[k]) for k, v in entry.items())
    if isinstance(entry, str) and isinstance(value, str):
        return entry.lower() == value.lower()
    return isinstance(entry, bool) == isinstance(value, bool) and entry == value


def _entries(matrix: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    entries = matrix.get(key)
    if entries is None or entries == "":
        return []
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise HeadwayError(f'matrix "{key}" must be a list of mappings, got {_shape(entries)}')
    return entries


def _shape(value: object) -> str:
    names = {dict: "a mapping", list: "a list", str: "a string", bool: "a boolean"}
    return names.get(type(value), "nothing" if value is None else "a number")


def suffix(matrix: Mapping[str, Any]) -> str:
    """What GitHub appends to a job's name: `(3.11, ubuntu)`; "" without values."""
    from headway.workflow.expression import to_text

    def leaves(value: object) -> list[str]:
        if isinstance(value, dict):
            return [leaf for v in value.values() for leaf in leaves(v)]
        if isinstance(value, list):
            return [leaf for v in value for leaf in leaves(v)]
        return [to_text(value)]

    texts = [text for text in leaves(dict(matrix)) if text]
    return f"({', '.join(texts)})" if texts else ""
