"""The official actions as they are published, and Headway's own: the same workflows, both ways.

`HEADWAY_TEST_MIRROR` names a folder of bare repositories (owner/name or owner/name.git) with
actions/checkout and the rest; without it only the built-in actions are tested. What the
snapshot in a mirror lacks is skipped.
"""

import os
import re
import shutil
import subprocess
import sys

import pytest

MIRROR = os.environ.get("HEADWAY_TEST_MIRROR", "")
BUILT_IN = "built-in"
MOST = 3  # the newest major versions of each action


def bare(slug):
    for name in (slug, f"{slug}.git"):
        if os.path.exists(os.path.join(MIRROR, name, "HEAD")):
            return os.path.join(MIRROR, name)
    return None


def git(*arguments, cwd):
    done = subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def complete(folder, version):
    """Whether the mirror has every file of the version: a snapshot may lack the largest."""
    names = git("ls-tree", "-r", "--format=%(objectname)", version, cwd=folder).split()
    asked = subprocess.run(
        ["git", "cat-file", "--batch-check"],
        cwd=folder,
        input="\n".join(names),
        capture_output=True,
        text=True,
    )
    return bool(names) and " missing" not in asked.stdout


def versions(slug):
    folder = bare(slug) if MIRROR else None
    if folder is None:
        return []
    tags = [t for t in git("tag", cwd=folder).split() if re.fullmatch(r"v([3-9]|\d\d)", t)]
    whole = [tag for tag in tags if complete(folder, tag)]
    return sorted(whole, key=lambda tag: int(tag[1:]))[-MOST:]


def both_ways(slug):
    """Parameters: the built-in action, and every version that the mirror has."""
    return pytest.mark.parametrize("version", [BUILT_IN, *versions(slug)])


def only_real(slug):
    found = versions(slug) or [pytest.param("", marks=pytest.mark.skip("not in a mirror"))]
    return pytest.mark.parametrize("version", found)


needs_node = pytest.mark.skipif(not shutil.which("node"), reason="no node on PATH")
pytestmark = needs_node


@pytest.fixture
def github(project, tmp_path):
    """A repository whose remote is GitHub's, which git is told is a folder; tools in a cache."""
    server = tmp_path / "github" / "octo"
    server.mkdir(parents=True)
    (tmp_path / ".gitconfig").write_text(
        f'[url "file://{server.parent}/"]\n\tinsteadOf = https://github.com/\n'
        "[safe]\n\tdirectory = *\n"
    )
    del project.env["GIT_CONFIG_GLOBAL"]
    if MIRROR:
        project.write("headway.yaml", f"actions: {{mirror: {{github.com: {MIRROR}}}}}\n")
    project.write("file.txt", "one\n")
    project.commit("One")
    project.git("checkout", "-q", "-b", "other")
    project.write("other.txt", "two\n")
    project.commit("Two")
    project.git("checkout", "-q", "main")
    project.git("remote", "add", "origin", "https://github.com/octo/project")
    project.tools = tmp_path / "tools"
    project.env["RUNNER_TOOL_CACHE"] = str(project.tools)

    def run(workflow, version):
        """Runs it once all that is committed is also on the server."""
        project.write(".github/workflows/ci.yml", workflow.replace("@@", f"@{version}"))
        project.commit("Workflow")
        shutil.rmtree(server / "project.git", ignore_errors=True)
        project.git("clone", "-q", "--bare", ".", str(server / "project.git"))
        real = ["--no-builtin", "-s", "GITHUB_TOKEN=token-of-the-test"]
        if version == BUILT_IN:
            project.write(".github/workflows/ci.yml", workflow.replace("@@", "@v4"))
            project.commit("Workflow")
            real = []
        return project.run(*real)

    project.check = run
    return project


def tool(project, name, version, **programs):
    folder = project.tools / name / version / "x64"
    (folder / "bin").mkdir(parents=True)
    for program, target in programs.items():
        (folder / "bin" / program).symlink_to(target)
    (project.tools / name / version / "x64.complete").touch()
    return folder


def job(*lines):
    steps = "".join(f"      - {line}\n" for line in lines)
    return f"on: push\njobs:\n  j:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"


@both_ways("actions/checkout")
def test_checkout(github, version):
    outcome = github.check(
        job(
            "{id: c, uses: actions/checkout@@}",
            'run: test "$(git rev-parse HEAD)" = "$GITHUB_SHA" && test -f file.txt',
            'run: test "${{ steps.c.outputs.ref }}" = refs/heads/main',
            "{id: o, uses: actions/checkout@@, with: {ref: other, path: sub, fetch-depth: 0}}",
            "run: test ${{ steps.o.outputs.ref }} = other && cat sub/other.txt",
            "run: cd sub && test \"$(git log --format=%s | tail -2 | tr '\\n' -)\" = Two-One-",
            "run: test ! -e other.txt",
        ),
        version,
    )
    assert outcome.code == 0, outcome.text[-3000:] + outcome.err


@both_ways("actions/setup-python")
def test_setup_python(github, version):
    number = ".".join(map(str, sys.version_info[:3]))
    base = os.path.join(sys.base_prefix, "bin", "python3")
    folder = tool(github, "Python", number, python=base, python3=base)
    (folder / "lib").symlink_to(os.path.join(sys.base_prefix, "lib"))
    outcome = github.check(
        job(
            f"{{id: p, uses: actions/setup-python@@, with: {{python-version: '{number[:4]}'}}}}",
            f"run: test '${{{{ steps.p.outputs.python-version }}}}' = {number}",
            f'run: test "$(python --version)" = \'Python {number}\' && test -n "$pythonLocation"',
        ),
        version,
    )
    assert outcome.code == 0, outcome.text[-3000:] + outcome.err


@both_ways("actions/setup-node")
def test_setup_node(github, version):
    node, npm = shutil.which("node"), shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on PATH")
    number = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    tool(github, "node", number[1:], node=node, npm=npm)
    outcome = github.check(
        job(
            f"{{id: n, uses: actions/setup-node@@, with: {{node-version: '{number[1:3]}'}}}}",
            f"run: test '${{{{ steps.n.outputs.node-version }}}}' = {number}",
            f'run: test "$(node --version)" = {number} && npm --version',
        ),
        version,
    )
    assert outcome.code == 0, outcome.text[-3000:] + outcome.err


@only_real("actions/github-script")
def test_github_script(github, version):
    script = "core.setOutput('seen', context.sha); return context.repo"
    outcome = github.check(
        job(
            f'{{id: s, uses: actions/github-script@@, with: {{script: "{script}"}}}}',
            'run: test "${{ steps.s.outputs.seen }}" = "$GITHUB_SHA"',
            "run: test '${{ fromJSON(steps.s.outputs.result).owner }}' = octo",
        ),
        version,
    )
    assert outcome.code == 0, outcome.text[-3000:] + outcome.err


@both_ways("actions/cache")
def test_cache(github, version):
    workflow = job(
        "{id: c, uses: actions/cache@@, with: "
        '{path: "kept\\n~/also", key: "k-${{ github.run_number }}", restore-keys: k-}}',
        "run: 'echo ${{ github.run_number }}: \"[$(cat kept/file)]\" >> $HOME/seen'",
        "run: mkdir -p kept ~/also; echo ${{ github.run_number }} | tee kept/file ~/also/file",
        "run: test -n '${{ steps.c.outputs.cache-primary-key }}' -o -z ''",
    )
    assert github.check(workflow, version).code == 0
    outcome = github.check(workflow + "\n", version)
    assert outcome.code == 0, outcome.text[-3000:] + outcome.err
    first, second = (github.home.parent / "seen").read_text().split()[1::2]
    assert (first, second) == ("[]", "[1]")


@pytest.mark.parametrize(
    "version",
    [
        BUILT_IN,
        *sorted(
            set(versions("actions/upload-artifact")) & set(versions("actions/download-artifact"))
        ),
    ],
)
def test_artifacts(github, version):
    outcome = github.check(
        job(
            "run: mkdir -p up/deep; echo one > up/one; echo two > up/deep/two",
            "{uses: actions/upload-artifact@@, with: {name: things, path: up}}",
            "{uses: actions/download-artifact@@, with: {name: things, path: down}}",
            "run: diff -r up down",
        ),
        version,
    )
    assert outcome.code == 0, outcome.text[-3000:] + outcome.err
