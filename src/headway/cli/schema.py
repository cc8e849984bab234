"""`headway schema`: the JSON Schema of headway.yaml, for editors and other tools."""

from __future__ import annotations

from headway.errors import DONE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "print the JSON Schema of headway.yaml"
EXAMPLE = """\
headway schema > .headway/schema.json     for an editor: docs/configuration.md says how"""


def arguments(parser: ArgumentParser) -> None:
    """It takes none."""


def main(args: Namespace) -> int:
    """0."""
    from headway.cli.output import Out
    from headway.config.schema import schema

    Out().json(schema())
    return DONE
