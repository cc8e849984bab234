"""Which findings a waiver is for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase

from headway.quality.merge.findings import package_name
from headway.quality.report import Finding
from headway.quality.settings import Waiver


def active(waiver: Waiver, today: date) -> bool:
    """Its last day is still one on which it holds."""
    return today <= waiver.until


def covers(waiver: Waiver, finding: Finding) -> bool:
    """All that the waiver names is so of the finding; `*` stands for any text."""
    if waiver.gate:
        return False
    return (
        (not waiver.rule or _rule(waiver.rule, finding))
        and finding.fingerprint.startswith(waiver.finding)
        and (not waiver.package or _package(waiver.package, finding))
        and (not waiver.path or in_path(waiver.path, finding.file))
    )


def _rule(name: str, finding: Finding) -> bool:
    wanted = name.lower()
    ids = (finding.rule, *finding.aliases)
    return any(wanted == one.lower() or fnmatchcase(one.lower(), wanted) for one in ids)


def _package(name: str, finding: Finding) -> bool:
    """`requests`, `requests@2.0`, `@scope/name@1.0`."""
    if not finding.package:
        return False
    at = name.rfind("@")
    package, version = (name[:at], name[at + 1 :]) if at > 0 else (name, "")
    same = package == finding.package or package_name(package) == package_name(finding.package)
    return same and (not version or version == finding.version)


def in_path(pattern: str, path: str) -> bool:
    """A file, a folder with all in it, or a pattern whose `*` crosses folders too."""
    if not path:
        return False
    folder = pattern.rstrip("/").removesuffix("/**")
    if not re.search(r"[*?\[]", folder):
        return path == folder or path.startswith(folder + "/")
    return fnmatchcase(path, pattern)


class Waivers:
    """All waivers, quick to ask about many findings."""

    def __init__(self, waivers: Iterable[Waiver], today: date) -> None:
        self.all = tuple(sorted(waivers, key=_order))
        self.active = tuple(one for one in self.all if active(one, today))
        self.expired = tuple(one for one in self.all if not active(one, today))
        self._by_rule: dict[str, list[Waiver]] = {}
        self._others: list[Waiver] = []
        for one in self.active:
            if one.rule and not re.search(r"[*?\[]", one.rule):
                self._by_rule.setdefault(one.rule.lower(), []).append(one)
            elif not one.gate:
                self._others.append(one)

    def of(self, finding: Finding) -> Waiver | None:
        """The active waiver for a finding, if there is one."""
        if self._by_rule:
            for rule in (finding.rule, *finding.aliases):
                for one in self._by_rule.get(rule.lower(), ()):
                    if covers(one, finding):
                        return one
        return next((one for one in self._others if covers(one, finding)), None)

    def of_gate(self, gate: str) -> Waiver | None:
        """The active waiver for a gate."""
        return next((w for w in self.active if w.gate and fnmatchcase(gate, w.gate)), None)


def _order(waiver: Waiver) -> tuple[str, ...]:
    """What lasts longest comes first, so that the order in the file changes nothing."""
    last = str(date.max.toordinal() - waiver.until.toordinal()).zfill(8)
    return (last, waiver.subject, waiver.owner, waiver.reason)
