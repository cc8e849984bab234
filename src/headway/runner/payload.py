"""The event that triggers a run: the payload a webhook would have carried, and its refs.

Source: GitHub's "Webhook events and payloads" and "Events that trigger workflows" pages.
Only what can be known from the repository is filled in; `--event-path` gives the rest.
"""

from __future__ import annotations

import os

from headway.errors import UsageError
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from headway.clients.git import Repository

PULL_REQUEST = ("pull_request", "pull_request_target")
NO_COMMIT = "0" * 40
LARGEST = 25 * 1024 * 1024  # bytes; GitHub's limit for a webhook's payload


class Cause(Value):
    """What a run is about: the `github` context takes these as they are."""

    event: str
    payload: Mapping[str, Any]
    ref: str
    sha: str
    base_ref: str = ""  # pull requests: names of branches
    head_ref: str = ""
    actor: str = ""

    @property
    def ref_name(self) -> str:
        for prefix in ("refs/heads/", "refs/tags/", "refs/pull/"):
            if self.ref.startswith(prefix):
                return self.ref[len(prefix) :]
        return self.ref

    @property
    def ref_type(self) -> str:
        return "tag" if self.ref.startswith("refs/tags/") else "branch"


def cause(
    event: str,
    repository: Repository,
    given: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Any] | None = None,
    schedule: str = "",
) -> Cause:
    """The cause of a run: `given` (a payload file) wins over what is made up here."""
    ref = repository.ref or "refs/heads/" + (repository.branch or "main")
    base: dict[str, Any] = {
        "repository": _repository(repository),
        "sender": _user(repository.actor),
    }
    base.update(_made_up(event, repository, ref, inputs or {}, schedule))
    payload = {**base, **(given or {})}
    if event in PULL_REQUEST or isinstance(payload.get("pull_request"), dict):
        return _pull_request(event, payload, repository)
    ref = _text(payload.get("ref")) if event in ("push", "workflow_dispatch") else ref
    sha = _text(payload.get("after")) if event == "push" else ""
    if not sha or sha == NO_COMMIT:
        sha = repository.sha
    actor = _sender(payload) or repository.actor
    return Cause(event, payload, ref or repository.ref, sha, actor=actor)


def read_payload(path: str) -> dict[str, Any]:
    """The JSON object in a payload file. Raises UsageError, with the place of a mistake."""
    import json

    try:
        if os.path.getsize(path) > LARGEST:
            raise UsageError(f"{path}: larger than 25 MB, GitHub's limit for an event's payload")
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
    except OSError as error:
        raise UsageError(f"{path}: the event's payload can't be read: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    except (UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: not JSON: {error}") from None
    if not isinstance(data, dict):
        raise UsageError(f"{path}: an event's payload is a JSON object, not {type(data).__name__}")
    return data


def _made_up(
    event: str, repository: Repository, ref: str, inputs: Mapping[str, Any], schedule: str
) -> dict[str, Any]:
    if event == "push":
        return {
            "ref": ref,
            "before": NO_COMMIT,
            "after": repository.sha or NO_COMMIT,
            "base_ref": None,
            "created": False,
            "deleted": False,
            "forced": False,
            "head_commit": _commit(repository),
            "commits": [_commit(repository)] if repository.sha else [],
            "pusher": {"name": repository.actor},
        }
    if event in PULL_REQUEST:
        return {"action": "synchronize", "number": 1, "pull_request": _pull(repository)}
    if event == "workflow_dispatch":
        return {"ref": ref, "inputs": dict(inputs), "workflow": ""}
    if event == "schedule":
        return {"schedule": schedule}
    if event == "repository_dispatch":
        return {"action": "", "branch": repository.branch, "client_payload": {}}
    return {}


def _pull(repository: Repository) -> dict[str, Any]:
    def side(ref: str, sha: str) -> dict[str, Any]:
        return {
            "ref": ref,
            "sha": sha,
            "label": f"{_owner(repository)}:{ref}",
            "repo": _repository(repository),
            "user": _user(_owner(repository)),
        }

    head = repository.branch or "head"
    return {
        "number": 1,
        "state": "open",
        "draft": False,
        "merged": False,
        "title": head,
        "body": "",
        "labels": [],
        "user": _user(repository.actor),
        "head": side(head, repository.sha),
        "base": side(repository.default_branch, ""),
    }


def _pull_request(event: str, payload: dict[str, Any], repository: Repository) -> Cause:
    pull = payload.get("pull_request")
    pull = pull if isinstance(pull, dict) else {}
    base, head = (_side(pull, "base"), _side(pull, "head"))
    number = payload.get("number") or pull.get("number") or 1
    target = event == "pull_request_target"
    ref = f"refs/heads/{base}" if target else f"refs/pull/{number}/merge"
    actor = _sender(payload) or repository.actor
    return Cause(event, payload, ref, repository.sha, base, head, actor)


def _sender(payload: Mapping[str, Any]) -> str:
    sender = payload.get("sender")
    return _text(sender.get("login")) if isinstance(sender, dict) else ""


def _side(pull: Mapping[str, Any], name: str) -> str:
    side = pull.get(name)
    return _text(side.get("ref")) if isinstance(side, dict) else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _owner(repository: Repository) -> str:
    return repository.slug.partition("/")[0]


def _user(login: str) -> dict[str, Any]:
    return {"login": login, "type": "User"}


def _repository(repository: Repository) -> dict[str, Any]:
    owner, _, name = repository.slug.partition("/")
    url = f"https://github.com/{repository.slug}"
    return {
        "name": name,
        "full_name": repository.slug,
        "owner": _user(owner),
        "default_branch": repository.default_branch,
        "private": False,
        "fork": False,
        "html_url": url,
        "clone_url": f"{url}.git",
    }


def _commit(repository: Repository) -> dict[str, Any]:
    author = {"name": repository.actor, "username": repository.actor}
    return {"id": repository.sha, "message": repository.message, "author": author}
