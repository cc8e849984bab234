"""The graph of jobs: needs, conditions, matrices, outputs, failing and being cancelled."""

import time

import pytest


def jobs(text):
    return "on: push\njobs:\n" + "\n".join(f"  {line}" for line in text.strip("\n").splitlines())


def one(steps, head=""):
    lines = [f"  {line}" for line in head.splitlines()]
    lines += ["  steps:", *(f"    - {s}" for s in steps)]
    return "\n".join(["one:", "  runs-on: ubuntu-latest", *lines])


STATUS = """
first:
  runs-on: ubuntu-latest
  steps: [{{run: "{run}"}}]
then:
  needs: first
  if: {condition}
  runs-on: ubuntu-latest
  steps: [{{run: "true"}}]
last:
  needs: then
  if: {last}
  runs-on: ubuntu-latest
  steps: [{{run: "true"}}]
"""


@pytest.mark.parametrize(
    ("run", "condition", "last", "conclusions"),
    [
        ("true", "success()", "success()", ("success", "success", "success")),
        ("false", "success()", "success()", ("failure", "skipped", "skipped")),
        ("false", "failure()", "failure()", ("failure", "success", "success")),
        ("false", "always()", "success()", ("failure", "success", "skipped")),
        ("false", "always()", "always()", ("failure", "success", "success")),
        ("true", "failure()", "success()", ("success", "skipped", "skipped")),
        ("true", "failure()", "always()", ("success", "skipped", "success")),
        ("true", "cancelled()", "${{ needs.then.result == 'skipped' && always() }}",
         ("success", "skipped", "success")),
        ("true", "${{ false }}", "${{ !cancelled() }}", ("success", "skipped", "success")),
    ],
)  # fmt: skip
def test_what_runs_after_what(project, run, condition, last, conclusions):
    text = STATUS.format(run=run, condition=condition, last=last)
    outcome = project.run(workflow=jobs(text))
    assert tuple(outcome.jobs[j] for j in ("first", "then", "last")) == conclusions
    assert outcome.code == (1 if "failure" in conclusions else 0)


def test_outputs_reach_the_jobs_that_need_them(project):
    outcome = project.run(
        workflow=jobs("""
a:
  runs-on: ubuntu-latest
  outputs: {version: "${{ steps.v.outputs.version }}-x"}
  steps: [{id: v, run: echo version=1.2 >> "$GITHUB_OUTPUT"}]
b:
  needs: a
  runs-on: ubuntu-latest
  outputs: {got: "${{ steps.g.outputs.got }}"}
  steps: [{id: g, run: 'echo "got=${{ needs.a.outputs.version }} ${{ needs.a.result }}" >> "$GITHUB_OUTPUT"'}]
""")
    )
    assert outcome.outputs["b"] == {"got": "1.2-x success"}


def test_a_matrix_makes_jobs_and_merges_their_outputs(project):
    outcome = project.run(
        workflow=jobs(
            """
list:
  runs-on: ubuntu-latest
  outputs: {values: '${{ steps.v.outputs.v }}'}
  steps: [{id: v, run: 'echo "v=[1, 2]" >> "$GITHUB_OUTPUT"'}]
each:
  needs: list
  strategy:
    max-parallel: 1
    matrix:
      n: ${{ fromJSON(needs.list.outputs.values) }}
      include: [{n: 2, extra: yes}]
  runs-on: ubuntu-latest
  outputs: {"n${{ 1 }}": x, last: "${{ matrix.n }}"}
  steps: [{run: 'test "${{ strategy.job-total }}" = 2'}]
""".replace('"n${{ 1 }}": x, ', "")
        )
    )
    assert outcome.jobs == {"list": "success", "each (1)": "success", "each (2, yes)": "success"}


def test_fail_fast_cancels_the_rest_of_a_matrix(project):
    text = jobs("""
each:
  strategy: {{fail-fast: {fail_fast}, matrix: {{t: [0, 30]}}}}
  runs-on: ubuntu-latest
  steps:
    - run: sleep ${{{{ matrix.t }}}}; exit 1
    - if: always()
      run: echo clean up
""")
    began = time.monotonic()
    outcome = project.run("--parallel", "2", workflow=text.format(fail_fast="true"))
    assert outcome.jobs == {"each (0)": "failure", "each (30)": "cancelled"}
    assert outcome.steps("each (30)")["Run echo clean up"] == ("success", "success")
    assert time.monotonic() - began < 25  # it did not wait for the sleep


def test_continue_on_error_lets_the_run_succeed(project):
    outcome = project.run(
        workflow=jobs("""
a:
  continue-on-error: ${{ matrix.flaky }}
  strategy: {matrix: {flaky: [true]}}
  runs-on: ubuntu-latest
  steps: [{run: exit 1}]
b:
  needs: a
  runs-on: ubuntu-latest
  steps: [{run: "true"}]
""")
    )
    assert outcome.jobs == {"a (true)": "success", "b": "success"}
    assert outcome.code == 0


def test_only_one_job_and_what_it_needs(project):
    text = jobs("""
a: {runs-on: ubuntu-latest, steps: [{run: "true"}]}
b: {needs: a, runs-on: ubuntu-latest, steps: [{run: "true"}]}
c: {runs-on: ubuntu-latest, steps: [{run: "true"}]}
""")
    assert set(project.run("-j", "b", workflow=text).jobs) == {"a", "b"}
    wrong = project.run("-j", "bb")
    assert wrong.code == 2
    assert 'no job "bb"' in wrong.err
    assert 'did you mean "b"' in wrong.err or "known" in wrong.err


def test_ctrl_c_lets_always_steps_run(project):
    project.write(
        ".github/workflows/ci.yml",
        jobs("""
a:
  runs-on: ubuntu-latest
  steps:
    - run: trap 'echo asked' INT; touch ../../../../started; sleep 60 & wait
    - run: echo never
    - if: cancelled()
      run: echo tidy
b: {needs: a, if: always(), runs-on: ubuntu-latest, steps: [{run: "true"}]}
c: {needs: a, runs-on: ubuntu-latest, steps: [{run: "true"}]}
"""),
    )
    project.commit()
    process = project.start()
    for _ in range(500):
        if (
            list(project.home.glob("work/**/started"))
            or (project.home / "work" / "started").exists()
        ):
            break
        time.sleep(0.05)
    outcome = project.finish(process, project.interrupt)
    assert outcome.code == 130
    assert outcome.steps("a")["Run echo tidy"] == ("success", "success")
    assert outcome.jobs == {"a": "cancelled", "b": "success", "c": "cancelled"}
    assert outcome.of("run.finished")[0]["conclusion"] == "cancelled"


def test_a_second_ctrl_c_ends_at_once(project):
    project.write(
        ".github/workflows/ci.yml", jobs(one(["run: trap '' INT TERM; touch $HOME/up; sleep 60"]))
    )
    project.commit()
    process = project.start()
    while not (project.home.parent / "up").exists():
        time.sleep(0.05)
    began = time.monotonic()
    process.send_signal(project.interrupt)
    time.sleep(0.3)
    outcome = project.finish(process, project.interrupt)
    assert outcome.code == 130
    assert time.monotonic() - began < 5


def test_a_reusable_workflow(project):
    project.write(
        ".github/workflows/called.yml",
        """
        on:
          workflow_call:
            inputs:
              who: {type: string, required: true}
              times: {type: number, default: 2}
            secrets: {token: {required: true}}
            outputs:
              greeting: {value: "${{ jobs.greet.outputs.text }}"}
        jobs:
          greet:
            runs-on: ubuntu-latest
            outputs: {text: "${{ steps.g.outputs.text }}"}
            steps:
              - id: g
                run: echo "text=hello ${{ inputs.who }} ${{ inputs.times + 0 }} $T" >> "$GITHUB_OUTPUT"
                env: {T: "${{ secrets.token != '' }}"}
        """.replace(" + 0", ""),
    )
    text = jobs("""
call:
  strategy: {matrix: {who: [ada, bob]}}
  uses: ./.github/workflows/called.yml
  with: {who: "${{ matrix.who }}"}
  secrets: {token: "${{ secrets.KEY }}"}
after:
  needs: call
  runs-on: ubuntu-latest
  outputs: {seen: "${{ needs.call.outputs.greeting }}"}
  steps: [{run: "true"}]
""")
    outcome = project.run("-W", ".github/workflows/ci.yml", "-s", "KEY=secret-k", workflow=text)
    assert outcome.jobs["call (ada) / greet"] == "success"
    assert outcome.outputs["after"] == {"seen": "hello bob 2 true"}


def test_jobs_of_one_concurrency_group_take_turns(project):
    text = jobs("""
a: {concurrency: g, runs-on: ubuntu-latest, steps: [{run: 'mkdir $HOME/lock; sleep 0.3; rmdir $HOME/lock'}]}
b: {concurrency: g, runs-on: ubuntu-latest, steps: [{run: 'mkdir $HOME/lock; sleep 0.3; rmdir $HOME/lock'}]}
""")
    assert project.run("--parallel", "4", workflow=text).jobs == {"a": "success", "b": "success"}


def test_a_job_has_a_time_limit(project):
    text = jobs(
        one(["run: sleep 60", "{if: always(), run: echo tidy}"], head="timeout-minutes: 0.01")
    )
    outcome = project.run(workflow=text)
    assert outcome.code == 1
    assert outcome.jobs["one"] == "cancelled"
    assert "timed out" in outcome.reason("one")
    assert outcome.steps()["Run echo tidy"] == ("success", "success")


def test_a_killed_run_is_shown_as_interrupted_and_cleaned_up(project):
    project.write(".github/workflows/ci.yml", jobs(one(["run: echo hi; touch $HOME/up; sleep 60"])))
    project.commit()
    process = project.start()
    while not (project.home.parent / "up").exists():
        time.sleep(0.05)
    process.kill()
    project.finish(process)
    shown = project.headway("show", "--json").stdout.decode()
    assert '"interrupted"' in shown
    assert project.headway("logs", "latest", "one", "1").stdout == b"hi\n"
    project.write(".github/workflows/ci.yml", jobs(one(["run: 'true'"])))
    assert project.run().code == 0
    assert not list((project.home / "work").iterdir())
    assert project.run("-j", "one").of("run.started")[0]["number"] == 3


def test_rerun_keeps_what_succeeded(project):
    text = jobs("""
a:
  runs-on: ubuntu-latest
  outputs: {v: "${{ steps.s.outputs.v }}"}
  steps: [{id: s, run: 'echo ran >> $HOME/a; echo v=7 >> $GITHUB_OUTPUT'}]
b:
  needs: a
  runs-on: ubuntu-latest
  steps: [{run: 'test -e $HOME/mended -a "${{ needs.a.outputs.v }}" = 7 -a "$X" = "${{ secrets.X }}"', env: {X: "${{ secrets.X }}"}}]
""")
    first = project.run("-s", "X=shh", workflow=text)
    assert first.jobs == {"a": "success", "b": "failure"}
    assert "shh" not in str(first.of("run.started")[0]["arguments"])
    (project.home.parent / "mended").touch()
    done = project.headway("rerun", "--failed", "--json", "-s", "X=shh")
    assert done.returncode == 0, done.stderr
    assert b'"attempt":2' in done.stdout
    assert (project.home.parent / "a").read_text() == "ran\n"
    assert project.headway("rerun", "-s", "X=shh").returncode == 0
    assert (project.home.parent / "a").read_text() == "ran\nran\n"
