"""The gates, in the order in which a verdict shows them. A new one is a module and a line here."""

from __future__ import annotations

from headway.quality.gate import Gate
from headway.quality.gates import (
    complexity,
    coverage,
    duplication,
    licenses,
    lint,
    new_findings,
    performance,
    quality_score,
    quarantine,
    ratchets,
    reports,
    rules,
    secrets,
    security,
    security_score,
    tests,
    types,
    vulnerabilities,
)

GATES: dict[str, Gate] = {
    "reports": reports,
    "tests": tests,
    "quarantine": quarantine,
    "coverage": coverage,
    "lint": lint,
    "types": types,
    "complexity": complexity,
    "duplication": duplication,
    "vulnerabilities": vulnerabilities,
    "security": security,
    "secrets": secrets,
    "licenses": licenses,
    "security_score": security_score,
    "quality_score": quality_score,
    "performance": performance,
    "new_findings": new_findings,
    "ratchets": ratchets,
    "rules": rules,
}
