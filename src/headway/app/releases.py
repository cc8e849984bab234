"""Makes, finds and forgets releases: content in the store, the rest in the journal."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from msgspec import Struct

from headway import home
from headway.app.project import Project
from headway.clients import containers
from headway.clients.git import dirty, resolve
from headway.clients.program import ask
from headway.delivery.release import check_service, check_version
from headway.delivery.release_store import LIMITS, Content, ReleaseStore
from headway.errors import UsageError
from headway.events.delivery import ReleaseCreated, ReleasePruned
from headway.journal import Journal, rollouts, verdicts
from headway.journal.rollouts import Release

KEEP = 5  # releases of a service that prune leaves in any case


class Source(Struct, frozen=True, kw_only=True):
    """What a release is made of: exactly one is given."""

    path: str = ""
    archive: str = ""
    image: str = ""
    max_size: int = LIMITS.size


class Created(Struct, frozen=True, kw_only=True):
    release: Release
    new: bool  # the version wasn't there before


class Pruned(Struct, frozen=True, kw_only=True):
    release: Release
    size: int  # bytes that were freed


def store() -> ReleaseStore:
    return ReleaseStore(home.made(os.path.join(home.state(), "releases")))


def create(
    journal: Journal, project: Project, version: str, source: Source, commit: str = ""
) -> Created:
    """Makes the version, or finds it already made of the same content.

    `commit` is a revision of the repository; HEAD without one. Raises UsageError when the
    version is there with other content.
    """
    check_service(project.service)
    check_version(version)
    existing = journal.query(lambda db: rollouts.release(db, project.service, version))
    content = _content(source)
    if existing is not None and existing.digest != content.digest:
        if content.new:
            _forget(journal, content.digest)
        raise UsageError(
            f"{project.service} {version} is there already, with other content"
            f" ({existing.digest[:12]}, this is {content.digest[:12]})",
            hint="a version is one content for good: choose another version",
        )
    if existing is not None and existing.pruned is None:
        return Created(release=existing, new=False)
    event = _event(journal, project, version, source, content, commit)
    stream = f"releases/{project.service}"
    journal.append(stream, [event], time.time())
    made = journal.query(lambda db: rollouts.release(db, project.service, version))
    assert made is not None
    return Created(release=made, new=True)


def _content(source: Source) -> Content:
    limits = LIMITS.replace(size=source.max_size)
    if source.path:
        return store().add_folder(os.path.abspath(source.path), limits)
    if source.archive:
        return store().add_archive(os.path.abspath(source.archive), limits)
    return _image(source.image)


def _image(reference: str) -> Content:
    """An image is named by its id, which is the digest of what is in it."""
    engine = containers.needed()
    name = engine.image(reference)
    answer = ask(
        engine.argv("image", "inspect", "--format", "{{.Id}} {{.Size}}", name or reference)
    )
    words = answer.output.split()
    if not name or answer.code != 0 or len(words) < 2:
        raise UsageError(
            f"the image {reference} is not on this machine",
            hint=f"fetch or build it first: {engine.name} pull {reference}",
        )
    return Content(digest=words[0].removeprefix("sha256:"), files=0, size=int(words[1]), new=False)


def _event(
    journal: Journal,
    project: Project,
    version: str,
    source: Source,
    content: Content,
    commit: str,
) -> ReleaseCreated:
    sha, changed = commit_of(project, commit)
    judged = journal.query(lambda db: verdicts.select(db, sha=sha, clean=True, limit=1))
    found = judged[0] if judged and sha and not changed else None
    return ReleaseCreated(
        service=project.service,
        version=version,
        digest=content.digest,
        source="image" if source.image else "files",
        image=source.image,
        sha=sha,
        dirty=changed,
        evidence=found.evidence if found else "",
        verdict=found.id if found else "",
        outcome=found.outcome if found else "",
        files=content.files,
        size=content.size,
        actor=project.actor,
        root=project.root,
    )


def commit_of(project: Project, revision: str) -> tuple[str, bool]:
    """The commit's name, and whether the working tree has changes beside it."""
    repository = project.repository
    if repository is None:
        return "", False
    if revision:
        return resolve(repository.root, revision), False
    return repository.sha, bool(repository.sha) and dirty(repository.root)


def prune(
    journal: Journal, service: str, keep: int, actor: str, *, dry_run: bool = False
) -> list[Pruned]:
    """Forgets the content of releases but for the newest `keep` and whatever serves, is being
    deployed, or may be rolled back to. Images stay where they are: they aren't ours."""
    known = journal.query(lambda db: rollouts.releases(db, service))
    wanted = journal.query(rollouts.wanted_releases) | {r.digest for r in known[:keep]}
    gone = [r for r in known if r.digest not in wanted]
    pruned = []
    for release in gone:
        size = sum(e.size for e in store().entries(release.digest)) if _here(release) else 0
        pruned.append(Pruned(release=release, size=size))
        if not dry_run:
            _prune(journal, release, actor)
    return pruned


def _prune(journal: Journal, release: Release, actor: str) -> None:
    event = ReleasePruned(
        service=release.service, version=release.version, digest=release.digest, actor=actor
    )
    journal.append(f"releases/{release.service}", [event], time.time())
    _forget(journal, release.digest)


def _forget(journal: Journal, digest: str) -> None:
    """Removes content that no version has any more, of whatever service."""
    used = {r.digest for r in journal.query(rollouts.releases)}
    if digest not in used | journal.query(rollouts.wanted_releases):
        store().remove(digest)


def _here(release: Release) -> bool:
    return release.source == "files" and store().has(release.digest)


def check(release: Release) -> Callable[[], str]:
    """What is wrong with the release's content, asked when it is called."""
    if release.source == "files":
        return lambda: store().verify(release.digest)

    def ask_for_image() -> str:
        engine = containers.needed()
        return "" if engine.image(release.digest) else f"its image is not here: {release.image}"

    return ask_for_image
