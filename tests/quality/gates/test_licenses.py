from __future__ import annotations

import pytest

from headway.quality.settings import Gates, Licenses, Waiver

from . import sample
from .sample import only, parts, results, said

BILL = parts(("flask", "BSD-3-Clause"), ("gpl-lib", "GPL-3.0-only"), ("odd", ""))


def test_nothing_is_judged_until_somebody_says_what_is_allowed() -> None:
    assert not [name for name in results(None, BILL, sample.ruff()) if name.startswith("lic")]


def test_allow() -> None:
    found = results(Gates(licenses=Licenses(allow=("BSD-*", "MIT"))), BILL)
    assert said(found["licenses.allow"]) == (
        "failed", "1 part has a licence that isn't allowed: gpl-lib",
    )  # fmt: skip
    assert found["licenses.allow"].details == ("gpl-lib 1.0 GPL-3.0-only",)
    assert said(found["licenses.unknown"]) == ("failed", "1 part has no known licence: odd")
    assert "licenses.deny" not in found


def test_deny() -> None:
    found = results(Gates(licenses=Licenses(deny=("GPL-3.0",))), BILL)
    assert said(found["licenses.deny"]) == ("failed", "1 part has a denied licence: gpl-lib")
    assert "licenses.unknown" not in found  # only what is denied matters


@pytest.mark.parametrize(("unknown", "there"), [("allow", False), ("deny", True)])
def test_unknown_licences(unknown: str, there: bool) -> None:
    settings = Licenses(allow=("BSD-3-Clause", "GPL-3.0-only"), unknown=unknown)  # type: ignore[arg-type]
    found = results(Gates(licenses=settings), BILL)
    assert ("licenses.unknown" in found) == there


def test_all_well() -> None:
    found = only("licenses.allow", Gates(licenses=Licenses(allow=("*",))), BILL)
    assert said(found) == ("passed", "no part has a licence that isn't allowed")


def test_without_a_bill_of_materials() -> None:
    gates = Gates(licenses=Licenses(deny=("GPL-3.0",)))
    result = only("licenses.deny", gates, sample.ruff())
    assert said(result) == (
        "failed", "no evidence: there is no report of licences (a bill of materials)",
    )  # fmt: skip


def test_a_part_can_be_waived() -> None:
    gates = Gates(licenses=Licenses(deny=("GPL-3.0",)))
    waiver = Waiver(package="gpl-lib", reason="a tool", owner="ann", until=sample.TODAY)
    found = sample.verdict(gates, BILL, waivers=(waiver,))
    assert found.outcome == "passed"
    assert found.waived[0].gate == "licenses.deny"
