import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.errors import HeadwayError
from headway.runner.glob import Glob, PatternError, braces, escape, name_matches
from headway.runner.hashfiles import hash_files

FILES = (
    "a.txt",
    "b.py",
    ".hidden",
    ".config/x.txt",
    "src/a.txt",
    "src/deep/a.txt",
    "src/deep/b.py",
    "src/[odd]/a.txt",
    "node_modules/p/package-lock.json",
    "package-lock.json",
)


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "work"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def found(root, patterns, **options):
    paths = Glob(patterns, str(root), **options)
    return [os.path.relpath(p, root) for p in paths if os.path.isfile(p) or os.path.islink(p)]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ("a.txt", ["a.txt"]),
        ("*.txt", ["a.txt"]),
        ("**/a.txt", ["a.txt", "src/[odd]/a.txt", "src/a.txt", "src/deep/a.txt"]),
        ("src/*.txt", ["src/a.txt"]),
        ("src/**/*.py", ["src/deep/b.py"]),
        ("src", ["src/[odd]/a.txt", "src/a.txt", "src/deep/a.txt", "src/deep/b.py"]),
        ("src/", ["src/[odd]/a.txt", "src/a.txt", "src/deep/a.txt", "src/deep/b.py"]),
        ("a.txt/", []),
        ("?.py", ["b.py"]),
        ("[a-c].txt", ["a.txt"]),
        ("[!a]*.py", ["b.py"]),
        ("[[:alpha:]].txt", ["a.txt"]),
        ("src/[[]odd]/*", ["src/[odd]/a.txt"]),
        ("src/\\[odd\\]/*", ["src/[odd]/a.txt"]),
        (".hidden", [".hidden"]),
        (".*/**", [".config/x.txt", ".hidden"]),
        ("**/package-lock.json\n!node_modules/**", ["package-lock.json"]),
        ("**/package-lock.json\n!**/node_modules", ["package-lock.json"]),
        ("src\n!src/deep\nsrc/deep/b.py", ["src/[odd]/a.txt", "src/a.txt", "src/deep/b.py"]),
        ("# a comment\n\n  b.py  \n", ["b.py"]),
        ("./b.py", ["b.py"]),
        ("src//deep///b.py", ["src/deep/b.py"]),
        ("!a.txt", []),
        ("!!a.txt", ["a.txt"]),
        ("nothing", []),
        ("{a,b}.txt", []),
        ("", []),
    ],
)
def test_patterns(root, patterns, expected):
    assert found(root, patterns) == expected


def test_results_come_by_starting_point_then_in_byte_order(root):
    for name in ("Z", "_", "é", "a-b", "aB"):
        (root / "order" / name).parent.mkdir(exist_ok=True)
        (root / "order" / name).write_text("")
    assert found(root, "order") == [f"order/{n}" for n in ("Z", "_", "a-b", "aB", "é")]
    assert found(root, "src/deep\na.txt") == ["src/deep/a.txt", "src/deep/b.py", "a.txt"]
    assert Glob("src/deep/*\nsrc/*", str(root)).search_paths == [f"{root}/src"]


def test_options(root):
    assert found(root, "src", implicit_descendants=False) == []
    assert ".hidden" not in found(root, "**", hidden=False)
    assert ".config/x.txt" not in found(root, "**", hidden=False)
    assert f"{root}/src" in Glob("src", str(root))
    assert f"{root}/src" not in Glob("src", str(root), folders=False)
    assert found(root, f"{escape(str(root))}/*.py") == ["b.py"]
    assert list(Glob("~/a.txt", "/", home=str(root))) == [f"{root}/a.txt"]


def test_links(root):
    (root / "link").symlink_to("src/deep")
    (root / "src/deep/up").symlink_to("..")
    (root / "broken").symlink_to("nowhere")
    assert "link/b.py" in found(root, "**")
    assert "src/deep/up/a.txt" not in found(root, "**")  # that would go round
    assert "broken" not in found(root, "**")
    assert found(root, "link/**", follow_links=False) == ["link"]


@pytest.mark.parametrize("pattern", ["../a", "a/../b", "a/./b", "src/.."])
def test_refused_patterns(root, pattern):
    with pytest.raises(PatternError, match="Relative pathing"):
        Glob(pattern, str(root))


@given(st.text("ab*?[]!^-\\/{}.~# \n", max_size=20))
def test_any_pattern_is_taken_or_refused(pattern):
    try:
        search = Glob(pattern, "/nonexistent/folder")
    except PatternError:
        return
    for one in search._patterns:
        one.match("/nonexistent/folder/a.b")
        one.leads_to("/nonexistent/folder")


def test_many_stars_do_not_take_for_ever():
    assert not name_matches("*a" * 40 + "b", "a" * 200)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("coverage-*", ["coverage-3.12", "coverage-3.11"]),
        ("*", ["coverage-3.12", "coverage-3.11", "report"]),
        ("{report,coverage-3.12}", ["coverage-3.12", "report"]),
        ("coverage-3.{11..12}", ["coverage-3.12", "coverage-3.11"]),
        ("!report", ["coverage-3.12", "coverage-3.11"]),
        (".*", [".dotted"]),
        ("#report", []),
    ],
)
def test_names(pattern, names):
    known = ["coverage-3.12", "coverage-3.11", "report", ".dotted"]
    matched = [name for name in known if name_matches(pattern, name)]
    assert [m for m in matched if m != ".dotted" or m in names] == names


def test_braces():
    assert braces("a{b,c{d,e}}f{,g}") == ["abf", "abfg", "acdf", "acdfg", "acef", "acefg"]
    assert braces("a{b}c{") == ["a{b}c{"]
    with pytest.raises(PatternError, match="too many"):
        braces("{a,b}" * 30)


# --- hashFiles ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [  # the hashes are what GitHub's runner computes for the same files
        (["a.txt"], "8de2cc141db16f4c30bd3a6151b1cc0393ad0cf98faff31c3e7957f62baa5706"),
        (["**/a.txt"], "8b80ad3c82cb47a01124d4c26367ff14fa76fdebec5fe71e59909aaa81abf1da"),
        (["**/*.py", "a.txt"], "50ac05e4cfd26693c4f431f1330861dcf6be54a6378e2abdc5b261405cceaef9"),
        (["nothing"], ""),
        ([], ""),
    ],
)
def test_hashes(root, patterns, expected):
    assert hash_files(str(root), patterns) == expected


def test_hash_of_what_cannot_be_read(root):
    (root / "broken").symlink_to("nowhere")
    with pytest.raises(HeadwayError, match="broken can't be read"):
        hash_files(str(root), ["broken"])
    with pytest.raises(HeadwayError, match="invalid glob option --follow"):
        hash_files(str(root), ["--follow", "a.txt"])


def test_links_are_followed_only_if_asked(root, tmp_path):
    (root / "link").symlink_to("src/deep")
    assert hash_files(str(root), ["link/**"]) == ""
    followed = hash_files(str(root), ["--follow-symbolic-links", "link/**"])
    assert followed == hash_files(str(root), ["src/deep/**"])


def test_files_outside_of_the_workspace_do_not_count(root, tmp_path):
    (tmp_path / "other").write_text("x")
    assert hash_files(str(root), [str(tmp_path / "other")]) == ""
