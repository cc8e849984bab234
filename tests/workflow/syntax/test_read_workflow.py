"""What a workflow file says ends up in the records of the model, with nothing to complain about."""

from __future__ import annotations

import pickle
from textwrap import dedent, indent
from typing import Any

import pytest

from headway.errors import Place
from headway.workflow.expression import Scope, Template, resolve
from headway.workflow.model import Job, Step, Trigger, Workflow
from headway.workflow.syntax import read_workflow

STEPS = "    steps:\n      - run: make\n"


def workflow(text: str) -> Workflow:
    found, problems = read_workflow(dedent(text), "ci.yml")
    assert [f"{p.place} {p.message}" for p in problems] == []
    assert found is not None
    return found


def trigger(text: str) -> Trigger:
    on = indent(dedent(text), "  ")
    (found,) = workflow(f"on:\n{on}\njobs:\n  a:\n    runs-on: x\n{STEPS}").on
    return found


def job(text: str) -> Job:
    """A job with more keys beside its steps."""
    own = indent(dedent(text), "    ")
    runs_on = "" if "runs-on:" in text else "    runs-on: x\n"
    return workflow(
        f"on: push\njobs:\n  other: {{runs-on: x, steps: [run: a]}}\n  a:\n{runs_on}{own}\n{STEPS}"
    ).jobs["a"]


def call(text: str) -> Job:
    own = indent(dedent(text), "    ")
    return workflow(f"on: push\njobs:\n  a:\n{own}\n").jobs["a"]


def steps(text: str) -> tuple[Step, ...]:
    own = indent(dedent(text), "      ")
    return workflow(f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{own}\n").jobs["a"].steps


def plain(data: Any) -> Any:
    """Data with templates as their text."""
    if isinstance(data, Template):
        return data.raw
    if isinstance(data, dict):
        return {plain(key): plain(value) for key, value in data.items()}
    return [plain(item) for item in data] if isinstance(data, list | tuple) else data


# --- the whole --------------------------------------------------------------------------------


def test_the_keys_of_a_workflow() -> None:
    found = workflow(
        """\
        name: CI
        description: Builds and tests
        run-name: by ${{ github.actor }}
        on: [push, pull_request]
        permissions: {contents: read, id-token: write}
        env: {A: 1, B: true, C: ~, D: 1.50, E: '${{ github.sha }}'}
        defaults: {run: {shell: bash, working-directory: src}}
        concurrency: ci-${{ github.ref }}
        jobs:
          build:
            runs-on: ubuntu-latest
            steps: [run: make]
        """
    )
    assert (found.path, found.name, found.place) == ("ci.yml", "CI", Place("ci.yml", 1, 1))
    assert plain(found.run_name) == "by ${{ github.actor }}"
    assert [t.event for t in found.on] == ["push", "pull_request"]
    assert found.permissions == {"contents": "read", "id-token": "write"}
    env = {"A": "1", "B": "true", "C": "", "D": "1.5", "E": "${{ github.sha }}"}
    assert plain(found.env) == env
    assert (found.defaults.shell, found.defaults.working_directory) == ("bash", "src")
    assert found.concurrency is not None
    assert plain(found.concurrency.group) == "ci-${{ github.ref }}"
    assert list(found.jobs) == ["build"]


@pytest.mark.parametrize(
    ("written", "name"), [("1.10", "1.10"), ("true", "true"), ("'1.10'", "1.10"), ("", "")]
)
def test_a_workflow_s_name_is_as_it_is_written(written: str, name: str) -> None:
    text = f"name: {written}\non: push\njobs: {{a: {{runs-on: x, steps: [run: a]}}}}"
    assert workflow(text).name == name


def test_what_was_read_can_be_kept() -> None:
    text = "on: push\nenv: {A: '${{ github.ref }}'}\njobs: {a: {runs-on: x, steps: [run: a]}}"
    found = workflow(text)
    assert pickle.loads(pickle.dumps(found)) == found


def test_an_alias_may_stand_for_a_job_or_a_part_of_one() -> None:
    found = workflow(
        """\
        on: push
        env: &env {A: b}
        jobs:
          one: &one
            runs-on: x
            env: *env
            steps: [run: make]
          two: *one
        """
    )
    assert found.jobs["two"].env == {"A": "b"} == found.env
    assert found.jobs["two"].id == "two"


# --- on ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("on", ["push", "[push]", "{push: }", "{push: {}}", "[push, push]"])
def test_forms_of_on(on: str) -> None:
    found = workflow(f"on: {on}\njobs: {{a: {{runs-on: x, steps: [run: a]}}}}").on
    assert [t.replace(place=Place("", 0, 0)) for t in found] == [Trigger("push", Place("", 0, 0))]


def test_filters_keep_their_order_and_one_may_stand_alone() -> None:
    found = trigger(
        """\
        push:
          branches: [main, '!dev/**', 'v[12].x']
          tags-ignore: v0
          paths:
            - '**.py'
            - 3.10
        """
    )
    assert found.branches == ("main", "!dev/**", "v[12].x")
    assert found.tags_ignore == ("v0",)
    assert found.paths == ("**.py", "3.1")
    assert (found.tags, found.branches_ignore, found.paths_ignore) == (None, None, None)


def test_an_empty_filter_is_none_and_an_empty_list_is_one() -> None:
    found = trigger("pull_request:\n  branches:\n  paths: []\n  types: opened\n")
    assert (found.branches, found.paths, found.types) == (None, (), ("opened",))


def test_schedules() -> None:
    found = trigger(
        """\
        schedule:
          - cron: '30 5 * * 1,3'
          - cron: '0 9 * * MON-FRI'
            timezone: Europe/Berlin
        """
    )
    assert [(s.cron, s.timezone) for s in found.schedules] == [
        ("30 5 * * 1,3", "UTC"),
        ("0 9 * * MON-FRI", "Europe/Berlin"),
    ]


def test_other_events() -> None:
    run = trigger("workflow_run:\n  workflows: [CI]\n  types: [completed]\n  branches: main\n")
    assert (run.workflows, run.types, run.branches) == (("CI",), ("completed",), ("main",))
    assert trigger("repository_dispatch: {types: [my-own]}").types == ("my-own",)
    image = trigger("image_version: {names: [mine], versions: '1.*'}")
    assert (image.names, image.versions) == (("mine",), ("1.*",))


def test_inputs_of_a_dispatch() -> None:
    found = trigger(
        """\
        workflow_dispatch:
          inputs:
            any:
            level: {description: How loud, type: choice, options: [low, high, 3], default: low}
            fast: {type: boolean, required: true, default: 'false'}
            count: {type: number, default: 3}
            where: {type: environment}
        """
    )
    inputs = found.inputs
    assert [(i.name, i.type) for i in inputs.values()] == [
        ("any", "string"),
        ("level", "choice"),
        ("fast", "boolean"),
        ("count", "number"),
        ("where", "environment"),
    ]
    assert inputs["level"].options == ("low", "high", "3")
    assert (inputs["level"].default, inputs["count"].default) == ("low", 3)
    assert (inputs["fast"].required, inputs["fast"].default) == (True, "false")


def test_what_a_reusable_workflow_takes_and_gives() -> None:
    found = trigger(
        """\
        workflow_call:
          inputs:
            ref: {type: string, default: '${{ github.ref }}', description: Which}
            fast: {type: boolean, required: true}
          secrets:
            token: {required: true}
            other:
          outputs:
            digest: {value: '${{ jobs.a.outputs.digest }}', description: Of the image}
        """
    )
    assert plain(found.inputs["ref"].default) == "${{ github.ref }}"
    assert (found.inputs["fast"].type, found.inputs["fast"].required) == ("boolean", True)
    assert [(s.name, s.required) for s in found.secrets.values()] == [
        ("token", True),
        ("other", False),
    ]
    assert plain(found.outputs["digest"].value) == "${{ jobs.a.outputs.digest }}"


# --- jobs -------------------------------------------------------------------------------------


def test_the_keys_of_a_job() -> None:
    found = job(
        """\
        name: Build ${{ matrix.os }}
        needs: other
        if: github.ref == 'refs/heads/main'
        permissions: read-all
        env: {A: b}
        outputs: {sum: '${{ steps.sum.outputs.value }}'}
        timeout-minutes: 30
        cancel-timeout-minutes: 5
        continue-on-error: ${{ matrix.experimental }}
        defaults: {run: {shell: 'perl {0}', working-directory: '${{ matrix.dir }}'}}
        """
    )
    assert plain(found.name) == "Build ${{ matrix.os }}"
    assert found.needs == ("other",)
    assert found.if_ is not None
    assert found.if_.raw == "github.ref == 'refs/heads/main'"
    assert found.permissions is not None
    assert (found.permissions["contents"], found.permissions["id-token"]) == ("read", "none")
    assert found.env == {"A": "b"}
    assert plain(found.outputs) == {"sum": "${{ steps.sum.outputs.value }}"}
    assert (found.timeout_minutes, found.cancel_timeout_minutes) == (30, 5)
    assert plain(found.continue_on_error) == "${{ matrix.experimental }}"
    assert (found.defaults.shell, plain(found.defaults.working_directory)) == (
        "perl {0}",
        "${{ matrix.dir }}",
    )
    assert found.place == Place("ci.yml", 4, 3)


@pytest.mark.parametrize(
    ("written", "labels", "group"),
    [
        ("ubuntu-latest", "ubuntu-latest", None),
        ("[self-hosted, '${{ matrix.os }}']", ["self-hosted", "${{ matrix.os }}"], None),
        ("${{ fromJSON(vars.LABELS) }}", "${{ fromJSON(vars.LABELS) }}", None),
        ("{group: org/big, labels: [x64]}", ["x64"], "org/big"),
        ("{labels: '${{ matrix.os }}'}", "${{ matrix.os }}", None),
    ],
)
def test_forms_of_runs_on(written: str, labels: object, group: str | None) -> None:
    found = job(f"runs-on: {written}").runs_on
    assert found is not None
    assert (plain(found.labels), found.group) == (labels, group)


@pytest.mark.parametrize(
    ("written", "name", "url", "deployment"),
    [
        ("production", "production", None, True),
        ("${{ github.ref_name }}", "${{ github.ref_name }}", None, True),
        ("{name: a, url: '${{ steps.a.outputs.b }}'}", "a", "${{ steps.a.outputs.b }}", True),
        ("{name: a, deployment: false}", "a", None, False),
    ],
)
def test_forms_of_environment(written: str, name: str, url: object, deployment: bool) -> None:
    found = job(f"environment: {written}").environment
    assert found is not None
    assert (plain(found.name), plain(found.url), found.deployment) == (name, url, deployment)


def test_an_empty_environment_is_none() -> None:
    assert job("environment: ''").environment is None


@pytest.mark.parametrize(
    ("written", "group", "cancel", "queue"),
    [
        ("ci", "ci", False, "single"),
        ("{group: '${{ vars.A }}', cancel-in-progress: true}", "${{ vars.A }}", True, "single"),
        ("{group: a, queue: max}", "a", False, "max"),
        ("{group: a, cancel-in-progress: '${{ true }}'}", "a", "${{ true }}", "single"),
    ],
)
def test_forms_of_concurrency(written: str, group: str, cancel: object, queue: str) -> None:
    found = job(f"concurrency: {written}").concurrency
    assert found is not None
    assert (plain(found.group), plain(found.cancel_in_progress), found.queue) == (
        group,
        cancel,
        queue,
    )


def test_a_matrix_keeps_the_types_of_its_values() -> None:
    found = job(
        """\
        strategy:
          fail-fast: false
          max-parallel: 2
          matrix:
            python: [3.9, '3.10', ~, true]
            from: ${{ fromJSON(needs.other.outputs.list) }}
            deep: [{a: [1, {b: '${{ github.sha }}'}]}]
            include:
              - {python: 3.9, extra: yes}
              - ${{ fromJSON('{}') }}
            exclude: ${{ fromJSON('[]') }}
        """
    ).strategy
    assert found is not None
    assert (found.fail_fast, found.max_parallel) == (False, 2)
    assert plain(found.matrix) == {
        "python": [3.9, "3.10", None, True],
        "from": "${{ fromJSON(needs.other.outputs.list) }}",
        "deep": [{"a": [1, {"b": "${{ github.sha }}"}]}],
        "include": [{"python": 3.9, "extra": "yes"}, "${{ fromJSON('{}') }}"],
        "exclude": "${{ fromJSON('[]') }}",
    }


@pytest.mark.parametrize(
    ("given", "matrix", "fail_fast", "limit"),
    [
        ("{'matrix': {'a': [1]}}", {"a": [1]}, True, None),
        ("{'matrix': {'a': [1]}, 'fail-fast': false}", {"a": [1]}, False, None),
        ("{'fail-fast': true, 'max-parallel': 2}", None, True, 2),
    ],
)
def test_one_expression_may_give_the_whole_strategy(
    given: str, matrix: object, fail_fast: bool, limit: int | None
) -> None:
    text = given.replace("'", '"')
    found = job(f"strategy: >-\n  ${{{{ fromJSON('{text}') }}}}").strategy
    assert found is not None
    scope = Scope({})
    parts = [resolve(p, scope) for p in (found.matrix, found.fail_fast, found.max_parallel)]
    assert parts == [matrix, fail_fast, limit]


def test_containers_and_services() -> None:
    found = job(
        """\
        container:
          image: node:${{ matrix.node }}
          env: {A: 1, B: '${{ secrets.B }}'}
          ports: [80, 8080:80]
          volumes: ['/a:/b']
          options: --cpus 1
          credentials: {username: me, password: '${{ secrets.P }}'}
        services:
          db: postgres:16
          web: {image: nginx, command: run it, entrypoint: /bin/sh}
        """
    )
    container = found.container
    assert container is not None
    assert plain(container.image) == "node:${{ matrix.node }}"
    assert plain(container.env) == {"A": "1", "B": "${{ secrets.B }}"}
    assert (container.ports, container.volumes) == (["80", "8080:80"], ["/a:/b"])
    assert container.options == "--cpus 1"
    assert container.credentials is not None
    assert plain(container.credentials.password) == "${{ secrets.P }}"
    assert isinstance(found.services, dict)
    assert [(s.name, s.image) for s in found.services.values()] == [
        ("db", "postgres:16"),
        ("web", "nginx"),
    ]
    assert (found.services["web"].command, found.services["web"].entrypoint) == (
        "run it",
        "/bin/sh",
    )


@pytest.mark.parametrize("written", ["''", "", "{image: ''}", "{image: }"])
def test_an_empty_image_means_no_container(written: str) -> None:
    assert job(f"container: {written}").container is None


def test_expressions_may_give_a_container_its_services_and_its_credentials() -> None:
    found = job(
        """\
        container: ${{ matrix.container }}
        services: ${{ fromJSON(vars.SERVICES) }}
        """
    )
    assert found.container is not None
    assert plain(found.container.image) == "${{ matrix.container }}"
    assert plain(found.services) == "${{ fromJSON(vars.SERVICES) }}"
    both = job("container: {image: a, credentials: '${{ fromJSON(secrets.BOTH) }}'}").container
    assert both is not None
    assert both.credentials is not None
    scope = Scope({"secrets": {"BOTH": '{"username": "me", "password": "x"}'}})
    assert resolve(both.credentials.username, scope) == "me"
    assert resolve(both.credentials.password, scope) == "x"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("mine", "mine"),
        ("{image-name: mine, version: 2.*}", {"image-name": "mine", "version": "2.*"}),
        ("{image-name: mine, if: always()}", {"image-name": "mine", "if": "always()"}),
    ],
)
def test_forms_of_snapshot(written: str, expected: object) -> None:
    assert plain(job(f"snapshot: {written}").snapshot) == expected


def test_a_call_of_a_reusable_workflow() -> None:
    found = call(
        """\
        uses: octo/repo/.github/workflows/build.yml@v1
        with: {flag: true, count: 2, text: 'a ${{ github.sha }}', nothing: }
        secrets: {token: '${{ secrets.TOKEN }}'}
        strategy: {matrix: {os: [a, b]}}
        """
    )
    assert found.uses == "octo/repo/.github/workflows/build.yml@v1"
    assert found.uses_place == Place("ci.yml", 4, 11)
    given = {"flag": True, "count": 2, "text": "a ${{ github.sha }}", "nothing": ""}
    assert plain(found.with_) == given
    assert plain(found.secrets) == {"token": "${{ secrets.TOKEN }}"}
    assert found.steps == ()


@pytest.mark.parametrize(
    "uses",
    ["./.github/workflows/a.yml", "$/.github/workflows/a.yaml", "o/r/.github/workflows/a.yml@main"],
)
def test_forms_of_a_job_s_uses(uses: str) -> None:
    assert call(f"uses: {uses}\nsecrets: inherit").secrets == "inherit"


# --- steps ------------------------------------------------------------------------------------


def test_the_keys_of_steps() -> None:
    run, uses = steps(
        """\
        - name: Build ${{ matrix.os }}
          id: build
          if: always() && matrix.os
          run: |
            make
            echo ${{ github.sha }}
          shell: bash
          working-directory: ${{ github.workspace }}/src
          env: {A: 1}
          continue-on-error: true
          timeout-minutes: ${{ matrix.minutes }}
        - uses: actions/cache@v4
          with: {path: a, lookup-only: true, size: 1.0, key: '${{ hashFiles(''a'') }}'}
          if: ${{ github.ref == 'a' }}
        """
    )
    assert (plain(run.name), run.id) == ("Build ${{ matrix.os }}", "build")
    assert run.if_ is not None
    assert run.if_.needs_success is False
    assert plain(run.run) == "make\necho ${{ github.sha }}\n"
    assert (run.shell, plain(run.working_directory)) == ("bash", "${{ github.workspace }}/src")
    assert (run.env, run.continue_on_error) == ({"A": "1"}, True)
    assert plain(run.timeout_minutes) == "${{ matrix.minutes }}"
    assert run.place == Place("ci.yml", 6, 9)
    assert (uses.uses, uses.uses_place) == ("actions/cache@v4", Place("ci.yml", 17, 15))
    given = {"path": "a", "lookup-only": "true", "size": "1", "key": "${{ hashFiles('a') }}"}
    assert plain(uses.with_) == given
    assert uses.if_ is not None
    assert uses.if_.needs_success


@pytest.mark.parametrize(
    "uses",
    [
        "actions/checkout@v4",
        "actions/aws/ec2/deep@main",
        "./.github/actions/own",
        "./",
        "$/.github/actions/own",
        "docker://alpine:3.8",
        "docker://ghcr.io/octo/image@sha256:abc",
        "octo/repo@feature/branch",
    ],
)
def test_forms_of_a_step_s_uses(uses: str) -> None:
    (step,) = steps(f"- uses: {uses}")
    assert step.uses == uses


def test_background_steps() -> None:
    server, db, wait, one, cancel, every = steps(
        """\
        - {id: server, run: serve, background: true}
        - {id: db, uses: ./db, background: true}
        - {wait: [server, db], continue-on-error: true, name: both}
        - wait: db
        - {cancel: Server, id: stop}
        - wait-all:
        """
    )
    assert (server.background, db.background) == (True, True)
    assert (wait.wait, wait.continue_on_error, wait.name) == (("server", "db"), True, "both")
    assert (one.wait, cancel.cancel, every.wait_all) == (("db",), "Server", True)


def test_a_parallel_group() -> None:
    group, _ = steps(
        """\
        - parallel:
            - {id: a, run: make a}
            - uses: ./b
        - run: done
        """
    )
    assert [(s.run, s.uses) for s in group.parallel] == [("make a", None), (None, "./b")]


@pytest.mark.parametrize(
    ("written", "raw"),
    [("true", "true"), ("1", "1"), ("always()", "always()"), ("'!cancelled()'", "!cancelled()")],
)
def test_an_if_may_be_a_value_too(written: str, raw: str) -> None:
    (step,) = steps(f"- {{run: a, if: {written}}}")
    assert step.if_ is not None
    assert step.if_.raw == raw


@pytest.mark.parametrize("written", ["", "''", "' '"])
def test_an_empty_if_is_none(written: str) -> None:
    (step,) = steps(f"- run: a\n  if: {written}")
    assert step.if_ is None


def test_a_constant_expression_is_the_string_that_it_is() -> None:
    (step,) = steps("- run: ${{ '{{ a }}' }}\n  id: ${{ 'own' }}\n  shell: ${{ 'bash' }}\n")
    assert (step.run, step.id, step.shell) == ("{{ a }}", "own", "bash")


def test_a_mapping_may_be_one_expression_and_a_key_another() -> None:
    one, two = steps(
        """\
        - {run: a, env: '${{ fromJSON(vars.ENV) }}'}
        - run: a
          env:
            ${{ matrix.name }}: b
        """
    )
    assert plain(one.env) == "${{ fromJSON(vars.ENV) }}"
    assert plain(two.env) == {"${{ matrix.name }}": "b"}
    scope = Scope({"matrix": {"name": "N"}})
    assert resolve(two.env, scope) == {"N": "b"}


# --- what is there when something is wrong ------------------------------------------------------


def test_what_is_right_is_read_beside_mistakes() -> None:
    text = "on: [push, pul]\njobs:\n  a: {runs-on: x, steps: [run: a, walk: b]}\n  b: {uses: x}\n"
    found, problems = read_workflow(text, "ci.yml")
    assert found is not None
    assert [t.event for t in found.on] == ["push"]
    assert (list(found.jobs), len(found.jobs["a"].steps)) == (["a", "b"], 1)
    assert [p.place.line for p in problems] == [1, 3, 4]


def test_problems_come_in_the_order_of_the_file() -> None:
    text = "jobs:\n  a: {runs-on: x, steps: [walk: b]}\nfoo: 1\non: pul\n"
    places = [(p.place.line, p.place.column) for p in read_workflow(text, "ci.yml")[1]]
    assert places == sorted(places)


@pytest.mark.parametrize("text", ["", "# only a comment", "a: b: c", "\x00", "- a\n", "text"])
def test_there_is_no_workflow_when_nothing_can_be_made_of_the_text(text: str) -> None:
    found, problems = read_workflow(text, "ci.yml")
    assert found is None
    assert problems


def test_a_long_cycle_of_needs_is_shown_whole() -> None:
    jobs = "".join(
        f"  j{i}: {{runs-on: x, needs: j{(i + 1) % 3000}, steps: [run: a]}}\n" for i in range(3000)
    )
    _, problems = read_workflow(f"on: push\njobs:\n{jobs}", "ci.yml")
    assert len(problems) == 1
    assert "j0 → j1 → j2 →" in problems[0].message
