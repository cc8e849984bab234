"""Everything that Headway asks git about a repository.

What git keeps in plain files (HEAD, refs, configuration, loose commits) is read from there,
since starting git costs more than all of it together; whatever is less plain (includes,
reftables, packed commits) is asked of git itself. Nothing here writes to the repository:
git runs with GIT_OPTIONAL_LOCKS=0, so that not even the index is refreshed.
"""

from __future__ import annotations

import contextlib
import os
import subprocess

from headway.clients import gitconfig
from headway.clients.gitremote import parse_remote, plain_name, without_credentials
from headway.errors import HeadwayError, UsageError
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Git's own list (`git rev-parse --local-env-vars`): they would make git look at another
# repository, as in a hook, from which Headway may well be started.
LOCAL_VARIABLES = frozenset(
    (
        *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_CONFIG", "GIT_CONFIG_COUNT"),
        *("GIT_CONFIG_PARAMETERS", "GIT_DIR", "GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE"),
        *("GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX", "GIT_NO_REPLACE_OBJECTS"),
        *("GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE"),
        "GIT_WORK_TREE",
    )
)
_NO_REF = "0" * 40


class Repository(Value):
    """A working tree and what it is a checkout of.

    `git_dir` is the tree's own (a linked worktree's, a submodule's), `common_dir` the one
    that refs, configuration and objects are in; both absolute. `sha` is "" on a branch
    without commits; `ref` is the full name of the branch, or of a tag that HEAD stands on,
    or ""; `branch` is "" when HEAD is detached. `remote` is a URL without credentials, or "".
    """

    root: str
    git_dir: str
    common_dir: str
    sha: str
    ref: str
    branch: str
    remote: str
    owner: str
    name: str
    default_branch: str
    actor: str

    @property
    def slug(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def dirty(self) -> bool:
        """Whether anything differs from the commit, untracked files included. Asks git."""
        return dirty(self.root)

    @property
    def message(self) -> str:
        """The message of the commit that is checked out, or ""."""
        return commit_message(self.root, self.sha) if self.sha else ""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Variables for git: no prompts, plain English, no locks, no repository but the one meant."""
    variables = {k: v for k, v in os.environ.items() if k not in LOCAL_VARIABLES}
    variables.update(GIT_TERMINAL_PROMPT="0", LC_ALL="C", GIT_OPTIONAL_LOCKS="0", **(extra or {}))
    return variables


LISTED = ("ls-files", "-z", "-co", "--exclude-standard")
STATUS = ("status", "--porcelain", "-z")
_anticipated: dict[tuple[str, ...], subprocess.Popen[bytes]] = {}


def anticipate(root: str) -> None:
    """Asks what every run asks (`listed`, `dirty`) now, so that the answers are there later.

    git then works on another core while the rest of Headway loads.
    """
    for arguments in (LISTED, STATUS):
        with contextlib.suppress(OSError):  # said when the answer is wanted
            _anticipated[(root, *arguments)] = _start(root, arguments)


def _start(root: str, arguments: tuple[str, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["git", "-C", root, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )


def run(root: str, *arguments: str, accept: tuple[int, ...] = (0,)) -> tuple[int, bytes]:
    """Runs git in `root`: its exit code and standard output.

    Raises HeadwayError with git's own last words for any other exit code than `accept`,
    and when there is no git.
    """
    try:
        child = _anticipated.pop((root, *arguments), None) or _start(root, arguments)
        with child:
            stdout, stderr = child.communicate()
    except FileNotFoundError:
        raise HeadwayError(
            "git is not installed, or not on PATH", hint="install git (Debian: apt install git)"
        ) from None
    except OSError as error:
        raise HeadwayError(f"git can't be started: {error.strerror}") from None
    if child.returncode not in accept:
        raise _failure(root, arguments, child.returncode, stderr)
    return child.returncode, stdout


def _failure(root: str, arguments: tuple[str, ...], code: int, stderr: bytes) -> HeadwayError:
    said = stderr.decode("utf-8", "replace").strip().splitlines()
    hint = ""
    if any("dubious ownership" in line for line in said):
        hint = f"another user owns it; allow it: git config --global --add safe.directory {root}"
    first = next((s for s in said if s.startswith(("fatal:", "error:"))), said[0] if said else "")
    reason = first.partition(": ")[2] or first or f"exit code {code}"
    return HeadwayError(f"git {arguments[0]} failed in {root}: {reason}", hint=hint)


def text(root: str, *arguments: str, accept: tuple[int, ...] = (0,)) -> str:
    """As `run`: its output without the last newline; names keep bytes that aren't UTF-8."""
    return os.fsdecode(run(root, *arguments, accept=accept)[1]).removesuffix("\n")


def is_object_id(name: str) -> bool:
    """Whether this is a full SHA-1 or SHA-256 name of an object."""
    return len(name) in (40, 64) and not name.strip("0123456789abcdef")


# --- finding the repository --------------------------------------------------------------


def discover(path: str) -> Repository:
    """The repository whose working tree holds `path`.

    Raises UsageError when there is none, HeadwayError when git can't read it.
    """
    root, git_dir = _find(os.path.abspath(path))
    common_dir = _common_dir(git_dir)
    settings = _settings(root, common_dir, git_dir)
    ref, sha = _head(root, git_dir, common_dir)
    branch = ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else ""
    remote, url = _remote(settings, branch)
    owner, name = parse_remote(url) or ("local", _folder_name(root))
    return Repository(
        root=root,
        git_dir=git_dir,
        common_dir=common_dir,
        sha=sha,
        ref=ref,
        branch=branch,
        remote=without_credentials(url),
        owner=owner,
        name=name,
        default_branch=_default_branch(common_dir, remote, settings, branch),
        actor=_actor(settings),
    )


def _find(path: str) -> tuple[str, str]:
    folder = path
    while True:
        git = os.path.join(folder, ".git")
        if os.path.isfile(os.path.join(git, "HEAD")):
            return folder, git
        if os.path.isfile(git):
            return folder, _pointed(git)
        if folder == os.path.dirname(folder):
            raise _no_repository(path)
        folder = os.path.dirname(folder)


def _no_repository(path: str) -> UsageError:
    if not os.path.isdir(path):
        return UsageError(f"{path} is not a folder")
    if os.path.isfile(os.path.join(path, "HEAD")) and os.path.isdir(os.path.join(path, "objects")):
        return UsageError(
            f"{path} is a bare repository: it has no files to run on",
            hint="clone it, or add a working tree: git worktree add",
        )
    return UsageError(
        f"{path} is not in a git repository",
        hint="go to one, or make one: git init",
    )


def _pointed(file: str) -> str:
    """Where a `.git` file (of a linked worktree, of a submodule) points."""
    content = _read(file)
    if not content.startswith("gitdir:"):
        raise HeadwayError(f"{file} is not a folder and doesn't say where the repository is")
    folder = os.path.join(os.path.dirname(file), content[len("gitdir:") :].strip())
    if not os.path.isfile(os.path.join(folder, "HEAD")):
        raise HeadwayError(
            f"{file} points to {folder}, where there is no repository",
            hint="if it was moved: git worktree repair, or git submodule update --init",
        )
    return os.path.realpath(folder)


def _common_dir(git_dir: str) -> str:
    content = _read(os.path.join(git_dir, "commondir")).strip()
    return os.path.realpath(os.path.join(git_dir, content)) if content else git_dir


def _settings(root: str, common_dir: str, git_dir: str) -> gitconfig.Settings:
    user = gitconfig.read_user()
    own = gitconfig.read(os.path.join(common_dir, "config"))
    items, complete = user.items + own.items, user.complete and own.complete
    if own.true("extensions.worktreeconfig"):
        items += gitconfig.read(os.path.join(git_dir, "config.worktree")).items
    if complete:
        return gitconfig.Settings(items)
    pairs = text(root, "config", "--list", "-z", "--includes").split("\0")
    split = [pair.partition("\n") for pair in pairs if pair]
    return gitconfig.Settings([(name, value if nl else "true") for name, nl, value in split])


def _head(root: str, git_dir: str, common_dir: str) -> tuple[str, str]:
    head = _read(os.path.join(git_dir, "HEAD")).strip()
    if not head.startswith("ref:"):
        return _tag_at(root, common_dir, head), head
    ref = head[4:].strip()
    if ref == "refs/heads/.invalid":  # the refs are in a reftable, which only git reads
        ref = text(root, "symbolic-ref", "-q", "HEAD", accept=(0, 1))
        sha = text(root, "rev-parse", "-q", "--verify", "HEAD", accept=(0, 1))
        return ref or _tag_at(root, common_dir, sha), sha
    return ref, _ref_value(common_dir, ref)


def _ref_value(common_dir: str, ref: str) -> str:
    for _ in range(5):  # as many symbolic refs in a row as git follows
        value = _read(os.path.join(common_dir, *ref.split("/"))).strip()
        if not value.startswith("ref:"):
            break
        ref = value[4:].strip()
    if is_object_id(value):
        return value
    ending = f" {ref}"
    for line in _read(os.path.join(common_dir, "packed-refs")).splitlines():
        if line.endswith(ending):
            return line.removesuffix(ending)
    return ""


def _tag_at(root: str, common_dir: str, sha: str) -> str:
    """The tag that a detached HEAD stands on, the newest if there are several, or ""."""
    packed = "refs/tags/" in _read(os.path.join(common_dir, "packed-refs"))
    if not (packed or _any_file(os.path.join(common_dir, "refs", "tags"))):
        return ""
    query = ("for-each-ref", "--sort=-creatordate", "--format=%(refname)", "--points-at", sha)
    return text(root, *query, "refs/tags").partition("\n")[0]


def _any_file(folder: str) -> bool:
    return any(files for _, _, files in os.walk(folder))


def _remote(settings: gitconfig.Settings, branch: str) -> tuple[str, str]:
    """Name and URL of the remote that the branch follows, or origin, or the first one."""
    urls: dict[str, str] = {}
    for key, value in settings.items:
        if key.startswith("remote.") and key.endswith(".url"):
            urls.setdefault(key[len("remote.") : -len(".url")], value)
    for name in (settings.get(f"branch.{branch}.remote"), "origin", *urls):
        if name in urls:
            return name, urls[name]
    return "origin", ""


def _default_branch(common_dir: str, remote: str, settings: gitconfig.Settings, branch: str) -> str:
    head = _read(os.path.join(common_dir, "refs", "remotes", remote, "HEAD")).strip()
    prefix = f"ref: refs/remotes/{remote}/"
    if head.startswith(prefix):
        return head[len(prefix) :]
    for name in (settings.get("init.defaultbranch"), "main", "master"):
        if name and _ref_value(common_dir, f"refs/heads/{name}"):
            return name
    return branch or "main"


def _actor(settings: gitconfig.Settings) -> str:
    """A login for the user: GitHub's own if the configuration has it, else made of the name."""
    email = settings.get("user.email")
    local, _, domain = email.partition("@")
    private = local.rpartition("+")[2] if domain == "users.noreply.github.com" else ""
    known = settings.get("github.user") or private
    user = os.environ.get("USER") or os.environ.get("LOGNAME") or ""
    for candidate in (known, settings.get("user.name"), local, user):
        login = plain_name(candidate, "")[:39].rstrip("-")
        if login:
            return login
    return "local"


def _folder_name(root: str) -> str:
    return plain_name(os.path.basename(root)) or "repository"


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""
    except OSError as error:
        raise HeadwayError(f"{path} can't be read: {error.strerror}") from None


# --- questions about it ------------------------------------------------------------------


def listed(root: str) -> list[str]:
    """Tracked and untracked, not ignored, paths below `root`, with those of submodules.

    A tracked file that was deleted is still listed; see `files`. A clone inside the tree that
    isn't a submodule is left out, as git leaves it out.
    """
    output = os.fsdecode(run(root, *LISTED)[1])
    names = list(dict.fromkeys(n for n in output.split("\0") if n and not n.endswith("/")))
    if os.path.exists(os.path.join(root, ".gitmodules")):
        for module in submodules(root):
            names.remove(module)
            names += [f"{module}/{name}" for name in listed(os.path.join(root, module))]
    return names


def tracked(root: str) -> frozenset[str]:
    """Paths below `root` that are in the index."""
    return frozenset(os.fsdecode(run(root, "ls-files", "-z")[1]).split("\0"))


def submodules(root: str) -> list[str]:
    """Paths of the submodules that are checked out."""
    output = os.fsdecode(run(root, "ls-files", "-z", "--stage")[1])
    entries = (entry.partition("\t") for entry in output.split("\0"))
    paths = [path for about, _, path in entries if about.startswith("160000 ")]
    return [p for p in paths if os.path.exists(os.path.join(root, p, ".git"))]


def files(root: str) -> list[str]:
    """`listed`, of which what exists (links count, whatever they point to)."""
    return [name for name in listed(root) if os.path.lexists(os.path.join(root, name))]


def ignored_folders(root: str) -> list[str]:
    """Folders below `root` that are there and that git ignores, not those inside of them."""
    flags = ("--others", "--ignored", "--exclude-standard", "--directory", "-z")
    output = os.fsdecode(run(root, "ls-files", *flags)[1])
    return [name.rstrip("/") for name in output.split("\0") if name.endswith("/")]


def dirty(root: str, apart: Callable[[str], bool] | None = None) -> bool:
    """Whether anything differs from the commit. Untracked files and folders (`out/`) count but
    for those that `apart` is true of."""
    entries = run(root, *STATUS)[1].split(b"\0")
    return any(
        not (apart and entry.startswith(b"?? ") and apart(os.fsdecode(entry[3:])))
        for entry in entries
        if entry
    )


def changed_paths(root: str, base: str, head: str = "") -> list[str]:
    """Paths that differ between two commits; without `head`, between `base` and the tree.

    With a tree the untracked, not ignored files count as changed. For a pull request pass the
    merge base: GitHub compares with that (three dots), for a push with the commit before.
    """
    known = resolve(root, base)
    if not known:
        raise HeadwayError(f"{base} is not a commit in {root}", hint=shallow_hint(root))
    argv = ["diff", "--name-only", "-z", "--no-renames", known, *([head] if head else []), "--"]
    names = os.fsdecode(run(root, *argv)[1]).split("\0")
    if not head:
        names += os.fsdecode(run(root, "ls-files", "-z", "-o", "--exclude-standard")[1]).split("\0")
    return list(dict.fromkeys(name for name in names if name))


def resolve(root: str, revision: str) -> str:
    """The commit that a revision names, or ""."""
    if not revision or revision.startswith("-") or revision == _NO_REF:
        return ""
    query = ("rev-parse", "-q", "--verify", "--end-of-options", revision + "^{commit}")
    return text(root, *query, accept=(0, 1, 128))


def merge_base(root: str, one: str, other: str) -> str:
    """The best common ancestor, or "" when there is none."""
    return text(root, "merge-base", one, other, accept=(0, 1, 128)).partition("\n")[0]


def ancestors(root: str, revision: str, limit: int) -> list[str]:
    """The commit and those before it, the newest first, at most `limit`."""
    names = text(root, "rev-list", f"--max-count={limit}", revision, "--", accept=(0, 128))
    return names.split("\n") if names else []


def commit_message(root: str, revision: str = "HEAD") -> str:
    """The message as it was written, without the newline at its end."""
    content = _loose_commit(root, revision)
    if content is None:
        content = run(root, "cat-file", "commit", revision)[1]
    return content.partition(b"\n\n")[2].decode("utf-8", "replace").rstrip("\n")


def _loose_commit(root: str, sha: str) -> bytes | None:
    if not is_object_id(sha):
        return None
    import zlib

    try:
        path = os.path.join(_common_dir(_find(root)[1]), "objects", sha[:2], sha[2:])
        with open(path, "rb") as file:
            head, _, body = zlib.decompress(file.read()).partition(b"\0")
    except (OSError, zlib.error):
        return None
    return body if head.startswith(b"commit ") else None


def branches_and_tags(root: str) -> list[str]:
    """Short names, newest first: what an error can offer when a ref isn't there."""
    query = ("for-each-ref", "--sort=-creatordate", "--format=%(refname:short)")
    # 128: the repository is damaged; what can be listed is still worth offering.
    output = text(root, *query, "refs/heads", "refs/remotes", "refs/tags", accept=(0, 128))
    names = output.split("\n")
    return [name for name in names if name and not name.endswith("/HEAD")]


def shallow_hint(root: str) -> str:
    """What to do about a commit that isn't there, if the clone is why."""
    shallow = text(root, "rev-parse", "--is-shallow-repository") == "true"
    return "this is a shallow clone; get the rest: git fetch --unshallow" if shallow else ""
