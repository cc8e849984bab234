"""Artifacts of a run: plain files in `artifacts/NAME/`, and what is known about each.

As in GitHub's archives only files count (no empty folders), links are what they point to and
modes are lost (zip keeps none there): a workflow that needs them fails here as it does there.
`artifact-index/ID.json` has name, size, digest and retention; an artifact is there as soon as
its entry is.
"""

from __future__ import annotations

import os

from headway.errors import HeadwayError, did_you_mean
from headway.runner.action.builtin.base import ActionFailed
from headway.runner.copying import disk_error
from headway.runner.removal import remove_tree
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    import hashlib
    from collections.abc import Callable, Iterable

# GitHub refuses these since some file system couldn't hold them.
_IN_PATHS = '":<>|*?\r\n\0'
_IN_NAMES = _IN_PATHS + "\\/"
_CHUNK = 1 << 20


class Artifact(Value):
    """One artifact. `size` in bytes of all its files; `digest` as `sha256:…`.

    `single` is the file's name when it was stored as it is, not as an archive of files.
    """

    id: int
    name: str
    path: str
    files: int
    size: int
    digest: str
    created: float
    retention_days: int = 0
    single: str = ""


class Source(Value):
    """A file to store: where it is, and its path in the artifact."""

    file: str
    path: str


def check_name(name: str) -> None:
    """Raises ActionFailed for what can't be an artifact's name."""
    if not name:
        raise ActionFailed("the artifact's name is empty")
    found = next((c for c in name if c in _IN_NAMES), None)
    if found is not None:
        raise ActionFailed(
            f"The artifact name is not valid: {name!r} contains {found!r}; not allowed are "
            + " ".join(repr(c) for c in _IN_NAMES)
        )
    if name in (".", "..") or len(os.fsencode(name)) > 255:
        raise ActionFailed(f"The artifact name is not valid: {name!r}")


def store(
    run_store: str,
    name: str,
    sources: Iterable[Source],
    *,
    retention_days: int = 0,
    single: bool = False,
    check: Callable[[], None] = lambda: None,
) -> Artifact:
    """Copies the files and makes them the artifact `name`; `check` is called for each file.

    Raises ActionFailed when there is one of that name already, and for paths that GitHub
    refuses; HeadwayError when the disk is full.
    """

    def fill(folder: str) -> tuple[int, int, str]:
        return _fill(folder, sources, single, check)

    return add(run_store, name, fill, retention_days=retention_days, single=single)


def add(
    run_store: str,
    name: str,
    fill: Callable[[str], tuple[int, int, str]],
    *,
    retention_days: int = 0,
    single: bool = False,
) -> Artifact:
    """Makes an artifact of what `fill` puts into an empty folder; it answers with the number
    of files, their size and digest. Raises as `store` does, and what `fill` raises."""
    check_name(name)
    folder = os.path.join(run_store, "artifacts", name)
    if os.path.lexists(folder):
        raise _conflict(name)
    index = os.path.join(run_store, "artifact-index")
    os.makedirs(index, exist_ok=True)
    number = _reserve(index)
    incoming = os.path.join(index, f"{number}.incoming")
    try:
        os.mkdir(incoming)
        files, size, digest = fill(incoming)
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        _put(incoming, folder, name)
    except OSError as error:
        raise disk_error(error, error.filename or folder) from None
    finally:
        remove_tree(incoming)
    only = os.listdir(folder)[0] if single else ""
    about = os.stat(folder).st_mtime
    artifact = Artifact(
        number, name, folder, files, size, digest, about, retention_days, single=only
    )
    _write_entry(index, artifact)
    return artifact


def _conflict(name: str) -> ActionFailed:
    return ActionFailed(
        f"an artifact named '{name}' already exists in this run; give each upload a name of its "
        "own (with a matrix, put its values into the name), or set 'overwrite: true'"
    )


def _put(incoming: str, folder: str, name: str) -> None:
    try:
        os.rename(incoming, folder)
    except OSError as error:
        if os.path.isdir(folder):  # another job was faster
            raise _conflict(name) from None
        raise error


def _reserve(index: str) -> int:
    """A number that no other artifact of the run has."""
    number = max((int(n.partition(".")[0]) for n in os.listdir(index)), default=0) + 1
    while True:
        try:
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
            os.close(os.open(os.path.join(index, f"{number}.reserved"), flags, 0o600))
            return number
        except FileExistsError:
            number += 1


def _fill(
    folder: str, sources: Iterable[Source], single: bool, check: Callable[[], None]
) -> tuple[int, int, str]:
    import hashlib

    total = hashlib.sha256()
    size = files = 0
    for source in sorted(sources, key=lambda s: s.path):
        check()
        _check_path(source.path)
        target = os.path.join(folder, source.path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        own = hashlib.sha256()
        length = copy_hashed(source.file, target, own)
        _add(total, source.path, length, own.digest())
        size, files = size + length, files + 1
    return files, size, "sha256:" + (own if single and files else total).hexdigest()


def _add(total: hashlib._Hash, path: str, length: int, digest: bytes) -> None:
    total.update(os.fsencode(path) + b"\0" + str(length).encode() + b"\0" + digest)


def copy_hashed(source: str, target: str, digest: hashlib._Hash) -> int:
    """Copies a file, its bytes going through `digest` too; how many there were."""
    length = 0
    with open(source, "rb", buffering=0) as reader, open(target, "wb", buffering=0) as writer:
        while chunk := reader.read(_CHUNK):
            digest.update(chunk)
            length += len(chunk)
            rest = memoryview(chunk)
            while rest:
                rest = rest[writer.write(rest) or 0 :]
    return length


def _check_path(path: str) -> None:
    found = next((c for c in path if c in _IN_PATHS), None)
    if found is not None:
        raise ActionFailed(
            f"The path for one of the files in artifact is not valid: {path!r} contains "
            f"{found!r}, which not every file system can hold"
        )


def _write_entry(index: str, artifact: Artifact) -> None:
    import json

    entry = os.path.join(index, f"{artifact.id}.json")
    with open(entry + ".new", "w", encoding="utf-8", errors="surrogateescape") as file:
        fields = artifact.to_dict()
        del fields["path"]
        json.dump(fields, file, ensure_ascii=False)
    os.replace(entry + ".new", entry)
    os.unlink(os.path.join(index, f"{artifact.id}.reserved"))


def artifacts(run_store: str) -> list[Artifact]:
    """The run's artifacts, oldest first; of several of a name only the one that is there."""
    import json

    index = os.path.join(run_store, "artifact-index")
    found: dict[str, Artifact] = {}
    names = os.listdir(index) if os.path.isdir(index) else []
    for number in sorted(int(n.removesuffix(".json")) for n in names if n.endswith(".json")):
        try:
            entry = os.path.join(index, f"{number}.json")
            with open(entry, encoding="utf-8", errors="surrogateescape") as file:
                fields = json.load(file)
        except (OSError, ValueError):
            continue  # deleted meanwhile
        path = os.path.join(run_store, "artifacts", fields["name"])
        if os.path.isdir(path):
            found[fields["name"]] = Artifact(path=path, **fields)
    return list(found.values())


def find(run_store: str, name: str) -> Artifact:
    """Raises ActionFailed, with the names that there are."""
    known = artifacts(run_store)
    for artifact in known:
        if artifact.name == name:
            return artifact
    have = did_you_mean(name, [a.name for a in known]) or "the run has none so far"
    raise ActionFailed(
        f"Artifact not found for name: {name} ({have}); is it uploaded by a job that this one "
        "`needs`?"
    )


def delete(run_store: str, name: str) -> bool:
    """False when there is none."""
    for artifact in artifacts(run_store):
        if artifact.name == name:
            entry = os.path.join(run_store, "artifact-index", str(artifact.id))
            os.rename(f"{entry}.json", f"{entry}.deleted")  # the number isn't given again
            remove_tree(artifact.path)
            return True
    return False


def fetch(artifact: Artifact, target: str, check: Callable[[], None] = lambda: None) -> bool:
    """Copies an artifact's files into the folder `target`, over what is there.

    `check` is called for each file.

    False when they aren't what was uploaded. Raises HeadwayError when the disk is full.
    """
    import hashlib

    total = hashlib.sha256()
    own = hashlib.sha256()
    try:
        for path in _files(artifact.path):
            check()
            destination = os.path.join(target, path)
            make_folder(os.path.dirname(destination), target)
            if os.path.lexists(destination) and not os.path.isdir(destination):
                os.unlink(destination)  # a link there must not lead the file elsewhere
            own = hashlib.sha256()
            length = copy_hashed(os.path.join(artifact.path, path), destination, own)
            _add(total, path, length, own.digest())
    except OSError as error:
        raise disk_error(error, error.filename or target) from None
    return artifact.digest == "sha256:" + (own if artifact.single else total).hexdigest()


def copy(artifact: Artifact, folder: str) -> None:
    """Copies an artifact's files into `folder`, made if need be. Raises HeadwayError when they
    aren't what was uploaded."""
    os.makedirs(folder, exist_ok=True)
    if not fetch(artifact, folder):
        raise HeadwayError(
            f"the artifact {artifact.name} is not what was uploaded: its digest differs",
            hint=f"its files are in {artifact.path}",
        )


def summed(folder: str) -> tuple[int, int, str]:
    """Number of files, bytes and digest of what is in a folder, as `add` wants them."""
    import hashlib

    total = hashlib.sha256()
    size = count = 0
    for path in _files(folder):
        with open(os.path.join(folder, path), "rb") as file:
            length = os.fstat(file.fileno()).st_size
            _add(total, path, length, hashlib.file_digest(file, "sha256").digest())
        size, count = size + length, count + 1
    return count, size, "sha256:" + total.hexdigest()


def make_folder(folder: str, below: str) -> None:
    """Makes `folder`; what isn't a folder on the way from `below` to it gives way."""
    if folder != below and len(folder) > len(below):
        make_folder(os.path.dirname(folder), below)
        if os.path.lexists(folder) and (os.path.islink(folder) or not os.path.isdir(folder)):
            os.unlink(folder)
    os.makedirs(folder, exist_ok=True)


def _files(folder: str) -> list[str]:
    found = []
    for path, _, files in os.walk(folder):
        found += [os.path.relpath(os.path.join(path, name), folder) for name in files]
    return sorted(found)
