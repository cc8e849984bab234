"""`headway run` and `headway list`: what runs for which event, and what would run."""

import json

import pytest

DEPLOY = """
on:
  workflow_dispatch:
    inputs:
      target: {type: choice, options: [staging, production], default: staging}
      count: {type: number, default: 3}
      force: {type: boolean}
jobs:
  d:
    runs-on: ubuntu-latest
    outputs: {seen: "${{ steps.s.outputs.seen }}"}
    steps: [{id: s, run: 'echo "seen=${{ inputs.target }} ${{ inputs.count == 3 }} ${{ inputs.force && 1 || 2 }}" >> $GITHUB_OUTPUT'}]
"""
CI = """
name: Checks
on:
  push: {branches: [main]}
  pull_request: {paths: ['src/**']}
jobs:
  a: {runs-on: ubuntu-latest, steps: [{run: 'true'}]}
  b:
    needs: a
    if: github.event_name == 'pull_request'
    strategy: {matrix: {v: [1, 2], include: [{v: 1, os: x}]}}
    runs-on: ubuntu-latest
    steps: [{run: 'echo ${{ github.base_ref }}'}]
"""


@pytest.fixture
def repository(project):
    project.write(".github/workflows/deploy.yml", DEPLOY)
    project.write(".github/workflows/checks.yaml", CI)
    project.commit()
    return project


def test_a_push_runs_what_it_triggers(repository):
    outcome = repository.run()
    assert [e["workflow"] for e in outcome.of("run.started")] == [".github/workflows/checks.yaml"]
    assert outcome.jobs == {"a": "success", "b (1, x)": "skipped", "b (2)": "skipped"}


def test_filters_decide(repository):
    repository.git("checkout", "-q", "-b", "feature")
    outcome = repository.run()
    assert outcome.code == 2
    assert "branch feature matches none of branches (main)" in outcome.err
    repository.write("docs/x", "")
    assert repository.run("--event", "pull_request").code == 2
    repository.write("src/x", "")
    assert set(repository.run("--event", "pull_request").jobs) == {"a", "b (1, x)", "b (2)"}


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [
        ([], "staging true 2"),
        (["--input", "target=production", "--input", "FORCE=true"], "production true 1"),
    ],
)
def test_inputs(repository, arguments, seen):
    assert repository.run("deploy", *arguments).outputs["d"] == {"seen": seen}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["deploy", "--input", "target=nowhere"], "staging"),
        (["deploy", "--input", "taget=staging"], "target"),
        (["deploy", "--input", "count=many"], "count"),
        (["deplo"], 'no workflow "deplo"'),
        (["-W", "nothing.yml"], "no such file"),
        (["--event", "pus"], 'did you mean "push"'),
        (["--matrix", "v"], "KEY:VALUE"),
        (["checks.yaml", "-j", "c"], 'no job "c"'),
        (["--parallel", "x"], "--parallel"),
        (["--event-path", "missing.json"], "missing.json"),
    ],
)
def test_wrong_usage(repository, arguments, message):
    outcome = repository.run(*arguments)
    assert outcome.code == 2
    assert message in outcome.err
    assert not outcome.events


def test_a_payload_of_ones_own(repository):
    payload = {
        "action": "opened",
        "number": 7,
        "pull_request": {"base": {"ref": "release"}, "head": {"ref": "mine"}},
    }
    path = repository.write("event.json", json.dumps(payload))
    outcome = repository.run("checks.yaml", "--event", "pull_request", "--event-path", str(path))
    assert outcome.of("run.started")[0]["ref"] == "refs/pull/7/merge"
    assert "release" in repository.log(outcome, job="b (2)")
    path.write_text("[1]")
    wrong = repository.run("--event-path", str(path))
    assert "JSON object" in wrong.err
    path.write_text('{"a": }')
    assert f"{path}:1:" in repository.run("--event-path", str(path)).err


def test_somebody_else_may_be_the_actor(project):
    workflow = """
        on: pull_request
        jobs:
          a:
            runs-on: ubuntu-latest
            outputs: {seen: "${{ github.actor }} ${{ github.event.pull_request.user.login }}"}
            steps: [run: 'test $GITHUB_ACTOR = dependabot[bot]']
        """
    outcome = project.run(
        "--event", "pull_request", "--actor", "dependabot[bot]", workflow=workflow
    )
    assert outcome.jobs == {"a": "success"}
    assert outcome.outputs == {"a": {"seen": "dependabot[bot] dependabot[bot]"}}


def test_inputs_may_come_with_the_payload(project):
    workflow = """
        on:
          workflow_dispatch:
            inputs:
              target: {required: true}
              dry: {type: boolean}
              level: {default: low}
        jobs:
          a:
            runs-on: ubuntu-latest
            outputs: {seen: "${{ toJSON(inputs) }} ${{ github.event.inputs.level }}"}
            steps: [run: "true"]
        """
    path = project.write("event.json", '{"inputs": {"target": "here", "dry": "true"}}')
    flags = ("--event", "workflow_dispatch", "--event-path", str(path))
    outcome = project.run(*flags, workflow=workflow)
    seen, _, level = outcome.outputs["a"]["seen"].rpartition(" ")
    assert json.loads(seen) == {"target": "here", "dry": True, "level": "low"}
    assert level == "low"
    outcome = project.run(*flags, "--input", "target=there")
    assert '"target": "there"' in outcome.outputs["a"]["seen"]
    path.write_text('{"inputs": {"other": 1}}')
    assert 'there is no input "other"' in project.run(*flags).err


def test_matrix_filter(repository):
    outcome = repository.run("checks", "--event", "pull_request", "--matrix", "v:2")
    assert outcome.jobs == {"a": "success", "b (2)": "success"}


def test_lists_and_plans_run_nothing(repository):
    rows = json.loads(repository.headway("run", "--list", "--json").stdout)
    assert [(r["name"], r["runs"]) for r in rows] == [
        ("Checks", True),
        (".github/workflows/deploy.yml", False),
    ]
    assert rows[0]["jobs"][1] == {
        "id": "b",
        "name": "b",
        "needs": ["a"],
        "instances": 2,
        "uses": None,
    }
    graph = repository.headway("run", "--graph").stdout.decode()
    assert "2. b  <- a" in graph
    plan = repository.headway("run", "--dry-run", "--event", "pull_request", "checks").stdout
    assert b"= b (1, x)" in plan
    assert b"- true" in plan
    assert not (repository.home / "runs").exists()
    text = repository.headway("list").stdout.decode()
    assert "does not run on push" in text


def test_values_for_contexts_and_steps(repository):
    text = """
    on: push
    jobs:
      j:
        runs-on: ubuntu-latest
        env: {A: job}
        steps: [{run: 'test "$A-$B-${{ vars.C }}-${{ secrets.D }}-${{ secrets.E }}" = "flag-b-c-d-two words"'}]
    """
    repository.write("secrets.env", "# mine\nexport E='two words'\n")
    outcome = repository.run(
        *("--env", "A=flag", "--env", "B=b", "--var", "C=c", "-s", "D", "-W"),
        str(repository.write(".github/workflows/v.yml", text)),
        *("--secret-file", "secrets.env"),
        env={"D": "d"},
    )
    assert outcome.code == 0, outcome.text


def test_outside_of_a_repository(project, tmp_path):
    elsewhere = tmp_path / "plain"
    elsewhere.mkdir()
    done = project.headway("run", cwd=elsewhere)
    assert done.returncode == 2
    assert b"is not in a git repository" in done.stderr
    assert b"no workflows in" in project.headway("run").stderr
