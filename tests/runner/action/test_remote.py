"""Actions of other repositories: fetched from a server, here a folder of bare repositories."""

import shutil
import subprocess

import pytest

WORKFLOW = "on: push\njobs:\n  j:\n    runs-on: ubuntu-latest\n    steps:\n"
needs_node = pytest.mark.skipif(not shutil.which("node"), reason="no node on PATH")


def steps(*lines):
    return WORKFLOW + "".join(f"      - {line}\n" for line in lines)


def seen(project):
    return (project.home.parent / "seen").read_text()


def test_a_composite_action(project, server):
    server.composite(
        "octo/greet",
        "{id: g, shell: bash, run: 'echo \"text=hello ${{ inputs.who }}\" >> $GITHUB_OUTPUT'}",
        "{shell: bash, run: 'echo $GITHUB_ACTION_REPOSITORY $GITHUB_ACTION_REF >> $HOME/seen'}",
        "{shell: bash, run: 'cd $GITHUB_ACTION_PATH; ls; test -f action.yml -a ! -e .git'}",
        inputs="{who: {required: true}}",
        outputs="{text: {value: '${{ steps.g.outputs.text }}'}}",
    )
    outcome = project.run(
        workflow=steps(
            "{id: a, uses: octo/greet@v1, with: {who: ada}}",
            "run: test '${{ steps.a.outputs.text }}' = 'hello ada'",
            'run: test "$GITHUB_ACTION_REPOSITORY$GITHUB_ACTION_PATH" = ""',
        )
    )
    assert outcome.code == 0, outcome.text
    assert seen(project) == "octo/greet v1\n"


def test_an_action_in_a_folder_of_its_repository(project, server):
    server.composite("octo/tools", "{shell: bash, run: 'echo deep >> $HOME/seen'}", path="a/b")
    assert project.run(workflow=steps("uses: octo/tools/a/b@main")).code == 0
    assert seen(project) == "deep\n"


def test_what_dot_and_dollar_stand_for_in_an_action(project, server):
    """`./` is the caller's workspace, `$/` the action's own repository at the same commit."""
    server.publish(
        "octo/act",
        {
            "action.yml": """
                name: x
                runs:
                  using: composite
                  steps:
                    - uses: ./local
                    - uses: $/own
                """,
            "own/action.yml": """
                name: x
                runs:
                  using: composite
                  steps:
                    - {shell: bash, run: 'echo own $GITHUB_ACTION_REPOSITORY >> $HOME/seen'}
                """,
        },
    )
    project.write(
        "local/action.yml",
        """
        name: x
        runs:
          using: composite
          steps:
            - {shell: bash, run: 'echo local [$GITHUB_ACTION_REPOSITORY] >> $HOME/seen'}
        """,
    )
    outcome = project.run(workflow=steps("uses: octo/act@v1"))
    assert outcome.code == 0, outcome.text
    assert seen(project) == "local []\nown octo/act\n"


JAVASCRIPT = {
    "action.yml": """
        name: j
        inputs:
          who to greet: {default: world}
          old: {deprecationMessage: use new instead}
        outputs: {said: {description: x}}
        runs: {using: node20, pre: pre.js, main: dist/main.js, post: post.js, post-if: always()}
        """,
    "pre.js": """
        const fs = require('fs')
        fs.appendFileSync(process.env.GITHUB_STATE, 'at=pre\\n')
        fs.appendFileSync(process.env.HOME + '/seen', 'pre\\n')
        """,
    "dist/main.js": """
        const fs = require('fs'), env = process.env
        const text = [env['INPUT_WHO_TO_GREET'], env.INPUT_OLD, env.STATE_at].join(' ')
        fs.appendFileSync(env.GITHUB_OUTPUT, 'said=' + text + '\\n')
        fs.appendFileSync(env.HOME + '/seen', env.GITHUB_ACTION_REPOSITORY + ' ' + text + '\\n')
        """,
    "post.js": "require('fs').appendFileSync(process.env.HOME + '/seen', 'post\\n')\n",
}


@needs_node
def test_a_javascript_action(project, server):
    server.publish("octo/js", JAVASCRIPT)
    outcome = project.run(
        workflow=steps(
            "run: echo first >> $HOME/seen",
            "{id: a, uses: octo/js@v1, with: {who to greet: ada, OLD: given}}",
            "run: test '${{ steps.a.outputs.said }}' = 'ada given pre'",
        )
    )
    assert outcome.code == 0, outcome.text
    assert seen(project) == "pre\nfirst\nocto/js ada given pre\npost\n"
    assert ("warning", "Input 'old' is deprecated: use new instead") in outcome.annotations


@needs_node
@pytest.mark.parametrize("depth", [1, 2])
def test_the_pre_step_of_an_action_in_an_action(project, server, depth):
    server.publish("octo/js", JAVASCRIPT)
    server.composite("octo/outer1", "uses: octo/js@v1")
    server.composite("octo/outer2", "uses: octo/outer1@v1")
    workflow = steps("run: echo first >> $HOME/seen", f"uses: octo/outer{depth}@v1")
    outcome = project.run(workflow=workflow)
    assert outcome.code == 0, outcome.text
    assert seen(project) == "pre\nfirst\nocto/js world  pre\npost\n"


@needs_node
def test_old_nodes_are_mapped_forward_and_that_is_said_once(project, server):
    for name in ("one", "two"):
        server.publish(
            f"octo/{name}",
            {
                "action.yml": "name: j\nruns: {using: node12, main: m.js}\n",
                "m.js": "process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)\n",
            },
        )
    outcome = project.run(workflow=steps("uses: octo/one@v1", "uses: octo/two@v1"))
    assert outcome.code == 0, outcome.text
    assert len([e for e in outcome.of("notice") if "made for Node 12" in e["message"]]) == 1


def test_what_an_action_writes_beside_itself_is_gone_with_the_job(project, server):
    server.composite(
        "octo/act",
        "{shell: bash, run: 'cd $GITHUB_ACTION_PATH; test ! -e new; touch new; echo x > action.yml'}",
    )
    workflow = steps("uses: octo/act@v1")
    assert project.run(workflow=workflow).code == 0
    assert project.run().code == 0


# --- which commit ----------------------------------------------------------------------------


def test_a_tag_is_followed_and_a_commit_stays(project, server):
    old = server.composite("octo/act", "{shell: bash, run: 'echo old >> $HOME/seen'}")
    workflow = steps("uses: octo/act@v1", f"uses: octo/act@{old}")
    assert project.run(workflow=workflow).code == 0
    server.composite("octo/act", "{shell: bash, run: 'echo new >> $HOME/seen'}")
    assert project.run().code == 0
    assert seen(project) == "old\nold\nnew\nold\n"


def test_a_tag_goes_before_a_branch_of_its_name(project, server):
    server.composite("octo/act", "{shell: bash, run: 'echo tag >> $HOME/seen'}", tag="main")
    server.composite("octo/act", "{shell: bash, run: 'echo branch >> $HOME/seen'}", tag="")
    assert project.run(workflow=steps("uses: octo/act@main")).code == 0
    assert seen(project) == "tag\n"


def test_without_the_server_the_cached_commit_is_taken_and_that_is_said(project, server):
    commit = server.composite("octo/act", "{shell: bash, run: 'echo ran >> $HOME/seen'}")
    assert project.run(workflow=steps("uses: octo/act@v1")).code == 0
    project.write("headway.yaml", "actions: {mirror: {github.com: 'http://127.0.0.1:9'}}\n")
    outcome = project.run()
    assert outcome.code == 0, outcome.err
    assert f"using the cached commit {commit[:12]} of octo/act@v1" in outcome.err
    assert project.run("--offline").code == 0
    assert seen(project) == "ran\n" * 3


def test_without_the_server_and_nothing_cached(project):
    project.write("headway.yaml", "actions: {mirror: {github.com: 'http://127.0.0.1:9'}}\n")
    outcome = project.run(workflow=steps("uses: octo/act@v1"))
    assert outcome.code == 2
    assert "octo/act@v1 is not in the cache, and can't be fetched" in outcome.err
    assert ".github/workflows/ci.yml:6:" in outcome.err


@pytest.mark.parametrize(
    ("uses", "message", "hint"),
    [
        ("octo/act@v2", "octo/act has no tag or branch v2", "it has: main, v1"),
        ("octo/acts@v1", "there is no repository octo/acts", 'did you mean "octo/act"?'),
        ("octo/act/dep@v1", "no action.yml or Dockerfile in dep", 'did you mean "octo/act/deep"?'),
        ("octo/act@1234567", "no tag or branch 1234567", "all of its 40 characters"),
        ("octo/act@a/../b", "expected owner/name[/path]@ref", ""),
        (f"octo/act@{'1' * 40}", f"octo/act has no commit {'1' * 40}", ""),
    ],
)
def test_what_is_not_there_is_said_before_anything_runs(project, server, uses, message, hint):
    server.composite("octo/act", "{shell: bash, run: 'true'}")
    server.composite("octo/act", "{shell: bash, run: 'true'}", path="deep")
    outcome = project.run(workflow=steps("run: touch $HOME/ran", f"uses: {uses}"))
    assert outcome.code == 2
    assert message in outcome.err
    assert hint in outcome.err
    assert ".github/workflows/ci.yml:7:" in outcome.err
    assert not (project.home.parent / "ran").exists()


def test_everything_that_is_missing_is_said_at_once_wherever_it_is_used(project, server):
    server.composite("octo/outer", "uses: octo/inner@v9")
    server.composite("octo/inner", "{shell: bash, run: 'true'}")
    outcome = project.run(workflow=steps("uses: octo/outer@v1", "uses: octo/none@v1"))
    assert outcome.code == 2
    assert "octo/inner has no tag or branch v9" in outcome.err
    assert "there is no repository octo/none" in outcome.err


# --- at once -----------------------------------------------------------------------------------


def test_ten_jobs_fetch_an_action_once(project, server):
    server.composite("octo/act", "{shell: bash, run: 'true'}")
    jobs = "".join(
        f"  j{n}: {{runs-on: u, steps: [{{uses: octo/act@v1}}, {{uses: octo/act@v1}}]}}\n"
        for n in range(10)
    )
    outcome = project.run("--parallel", "10", workflow=f"on: push\njobs:\n{jobs}")
    assert outcome.code == 0, outcome.text
    assert outcome.err.count("fetching octo/act@v1") == 1


def test_runs_that_start_together_share_the_cache(project, server):
    server.composite("octo/act", "{shell: bash, run: 'true'}")
    project.write(".github/workflows/ci.yml", steps("uses: octo/act@v1"))
    project.commit()
    running = [project.start() for _ in range(4)]
    outcomes = [project.finish(process) for process in running]
    assert [o.code for o in outcomes] == [0, 0, 0, 0], [o.err for o in outcomes]
    assert sum(o.err.count("fetching") for o in outcomes) == 1


# --- other places --------------------------------------------------------------------------------


def test_a_folder_instead_of_an_action_of_one_ref(project, tmp_path, server):
    server.composite("octo/act", "{shell: bash, run: 'echo server >> $HOME/seen'}")
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "action.yml").write_text(
        "name: x\nruns: {using: composite, steps: "
        "[{shell: bash, run: 'echo mine >> $HOME/seen'}]}\n"
    )
    workflow = steps("uses: octo/act@v1", "uses: octo/act@main")
    outcome = project.run("--local-repository", f"Octo/act@v1={folder}", workflow=workflow)
    assert outcome.code == 0, outcome.err
    assert seen(project) == "mine\nserver\n"


def test_a_clone_instead_of_the_server(project, tmp_path, server):
    server.composite("octo/act", "{shell: bash, run: 'echo clone >> $HOME/seen'}")
    clone = tmp_path / "clone"
    server.git("clone", "-q", str(server.bare("octo/act")), str(clone))
    (project.root / "headway.yaml").unlink()
    outcome = project.run(
        "--local-repository", f"octo/act={clone}", workflow=steps("uses: octo/act@v1")
    )
    assert outcome.code == 0, outcome.err
    assert seen(project) == "clone\n"


def test_the_most_particular_mirror_wins(project, server, tmp_path):
    server.composite("octo/act", "{shell: bash, run: 'true'}")
    other = tmp_path / "other" / "octo"
    other.mkdir(parents=True)
    server.git("clone", "-q", "--bare", str(server.bare("octo/act")), str(other / "act"))
    shutil.rmtree(server.bare("octo/act"))
    project.write(
        "headway.yaml",
        f"actions: {{mirror: {{github.com: {server.folder}, octo/*: {other.parent}}}}}\n",
    )
    assert project.run(workflow=steps("uses: octo/act@v1")).code == 0


def test_only_what_is_allowed(project, server):
    server.composite("octo/act", "{shell: bash, run: 'true'}")
    project.write(
        "headway.yaml",
        f"actions: {{mirror: {{github.com: {server.folder}}}, allow: [github-owned, other/*]}}\n",
    )
    outcome = project.run(workflow=steps("uses: actions/checkout@v4", "uses: octo/act@v1"))
    assert outcome.code == 2
    assert "octo/act@v1: not allowed here: no pattern in actions.allow matches it" in outcome.err
    assert "checkout" not in outcome.err


def test_the_real_action_instead_of_the_built_in_one(project, server):
    server.composite("actions/checkout", "{shell: bash, run: 'echo real >> $HOME/seen'}", tag="v4")
    workflow = steps("uses: actions/checkout@v4")
    assert project.run(workflow=workflow).code == 0
    assert not (project.home.parent / "seen").exists()
    assert project.run("--no-builtin").code == 0
    assert project.run("--no-builtin=checkout", "ci.yml").code == 0
    assert project.run("--no-builtin", "ci.yml").code == 0
    assert project.run("--no-builtin=cache").code == 0
    assert seen(project) == "real\n" * 3
    outcome = project.run("--no-builtin=chekout")
    assert outcome.code == 2
    assert 'did you mean "actions/checkout"?' in outcome.err


# --- private repositories -------------------------------------------------------------------------


def test_a_token_reaches_the_server_and_nothing_else(project, server, tmp_path, serve_with_token):
    commit = server.composite("octo/secret", "{shell: bash, run: 'echo ran >> $HOME/seen'}")
    url, token = serve_with_token(server.folder)
    project.write("headway.yaml", f"actions: {{mirror: {{github.com: '{url}'}}}}\n")
    workflow = steps("uses: octo/secret@v1", "run: env >> $HOME/seen")
    refused = project.run(workflow=workflow)
    assert refused.code == 2
    assert "HEADWAY_TOKEN_127_0_0_1" in refused.err
    programs = tmp_path / "programs"
    programs.mkdir()
    real = shutil.which("git")
    recorder = programs / "git"
    recorder.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/arguments\nexec {real} "$@"\n')
    recorder.chmod(0o755)
    outcome = project.run(
        env={
            "HEADWAY_TOKEN_127_0_0_1": token,
            "PATH": f"{programs}:{project.env['PATH']}",
            "GIT_TRACE_CURL": str(tmp_path / "trace"),
        }
    )
    assert outcome.code == 0, outcome.err
    assert "fetch" in (tmp_path / "arguments").read_text()
    kept = subprocess.run(
        ["grep", "-rlE", f"{token}|{serve_with_token.encoded}", str(tmp_path)], capture_output=True
    )
    assert kept.stdout == b""
    assert (project.home / "cache" / "actions" / "github.com" / "octo" / "secret" / commit).is_dir()
