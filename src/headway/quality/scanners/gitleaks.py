"""gitleaks: secrets in the working tree. What git ignores is left out: it isn't committed."""

from __future__ import annotations

import re

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners.base import BESIDE, REPORT, Command, Plan, not_for
from headway.quality.scanners.project import SKIPPED, Project

NAME = TOOL = "gitleaks"
KIND: Kind = "findings"
INSTALL = "https://github.com/gitleaks/gitleaks#installing"
_OWN = ".gitleaks.toml"
_SETTINGS = "gitleaks.toml"


def plan(project: Project, own: Tool) -> Plan:
    configured = project.has(_OWN) or project.has(".gitleaksignore")
    if not project.files:
        return not_for("no files")
    if project.has(".secrets.baseline") and not configured and not own.run:
        return not_for("detect-secrets is configured")
    argv = (
        *("dir", ".", "--no-banner", "--no-color", "--redact", "--exit-code", "0"),
        *("--report-format", "sarif", "--report-path", REPORT),
        *("--config", f"{BESIDE}/{_SETTINGS}"),
        *own.args,
    )
    command = Command(
        program=NAME,
        argv=argv,
        report="sarif",
        ran=(0,),
        files={_SETTINGS: _settings(project)},
    )
    return Plan(why=_OWN if project.has(_OWN) else "files", wanted=configured, commands=(command,))


def _settings(project: Project) -> str:
    """The project's, or gitleaks' own, with what it doesn't look at."""
    base = "path = '''.gitleaks.toml'''" if project.has(_OWN) else "useDefault = true"
    out = [rf"(^|/){re.escape(name)}(/|$)" for name in sorted(SKIPPED)]
    out += [rf"^(\./)?{re.escape(path.rstrip('/'))}(/|$)" for path in project.out()]
    listed = ",\n  ".join(f"'''{pattern}'''" for pattern in out if "'''" not in pattern)
    return f"[extend]\n{base}\n\n[[allowlists]]\npaths = [\n  {listed}\n]\n"
