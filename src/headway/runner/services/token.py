"""Tokens and signed addresses of a run's services: made here, believed nowhere else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time

from headway.values import Value

LIFETIME = 24 * 3600.0  # seconds


class Identity(Value):
    """Whom a token stands for."""

    run: str  # the run's and the job's names in the protocols
    job: str
    key: str = ""  # the job's key in the run
    write: bool = False  # may ask for identity tokens


class Signer:
    """Makes tokens that only it recognises; its key never leaves the process."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def token(self, identity: Identity) -> str:
        """A JSON Web Token (RFC 7519) with the claims that the official clients look for."""
        now = int(time.time())
        claims = {
            "iss": "headway",
            "iat": now,
            "nbf": now - 60,
            "exp": now + int(LIFETIME),
            "scp": f"Actions.GenericRead:0 Actions.Results:{identity.run}:{identity.job}",
            "orchid": f"{identity.run}.{identity.job}",
            "headway": identity.to_dict(),
        }
        body = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
        return f"{body}.{self._mac(body)}"

    def identity(self, token: str) -> Identity | None:
        """Whose token this is; None when it isn't one of ours, or has ended."""
        body, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._mac(body).encode()):
            return None
        claims = json.loads(_unpart(body.partition(".")[2]))
        return Identity(**claims["headway"]) if claims["exp"] > time.time() else None

    def sign(self, what: str) -> str:
        return self._mac(what)

    def signed(self, what: str, signature: str) -> bool:
        return hmac.compare_digest(signature.encode(), self._mac(what).encode())

    def _mac(self, text: str) -> str:
        mac = hmac.new(self._key, text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def _part(data: object) -> str:
    text = json.dumps(data, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _unpart(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
