"""Images: taken from this machine, else pulled, with credentials that stay out of sight."""

from __future__ import annotations

import os

from headway.errors import HeadwayError
from headway.runner.removal import remove_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.clients.containers import Engine
    from headway.runner.containers.settings import Login, Wanted
    from headway.runner.step import Step


def ready(engine: Engine, wanted: Wanted, step: Step) -> str:
    """The name under which the image is here. Raises HeadwayError when it can't be had."""
    known = engine.image(wanted.image)
    if known:
        return known
    step.say(f"pulling {wanted.image}")
    image = engine.qualified(wanted.image)
    folder = os.path.join(step.job.temp, f"login-{step.number}")
    os.mkdir(folder, 0o700)
    try:
        before, after = _log_in(engine, image, wanted.login, folder)
        code = step.on_host(engine.argv(*before, "pull", *after, image))
    finally:
        remove_tree(folder)
    known = engine.image(wanted.image) if code == 0 else ""
    if not known:
        raise HeadwayError(
            f"the image {wanted.image} is not here and can't be pulled",
            hint=f"is its name right, and its registry reachable? try: {engine.name} pull "
            f"{wanted.image}",
        )
    return known


def _log_in(
    engine: Engine, image: str, login: Login | None, folder: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Logs in with a file of the job's own; the flags before and after a verb that uses it."""
    if login is None:
        return (), ()
    import subprocess

    registry = image.partition("/")[0]
    docker = engine.name == "docker"
    before = ("--config", folder) if docker else ()
    after = () if docker else ("--authfile", os.path.join(folder, "auth.json"))
    argv = engine.argv(
        *before, "login", *after, "--username", login.username, "--password-stdin", registry
    )
    password = login.password.encode()
    done = subprocess.run(argv, input=password, capture_output=True, check=False, timeout=120)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise HeadwayError(f"can't log in to {registry}: {said[-1] if said else 'refused'}")
    return before, after
