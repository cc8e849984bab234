"""Containers, caches, artifacts and actions beside the floor: the engine alone, plain `tar`.

    python benchmarks/actions.py [--rows container cache …] [--runs N] [--json FILE] [--installed]

The floor does the same work without a workflow: `podman run IMAGE true`, and `tar` of the same
files to the same disk. Each contestant is a whole process; they take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contestants import ROOT, VENV, prepare
from measure import Command, Failed, alternate, load

BIG = 500 * 1000**2  # bytes
SMALL = 20_000  # files


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    title: str
    workflow: str
    floor: str  # a bash script
    fill: Callable[[Path], None] = lambda repo: None


def big(repo: Path) -> None:
    """Data that doesn't compress, as most dependencies don't."""
    folder = repo.parent / "data" / "deps"
    folder.mkdir(parents=True)
    for number in range(50):
        (folder / f"{number}.bin").write_bytes(os.urandom(BIG // 50))


def small(repo: Path) -> None:
    for number in range(SMALL):
        file = repo.parent / "data" / "files" / f"{number // 200:03}" / f"{number:05}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{number}\n" * 20)


def action(repo: Path) -> None:
    (repo / "hello").mkdir()
    (repo / "hello" / "action.yml").write_text(
        "name: hello\nruns: {using: node20, main: main.js}\n"
    )
    (repo / "hello" / "main.js").write_text("console.log('hello')\n")


def job(steps: str, head: str = "") -> str:
    return f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n{head}    steps:\n{steps}"


def rows(image: str, data: str) -> list[Row]:
    new = "${{ github.run_id }}-${{ github.run_number }}"
    deps, files = f"{data}/deps", f"{data}/files"
    return [
        Row(
            "container",
            "a job in a container",
            job("      - run: 'true'\n", f"    container: {image}\n"),
            f"podman run --rm {image} true",
        ),
        Row(
            "cache-save",
            "a cache of 500 MB saved",
            job(
                "      - uses: actions/cache/save@v4\n"
                f"        with: {{path: {deps}, key: 's-{new}'}}\n"
            ),
            f"tar -cf {data}/floor.tar -C {data} deps",
            big,
        ),
        Row(
            "cache-restore",
            "and restored",
            job(
                "      - uses: actions/cache@v4\n"
                f"        with: {{path: {deps}, key: one, fail-on-cache-miss: false}}\n"
            ),
            f"test -e {data}/floor.tar || tar -cf {data}/floor.tar -C {data} deps;"
            f" tar -xf {data}/floor.tar -C {data}",
            big,
        ),
        Row(
            "artifact",
            f"an artifact of {SMALL:,} files",
            job(
                "      - uses: actions/upload-artifact@v4\n"
                f"        with: {{name: files, path: {files}}}\n"
            ),
            f"tar -cf {data}/floor.tar -C {data} files",
            small,
        ),
        Row(
            "download",
            "uploaded and downloaded",
            job(
                "      - uses: actions/upload-artifact@v4\n"
                f"        with: {{name: files, path: {files}}}\n"
                "      - uses: actions/download-artifact@v4\n"
                "        with: {name: files, path: out}\n"
            ),
            f"tar -cf {data}/floor.tar -C {data} files; mkdir -p {data}/out;"
            f" tar -xf {data}/floor.tar -C {data}/out",
            small,
        ),
        Row(
            "ten-jobs",
            "ten jobs with one JavaScript action",
            "on: push\njobs:\n  a:\n    strategy: {matrix: {n: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}}\n"
            "    runs-on: ubuntu-latest\n    steps:\n      - uses: ./hello\n",
            "seq 10 | xargs -P 2 -I{} node hello/main.js",
            action,
        ),
    ]


def repository(folder: Path, row: Row) -> Path:
    repo = folder / row.name / "repo"
    (repo / ".github" / "workflows").mkdir(parents=True)
    (repo / ".github" / "workflows" / "bench.yml").write_text(row.workflow)
    row.fill(repo)
    for arguments in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        ["config", "user.name", "bench"],
        ["config", "user.email", "bench@example.com"],
        ["commit", "--quiet", "--message", "bench"],
    ):
        subprocess.run(["git", *arguments], cwd=repo, check=True)
    return repo


def an_image() -> str:
    """A small image of Debian packages; "" when there are no containers here."""
    sys.path.insert(0, str(ROOT / "tests"))
    import containers  # type: ignore[import-not-found]

    try:
        return str(containers.image())
    except BaseException as skipped:  # pytest's Skipped is no Exception
        print(f"bench: no containers: {skipped}", file=sys.stderr)
        return ""


def measure(row: Row, folder: Path, runs: int) -> list[float]:
    repo = repository(folder, row)
    home = folder / "home"
    environment = {**os.environ, "HEADWAY_HOME": str(home), "NO_COLOR": "1"}
    headway = Command((str(VENV / "bin" / "headway"), "run", "-q"), repo, environment)
    floor = Command(("bash", "-ec", row.floor), repo, environment)
    try:
        return alternate([headway, floor], runs)
    finally:
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(folder / row.name, ignore_errors=True)


def main() -> int:
    names = [row.name for row in rows("", "")]
    parser = argparse.ArgumentParser(description="Actions, containers and stores beside tar.")
    parser.add_argument("--rows", nargs="+", choices=names, default=names, metavar="ROW")
    parser.add_argument("--runs", type=int, default=5, help="counted runs for each median")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--installed", action="store_true", help="don't install Headway again")
    chosen = parser.parse_args()
    if not chosen.installed:
        prepare()
    image = an_image()
    figures: dict[str, dict[str, float]] = {}
    print("| | headway | floor | ÷ |\n|---|--:|--:|--:|", flush=True)
    with tempfile.TemporaryDirectory(prefix="headway-bench-") as name:
        for row in rows(image, "{data}"):
            if row.name not in chosen.rows or (row.name == "container" and not image):
                continue
            data = str(Path(name) / row.name / "data")
            placed = Row(
                row.name,
                row.title,
                row.workflow.replace("{data}", data),
                row.floor.replace("{data}", data),
                row.fill,
            )
            try:
                headway, floor = measure(placed, Path(name), chosen.runs)
            except Failed as error:
                print(f"bench: {row.name}: {error}", file=sys.stderr)
                continue
            figures[row.name] = {"headway": headway, "floor": floor}
            print(f"| {row.title} | {headway:.2f} s | {floor:.2f} s | {headway / floor:.2f} |")
            sys.stdout.flush()
    print(f"\nMedians of {chosen.runs} runs; load {load()}.")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
