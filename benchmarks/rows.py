"""What is measured: for each row a workflow, and the same work in plain bash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HEAD = "name: bench\non: push\njobs:\n"
BASH = "bash -e"  # how GitHub starts a step that names no shell


@dataclass(frozen=True, slots=True)
class Row:
    """`floor` is a bash script run in the repository; `fill` adds files to it first."""

    name: str
    title: str
    workflow: str
    floor: str = ""
    fill: Callable[[Path], None] | None = None
    lists: bool = False  # the workflow is listed, not run
    memory: bool = False  # MiB at the peak, not seconds


def job(name: str, *steps: str, extra: str = "") -> str:
    return f"  {name}:\n    runs-on: ubuntu-latest\n{extra}    steps:\n" + "".join(steps)


def step(command: str) -> str:
    return f"      - run: {command}\n"


def chain(length: int) -> str:
    needs = ["", *(f"    needs: j{number}\n" for number in range(length - 1))]
    return "".join(job(f"j{n}", step("'true'"), extra=needs[n]) for n in range(length))


def matrix(size: int) -> str:
    values = ", ".join(map(str, range(size)))
    strategy = f"    strategy:\n      max-parallel: 2\n      matrix:\n        n: [{values}]\n"
    return job("m", step("'true'"), extra=strategy)


def files(folder: Path) -> None:
    """10,000 files of 2 kB in 100 folders."""
    for outer in range(100):
        inner = folder / f"folder-{outer:02}"
        inner.mkdir()
        for number in range(100):
            (inner / f"file-{number:02}.txt").write_text(f"{outer} {number}\n" * 256)


def printing(size: int) -> str:
    return job("a", step(f"yes {'x' * 59} | head -c {size}"))


def rows(gigabyte: int = 10**9) -> list[Row]:
    """`gigabyte` is how many bytes the step of the memory row prints."""
    true, lines = f"{BASH} true.sh", "yes " + "x" * 59 + " | head -n 1000000"
    return [
        Row("start", "start-up: one job, one `true`", job("a", step("'true'")), true),
        Row(
            "steps",
            "100 steps `true`",
            job("a", *[step("'true'")] * 100),
            f"for n in {{1..100}}; do {true}; done",
        ),
        Row(
            "matrix",
            "50 matrix jobs, two at once",
            matrix(50),
            f"seq 50 | xargs -P 2 -I% {true}",
        ),
        Row("chain", "chain of 40 jobs", chain(40), f"for n in {{1..40}}; do {true}; done"),
        Row("lines", "one step printing 1,000,000 lines of 60 bytes", job("a", step(lines)), lines),
        Row(
            "list",
            "listing a workflow of 2,000 jobs",
            "".join(job(f"j{n}", step("'true'")) for n in range(2000)),
            lists=True,
        ),
        Row(
            "workspace",
            "workspace of a repository of 10,000 files",
            job("a", "      - uses: actions/checkout@v4\n", step("test -f folder-99/file-99.txt")),
            "cp -r . ../copy && rm -r ../copy",
            fill=files,
        ),
        Row(
            "memory",
            f"memory while a step prints {gigabyte / 1e9:g} GB",
            printing(gigabyte),
            memory=True,
        ),
        Row("memory-small", "memory while a step prints 1 MB", printing(10**6), memory=True),
    ]
