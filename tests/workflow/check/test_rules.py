"""What rules report, and what they leave alone. docs/lint.md has the typical case of each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from headway.errors import Problem

Check = Callable[..., list[Problem]]


def workflow(steps: str = "- run: make", *, on: str = "push", job: str = "", top: str = "") -> str:
    """One job `build`; `steps`, `job` and `top` are YAML at their own level."""
    return (
        f"on: {on}\n{top}\njobs:\n  build:\n    runs-on: ubuntu-latest\n{indent(job, 4)}\n"
        f"    steps:\n{indent(steps, 6)}\n"
    )


def indent(text: str, by: int) -> str:
    return "\n".join(" " * by + line for line in text.split("\n") if line.strip())


DISPATCH = "{workflow_dispatch: {inputs: {flag: {type: boolean}, name: {type: string}}}}"
OUTPUT = '- id: v\n  run: echo "version=1" >> "$GITHUB_OUTPUT"\n'
USES_V = "outputs: {v: '${{ steps.v.outputs.version }}'}"
SHA = "0123456789abcdef0123456789abcdef01234567"

REPORTED = {
    "script-injection": [
        workflow("- run: echo ${{ github.head_ref }}"),
        workflow("- run: echo ${{ github.event.issue['title'] }}"),
        workflow("- run: echo ${{ github.event.commits[0].message }}"),
        workflow("- run: echo ${{ join(github.event.commits.*.message) }}"),
        workflow("- run: echo '${{ toJSON(github.event) }}'"),
        workflow("- run: echo ${{ format('{0}', github.event.comment.body) }}"),
        workflow("- run: echo ${{ github.event.pull_request.body || 'none' }}"),
        workflow("- run: echo ${{ github.event.workflow_run.head_branch }}"),
        workflow(
            "- uses: actions/github-script@v7\n"
            "  with: {script: 'console.log(`${{ github.event.issue.title }}`)'}"
        ),
        workflow("- run: echo ${{ env.T }}\n  env: {T: '${{ github.event.issue.title }}'}"),
        workflow("- run: echo ${{ env.T }}", top="env: {T: '${{ github.head_ref }}'}"),
    ],
    "unsafe-checkout": [
        workflow(
            f"- uses: actions/checkout@v4\n  with: {{{given}}}", on="[push, pull_request_target]"
        )
        for given in (
            "ref: '${{ github.head_ref }}'",
            "ref: 'refs/pull/${{ github.event.number }}/merge'",
            "repository: '${{ github.event.pull_request.head.repo.full_name }}'",
        )
    ],
    "unpinned-action": [
        workflow("- uses: example/action@v1"),
        workflow("- uses: example/action/inner@main"),
        workflow("- uses: actions/checkout@main"),
        "on: push\njobs:\n  a:\n    uses: o/r/.github/workflows/x.yml@v1\n",
    ],
    "write-all": [workflow(job="permissions: write-all")],
    "hardcoded-password": [
        workflow(job="services: {db: {image: a, credentials: {username: u, password: p}}}")
    ],
    "retired-action": [
        workflow("- uses: actions/cache@v2\n  with: {path: a, key: b}"),
        workflow("- uses: actions/download-artifact@v3.0.2"),
    ],
    "old-runtime": [
        workflow("- uses: actions/checkout@v3"),
        workflow("- uses: actions/cache@v3\n  with: {path: a, key: b}"),
        workflow("- uses: github/codeql-action/init@v2"),
    ],
    "deprecated-command": [
        workflow("- run: echo '::add-path::/opt/bin'"),
        workflow("- run: echo ::set-env name=A::b"),
        workflow("- run: |\n    # comment\n    echo ::save-state name=a::b"),
    ],
    "constant-condition": [
        workflow("- run: a\n  if: ${{ github.actor == 'x' }} && true"),
        workflow("- run: a\n  if: \"'false'\""),
        workflow("- run: a\n  if: 1 == 2"),
        workflow(job="if: ${{ github.actor }}${{ github.ref }}"),
    ],
    "impossible-comparison": [
        workflow(f"- run: a\n  if: {condition}")
        for condition in (
            "github.event_name == 'pull-request'",
            "\"'main' == github.ref\"",
            "github.ref != 'main'",
            "startsWith(github.ref, 'v')",
            "job.status == 'failed'",
            "runner.os == 'ubuntu'",
            "github.ref_type == 'tags'",
        )
    ],
    "boolean-as-text": [
        workflow(f"- run: a\n  if: {condition}", on=DISPATCH)
        for condition in (
            "inputs.flag == 'true'",
            "inputs.flag != 'false'",
            "github.event.inputs.flag == true",
            "github.event.inputs.flag",
            "success() && github.event.inputs.flag",
        )
    ],
    "failing-expression": [workflow("- run: echo ${{ fromJSON('{') }}")],
    "unknown-need": [
        workflow(job="needs: a").replace("jobs:", "jobs:\n  a: {runs-on: x, steps: [{run: a}]}")
        + "      - run: echo ${{ needs.b.result }}\n"
    ],
    "unknown-output": [
        workflow("- id: c\n  uses: actions/checkout@v4\n- run: echo ${{ steps.c.outputs.sha }}"),
        workflow(OUTPUT + "- run: echo ${{ steps.v.outputs.vresion }}"),
    ],
    "unknown-step": [
        workflow("- run: echo ${{ steps.nope.outcome }}"),
        workflow("- id: me\n  run: echo ${{ steps.me.outputs.x }}"),
        workflow(job="outputs: {x: '${{ steps.nope.outputs.x }}'}"),
    ],
    "unknown-input": [
        workflow("- run: echo ${{ inputs.nmae }}", on=DISPATCH),
        workflow("- run: echo ${{ github.event.inputs.nmae }}", on=DISPATCH),
        workflow("- run: echo ${{ inputs.any }}"),
    ],
    "unknown-matrix": [
        workflow("- run: echo ${{ matrix.os }}"),
        workflow("- run: echo ${{ matrix.oss }}", job="strategy: {matrix: {include: [{os: a}]}}"),
    ],
    "unknown-env": [
        workflow("- run: echo ${{ env.HOME }}"),
        workflow("- run: echo ${{ env.B }}\n- run: b\n  env: {B: c}"),
    ],
    "unknown-property": [
        workflow("- run: echo ${{ github.repo }}"),
        workflow("- run: echo ${{ strategy.index }}"),
        workflow(OUTPUT + "- run: echo ${{ steps.v.output.version }}"),
    ],
    "unused-output": [workflow(OUTPUT, job=USES_V)],
    "unused-matrix": [workflow(job="strategy: {matrix: {n: [1, 2]}}")],
    "duplicate-need": [],
    "concurrency-deadlock": [
        workflow(job="concurrency: {group: A}", top="concurrency: a"),
        workflow(job="concurrency: x-${{ github.ref }}", top="concurrency: 'x-${{ github.ref }}'"),
    ],
    "never-due": [workflow(on="{schedule: [{cron: '0 0 30 FEB *'}]}")],
    "filter-never-matches": [
        workflow(on=f"{{push: {{{given}}}}}")
        for given in (
            "branches: [refs/heads/main]",
            "tags: ['refs/tags/v*']",
            "branches: ['^main']",
            r"tags: ['v\d+']",
            "branches: [main/]",
            "paths: ['/src/**']",
            "paths: ['!../a', b]",
            "paths-ignore: [docs/]",
        )
    ],
    "unknown-action-input": [
        workflow("- uses: actions/setup-python@v5\n  with: {python_version: '3.11'}"),
        workflow("- uses: actions/cache/restore@v4\n  with: {path: a, keys: b, key: c}"),
    ],
    "unknown-rule": [workflow("- run: a  # headway: ignore[nope]")],
}


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, texts in REPORTED.items() for text in texts]
)
def test_reported_once(check: Check, rule: str, text: str) -> None:
    found = [problem for problem in check(text) if problem.rule == rule]
    assert len(found) == 1, check(text)
    assert found[0].severity == "warning"


LEFT_ALONE = [
    # script-injection
    workflow("- run: echo ${{ github.sha }} ${{ github.event.number }}"),
    workflow("- run: echo ${{ github.event.issue.title == 'x' }}"),
    workflow("- run: echo ${{ contains(github.event.issue.title, 'x') && 'y' || 'z' }}"),
    workflow('- run: echo "$T"\n  env: {T: "${{ github.event.issue.title }}"}'),
    workflow("- run: echo ${{ github.event.pull_request.head.sha }}"),
    workflow("- name: ${{ github.event.issue.title }}\n  run: a"),
    workflow("- run: echo ${{ env.T }}", top="env: {T: a}"),
    # unsafe-checkout
    workflow("- uses: actions/checkout@v4", on="pull_request_target"),
    workflow("- uses: actions/checkout@v4\n  with: {ref: '${{ github.head_ref }}'}"),
    # unpinned-action
    workflow(f"- uses: example/action@{SHA}"),
    workflow("- uses: actions/checkout@v4\n- uses: github/codeql-action/init@v3"),
    workflow("- uses: docker://alpine:3"),
    # hardcoded-password
    workflow(job="container: {image: a, credentials: {username: u, password: '${{ secrets.P }}'}}"),
    # retired-action, old-runtime
    workflow("- uses: actions/upload-artifact@v4\n  with: {path: a}\n- uses: actions/checkout@v6"),
    workflow("- uses: actions/download-artifact@v3-node20"),
    workflow(f"- uses: actions/checkout@{SHA}"),
    # deprecated-command
    workflow("- run: 'echo \"the old ::set-output is gone\"'"),
    workflow("- run: |\n    # echo ::set-output name=a::b\n    make"),
    # constant-condition
    workflow("- run: a\n  if: false\n- run: b\n  if: ${{ true }}\n- run: c\n  if: always()"),
    workflow("- run: a\n  if: >-\n    ${{ github.actor == 'x' }}\n"),
    # impossible-comparison
    workflow("- run: a\n  if: github.event_name == 'PUSH' || github.ref == 'refs/heads/main'"),
    workflow("- run: a\n  if: startsWith(github.ref, 'refs/tags/v') || github.ref_name == 'main'"),
    workflow("- run: a\n  if: github.ref == '' || runner.os == 'linux'"),
    # boolean-as-text
    workflow("- run: a\n  if: inputs.flag || inputs.name == 'true'", on=DISPATCH),
    workflow("- run: a\n  if: github.event.inputs.flag == 'true'", on=DISPATCH),
    workflow("- run: a\n  if: github.event.inputs.name", on=DISPATCH),
    # unknown-output: names that a script puts together, actions that aren't known
    workflow('- id: v\n  run: echo "$n=1" >> "$GITHUB_OUTPUT"\n- run: a ${{ steps.v.outputs.m }}'),
    workflow("- id: v\n  run: ./make-output\n- run: a ${{ steps.v.outputs.m }}"),
    workflow(f"- id: v\n  uses: a/b@{SHA}\n- run: a ${{{{ steps.v.outputs.m }}}}"),
    workflow(OUTPUT + "- run: a ${{ steps.V.outputs.VERSION }}"),
    # unknown-step
    workflow("- run: a ${{ toJSON(steps) }} ${{ steps.*.outcome }}"),
    workflow(OUTPUT + "- run: a ${{ steps['v'].outputs.version }}"),
    # unknown-input
    workflow("- run: a ${{ inputs.NAME }} ${{ inputs[github.actor] }}", on=DISPATCH),
    workflow("- run: a ${{ github.event.inputs.any }}"),
    # unknown-matrix, unused-matrix
    workflow("- run: a ${{ matrix.x }}", job="strategy: {matrix: '${{ fromJSON(vars.M) }}'}"),
    workflow("- run: a ${{ matrix.OS }}", job="strategy: {matrix: {os: [a, b]}}"),
    workflow("- run: a ${{ toJSON(matrix) }}", job="strategy: {matrix: {os: [a, b]}}"),
    workflow(job="strategy: {matrix: {os: [a]}}"),
    # unknown-env: an earlier step may have set it
    workflow('- run: echo "A=b" >> "$GITHUB_ENV"\n- run: a ${{ env.A }}'),
    workflow("- uses: actions/setup-python@v5\n- run: a ${{ env.pythonLocation }}"),
    workflow("- run: ./prepare\n- run: a ${{ env.A }}"),
    workflow("- run: a ${{ env.A }}\n  env: {a: b}"),
    # unknown-property
    workflow("- run: a ${{ github.event.anything.at.all }} ${{ github['sha'] }}"),
    workflow("- run: a ${{ strategy.job-index }} ${{ job.status }} ${{ runner.temp }}"),
    # concurrency-deadlock
    workflow(job="concurrency: b", top="concurrency: a"),
    # never-due: either kind of day is enough
    workflow(on="{schedule: [{cron: '0 0 31 2 MON'}, {cron: '0 0 29 2 *'}]}"),
    # filter-never-matches
    workflow(on="{push: {branches: ['feature/**', 'v[0-9]+.x'], paths: ['**.js', docs/**]}}"),
    # unknown-action-input
    workflow("- uses: actions/checkout@v4\n  with: {Fetch-Depth: 0}"),
    workflow("- uses: ./local\n  with: {any: thing}"),
]


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_left_alone(check: Check, text: str) -> None:
    found = [p for p in check(text) if p.rule not in ("checkout-first",)]
    assert not found


def needing(reader: str, outputs: str = "x: '1'") -> str:
    return (
        "on: push\njobs:\n"
        f"  a:\n    runs-on: x\n    outputs: {{{outputs}}}\n    steps: [{{run: a}}]\n"
        f'  b:\n    needs: a\n    runs-on: x\n    steps: [{{run: "{reader}"}}]\n'
    )


@pytest.mark.parametrize(
    "reader",
    [
        "${{ needs.a.outputs.x }}",
        "${{ needs.A.outputs.X }}",
        "${{ toJSON(needs) }}",
        "${{ toJSON(needs.a) }}",
        "${{ needs.*.outputs.x }}",
        "${{ needs.a.outputs[github.job] }}",
        "${{ needs[github.job].outputs.x }}",
    ],
)
def test_every_way_to_read_an_output_counts(check: Check, reader: str) -> None:
    assert not check(needing(reader))


def test_an_output_of_the_workflow_reads_those_of_jobs(check: Check) -> None:
    text = workflow(
        OUTPUT,
        job=USES_V,
        on="{workflow_call: {outputs: {v: {value: '${{ jobs.build.outputs.v }}'}}}}",
    )
    assert not check(text)
    [problem] = check(text.replace("jobs.build.outputs.v ", "jobs.built.outputs.v "))[:1]
    assert problem.rule == "unknown-need"
    assert problem.hint == 'did you mean "build"?'


def test_a_duplicate_need(check: Check) -> None:
    text = needing("${{ needs.a.outputs.x }}").replace("needs: a\n", "needs: [a, A]\n")
    assert [p.rule for p in check(text)] == ["duplicate-need"]


def test_steps_inside_parallel_are_steps(check: Check) -> None:
    text = workflow("- parallel:\n    - run: echo ${{ github.head_ref }}\n    - run: b")
    assert [p.rule for p in check(text)] == ["script-injection"]


def test_an_alias_is_judged_where_it_stands(check: Check) -> None:
    text = workflow("- run: a\n  if: &is ${{ env.A == 'b' }}\n  env: {A: b}\n- run: b\n  if: *is\n")
    [problem] = check(text)
    assert problem.rule == "unknown-env"
    assert text.split("\n")[problem.place.line - 1].strip() == "if: &is ${{ env.A == 'b' }}"


# --- other files -----------------------------------------------------------------------------

ACTION = """\
name: Set up
description: d
inputs:
  version: {description: d}
outputs:
  path: {description: d, value: a}
runs:
  using: composite
  steps: [{run: a, shell: bash}]
"""
CALLED = """\
on:
  workflow_call:
    inputs:
      name: {type: string, required: true}
    secrets:
      token: {required: true}
    outputs:
      url: {value: a}
jobs: {a: {runs-on: x, steps: [{run: a}]}}
"""
FILES = {
    "setup/action.yml": ACTION,
    ".github/workflows/called.yml": CALLED,
    ".github/workflows/plain.yml": "on: push\njobs: {a: {runs-on: x, steps: [{run: a}]}}\n",
    "build.sh": "",
    "scripts/test.py": "",
}
CHECKOUT = "- uses: actions/checkout@v4\n"


def calling(given: str, name: str = "called") -> str:
    return f"on: push\njobs:\n  a:\n    uses: ./.github/workflows/{name}.yml\n{indent(given, 4)}\n"


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (workflow(CHECKOUT + "- uses: ./setup\n  with: {version: a}"), []),
        (workflow(CHECKOUT + "- uses: ./setup\n  with: {versoin: a}"), ["unknown-action-input"]),
        (workflow(CHECKOUT + "- uses: ./nothing"), ["missing-file"]),
        (workflow("- uses: ./setup\n" + CHECKOUT), ["checkout-first"]),
        (workflow("- uses: $/setup"), []),
        (
            workflow(
                CHECKOUT + "- {id: s, uses: ./setup}\n- run: a ${{ steps.s.outputs.bin }}"
            ),
            ["unknown-output"],
        ),
        (workflow(CHECKOUT + "- {id: s, uses: ./setup}\n- run: a ${{ steps.s.outputs.path }}"), []),
        (workflow("- uses: actions/checkout@v4\n  with: {path: sub}\n- uses: ./sub/x"), []),
        (workflow("- run: ./build.sh"), ["checkout-first"]),
        (workflow("- run: |\n    set -e\n    bash build.sh && python scripts/test.py"),
         ["checkout-first"]),
        (workflow("- run: git clone x .\n- run: ./build.sh"), []),
        (workflow("- uses: example/clone@" + SHA + "\n- run: ./build.sh"), []),
        (workflow("- uses: actions/setup-python@v5\n- run: python scripts/test.py"),
         ["checkout-first"]),
        (workflow("- run: ./other.sh"), []),
        (workflow(CHECKOUT + "- run: ./build.sh"), []),
        (calling("with: {name: a}\nsecrets: inherit"), []),
        (calling("with: {name: a}\nsecrets: {token: '${{ secrets.T }}'}"), []),
        (calling("secrets: inherit"), ["called-workflow"]),
        (calling("with: {name: a}"), ["called-workflow"]),
        (calling("with: {name: a, nmae: b}\nsecrets: inherit"), ["called-workflow"]),
        (calling("with: {name: a}\nsecrets: {token: a, other: b}"), ["called-workflow"]),
        (calling("", "plain"), ["called-workflow"]),
        (calling("", "none"), ["missing-file"]),
    ],
)  # fmt: skip
def test_with_the_files_of_the_repository(check: Check, text: str, rules: list[str]) -> None:
    assert sorted({p.rule for p in check(text, FILES)}) == rules


def test_outputs_of_a_called_workflow(check: Check) -> None:
    text = calling("with: {name: a}\nsecrets: inherit")
    text += (
        "  b:\n    needs: a\n    runs-on: x\n    steps: [{run: 'a ${{ needs.a.outputs.uri }}'}]\n"
    )
    [problem] = check(text, FILES)
    assert (problem.rule, problem.hint) == ("unknown-output", 'did you mean "url"?')


def test_what_github_refuses_is_an_error_and_can_not_be_silenced(check: Check) -> None:
    text = calling("", "none").replace("none.yml", "none.yml # headway: ignore[missing-file]")
    assert [p.severity for p in check(text, FILES)] == ["error"]


# --- actions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "rules"),
    [
        ("run: 'echo ${{ github.head_ref }}', shell: bash", ["script-injection"]),
        ("run: 'echo ${{ inputs.verison }}', shell: bash", ["unknown-input"]),
        ("run: 'echo ${{ inputs.version }} ${{ env.ANY }}', shell: bash", []),
        ("run: 'echo ${{ steps.x.outcome }}', shell: bash", ["unknown-step"]),
        ("uses: example/action@v1", ["unpinned-action"]),
        ("uses: ./elsewhere", []),
    ],
)
def test_composite_actions(check: Check, step: str, rules: list[str]) -> None:
    text = ACTION.replace("run: a, shell: bash", step)
    assert [p.rule for p in check(text, {}, path="setup/action.yml")] == rules


def test_outputs_of_an_action_read_its_steps(check: Check) -> None:
    text = ACTION.replace("value: a", "value: '${{ steps.none.outputs.path }}'")
    assert [p.rule for p in check(text, path="action.yml")] == ["unknown-step"]


def test_an_action_for_a_node_that_is_gone(check: Check) -> None:
    text = "name: n\ndescription: d\nruns: {using: node16, main: a.js}\n"
    assert [p.rule for p in check(text, path="action.yml")] == ["old-runtime"]
