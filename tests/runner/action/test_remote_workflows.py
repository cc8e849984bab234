"""Reusable workflows of other repositories."""

CALL = """
on: push
permissions: {contents: read}
jobs:
  call:
    uses: octo/flows/.github/workflows/build.yml@v1
    with: {target: prod}
    secrets: inherit
  after:
    needs: call
    runs-on: u
    steps:
      - run: test '${{ needs.call.outputs.made }}' = 'prod!'
"""
BUILD = """
    on:
      workflow_call:
        inputs: {target: {type: string, required: true}}
        secrets: {KEY: {required: true}}
        outputs: {made: {value: '${{ jobs.nested.outputs.made }}'}}
    jobs:
      nested:
        uses: ./.github/workflows/nested.yml
        with: {target: '${{ inputs.target }}'}
      steps:
        runs-on: u
        steps:
          - uses: ./local
          - uses: $/own
          - run: |
              echo "${{ job.workflow_repository }} ${{ job.workflow_file_path }}" >> $HOME/seen
              echo "${{ github.repository }} ${{ github.workflow_ref }}" >> $HOME/seen
              test '${{ secrets.KEY }}' = k3y-of-the-test
    """
NESTED = """
    on:
      workflow_call:
        inputs: {target: {type: string}}
        outputs: {made: {value: '${{ jobs.a.outputs.made }}'}}
    jobs:
      a:
        runs-on: u
        outputs: {made: '${{ steps.s.outputs.made }}'}
        steps: [{id: s, run: 'echo "made=${{ inputs.target }}!" >> $GITHUB_OUTPUT'}]
    """


def says(text):
    step = f"{{shell: bash, run: 'echo {text} >> $HOME/seen'}}"
    return f"name: x\nruns: {{using: composite, steps: [{step}]}}\n"


def flows(server, **changes):
    return server.publish(
        "octo/flows",
        {
            ".github/workflows/build.yml": changes.get("build", BUILD),
            ".github/workflows/nested.yml": NESTED,
            "own/action.yml": says("theirs"),
        },
    )


def test_a_workflow_of_another_repository(project, server):
    """`./` in a job is its own repository's, in a step the caller's workspace."""
    flows(server)
    project.write("local/action.yml", says("ours"))
    outcome = project.run("-s", "KEY=k3y-of-the-test", workflow=CALL)
    assert outcome.code == 0, outcome.text + outcome.err
    assert outcome.jobs == {
        "call / nested / a": "success",
        "call / steps": "success",
        "after": "success",
    }
    assert (project.home.parent / "seen").read_text().splitlines() == [
        "ours",
        "theirs",
        "octo/flows .github/workflows/build.yml",
        "local/project local/project/.github/workflows/ci.yml@refs/heads/main",
    ]


def test_what_the_workflow_lacks_is_said_before_anything_runs(project, server):
    flows(server)
    outcome = project.run(workflow=CALL.replace("build.yml", "built.yml"))
    assert outcome.code == 2
    assert "octo/flows@v1 has no .github/workflows/built.yml" in outcome.err
    assert 'did you mean "build.yml"?' in outcome.err


def test_mistakes_in_it_are_shown_with_its_text(project, server):
    flows(server, build="on: workflow_call\njobs:\n  a: {run-on: u, steps: []}\n")
    outcome = project.run(workflow=CALL)
    assert outcome.code == 2
    assert "octo/flows/.github/workflows/build.yml@v1:3:" in outcome.err
    assert "a: {run-on: u, steps: []}" in outcome.err


def test_it_can_take_permissions_away_but_not_add_some(project, server):
    flows(server, build=BUILD + "    permissions: {contents: write}\n")
    outcome = project.run("-s", "KEY=k3y-of-the-test", workflow=CALL)
    assert outcome.code == 2
    assert "wants contents: write, and its caller has contents: read" in outcome.err
    flows(server, build=BUILD + "    permissions: {contents: none}\n")
    project.write("local/action.yml", says("ours"))
    assert project.run("-s", "KEY=k3y-of-the-test").code == 0


def test_without_permissions_of_its_own_it_has_its_callers(project, server):
    text = """
        on: workflow_call
        jobs:
          a:
            runs-on: u
            steps: [{run: 'echo "[${{ github.token }}]" | wc -c >> $HOME/seen'}]
        """
    flows(server, build=text)
    call = "on: push\npermissions: {}\njobs:\n  call:\n"
    call += "    uses: octo/flows/.github/workflows/build.yml@v1\n"
    token = "token-of-the-test"
    assert project.run("-s", f"GITHUB_TOKEN={token}", workflow=call).code == 0
    call = call.replace("permissions: {}", "permissions: {contents: read}")
    assert project.run("-s", f"GITHUB_TOKEN={token}", workflow=call).code == 0
    seen = (project.home.parent / "seen").read_text().split()
    assert seen == ["3", str(len(token) + 3)]
