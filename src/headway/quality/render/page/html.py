"""Text into HTML. Whatever tools report may be hostile: nothing reaches the page unescaped."""

from __future__ import annotations

import re
from html import escape as _escape

# Not allowed in HTML, and able to fool readers: controls, and marks that turn the direction.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_IN_SCRIPT = re.compile("[<>&\u2028\u2029\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_URL = re.compile(r"https?://[^\s\x00-\x1f]+\Z")


def escape(text: str) -> str:
    """For element content and quoted attributes."""
    return _escape(clean(text))


def clean(text: str) -> str:
    """Without characters that can't be seen and change what is."""
    return text if text.isascii() and text.isprintable() else _UNSEEN.sub("\ufffd", text)


def element(name: str, inside: str, **attributes: str) -> str:
    """`inside` is HTML, attributes are text; `class_` for `class`."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value
    )
    return f"<{name}{given}>{inside}</{name}>"


def safe_url(url: str) -> bool:
    """Whether a click can do no more than open a page."""
    return len(url) < 2000 and _URL.match(url) is not None


def script_data(encoded: bytes) -> str:
    """JSON for a `<script type="application/json">`, which nothing in it can end."""
    return _IN_SCRIPT.sub(lambda found: f"\\u{ord(found[0]):04x}", encoded.decode("utf-8"))
