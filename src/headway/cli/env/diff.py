"""`headway env diff`: which release, files and settings differ between two environments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from headway import home
from headway.cli.output import Out
from headway.console import clean
from headway.errors import DONE, HeadwayError
from headway.journal import Journal, rollouts
from headway.units import (
    QUANTITIES,
    Duration,
    Rate,
    Share,
    Size,
    duration_text,
    rate_text,
    share_text,
    size_text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from headway.journal.rollouts import Serving

HELP = "compare two environments"
EXAMPLE = """\
headway env diff staging production           releases, files and settings
headway env diff staging production --json    for programs"""
MOST = 40  # files


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("one", metavar="ONE", help="an environment of headway.yaml")
    add("other", metavar="OTHER", help="another")
    add("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    from headway.app import project

    here = project.here()
    plain = [_written(here.environment(name)) for name in (args.one, args.other)]
    journal = Journal.open(home.journal())
    serving = {s.name: s for s in journal.query(lambda db: rollouts.environments(db, here.service))}
    both = [serving.get(name) for name in (args.one, args.other)]
    settings = list(_differences("", plain[0], plain[1]))
    files = _files(both)
    out = Out()
    versions = [s.version if s else "" for s in both]
    if args.json:
        out.json({"versions": versions, "files": files, "settings": settings})
        return DONE
    one, other = (version or "nothing" for version in versions)
    same = "the same release" if _same(both) else "different releases"
    lines = [f"{args.one} serves {one}, {args.other} {other}: {same}"]
    lines += [f"  {mark} {clean.one_line(path)}" for mark, path in files[:MOST]]
    if len(files) > MOST:
        lines.append(f"  … and {len(files) - MOST} more files")
    lines += [
        f"{path}: {clean.one_line(_shown(a))} / {clean.one_line(_shown(b))}"
        for path, a, b in settings
    ]
    if not settings:
        lines.append("their settings are the same")
    out.lines(lines)
    return DONE


def _same(both: list[Serving | None]) -> bool:
    return len({s.release if s else "" for s in both}) == 1


def _files(both: list[Serving | None]) -> list[tuple[str, str]]:
    from headway.app import releases
    from headway.delivery.release import differences

    one, other = both
    if one is None or other is None or _same(both):
        return []
    try:
        store = releases.store()
        return differences(store.entries(one.release), store.entries(other.release))
    except HeadwayError:
        return []


def _differences(path: str, one: Any, other: Any) -> list[tuple[str, Any, Any]]:
    if one == other:
        return []
    if isinstance(one, dict) and isinstance(other, dict):
        found = []
        for key in sorted(one.keys() | other.keys()):
            inner = f"{path}.{key}" if path else key
            found += _differences(inner, one.get(key), other.get(key))
        return found
    return [(path, one, other)]


def _written(value: Any) -> Any:
    """Settings as one writes them: quantities with their units, keys that say something."""
    if isinstance(value, QUANTITIES):
        return _TEXTS[type(value)](value)
    if isinstance(value, Struct):
        value = {key: getattr(value, key) for key in value.__struct_fields__}
    if isinstance(value, Mapping):
        pairs = ((str(key), _written(inner)) for key, inner in value.items())
        return {key: inner for key, inner in pairs if inner not in (None, "", [], {})}
    if isinstance(value, tuple | list):
        return [_written(one) for one in value]
    return value


_TEXTS: dict[type, Callable[[Any], str]] = {
    Duration: duration_text,
    Share: share_text,
    Size: size_text,
    Rate: rate_text,
}


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "unset" if value is None else str(value)
