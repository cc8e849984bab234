"""Local actions: composite and JavaScript, with inputs, outputs, state and post steps."""

import shutil

import pytest

WORKFLOW = "on: push\njobs:\n  j:\n    runs-on: ubuntu-latest\n    steps:\n"


def steps(*lines):
    return WORKFLOW + "".join(f"      - {line}\n" for line in lines)


def composite(project, path, *lines, inputs="{}", outputs="{}"):
    body = "".join(f"    - {line}\n" for line in lines)
    project.write(
        f"{path}/action.yml",
        f"name: x\ninputs: {inputs}\noutputs: {outputs}\nruns:\n  using: composite\n  steps:\n{body}",
    )


def test_a_composite_action(project):
    composite(
        project,
        "greet",
        "{id: g, shell: bash, run: 'echo \"text=hello ${{ inputs.who }}${{ inputs.mark }}\" >> $GITHUB_OUTPUT'}",
        "{shell: bash, run: 'echo V=set >> $GITHUB_ENV; test -e $GITHUB_ACTION_PATH/action.yml'}",
        inputs="{who: {required: true}, mark: {default: '!'}}",
        outputs="{text: {value: '${{ steps.g.outputs.text }}'}}",
    )
    outcome = project.run(
        workflow=steps(
            "{id: a, uses: ./greet, with: {WHO: ada}}",
            "run: test '${{ steps.a.outputs.text }}' = 'hello ada!' -a $V = set",
        )
    )
    assert outcome.code == 0, outcome.annotations
    parents = [e["parent"] for e in outcome.of("step.started")]
    assert parents == [0, 1, 1, 0]


def test_failing_inside_a_composite_action(project):
    composite(
        project,
        "act",
        "{shell: bash, run: exit 4}",
        "{shell: bash, run: echo never}",
        "{if: failure(), shell: bash, run: echo caught}",
    )
    outcome = project.run(
        workflow=steps("{id: a, continue-on-error: true, uses: ./act}", "run: 'true'")
    )
    found = outcome.steps()
    assert found["Run ./act"] == ("failure", "success")
    assert found["Run echo never"] == ("skipped", "skipped")
    assert found["Run echo caught"] == ("success", "success")
    assert outcome.code == 0


def test_composite_actions_in_each_other_see_only_their_own_inputs(project):
    composite(
        project,
        "inner",
        "{shell: bash, run: 'echo \"[${{ inputs.a }}][${{ inputs.b }}]\" >> $HOME/seen'}",
        inputs="{a: {}}",
    )
    composite(
        project,
        "outer",
        "{uses: ./inner, with: {a: '${{ inputs.b }}-inner'}}",
        inputs="{b: {default: outer}}",
    )
    assert project.run(workflow=steps("uses: ./outer")).code == 0
    assert (project.home.parent / "seen").read_text() == "[outer-inner][]\n"


def test_the_calling_steps_environment_reaches_the_action(project):
    composite(project, "act", "{shell: bash, run: 'echo $A-$B >> $HOME/seen', env: {B: own}}")
    outcome = project.run(workflow=steps("{uses: ./act, env: {A: caller, B: caller}}"))
    assert outcome.code == 0
    assert (project.home.parent / "seen").read_text() == "caller-own\n"


needs_node = pytest.mark.skipif(not shutil.which("node"), reason="no node on PATH")


@needs_node
def test_a_javascript_action_with_pre_and_post(project):
    project.write(
        "js/action.yml",
        """
        name: js
        inputs:
          two words: {default: "${{ github.ref_name }}"}
        runs: {using: node20, pre: pre.js, main: main.js, post: post.js, post-if: "success()"}
        """,
    )
    note = "require('fs').appendFileSync(process.env.HOME + '/seen', %s + '\\n')"
    project.write("js/pre.js", note % "'pre'")
    project.write(
        "js/main.js",
        note % "'main ' + process.env['INPUT_TWO_WORDS']"
        + "\nrequire('fs').appendFileSync(process.env.GITHUB_STATE, 'k=v\\n')"
        + "\nrequire('fs').appendFileSync(process.env.GITHUB_OUTPUT, 'out=1\\n')",
    )
    project.write("js/post.js", note % "'post ' + process.env.STATE_k")
    outcome = project.run(
        workflow=steps(
            "run: echo first >> $HOME/seen",
            "{id: js, uses: ./js}",
            "run: echo 'last ${{ steps.js.outputs.out }}' >> $HOME/seen",
        )
    )
    assert outcome.code == 0, outcome.annotations
    seen = (project.home.parent / "seen").read_text().splitlines()
    assert seen == ["pre", "first", "main main", "last 1", "post v"]
    assert [e["phase"] for e in outcome.of("step.started")] == [
        "pre",
        "main",
        "main",
        "main",
        "post",
    ]


@needs_node
def test_post_steps_run_in_reverse_and_after_failures(project):
    for name in ("one", "two"):
        project.write(
            f"{name}/action.yml",
            f"name: {name}\nruns: {{using: node24, main: m.js, post: p.js}}\n",
        )
        project.write(f"{name}/m.js", "")
        project.write(
            f"{name}/p.js", f"require('fs').appendFileSync(process.env.HOME + '/seen', '{name} ')"
        )
    outcome = project.run(workflow=steps("uses: ./one", "uses: ./two", "run: exit 1"))
    assert outcome.code == 1
    assert (project.home.parent / "seen").read_text() == "two one "


@pytest.mark.parametrize(
    ("uses", "message"),
    [
        ("docker://alpine:3", "needs a container engine"),
        ("./docker", "needs a container engine"),
        ("./javascript", "JavaScript actions need Node"),
    ],
)
def test_what_this_machine_lacks_is_said_before_anything_runs(project, uses, message):
    project.write("docker/action.yml", "name: d\nruns: {using: docker, image: Dockerfile}\n")
    project.write("javascript/action.yml", "name: j\nruns: {using: node20, main: m.js}\n")
    programs = project.home.parent / "programs"
    programs.mkdir()
    (programs / "git").symlink_to(shutil.which("git"))
    workflow = steps("run: touch $HOME/ran", f"uses: {uses}")
    outcome = project.run(workflow=workflow, env={"PATH": str(programs)})
    assert outcome.code == 2
    assert message in outcome.err
    assert ".github/workflows/ci.yml:7:" in outcome.err
    assert not (project.home.parent / "ran").exists()


def test_an_action_that_is_not_there(project):
    outcome = project.run(workflow=steps("uses: ./nowhere"))
    assert outcome.code == 1
    assert "no action.yml" in outcome.annotations[0][1]


def test_an_action_that_a_step_before_it_has_made(project):
    outcome = project.run(
        workflow=steps(
            "run: mkdir made; cp other/action.yml made",
            "uses: ./made",
            "run: sed -i s/one/two/ made/action.yml",
            "uses: ./made",
        )
    )
    assert outcome.code == 1  # there is no other/action.yml
    composite(project, "other", "{shell: bash, run: 'echo one >> $HOME/seen'}")
    outcome = project.run()
    assert outcome.code == 0, outcome.text
    assert (project.home.parent / "seen").read_text() == "one\ntwo\n"


@needs_node
def test_a_failing_post_step_inside_an_action_fails_the_job(project):
    project.write("js/action.yml", "name: j\nruns: {using: node20, main: m.js, post: p.js}\n")
    project.write("js/m.js", "")
    project.write("js/p.js", "process.exit(3)\n")
    composite(project, "outer", "uses: ./js")
    outcome = project.run(workflow=steps("uses: ./outer"))
    assert outcome.code == 1
    assert outcome.reason("j") == "Post Run ./js: exit code 3"
