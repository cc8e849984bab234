"""Reading files that others wrote, within bounds: the parts that every format is made of.

- `source`: a report's bytes, whole or as a stream; `ReportError`.
- `head`: what the first 64 KiB show: syntax, XML root, JSON keys.
- `xml`, `json`, `text`: safe parsers that stream.
"""

from headway.quality.reading.source import ReportError, Source

__all__ = ["ReportError", "Source"]
