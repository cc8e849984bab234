import subprocess
from concurrent.futures import ThreadPoolExecutor

from headway.runner import removal


def test_deleting_follows_no_link(tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("p")
    doomed = tmp_path / "doomed"
    doomed.mkdir()
    (doomed / "link").symlink_to(precious)
    (doomed / "file").hardlink_to(precious / "file")
    removal.remove_tree(str(doomed))
    removal.remove_tree(str(doomed))  # nothing is left to do
    assert not doomed.exists()
    assert (precious / "file").read_text() == "p"
    (tmp_path / "link").symlink_to(precious)
    removal.remove_tree(str(tmp_path / "link"))
    assert (precious / "file").exists()


def test_deleting_what_is_closed_and_read_only(tmp_path):
    doomed = tmp_path / "doomed"
    (doomed / "a/b").mkdir(parents=True)
    (doomed / "a/b/c").write_text("")
    for folder, mode in ((doomed / "a/b", 0), (doomed / "a", 0o500), (doomed, 0o400)):
        folder.chmod(mode)
    removal.remove_tree(str(doomed))
    assert not doomed.exists()


def test_deleting_folders_deeper_than_a_path_can_say(tmp_path):
    script = "import os\nfor n in range(3000): os.mkdir('deeper'); os.chdir('deeper')"
    (tmp_path / "doomed").mkdir()
    subprocess.run(["python3", "-c", script], cwd=tmp_path / "doomed", check=True)
    removal.remove_tree(str(tmp_path / "doomed"))
    assert not (tmp_path / "doomed").exists()


def test_two_may_delete_the_same(tmp_path):
    doomed = tmp_path / "doomed"
    for number in range(300):
        (doomed / f"{number}/a/b").mkdir(parents=True)
        (doomed / f"{number}/file").write_text("")
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(removal.remove_tree, str(doomed)) for _ in range(4)]:
            done.result()
    assert not doomed.exists()
