from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from headway.errors import USAGE
from headway.quality.formats import detect, formats, read, read_report, read_reports
from headway.quality.reading import ReportError, Source
from headway.quality.report import Report

from . import recorded


@pytest.mark.parametrize("name", recorded.names())
def test_each_recorded_report_is_known_by_exactly_one_format(name: str) -> None:
    source = Source(recorded.path(name))
    assert len([form.NAME for form in formats(source.head.syntax) if form.detect(source.head)]) == 1


@pytest.mark.parametrize("name", recorded.names())
def test_its_name_says_nothing(name: str, tmp_path: Path) -> None:
    renamed = tmp_path / "x.csv"
    renamed.write_bytes(recorded.data(name))
    report = read_report(str(renamed))
    assert report.format == recorded.report(name).format
    assert report.source == str(renamed)
    assert len(report.digest) == 64


def test_formats_say_what_they_are() -> None:
    names = [form.NAME for form in formats()]
    assert len(names) == len(set(names))
    for form in formats():
        assert form.SYNTAX in ("xml", "json", "text")
        assert form.KIND


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "the report is empty"),
        (b"  \n\t\n", "the report is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "this is binary data"),
        (b"<html><body/></html>", "this is XML with the root element <html>"),
        (b'{"colour": "green", "size": 3}', "a JSON object with the keys colour, size"),
        (b'[{"colour": "green"}]', "a JSON list of objects with the keys colour"),
        (b'{"colour": 1}\n{"colour": 2}\n', "a JSON object with the keys colour"),
        (b"all is well\n", "this is text that starts with 'all is well'"),
        (b'{"colour": ', "the JSON ends too early"),
        (b'{"colour": green}', "r.txt:1:12: malformed JSON: invalid character"),
        (b"<coverage line-rate='1", "r.txt:1:1: the XML ends too early"),
    ],
)
def test_what_no_format_knows(data: bytes, what: str) -> None:
    with pytest.raises(ReportError) as raised:
        read(Source("r.txt", data))
    assert what in raised.value.message
    assert raised.value.message.startswith("r.txt")
    assert raised.value.exit_code == USAGE


def test_the_known_formats_are_named() -> None:
    with pytest.raises(ReportError) as raised:
        read(Source("r.txt", b"all is well\n"))
    assert "cobertura" in raised.value.hint
    assert "sarif" in raised.value.hint


def test_keys_after_pages_of_results_count_too() -> None:
    parts = [{"name": f"part-{n}", "version": "1"} for n in range(3000)]
    late = json.dumps({"components": parts, "bomFormat": "CycloneDX"}).encode()
    assert late.index(b"bomFormat") > 65_536
    assert len(read(Source("bom", late)).components) == 3000


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be-with-mark"])
@pytest.mark.parametrize(
    "name", ["pytest-9.2.0/junit.xml", "k6-1.1.0/summary-export.json", "hey-0.1.4/errors.txt"]
)
def test_files_that_powershell_wrote(name: str, encoding: str) -> None:
    text = recorded.data(name).decode()
    text = text.replace('encoding="utf-8"', f'encoding="{encoding[:6]}"')
    mark = encoding == "utf-16-be-with-mark"
    data = b"\xfe\xff" + text.encode("utf-16-be") if mark else text.encode(encoding)
    plain = recorded.report(name)
    assert _content(read(Source(name, data))) == _content(plain)


def _content(report: Report) -> tuple[object, ...]:
    return report.tests, report.load, report.measures


def test_a_report_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="there is no such report") as raised:
        read_report(str(tmp_path / "junit.xml"))
    assert raised.value.hint == "did the step that writes it run?"


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="is not a regular file"):
        read_report(str(tmp_path))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ReportError, match="is not a regular file"):
        read_report(str(tmp_path / "pipe"))
    with pytest.raises(ReportError, match="can't be read"):
        read_report("a\0b")


def test_patterns_name_each_file_once_and_missing_ones_are_errors(tmp_path: Path) -> None:
    junit = recorded.data("vitest-4.1.12/junit.xml")
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one.xml").write_bytes(junit)
    (tmp_path / "a" / "b" / "two.xml").write_bytes(junit)
    (tmp_path / "a" / "bad.xml").write_bytes(junit[:200])
    reports, errors = read_reports(
        [f"{tmp_path}/a/one.xml", f"{tmp_path}/**", f"{tmp_path}/**/*.json", "absent.xml"],
        variant="node 20",
    )
    assert [Path(report.source).name for report in reports] == ["one.xml", "two.xml"]
    assert {report.variant for report in reports} == {"node 20"}
    assert {Path(error.file).name: error.problem.split(" (")[0] for error in errors} == {
        "*.json": "no report matches this pattern",
        "bad.xml": "the XML ends too early",
        "absent.xml": "there is no such report",
    }


def test_the_variant_is_kept() -> None:
    source = Source("j.xml", recorded.data("vitest-4.1.12/junit.xml"))
    assert detect(source) is not None
    assert read(source, variant="node 20").variant == "node 20"


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "windows-1252"])
def test_xml_in_an_older_encoding(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<testsuite name="Prüfung">'
    text += '<testcase classname="Prüfung" name="über"/></testsuite>'
    report = read(Source("junit.xml", text.encode(encoding)))
    assert [case.id for case in report.tests] == ["Prüfung::über"]
