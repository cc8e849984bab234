"""A small repository with reports, for tests of `headway report` and `headway gate`."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
from collections.abc import Iterable, Sequence


class Shop:
    """A committed repository with one source file of ten lines."""

    def __init__(self, root: pathlib.Path) -> None:
        self.root = root
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ada")
        self.git("config", "user.email", "ada@example.com")
        self.git("remote", "add", "origin", "https://github.com/ada/shop.git")
        self.write("src/cart.py", "".join(f"line_{n} = {n}\n" for n in range(1, 11)))
        self.write(".gitignore", "reports/\nout/\n")
        self.commit("One")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, path: str, text: str) -> str:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return path

    def commit(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    # --- reports, as pytest, coverage.py and ruff write them -----------------------------

    def junit(
        self, passed: Iterable[str] = ("test_sum",), failed: Iterable[str] = (), name: str = "junit"
    ) -> str:
        cases = [f'<testcase classname="tests.t" name="{n}" time="0.25"/>' for n in passed]
        cases += [
            f'<testcase classname="tests.t" name="{n}" time="0.5" file="tests/t.py" line="7">'
            '<failure message="AssertionError: 3 != 4">E   AssertionError: 3 != 4</failure>'
            "</testcase>"
            for n in failed
        ]
        suite = f'<testsuite name="pytest">{"".join(cases)}</testsuite>'
        return self.write(f"reports/{name}.xml", f"<testsuites>{suite}</testsuites>")

    def coverage(self, covered: Sequence[int], total: int = 10) -> str:
        lines = "".join(
            f'<line number="{n}" hits="{int(n in covered)}"/>' for n in range(1, total + 1)
        )
        return self.write(
            "reports/coverage.xml",
            '<?xml version="1.0" ?><coverage version="7.6" timestamp="1" line-rate="1">'
            f"<sources><source>{self.root}</source></sources>"
            '<packages><package name="src"><classes><class name="cart.py" filename="src/cart.py">'
            f"<methods/><lines>{lines}</lines></class></classes></package></packages></coverage>",
        )

    def ruff(self, *findings: tuple[str, int]) -> str:
        found = [
            {
                "cell": None,
                "code": code,
                "end_location": {"column": 2, "row": line},
                "filename": str(self.root / "src/cart.py"),
                "fix": None,
                "location": {"column": 1, "row": line},
                "message": f"{code} is not as it should be",
                "noqa_row": line,
                "severity": "error",
                "url": f"https://docs.astral.sh/ruff/rules/{code}",
            }
            for code, line in findings
        ]
        return self.write("reports/ruff.json", json.dumps(found))


def made(tmp_path: pathlib.Path) -> Shop:
    root = tmp_path / "shop"
    root.mkdir()
    os.chdir(root)
    return Shop(root)
