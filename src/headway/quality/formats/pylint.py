"""Pylint's JSON: `json` (a list) and `json2` (with statistics, 3.0 and newer)."""

from __future__ import annotations

from msgspec import Struct, field

from headway.quality import duplicate_code
from headway.quality.duplicate_code import duplications
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.reading.text import path_of, position, summary
from headway.quality.report import Finding
from headway.quality.secret import scrub
from headway.quality.severity import of_word

NAME = "pylint"
KIND: Kind = "findings"
SYNTAX = "json"


class Message(Struct, frozen=True):
    """`json` writes `message-id`, `json2` `messageId`; columns count from 0."""

    type: str
    symbol: str
    message: str
    path: str = ""
    obj: str = ""
    module: str = ""
    line: int | None = None
    column: int | None = None
    endLine: int | None = None
    message_id: str = field(name="message-id", default="")
    messageId: str = ""


class Statistics(Struct, frozen=True):
    messageTypeCount: dict[str, int] = {}
    score: float | None = None
    modulesLinted: int = 0


class Document(Struct, frozen=True):
    messages: list[Message]
    statistics: Statistics = Statistics()


def detect(head: Head) -> bool:
    if head.has("[].message-id", "[].symbol"):
        return True
    return head.has("messages") and (
        head.has("messages[].messageId") or head.has("statistics.messageTypeCount")
    )


def parse(source: Source) -> Report:
    """Incomplete when Pylint itself failed (a message of type `fatal`)."""
    found = decode(source, Document | list[Message])  # type: ignore[arg-type]
    document = found if isinstance(found, Document) else Document(messages=found)
    statistics = document.statistics
    measures: dict[str, float] = {
        f"findings.{word}": count for word, count in statistics.messageTypeCount.items()
    }
    if statistics.score is not None:
        measures["score"] = statistics.score
    failed = [f"{m.path}: {m.message}" for m in document.messages if m.type == "fatal"]
    return Report(
        tool=NAME,
        kind=KIND,
        findings=tuple(_finding(message) for message in document.messages),
        duplication=duplications(
            m.message for m in document.messages if m.symbol == duplicate_code.SYMBOL
        ),
        measures=measures,
        complete=not failed,
        reason=summary(failed),
    )


def _finding(one: Message) -> Finding:
    return Finding(
        rule=one.message_id or one.messageId or one.symbol,
        message=f"{scrub(one.message)} ({one.symbol})",
        severity=of_word(one.type),
        word=one.type,
        category="duplication" if one.symbol == duplicate_code.SYMBOL else "lint",
        tool=NAME,
        file=path_of(one.path),
        line=position(one.line),
        column=position((one.column or 0) + 1),
        end_line=position(one.endLine),
        url=f"https://pylint.readthedocs.io/en/stable/user_guide/messages/{one.type}/{one.symbol}.html",
    )
