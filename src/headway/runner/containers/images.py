"""Images: taken from this machine, else pulled, with credentials that stay out of sight."""

from __future__ import annotations

import os

from headway.clients.containers import last_words
from headway.clients.program import ask
from headway.errors import HeadwayError
from headway.runner.removal import remove_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.clients.containers import Engine, Image
    from headway.runner.containers.settings import Login, Wanted
    from headway.runner.step import Step


def ready(engine: Engine, wanted: Wanted, step: Step) -> Image:
    """The image, after fetching it if need be. Raises HeadwayError when it can't be had."""
    known = engine.find_image(wanted.image)
    if known is not None:
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
    known = engine.find_image(wanted.image) if code == 0 else None
    if known is None:
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
    registry = _registry(image)
    docker = engine.name == "docker"
    before = ("--config", folder) if docker else ()
    after = () if docker else ("--authfile", os.path.join(folder, "auth.json"))
    argv = engine.argv(
        *before, "login", *after, "--username", login.username, "--password-stdin", registry
    )
    answer = ask(argv, 120, input=login.password)
    if answer.code != 0:
        raise HeadwayError(f"can't log in to {registry}: {last_words(answer)}")
    return before, after


def _registry(image: str) -> str:
    """Docker Hub's where the name has none, as docker itself takes it."""
    first, slash, _ = image.partition("/")
    named = slash and ("." in first or ":" in first or first == "localhost")
    return first if named else "docker.io"
