"""Docker actions, with a real engine and an image made of Debian packages."""

import os
import signal
import time

import pytest

from containers import engine, image, run
from headway.clients.containers import LABEL
from headway.runner.action.docker import tag

WORKFLOW = "on: push\njobs:\n  j:\n    runs-on: ubuntu-latest\n    steps:\n"


def steps(*lines):
    return WORKFLOW + "".join(f"      - {line}\n" for line in lines)


@pytest.fixture
def base(project):
    name = image()
    for variable in ("CONTAINERS_CONF", "XDG_RUNTIME_DIR"):
        if variable in os.environ:
            project.env[variable] = os.environ[variable]
    project.env["HEADWAY_CONTAINER_ENGINE"] = engine()
    project.images = [tag("headway-local", f"{project.root}/act/Dockerfile")]
    yield name
    run("rmi", "--force", *project.images, check=False)


def left(project):
    """Containers of this project's runs that are still there."""
    runs = os.listdir(project.home / "runs")
    return [c for r in runs for c in run("ps", "-aq", "--filter", f"label={LABEL}={r}").split()]


def action(project, base):
    project.write(
        "act/action.yml",
        """
        name: d
        inputs: {who to greet: {default: World}}
        outputs: {said: {description: x}}
        runs:
          using: docker
          image: Dockerfile
          pre-entrypoint: /pre.sh
          post-entrypoint: /post.sh
          args: ["${{ inputs['who to greet'] }}", two words, ""]
          env: {FIXED: "of ${{ inputs['who to greet'] }}", GIVEN: action}
        """,
    )
    project.write("act/Dockerfile", f'FROM {base}\nCOPY *.sh /\nENTRYPOINT ["sh", "/main.sh"]\n')
    project.write("act/pre.sh", "#!/bin/sh\necho at=pre >> $GITHUB_STATE\n").chmod(0o755)
    project.write(
        "act/main.sh",
        """
        set -e
        test "$#:$1:$2:$3" = "3:Ada:two words:"
        env | grep -q ^INPUT_WHO_TO_GREET=Ada
        test "$FIXED-$GIVEN-$STATE_at" = "of Ada-step-pre"
        test "$(pwd)$GITHUB_WORKSPACE" = /github/workspace/github/workspace
        test "$HOME" = /github/home -a "$RUNNER_TEMP" = /github/runner_temp
        test -s "$GITHUB_EVENT_PATH" -a -f act/main.sh
        echo "said=hi $1" >> $GITHUB_OUTPUT
        echo "LATER=yes" >> $GITHUB_ENV
        echo "at=main" >> $GITHUB_STATE
        echo kept > $HOME/kept
        echo made > made
        echo "::notice::from inside"
        """,
    )
    text = '#!/bin/sh\ncat $HOME/kept\necho "post $STATE_at" > $GITHUB_WORKSPACE/post\n'
    project.write("act/post.sh", text).chmod(0o755)


def test_a_dockerfile(project, base):
    action(project, base)
    outcome = project.run(
        "--in-place",
        workflow=steps(
            "{id: a, uses: ./act, with: {who to greet: Ada}, env: {GIVEN: step}}",
            "run: test '${{ steps.a.outputs.said }}-'$LATER-$(cat made) = 'hi Ada-yes-made'",
        ),
    )
    assert outcome.code == 0, outcome.text + outcome.err
    assert ("notice", "from inside") in outcome.annotations
    assert (project.root / "post").read_text() == "post main\n"
    assert left(project) == []


def test_the_runs_services_are_reached_from_its_container(project, base):
    project.write("act/action.yml", "runs: {using: docker, image: Dockerfile}\n")
    entrypoint = 'ENTRYPOINT ["bash", "/main.sh"]'
    project.write("act/Dockerfile", f"FROM {base}\nCOPY main.sh /\n{entrypoint}\n")
    project.write(
        "act/main.sh",
        """
        for url in "$ACTIONS_RESULTS_URL" "$ACTIONS_ID_TOKEN_REQUEST_URL"; do
            place=${url#http://}; place=${place%%/*}
            exec 3<> "/dev/tcp/${place%:*}/${place#*:}"
            printf 'GET /.well-known/openid-configuration HTTP/1.0\\r\\n\\r\\n' >&3
            grep -q jwks_uri <&3 || exit 1
        done
        """,
    )
    workflow = "permissions: {id-token: write}\n" + steps("uses: ./act")
    outcome = project.run(workflow=workflow)
    assert outcome.code == 0, outcome.text + project.log(outcome)


def test_an_image(project, base):
    outcome = project.run(
        workflow=steps(
            f"{{uses: 'docker://{base}', with: {{entrypoint: /bin/sh, args: -c 'echo a b > out'}}}}",
            "run: test \"$(cat out)\" = 'a b'",
            f"{{name: false, uses: 'docker://{base}', with: {{entrypoint: /bin/false}}}}",
        )
    )
    assert outcome.code == 1
    assert outcome.reason("j").endswith("exit code 1"), outcome.text
    outcomes = [outcome for outcome, _ in outcome.steps().values()]
    assert outcomes == ["success", "success", "failure"]
    assert left(project) == []


def test_an_image_that_cannot_be_had(project, base):
    outcome = project.run(workflow=steps("uses: docker://localhost/no-such-image:1"))
    assert outcome.code == 1
    assert "could not be pulled" in outcome.reason("j")


def test_an_image_that_cannot_be_built(project, base):
    project.write("act/Dockerfile", f"FROM {base}\nRUN exit 3\n")
    outcome = project.run(workflow=steps("uses: ./act"))
    assert outcome.code == 1
    assert "could not be built" in outcome.reason("j")


def test_an_action_of_another_repository_is_built_once(project, base, server):
    commit = server.publish("octo/act", {"Dockerfile": f"FROM {base}\nENTRYPOINT ['true']\n"})
    project.images.append(tag("headway-action", f"github.com/octo/act/@{commit}"))
    workflow = steps("uses: octo/act@v1", "uses: octo/act@v1")
    assert project.run(workflow=workflow).code == 1  # ['true'] is no JSON: a shell gets it
    server.publish("octo/act", {"Dockerfile": f'FROM {base}\nENTRYPOINT ["true"]\n'})
    outcome = project.run()
    assert outcome.code == 0, outcome.text + outcome.err
    assert "Building" in project.log(outcome, 1)
    assert "Building" not in project.log(outcome, 2)
    assert "Building" not in project.log(project.run(), 1)


def test_the_container_ends_with_the_step(project, base):
    slow = f"{{uses: 'docker://{base}', with: {{entrypoint: sleep, args: '600'}}"
    outcome = project.run(workflow=steps(f"{slow}, timeout-minutes: 0.03}}"))
    assert outcome.code == 1
    assert "timed out" in outcome.reason("j")
    assert left(project) == []


def test_what_a_killed_run_leaves_is_removed_by_the_next_start(project, base):
    slow = f"{{uses: 'docker://{base}', with: {{entrypoint: sleep, args: '600'}}}}"
    project.write(".github/workflows/slow.yml", steps(slow))
    project.write(".github/workflows/ci.yml", steps("run: 'true'"))
    project.commit()
    process = project.start("slow.yml")
    for _ in range(300):
        if (project.home / "runs").exists() and left(project):
            break
        time.sleep(0.1)
    project.finish(process, signal.SIGKILL)
    assert len(left(project)) == 1
    assert project.run("ci.yml").code == 0
    assert left(project) == []


def test_in_a_job_that_has_a_container(project, base):
    project.write(
        "act/action.yml",
        """
        name: d
        runs: {using: docker, image: Dockerfile}
        """,
    )
    project.write("act/Dockerfile", f'FROM {base}\nCOPY main.sh /\nENTRYPOINT ["sh", "/main.sh"]\n')
    project.write(
        "act/main.sh",
        """
        set -e
        test "$(cat made)$(pwd)$GITHUB_WORKSPACE" = x/github/workspace/github/workspace
        test -s "$GITHUB_EVENT_PATH" -a -d "$RUNNER_TEMP"
        echo "SEEN=$(cat made)" >> $GITHUB_ENV
        """,
    )
    outcome = project.run(
        workflow=steps("run: echo x > made", "uses: ./act", "run: test $SEEN = x").replace(
            "    steps:", f"    container: {base}\n    steps:"
        )
    )
    assert outcome.code == 0, outcome.text + outcome.err
    assert left(project) == []
