"""Real containers for tests: an engine that works here, and images without a registry.

    from containers import image

    def test_something():
        name = image("busybox", "git")  # skips the test when there are no containers here

Images are Debian's `minbase` (bash, coreutils, perl-base) plus the packages named. They are
made once a machine: the archive is kept in `$HEADWAY_TEST_CACHE`, else
`~/.cache/headway-tests`, and imported when the engine doesn't have it. Safe under xdist.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

CACHE = Path(
    os.environ.get("HEADWAY_TEST_CACHE") or Path("~/.cache/headway-tests").expanduser()
).absolute()
# A machine that may not raise limits (itself a container, say) needs these.
RESTRICTED = """\
[engine]
runtime="runc"
[containers]
default_ulimits=["nofile=1024:4096","nproc=4096:4096"]
"""


def image(*packages: str) -> str:
    """Name of a local image with these Debian packages; skips the test when there can't be one.

    Afterwards `CONTAINERS_CONF` is set if this machine needs it, for all that tests start.
    """
    engine()
    made = _image(tuple(sorted(set(packages))))
    if not made.startswith("localhost/"):
        pytest.skip(made)
    return made


def engine() -> str:
    """The command that runs containers here, `podman` or `docker`; else skips the test."""
    found = _engine()
    if found not in ("podman", "docker"):
        pytest.skip(found)
    return found


def run(*arguments: str, check: bool = True) -> str:
    """What the engine prints for these arguments."""
    done = subprocess.run([engine(), *arguments], capture_output=True, text=True, timeout=120)
    if check and done.returncode:
        raise AssertionError(f"{engine()} {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


@functools.cache
def _engine() -> str:
    """podman, docker, or why there is none."""
    for name in ("podman", "docker"):
        if shutil.which(name) and _ask(name, "info").returncode == 0:
            return name
    return "neither podman nor a running docker is here (Debian: podman runc netavark)"


@functools.cache
def _image(packages: tuple[str, ...]) -> str:
    """The image's name, or why there is none."""
    suite = _suite()
    key = hashlib.sha256(" ".join((suite, *packages)).encode()).hexdigest()[:12]
    name = f"localhost/headway-test:{key}"
    with _locked(key):
        if _ask(_engine(), "image", "inspect", name).returncode != 0:
            archive = CACHE / f"{suite}-{key}.tar"
            problem = _build(archive, suite, packages) or _import(archive, name)
            if problem:
                return problem
        return _runs(name) or name


def _build(archive: Path, suite: str, packages: tuple[str, ...]) -> str:
    if archive.exists():
        return ""
    if not shutil.which("mmdebstrap"):
        return "mmdebstrap is not installed (Debian: mmdebstrap)"
    partial = archive.with_suffix(".partial.tar")
    chosen = [f"--include={','.join(packages)}"] if packages else []
    command = ["mmdebstrap", "--quiet", "--variant=minbase", *chosen, suite, str(partial)]
    for _ in range(2):  # a mirror may fail once
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if done.returncode == 0:
            partial.rename(archive)
            return ""
        partial.unlink(missing_ok=True)
    return f"no base image: {done.stderr.strip()[-300:]}"


def _import(archive: Path, name: str) -> str:
    done = _ask(_engine(), "import", str(archive), name)
    return f"{_engine()} import: {done.stderr.strip()[-300:]}" if done.returncode else ""


def _runs(name: str) -> str:
    """Nothing, or why containers can't be run; sets CONTAINERS_CONF when that helps."""
    trial = ("run", "--rm", name, "true")
    first = _ask(_engine(), *trial)
    if first.returncode == 0 or "CONTAINERS_CONF" in os.environ:
        return _complaint(first)
    settings = CACHE / "containers.conf"
    if not settings.exists() or settings.read_text() != RESTRICTED:
        settings.write_text(RESTRICTED)
    os.environ["CONTAINERS_CONF"] = str(settings)
    second = _ask(_engine(), *trial)
    if second.returncode:
        del os.environ["CONTAINERS_CONF"]
    return _complaint(second)


def _complaint(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode == 0:
        return ""
    return f"{_engine()} can't run containers here: {done.stderr.strip()[-300:]}"


def _ask(*command: str) -> subprocess.CompletedProcess[str]:
    for _ in range(3):  # podman's storage may be locked by a neighbour for a moment
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=180)
        except subprocess.TimeoutExpired as late:
            return subprocess.CompletedProcess(command, 124, "", str(late))
        if "database is locked" not in done.stderr:
            break
        time.sleep(0.5)
    return done


def _suite() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/etc/os-release").read_text().splitlines():
            if line.startswith("VERSION_CODENAME="):
                return line.partition("=")[2].strip('"')
    return "bookworm"


@contextlib.contextmanager
def _locked(key: str) -> Iterator[None]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"{key}.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
