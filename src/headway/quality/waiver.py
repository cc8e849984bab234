"""Which findings a waiver is for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from fnmatch import fnmatchcase, translate

from headway.quality.merge.findings import package_name
from headway.quality.report import Finding
from headway.quality.settings import Waiver

Test = Callable[[Finding], bool]

_PATTERN = re.compile(r"[*?\[]")


def is_pattern(text: str) -> bool:
    return _PATTERN.search(text) is not None


def active(waiver: Waiver, today: date) -> bool:
    """Its last day is still one on which it holds."""
    return today <= waiver.until


def matcher(waiver: Waiver) -> Test:
    """Whether a finding is all that the waiver names; `*` stands for any text."""
    tests = [
        make(text)
        for make, text in (
            (_fingerprint, waiver.finding),
            (_rule, waiver.rule),
            (_package, waiver.package),
            (_path, waiver.path),
        )
        if text
    ]
    if not tests:
        return lambda finding: False  # it is for a gate
    if len(tests) == 1:
        return tests[0]
    return lambda finding: all(test(finding) for test in tests)


def _fingerprint(start: str) -> Test:
    return lambda finding: finding.fingerprint.startswith(start)


def _rule(name: str) -> Test:
    wanted = name.lower()
    if not is_pattern(wanted):
        return lambda finding: (
            finding.rule.lower() == wanted
            or any(alias.lower() == wanted for alias in finding.aliases)
        )
    fits = re.compile(translate(wanted)).match
    return lambda finding: any(fits(one.lower()) for one in (finding.rule, *finding.aliases))


def _package(name: str) -> Test:
    """`requests`, `requests@2.0`, `@scope/name@1.0`."""
    at = name.rfind("@")
    package, version = (name[:at], name[at + 1 :]) if at > 0 else (name, "")
    plain = package_name(package)

    def test(finding: Finding) -> bool:
        if not finding.package or (version and version != finding.version):
            return False
        return package == finding.package or plain == package_name(finding.package)

    return test


def _path(pattern: str) -> Test:
    """A file, a folder with all in it, or a pattern whose `*` crosses folders too."""
    folder = pattern.rstrip("/").removesuffix("/**")
    if not is_pattern(folder):
        inside = folder + "/"
        return lambda finding: finding.file == folder or finding.file.startswith(inside)
    fits = re.compile(translate(pattern)).match
    return lambda finding: bool(finding.file and fits(finding.file))


class Waivers:
    """All waivers, quick to ask about many findings."""

    def __init__(self, waivers: Iterable[Waiver], today: date) -> None:
        self.all = tuple(sorted(waivers, key=_order))
        self.active = tuple(one for one in self.all if active(one, today))
        self.expired = tuple(one for one in self.all if not active(one, today))
        self._by_rule: dict[str, list[tuple[Waiver, Test]]] = {}
        self._others: list[tuple[Waiver, Test]] = []
        for one in self.active:
            if one.rule and not is_pattern(one.rule):
                self._by_rule.setdefault(one.rule.lower(), []).append((one, matcher(one)))
            elif not one.gate:
                self._others.append((one, matcher(one)))

    def of(self, finding: Finding) -> Waiver | None:
        """The active waiver for a finding, if there is one."""
        if self._by_rule:
            for rule in (finding.rule, *finding.aliases):
                for one, test in self._by_rule.get(rule.lower(), ()):
                    if test(finding):
                        return one
        return next((one for one, test in self._others if test(finding)), None)

    def of_gate(self, gate: str) -> Waiver | None:
        """The active waiver for a gate."""
        return next((w for w in self.active if w.gate and fnmatchcase(gate, w.gate)), None)


def _order(waiver: Waiver) -> tuple[str, ...]:
    """What lasts longest comes first, so that the order in the file changes nothing."""
    last = str(date.max.toordinal() - waiver.until.toordinal()).zfill(8)
    return (last, waiver.subject, waiver.owner, waiver.reason)
