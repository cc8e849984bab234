"""Takes secrets out of output before it is stored or shown."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MASK = b"***"
SHORTEST = 3  # base64 and line forms shorter than this would blank out ordinary text


class Masker:
    """Replaces every added secret, in the forms it is likely to appear in, by `***`.

    Forms: as it is, each line of it, JSON-escaped, URL-escaped, base64 at each of the three
    byte alignments. Threads may add while others mask.
    """

    def __init__(self) -> None:
        self._forms: set[bytes] = set()
        self._pattern: re.Pattern[bytes] | None = None
        self.longest = 0  # bytes of the longest form: what a cut between chunks may hide

    def add(self, secret: str) -> None:
        new = {form for form in _forms(secret) if form} - self._forms
        if not new:
            return
        forms = self._forms | new
        # Longest first, so that a secret that contains another is hidden whole.
        ordered = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(re.escape(f) for f in ordered))
        self._forms = forms
        self.longest = len(ordered[0])

    def mask(self, data: bytes) -> bytes:
        # A plain search for each form is some twenty times faster than the pattern, and most
        # output holds no secret.
        if self._pattern is None or not any(form in data for form in self._forms):
            return data
        return self._pattern.sub(MASK, data)

    def text(self, text: str) -> str:
        if self._pattern is None or not text:
            return text
        return self.mask(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


def _forms(secret: str) -> Iterator[bytes]:
    import json
    from base64 import b64encode
    from urllib.parse import quote

    if not secret.strip():
        return
    whole = secret.encode("utf-8", "surrogateescape")
    yield whole
    yield whole.strip()
    for line in whole.splitlines():
        if len(line.strip()) >= SHORTEST:
            yield line.strip()
    escaped = json.dumps(secret, ensure_ascii=False)[1:-1]
    yield escaped.encode("utf-8", "surrogateescape")
    yield json.dumps(secret)[1:-1].encode()
    yield quote(whole, safe="").encode()
    for value in {whole, whole.strip()}:
        if len(value) >= SHORTEST:
            yield b64encode(value).rstrip(b"=")
            # Inside a longer text the secret starts at any of three alignments; the outer
            # characters of each mix with the neighbours and are left out.
            for form in (b64encode(b"\0" + value)[2:-4], b64encode(b"\0\0" + value)[3:-4]):
                if len(form) >= SHORTEST:
                    yield form
