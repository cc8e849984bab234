"""actions/cache: restores files under a key, and saves them after a job that succeeded.

Facts from its documentation, versions 4 and 5, and GitHub's "Dependency caching reference".
`enableCrossOsArchive`, `upload-chunk-size` and `save-always` change nothing here.
"""

from __future__ import annotations

import os
from functools import partial

from headway.errors import HeadwayError
from headway.runner.action.builtin import cache_archive
from headway.runner.action.builtin.base import (
    ActionFailed,
    go_on,
    home,
    lines,
    loose_flag,
    text,
)
from headway.runner.action.builtin.cache_archive import Damaged, Places
from headway.runner.action.builtin.cache_store import CacheStore
from headway.runner.glob import PatternError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.clients.git import Repository
    from headway.runner.action.builtin.base import ActionContext
    from headway.runner.action.builtin.cache_store import Entry

INPUTS: dict[str, str | None] = {
    "path": None,
    "key": None,
    "restore-keys": None,
    "upload-chunk-size": None,
    "enableCrossOsArchive": "false",
    "fail-on-cache-miss": "false",
    "lookup-only": "false",
    "save-always": "false",
}
POST_IF = "success()"


def main(context: ActionContext) -> None:
    found = restore(context)
    context.save_state("CACHE_KEY", text(context, "key"))
    context.save_state("CACHE_RESULT", found.key if found else "")


def post(context: ActionContext) -> None:
    key = context.state.get("CACHE_KEY") or text(context, "key")
    if same_key(key, context.state.get("CACHE_RESULT", "")):
        context.log(f"Cache hit occurred on the primary key {key}, not saving cache.")
        return
    save(context, key)


def restore(context: ActionContext) -> Entry | None:
    """What main does, but for the state; sets all outputs. Raises ActionFailed."""
    key, patterns = text(context, "key", required=True), paths(context)
    restore_keys = lines(context.inputs.get("restore-keys", ""))
    check_keys([key, *restore_keys])
    context.output("cache-primary-key", key)
    places = places_of(context)
    store = store_of(context)
    version = cache_archive.version(patterns, places)
    entry = store.find(key, restore_keys, version, scopes(context))
    if entry is not None and not loose_flag(context, "lookup-only"):
        entry = _unpack(context, store, entry, patterns, places)
    if entry is None:
        _miss(context, [key, *restore_keys])
        return None
    store.use(entry)
    context.output("cache-matched-key", entry.key)
    context.output("cache-hit", "true" if same_key(key, entry.key) else "false")
    if loose_flag(context, "lookup-only"):
        context.log(f"Cache found and can be restored from key: {entry.key}")
    else:
        context.log(f"Cache restored from key: {entry.key}")
    return entry


def _unpack(
    context: ActionContext, store: CacheStore, entry: Entry, patterns: list[str], places: Places
) -> Entry | None:
    try:
        if not cache_archive.intact(entry.archive, entry.digest):
            raise Damaged("its content has changed since it was saved")
        count = cache_archive.unpack(entry.archive, patterns, places, go_on(context))
    except PatternError as error:
        raise ActionFailed(str(error)) from None
    except (OSError, HeadwayError) as error:
        # GitHub's action goes on as well: a cache is a help, not a need.
        context.warning(f"Failed to restore: {error}")
        return None
    except Damaged as error:
        context.warning(f"Failed to restore: the cache {entry.key} is damaged: {error}")
        store.delete(entry)
        return None
    context.log(f"Cache Size: ~{entry.size // 1024**2} MB ({entry.size} B), {count} files")
    return entry


def _miss(context: ActionContext, keys: list[str]) -> None:
    # GitHub leaves `cache-hit` empty for a miss; "false" means that another key matched.
    if loose_flag(context, "fail-on-cache-miss"):
        raise ActionFailed(
            "Failed to restore cache entry. Exiting as fail-on-cache-miss is set. "
            f"Input key: {keys[0]}"
        )
    context.log(f"Cache not found for input keys: {', '.join(keys)}")


def save(context: ActionContext, key: str) -> bool:
    """Saves the files under `key`; False, and why in the log, when it could not be done."""
    patterns = paths(context)
    check_keys([key])
    places, store = places_of(context), store_of(context)
    version = cache_archive.version(patterns, places)
    scope = scopes(context)[0]
    if store.reserved(key, version, scope):
        context.log(f"Failed to save: there is a cache with key {key} already; caches don't change")
        return False
    try:
        found = cache_archive.matches(patterns, places)
    except PatternError as error:
        raise ActionFailed(str(error)) from None
    if not found:
        context.warning(
            "Path Validation Error: Path(s) specified in the action for caching do(es) not exist, "
            "hence no cache is being saved."
        )
        return False
    try:
        write = partial(cache_archive.pack, found, places, go_on(context))
        entry = store.save(key, version, scope, write)
    except (OSError, HeadwayError) as error:
        context.warning(f"Failed to save: {error}")
        return False
    if entry is None:
        context.log(f"Failed to save: another job has just saved a cache with key {key}")
        return False
    context.log(f"Cache saved with key: {key} (~{entry.size // 1024**2} MB, {entry.size} B)")
    return True


def same_key(key: str, other: str) -> bool:
    return bool(other) and key.lower() == other.lower()


def check_keys(keys: list[str]) -> None:
    """Raises ActionFailed for keys that GitHub refuses."""
    if len(keys) > 10:
        raise ActionFailed("Key Validation Error: Keys are limited to a maximum of 10.")
    for key in keys:
        if len(key) > 512:
            raise ActionFailed(f"Key Validation Error: {key} cannot be larger than 512 characters.")
        if "," in key:
            raise ActionFailed(f"Key Validation Error: {key} cannot contain commas.")


def paths(context: ActionContext) -> list[str]:
    text(context, "path", required=True)
    found = lines(context.inputs["path"])
    return ["!" + line[1:].strip() if line.startswith("!") else line for line in found]


def places_of(context: ActionContext) -> Places:
    return Places(context.directory, home(context), context.temp, context.tool_cache)


def scopes(context: ActionContext) -> list[str]:
    github = context.github
    ref, base = str(github.get("ref") or ""), str(github.get("base_ref") or "")
    return branches(ref, base, context.repository.default_branch)


def branches(ref: str, base: str, default: str) -> list[str]:
    """Where to look, in this order: this branch, the one it is to be merged into, the default
    branch. The first is where to save."""
    wanted = [ref, f"refs/heads/{base}" if base else "", f"refs/heads/{default}"]
    return list(dict.fromkeys(ref for ref in wanted if ref))


def store_of(context: ActionContext) -> CacheStore:
    return repository_store(context.repository, context.store, context.cache_size)


def repository_store(repository: Repository, store: str, size: int) -> CacheStore:
    """A repository's caches; one without a remote is known by its folder.

    `size` is the limit for all of them together, in bytes.
    """
    import hashlib

    name = repository.slug if repository.owner != "local" else repository.root
    folder = hashlib.sha256(os.fsencode(name.lower())).hexdigest()[:20]
    return CacheStore(os.path.join(store, "caches", folder), size)
