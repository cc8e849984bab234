"""Job containers and services, with a real engine and images made of Debian packages."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time

import pytest

import containers

pytestmark = pytest.mark.skipif(os.environ.get("HEADWAY_SKIP_CONTAINERS"), reason="as asked")

START = (
    "cd /tmp && PATH=$PATH:/usr/lib/postgresql/15/bin && initdb -D db -A trust > /dev/null && "
    "echo host all all all trust >> db/pg_hba.conf && exec postgres -D db -k /tmp -h 0.0.0.0"
)


@pytest.fixture(autouse=True)
def _engine():
    """Before the project, which takes the environment as it is then."""
    containers.image()


def boxed(steps, image=None, more=""):
    """A workflow of one job in a container."""
    image = image or containers.image()
    return f"""
        on: push
        env: {{WORKFLOW: w}}
        jobs:
          boxed:
            runs-on: ubuntu-latest
            container:
              image: {image}
              env: {{COLOUR: blue}}
            outputs: {{result: "${{{{ steps.last.outputs.result }}}}"}}
            {more}
            steps:
{textwrapped(steps)}
        """


def textwrapped(steps):
    import textwrap

    return textwrap.indent(textwrap.dedent(steps).strip("\n"), " " * 14)


def left(project, kind="ps"):
    """Containers or networks that carry the label of one of the project's runs."""
    known = {path.name for path in (project.home / "runs").iterdir()}
    listing = ["ps", "--all"] if kind == "ps" else ["network", "ls"]
    text = containers.run(*listing, "--format", "{{.Labels}}")
    return [line for line in text.splitlines() if any(run in line for run in known)]


def test_steps_run_in_the_container_with_the_semantics_of_the_host(project):
    outcome = project.run(
        workflow=boxed(
            """
            - uses: actions/checkout@v4
            - run: |
                mkdir -p bin sub && printf '#!/bin/sh\\necho from-path' > bin/mytool
                chmod +x bin/mytool
                echo "$PWD/bin" >> $GITHUB_PATH
                echo "LATER=$COLOUR-$WORKFLOW" >> $GITHUB_ENV
                echo "::error file=$PWD/README.md,line=1::wrong"
                test "$GITHUB_WORKSPACE" = "${{ github.workspace }}"
                test "$RUNNER_TEMP" = "${{ runner.temp }}" && test -w "$RUNNER_TEMP"
                test -s "$GITHUB_EVENT_PATH"
                test "$GITHUB_WORKSPACE" = /__w/project/project && test "$HOME" = /github/home
            - working-directory: sub
              env: {OWN: step}
              shell: sh
              run: echo "$LATER $(mytool) $OWN $(basename $PWD) ${X_MACHINE-unset}"
            - id: last
              run: echo "result=${{ hashFiles('README.md') != '' }}" >> "$GITHUB_OUTPUT"
            """
        ),
        env={"X_MACHINE": "seen"},
    )
    project.write("README.md", "hello")
    assert outcome.jobs == {"boxed": "success"}, outcome.text
    assert project.log(outcome, 4) == "blue-w from-path step sub unset\n"
    assert [a["file"] for a in outcome.of("annotation")] == ["README.md"]
    assert left(project) == left(project, "network") == []


def test_the_shell_of_a_container_is_sh_unless_one_is_named(project):
    outcome = project.run(
        workflow=boxed(
            """
            - run: test -z "$BASH_VERSION"
            - shell: bash
              run: test -n "$BASH_VERSION"
            - shell: zsh {0}
              run: exit 0
            """
        )
    )
    assert [outcome for outcome, _ in outcome.steps().values()] == ["success"] * 3 + ["failure"]
    assert 'shell "zsh" is not installed where the job runs' in outcome.reason("boxed")


def test_a_javascript_action_gets_a_node_when_the_image_has_none(project):
    project.write(
        "greet/action.yml",
        """
        name: greet
        inputs: {who-is it: {default: world}}
        runs: {using: node20, main: main.js, post: post.js}
        """,
    )
    project.write(
        "greet/main.js",
        """
        const fs = require('fs')
        console.log(`hello ${process.env['INPUT_WHO-IS_IT']} from ${process.cwd()}`)
        fs.appendFileSync(process.env.GITHUB_STATE, 'told=yes\\n')
        fetch(process.env.ACTIONS_RESULTS_URL + 'x', {method: 'POST'})
          .then(answer => console.log(`services: ${answer.status}`))
        """,
    )
    project.write("greet/post.js", "console.log(`post ${process.env.STATE_told}`)")
    outcome = project.run(workflow=boxed("- uses: ./greet"))
    assert outcome.jobs == {"boxed": "success"}, outcome.text + outcome.err
    main = project.log(outcome, 2)
    assert "hello world from /__w/project/project" in main
    assert "services: 401" in main  # reached, without its token
    assert "post yes" in project.log(outcome, 3)


def test_built_in_actions_and_the_container_share_the_jobs_folders(project):
    outcome = project.run(
        workflow=boxed(
            """
            - uses: actions/checkout@v4
            - run: mkdir -p ~/.deps $PWD/out && echo dep > ~/.deps/a && echo file > out/b
            - uses: actions/upload-artifact@v4
              with: {name: out, path: "${{ github.workspace }}/out"}
            - uses: actions/download-artifact@v4
              with: {name: out, path: "${{ runner.temp }}/back"}
            - uses: actions/cache/save@v4
              with: {path: ~/.deps, key: k}
            - run: rm -r ~/.deps
            - uses: actions/cache/restore@v4
              with: {path: ~/.deps, key: k}
            - run: cat $RUNNER_TEMP/back/b ~/.deps/a
            - uses: actions/cache/save@v4
              with: {path: /usr/lib/x, key: l}
            """
        )
    )
    assert project.log(outcome, 9) == "file\ndep\n", outcome.text
    assert "/usr/lib/x is a path in the container" in outcome.reason("boxed")


def test_setting_up_a_language_in_a_container_takes_the_real_action(project):
    steps = "- uses: actions/setup-python@v5\n- uses: actions/setup-node@v4"
    outcome = project.run("--offline", workflow=boxed(steps))
    assert outcome.code == 2
    assert "actions/setup-python@v5" in outcome.err
    assert "actions/setup-node@v4" in outcome.err


def test_a_database_is_reached_by_name_from_a_container_and_by_port_from_the_host(project):
    database = {
        "image": containers.image("postgresql"),
        "ports": [5432],
        "entrypoint": "bash",
        "command": f"-c \"exec su postgres -c '{START}'\"",
        "options": "--health-cmd 'pg_isready -h localhost' --health-interval 1s"
        " --health-retries 60",
    }
    port = "${{ job.services.db.ports[5432] }}"
    boxed = {
        "runs-on": "ubuntu-latest",
        "container": database["image"],
        "services": {"db": database},
        "steps": [{"run": "psql -h db -U postgres -Atc 'select 6 * 7'"}],
    }
    host = {
        "runs-on": "ubuntu-latest",
        "services": {"db": database},
        "steps": [{"run": f"exec 3<> /dev/tcp/localhost/{port}"}],
    }
    outcome = project.run(
        workflow=json.dumps({"on": "push", "jobs": {"boxed": boxed, "host": host}})
    )
    assert outcome.jobs == {"boxed": "success", "host": "success"}, outcome.text
    assert project.log(outcome, 2, "boxed") == "42\n"


@pytest.mark.parametrize(
    ("service", "reason", "log"),
    [
        ("command: -c 'echo broken; exit 3'", "service bad has ended with exit code 3", "broken"),
        (
            "command: -c 'echo waiting; sleep 60'\n"
            "                options: --health-cmd false --health-interval 1s --health-retries 1"
            " --health-timeout 1s",
            "service bad is not healthy after",
            "waiting",
        ),
        ("options: --network host", "options: --network can't be set here", ""),
    ],
)
def test_a_service_that_does_not_start_fails_the_job_and_shows_its_log(
    project, service, reason, log
):
    outcome = project.run(
        workflow=f"""
        on: push
        jobs:
          host:
            runs-on: ubuntu-latest
            services:
              bad:
                image: {containers.image()}
                entrypoint: bash
                {service}
            steps:
              - run: echo never
        """
    )
    assert outcome.jobs == {"host": "failure"}
    assert reason in outcome.reason("host")
    assert log in project.log(outcome, 1)
    assert left(project) == left(project, "network") == []


def test_a_label_may_stand_for_an_image(project):
    workflow = """
        on: push
        jobs:
          a: {runs-on: [self-hosted, big], steps: [run: pwd]}
          b: {runs-on: ubuntu-latest, steps: [run: pwd]}
        """
    outcome = project.run("-P", f"big={containers.image()}", workflow=workflow)
    assert project.log(outcome, 2, "a") == "/__w/project/project\n"
    assert project.log(outcome, 1, "b").endswith("/2/project/project\n")
    project.write("headway.yaml", f"runners:\n  ubuntu-latest: {{image: {containers.image()}}}\n")
    outcome = project.run("-j", "b")
    assert project.log(outcome, 2, "b") == "/__w/project/project\n"
    outcome = project.run("-j", "b", "-P", "ubuntu-latest=host")
    assert project.log(outcome, 1, "b").endswith("/1/project/project\n")


def test_an_image_for_a_label_stands_for_a_machine(project):
    name = containers.image("python3")
    workflow = f"""
        on: push
        jobs:
          a:
            runs-on: big
            env: {{FOLDER: "${{{{ github.workspace }}}}/x"}}
            services:
              web:
                image: {name}
                ports: [80]
                entrypoint: python3
                command: -m http.server 80
                options: --health-cmd "bash -c '>/dev/tcp/localhost/80'" --health-interval 1s
            steps:
              - run: exec 3<>/dev/tcp/localhost/${{{{ job.services.web.ports[80] }}}}
              - run: test -z "${{{{ job.container.id }}}}" && test $FOLDER = $PWD/x
        """
    outcome = project.run("-P", f"big={name}", workflow=workflow)
    assert outcome.jobs == {"a": "success"}, outcome.text


def test_a_container_may_have_a_user_of_its_own(project):
    steps = "- {id: last, run: 'echo result=$(id -u) >> $GITHUB_OUTPUT'}"
    user = "options: --user 99"
    workflow = boxed(steps).replace("COLOUR: blue}", "COLOUR: blue}\n              " + user)
    outcome = project.run(workflow=workflow)
    assert outcome.outputs == {"boxed": {"result": "99"}}, outcome.text


def test_without_an_engine_the_run_is_refused_before_it_starts(project, tmp_path):
    for tool in ("git", "bash", "sh"):
        found = next(p for p in os.environ["PATH"].split(":") if os.path.exists(f"{p}/{tool}"))
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / tool).symlink_to(f"{found}/{tool}")
    outcome = project.run(
        workflow=boxed("- run: 'true'", image="debian:12"), env={"PATH": str(tmp_path / "bin")}
    )
    assert outcome.code == 2
    assert outcome.events == []
    assert "job boxed: container: needs a container engine" in outcome.err
    assert "install podman" in outcome.err


def started(project, process):
    """Waits until the program in the container runs; its number on this machine."""
    for _ in range(300):
        found = subprocess.run(["pgrep", "-f", f"sleep 12{os.getpid()}"], capture_output=True)
        if found.stdout:
            return int(found.stdout.split()[0])
        assert process.poll() is None
        time.sleep(0.1)
    raise AssertionError("the step has not begun")


@pytest.fixture
def sleeping(project):
    """A run whose program in the container sleeps."""
    project.write(".github/workflows/ci.yml", boxed(f"- run: sleep 12{os.getpid()}"))
    project.commit()
    process = project.start()
    yield process, started(project, process)
    if process.poll() is None:
        process.kill()
        process.communicate()


def gone(pid):
    for _ in range(100):
        if not os.path.exists(f"/proc/{pid}"):
            return True
        time.sleep(0.1)
    return False


def test_cancelling_ends_the_program_in_the_container(project, sleeping):
    process, pid = sleeping
    outcome = project.finish(process, signal.SIGINT)
    assert outcome.jobs == {"boxed": "cancelled"}
    assert gone(pid)
    assert left(project) == left(project, "network") == []


def test_what_a_killed_run_left_is_removed_by_the_next(project, sleeping):
    process, pid = sleeping
    process.kill()
    process.communicate()
    assert left(project)
    next_one = "{on: push, jobs: {a: {runs-on: x, steps: [run: 'true']}}}"
    assert project.run(workflow=next_one).code == 0
    assert gone(pid)
    assert left(project) == left(project, "network") == []
