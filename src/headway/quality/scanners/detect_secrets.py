"""detect-secrets: secrets in files that git knows, against the project's baseline."""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners.base import BESIDE, Command, Plan, not_for
from headway.quality.scanners.project import Project

NAME = TOOL = "detect-secrets"
KIND: Kind = "findings"
INSTALL = "pip install detect-secrets"
_BASELINE = ".secrets.baseline"


def plan(project: Project, own: Tool) -> Plan:
    configured = project.has(_BASELINE)
    if not configured and not own.run:
        return not_for(f"no {_BASELINE}; gitleaks looks for secrets")
    if not project.in_git:
        return not_for("it looks at files that git knows, and this is no repository")
    argv = ("scan", *own.args)
    if not configured:
        command = Command(program=NAME, argv=argv, where="stdout", ran=(0,))
        return Plan(why="headway.yaml", wanted=True, commands=(command,))
    # It writes into the baseline that it compares with: into a copy, which becomes the report.
    copy = f"{NAME}-baseline.json"
    command = Command(
        program=NAME,
        argv=(*argv, "--baseline", f"{BESIDE}/{copy}"),
        written=copy,
        ran=(0,),
        files={copy: project.text(_BASELINE)},
    )
    return Plan(why=_BASELINE, wanted=True, commands=(command,))
