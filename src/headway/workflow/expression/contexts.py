"""Which contexts and special functions there are at which workflow key.

Source: the table "Context availability" on GitHub's page "Contexts reference", and for keys
that it leaves out (and for action.yml) GitHub's published workflow and action schemas. Where
the two differ, what either of them allows is allowed.
"""

from __future__ import annotations

CONTEXTS = (
    "github",
    "inputs",
    "vars",
    "needs",
    "strategy",
    "matrix",
    "secrets",
    "steps",
    "job",
    "runner",
    "env",
    "jobs",
)
SPECIAL = ("hashFiles", "always", "success", "failure", "cancelled")  # the others are everywhere

_EARLY = "github inputs vars"
_NEEDS = f"{_EARLY} needs"
_JOB = f"{_NEEDS} strategy matrix"
_RUNNER = f"{_JOB} steps job runner env"
_ACTION = "github inputs strategy matrix steps job runner env"
_STATUS = "always success failure cancelled"
_STEP = (f"{_RUNNER} secrets", "hashFiles")
_CREDENTIALS = (f"{_JOB} secrets env", "")

# A part in <> of a key is a name that the user chose, whatever stands between the brackets.
# A key below one in the table has what its nearest ancestor has.
_TABLE: dict[str, tuple[str, str]] = {
    "run-name": (_EARLY, ""),
    "concurrency": (_EARLY, ""),
    "env": (f"{_EARLY} secrets", ""),
    "on.workflow_call.inputs.<>.default": (_EARLY, ""),
    "on.workflow_call.outputs.<>.value": (f"{_EARLY} jobs", ""),
    "jobs.<>.name": (_JOB, ""),
    "jobs.<>.if": (_NEEDS, _STATUS),
    "jobs.<>.runs-on": (_JOB, ""),
    "jobs.<>.environment": (_JOB, ""),
    "jobs.<>.environment.url": (_RUNNER, ""),
    "jobs.<>.concurrency": (_JOB, ""),
    "jobs.<>.outputs.<>": (f"{_RUNNER} secrets", ""),
    "jobs.<>.env": (f"{_JOB} secrets", ""),
    "jobs.<>.defaults.run": (f"{_JOB} env", ""),
    "jobs.<>.timeout-minutes": (_JOB, ""),
    "jobs.<>.cancel-timeout-minutes": (_JOB, ""),
    "jobs.<>.strategy": (_NEEDS, ""),
    "jobs.<>.continue-on-error": (_JOB, ""),
    "jobs.<>.container": (_JOB, ""),
    "jobs.<>.container.credentials": _CREDENTIALS,
    "jobs.<>.container.env.<>": (f"{_RUNNER} secrets", ""),
    "jobs.<>.services": (_JOB, ""),
    "jobs.<>.services.<>.credentials": _CREDENTIALS,
    "jobs.<>.services.<>.env.<>": (f"{_RUNNER} secrets", ""),
    "jobs.<>.with.<>": (_JOB, ""),
    "jobs.<>.secrets.<>": (f"{_JOB} secrets", ""),
    "jobs.<>.snapshot": (_JOB, ""),
    "jobs.<>.snapshot.if": (_RUNNER, f"{_STATUS} hashFiles"),
    "jobs.<>.steps.name": _STEP,
    "jobs.<>.steps.if": (_RUNNER, f"{_STATUS} hashFiles"),
    "jobs.<>.steps.run": _STEP,
    "jobs.<>.steps.with": _STEP,
    "jobs.<>.steps.env": _STEP,
    "jobs.<>.steps.working-directory": _STEP,
    "jobs.<>.steps.continue-on-error": _STEP,
    "jobs.<>.steps.timeout-minutes": _STEP,
    # action.yml
    "inputs.<>.default": ("github strategy matrix job runner", "hashFiles"),
    "outputs.<>.value": (_ACTION, ""),
    "runs.args": ("inputs", ""),
    "runs.env": ("inputs", ""),
    "runs.pre-if": ("github inputs strategy matrix job runner env", f"{_STATUS} hashFiles"),
    "runs.post-if": ("github inputs strategy matrix job runner env", f"{_STATUS} hashFiles"),
    "runs.steps.name": (_ACTION, "hashFiles"),
    "runs.steps.if": (_ACTION, f"{_STATUS} hashFiles"),
    "runs.steps.run": (_ACTION, "hashFiles"),
    "runs.steps.shell": (_ACTION, "hashFiles"),
    "runs.steps.with": (_ACTION, "hashFiles"),
    "runs.steps.env": (_ACTION, "hashFiles"),
    "runs.steps.working-directory": (_ACTION, "hashFiles"),
    "runs.steps.continue-on-error": (_ACTION, "hashFiles"),
}
_found: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}


def available(key: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Contexts and special functions at a workflow key such as `jobs.<job_id>.steps.run`.

    Both empty: expressions may not be used there at all.
    """
    found = _found.get(key)
    if found is None:
        words = ["<>" if word.startswith("<") else word for word in key.split(".")]
        while words and ".".join(words) not in _TABLE:
            words.pop()
        contexts, functions = _TABLE.get(".".join(words), ("", ""))
        names = contexts.split()
        found = tuple(c for c in CONTEXTS if c in names), tuple(functions.split())
        _found[key] = found
    return found


def keys() -> tuple[str, ...]:
    """Every key of the table, names that users choose written as `<>`."""
    return tuple(_TABLE)
