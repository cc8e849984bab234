"""`headway init`: a first headway.yaml, made from what is in the repository."""

from __future__ import annotations

import os

from headway import config
from headway.cli.lint_files import find_root
from headway.cli.output import Out
from headway.errors import DONE, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from headway.config.starter.project import Component, Project

HELP = "write a first headway.yaml for what is in the repository"
EXAMPLE = """\
headway init                   look around, write headway.yaml, say what to do next
headway init --stdout          only show what would be written"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--force", action="store_true", help="overwrite the headway.yaml that is there")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--stdout", action="store_true", help="print it, write nothing")
    form.add_argument("--json", action="store_true", help="print what was found as JSON")


def main(args: Namespace) -> int:
    """0. Raises UsageError (2) when there is a headway.yaml already, or it can't be written."""
    from headway.config.starter import project, text

    root = find_root(os.getcwd())
    there = config.find(root)
    if there is not None and not (args.force or args.stdout):
        raise UsageError(
            f"{there} is there already",
            hint="--force overwrites it, --stdout shows what would be written",
        )
    found = project.find(root)
    written = text.text(found)
    name = there or config.NAME
    if args.stdout:
        Out(2).lines(_findings(found))
        Out().lines(written.splitlines())
        return DONE
    _write(os.path.join(root, name), written)
    if args.json:
        import msgspec

        Out().json({"file": name, "text": written, "found": msgspec.to_builtins(found)})
    else:
        Out().lines([*_findings(found), f"{os.path.relpath(os.path.join(root, name))}: written"])
        Out().lines(["", "next:", *_next(found)])
    return DONE


def _write(path: str, content: str) -> None:
    """Whole or not at all."""
    temporary = f"{path}.{os.getpid()}"
    try:
        with open(temporary, "x", encoding="utf-8") as file:
            file.write(content)
        os.replace(temporary, path)
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}") from None


def _findings(project: Project) -> Iterator[str]:
    for component in project.components:
        yield f"found {component.language}: {_described(component)}"
    for dockerfile in project.dockerfiles:
        port = f", port {dockerfile.port}" if dockerfile.port is not None else ""
        yield f"found {dockerfile.path}{port}"
    if project.workflows:
        yield f"found workflows: {', '.join(project.workflows)}"
    if not (project.components or project.dockerfiles or project.workflows):
        yield "found no manifests, Dockerfiles or workflows"


def _described(component: Component) -> str:
    """`shop in backend (pytest with coverage, ruff, mypy)`"""
    tools = list(component.tests)
    if tools and component.coverage:
        tools[0] += " with coverage"
    tools += component.checks
    where = f" in {component.path}" if component.path else ""
    return component.name + where + (f" ({', '.join(tools)})" if tools else "")


def _next(project: Project) -> Iterator[str]:
    from headway.cli.main import VERBS

    steps = {"run": "the workflows, on this machine"} if project.workflows else {}
    steps |= {"lint": "check headway.yaml and workflows"}
    if project.tested:
        steps |= {"gate": "the verdict on what the tools report"}
    for verb, text in steps.items():
        if verb in VERBS:
            yield f"  headway {verb:<5} {text}"
