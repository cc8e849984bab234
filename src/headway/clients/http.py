"""HTTP requests to servers on this machine and elsewhere, TCP or a Unix socket."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from headway.errors import HeadwayError, UsageError

LARGEST = 64 << 20  # bytes of an answer that are read


class Unreachable(HeadwayError):
    """No answer: refused, too late, broken off, or not HTTP."""


class Reply(Struct, frozen=True):
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def request(
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    timeout: float = 10.0,
    unix: str = "",
) -> Reply:
    """One request on a connection of its own; redirects are not followed. Raises Unreachable.

    `unix` is the path of a socket; then `url` is only path and query.
    """
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(parts.scheme, parts.netloc, timeout, unix)
    try:
        connection.request(method, target, body=body or None, headers=dict(headers or {}))
        answer = connection.getresponse()
        content = answer.read(LARGEST + 1)
    except (OSError, http.client.HTTPException) as error:
        said = str(error) or type(error).__name__
        raise Unreachable(f"{unix or url} doesn't answer: {said}") from None
    finally:
        connection.close()
    if len(content) > LARGEST:
        raise Unreachable(f"{unix or url}: the answer is larger than {LARGEST >> 20} MiB")
    return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, content)


def _connection(scheme: str, netloc: str, timeout: float, unix: str) -> http.client.HTTPConnection:
    if unix:
        return _UnixConnection(unix, timeout)
    try:
        if scheme == "http" and netloc:
            return http.client.HTTPConnection(netloc, timeout=timeout)
        if scheme == "https" and netloc:
            return http.client.HTTPSConnection(netloc, timeout=timeout)
    except http.client.InvalidURL:
        pass
    raise UsageError(
        f'"{scheme}://{netloc}" is no address to ask', hint="expected http://HOST:PORT/PATH"
    )


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
