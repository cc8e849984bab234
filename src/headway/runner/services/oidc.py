"""Identity tokens: what a job with `permissions: id-token: write` can prove of itself.

Claims as in GitHub's "OpenID Connect reference"; discovery as in "OpenID Connect Discovery
1.0", keys as in RFC 7517. The issuer is Headway's own: the key is made once for each user and
machine, kept 0600 beside the journal, and served on loopback while a run goes on.
"""

from __future__ import annotations

import os
import secrets
import time

from headway.errors import HeadwayError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

LIFETIME = 300  # seconds, GitHub's
JWKS = "/.well-known/jwks"
DISCOVERY = "/.well-known/openid-configuration"


class Issuer:
    """Signs claims with the key in `folder`, which is made when there is none."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._loaded: RSAPrivateKey | None = None

    def token(self, issuer: str, claims: Mapping[str, str], audience: str) -> str:
        """A token signed with RS256, which ends after five minutes."""
        import jwt

        now = int(time.time())
        body = {
            **claims,
            "iss": issuer,
            "aud": audience,
            "jti": secrets.token_hex(16),
            "nbf": now - 30,
            "iat": now,
            "exp": now + LIFETIME,
        }
        return jwt.encode(body, self._key(), algorithm="RS256", headers={"kid": self._kid()})

    def discovery(self, issuer: str) -> dict[str, Any]:
        return {
            "issuer": issuer,
            "jwks_uri": issuer + JWKS,
            "subject_types_supported": ["public", "pairwise"],
            "response_types_supported": ["id_token"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid"],
            "claims_supported": ["sub", "aud", "exp", "iat", "iss", "jti", "nbf", *CLAIMS],
        }

    def keys(self) -> dict[str, Any]:
        from jwt.algorithms import RSAAlgorithm

        key = RSAAlgorithm.to_jwk(self._key().public_key(), as_dict=True)
        return {"keys": [{**key, "kid": self._kid(), "alg": "RS256", "use": "sig"}]}

    def _kid(self) -> str:
        import hashlib

        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = self._key().public_key()
        data = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(data).hexdigest()[:32]

    def _key(self) -> RSAPrivateKey:
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded

    def _load(self) -> RSAPrivateKey:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        path = os.path.join(self._folder, "oidc-key.pem")
        if not os.path.exists(path):
            _make_key(path)
        with open(path, "rb") as file:
            key = load_pem_private_key(file.read(), None)
        if not isinstance(key, RSAPrivateKey):
            raise HeadwayError(f"{path} is no RSA key", hint=f"remove it: rm {path}")
        return key


def _make_key(path: str) -> None:
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    data = generate_private_key(65537, 2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    beside = f"{path}.{os.getpid()}"
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    try:
        os.link(beside, path)  # the first of several runs that start together wins
    except FileExistsError:
        pass
    finally:
        os.unlink(beside)


CLAIMS = (
    "actor",
    "actor_id",
    "base_ref",
    "environment",
    "event_name",
    "head_ref",
    "job_workflow_ref",
    "job_workflow_sha",
    "ref",
    "ref_type",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "run_attempt",
    "run_id",
    "run_number",
    "runner_environment",
    "sha",
    "workflow",
    "workflow_ref",
    "workflow_sha",
)


def claims(github: Mapping[str, Any], environment: str) -> dict[str, str]:
    """A job's claims, from its `github` context."""
    known = {name: str(github.get(name) or "") for name in CLAIMS}
    known["runner_environment"] = "self-hosted"
    known["job_workflow_ref"] = known["workflow_ref"]
    known["job_workflow_sha"] = known["workflow_sha"]
    known["environment"] = environment
    known["sub"] = subject(known)
    return {name: value for name, value in known.items() if value or name.endswith("_ref")}


def subject(known: Mapping[str, str]) -> str:
    """The default `sub`: environment first, then pull requests, then the branch or tag."""
    repository = f"repo:{known['repository']}"
    if known["environment"]:
        return f"{repository}:environment:{known['environment'].replace(':', '%3A')}"
    if known["event_name"].startswith("pull_request"):
        return f"{repository}:pull_request"
    return f"{repository}:ref:{known['ref']}"
