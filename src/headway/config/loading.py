"""From the text of headway.yaml to a Config, or to the list of what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Collection

from headway import config
from headway.config.model import Config, Sections
from headway.config.reader import WRONG, Reader
from headway.config.shape import Record
from headway.config.tree import Tree
from headway.errors import InvalidFile, Problem
from headway.workflow import source

ROOT = Record(Sections)


def load(root: str | os.PathLike[str]) -> Config:
    """See `headway.config.load`."""
    name = config.find(root)
    if name is None:
        return Config()
    found, problems = read(config.read_bytes(root, name), name)
    if problems:
        raise InvalidFile(problems, found.sources)
    return found


def read(
    data: str | bytes, path: str = config.NAME, only: Collection[str] = ()
) -> tuple[Config, list[Problem]]:
    """What the file says, and every mistake in it; with mistakes all values are defaults.

    With `only`, just these sections are read, and the others left alone; an unknown key is
    a mistake still: it may be one of them misspelt.
    """
    text = source.decoded(data)
    tree = Tree(path, text)
    if _is_blank(text):
        return Config(tree=tree), []
    root, problems = source.parse(data, path)
    problems = [mended for problem in problems if (mended := _ours(problem)) is not None]
    if root is None:
        return Config(tree=tree), problems
    tree = Tree(path, text, root)
    if root.kind == "null":
        return Config(tree=tree), problems
    reader = Reader(tree)
    skipped = ROOT.keys.keys() - set(only) if only else ()
    sections = reader.record(root, ROOT, (), None, skipped)
    problems += reader.problems
    problems.sort(key=lambda problem: (problem.place.line, problem.place.column))
    if problems or sections is WRONG:
        return Config(tree=tree), problems
    values = {name: getattr(sections, name) for name in Sections.__struct_fields__}
    return Config(**values, tree=tree), []


def _is_blank(text: str) -> bool:
    lines = text.removeprefix("\ufeff").splitlines()
    return all(not line.strip() or line.lstrip().startswith("#") for line in lines)


def _ours(problem: Problem) -> Problem | None:
    """A mistake in YAML, without what only GitHub says: there keys compare without case."""
    if problem.rule == "duplicate" and problem.hint:
        return None
    return problem.replace(message=problem.message.replace(" by GitHub Actions", ""))
