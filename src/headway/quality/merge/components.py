"""Parts of all bills of materials, each once."""

from __future__ import annotations

from collections.abc import Iterable

from headway.quality.report import Component, Report


def merged(reports: Iterable[Report]) -> tuple[Component, ...]:
    """Each name and version once, with every licence that any of them states."""
    found: dict[tuple[str, str], Component] = {}
    for report in reports:
        for part in report.components:
            key = (part.name, part.version)
            known = found.get(key, part)
            found[key] = Component(
                name=part.name,
                version=part.version,
                purl=min(filter(None, (known.purl, part.purl)), default=""),
                licenses=tuple(sorted({*known.licenses, *part.licenses})),
            )
    return tuple(found[key] for key in sorted(found))
