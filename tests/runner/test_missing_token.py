"""What is said when a step fails that was given an empty GitHub token."""

import shutil

import pytest

ACTION = """
    inputs: {token: {default: "${{ github.token }}"}}
    runs: {using: node20, main: main.js}
    """
CALLS = "process.exitCode = process.env.INPUT_TOKEN === 'given' ? 0 : 1\n"
LACKING = "for this run has no GITHUB_TOKEN"
WITHHELD = "`permissions` withhold GITHUB_TOKEN"
needs_node = pytest.mark.skipif(not shutil.which("node"), reason="no node on PATH")


def workflow(step, more=""):
    return f"""
        on: push
        jobs:
          j:
            runs-on: ubuntu-latest
            {more}
            steps:
              - {step}
        """


@needs_node
@pytest.mark.parametrize(
    ("flags", "more", "hint"),
    [
        ((), "", f"hint: input token is empty, {LACKING}"),
        (("-s", "GITHUB_TOKEN=given"), "permissions: {}", f"input token is empty, for {WITHHELD}"),
        (("-s", "GITHUB_TOKEN=given"), "", ""),
        (("-s", "GITHUB_TOKEN=other"), "", ""),
    ],
)
def test_an_action_that_needs_the_api(project, flags, more, hint):
    project.write("calls/action.yml", ACTION)
    project.write("calls/main.js", CALLS)
    outcome = project.run(*flags, workflow=workflow("uses: ./calls", more))
    assert outcome.code == (flags != ("-s", "GITHUB_TOKEN=given") or bool(more))
    log = project.log(outcome)
    assert hint in log
    assert ("hint" in log) == bool(hint)


@pytest.mark.parametrize("variable", ["GH_TOKEN", "GITHUB_TOKEN"])
def test_a_script_that_needs_the_api(project, variable):
    more = f'env: {{{variable}: "${{{{ github.token }}}}"}}'
    outcome = project.run(workflow=workflow(f'run: test -n "${variable}"', more))
    assert f"variable {variable} is empty, {LACKING}" in project.log(outcome)


def test_other_failures_say_nothing_of_tokens(project):
    outcome = project.run(workflow=workflow("run: exit 1"))
    assert "token" not in project.log(outcome).lower()
