"""Known vulnerabilities of packages: what every scanner's report has in common.

Scanners name one advisory differently (CVE, GHSA, PYSEC, their own number). `finding` puts the
most widely shared id first and keeps the others as aliases, so that two scanners' same finding
can be recognised.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from headway.quality.report import Category, Finding
from headway.quality.severity import Severity, of_cvss, of_word

# A scanner that rates nothing (pip-audit, Safety without a key) fails on every advisory, and
# nothing says that one is harmless. One that says "unknown" has looked and found no rating.
UNRATED: Severity = "high"
_UNKNOWN: dict[str, Severity] = {"unknown": "medium", "unassigned": "medium", "none": "medium"}

UNDESCRIBED = "known vulnerability"  # where a scanner has no words for it

_SHARED = ("CVE-", "GHSA-", "PYSEC-", "OSV-")
_ID = re.compile(
    r"CVE-\d{4}-\d{4,}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}|PYSEC-\d{4}-\d+|SNYK-[A-Z0-9-]+\d"
)


def ids_in(*texts: str) -> list[str]:
    """The advisory ids that these texts mention, in order."""
    return [found for text in texts for found in _ID.findall(text)]


def named(ids: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """(the id that most scanners know, the others); ("", ()) when there is none."""
    unique = list(dict.fromkeys(one.strip() for one in ids if one and one.strip()))
    unique.sort(key=_rank)
    return (unique[0], tuple(unique[1:])) if unique else ("", ())


def _rank(one: str) -> int:
    return next((n for n, prefix in enumerate(_SHARED) if one.startswith(prefix)), len(_SHARED))


def score(*candidates: float | None) -> float | None:
    """The first CVSS base score that is one; give version 4 before 3 before 2."""
    return next((c for c in candidates if c is not None and 0.0 < c <= 10.0), None)


def rated(word: str, cvss: float | None) -> Severity:
    """By the tool's word, else by the score, else UNRATED."""
    if word.strip() and not (word.strip().lower() in _UNKNOWN and cvss is not None):
        return of_word(word, _UNKNOWN)
    return of_cvss(cvss) if cvss is not None else UNRATED


def finding(
    *,
    tool: str,
    ids: Iterable[str],
    package: str,
    version: str = "",
    fixed: Iterable[str] = (),
    message: str = "",
    word: str = "",
    cvss: float | None = None,
    url: str = "",
    file: str = "",
    line: int = 0,
    category: Category = "dependency",
) -> Finding:
    """One advisory about one package at one version."""
    rule, aliases = named(ids)
    return Finding(
        rule=rule or "unnamed",
        aliases=aliases,
        message=" ".join(message.split())[:1000] or UNDESCRIBED,
        severity=rated(word, cvss),
        word=word,
        cvss=cvss,
        category=category,
        tool=tool,
        package=package,
        version=version,
        fixed_version=", ".join(dict.fromkeys(one for one in fixed if one)),
        url=url,
        file=file,
        line=line,
    )
