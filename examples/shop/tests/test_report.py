"""The script that joins the results of the jobs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / "scripts" / "report.py"
JUNIT = """<testsuites><testsuite tests="2" time="0.5">
<testcase classname="tests.test_app" name="test_one"/>
<testcase classname="tests.test_app" name="test_two"><failure/></testcase>
</testsuite></testsuites>"""


def test_a_row_for_each_job_and_a_line_for_each_failure(tmp_path: Path):
    folder = tmp_path / "results-3.11-memory"
    folder.mkdir()
    (folder / "junit.xml").write_text(JUNIT)
    (folder / "coverage.xml").write_text('<coverage line-rate="0.875"/>')
    answer = subprocess.run(
        [sys.executable, SCRIPT, tmp_path], capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines()[2:] == ["| 3.11-memory | 2 | 1 | 0.5 | 87.5 % |"]
    assert answer.stderr.splitlines() == [
        "::error title=Failed with 3.11-memory::tests.test_app.test_two",
        "::warning title=Coverage of 3.11-memory::87.5 % is below 90 %",
        "::notice title=Tests::2 tests in 1 jobs",
    ]
