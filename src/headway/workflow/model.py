"""What a workflow file says, once read and checked: one record for each thing in it.

Names follow GitHub's workflow syntax page; a key that is a Python word gets an underscore.
`Data` is any YAML value; a string that holds `${{ }}` has become a `Template`, everything
else is already what it will be (so a constant costs nothing to evaluate).
"""

from __future__ import annotations

from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from headway.errors import Place
    from headway.workflow.expression import Condition, Template

    Data: TypeAlias = bool | int | float | str | Template | "list[Data]" | "dict[str, Data]" | None
    Map: TypeAlias = Mapping[str, Data]

NOTHING: Map = {}  # the empty default of every mapping below; never written to


class Input(Value):
    """An input of workflow_dispatch, workflow_call or an action."""

    name: str
    place: Place
    type: str = "string"  # string boolean number choice environment
    description: str = ""
    required: bool = False
    default: Data = None
    options: tuple[str, ...] = ()
    deprecation: str = ""


class SecretInput(Value):
    name: str
    place: Place
    required: bool = False
    description: str = ""


class Output(Value):
    """An output of a reusable workflow or a composite action: `value` is a template."""

    name: str
    place: Place
    value: Data = None
    description: str = ""


class Schedule(Value):
    cron: str
    place: Place
    timezone: str = "UTC"


class Trigger(Value):
    """One event under `on:`. A filter that is absent is None; patterns keep their order."""

    event: str
    place: Place
    types: tuple[str, ...] | None = None
    branches: tuple[str, ...] | None = None
    branches_ignore: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    tags_ignore: tuple[str, ...] | None = None
    paths: tuple[str, ...] | None = None
    paths_ignore: tuple[str, ...] | None = None
    workflows: tuple[str, ...] = ()  # workflow_run
    names: tuple[str, ...] | None = None  # image_version
    versions: tuple[str, ...] | None = None  # image_version
    schedules: tuple[Schedule, ...] = ()  # schedule
    inputs: Mapping[str, Input] = {}  # workflow_dispatch, workflow_call
    secrets: Mapping[str, SecretInput] = {}  # workflow_call
    outputs: Mapping[str, Output] = {}  # workflow_call


class Defaults(Value):
    shell: Data = None
    working_directory: Data = None


class Concurrency(Value):
    group: Data
    place: Place
    cancel_in_progress: Data = False
    queue: str = "single"


class Environment(Value):
    name: Data
    place: Place
    url: Data = None
    deployment: Data = True  # false: the environment's rules and secrets, but no deployment


class RunsOn(Value):
    labels: Data  # a string, a list of strings, or a template that gives either
    place: Place
    group: Data = None


class Credentials(Value):
    username: Data
    password: Data


class Container(Value):
    """A job container or a service; `name` is "" for the job's own."""

    name: str
    image: Data
    place: Place
    env: Data = None
    ports: Data = None
    volumes: Data = None
    options: Data = None
    credentials: Credentials | None = None
    command: Data = None
    entrypoint: Data = None


class Strategy(Value):
    """`matrix` is a mapping (with `include` and `exclude` in it) or a template giving one."""

    place: Place
    matrix: Data = None
    fail_fast: Data = True
    max_parallel: Data = None


class Step(Value):
    """One step. Exactly one of run, uses, wait, wait_all, cancel or parallel is set."""

    place: Place
    id: str = ""
    name: Data = None
    if_: Condition | None = None
    run: Data = None
    uses: str | None = None
    uses_place: Place | None = None
    with_: Map = NOTHING
    env: Data = None
    shell: Data = None
    working_directory: Data = None
    continue_on_error: Data = False
    timeout_minutes: Data = None
    background: bool = False
    wait: tuple[str, ...] = ()
    wait_all: bool = False
    cancel: str = ""
    parallel: tuple[Step, ...] = ()


class Job(Value):
    """One job: either `steps` with `runs_on`, or a call of a reusable workflow (`uses`)."""

    id: str
    place: Place
    name: Data = None
    needs: tuple[str, ...] = ()
    if_: Condition | None = None
    runs_on: RunsOn | None = None
    permissions: Mapping[str, str] | None = None
    environment: Environment | None = None
    concurrency: Concurrency | None = None
    outputs: Map = NOTHING
    env: Data = None
    defaults: Defaults = Defaults()
    steps: tuple[Step, ...] = ()
    timeout_minutes: Data = None
    cancel_timeout_minutes: Data = None
    strategy: Strategy | None = None
    continue_on_error: Data = False
    container: Container | None = None
    services: Mapping[str, Container] | Template = {}
    uses: str | None = None
    uses_place: Place | None = None
    with_: Map = NOTHING
    secrets: Mapping[str, Data] | str = {}  # or "inherit"
    snapshot: Data = None


class Origin(Value):
    """Where a workflow of another repository is from. `folder` has the repository's files."""

    repository: str  # owner/name
    ref: str
    commit: str
    folder: str
    path: str  # of the workflow in it


class Workflow(Value):
    """One file under .github/workflows. `path` is relative to the repository's root."""

    path: str
    place: Place
    on: tuple[Trigger, ...]
    jobs: Mapping[str, Job]
    name: str = ""  # "" when absent: GitHub then shows the path
    run_name: Data = None
    permissions: Mapping[str, str] | None = None
    env: Data = None
    defaults: Defaults = Defaults()
    concurrency: Concurrency | None = None
    origin: Origin | None = None  # None: this repository

    def trigger(self, event: str) -> Trigger | None:
        return next((t for t in self.on if t.event == event), None)


class Action(Value):
    """An action.yml: `using` is composite, node20, node24, docker, …"""

    path: str  # of the metadata file
    place: Place
    using: str
    name: str = ""
    inputs: Mapping[str, Input] = {}
    outputs: Mapping[str, Output] = {}
    steps: tuple[Step, ...] = ()  # composite
    main: str = ""  # JavaScript
    pre: str = ""
    pre_if: Condition | None = None
    post: str = ""
    post_if: Condition | None = None
    image: str = ""  # docker
    args: tuple[Data, ...] = ()
    env: Map = NOTHING
    entrypoint: str = ""
    pre_entrypoint: str = ""
    post_entrypoint: str = ""
