"""A verdict as Markdown: the body of a pull request's comment, and a step's summary.

Names and messages come from tools and may be hostile: they are put so that they can neither
format, link, mention anybody, nor end what they stand in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from headway.quality.evidence import Evidence
from headway.quality.new_code import ChangedCoverage
from headway.quality.render import words
from headway.quality.render.changes import Changes
from headway.quality.report import Finding
from headway.verdict import Result, Score, Verdict

LIMIT = 65_536  # bytes: GitHub takes so many characters
MARKER = "<!-- headway-gate -->"  # finds the comment that is to be written anew
_SIGNS = {"passed": "✅", "failed": "❌", "inconclusive": "⚠️", "error": "❌"}
_ROOMS = (40, 20, 10, 5, 2, 0)  # rows of each list, tried until all of it fits
_SPECIAL = re.compile(r"([\\`*_{}\[\]|~$])")
# A list, a heading, a line below one: only at the beginning.
_LEADING = re.compile(r"^(?:(?:\d{1,9}[.)]|[-+]|#{1,6})(?=\s|$)|[-=](?=[-=]*$))")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class Matter(Struct, frozen=True, kw_only=True):
    """All that there is to tell. `replay` is the command that shows it again."""

    verdict: Verdict
    evidence: Evidence
    base: str = ""  # of the commit that was compared with
    changes: Changes | None = None
    changed: ChangedCoverage | None = None
    replay: str = ""


def comment(matter: Matter, *, name: str = "", limit: int = LIMIT) -> str:
    """The body, at most `limit` bytes; `name` tells apart several comments on one pull request."""
    marker = (
        MARKER if not name else f"<!-- headway-gate: {re.sub('[^A-Za-z0-9_.-]', '-', name)} -->"
    )
    for room in _ROOMS:
        body = f"{marker}\n{_body(matter, room)}"
        if len(body.encode()) <= limit:
            return body
    cut = body.encode()[: limit - 8].decode("utf-8", "ignore")
    return f"{cut.rpartition(chr(10))[0]}\n\n…\n"


def summary(matter: Matter) -> str:
    """For GITHUB_STEP_SUMMARY, which takes 1 MiB."""
    return comment(matter, limit=1 << 20).partition("\n")[2]


def _body(matter: Matter, room: int) -> str:
    parts = [
        _head(matter),
        _gates(matter.verdict.results, room),
        _since(matter, room),
        _uncovered(matter.changed, room),
        _troubles(matter, room),
        _waivers(matter.verdict, room),
        _scores(matter.verdict.scores),
        _sources(matter.evidence, room),
        f"<sub>{text(matter.replay)}</sub>" if matter.replay else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(matter: Matter) -> str:
    sign = _SIGNS[matter.verdict.outcome]
    about = f" for {code(words.about(matter.evidence))}" if matter.evidence.commit.sha else ""
    return f"## {sign} Gate {text(words.conclusion(matter.verdict))}{about}"


def _gates(results: Sequence[Result], room: int) -> str:
    ordered = words.ordered(results)
    troubled = [result for result in ordered if result.outcome != "passed"]
    passed = [result for result in ordered if result.outcome == "passed"]
    shown = [_row(result) for result in troubled[: max(room, 5)]]
    parts = [_table(("", "Gate", "Measured", "Limit", "Margin", "Why"), shown)] if shown else []
    if passed and room:
        inner = _table(("", "Gate", "Measured", "Limit", "Margin", "Why"), map(_row, passed))
        parts.append(_details(words.count(len(passed), "gate") + " passed", inner))
    elif passed:
        parts.append(words.count(len(passed), "gate") + " passed.")
    return "\n\n".join(parts)


def _row(result: Result) -> list[str]:
    sign = _SIGNS[result.outcome] if result.blocking or result.outcome == "passed" else "ℹ️"
    why = text(result.message) + ("" if result.blocking else " *(not blocking)*")
    limits = (words.measured(result), words.demanded(result), words.margin(result))
    return [sign, code(result.gate), *map(text, limits), why]


def _since(matter: Matter, room: int) -> str:
    changes = matter.changes
    if changes is None:
        return ""
    title = f"### Since {code(matter.base[:7])}" if matter.base else "### Since the baseline"
    if not changes.any:
        return f"{title}\n\nNothing measured has changed."
    parts = [title]
    if changes.figures:
        rows = [
            [text(f.name), text(f.before), text(f.now), text(f.difference) + _arrow(f.worse)]
            for f in changes.figures
        ]
        parts.append(_table(("", "before", "now", "change"), rows))
    lists = (
        (words.count(len(changes.new), "new finding"), map(_finding, changes.new)),
        (words.count(len(changes.gone), "finding") + " fixed", map(_finding, changes.gone)),
        (words.count(len(changes.failing), "test") + " newly failing", _ids(changes.failing)),
        (words.count(len(changes.flaky), "test") + " newly flaky", _ids(changes.flaky)),
        (words.count(len(changes.mended), "test") + " mended", _ids(changes.mended)),
    )
    for name, rows_of in lists:
        rows_found = list(rows_of)
        if rows_found:
            parts.append(_details(name, _list(rows_found, room)))
    if changes.files:
        lines = [
            f"{code(f.path)} {words.number(f.before, '%')} → {words.number(f.now, '%')}"
            for f in changes.files
        ]
        name = f"coverage of {words.count(len(lines), 'file')} changed"
        parts.append(_details(name, _list(lines, room)))
    if changes.uncompared:
        names = ", ".join(changes.uncompared)
        parts.append(f"<sub>Not compared, for lack of a report on one side: {text(names)}</sub>")
    return "\n\n".join(parts)


def _arrow(worse: bool | None) -> str:
    return "" if worse is None else " 🔻" if worse else " 🟢"


def _ids(cases: Iterable[object]) -> Iterator[str]:
    return (code(str(getattr(case, "id", ""))) for case in cases)


def _finding(finding: Finding) -> str:
    place = f" {code(words.place(finding))}" if words.place(finding) else ""
    return f"**{finding.severity}**{place} {code(finding.rule)} {text(words.told(finding)[:200])}"


def _uncovered(changed: ChangedCoverage | None, room: int) -> str:
    if changed is None or not changed.missing:
        return ""
    share = words.number(changed.percent, "%")
    lines = [f"{code(path)} {words.ranges(n, 120)}" for path, n in changed.missing.items()]
    name = f"{share} of {words.count(changed.total, 'changed line')} covered; not run"
    return _details(name, _list(lines, room))


def _troubles(matter: Matter, room: int) -> str:
    """What each failing gate is about."""
    parts = []
    for result in words.ordered(matter.verdict.results):
        if result.outcome == "passed" or not (result.details or result.hint):
            continue
        listed = _list([text(line) for line in result.details], room)
        inside = "\n\n".join(part for part in (listed, text(result.hint)) if part)
        parts.append(_details(code_html(result.gate), inside))
    return "\n\n".join(parts[: max(room, 3)])


def _waivers(verdict: Verdict, room: int) -> str:
    if not verdict.waived:
        return ""
    rows = [
        [
            code(use.waiver),
            code(use.gate),
            str(use.count),
            text(use.reason),
            text(use.owner),
            use.until,
        ]
        for use in verdict.waived[: max(room, 5)]
    ]
    table = _table(("Waiver", "Gate", "Covers", "Reason", "Owner", "Until"), rows)
    return _details(words.count(len(verdict.waived), "waiver") + " used", table)


def _scores(scores: Sequence[Score]) -> str:
    if not scores:
        return ""
    heads = ", ".join(map(_score_of_what, scores))
    lines = []
    for score in scores:
        lines.append(
            f"**{text(score.name)} {words.number(score.value)}**: {text(score.arithmetic)}"
        )
        for part in score.parts:
            said = part.arithmetic or ("nothing found" if part.measured else "not measured")
            lines.append(f"{text(part.name)}: {text(said)}")
    return _details(f"scores: {heads}", _list(lines, len(lines)))


def _score_of_what(score: Score) -> str:
    parts = sum(part.measured for part in score.parts)
    whole = "" if parts == len(score.parts) else f" ({parts} of {len(score.parts)} parts measured)"
    return f"{score.name} {words.number(score.value)}{whole}"


def _sources(evidence: Evidence, room: int) -> str:
    lines = [f"unreadable: {text(one.message)}" for one in evidence.unreadable]
    for report in evidence.reports:
        state = "" if report.complete else f", **incomplete**: {text(report.reason)}"
        tool = text(f"{report.tool} {report.tool_version}".strip())
        lines.append(f"{code(report.source)} {tool}{state}")
    return (
        _details(words.count(len(evidence.reports), "report"), _list(lines, room)) if lines else ""
    )


# --- Markdown ----------------------------------------------------------------------------


def text(plain: str) -> str:
    """For running text and cells: nothing in it formats, links, or calls anybody."""
    plain = _UNSEEN.sub(" ", plain).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    plain = _SPECIAL.sub(r"\\\1", plain).strip()
    plain = _LEADING.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", plain)
    # A word joiner: it can't be seen, and what follows is no mention, reference or link.
    plain = re.sub(r"#(?=\d)", "#\u2060", plain).replace("@", "@\u2060")
    return plain.replace("://", ":\u2060//").replace("www.", "www\u2060.")


def code(plain: str) -> str:
    """A code span."""
    plain = _UNSEEN.sub(" ", plain).strip()
    if not plain:
        return ""
    runs = {len(found) for found in re.findall("`+", plain)}
    fence = next("`" * n for n in range(1, len(runs) + 2) if n not in runs)
    pad = " " if plain[0] == "`" or plain[-1] == "`" else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def code_html(plain: str) -> str:
    plain = _UNSEEN.sub(" ", plain).replace("&", "&amp;").replace("<", "&lt;")
    return f"<code>{plain}</code>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join(lines)


def _cell(inside: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", inside)


def _list(lines: Sequence[str], room: int) -> str:
    shown = [f"- {line}" for line in lines[:room]]
    if len(lines) > room:
        shown.append(f"- … {len(lines) - room:,} more")
    return "\n".join(shown)


def _details(name: str, inside: str) -> str:
    """Folded; `name` is HTML, `inside` Markdown."""
    return f"<details><summary>{name}</summary>\n\n{inside}\n\n</details>"
