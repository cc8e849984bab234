"""What makes a finding the same finding after lines have moved, tools changed their counts and
versions went up: a hash of its rule, its file and the line of code it is about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from headway.quality.report import Finding

LineOf = Callable[[str, int], str]

_NUMBERS = re.compile(r"0x[0-9a-fA-F]+|\d+")
LENGTH = 20


def fingerprinted(findings: Iterable[Finding], line_of: LineOf | None = None) -> list[Finding]:
    """The findings of one report, sorted by place, with `fingerprint` and `occurrence`.

    `line_of(file, line)` gives a source line, "" when there is none; without it, what the
    report quotes counts. Of several findings alike the first in the file is occurrence 0.
    """
    seen: dict[str, int] = {}
    done = []
    for finding in sorted(findings, key=place):
        key = identity(finding, line_of)
        occurrence = seen.get(key, 0)
        seen[key] = occurrence + 1
        done.append(
            replace(finding, fingerprint=hashed(key, str(occurrence)), occurrence=occurrence)
        )
    return done


def place(finding: Finding) -> tuple[str, int, int, str, str, str, str]:
    """Sorts findings by where they are, and no two different ones alike by chance of order."""
    return (
        finding.file,
        finding.line,
        finding.column,
        finding.rule,
        finding.package,
        finding.version,
        finding.message,
    )


def identity(finding: Finding, line_of: LineOf | None = None) -> str:
    """What two findings have in common when they are about the same thing."""
    if finding.package:
        return hashed("package", finding.rule, finding.package)
    if finding.category == "secret" and finding.context:
        # The hash of the secret; scanners have different names for what kind it is.
        return hashed("secret", finding.file, finding.context)
    about = ""
    if line_of is not None and finding.line and finding.category != "secret":
        about = squeezed(line_of(finding.file, finding.line))
    about = about or squeezed(finding.context)
    if about:
        return hashed("line", finding.rule, finding.file, about)
    return hashed("message", finding.rule, finding.file, skeleton(finding.message))


def skeleton(message: str) -> str:
    """The message without numbers: "too complex (16 > 10)" stays when it becomes 17."""
    return squeezed(_NUMBERS.sub("#", message))


def squeezed(text: str) -> str:
    """Without indentation, and with single spaces."""
    return " ".join(text.split())


def hashed(*parts: str) -> str:
    import hashlib

    whole = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(whole).hexdigest()[:LENGTH]


def lines_from(read: Callable[[str], Sequence[str] | None]) -> LineOf:
    """A LineOf over a reader of whole files (their lines, or None); each file is read once."""
    cache: dict[str, Sequence[str]] = {}

    def line_of(file: str, line: int) -> str:
        if file not in cache:
            cache[file] = read(file) or ()
        lines = cache[file]
        return lines[line - 1] if 0 < line <= len(lines) else ""

    return line_of
