"""Effects: begun once, found again, ended when they take too long; nothing secret stays."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from headway.delivery.engine.effect_runner import Done, EffectRunner, Job
from headway.delivery.rollout.progress import Effect

EFFECT = Effect(key="r1/1/before/migrate", kind="hook", name="migrate")


def done(folder: Path, job: Job, *, again: bool = False) -> Done:
    woken = threading.Event()
    runner = EffectRunner(str(folder), woken.set)
    runner.begin(EFFECT, job, again=again)
    assert runner.knows(EFFECT.key)
    assert woken.wait(30)
    (found,) = runner.done()
    runner.forget(found)
    assert not runner.knows(EFFECT.key)
    return found


def shell(command: str, **more: object) -> Job:
    fields = {"argv": ("/bin/sh", "-c", command), "env": dict(os.environ), "cwd": "/", **more}
    return Job(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("command", "ok", "text"),
    [
        ("true", True, ""),
        ("echo nope >&2; exit 4", False, "it ended with exit code 4: nope"),
        ("kill -9 $$", False, "it ended with exit code 137"),
        ("exec /dev/null", False, "it ended with exit code 126"),
    ],
)
def test_how_it_ended(tmp_path: Path, command: str, ok: bool, text: str) -> None:
    found = done(tmp_path, shell(command))
    assert found.ok == ok
    assert found.text.startswith(text)


def test_where_it_runs_and_with_which_key(tmp_path: Path) -> None:
    found = done(tmp_path, shell("echo $HEADWAY_KEY in $PWD", cwd=str(tmp_path)))
    assert Path(found.output).read_text() == f"{EFFECT.key} in {tmp_path}\n"


def test_too_long_is_a_failure_and_nothing_stays_behind(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    found = done(tmp_path / "effects", shell(f"echo $$ > {pid}; sleep 60", timeout=0.3))
    assert not found.ok
    assert found.text.startswith("it was ended: it took longer than 0.3s")
    time.sleep(0.1)
    assert not Path(f"/proc/{pid.read_text().strip()}").exists()


def test_a_result_that_is_there_already_is_taken(tmp_path: Path) -> None:
    job = shell(f"echo ran >> {tmp_path}/ran; exit 3")
    assert done(tmp_path / "effects", job).exit_code == 3
    assert done(tmp_path / "effects", job, again=True).exit_code == 3
    assert (tmp_path / "ran").read_text() == "ran\n"


def test_attempts_until_one_is_good(tmp_path: Path) -> None:
    command = f"echo x >> {tmp_path}/tries; test $(wc -l < {tmp_path}/tries) = 2"
    assert done(tmp_path / "effects", shell(command, attempts=3)).ok
    assert (tmp_path / "tries").read_text() == "x\nx\n"


def test_secrets_do_not_stay_in_what_it_printed(tmp_path: Path) -> None:
    found = done(tmp_path, shell("echo the token is s3cr3t; exit 1", hidden=("s3cr3t",)))
    assert "s3cr3t" not in Path(found.output).read_text() + found.text
    assert "the token is ***" in found.text


def test_a_function_that_breaks_is_a_failure(tmp_path: Path) -> None:
    def broken() -> tuple[bool, str]:
        raise RuntimeError("no")

    assert done(tmp_path, Job(call=broken)).text == "RuntimeError: no"


def test_a_second_attempt_that_an_earlier_engine_began_is_found(tmp_path: Path) -> None:
    """It was killed in the middle of attempt 2: neither attempt is made again."""
    for mark, code in (("", "1"), ("_2", "0")):
        folder = tmp_path / f"r1_1_before_migrate{mark}"
        folder.mkdir()
        (folder / "result").write_text(code)
    found = done(tmp_path, shell("touch ran", cwd=str(tmp_path), attempts=2), again=True)
    assert found.ok
    assert not (tmp_path / "ran").exists()
