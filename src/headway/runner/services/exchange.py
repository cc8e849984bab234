"""One request and its answer."""

from __future__ import annotations

import json
import os
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit

from headway.runner.services.token import Identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import IO, Any

_CHUNK = 1 << 20
_MOST_JSON = 8 << 20


class Refused(Exception):
    """The answer is an error: its HTTP status, a word and a sentence (Twirp's form)."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Exchange:
    """What a handler sees of a request, and how it answers, once."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler
        target = urlsplit(handler.path)
        self.method = handler.command
        self.path = unquote(target.path)
        self.query = {k: v[-1] for k, v in parse_qs(target.query, keep_blank_values=True).items()}
        self.headers = handler.headers
        self.identity = Identity("", "")
        self.answered = False
        self._left = self._length()

    def _length(self) -> int:
        """Bytes of body to come; -1 when it comes in chunks."""
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            return -1
        text = self.headers.get("Content-Length") or "0"
        if not text.isdecimal():
            raise Refused(400, "malformed", f"Content-Length: {text}")
        return int(text)

    # --- the request's body ----------------------------------------------------------------

    def json(self) -> dict[str, Any]:
        data = b"".join(self._body(_MOST_JSON))
        try:
            found = json.loads(data or b"{}")
        except ValueError as error:
            raise Refused(400, "malformed", f"not JSON: {error}") from None
        if not isinstance(found, dict):
            raise Refused(400, "malformed", "not a JSON object")
        return found

    def text(self) -> str:
        return b"".join(self._body(_MOST_JSON)).decode("utf-8", "replace")

    def copy_to(self, file: IO[bytes], most: int) -> int:
        """The body's bytes into a file, streamed; how many there were."""
        length = 0
        for chunk in self._body(most):
            file.write(chunk)
            length += len(chunk)
        return length

    def _body(self, most: int) -> Any:
        if self._left > most:
            raise Refused(413, "out_of_range", f"more than {most} bytes")
        read = self._chunked() if self._left < 0 else self._plain()
        total = 0
        for chunk in read:
            total += len(chunk)
            if total > most:
                raise Refused(413, "out_of_range", f"more than {most} bytes")
            yield chunk
        self._left = 0

    def _plain(self) -> Any:
        while self._left:
            chunk = self._handler.rfile.read(min(_CHUNK, self._left))
            if not chunk:
                raise Refused(400, "malformed", "the body ends too soon")
            self._left -= len(chunk)
            yield chunk

    def _chunked(self) -> Any:
        """RFC 9112, section 7.1."""
        source = self._handler.rfile
        while True:
            line = source.readline(1000).split(b";")[0].strip()
            try:
                left = int(line, 16)
            except ValueError:
                raise Refused(400, "malformed", "a chunk without its length") from None
            while left:
                chunk = source.read(min(_CHUNK, left))
                if not chunk:
                    raise Refused(400, "malformed", "the body ends too soon")
                left -= len(chunk)
                yield chunk
            end = source.readline(1000)
            if line.strip(b"0") == b"":
                while end.strip():  # trailers
                    end = source.readline(1000)
                return

    # --- the answer ------------------------------------------------------------------------

    def answer(
        self, status: int, data: object = None, headers: Mapping[str, str] | None = None
    ) -> None:
        body = b"" if data is None else json.dumps(data).encode()
        self._begin(status, len(body), {"Content-Type": "application/json", **(headers or {})})
        if self.method != "HEAD":
            self._handler.wfile.write(body)

    def answer_file(self, path: str, headers: Mapping[str, str]) -> None:
        """A file, or the part of it that a Range header asks for (RFC 9110, section 14)."""
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            wanted = self.headers.get("x-ms-range") or self.headers.get("Range")
            start, end = _range(wanted, size)
            known = {"Accept-Ranges": "bytes", "ETag": '"1"', **headers}
            if wanted:
                known["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
            self._begin(206 if wanted else 200, end - start, known)
            if self.method != "HEAD" and end > start:
                self._handler.wfile.flush()
                self._handler.connection.sendfile(file, start, end - start)

    def _begin(self, status: int, length: int, headers: Mapping[str, str]) -> None:
        self.answered = True
        handler = self._handler
        if self._left:  # a body that nobody read: the connection can't be used again
            handler.close_connection = True
        handler.send_response(status)
        for name, value in {**headers, "Content-Length": str(length)}.items():
            if status != 204 or name != "Content-Length":
                handler.send_header(name, value)
        if handler.close_connection:
            handler.send_header("Connection", "close")
        handler.end_headers()


def _range(wanted: str | None, size: int) -> tuple[int, int]:
    if not wanted:
        return 0, size
    first, dash, last = wanted.removeprefix("bytes=").partition("-")
    if not dash or not (first + last).isdecimal() or "," in wanted:
        raise Refused(416, "out_of_range", f"Range: {wanted}")
    if not first:
        return max(0, size - int(last)), size
    start, end = int(first), min(int(last or size - 1) + 1, size)
    if start >= end:
        raise Refused(416, "out_of_range", f"Range: {wanted} of {size} bytes")
    return start, end
