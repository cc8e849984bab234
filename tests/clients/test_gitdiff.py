"""Changed lines, as git sees them, against real repositories."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.clients.gitdiff import FileChange, changes
from headway.errors import HeadwayError


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def commit(root: Path, **files: str) -> None:
    for name, text in files.items():
        (root / name).write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "-q", "--allow-empty", "-m", "a")


def by_path(root: Path, base: str = "HEAD", head: str = "") -> dict[str, FileChange]:
    return {change.path: change for change in changes(str(root), base, head)}


def lines(count: int) -> str:
    return "".join(f"line {n}\n" for n in range(1, count + 1))


def test_added_changed_and_removed_lines(root: Path) -> None:
    commit(root, a=lines(10), gone=lines(3))
    text = lines(10).replace("line 3\n", "other\nmore\n").replace("line 8\n", "")
    (root / "a").write_text(text + "end\n")
    (root / "gone").unlink()
    (root / "new").write_text("one\ntwo")
    found = by_path(root)
    assert found["a"] == FileChange("a", "modified", ranges=((3, 4), (11, 11)))
    assert found["gone"] == FileChange("gone", "deleted")
    assert found["new"] == FileChange("new", "added", ranges=((1, 2),))


def test_between_commits(root: Path) -> None:
    commit(root, a="one\n")
    commit(root, a="one\ntwo\n", b="x\n")
    (root / "c").write_text("untracked, and not of the commit\n")
    assert by_path(root, "HEAD~1", "HEAD") == {
        "a": FileChange("a", "modified", ranges=((2, 2),)),
        "b": FileChange("b", "added", ranges=((1, 1),)),
    }


def test_a_renamed_file_has_only_its_changed_lines(root: Path) -> None:
    commit(root, old=lines(30))
    git(root, "mv", "old", "new")
    (root / "new").write_text(lines(30) + "more\n")
    git(root, "add", "--all")
    assert by_path(root) == {"new": FileChange("new", "renamed", "old", ((31, 31),))}


def test_white_space_is_no_change(root: Path) -> None:
    commit(root, a="if x:\n    y()\nz()\n")
    (root / "a").write_text("if  x:\n        y()\n\n\nz()\n")
    assert by_path(root)["a"].ranges == ()


def test_lines_that_look_like_a_patch(root: Path) -> None:
    commit(root, a="x\n")
    body = "x\n++ b/other\n@@ -1 +900,5 @@\ndiff --git a/q b/q\n-- a/x\n"
    (root / "a").write_text(body)
    assert by_path(root) == {"a": FileChange("a", "modified", ranges=((2, 5),))}


@pytest.mark.parametrize(
    "name", ["a b", "tab\there", "é", '"quoted"', "new\nline", "back\\slash", "-x"]
)
def test_names(root: Path, name: str) -> None:
    (root / name).write_text("one\n")
    commit(root)
    (root / name).write_text("one\ntwo\n")
    assert by_path(root) == {name: FileChange(name, "modified", ranges=((2, 2),))}


def test_the_users_settings_change_nothing(root: Path) -> None:
    commit(root, a="one\n")
    (root / "a").write_text("one\ntwo\n")
    for setting in (
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("color.ui", "always"),
        ("diff.external", "false"),
        ("diff.context", "9"),
        ("core.quotePath", "false"),
    ):
        git(root, "config", *setting)
    assert by_path(root)["a"].ranges == ((2, 2),)


def test_what_is_no_text_has_no_lines(root: Path) -> None:
    commit(root, a="one\n")
    (root / "binary").write_bytes(b"\0\1\n" * 9)
    (root / "empty").write_text("")
    (root / "link").symlink_to("a")
    found = by_path(root)
    assert {name: change.ranges for name, change in found.items()} == {
        "binary": (),
        "empty": (),
        "link": (),
    }


def test_an_unknown_commit(root: Path) -> None:
    commit(root, a="one\n")
    with pytest.raises(HeadwayError, match="git diff failed"):
        changes(str(root), "0" * 40)


TEXTS = st.lists(st.sampled_from(["a", "b", "@@ -1 +1 @@", "+++ b/x", "\\ No newline"]), max_size=9)


@settings(max_examples=25)
@given(TEXTS, TEXTS, st.booleans())
def test_what_is_not_named_was_there_before(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], after: list[str], end: bool
) -> None:
    root = tmp_path_factory.mktemp("diff")
    git(root, "init", "-q")
    commit(root, f="".join(f"{line}\n" for line in before))
    (root / "f").write_text("\n".join(after) + "\n" * end)
    ranges = by_path(root)["f"].ranges if "f" in by_path(root) else ()
    new = {n for first, last in ranges for n in range(first, last + 1)}
    assert new <= set(range(1, len(after) + 1))
    kept = [line for n, line in enumerate(after, 1) if n not in new]
    rest = iter(before)
    assert all(line in rest for line in kept)  # in this order
