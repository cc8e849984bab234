"""Identity tokens: what they claim, who gets one, and that others can check them."""

from __future__ import annotations

import json
import stat
import urllib.request

import jwt
import pytest

from headway.runner.services.oidc import subject

CLAIMS = {
    "repository": "octo/app",
    "ref": "refs/heads/main",
    "sub": "repo:octo/app:ref:refs/heads/main",
}


def ask(env, audience=""):
    url = env["ACTIONS_ID_TOKEN_REQUEST_URL"] + (f"&audience={audience}" if audience else "")
    token = env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["value"]


def read(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def test_a_relying_party_can_check_a_token_from_discovery_alone(bench):
    services = bench.services()
    token = ask(services.identity_environment("deploy", 1, CLAIMS), "sts.example.com")

    issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
    configuration = read(f"{issuer}/.well-known/openid-configuration")
    keys = jwt.PyJWKSet.from_dict(read(configuration["jwks_uri"]))
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(
        token, key, algorithms=["RS256"], audience="sts.example.com", issuer=configuration["issuer"]
    )
    assert claims["sub"] == "repo:octo/app:ref:refs/heads/main"
    assert claims["exp"] - claims["iat"] == 300


def test_the_audience_is_the_owner_unless_one_is_asked_for(bench):
    token = ask(bench.services().identity_environment("deploy", 1, CLAIMS))
    assert jwt.decode(token, options={"verify_signature": False})["aud"].endswith("/octo")


def test_a_job_without_the_permission_gets_none(bench, client):
    assert client.get("identity?audience=x")[0] == 403


def test_the_key_stays_and_only_its_owner_can_read_it(bench):
    first, second = bench.services(), bench.services(run="run-2")
    assert read(first.issuer + "/.well-known/jwks") == read(second.issuer + "/.well-known/jwks")
    assert stat.S_IMODE((bench.folder / "oidc-key.pem").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("event", "environment", "expected"),
    [
        ("push", "", "repo:octo/app:ref:refs/heads/main"),
        ("push", "production", "repo:octo/app:environment:production"),
        ("push", "eu:prod", "repo:octo/app:environment:eu%3Aprod"),
        ("pull_request", "", "repo:octo/app:pull_request"),
    ],
)
def test_subjects(event, environment, expected):
    known = {
        "repository": "octo/app",
        "ref": "refs/heads/main",
        "event_name": event,
        "environment": environment,
    }
    assert subject(known) == expected
