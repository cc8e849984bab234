"""Evidence as one HTML page: no network, nothing beside it, readable without scripts.

What tools wrote is escaped where it is HTML and is data where it is the script's; the page's
own policy forbids everything but its own style and script.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files

import msgspec

from headway import __version__
from headway.quality.evidence import Evidence
from headway.quality.render import words
from headway.quality.render.page import sections, table
from headway.quality.render.page.html import element, escape, script_data
from headway.quality.render.page.sections import Section
from headway.quality.render.page.sources import SourceOf, pack, packed
from headway.verdict import Verdict

SMALL = 20_000  # bytes of data that aren't worth packing


def page(
    evidence: Evidence,
    *,
    title: str = "",
    source_of: SourceOf | None = None,
    verdict: Verdict | None = None,
) -> str:
    """The page's HTML. `source_of` gives the text of covered files; `verdict` adds the gates."""
    numbers, sources = packed(evidence.coverage, source_of)
    parts = sections.all_of(evidence, numbers, verdict)
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; style-src 'sha256-{_hash(style)}';"
        f" script-src 'sha256-{_hash(script)}'; base-uri 'none'; form-action 'none'"
    )
    name = title or "Report"
    return "".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="color-scheme" content="light dark">\n',
            f"<title>{escape(name)}: {escape(_subtitle(evidence))}</title>\n",
            f"<style>{style}</style>\n</head>\n<body>\n",
            '<a class="skip" href="#main">Skip to the content</a>\n',
            _header(name, evidence, verdict),
            _navigation(parts),
            '<main id="main">\n',
            *(_section(part) for part in parts),
            f"</main>\n<footer>Headway {escape(__version__)}</footer>\n",
            _data(parts, sources),
            f"<script>{script}</script>\n</body>\n</html>\n",
        )
    )


@cache
def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _subtitle(evidence: Evidence) -> str:
    return ", ".join(part for part in (words.about(evidence), evidence.when) if part)


def _header(title: str, evidence: Evidence, verdict: Verdict | None) -> str:
    mark = ""
    if verdict is not None:
        mark = element("span", escape(verdict.outcome), class_=f"badge b-{verdict.outcome}")
    tiles = "".join(
        f"<div class=tile><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>"
        for name, text in words.headline(evidence)
    )
    return (
        f"<header>\n<h1>{escape(title)} {mark}</h1>\n<p>{escape(_subtitle(evidence))}</p>\n"
        f"<dl>{tiles}</dl>\n</header>\n"
    )


def _navigation(parts: list[Section]) -> str:
    links = "".join(f'<a href="#{part.id}">{escape(part.title)}</a>' for part in parts)
    return f'<nav aria-label="Sections">{links}</nav>\n'


def _section(part: Section) -> str:
    tables = "".join(table.rendered(one) for one in part.tables)
    return (
        f'<section id="{part.id}" aria-labelledby="h-{part.id}">\n'
        f'<h2 id="h-{part.id}">{escape(part.title)}</h2>\n'
        f"<p>{escape(part.summary)}</p>\n{tables}\n</section>\n"
    )


def _data(parts: list[Section], sources: list[str]) -> str:
    tables = [table.data(one) for part in parts for one in part.tables]
    encoded = msgspec.json.encode(tables)
    kind = "application/json"
    if len(encoded) > SMALL:
        text, kind = pack(encoded.decode()), "text/plain"
    else:
        text = script_data(encoded)
    return (
        f'<script type="{kind}" id="tables">{text}</script>\n'
        f'<script type="application/json" id="sources">'
        f"{script_data(msgspec.json.encode(sources))}</script>\n"
    )
