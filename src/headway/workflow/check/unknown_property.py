"""`github.x`, `runner.x`, `job.x`, `strategy.x` and results that GitHub doesn't know."""

from __future__ import annotations

from headway.errors import did_you_mean, nearest
from headway.workflow.check.mention import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject

ID = "unknown-property"
SUMMARY = "A context has no such property: it is always empty."

# Page "Contexts reference". Context → (number of the name, the names that exist there).
_STEP = ("outputs", "outcome", "conclusion")
_JOB = ("outputs", "result")
_GITHUB = """
    action action_path action_ref action_repository action_status actor actor_id api_url artifacts
    artifacts_list base_ref env event event_name event_path graphql_url head_ref job output path
    ref ref_name ref_protected ref_type repository repositoryUrl repository_id repository_owner
    repository_owner_id repository_visibility retention_days run_attempt run_id run_number
    secret_source server_url sha state step_summary token triggering_actor workflow workflow_ref
    workflow_sha workspace
"""
_JOB_OWN = """
    check_run_id container services status workflow_file_path workflow_ref workflow_repository
    workflow_sha
"""
# What people write for what GitHub calls otherwise.
_MEANT = {
    "branch": "ref_name",
    "tag": "ref_name",
    "commit": "sha",
    "user": "actor",
    "repo": "repository",
    "owner": "repository_owner",
    "pull_request": "event.pull_request",
    "issue": "event.issue",
    "inputs": "event.inputs",
}
_RUNNER = "arch debug environment name os temp tool_cache workspace"
PROPERTIES: dict[str, tuple[int, tuple[str, ...]]] = {
    "github": (1, tuple(_GITHUB.split())),
    "runner": (1, tuple(_RUNNER.split())),
    "job": (1, tuple(_JOB_OWN.split())),
    "strategy": (1, ("fail-fast", "job-index", "job-total", "max-parallel")),
    "steps": (2, _STEP),
    "needs": (2, _JOB),
    "jobs": (2, _JOB),
}


def check(subject: Subject) -> Iterator[Problem]:
    for context, (index, known) in PROPERTIES.items():
        for mention in subject.mentions(context):
            name = mention.name(index)
            if name in ("", ANY) or name in {k.lower() for k in known}:
                continue
            where = ".".join(mention.names[:index])
            yield subject.about(
                ID,
                f'{where} has no "{mention.names[index]}", so {mention} is always empty',
                mention,
                hint=_hint(context, name, known),
            )


def _hint(context: str, name: str, known: tuple[str, ...]) -> str:
    meant = _MEANT.get(name) if context == "github" else None
    if meant is None and nearest(name, known) is None and len(known) > 10:
        return 'GitHub\'s page "Contexts reference" lists them'
    return f'did you mean "{meant}"?' if meant else did_you_mean(name, known)
