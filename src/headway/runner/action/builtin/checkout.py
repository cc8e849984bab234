"""actions/checkout: the local tree, or a commit of it, or of another repository on this machine.

Facts from its documentation, versions 4 to 7. Without `ref` and `repository` the files are
those of the working tree, changes that aren't committed included: that is what the user
wants to know about. Nothing is fetched, so `token`, the SSH inputs, `filter` and `fetch-depth`
change nothing (the history is always complete), and no credentials are left to be removed.
"""

from __future__ import annotations

import os

from headway.clients import git
from headway.errors import HeadwayError, did_you_mean
from headway.runner import private_git
from headway.runner.action.builtin.base import ActionFailed, lines, loose_flag, text
from headway.runner.action.builtin.fork_guard import check_fork
from headway.runner.removal import remove_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.runner.action.builtin.base import ActionContext

INPUTS: dict[str, str | None] = {
    "repository": None,
    "ref": None,
    "token": None,
    "ssh-key": None,
    "ssh-known-hosts": None,
    "ssh-strict": "true",
    "ssh-user": "git",
    "persist-credentials": "true",
    "path": None,
    "clean": "true",
    "filter": None,
    "sparse-checkout": None,
    "sparse-checkout-cone-mode": "true",
    "fetch-depth": "1",
    "fetch-tags": "false",
    "show-progress": "true",
    "lfs": "false",
    "submodules": "false",
    "set-safe-directory": "true",
    "github-server-url": None,
    "allow-unsafe-pr-checkout": "false",
}
MOST_NAMES = 10


def main(context: ActionContext) -> None:
    slug = text(context, "repository") or context.repository.slug
    if slug.count("/") != 1 or not all(slug.split("/")):
        raise ActionFailed(f"Invalid repository '{slug}'. Expected format {{owner}}/{{repo}}.")
    own = _is_own(context, slug)
    ref = text(context, "ref")
    if not own or ref:
        check_fork(context, slug, ref)
    target = _target(context)
    context.log(f"Syncing repository: {slug}")
    source = context.repository.root if own else _other_repository(context, slug)
    if own and not ref:
        wanted, sha = str(context.github.get("ref") or ""), context.repository.sha
        _take_tree(context, target)
        _tell_of_other_commit(context)
    else:
        wanted, sha = _resolve(context, source, ref)
        if own and sha == context.repository.sha and target == context.directory:
            context.log(f"{ref} is the commit of the working tree: taking the tree as it is")
            _take_tree(context, target)
        else:
            _take_commit(context, source, wanted, sha, target)
    _sparse(context, target)
    _submodules(context, target, source)
    if loose_flag(context, "lfs"):
        context.log("Git LFS: objects are taken from this machine, none are downloaded")
    context.output("ref", (ref or wanted) if not git.is_object_id(wanted) else "")
    context.output("commit", sha)
    context.log(sha or "(the branch has no commits)")


def _is_own(context: ActionContext, slug: str) -> bool:
    known = (context.repository.slug, str(context.github.get("repository") or ""))
    return slug.lower() in (name.lower() for name in known)


def _target(context: ActionContext) -> str:
    root = context.directory
    path = os.path.normpath(os.path.join(root, text(context, "path") or "."))
    if not (path + "/").startswith(root.rstrip("/") + "/"):
        raise ActionFailed(f"Repository path '{path}' is not under '{root}'")
    return path


def _other_repository(context: ActionContext, slug: str) -> str:
    known = context.local_repositories
    for name, folder in known.items():
        if name.lower() == slug.lower():
            if not os.path.isdir(folder):
                raise ActionFailed(f"{slug} is mapped to {folder}, which is not a folder")
            return os.path.abspath(folder)
    hint = f" ({did_you_mean(slug, known)})" if known else ""
    raise ActionFailed(
        f"{slug} is another repository, which would have to be fetched from the network; "
        f"name a clone of it on this machine with --local-repository {slug}=FOLDER{hint}"
    )


# --- the working tree --------------------------------------------------------------------


def _take_tree(context: ActionContext, target: str) -> None:
    clean = loose_flag(context, "clean")
    if target != context.directory:
        if clean or not os.path.exists(os.path.join(target, ".git")):
            remove_tree(target)
            context.workspace.copy_to(target)
        return
    if context.workspace.method == "in-place":
        context.log("in place: the files are the working tree itself, nothing is cleaned")
    elif clean or _head(target) != context.repository.sha:
        context.workspace.refresh()


def _head(folder: str) -> str:
    try:
        return git.discover(folder).sha
    except HeadwayError:
        return ""


def _tell_of_other_commit(context: ActionContext) -> None:
    sha = str(context.github.get("sha") or "")
    if sha and sha != context.repository.sha:
        context.log(
            f"The event is about commit {sha[:12]}; the files are the working tree's, "
            f"at {context.repository.sha[:12] or 'no commit'}"
        )


# --- a commit ----------------------------------------------------------------------------


def _resolve(context: ActionContext, source: str, ref: str) -> tuple[str, str]:
    """The full ref (or the commit, if that was asked for) and the commit."""
    if not ref:
        branch = git.text(source, "symbolic-ref", "-q", "--short", "HEAD", accept=(0, 1))
        ref = f"refs/heads/{branch}" if branch else git.resolve(source, "HEAD")
    if git.is_object_id(ref.lower()):
        candidates = [(ref.lower(), ref.lower())]
    elif ref.upper().startswith("REFS/"):
        candidates = [(ref, ref), (ref, _tracking(ref))]
    else:
        branch, tag = f"refs/heads/{ref}", f"refs/tags/{ref}"
        candidates = [(branch, branch), (branch, _tracking(branch)), (tag, tag)]
    for full, name in candidates:
        sha = git.resolve(source, name)
        if sha:
            return full, sha
    if ref == context.github.get("ref") and source == context.repository.root:
        return ref, context.repository.sha  # refs/pull/1/merge of a pull request not yet there
    raise ActionFailed(_not_found(source, ref))


def _tracking(ref: str) -> str:
    for prefix, place in (
        ("refs/heads/", "refs/remotes/origin/"),
        ("refs/pull/", "refs/remotes/pull/"),
    ):
        if ref.startswith(prefix):
            return place + ref[len(prefix) :]
    return ref


def _not_found(source: str, ref: str) -> str:
    names = git.branches_and_tags(source)
    what = "The commit" if git.is_object_id(ref) else "A branch or tag with the name"
    listed = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
    close = did_you_mean(ref, names)
    guess = f"; {close}" if close.startswith("did you mean") else ""
    return (
        f"{what} '{ref}' could not be found in {source}{guess}; there are: {listed or 'none'}. "
        f"If it is on the remote: git -C {source} fetch origin {ref}"
    )


def _take_commit(context: ActionContext, source: str, ref: str, sha: str, target: str) -> None:
    """Checks the commit out into `target`, with a repository that borrows `source`'s objects."""
    if target == context.directory and context.workspace.method == "in-place":
        raise ActionFailed(
            "checking out another commit would replace your own files, for the run is in place; "
            "give the step a `path`, or run without --in-place"
        )
    git_dir, common_dir = _git_dirs(source)
    if not _same_repository(target, common_dir):
        _empty(target)
        os.makedirs(target, exist_ok=True)
        private_git.make(git_dir, common_dir, os.path.join(target, ".git"))
        with open(os.path.join(target, ".git", "HEAD"), "w", encoding="utf-8") as file:
            file.write(sha + "\n")
        if os.path.exists(os.path.join(target, ".git", "index")):
            os.unlink(os.path.join(target, ".git", "index"))
    elif loose_flag(context, "clean"):
        _git(context, target, "clean", "-ffdxq")
    branch = ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else ""
    how = ("-B", branch, sha) if branch else ("--detach", sha)
    _git(context, target, "-c", "advice.detachedHead=false", "checkout", "--force", "-q", *how)


def _git_dirs(source: str) -> tuple[str, str]:
    if os.path.isfile(os.path.join(source, "HEAD")) and os.path.isdir(f"{source}/objects"):
        return source, source  # bare
    repository = git.discover(source)
    return repository.git_dir, repository.common_dir


def _same_repository(target: str, common_dir: str) -> bool:
    """Whether the folder has a checkout of that repository already, made by us."""
    try:
        with open(os.path.join(target, ".git", "objects", "info", "alternates")) as file:
            return file.readline().strip() == os.path.join(common_dir, "objects")
    except (OSError, UnicodeDecodeError):
        return False


def _empty(folder: str) -> None:
    if not os.path.isdir(folder):
        remove_tree(folder)
        return
    for name in os.listdir(folder):
        remove_tree(os.path.join(folder, name))


def _git(context: ActionContext, folder: str, *arguments: str) -> None:
    variables = {k: v for k, v in context.env.items() if k not in git.LOCAL_VARIABLES}
    variables["GIT_TERMINAL_PROMPT"] = "0"
    if not loose_flag(context, "lfs"):
        variables["GIT_LFS_SKIP_SMUDGE"] = "1"
    if context.run(["git", "-C", folder, *arguments], cwd=context.directory, env=variables):
        raise ActionFailed(f"git {' '.join(arguments)} failed")


# --- what is and isn't checked out -------------------------------------------------------


def _sparse(context: ActionContext, target: str) -> None:
    patterns = lines(context.inputs.get("sparse-checkout", ""))
    if not patterns:
        return
    if context.workspace.method == "in-place" and target == context.directory:
        context.warning("in place, sparse-checkout would delete your files: all are left there")
        return
    cone = loose_flag(context, "sparse-checkout-cone-mode")
    mode = "--cone" if cone else "--no-cone"
    _git(context, target, "sparse-checkout", "set", mode, *patterns)


def _submodules(context: ActionContext, target: str, source: str) -> None:
    """Submodules are there if they are asked for, as on GitHub, and else empty folders."""
    if not os.path.exists(os.path.join(target, ".gitmodules")):
        return
    if context.workspace.method == "in-place" and target == context.directory:
        return
    mode = text(context, "submodules").lower()
    for path in _paths_of_submodules(target):
        folder = os.path.join(target, path)
        if mode not in ("true", "recursive"):
            _empty(folder)
            continue
        if not os.path.exists(os.path.join(folder, ".git")):
            _fetch_submodule(context, target, path, os.path.join(source, path))
        if mode == "true":
            for nested in _paths_of_submodules(folder):
                _empty(os.path.join(folder, nested))
        else:
            _submodules(context, folder, os.path.join(source, path))


def _paths_of_submodules(folder: str) -> list[str]:
    if not os.path.exists(os.path.join(folder, ".gitmodules")):
        return []
    output = os.fsdecode(git.run(folder, "ls-files", "-z", "--stage")[1])
    entries = (entry.partition("\t") for entry in output.split("\0"))
    return [path for about, _, path in entries if about.startswith("160000 ")]


def _fetch_submodule(context: ActionContext, target: str, path: str, local: str) -> None:
    """Fills a submodule, from the user's own checkout of it if there is one."""
    folder = os.path.join(target, path)
    if os.path.exists(os.path.join(local, ".git")):
        wanted = git.text(target, "rev-parse", f":{path}")
        _take_commit(context, local, wanted, wanted, folder)
        return
    try:
        _git(context, target, "submodule", "update", "--init", "--", path)
    except ActionFailed:
        raise ActionFailed(
            f"the submodule {path} is not on this machine and could not be fetched; get it "
            f"once: git -C {context.repository.root} submodule update --init {path}"
        ) from None
