"""The `.git` of a workspace: answers as the user's does, writes nowhere but in itself.

Made without starting git: refs and index are copied, objects are borrowed through
`objects/info/alternates`, and of the configuration only what describes the repository is
taken over, never credentials, hooks or paths into the user's tree.
Layout: git's own documentation, gitrepository-layout.
"""

from __future__ import annotations

import os

from headway.clients import gitconfig
from headway.clients.gitremote import without_credentials
from headway.runner.copying import copy_all, copy_names, disk_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_CORE = frozenset(
    (
        *("repositoryformatversion", "filemode", "symlinks", "ignorecase", "precomposeunicode"),
        *("autocrlf", "eol", "safecrlf", "quotepath", "protecthfs", "protectntfs", "abbrev"),
        *("sparsecheckout", "sparsecheckoutcone", "excludesfile", "attributesfile", "longpaths"),
    )
)
_REMOTE = frozenset(
    ("url", "pushurl", "fetch", "push", "tagopt", "prune", "promisor", "partialclonefilter")
)
_EXTENSIONS = frozenset(("objectformat", "refstorage", "partialclone", "noop"))
_SECTIONS = frozenset(("branch", "user", "author", "committer", "filter", "diff", "merge", "i18n"))
# The copied index has the user's files' inodes and times of change; `minimal` compares only
# what copying keeps, else git would read every file again.
_OURS = (
    ("core.bare", "false"),
    ("core.logallrefupdates", "true"),
    ("core.checkstat", "minimal"),
    ("core.trustctime", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
)
_BORROWED = "objects/info/alternates"
_OWN_REFS = ("stash", "bisect", "worktree", "rewritten")  # of the user's work in progress


def make(git_dir: str, common_dir: str, target: str) -> None:
    """Makes the folder `target` (`…/.git`) after the repository in `git_dir`/`common_dir`.

    Raises HeadwayError when it can't be written.
    """
    try:
        for folder in ("info", "objects/info", "objects/pack", "refs/heads", "refs/tags"):
            os.makedirs(os.path.join(target, folder), exist_ok=True)
        _write(f"{target}/{_BORROWED}", _alternates(common_dir))
        _write(f"{target}/config", gitconfig.render(_settings(git_dir, common_dir)))
        _copy_refs(common_dir, target)
    except OSError as error:
        raise disk_error(error, error.filename or target) from None
    shared = [n for n in _names(git_dir) if n.startswith("sharedindex.")]
    _copy(git_dir, target, ["HEAD", "index", "info/sparse-checkout", *shared])
    info = ["info/exclude", "info/attributes", "info/grafts"]
    _copy(common_dir, target, ["packed-refs", "shallow", *info])


def reset(source: str, target: str) -> None:
    """Puts HEAD, the index and the branch that was checked out back to what `source` says.

    `source` is a folder that `make` made. What a job added (branches, tags, configuration,
    commits) stays.
    """
    from headway.runner.removal import remove_tree

    if _content(f"{source}/{_BORROWED}") != _content(f"{target}/{_BORROWED}"):
        remove_tree(target)
        copy_all(source, target)
        return
    names = ["HEAD", "index"]
    ref = os.fsdecode(_content(f"{source}/HEAD") or b"").strip().removeprefix("ref: ")
    if ref.startswith("refs/"):
        names.append(ref)
    for name in (*names, "index.lock", "HEAD.lock"):
        if os.path.lexists(f"{target}/{name}"):
            os.unlink(f"{target}/{name}")
    _copy(source, target, names)


def _copy(source: str, target: str, names: Iterable[str]) -> None:
    copy_names(source, target, names, lambda name: None)


def _copy_refs(common_dir: str, target: str) -> None:
    if os.path.isdir(f"{common_dir}/reftable"):
        copy_all(f"{common_dir}/reftable", f"{target}/reftable")
    names: list[str] = []
    for folder, subfolders, files in os.walk(f"{common_dir}/refs"):
        below = folder[len(common_dir) + 1 :]
        if below == "refs":
            subfolders[:] = [name for name in subfolders if name not in _OWN_REFS]
            files = [name for name in files if name not in _OWN_REFS]
        names += [f"{below}/{name}" for name in files if not name.endswith(".lock")]
    _copy(common_dir, target, names)


def _alternates(common_dir: str) -> str:
    """Where the objects are: the repository's own, and those that it borrows itself."""
    objects = os.path.join(common_dir, "objects")
    folders = [objects]
    try:
        with open(os.path.join(objects, "info", "alternates"), encoding="utf-8") as file:
            borrowed = [line for line in file.read().split("\n") if line and line[0] not in '#"']
    except (OSError, UnicodeDecodeError):
        borrowed = []
    folders += [os.path.normpath(os.path.join(objects, line)) for line in borrowed]
    return "".join(_quoted(folder) + "\n" for folder in folders)


def _quoted(path: str) -> str:
    if "\n" not in path and not path.startswith(('"', "#")):
        return path
    path = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{path}"'


def _settings(git_dir: str, common_dir: str) -> list[tuple[str, str]]:
    own = gitconfig.read(os.path.join(common_dir, "config"))
    items = list(own.items)
    if own.true("extensions.worktreeconfig"):
        items += gitconfig.read(os.path.join(git_dir, "config.worktree")).items
    kept = [pair for item in items for pair in _kept(*item)]
    return [*kept, *_OURS]


def _kept(name: str, value: str) -> list[tuple[str, str]]:
    section, _, rest = name.partition(".")
    key = rest.rpartition(".")[2]
    if section in ("remote", "submodule") and key in ("url", "pushurl"):
        return [(name, without_credentials(value))]
    keep = (
        (section == "core" and rest in _CORE)
        or (section == "extensions" and rest in _EXTENSIONS)
        or (section == "remote" and key in _REMOTE)
        or (section == "submodule" and key in ("active", "path", "branch"))
        or section in _SECTIONS
    )
    return [(name, value)] if keep else []


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _write(path: str, content: str) -> None:
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(content)
