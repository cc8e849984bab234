from __future__ import annotations

import pytest

from headway.quality.paths import Paths

FILES = (
    "src/shop/pricing.py",
    "src/shop/__init__.py",
    "src/other/__init__.py",
    "go/stock.go",
    "java/src/main/java/com/example/shop/Stock.java",
    "web/cart.js",
    "setup.py",
)


@pytest.mark.parametrize(
    ("path", "roots", "resolved"),
    [
        ("src/shop/pricing.py", (), "src/shop/pricing.py"),
        ("./src/shop/../shop/pricing.py", (), "src/shop/pricing.py"),
        ("src\\shop\\pricing.py", (), "src/shop/pricing.py"),
        ("/repo/src/shop/pricing.py", (), "src/shop/pricing.py"),
        ("file:///repo/src/shop/pricing.py", (), "src/shop/pricing.py"),
        ("D:\\a\\shop\\shop\\src\\shop\\pricing.py", (), "src/shop/pricing.py"),
        ("file:///D:/a/shop/shop/src/shop/pricing.py", (), "src/shop/pricing.py"),
        ("/home/runner/work/shop/shop/setup.py", (), "setup.py"),
        ("/builds/team/shop/web/cart.js", (), "web/cart.js"),
        ("/somebody/elses/machine/src/shop/pricing.py", (), "src/shop/pricing.py"),
        # Relative to a folder of sources that the report names, or doesn't.
        ("cart.js", ("/repo/web",), "web/cart.js"),
        ("shop/pricing.py", ("/home/ci/build/src", "src"), "src/shop/pricing.py"),
        ("shop/pricing.py", (), "src/shop/pricing.py"),
        ("com/example/shop/Stock.java", ("src/main/java",),
         "java/src/main/java/com/example/shop/Stock.java"),
        ("example.com/shop/stock.go", (), "go/stock.go"),
        ("example.com/shop/inner/more.go", (), "go/inner/more.go"),
        # Nothing fits, or more than one does: the path stays what it is.
        ("__init__.py", (), "__init__.py"),
        ("/usr/lib/python3/site-packages/pkg/setup.py", (),
         "/usr/lib/python3/site-packages/pkg/setup.py"),
        ("shop/absent.py", (), "shop/absent.py"),
        ("", (), ""),
    ],
)  # fmt: skip
def test_names_in_the_repository(path: str, roots: tuple[str, ...], resolved: str) -> None:
    paths = Paths("/repo", FILES, {"example.com/shop": "go"})
    assert paths.resolve(path, roots) == resolved


@pytest.mark.parametrize(
    ("path", "roots", "resolved"),
    [
        ("/repo/src/a.py", (), "src/a.py"),
        ("a.py", ("/repo/src",), "src/a.py"),
        ("a.py", ("/elsewhere/src",), "a.py"),
        ("a.py", ("/repo/src", "/repo/lib"), "a.py"),
        ("/github/workspace/a.py", (), "a.py"),
        ("/elsewhere/a.py", (), "/elsewhere/a.py"),
    ],
)
def test_without_knowing_the_files(path: str, roots: tuple[str, ...], resolved: str) -> None:
    assert Paths("/repo").resolve(path, roots) == resolved
