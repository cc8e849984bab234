"""Actions and reusable workflows of other repositories: found, fetched once, kept.

A tag or branch is asked for at every run, for it may have moved; the files of a commit are
fetched once for all runs (store.py). Without an answer from the server the commit that the
name had the last time is taken, and said so.
"""

from __future__ import annotations

import os
import threading

import headway.runner.action.builtin as builtin
from headway.clients import gitserver
from headway.errors import HeadwayError, UsageError, nearest
from headway.runner.action.allow import refusal
from headway.runner.action.mirrors import beside, mirrored
from headway.runner.action.reference import SERVER, Reference, parse
from headway.runner.action.store import Store
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SHORT = 12  # characters of a commit that people are shown
PATIENCE = 10.0  # seconds for an answer that we could do without
MOST_NAMES = 8


class Settings(Value):
    """Where actions come from and which are allowed.

    `mirrors` maps `owner/name`, `owner`, a server (`github.com`) or `*` to the URL or folder
    to ask instead. `local` maps `owner/name@ref` to a folder with that action, and `owner/name`
    to a clone. `pins` is what headway.lock says, if there is one.
    """

    root: str = ""  # what relative folders start from
    mirrors: Mapping[str, str] = {}
    local: Mapping[str, str] = {}
    allow: tuple[str, ...] | None = None  # None: all
    owner: str = ""  # of our own repository
    token: str = ""  # GitHub's; those of other servers are in HEADWAY_TOKEN_<HOST>
    pins: Mapping[str, str] | None = None
    lenient: bool = False  # pins may be few, and tags may have moved: for making a lock
    offline: bool = False


class Found(Value):
    """A repository's files at one commit. `commit` is "" for a folder that the user named."""

    reference: Reference
    commit: str
    folder: str


class _Task:
    """Work that is done once, in a thread of its own, for all who ask."""

    def __init__(self, work: Callable[[], Found]) -> None:
        self._work = work
        self._found: Found | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._found = self._work()
        except BaseException as error:  # goes on in the threads that ask
            self._error = error

    def result(self) -> Found:
        while self._thread.is_alive():
            self._thread.join(0.2)  # never for ever: Ctrl-C must get through
        if self._error is not None:
            raise self._error
        assert self._found is not None
        return self._found


class Remote:
    """Finds and fetches. Of any thread; `say` is told what takes time or is not as usual."""

    def __init__(self, settings: Settings, store: str, say: Callable[[str], None]) -> None:
        self.settings = settings
        self._store = Store(store)
        self.say = say
        self._tasks: dict[str, _Task] = {}
        self._named: dict[str, tuple[str, bool]] = {}
        self._lock = threading.Lock()

    def begin(self, uses: str) -> None:
        """Starts to fetch, if it isn't on its way."""
        reference = parse(uses)
        if reference is not None and not self._refusal(reference):
            self._task(reference)

    def get(self, uses: str) -> Found:
        """The files of what `uses` names; its `path` need not be there. Raises HeadwayError."""
        reference = parse(uses)
        if reference is None:
            raise UsageError(f"uses: {uses}: expected owner/name[/path]@ref")
        self.check_allowed(uses)
        found = self._task(reference).result()
        return found.replace(reference=reference)

    def check_allowed(self, uses: str) -> None:
        """Raises HeadwayError for what `actions.allow` doesn't let through."""
        reference = parse(uses)
        reason = self._refusal(reference) if reference else ""
        if reason:
            raise HeadwayError(f"uses: {uses}: not allowed here: {reason}")

    def _refusal(self, reference: Reference) -> str:
        s = self.settings
        if s.allow is None:
            return ""
        return refusal(s.allow, reference.slug, reference.ref, s.owner)

    def _task(self, reference: Reference) -> _Task:
        with self._lock:
            task = self._tasks.get(reference.key)
            if task is None:
                task = self._tasks[reference.key] = _Task(lambda: self._find(reference))
            return task

    # --- one repository ------------------------------------------------------------------

    def _find(self, reference: Reference) -> Found:
        folder = self.settings.local.get(f"{reference.slug.lower()}@{reference.ref}")
        if folder is not None:
            if not os.path.isdir(folder):
                raise UsageError(f"{reference} is mapped to {folder}, which is not a folder")
            return Found(reference, "", folder)
        commit = self.commit(reference)
        folder = self._store.find(reference.repository, commit)
        try:
            folder = folder or self._fetch(reference, commit)
        except gitserver.NoCommit as error:
            if not self.settings.lenient or reference.commit:
                raise UsageError(str(error)) from None
            # The commit that is pinned is gone, as the tag moved.
            commit = self.named(reference)[0]
            folder = self._fetch(reference, commit)
        if self._named.get(reference.key, ("",))[0] == commit:  # and its files are here
            self._store.remember(reference.repository, reference.ref, commit)
        return Found(reference, commit, folder)

    def commit(self, reference: Reference) -> str:
        """The commit to run, by headway.lock if there is one. Raises HeadwayError."""
        pins = self.settings.pins
        pinned = None
        if pins is not None:
            pinned = pins.get(reference.key)
            if pinned is None and not self.settings.lenient:
                raise HeadwayError(
                    f"{reference.key} is not in headway.lock", hint="add it: headway lock"
                )
        if reference.commit:
            return reference.commit
        return self._resolve(reference, pinned or "")

    def _resolve(self, reference: Reference, pinned: str) -> str:
        known = pinned or self._store.recall(reference.repository, reference.ref)
        if self.settings.offline:
            return self._without_network(reference, known, "--offline")
        try:
            now, is_tag = self.named(reference, PATIENCE if known else gitserver.PATIENCE)
        except gitserver.Unreachable as error:
            return self._without_network(reference, known, str(error))
        if not pinned or now == pinned:
            return now
        if self.settings.lenient:
            return pinned
        if is_tag:
            raise HeadwayError(
                f"the tag {reference.ref} of {reference.slug} has moved: headway.lock has {pinned},"
                f" the tag is now at {now}",
                hint=f"if that is right: headway lock --update {reference.key}",
            )
        self.say(
            f"{reference.key} is at {now[:SHORT]} by now; running {pinned[:SHORT]} of headway.lock"
        )
        return pinned

    def named(self, reference: Reference, patience: float = gitserver.PATIENCE) -> tuple[str, bool]:
        """The commit that the ref names now, and whether it is a tag. Raises HeadwayError.

        A tag goes before a branch of the same name: "jobs.<job_id>.uses" of the syntax page.
        """
        if reference.commit:
            return reference.commit, False
        known = self._named.get(reference.key)
        if known is None:
            known = self._named[reference.key] = self._ask(reference, patience)
        return known

    def _ask(self, reference: Reference, patience: float) -> tuple[str, bool]:
        ref = reference.ref
        wanted = [f"refs/tags/{ref}", f"refs/heads/{ref}"]
        if ref.startswith("refs/"):
            wanted = [ref]
        elif ref.startswith(("tags/", "heads/")):
            wanted.insert(0, f"refs/{ref}")
        url = self.url(reference)
        try:
            found = gitserver.names(url, wanted, self._token(url), patience)
        except gitserver.NoRepository as error:
            raise self._no_repository(reference, url, error) from None
        for name in wanted:
            if name in found:
                return found[name], name.startswith("refs/tags/")
        raise self._no_ref(reference, url)

    def _without_network(self, reference: Reference, known: str, why: str) -> str:
        if known and self._store.find(reference.repository, known):
            self.say(f"using the cached commit {known[:SHORT]} of {reference.key} ({why})")
            return known
        what = f"commit {known[:SHORT]} of {reference}" if known else str(reference)
        raise HeadwayError(
            f"{what} is not in the cache, and can't be fetched: {why}",
            hint="actions.mirror in headway.yaml names another server, or a folder",
        )

    def _fetch(self, reference: Reference, commit: str) -> str:
        if self.settings.offline:
            return self._missing(reference, commit, "--offline")
        url = self.url(reference)

        def fill(folder: str) -> None:
            self.say(f"fetching {reference.key}")
            gitserver.take(url, commit, folder, self._token(url))

        try:
            return self._store.take(reference.repository, commit, fill)
        except gitserver.Unreachable as error:
            return self._missing(reference, commit, str(error))
        except gitserver.NoRepository as error:
            raise self._no_repository(reference, url, error) from None
        except gitserver.NoCommit:
            raise gitserver.NoCommit(f"{reference.slug} has no commit {commit}") from None

    def _missing(self, reference: Reference, commit: str, why: str) -> str:
        raise HeadwayError(
            f"commit {commit[:SHORT]} of {reference.slug} is not in the cache, and can't be"
            f" fetched: {why}"
        )

    # --- where it comes from -------------------------------------------------------------

    def url(self, reference: Reference) -> str:
        """The URL or folder to ask: a clone that was named, a mirror, the server itself."""
        clone = self.settings.local.get(reference.slug.lower())
        if clone is not None and reference.server == SERVER:
            return os.path.abspath(clone)
        return mirrored(reference, self.settings.mirrors, self.settings.root)

    def _token(self, url: str) -> str:
        host = url.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
        own = self.settings.token if f"https://{host}" == SERVER else ""
        return os.environ.get(token_variable(host)) or own

    # --- what is not there ---------------------------------------------------------------

    def _no_ref(self, reference: Reference, url: str) -> HeadwayError:
        known = [
            name.removeprefix("refs/tags/").removeprefix("refs/heads/")
            for name in gitserver.names(url, (), self._token(url))
            if name.startswith(("refs/tags/", "refs/heads/"))
        ]
        hint = _guess(reference.ref, known)
        if 7 <= len(reference.ref) < 40 and not reference.ref.lower().strip("0123456789abcdef"):
            hint = "a commit is named by all of its 40 characters"
        return UsageError(f"{reference.slug} has no tag or branch {reference.ref}", hint=hint)

    def _no_repository(self, reference: Reference, url: str, error: HeadwayError) -> HeadwayError:
        known = {"/".join(name.split("/")[:2]) for name in builtin.REGISTER}
        known.update(beside(url))
        owner, slug = f"{reference.owner.lower()}/", reference.slug.lower()
        ours = {name[len(owner) :]: name for name in known if name.lower().startswith(owner)}
        close = ours.get(nearest(reference.name, ours) or "") or _alike(slug, known - {slug})
        hint = f'did you mean "{close}"?' if close else ""
        if not hint and url.startswith("http"):
            host = url.partition("://")[2].partition("/")[0].partition(":")[0]
            hint = f"if it is private, give a token: {token_variable(host)}"
            if host == SERVER.partition("://")[2]:
                hint = "if it is private, give a token: headway run -s GITHUB_TOKEN"
        where = (
            f"in {os.path.dirname(os.path.dirname(url))}" if os.path.isabs(url) else f"({error})"
        )
        return UsageError(f"there is no repository {reference.slug} {where}", hint=hint)


def _alike(slug: str, known: set[str]) -> str | None:
    """The repository most like it, whose owner too must be: names differ little among some."""
    close = nearest(slug, known)
    if close is None or nearest(slug.partition("/")[0], [close.partition("/")[0]]) is None:
        return None
    return close if nearest(slug.partition("/")[2], [close.partition("/")[2]]) else None


def _guess(name: str, known: list[str]) -> str:
    close = nearest(name, known)
    if close is not None:
        return f'did you mean "{close}"?'
    listed = ", ".join(known[-MOST_NAMES:])
    return f"{'among others ' if len(known) > MOST_NAMES else ''}it has: {listed}"


def token_variable(host: str) -> str:
    """The environment variable with the token for a host."""
    plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in host)
    return f"HEADWAY_TOKEN_{plain.upper()}"
