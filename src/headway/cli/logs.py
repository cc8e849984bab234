"""`headway logs`: what the steps of a run printed; of a run that goes on, as it comes."""

from __future__ import annotations

from headway.cli import past, replay
from headway.cli.output import Out
from headway.cli.replay import Selection
from headway.console import clean
from headway.console.markers import Markers
from headway.console.plain import Plain
from headway.errors import DONE, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable

    from headway.console.view import RunView, StepView
    from headway.journal import Journal
    from headway.journal.log_reader import LogReader
    from headway.journal.runs import Run

HELP = "print what steps printed, also while they run"
EXAMPLE = """\
headway logs                   all of the latest run
headway logs --failed          of its failed steps only
headway logs test              of one job, or of all of its matrix
headway logs 12 test pytest    of one step of run 12, by its number, id or name
headway logs --follow          of a run that goes on, here or in another terminal"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("what", nargs="*", metavar="RUN JOB STEP", help="each may be left out (RUN: the latest)")
    add("-f", "--follow", action="store_true", help="go on until the run has ended")
    add("--tail", type=int, metavar="N", help="only the last N lines")
    add("-t", "--timestamps", action="store_true", help="with the time of each line")
    add("--failed", action="store_true", help="only of steps that failed")
    add("-v", "--verbose", action="store_true", help="debug messages and step headers too")
    add("--json", action="store_true", help="events instead of output, one a line")


def main(args: Namespace) -> int:
    if args.tail is not None and args.tail < 0:
        raise UsageError(f"--tail {args.tail}: expected a number from 0")
    if args.follow and (args.failed or args.tail is not None):
        raise UsageError("--follow shows what comes: it can't go with --failed or --tail")
    journal = past.open_journal()
    run, job, step = _meant(journal, args.what)
    view = past.view_of(journal, run)
    chosen = _select(view, job, step, failed=args.failed)
    if args.json:
        _print_events(journal, run, chosen, args)
    elif args.follow:
        replay.follow(journal, run, chosen, _sink(args, chosen), stamps=args.timestamps)
    elif chosen.step:
        (name,) = chosen.jobs
        _print_step(run, view.jobs[name].steps[chosen.step], args)
    elif args.tail is not None:
        _print_tail(run, view, chosen, args)
    else:
        sink = _sink(args, chosen)
        replay.replay(journal, run, chosen, sink, lambda reader: _blocks(reader, args))
        sink.close()
    return DONE


def _meant(journal: Journal, what: list[str]) -> tuple[Run, str, str]:
    """The run, and the names of job and step ("" where not given)."""
    words = list(what)
    if len(words) > 3:
        raise UsageError(f"expected RUN JOB STEP, not {len(words)} words")
    named = words and (len(words) == 3 or past.names_a_run(journal, words[0]))
    run = past.find_run(journal, words.pop(0) if named else "latest")
    job, step = (*words, "", "")[:2]
    return run, job, step


def _select(view: RunView, job: str, step: str, *, failed: bool) -> Selection:
    only = None
    if failed:
        only = frozenset((s.job, s.number) for _, s in view.failed_steps())
    if not job:
        return Selection(only=only)
    jobs = past.find_jobs(view, job)
    names = frozenset(j.job for j in jobs)
    if not step:
        return Selection(names, only=only)
    if len(jobs) > 1:
        known = ", ".join(f'"{name}"' for name in sorted(names))
        raise UsageError(f'"{job}" is more than one job', hint=f"name one of {known}")
    return Selection(names, past.find_step(jobs[0], step).number, only)


def _sink(args: Namespace, chosen: Selection) -> Plain:
    return Plain(
        Out().terminal,
        verbose=args.verbose,
        prefix=len(chosen.jobs) != 1,
        lost=_nobody_reads,
    )


def _nobody_reads() -> None:
    raise BrokenPipeError


def _print_events(journal: Journal, run: Run, chosen: Selection, args: Namespace) -> None:
    from headway.console.jsonl import JsonLines

    sink = JsonLines(Out().terminal, lost=_nobody_reads)
    if args.follow:
        replay.follow(journal, run, chosen, sink, stamps=False)
        return
    for record in journal.read(run.id):
        if chosen.shows(record.event):
            sink.event(record)


def _print_step(run: Run, step: StepView, args: Namespace) -> None:
    """One step's log: to a file or a pipe byte for byte, to a terminal what it can show."""
    out = Out()
    markers = Markers(out.style, verbose=args.verbose)
    with past.reader(run.id, step) as reader:
        for block in _blocks(reader, args):
            shown = markers.feed(block) if out.terminal.tty else block
            out.terminal.write(_for_terminal(shown, out) if out.terminal.tty else shown)


def _for_terminal(block: bytes, out: Out) -> bytes:
    return clean.lines(block, colour=out.style.colour, utf8=out.style.unicode)


def _print_tail(run: Run, view: RunView, chosen: Selection, args: Namespace) -> None:
    """The last lines of all that is chosen, whichever steps they are of."""
    sink, left = _sink(args, chosen), args.tail
    sink.view = view  # it aligns the lines by all names
    found: list[tuple[StepView, list[bytes]]] = []
    for step in replay.ends(view, chosen):
        with past.reader(run.id, step) as reader:
            blocks = list(_last(reader, left, args)) if left > 0 else []
        left -= sum(block.count(b"\n") for block in blocks)
        found.append((step, blocks))
    for step, blocks in reversed(found):
        for block in blocks:
            sink.output(step.job, step.number, block)
    sink.close()


def _blocks(reader: LogReader, args: Namespace) -> Iterable[bytes]:
    if args.tail is not None:
        return _last(reader, args.tail, args)
    return replay.stamped(reader) if args.timestamps else _ended(reader.blocks())


def _last(reader: LogReader, count: int, args: Namespace) -> Iterable[bytes]:
    first = max(1, reader.count() - count + 1)
    if count == 0:
        return ()
    if args.timestamps:
        return replay.stamped(reader, first)
    return _ended(reader.blocks(first))


def _ended(blocks: Iterable[bytes]) -> Iterable[bytes]:
    """The blocks as they are, cut where lines end: what marks lines up looks at whole ones."""
    rest = b""
    for block in blocks:
        cut = block.rfind(b"\n") + 1
        if cut:
            yield rest + block[:cut]
            rest = block[cut:]
        elif len(rest) < 1 << 20:
            rest += block
        else:  # a line without an end
            yield rest + block
            rest = b""
    if rest:
        yield rest
