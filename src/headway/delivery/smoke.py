"""Smoke tests over HTTP: one request to the preview address, and what its answer must be like."""

from __future__ import annotations

import http.client
import ssl
from urllib.parse import urlsplit

from headway.delivery.checks import Smoke

MOST = 1 << 20  # bytes of an answer that are looked at


def check(test: Smoke, base: str) -> tuple[bool, str]:
    """Whether the answer is as it should be, and a sentence when it isn't. Never raises."""
    if not base:
        return False, "there is no preview address to ask"
    try:
        status, headers, body = _get(base, test.http, float(test.timeout))
    except (OSError, http.client.HTTPException) as error:
        return False, f"GET {test.http}: no answer: {error or type(error).__name__}"
    where = f"GET {test.http} answered {status}"
    if status != test.status:
        return False, f"{where}, not {test.status}"
    if test.contains and test.contains not in body.decode(errors="replace"):
        return False, f'{where} without "{test.contains}" in its body'
    name, _, value = test.header.partition(":")
    if test.header and not _has(headers, name.strip(), value.strip()):
        return False, f"{where} without the header {test.header}"
    return True, ""


def _get(base: str, path: str, timeout: float) -> tuple[int, list[tuple[str, str]], bytes]:
    address = urlsplit(base)
    connection: http.client.HTTPConnection
    if address.scheme == "https":
        # Our own router on this machine: its certificate is for another name.
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(address.netloc, timeout=timeout, context=context)
    else:
        connection = http.client.HTTPConnection(address.netloc, timeout=timeout)
    try:
        connection.request("GET", path, headers={"User-Agent": "headway-smoke"})
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read(MOST)
    finally:
        connection.close()


def _has(headers: list[tuple[str, str]], name: str, value: str) -> bool:
    wanted = (name.casefold(), value)
    return any(
        (n.casefold(), v.strip()) == wanted or (not value and n.casefold() == wanted[0])
        for n, v in headers
    )
