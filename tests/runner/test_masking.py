"""Secrets are hidden in every form that they are likely to appear in."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from headway.runner.masking import Masker

SECRET = 'p@ss "w/ord'
KEY = "-----BEGIN KEY-----\nQUJDREVGRw==\nSElKS0xNTg==\n-----END KEY-----\n"


@pytest.mark.parametrize(
    "shown",
    [
        SECRET,
        f"before{SECRET}after",
        json.dumps({"password": SECRET}),
        quote(SECRET, safe=""),
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"user:{SECRET}".encode()).decode(),
        base64.b64encode(f"x:{SECRET}:y".encode()).decode(),
    ],
)
def test_forms(shown):
    masker = Masker()
    masker.add(SECRET)
    masked = masker.text(shown)
    assert "***" in masked
    assert SECRET not in masked
    assert base64.b64encode(SECRET.encode()).decode()[4:-4] not in masked


def test_each_line_of_a_secret_of_several_lines():
    masker = Masker()
    masker.add(KEY)
    assert masker.text("key line: QUJDREVGRw== end") == "key line: *** end"
    assert masker.text(json.dumps(KEY)) == '"***"'


def test_the_longer_secret_wins():
    masker = Masker()
    masker.add("abcd")
    masker.add("abcd-efgh")
    assert masker.text("abcd-efgh abcd") == "*** ***"


@pytest.mark.parametrize("nothing", ["", "  ", "\n"])
def test_nothing_is_no_secret(nothing):
    masker = Masker()
    masker.add(nothing)
    assert masker.text("a b\nc") == "a b\nc"


@given(st.text(min_size=1), st.text(), st.text())
def test_no_secret_is_ever_left(secret, before, after):
    assume(secret.strip() and not set(secret) & set("*"))
    masker = Masker()
    masker.add(secret)
    assert secret not in masker.text(before + secret + after)
