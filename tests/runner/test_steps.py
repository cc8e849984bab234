"""Steps: conditions and outcomes, environment, outputs, commands, shells, limits."""

import os
import subprocess
import time

import pytest


def steps(*lines, head=""):
    body = "".join(f"      - {line}\n" for line in lines)
    extra = "".join(f"    {line}\n" for line in head.splitlines())
    return f"on: push\njobs:\n  j:\n    runs-on: ubuntu-latest\n{extra}    steps:\n{body}"


def test_after_a_failure_only_what_asks_for_it_runs(project):
    outcome = project.run(
        workflow=steps(
            "{id: bad, run: exit 3}",
            "{name: plain, run: 'true'}",
            "{name: on failure, if: failure(), run: 'true'}",
            "{name: always, if: always(), run: 'test ${{ steps.bad.outcome }} = failure'}",
            "{name: by outcome, if: \"failure() && steps.bad.conclusion == 'failure'\", run: 'true'}",
            "{name: on success, if: success(), run: 'true'}",
        )
    )
    assert outcome.code == 1
    assert outcome.steps() == {
        "Run exit 3": ("failure", "failure"),
        "plain": ("skipped", "skipped"),
        "on failure": ("success", "success"),
        "always": ("success", "success"),
        "by outcome": ("success", "success"),
        "on success": ("skipped", "skipped"),
    }
    assert ("error", "Process completed with exit code 3.") in outcome.annotations


def test_continue_on_error(project):
    outcome = project.run(
        workflow=steps(
            "{id: bad, continue-on-error: true, run: exit 1}",
            "run: test ${{ steps.bad.outcome }}-${{ steps.bad.conclusion }} = failure-success",
        )
    )
    assert outcome.code == 0
    assert outcome.steps()["Run exit 1"] == ("failure", "success")


@pytest.mark.parametrize(
    ("script", "value"),
    [
        ("echo name=plain >> $GITHUB_OUTPUT", "plain"),
        ("printf 'name<<E\\na\\nb\\nE\\n' >> $GITHUB_OUTPUT", "a\nb"),
        ("echo '::set-output name=name::old way'", "old way"),
        ("python3 -c 'print(\"name=ü€\")' >> $GITHUB_OUTPUT", "ü€"),
    ],
)
def test_outputs(project, script, value):
    outcome = project.run(
        workflow=steps(f"{{id: s, run: '{script.replace(chr(39), chr(39) * 2)}'}}")
    )
    assert outcome.of("step.finished")[0]["outputs"] == {"name": value}


def test_the_environment_in_order_of_precedence(project):
    text = "env: {A: workflow, B: workflow, C: workflow, D: '${{ github.ref_name }}'}\n" + steps(
        "run: echo B=file >> $GITHUB_ENV; echo E=file >> $GITHUB_ENV; echo $HOME/bin >> $GITHUB_PATH",
        "{run: 'echo \"$A $B $C $D $E ${PATH%%:*}\" > $HOME/seen', env: {C: step}}",
        "run: test '${{ env.B }}' = file -a '${{ env.C }}' = workflow",
        head="env: {A: job}",
    )
    outcome = project.run(workflow=text)
    assert outcome.code == 0, outcome.annotations
    seen = (project.home.parent / "seen").read_text()
    assert seen == f"job file step main file {project.home.parent}/bin\n"


@pytest.mark.parametrize("name", ["NODE_OPTIONS", "GITHUB_SHA", "RUNNER_OS"])
def test_variables_that_a_step_may_not_set(project, name):
    outcome = project.run(workflow=steps(f"run: echo {name}=x >> $GITHUB_ENV"))
    assert outcome.code == 1
    assert name in outcome.annotations[0][1]


def test_a_block_without_its_end_fails_the_step(project):
    outcome = project.run(workflow=steps("run: printf 'a<<EOF\\nb\\n' >> $GITHUB_OUTPUT"))
    assert outcome.code == 1
    assert "Matching delimiter not found 'EOF'" in outcome.annotations[0][1]


def test_default_variables(project):
    names = "GITHUB_REPOSITORY GITHUB_REF GITHUB_SHA GITHUB_ACTOR GITHUB_JOB GITHUB_EVENT_NAME"
    project.git("remote", "add", "origin", "git@github.com:octo/hello.git")
    outcome = project.run(
        workflow=steps(
            *(f"run: echo ${name} >> $HOME/vars" for name in names.split()),
            'run: test "$CI$GITHUB_ACTIONS" = truetrue && test -s $GITHUB_EVENT_PATH',
            'run: test "$GITHUB_ACTION" = __run_8 && test "$PWD" = "$GITHUB_WORKSPACE"',
        )
    )
    assert outcome.code == 0, outcome.annotations
    values = (project.home.parent / "vars").read_text().split()
    sha = project.git("rev-parse", "HEAD")
    assert values[:3] == ["octo/hello", "refs/heads/main", sha]
    assert values[4:] == ["j", "push"]


def test_secrets_are_masked_everywhere(project):
    outcome = project.run(
        "-s",
        "TOKEN=s3cr3t-value",
        workflow=steps(
            '{id: a, run: \'echo "$T"; echo "$T" | base64; echo out=$T >> $GITHUB_OUTPUT\', '
            "env: {T: '${{ secrets.TOKEN }}'}}",
            'run: \'echo "::add-mask::later-one"; echo later-one; echo "::error::later-one"\'',
            "run: echo later-one >> $GITHUB_STEP_SUMMARY",
        ),
    )
    stored = "".join(
        p.read_text(errors="replace")
        for p in project.home.rglob("*")
        if p.is_file() and "cache" not in p.parts
    )
    for text in ("s3cr3t-value", "czNjcjN0LXZhbHVl", "echo later-one"):
        assert outcome.text.count(text) == (1 if text.startswith("echo") else 0)
    assert "s3cr3t-value" not in stored
    assert "***" in project.log(outcome, 1)


def test_annotations_with_places(project):
    outcome = project.run(
        workflow=steps("run: echo '::warning file=src/a.py,line=3,col=5,title=T::mind this'")
    )
    found = outcome.of("annotation")[0]
    assert {k: found[k] for k in ("level", "file", "line", "column", "title", "message")} == {
        "level": "warning",
        "file": "src/a.py",
        "line": 3,
        "column": 5,
        "title": "T",
        "message": "mind this",
    }


def test_problem_matchers(project):
    project.write(
        "matcher.json",
        '{"problemMatcher": [{"owner": "x", "pattern": [{"regexp": "^(\\\\S+):(\\\\d+): (.*)$", '
        '"file": 1, "line": 2, "message": 3}]}]}',
    )
    outcome = project.run(
        workflow=steps(
            "run: echo '::add-matcher::matcher.json'",
            "run: 'echo \"a.py:7: wrong\"'",
            "run: 'echo ::remove-matcher owner=x::; echo \"b.py:8: not seen\"'",
        )
    )
    assert [(e["file"], e["line"]) for e in outcome.of("annotation")] == [("a.py", 7)]


def test_disabled_commands_fail_the_step(project):
    outcome = project.run(workflow=steps("run: echo '::set-env name=A::b'"))
    assert outcome.code == 1
    assert "GITHUB_ENV" in outcome.annotations[0][1]


def test_old_commands_where_they_are_allowed(project):
    outcome = project.run(
        "--env",
        "ACTIONS_ALLOW_UNSECURE_COMMANDS=true",
        workflow=steps(
            "run: echo '::set-env name=A::b'; echo ::add-path::/zip",
            "run: test $A = b && echo $PATH | grep ^/zip",
            "run: echo '::set-env name=NODE_OPTIONS::x'",
        ),
    )
    assert outcome.code == 1
    assert outcome.reason("j").startswith("Run echo '::set-env name=NODE_OPTIONS")


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ("run: 'false | true'", 0),
        ("{shell: bash, run: 'false | true'}", 1),
        ("{shell: sh, run: 'false; true'}", 1),
        ("{shell: python, run: 'import sys; sys.exit(4)'}", 1),
        ("{shell: 'perl {0}', run: 'exit 0;'}", 0),
        ("{shell: 'nothing-here {0}', run: 'x'}", 1),
    ],
)
def test_shells(project, keys, code):
    assert project.run(workflow=steps(keys)).code == code


def test_defaults_and_working_directory(project):
    project.write("sub/deep/x", "")
    text = "defaults: {run: {shell: python}}\n" + steps(
        "run: import os; assert os.getcwd().endswith('sub')",
        "{shell: bash, working-directory: sub/deep, run: test -e x}",
        head="defaults: {run: {working-directory: sub}}",
    )
    assert project.run(workflow=text).code == 0
    missing = project.run(workflow=steps("{run: 'true', working-directory: nowhere}"))
    assert "nowhere does not exist" in missing.annotations[0][1]


def test_a_step_has_a_time_limit(project):
    outcome = project.run(
        workflow=steps("{timeout-minutes: 0.01, run: sleep 60}", "{if: failure(), run: echo seen}")
    )
    assert outcome.steps() == {
        "Run sleep 60": ("failure", "failure"),
        "Run echo seen": ("success", "success"),
    }
    assert "timed out" in outcome.of("step.finished")[0]["reason"]


def test_background_steps(project):
    outcome = project.run(
        workflow=steps(
            "{id: a, background: true, run: 'sleep 0.3; echo x=1 >> $GITHUB_OUTPUT; echo V=2 >> $GITHUB_ENV'}",
            'run: test -z "$V" -a -z "${{ steps.a.outputs.x }}"',
            "wait: a",
            'run: test "$V" = 2 -a "${{ steps.a.outputs.x }}" = 1',
            "{id: server, background: true, run: sleep 60}",
            "cancel: server",
            "parallel: [{run: 'true'}, {run: 'sleep 0.1'}]",
            "{id: late, background: true, run: 'sleep 0.2; exit 1'}",
        )
    )
    found = outcome.steps()
    assert found["Cancel server"] == ("success", "success")
    assert found["Run sleep 60"][0] == "cancelled"
    assert outcome.jobs == {"j": "failure"}  # nobody waited for the last one


def test_the_workspace_is_a_copy(project):
    project.write("tracked", "t")
    project.commit()
    project.write("untracked", "u")
    project.write(".gitignore", "ignored\n")
    project.write("ignored", "i")
    outcome = project.run(
        workflow=steps(
            "run: test -e tracked -a -e untracked -a ! -e ignored",
            "run: git status --short > $HOME/status; git log --format=%H -1 > $HOME/sha; git tag v9",
            "run: rm tracked; echo changed > untracked",
        )
    )
    assert outcome.code == 0, outcome.annotations
    assert (project.root / "tracked").read_text() == "t"
    assert (project.root / "untracked").read_text() == "u"
    assert project.git("tag") == ""
    assert (project.home.parent / "sha").read_text().strip() == project.git("rev-parse", "HEAD")
    assert not list((project.home / "work").iterdir())


def test_in_place_and_keep(project):
    project.run("--in-place", workflow=steps("run: echo here > made"))
    assert (project.root / "made").exists()
    outcome = project.run("--keep", workflow=steps("run: echo kept > made2; exit 1"))
    path = outcome.of("notice")[0]["message"].removeprefix("workspace kept: ")
    assert os.path.exists(os.path.join(path, "made2"))


def test_what_a_step_leaves_running_is_ended_with_the_job(project):
    outcome = project.run(
        workflow=steps(
            "run: (setsid sleep 61 & echo $! > $HOME/pid1); sleep 62 & echo $! > $HOME/pid2",
            "run: kill -0 $(cat $HOME/pid1) $(cat $HOME/pid2)",
        )
    )
    assert outcome.code == 0, outcome.annotations
    for name in ("pid1", "pid2"):
        pid = (project.home.parent / name).read_text().strip()
        for _ in range(100):
            if not os.path.exists(f"/proc/{pid}"):
                break
            time.sleep(0.05)
        assert not os.path.exists(f"/proc/{pid}")


def test_strange_output_is_kept(project):
    outcome = project.run(
        workflow=steps(
            "run: head -c 3000000 /dev/zero | tr '\\0' x; printf '\\377\\000\\001'",
            "run: head -c 100000 /dev/urandom",
        )
    )
    assert outcome.code == 0
    assert project.log(outcome, 1).startswith("xxxx")


def test_a_shell_where_a_step_failed(project):
    project.write(".github/workflows/ci.yml", steps("{run: exit 3, env: {MARK: here}}"))
    project.commit()
    command = " ".join(project.command("run", "--shell-on-failure"))
    done = subprocess.run(
        ["script", "-qec", command, os.devnull],
        cwd=project.root,
        env={**project.env, "SHELL": "/bin/sh"},
        input=b"echo $MARK-$GITHUB_JOB > $HOME/seen\nexit\n",
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 1, done.stdout
    assert (project.home.parent / "seen").read_text() == "here-j\n"


def test_checkout_of_another_repository(project, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "there").write_text("x")
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *command], cwd=other, env=project.env, check=True)
    text = steps(
        "{uses: actions/checkout@v4, with: {repository: octo/other, path: sub}}",
        "run: test -e sub/there",
    )
    outcome = project.run("--local-repository", f"octo/other={other}", workflow=text)
    assert outcome.code == 0, outcome.annotations
    assert "octo/other" in project.run().annotations[0][1]
