import os

import pytest

from headway.clients import git
from headway.runner import mirror
from headway.testing.repository import ENVIRONMENT, ScratchRepository, contents


@pytest.fixture(autouse=True)
def no_settings_of_the_user(monkeypatch):
    for name in ENVIRONMENT:
        monkeypatch.setenv(name, ENVIRONMENT[name])


@pytest.fixture
def tree(tmp_path):
    return ScratchRepository(tmp_path / "shop", {"app.py": "print()\n", "lib/a.py": "a = 1\n"})


@pytest.fixture
def update(tree, tmp_path, monkeypatch):
    """Brings a mirror up to date; the names that had to be copied."""
    monkeypatch.setattr(mirror, "RACY", 0)
    copied = []
    copy = mirror.copy_names

    def noting(source, target, names, unreadable):
        copied.extend(names)
        return copy(source, target, names, unreadable)

    monkeypatch.setattr(mirror, "copy_names", noting)

    def updated():
        copied.clear()
        one = mirror.Mirror(str(tmp_path / "mirror"))
        names = one.update(str(tree.path), git.listed(str(tree.path)), lambda name: None)
        one.close()
        assert names is not None
        assert sorted(names) == sorted(contents(one.tree)) == sorted(contents(tree.path))
        assert contents(one.tree) == contents(tree.path)
        return sorted(copied)

    return updated


def test_only_what_changed_is_copied_again(tree, update):
    assert update() == ["app.py", "lib/a.py"]
    assert update() == []
    tree.write({"app.py": "edited", "new/deep/file": "n"})
    assert update() == ["app.py", "new/deep/file"]


def test_a_change_that_keeps_size_and_time_is_seen(tree, update):
    update()
    about = os.stat(tree.path / "app.py")
    tree.write({"app.py": "PRINT()\n"})
    os.utime(tree.path / "app.py", ns=(about.st_atime_ns, about.st_mtime_ns))
    assert update() == ["app.py"]


def test_what_has_just_changed_is_not_trusted(tree, update, monkeypatch):
    monkeypatch.setattr(mirror, "RACY", 10**12)
    assert update() == update() == ["app.py", "lib/a.py"]


def test_files_become_folders_and_folders_files(tree, update):
    update()
    (tree.path / "app.py").unlink()
    (tree.path / "lib/a.py").unlink()
    (tree.path / "lib").rmdir()
    tree.write({"app.py/inside": "1", "lib": "2"})
    assert update() == ["app.py/inside", "lib"]


def test_interrupted_updates_start_anew(tree, update, tmp_path):
    update()
    (tmp_path / "mirror/files").unlink()
    (tmp_path / "mirror/tree/half").write_text("of a file")
    assert update() == ["app.py", "lib/a.py"]
    (tmp_path / "mirror/files").write_bytes(b"garbage")
    assert update() == ["app.py", "lib/a.py"]


def test_a_mirror_in_use_is_shared_or_left_alone(tree, tmp_path, monkeypatch):
    monkeypatch.setattr(mirror, "RACY", 0)
    root, listed = str(tree.path), git.listed(str(tree.path))
    first, second = mirror.Mirror(str(tmp_path / "m")), mirror.Mirror(str(tmp_path / "m"))
    assert first.update(root, listed, print) == second.update(root, listed, print) == listed
    tree.write({"app.py": "edited"})
    third = mirror.Mirror(str(tmp_path / "m"))
    assert third.update(root, listed, print) is None
    assert contents(first.tree)["app.py"] == "print()\n"
    first.close()
    second.close()
    assert third.update(root, listed, print) == listed
    assert contents(first.tree)["app.py"] == "edited"
    third.close()


def test_mirrors_that_nobody_needs_are_deleted(tree, tmp_path):
    root, listed = str(tree.path), git.listed(str(tree.path))
    one, other = mirror.Mirror(str(tmp_path / "c/one")), mirror.Mirror(str(tmp_path / "c/other"))
    one.update(root, listed, print)
    other.update(root, listed, print)
    other.close()
    for folder in (one, other):
        os.utime(folder.lock_file, (1, 1))
    assert mirror.prune(str(tmp_path / "c"), 60) == ["other"]
    one.close()
    assert os.listdir(tmp_path / "c") == ["one"]
