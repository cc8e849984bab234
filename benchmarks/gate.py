"""`headway gate` on the reports of a large project, beside tools that do a part of its work.

The project: 2,000 files of 100 lines, 200,000 covered lines, 5,000 tests, 10,000 findings.
`headway gate` reads all reports, names files, fingerprints findings by their source lines, asks
git what changed, judges, and writes evidence and verdict down. `coverage report` only sums up
coverage, `jq` only counts findings and tests. Every contestant is a whole process.

    python benchmarks/gate.py [--runs N] [--json FILE] [--installed]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from contestants import VENV, prepare
from measure import Command, alternate, load, peak_memory

FILES, LINES, TESTS, FINDINGS = 2_000, 100, 5_000, 10_000
RULES = ("F401", "E501", "B008", "UP035", "SIM102")  # none that fails a gate by default


def project(root: Path) -> None:
    """Sources and reports, committed; the reports are ignored by git, as they usually are."""
    chance = random.Random(5)
    paths = [f"src/shop/part{n // 50:02}/module{n:04}.py" for n in range(FILES)]
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"value_{n} = compute({n}, {path!r})\n" for n in range(LINES)))
    (root / ".gitignore").write_text("reports/\n.coverage\n")
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["config", "user.name", "bench"],
        ["config", "user.email", "bench@example.com"],
        ["add", "--all"],
        ["commit", "--quiet", "--message", "bench"],
    ):
        subprocess.run(["git", *command], cwd=root, check=True)
    covered = {path: [n for n in range(1, LINES + 1) if chance.random() < 0.9] for path in paths}
    reports = root / "reports"
    reports.mkdir()
    (reports / "coverage.xml").write_text(cobertura(root, covered))
    (reports / "junit.xml").write_text(junit(chance))
    (reports / "ruff.json").write_text(json.dumps(findings(root, paths, chance), indent=2))
    coverage_data(root, covered)


def cobertura(root: Path, covered: dict[str, list[int]]) -> str:
    """As coverage.py writes it."""
    parts = [
        '<?xml version="1.0" ?>\n<coverage version="7.6.1" timestamp="1700000000000"'
        f' lines-valid="{FILES * LINES}" lines-covered="{sum(map(len, covered.values()))}"'
        ' line-rate="0.9" branches-covered="0" branches-valid="0" branch-rate="0"'
        f' complexity="0">\n<sources><source>{root}</source></sources>\n'
        '<packages><package name="." line-rate="0.9" branch-rate="0" complexity="0"><classes>\n'
    ]
    for path, lines in covered.items():
        hit = set(lines)
        rows = "".join(
            f'\t\t\t\t\t\t<line number="{n}" hits="{int(n in hit)}"/>\n'
            for n in range(1, LINES + 1)
        )
        name = path.rpartition("/")[2]
        parts.append(
            f'<class name="{name}" filename="{path}" complexity="0" line-rate="0.9"'
            f' branch-rate="0"><methods/><lines>\n{rows}</lines></class>\n'
        )
    return "".join([*parts, "</classes></package></packages></coverage>\n"])


def junit(chance: random.Random) -> str:
    """As pytest writes it."""
    cases = "".join(
        f'<testcase classname="tests.test_{n // 50:03}.TestPart" name="test_case_{n}"'
        f' time="{chance.random():.3f}" />'
        for n in range(TESTS)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite'
        f' name="pytest" errors="0" failures="0" skipped="0" tests="{TESTS}" time="99.0"'
        f' timestamp="2026-01-01T00:00:00" hostname="bench">{cases}</testsuite></testsuites>'
    )


def findings(root: Path, paths: list[str], chance: random.Random) -> list[Any]:
    """As `ruff check --output-format json` writes them."""
    found = []
    for number in range(FINDINGS):
        path, line = chance.choice(paths), chance.randint(1, LINES)
        found.append(
            {
                "cell": None,
                "code": chance.choice(RULES),
                "end_location": {"column": 9, "row": line},
                "filename": str(root / path),
                "fix": None,
                "location": {"column": 1, "row": line},
                "message": f"Something is not as it should be, number {number}",
                "noqa_row": line,
                "severity": "error",
                "url": "https://docs.astral.sh/ruff/rules/",
            }
        )
    return found


def coverage_data(root: Path, covered: dict[str, list[int]]) -> None:
    """The same coverage as the data file that `coverage report` reads."""
    script = (
        "import json, sys; from coverage import CoverageData\n"
        "data = CoverageData('.coverage'); data.add_lines(json.load(sys.stdin)); data.write()\n"
    )
    whole = {str(root / path): lines for path, lines in covered.items()}
    given = json.dumps(whole)
    python = str(VENV / "bin" / "python")
    subprocess.run([python, "-c", script], cwd=root, input=given, text=True, check=True)


def contestants(root: Path, home: Path) -> dict[str, Command]:
    environment = {**os.environ, "HEADWAY_HOME": str(home), "NO_COLOR": "1"}
    environment.pop("GITHUB_ACTIONS", None)
    program = VENV / "bin"
    found = {
        "headway gate": [str(program / "headway"), "gate"],
        "headway report": [str(program / "headway"), "report"],
        "coverage report": [str(program / "python"), "-m", "coverage", "report"],
    }
    jq = shutil.which("jq")
    if jq:
        count = "group_by(.code) | map({(.[0].code): length}) | add"
        found["jq, counting findings"] = [jq, count, "reports/ruff.json"]
    return {name: Command(tuple(argv), root, environment) for name, argv in found.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description="headway gate on a large project's reports")
    parser.add_argument("--runs", type=int, default=7, help="counted runs for each median")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--installed", action="store_true", help="don't install Headway again")
    chosen = parser.parse_args()
    if not chosen.installed:
        prepare()
    python = str(VENV / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "-qq", "coverage"], check=True)
    with tempfile.TemporaryDirectory(prefix="headway-bench-") as name:
        root = Path(name) / "project"
        root.mkdir()
        project(root)
        commands = contestants(root, Path(name) / "home")
        medians = alternate(list(commands.values()), chosen.runs)
        memory = {one: peak_memory(command) for one, command in commands.items()}
    print("| | seconds | MiB |")
    print("|---|--:|--:|")
    for one, seconds in zip(commands, medians, strict=True):
        print(f"| {one} | {seconds:.2f} | {memory[one]:.0f} |")
    print(f"\nmedian of {chosen.runs} runs, load average {load()}", file=sys.stderr)
    if chosen.json:
        chosen.json.write_text(json.dumps(dict(zip(commands, medians, strict=True)), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
