"""Headway, act in host mode and plain bash side by side, as a Markdown table.

One command measures everything in one go: `make bench`, or `python benchmarks/run.py --help`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from contestants import Contestant, contestants, prepare, repository
from measure import Failed, alternate, load, peak_memory
from rows import Row, rows

Results = Mapping[str, float]  # by contestant: seconds, or MiB


def measure(row: Row, repo: Path, field: Sequence[Contestant], runs: int) -> Results:
    commands = [(c.name, command) for c in field if (command := c.command(row, repo))]
    if row.memory:
        return {name: peak_memory(command) for name, command in commands}
    medians = alternate([command for _, command in commands], runs)
    return dict(zip([name for name, _ in commands], medians, strict=True))


def cell(row: Row, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f} MiB" if row.memory else f"{value:.3f} s"


def ratio(results: Results, other: str) -> str:
    return f"{results['headway'] / results[other]:.2f}" if other in results else "–"


def line(row: Row, results: Results) -> str:
    cells = [cell(row, results.get(name)) for name in ("headway", "act", "bash")]
    return f"| {row.title} | {' | '.join(cells)} | {ratio(results, 'act')} |"


def arguments(known: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Headway, act and plain bash side by side.")
    parser.add_argument("--rows", nargs="+", choices=known, default=known, metavar="ROW")
    parser.add_argument("--runs", type=int, default=7, help="counted runs for each median")
    parser.add_argument("--bytes", type=int, default=10**9, help="what the memory row prints")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--into", type=Path, help="write the table into this page as well")
    parser.add_argument("--installed", action="store_true", help="don't install Headway again")
    return parser.parse_args()


def main() -> int:
    chosen = arguments([row.name for row in rows()])
    if not chosen.installed:
        prepare()
    lines: list[str] = []
    figures: dict[str, Results] = {}

    def show(line: str) -> None:
        lines.append(line)
        print(line, flush=True)

    with tempfile.TemporaryDirectory(prefix="headway-bench-") as name:
        folder = Path(name)
        field = contestants(folder)
        show("| | headway | act | plain bash | headway ÷ act |")
        show("|---|--:|--:|--:|--:|")
        for row in rows(chosen.bytes):
            if row.name not in chosen.rows:
                continue
            try:
                figures[row.name] = measure(row, repository(folder, row), field, chosen.runs)
            except Failed as error:
                print(f"bench: {row.name}: {error}", file=sys.stderr)
                return 1
            show(line(row, figures[row.name]))
    show("")
    show(f"{conditions(field)}; medians of {chosen.runs} runs, taking turns.")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n")
    if chosen.into:
        write_into(chosen.into, lines)
    return 0


def conditions(field: Sequence[Contestant]) -> str:
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, load {load()}"
    return ", ".join([machine, *(f"{c.name} {c.version}" for c in field)])


def write_into(page: Path, lines: Sequence[str]) -> None:
    before, start, rest = page.read_text().partition("<!-- bench -->\n")
    _, end, after = rest.partition("<!-- /bench -->")
    page.write_text("".join([before, start, "\n".join(lines), "\n", end, after]))


if __name__ == "__main__":
    sys.exit(main())
