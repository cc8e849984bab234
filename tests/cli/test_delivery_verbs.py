"""release, deploy, rollout, approve, rollback and env, as they are typed.

The engine is the real one; platform, router and metrics are those of headway.testing.delivery.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from headway.app import engine
from headway.cli.main import main
from headway.testing.delivery import Behaviour, World
from headway.testing.repository import ScratchRepository

SETTINGS = """\
service: shop
environments:
  staging: { command: ./serve, gates: optional, keep: 0s }
  production:
    command: ./serve
    gates: optional
    keep: 100ms
    timeout: 2s
    strategy: canary
    canary: { steps: [20%, 100%], pause: 200ms }
    analysis: { every: 100ms }
  guarded: { command: ./serve, requires: [staging] }
  asked: { command: ./serve, gates: optional, approvals: { count: 1 }, keep: 0s }
"""
Run = Callable[..., Any]


@pytest.fixture
def world(tmp_path: pathlib.Path) -> World:
    return World(tmp_path / "world")


@pytest.fixture
def run(
    tmp_path: pathlib.Path,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Iterator[Run]:
    """Runs `headway …` in a repository with two releases; what it printed, checked for its code."""
    repository = ScratchRepository(tmp_path / "shop", {"headway.yaml": SETTINGS})
    monkeypatch.chdir(repository.path)
    monkeypatch.setenv("HEADWAY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEADWAY_ACTOR", "ada")
    engines: list[subprocess.Popen[bytes]] = []

    def start(service: str, environment: str) -> None:
        if engines and engines[-1].poll() is None:
            return
        folder = world.folder / environment
        argv = ["-m", "headway.testing.delivery", service, environment, str(folder)]
        engines.append(subprocess.Popen([sys.executable, *argv], env=dict(os.environ)))

    monkeypatch.setattr(engine, "start", start)

    def call(*argv: str, code: int = 0) -> Any:
        capfdbinary.readouterr()
        found = main(argv)
        out, err = capfdbinary.readouterr()
        assert found == code, (argv, found, out.decode(), err.decode())
        text = (out or err).decode()
        return json.loads(text) if "--json" in argv and "deploy" not in argv else text

    build = tmp_path / "build"
    build.mkdir()
    for version in ("v1", "v2"):
        (build / "serve").write_text(f"echo {version}\n")
        call("release", "create", version, "--path", str(build))
    yield call
    for child in engines:
        child.wait(30)


def behave(world: World, environment: str, **behaviours: Behaviour) -> None:
    World(world.folder / environment).behave(**behaviours)


# --- release ---------------------------------------------------------------------------------


def test_a_version_is_one_content_for_good(run: Run, tmp_path: pathlib.Path) -> None:
    build = tmp_path / "build"
    assert "was there already, the same" in run("release", "create", "v2", "--path", str(build))
    (build / "serve").write_text("something else\n")
    said = run("release", "create", "v2", "--path", str(build), code=2)
    assert "shop v2 is there already, with other content" in said
    listed = run("release", "list", "--json")
    assert [r["version"] for r in listed] == ["v2", "v1"]
    shown = run("release", "show", "v1", "--json")
    assert [e["path"] for e in shown["contents"]] == ["serve"]
    assert shown["wrong"] == ""


def test_an_unknown_release_gets_the_nearest_name(run: Run) -> None:
    assert 'did you mean "v1"' in run("release", "show", "v1.", code=2)


def test_prune_leaves_what_serves_and_what_may_be_returned_to(run: Run) -> None:
    run("deploy", "staging", "v1")
    run("deploy", "staging", "v2")
    assert run("release", "prune", "--keep", "0", "--json") == []
    run("deploy", "staging", "v2")
    assert run("release", "prune", "--keep", "0", "--json") == []


def test_prune_forgets_the_rest(run: Run, tmp_path: pathlib.Path) -> None:
    run("deploy", "staging", "v2")
    assert "v1" in run("release", "prune", "--keep", "0", "--dry-run")
    (gone,) = run("release", "prune", "--keep", "0", "--json")
    assert (gone["version"], gone["freed"]) == ("v1", 8)
    assert "was pruned" in run("deploy", "staging", "v1", code=2)
    versions = [r["version"] for r in run("release", "list", "--all", "--json")]
    assert versions == ["v2", "v1"]


# --- deploy ----------------------------------------------------------------------------------


def test_deploy_and_what_is_shown_afterwards(run: Run) -> None:
    run("deploy", "production", "v1")
    said = run("deploy", "production", "v2")
    assert "20% of traffic" in said
    assert "headway rollout undo 2" in said
    run("rollout", "status", "--watch")
    rows = run("rollout", "list", "--json")
    assert [(r["number"], r["state"], r["stable_version"]) for r in rows] == [
        (2, "promoted", "v1"),
        (1, "promoted", ""),
    ]
    (row,) = [e for e in run("env", "list", "--json") if e["environment"] == "production"]
    assert row["version"] == "v2"
    shown = run("rollout", "show", "2", "--json")
    assert shown["events"][0]["kind"] == "rollout.queued"
    assert shown["analysis"][-1]["answer"] in ("continue", "promote")
    assert "traffic" in run("rollout", "show", "2", "--analysis")


def test_a_bad_release_is_taken_back_with_a_record(
    run: Run, world: World, tmp_path: pathlib.Path
) -> None:
    behave(world, "production", v2=Behaviour(errors=0.3))
    run("deploy", "production", "v1")
    said = run("deploy", "production", "v2", code=1)
    assert "rolled back" in said
    assert "\nerrors: " in said or ": errors: " in said
    record = pathlib.Path(said.rpartition("what happened: ")[2].strip())
    text = record.read_text()
    assert "# shop: v2 was taken back from production" in text
    assert "~ serve" in text
    page = tmp_path / "page.html"
    assert f"written: {page}" in run("rollout", "show", "2", "--html", str(page))
    assert "<svg" in page.read_text()
    assert "as journaled" in run("rollout", "show", "2", "--analysis")


def test_a_dry_run_does_nothing(run: Run, world: World) -> None:
    said = run("deploy", "production", "v1", "--dry-run", "--strategy", "canary")
    assert "nothing is done" in said
    assert "v1 serves alone" in said
    assert run("rollout", "list").startswith("nothing was deployed yet")


def test_what_is_in_the_way_is_said_and_an_override_is_kept(run: Run) -> None:
    said = run("deploy", "guarded", "v1", code=4)
    assert "the release has no verdict; not yet promoted in staging" in said
    assert "--reason" in run("deploy", "guarded", "v1", "--override", code=2)
    more = ("--override", "--reason", "the shop is down")
    assert "not yet promoted in staging" in run("deploy", "guarded", "v1", *more, code=4)
    run("deploy", "staging", "v1")
    run("deploy", "guarded", "v1", *more)
    assert "the shop is down" in run("rollout", "show")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("deploy", "prodution"), 'did you mean "production"?'),
        (("deploy", "production", "v3"), 'shop has no release "v3"'),
        (("deploy", "production", "--strategy", "big-bang"), "known: blue-green, canary"),
        (("deploy", "production", "--variant", "plum"), "expected NAME=VERSION"),
        (("rollback", "production"), "nothing served in production"),
        (("rollout", "abort"), "no rollout goes on"),
        (("rollout", "show", "7"), "nothing was ever deployed"),
    ],
)
def test_mistakes_are_one_sentence_and_a_mend(
    run: Run, argv: tuple[str, ...], message: str
) -> None:
    assert message in run(*argv, code=2)


def test_a_missing_secret_is_noticed_before_anything_starts(
    run: Run, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "shop" / "headway.yaml"
    secrets = "secrets: { TOKEN: { env: SHOP_TOKEN } }, approvals"
    file.write_text(SETTINGS.replace("approvals", secrets))
    assert "SHOP_TOKEN, which is not set" in run("deploy", "asked", code=2)
    monkeypatch.setenv("SHOP_TOKEN", "s3cr3t-value")
    run("deploy", "asked", "--detach")
    journal = b"".join(p.read_bytes() for p in (tmp_path / "home").glob("journal.sqlite*"))
    assert b"s3cr3t-value" not in journal
    (kept,) = (tmp_path / "home" / "rollouts").glob("*/deployer.json")
    assert kept.stat().st_mode & 0o777 == 0o600
    run("rollout", "abort")


# --- a person's word -------------------------------------------------------------------------


def test_approve_and_reject(run: Run) -> None:
    said = run("deploy", "asked", "v1", code=3)
    assert "headway approve 1" in said
    assert "somebody else must" in run("approve", "1", "--reason", "it's mine", code=1)
    assert "grace said yes" in run("approve", "1", "--as", "grace", "--reason", "seen")
    run("rollout", "status", "1", "--watch")
    run("deploy", "asked", "v2", "--detach")
    run("approve", "asked", "--as", "grace", "--reject", "--reason", "not today")
    assert "aborted" in run("rollout", "status", "--watch", code=1)


def test_a_rollout_that_waits_its_turn_can_be_aborted(run: Run) -> None:
    run("deploy", "asked", "v1", code=3)
    run("deploy", "asked", "v2", "--detach")
    assert run("rollout", "abort", "2", "--json")["state"] == "aborted"
    assert run("rollout", "abort", "1", "--json")["taken"]
    run("rollout", "status", "1", "--watch", code=1)
    assert "is over" in run("rollout", "pause", "1", code=1)


def test_back_to_what_served_before(run: Run) -> None:
    run("deploy", "production", "v1")
    run("deploy", "production", "v2")
    run("rollout", "status", "--watch")
    run("rollback", "production", "--reason", "the logo is wrong")
    run("rollout", "status", "--watch")
    (row,) = [e for e in run("env", "list", "--json") if e["environment"] == "production"]
    assert row["version"] == "v1"
    assert "has never served" in run("rollback", "production", "v9", code=2)
    run("rollout", "undo", "3", "--to", "v2")
    assert "v2" in run("env", "diff", "production", "staging")
