"""Hostile and enormous reports: a ReportError with the place, in bounded memory and time."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from headway.quality.formats import FORMATS, load, read, read_report
from headway.quality.reading import ReportError, Source

LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE testsuites [
 <!ENTITY a "ha">
 <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
 <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
]>
<testsuites><testsuite name="&c;"><testcase name="t"/></testsuite></testsuites>
"""


def raised(data: bytes) -> ReportError:
    with pytest.raises(ReportError) as caught:
        read(Source("r", data))
    return caught.value


def test_entities_are_refused_where_they_are_declared() -> None:
    error = raised(LAUGHS)
    assert "declares entities" in error.problem
    assert error.line == 3


def test_files_of_the_machine_are_not_read() -> None:
    error = raised(
        b'<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        b'<testsuite><testcase name="t"><failure>&x;</failure></testcase></testsuite>'
    )
    assert "declares entities" in error.problem


def test_a_document_type_alone_is_fine() -> None:
    report = read(Source("r", b'<!DOCTYPE testsuite SYSTEM "http://x/y.dtd"><testsuite/>'))
    assert report.tests == ()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"<testsuite>" * 100_000, "elements are nested more than 256 deep"),
        (
            b"<testsuite><testcase name='t'>" + b"<x/>" * 200_001,
            "<testcase> has more than 200000 elements in it",
        ),
        (b"<testsuite><testcase name='" + b"x" * 20_000_000, "one tag is longer than 16 MiB"),
        (b"<coverage line-rate='1'>" * 300, "elements are nested more than 256 deep"),
        (b'{"bomFormat": "CycloneDX", "x": ' + b"[" * 200_000, "the JSON is nested too deeply"),
        (b"SF:x\n" + b"DA:" + b"1" * 20_000_000, "a line is longer than 16 MiB"),
        (b"Running 1s test @ x\n" + b"y" * 2_000_000, "a line is longer than 1 MiB"),
        (
            b"<coverage line-rate='1'>"
            + b"".join(
                b"<class filename='%d'><line number='9999999' hits='1'/></class>" % n
                for n in range(100)
            ),
            "the report names more lines than any project has",
        ),
    ],
    ids=["deep", "wide", "long-tag", "deep-lines", "deep-json", "long-line", "long-text", "sparse"],
)
def test_more_than_any_report_has(data: bytes, problem: str) -> None:
    assert problem in raised(data).problem


def test_text_of_a_failure_is_bounded() -> None:
    text = b"x" * 10_000_000
    report = read(
        Source(
            "r",
            b"<testsuite><testcase name='t'><failure>" + text + b"</failure></testcase>"
            b"<testcase name='u'/></testsuite>",
        )
    )
    assert [len(case.message) for case in report.tests] == [4000, 0]


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize(
    "data", [b"", b"[", b"{", b"<", b"<a>", b"{}", b"[]", b"null", b"\xff\xfe\0", b"\n" * 9]
)
def test_no_format_minds_what_it_is_given(name: str, data: bytes) -> None:
    with suppress(ReportError):
        load(name).parse(Source("r", data))


def big_cobertura(path: Path, size: int) -> int:
    """Writes a report of about `size` bytes, with a branch on every fifth line."""
    lines = "".join(
        f'\t\t\t\t\t\t<line number="{n}" hits="{n % 3}"'
        + (
            ' branch="true" condition-coverage="50% (1/2)" missing-branches="9"'
            if n % 5 == 0
            else ""
        )
        + "/>\n"
        for n in range(1, 1001)
    )
    files = size // len(lines) + 1
    with path.open("w") as stream:
        stream.write('<?xml version="1.0" ?>\n<coverage version="7" line-rate="0.6">\n<packages>')
        stream.write('<package name="p"><classes>\n')
        for number in range(files):
            stream.write(f'<class name="m" filename="src/m{number}.py"><methods/><lines>\n')
            stream.write(f"{lines}</lines></class>\n")
        stream.write("</classes></package></packages></coverage>\n")
    return files


PEAK = """
import re, sys
from pathlib import Path
from headway.quality.formats import read_report
report = read_report(sys.argv[1])
print(len(report.coverage), sum(f.total for f in report.coverage))
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def peak(path: Path) -> tuple[int, int, int]:
    """(files, lines, most memory in MiB) of reading it in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True
    )
    files, lines, most = map(int, done.stdout.split())
    return files, lines, most


def test_a_large_coverage_report_streams(tmp_path: Path) -> None:
    # Past 64 MiB nothing is read whole. HEADWAY_TEST_REPORT_MIB=1024 tries the full gigabyte.
    size = int(os.environ.get("HEADWAY_TEST_REPORT_MIB", "70")) * 1024 * 1024
    report = tmp_path / "coverage.xml"
    files = big_cobertura(report, size)
    assert report.stat().st_size >= size
    found, lines, most = peak(report)
    assert (found, lines) == (files, files * 1000)
    assert most < 200


def test_a_large_json_report_streams(tmp_path: Path) -> None:
    report = tmp_path / "coverage.json"
    executed, missing = list(range(1, 4000)), list(range(4000, 8000))
    file = f'{{"executed_lines": {executed}, "missing_lines": {missing}}}'
    files = 70 * 1024 * 1024 // len(file) + 1
    with report.open("w") as stream:
        stream.write('{"meta": {"version": "7.1", "branch_coverage": false}, "files": {')
        stream.write(",\n".join(f'"src/m{n}.py": {file}' for n in range(files)))
        stream.write("}}")
    found, lines, most = peak(report)
    assert (found, lines) == (files, files * 7999)
    assert most < 200
    with report.open("r+") as stream:
        stream.truncate(report.stat().st_size - 100)
    with pytest.raises(ReportError, match="JSON malformed or cut off"):
        read_report(str(report))


def test_what_is_read_whole_has_a_limit(tmp_path: Path) -> None:
    report = tmp_path / "bom.json"
    with report.open("wb") as stream:
        stream.write(b'{"bomFormat": "CycloneDX", "components": [')
        stream.truncate(300 * 1024 * 1024)  # a sparse file: it takes no room
    with pytest.raises(
        ReportError, match="the report is 300 MiB; this format is read whole, up to"
    ):
        load("cyclonedx").parse(Source(str(report)))
