"""`headway schema`: the JSON Schema of headway.yaml, for editors and other tools."""

from __future__ import annotations

from headway.errors import DONE, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "print the JSON Schema of headway.yaml"
EXAMPLE = """\
headway schema                                    for programs
headway schema --output .headway.schema.json      for an editor: docs/configuration.md says how"""


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("-o", "--output", metavar="FILE", help="write it there instead")


def main(args: Namespace) -> int:
    """0. Raises UsageError (2) when the file can't be written."""
    import json

    from headway.cli.output import Out
    from headway.config.schema import schema

    if not args.output:
        Out().json(schema())
        return DONE
    try:
        with open(args.output, "w", encoding="utf-8") as file:
            file.write(json.dumps(schema(), indent=2) + "\n")
    except OSError as error:
        raise UsageError(f"{args.output} can't be written: {error.strerror}") from None
    return DONE
