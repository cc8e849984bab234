"""Keys that workflows and jobs share: permissions, defaults, concurrency; and small ones of jobs.

Source: "permissions", "defaults", "concurrency", "jobs.<job_id>.environment", ".runs-on" and
".snapshot" of GitHub's workflow syntax page, and the schema of its workflow parser.
"""

from __future__ import annotations

from headway.workflow.model import Concurrency, Defaults, Environment, RunsOn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.workflow.model import Data
    from headway.workflow.source import Node
    from headway.workflow.syntax.reader import Reader, Where

_ANY = ("read", "write", "none")
_READ = ("read", "none")
_WRITE = ("write", "none")
SCOPES: dict[str, tuple[str, ...]] = {
    "actions": _ANY,
    "artifact-metadata": _ANY,
    "attestations": _ANY,
    "checks": _ANY,
    "code-quality": _ANY,
    "contents": _ANY,
    "copilot-requests": _WRITE,
    "deployments": _ANY,
    "discussions": _ANY,
    "drives": _ANY,
    "id-token": _WRITE,
    "issues": _ANY,
    "models": _READ,
    "packages": _ANY,
    "pages": _ANY,
    "pull-requests": _ANY,
    "repository-projects": _ANY,
    "security-events": _ANY,
    "statuses": _ANY,
    "vulnerability-alerts": _READ,
}
SHELLS = ("bash", "sh", "pwsh", "powershell", "python", "cmd")
LONGEST_GROUP = 400  # characters


def permissions(reader: Reader, node: Node, where: Where) -> dict[str, str]:
    """The level of each scope that is named; read-all and write-all name every scope."""
    if node.kind == "str" and node.value:
        text = reader.choice(node, where, ("read-all", "write-all"), "permissions")
        return _all(text.removesuffix("-all")) if text else {}
    if node.kind != "map":
        hint = "permissions: {} takes all of them away" if node.kind == "null" else ""
        reader.wrong_kind(node, where, 'a mapping of scopes, "read-all" or "write-all"', hint)
        return {}
    found = {}
    for name, value in reader.fields(node, where, SCOPES).items():
        level = reader.choice(value, (*where, name), SCOPES[name], "permissions")
        if level:
            found[name] = level
    return found


def _all(level: str) -> dict[str, str]:
    """`write` gives scopes that can only be read `read`; `read` those for writing nothing."""
    return {
        scope: level if level in levels else "read" if level == "write" else "none"
        for scope, levels in SCOPES.items()
    }


def defaults(reader: Reader, node: Node, where: Where, key: str) -> Defaults:
    run = reader.fields(node, where, ("run",)).get("run")
    if run is None:
        return Defaults()
    inside = (*where, "run")
    fields = reader.fields(run, inside, ("shell", "working-directory"))
    shell_node, directory = fields.get("shell"), fields.get("working-directory")
    return Defaults(
        shell=None if shell_node is None else shell(reader, shell_node, inside, f"{key}.run.shell"),
        working_directory=None
        if directory is None
        else reader.filled(
            directory, (*inside, "working-directory"), f"{key}.run.working-directory"
        ),
    )


def shell(reader: Reader, node: Node, where: Where, key: str) -> Data:
    found = reader.filled(node, (*where, "shell"), key)
    if isinstance(found, str) and found and found.lower() not in SHELLS and "{0}" not in found:
        hint = f"known: {', '.join(SHELLS)}; or a command with {{0}} for the script's file"
        reader.warning(node, (*where, "shell"), f'"{found}" is no known shell', hint, "shell")
    return found


def concurrency(reader: Reader, node: Node, where: Where, key: str) -> Concurrency | None:
    if node.kind != "map":
        group = reader.filled(node, where, key, "a group's name or a mapping")
        _check_group(reader, node, where, group)
        return Concurrency(group, reader.place(node)) if group else None
    fields = reader.fields(node, where, ("group", "cancel-in-progress", "queue"))
    reader.require(node, where, fields, "group")
    cancel: Data = False
    queue = "single"
    if "cancel-in-progress" in fields:
        cancel = reader.flag(fields["cancel-in-progress"], (*where, "cancel-in-progress"), key)
    if "queue" in fields:
        queue = _queue(reader, fields["queue"], (*where, "queue"), key)
        if queue == "max" and cancel is True:
            message = '"queue: max" cannot be combined with "cancel-in-progress: true"'
            reader.problem(fields["queue"], where, message)
    if "group" not in fields:
        return None
    group = reader.filled(fields["group"], (*where, "group"), key)
    _check_group(reader, fields["group"], where, group)
    if not group:
        return None
    return Concurrency(group, reader.place(node), cancel_in_progress=cancel, queue=queue)


def _queue(reader: Reader, node: Node, where: Where, key: str) -> str:
    if reader.is_expression(node):
        message = "Headway does not support an expression here"
        reader.problem(node, where, message, 'write "single" or "max"', "unsupported")
        return "single"
    return reader.choice(node, where, ("single", "max")) or "single"


def _check_group(reader: Reader, node: Node, where: Where, group: Data) -> None:
    if isinstance(group, str) and len(group) > LONGEST_GROUP:
        message = f"the group's name has more than {LONGEST_GROUP} characters"
        reader.problem(node, where, message, rule="limit")


def environment(reader: Reader, node: Node, where: Where, key: str) -> Environment | None:
    """None for an empty name, which GitHub takes as none."""
    if node.kind != "map":
        name = reader.string(node, where, key, "a name or a mapping")
        return Environment(name, reader.place(node)) if name else None
    fields = reader.fields(node, where, ("name", "url", "deployment"))
    reader.require(node, where, fields, "name")
    name = url = None
    deployment: Data = True
    if "name" in fields:
        name = reader.string(fields["name"], (*where, "name"), key)
    if "url" in fields:
        url = reader.string(fields["url"], (*where, "url"), f"{key}.url")
    if "deployment" in fields:
        deployment = reader.flag(fields["deployment"], (*where, "deployment"), key)
    if not name:
        return None
    return Environment(name, reader.place(node), url=url, deployment=deployment)


def runs_on(reader: Reader, node: Node, where: Where, key: str) -> RunsOn:
    if node.kind != "map":
        return RunsOn(_labels(reader, node, where, key), reader.place(node))
    fields = reader.fields(node, where, ("group", "labels"))
    labels = group = None
    if "labels" in fields:
        labels = _labels(reader, fields["labels"], (*where, "labels"), key)
    if "group" in fields:
        group = reader.filled(fields["group"], (*where, "group"), key)
        if isinstance(group, str):
            _check_runner_group(reader, fields["group"], (*where, "group"), group)
    return RunsOn(labels, reader.place(node), group=group)


def _labels(reader: Reader, node: Node, where: Where, key: str) -> Data:
    if node.kind == "seq":
        return reader.listed(node, where, key, "a list of labels")
    return reader.filled(node, where, key, "a label, a list of labels or a mapping")


def _check_runner_group(reader: Reader, node: Node, where: Where, group: str) -> None:
    owner, slash, name = group.partition("/")
    if slash and (not name or "/" in name or owner not in _OWNERS):
        hint = "a name, or a name after organization/ or enterprise/"
        reader.problem(node, where, f'"{group}" is no group of runners', hint)


_OWNERS = ("org", "organization", "ent", "enterprise")


def snapshot(reader: Reader, node: Node, where: Where, key: str) -> Data:
    """The name of the image, or its settings; an `if` in them is a Condition."""
    if node.kind != "map":
        return reader.filled(node, where, key, "an image's name or a mapping")
    fields = reader.fields(node, where, ("image-name", "if", "version"))
    reader.require(node, where, fields, "image-name")
    found: dict[str, Data] = {}
    for name in ("image-name", "version"):
        if name in fields:
            found[name] = reader.filled(fields[name], (*where, name), key)
    version = found.get("version")
    if isinstance(version, str) and version and not _is_version(version):
        reader.problem(fields["version"], where, f'"{version}" is no version', "expected: 1.*")
    if "if" in fields:
        condition = reader.condition(fields["if"], (*where, "if"), f"{key}.if")
        found["if"] = condition.raw if condition is not None else ""
    return found


def _is_version(text: str) -> bool:
    major, dot, rest = text.partition(".")
    return major.isdecimal() and major.isascii() and dot == "." and rest == "*"
