"""OWASP ZAP's traditional JSON report (with or without requests), versions 2.9 and newer."""

from __future__ import annotations

import re

from msgspec import Struct, field

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.report import Finding
from headway.quality.secret import scrub
from headway.quality.severity import Severity

NAME = "zap"
KIND: Kind = "findings"
SYNTAX = "json"

_RISK: dict[str, tuple[str, Severity]] = {
    "3": ("High", "high"),
    "2": ("Medium", "medium"),
    "1": ("Low", "low"),
    "0": ("Informational", "info"),
}
_FALSE_POSITIVE = "0"  # as `confidence`
_TAG = re.compile(r"<[^>]{0,200}>")


class Instance(Struct, frozen=True):
    uri: str = ""
    method: str = ""


class Alert(Struct, frozen=True):
    """Request, response and evidence may hold credentials and are not read."""

    riskcode: str
    pluginid: str = ""
    alertRef: str = ""
    name: str = ""
    alert: str = ""
    confidence: str = ""
    desc: str = ""
    count: str = "0"
    instances: list[Instance] = []


class Site(Struct, frozen=True):
    name: str = field(name="@name", default="")
    alerts: list[Alert] = []


class Insight(Struct, frozen=True):
    description: str = ""
    reason: str = ""


class Document(Struct, frozen=True):
    site: list[Site] | Site
    version: str = field(name="@version", default="")
    stoppingInsight: Insight | None = None


def detect(head: Head) -> bool:
    return head.has("@version", "@generated") and (head.has("site") or "ZAP" in head.text)


def parse(source: Source) -> Report:
    """One finding for each kind of alert on each site, as ZAP counts them itself; `url` is the
    first place. Incomplete when ZAP stopped the scan early."""
    document = decode(source, Document)
    sites = document.site if isinstance(document.site, list) else [document.site]
    pairs = [(site, alert) for site in sites for alert in site.alerts]
    stopped = document.stoppingInsight
    return Report(
        tool=NAME,
        kind=KIND,
        tool_version=document.version,
        findings=tuple(
            _finding(site, alert) for site, alert in pairs if alert.confidence != _FALSE_POSITIVE
        ),
        measures={
            "findings": len(pairs),
            "findings.places": sum(int(a.count) for _, a in pairs if a.count.isdecimal()),
        },
        complete=stopped is None,
        reason=(stopped.description or stopped.reason or "ZAP stopped early") if stopped else "",
    )


def _finding(site: Site, alert: Alert) -> Finding:
    word, severity = _RISK.get(alert.riskcode, (alert.riskcode, "medium"))
    text = " ".join(_TAG.sub(" ", alert.desc).split())
    name = alert.name or alert.alert
    return Finding(
        rule=alert.alertRef or alert.pluginid or name,
        message=scrub(f"{name}: {text}" if text else name)[:1000],
        severity=severity,
        word=word,
        category="dynamic",
        tool=NAME,
        context=site.name,
        url=scrub(alert.instances[0].uri) if alert.instances else site.name,
    )
