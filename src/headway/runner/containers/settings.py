"""What `container:` and `services:` ask for, once their expressions are known."""

from __future__ import annotations

from headway.errors import HeadwayError
from headway.values import Value
from headway.workflow.expression import resolve, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from headway.workflow.expression import Scope
    from headway.workflow.model import Container, Data

# What Headway itself decides; GitHub refuses the first two as well.
_REFUSED = ("--network", "--net", "--entrypoint", "--rm", "--detach", "-d", "--name")


class Login(Value):
    username: str
    password: str


class Wanted(Value):
    """A container to be. `name` is that of the service, "" for the job's own."""

    name: str
    image: str
    env: Mapping[str, str] = {}
    ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    login: Login | None = None
    command: tuple[str, ...] = ()
    entrypoint: str = ""


def wanted(model: Container, scope: Scope) -> Wanted | None:
    """None when the image's name comes out empty: then there is no container, as on GitHub.

    Raises HeadwayError for what can't be carried out.
    """
    image = _text(model.image, scope).removeprefix("docker://")
    if not image:
        return None
    return Wanted(
        name=model.name,
        image=image,
        env=_texts(model.env, scope),
        ports=tuple(published(port) for port in _list(model.ports, scope)),
        volumes=_list(model.volumes, scope),
        options=_options(model, scope),
        login=_login(model, scope),
        command=_words(_text(model.command, scope)),
        entrypoint=_text(model.entrypoint, scope),
    )


def published(port: str) -> str:
    """As `--publish` takes it, on loopback unless an address is given.

    `6379` gets any free port of this machine, `8080:80` that one.
    """
    host, colon, inner = port.rpartition(":")
    if ":" in host:
        return port
    return f"127.0.0.1:{host}:{inner}" if colon else f"127.0.0.1::{inner}"


def _options(model: Container, scope: Scope) -> tuple[str, ...]:
    words = _words(_text(model.options, scope))
    for word in words:
        if word.partition("=")[0] in _REFUSED:
            raise HeadwayError(
                f"{model.place}: options: {word.partition('=')[0]} can't be set here",
                hint="the job's network, names and life of its containers are Headway's",
            )
    return words


def _login(model: Container, scope: Scope) -> Login | None:
    if model.credentials is None:
        return None
    username = _text(model.credentials.username, scope)
    password = _text(model.credentials.password, scope)
    if not username or not password:
        raise HeadwayError(
            f"{model.place}: the credentials for {_text(model.image, scope)} are empty",
            hint="give the secrets that they name: --secret NAME or --secret-file FILE",
        )
    return Login(username, password)


def _words(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    import shlex

    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise HeadwayError(f"{text!r}: {error}", hint="close the quotes") from None


def _text(data: Data, scope: Scope) -> str:
    return "" if data is None else to_text(resolve(data, scope)).strip()


def _list(data: Data, scope: Scope) -> tuple[str, ...]:
    values = resolve(data, scope)
    if values is None or values == "":
        return ()
    return tuple(to_text(v) for v in (values if isinstance(values, list) else [values]))


def _texts(data: Data, scope: Scope) -> dict[str, str]:
    values = resolve(data, scope)
    if not isinstance(values, dict):
        return {}
    return {str(name): to_text(value) for name, value in values.items()}
