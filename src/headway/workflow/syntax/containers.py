"""`container` and `services` of a job.

Source: "jobs.<job_id>.container" and ".services" of GitHub's workflow syntax page; which empty
images are an error is what its workflow parser does.
"""

from __future__ import annotations

from headway.workflow.expression import Template
from headway.workflow.model import Container, Credentials

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from headway.workflow.model import Data
    from headway.workflow.source import Node
    from headway.workflow.syntax.reader import Reader, Where

_KEYS = ("image", "options", "env", "ports", "volumes", "credentials")
_SERVICE_KEYS = (*_KEYS, "entrypoint", "command")
_SECRET = ("username", "password")
_SERVICES = "jobs.<job_id>.services"


def container(reader: Reader, node: Node, where: Where) -> Container | None:
    """The container of a job's steps; None when the image is empty: there is none then."""
    key = "jobs.<job_id>.container"
    if node.kind != "map":
        image = reader.string(node, where, key, "an image or a mapping")
        _check_image(reader, node, where, image)
        return Container("", image, reader.place(node)) if image else None
    found = _settings(reader, node, where, key, _KEYS)
    if "image" not in found:
        reader.warning(node, where, "without an image the steps run on the host")
    return Container("", place=reader.place(node), **found) if found.get("image") else None


def services(reader: Reader, node: Node, where: Where) -> dict[str, Container] | Template:
    if reader.is_expression(node):
        template = reader.template(node, where, _SERVICES)
        return template if isinstance(template, Template) else {}
    found = {}
    for name, _, value in reader.entries(node, where, "a mapping of services"):
        service = _service(reader, name, value, (*where, name))
        if service is not None:
            found[name] = service
    return found


def _service(reader: Reader, name: str, node: Node, where: Where) -> Container | None:
    key = f"{_SERVICES}.<service_id>"
    if node.kind != "map":
        image = reader.filled(node, where, key, "an image or a mapping")
        _check_image(reader, node, where, image)
        return Container(name, image, reader.place(node)) if image else None
    found = _settings(reader, node, where, key, _SERVICE_KEYS)
    image = found.get("image")
    if not image:
        if not any(k.value == "image" for k, _ in node.value):
            reader.problem(node, where, 'the key "image" is missing')
        elif image == "" and not _image_is_wrong(reader, node):
            reader.problem(node, where, "the image is empty")
        return None
    return Container(name, place=reader.place(node), **found)


def _image_is_wrong(reader: Reader, node: Node) -> bool:
    """Whether the image's own node has a problem already."""
    image = next(value for key, value in node.value if key.value == "image")
    return image.kind in ("map", "seq") or reader.is_expression(image)


def _settings(
    reader: Reader, node: Node, where: Where, key: str, known: tuple[str, ...]
) -> dict[str, Any]:
    fields = reader.fields(node, where, known)
    found: dict[str, Any] = {}
    for name in ("image", "options", "command", "entrypoint"):
        if name in fields:
            found[name] = reader.string(fields[name], (*where, name), key)
    if "image" in fields:
        _check_image(reader, fields["image"], (*where, "image"), found["image"])
    for name in ("ports", "volumes"):
        if name in fields:
            found[name] = reader.listed(fields[name], (*where, name), key, "a list of strings")
    if "env" in fields:
        inside = (*where, "env")
        found["env"] = reader.strings(fields["env"], inside, f"{key}.env.<name>", "a mapping")
    if "credentials" in fields:
        inside = (*where, "credentials")
        found["credentials"] = _credentials(reader, fields["credentials"], inside, key)
    return found


def _check_image(reader: Reader, node: Node, where: Where, image: Data) -> None:
    if image == "docker://":
        reader.problem(node, where, 'the image after "docker://" is missing')


def _credentials(reader: Reader, node: Node, where: Where, key: str) -> Credentials | None:
    key = f"{key}.credentials"
    if reader.is_expression(node):
        template = reader.template(node, where, key)
        if isinstance(template, Template) and template.lone is not None:
            return Credentials(*(reader.part_of(template, name) for name in _SECRET))
        if template:
            reader.wrong_kind(node, where, "a mapping")
        return None
    fields = reader.fields(node, where, _SECRET)
    values = {
        name: reader.filled(fields[name], (*where, name), key) if name in fields else ""
        for name in _SECRET
    }
    return Credentials(**values)
