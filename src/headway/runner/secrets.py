"""Secrets that a user gives: from a file, the environment or a prompt. Never from argv alone."""

from __future__ import annotations

import os
import sys

from headway.errors import UsageError


def read_file(path: str) -> dict[str, str]:
    """`NAME=VALUE` lines; values may be quoted, and then span lines and hold \\n escapes.

    Blank lines, `# comments` and a leading `export ` are skipped. Raises UsageError with the
    line, never with the value.
    """
    try:
        with open(path, encoding="utf-8") as file:
            lines = iter(file.read().splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: the secret file can't be read: {error}") from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("export ").strip()
        if not text or text.startswith("#"):
            continue
        name, given, value = text.partition("=")
        name = name.strip()
        if not given or not name.replace("_", "a").isalnum():
            raise UsageError(f"{path}:{number}: expected NAME=VALUE")
        found[name.upper()] = _value(value.strip(), lines, f"{path}:{number}")
    return found


def _value(text: str, lines: object, place: str) -> str:
    quote = text[:1]
    if quote not in ("'", '"'):
        return text.partition(" #")[0].rstrip()
    parts = [text[1:]]
    while not parts[-1].rstrip().endswith(quote):
        following = next(lines, None)  # type: ignore[call-overload]
        if following is None:
            raise UsageError(f"{place}: the quoted value has no end")
        parts.append(following)
    value = "\n".join(parts).rstrip()[:-1]
    return value.replace("\\n", "\n").replace('\\"', '"') if quote == '"' else value


def ask(name: str) -> str:
    """The value of a secret from the environment, else from a prompt without an echo."""
    value = os.environ.get(name)
    if value is not None:
        return value
    if not sys.stdin.isatty():
        raise UsageError(
            f"secret {name} has no value", hint=f"export {name}=… or give it by --secret-file"
        )
    from getpass import getpass

    return getpass(f"{name}: ")
