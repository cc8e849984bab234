"""jscpd: copied code, in any language."""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners.base import BESIDE, Command, Plan, not_for
from headway.quality.scanners.project import SKIPPED, Project

NAME = TOOL = "jscpd"
KIND: Kind = "duplication"
INSTALL = "pip install jscpd (or npm install --save-dev jscpd)"
_CODE = (
    *(".py", ".js", ".jsx", ".ts", ".tsx", ".mjs", ".go", ".java", ".kt", ".rb", ".rs", ".c"),
    *(".cc", ".cpp", ".h", ".cs", ".php", ".swift", ".scala"),
)  # fmt: skip
# It would compare these too, and they are alike by their nature.
_NO_CODE = (".json", ".xml", ".txt", ".csv", ".md", ".lock", ".svg", ".yaml", ".yml", ".toml")


def plan(project: Project, own: Tool) -> Plan:
    code = project.ending(*_CODE)
    if not code:
        return not_for("no code")
    configured = project.has(".jscpd.json")
    out = [f"**/{one}/**" for one in sorted(SKIPPED)]
    out += [f"**/{one}/**" for one in project.out()]
    out += [f"**/*{ending}" for ending in _NO_CODE]
    argv = (
        *("--reporters", "json", "--output", BESIDE, "--silent", "--ignore", ",".join(out)),
        *own.args,
        *sorted({file.split("/")[0] for file in code}),
    )
    command = Command(program=NAME, argv=argv, written="jscpd-report.json")
    why = ".jscpd.json" if configured else "code"
    return Plan(why=why, wanted=configured, commands=(command,))
