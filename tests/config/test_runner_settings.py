"""What a run asks of headway.yaml, and what that loads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from headway.config.runner import HOST, RunnerSettings, runner_settings
from headway.errors import InvalidFile

FILE = """\
actions:
  allow: [actions/*]
  mirror: {github.com: /srv/git}
runners:
  ubuntu-latest: {image: "debian:12"}
  self-hosted: host
cache: {size: 2GiB}
"""


def test_without_a_file(root: Path) -> None:
    assert runner_settings(str(root)) == RunnerSettings()
    assert not (root.parent / "home").exists()


def test_a_file(root: Path) -> None:
    (root / "headway.yaml").write_text(FILE)
    first = runner_settings(str(root))
    assert first.allow == ("actions/*",)
    assert first.mirror == {"github.com": "/srv/git"}
    assert first.runners == {"ubuntu-latest": "debian:12", "self-hosted": HOST}
    assert first.cache_size == 2 * 1024**3
    assert str(first.places["actions.allow[0]"]) == "headway.yaml:2:11"
    assert runner_settings(str(root)) == first


def test_a_change_is_seen(root: Path) -> None:
    (root / "headway.yaml").write_text(FILE)
    runner_settings(str(root))
    (root / "headway.yaml").write_text("runners: {a: host}\n")
    assert runner_settings(str(root)).runners == {"a": HOST}


def test_mistakes_elsewhere_stop_no_run(root: Path) -> None:
    (root / "headway.yaml").write_text(FILE + "gates: {coverge: 5}\n")
    assert runner_settings(str(root)).allow == ("actions/*",)


@pytest.mark.parametrize(
    "text",
    ["actions: {alow: [a/b]}\n", "actoins: {allow: [a/b]}\n", "cache: {size: 5}\n", "a: [\n"],
)
def test_mistakes_here_do_each_time(root: Path, text: str) -> None:
    (root / "headway.yaml").write_text(text)
    for _ in range(2):
        with pytest.raises(InvalidFile):
            runner_settings(str(root))


def test_what_is_kept_needs_no_reader(root: Path) -> None:
    (root / "headway.yaml").write_text(FILE)
    script = (
        "import sys; from headway.config.runner import runner_settings as settings;"
        "print(settings('.').cache_size, *sorted({'msgspec', 'yaml', 'typing'} & set(sys.modules)))"
    )
    answers = [
        subprocess.run(
            [sys.executable, "-S", "-c", script],
            cwd=root,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout.split()
        for _ in range(2)
    ]
    assert answers[0] == ["2147483648", "msgspec", "typing", "yaml"]
    assert answers[1] == ["2147483648"]
