"""`headway report`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from shop import Shop

Headway = Callable[..., Any]


def test_a_summary_of_what_is_worst(headway: Headway, shop: Shop) -> None:
    shop.junit(["test_sum", "test_net"], ["test_tax"])
    shop.coverage(range(1, 9))
    shop.ruff(("F401", 3), ("E501", 9))
    answer = headway("report")
    assert answer.code == 0
    head, *lines = answer.out.splitlines()
    sha = shop.git("rev-parse", "--short=7", "HEAD")
    assert head == f"main {sha} · 3 reports"
    assert lines == [
        "  tests       1 failed, 2 passed in 1.0s",
        "  coverage    80 % of 10 lines; 2 lines missed",
        "  findings    1 medium, 1 low",
        "",
        "failed and flaky tests",
        "  failed   tests.t::test_tax  AssertionError: 3 != 4",
        "",
        "findings, the worst first",
        "  medium   src/cart.py:3 F401 F401 is not as it should be  ruff",
        "  low      src/cart.py:9 E501 E501 is not as it should be  ruff",
        "",
        "files with most missed lines",
        "    80.0 % src/cart.py  2 lines missed: 9-10",
    ]


def test_named_files_folders_and_globs(headway: Headway, shop: Shop) -> None:
    shop.junit()
    shop.ruff(("F401", 3))
    shop.write("reports/notes.txt", "nothing that any tool writes\n")
    for names in (["reports"], ["reports/*.xml", "reports/ruff.json"]):
        answer = headway("report", *names)
        assert answer.code == 0
        assert "2 reports" in answer.out


def test_what_cannot_be_read_is_said(headway: Headway, shop: Shop) -> None:
    shop.junit()
    shop.write("reports/coverage.xml", '<?xml version="1.0"?><coverage version="7"><packages>')
    answer = headway("report", "reports")
    assert answer.code == 1
    assert "unreadable reports/coverage.xml:1" in answer.out
    assert "the XML ends too early" in answer.err
    answer = headway("report", "reports/coverage.xml")
    assert answer.code == 2
    assert not answer.out
    answer = headway("report", "gone.xml")
    assert answer.code == 2
    assert "there is no such report" in answer.err


def test_without_any_report(headway: Headway, shop: Shop) -> None:
    answer = headway("report")
    assert answer.code == 2
    assert "there are no reports here" in answer.err
    (shop.root / "empty").mkdir()
    answer = headway("report", "empty")
    assert answer.code == 2
    assert "there is no report in this folder" in answer.err


def test_json(headway: Headway, shop: Shop) -> None:
    shop.coverage([1, 2, 3, 7])
    shop.ruff(("F401", 3))
    record = json.loads(headway("report", "--json").out)
    assert record["commit"]["branch"] == "main"
    assert record["measures"]["coverage.percent"] == 40.0
    assert record["coverage"] == [
        {
            "path": "src/cart.py",
            "lines": 10,
            "covered": 4,
            "percent": 40.0,
            "missing": "4-6, 8-10",
        }
    ]
    (finding,) = record["findings"]
    assert (finding["rule"], finding["file"], finding["line"]) == ("F401", "src/cart.py", 3)
    assert record["tests"] == []


def test_a_page_with_source(headway: Headway, shop: Shop) -> None:
    shop.coverage([1, 2])
    answer = headway("report", "--html", "out.html")
    assert answer.code == 0
    assert answer.err == "wrote out.html\n"
    page = (shop.root / "out.html").read_text()
    assert "<title>ada/shop: main" in page
    assert 'id="sources">["' in page


def test_a_page_that_cannot_be_written(headway: Headway, shop: Shop) -> None:
    shop.junit()
    answer = headway("report", "--html", "gone/out.html")
    assert answer.code == 2
    assert "gone/out.html can't be written: No such file or directory" in answer.err


def test_reports_never_make_it_read_files_elsewhere(headway: Headway, shop: Shop) -> None:
    """The page shows source: not that of /etc/passwd, by whatever way it is named."""
    secret = shop.root.parent / "secret.py"
    secret.write_text("password = 'horse battery staple'\n")
    (shop.root / "link.py").symlink_to(secret)
    (shop.root / "folder").symlink_to(shop.root.parent)
    names = [str(secret), "../secret.py", "link.py", "folder/secret.py", "src/../../secret.py"]
    files = "".join(f"SF:{name}\nDA:1,1\nend_of_record\n" for name in names)
    shop.write("reports/lcov.info", f"TN:\n{files}")
    answer = headway("report", "reports/lcov.info", "--html", "out.html")
    assert answer.code == 0
    assert (
        '<script type="application/json" id="sources">[]</script>'
        in (shop.root / "out.html").read_text()
    )


def test_usual_places_leave_out_what_is_kept_or_installed(headway: Headway, shop: Shop) -> None:
    text = (shop.root / shop.junit(name="made")).read_text()
    for path in ("node_modules/a/junit.xml", ".venv/reports/junit.xml", ".hidden/junit.xml"):
        shop.write(path, text.replace("test_sum", path))
    shop.write("tests/data/junit.xml", text.replace("test_sum", "kept"))
    shop.commit("A recorded report is a source")
    shop.write(".headway/reports/scan.xml", text.replace("test_sum", "own"))
    shop.write("web/test-results/any.xml", text.replace("test_sum", "web"))
    record = json.loads(headway("report", "--json").out)
    assert [test["name"] for test in record["tests"]] == ["own", "test_sum", "web"]


def test_outside_of_a_repository(
    headway: Headway, shop: Shop, tmp_path: Any, monkeypatch: Any
) -> None:
    report = (shop.root / shop.junit()).read_text()
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "junit.xml").write_text(report)
    monkeypatch.chdir(folder)
    answer = headway("report")
    assert answer.code == 0
    assert answer.out.startswith("1 report\n  tests       1 passed")


def test_names_cannot_drive_the_terminal(headway: Headway, shop: Shop) -> None:
    shop.write("reports/lcov.info", "TN:\nSF:src/\x1b[2Ja.py\nDA:1,0\nend_of_record\n")
    assert "\x1b" not in headway("report").out
