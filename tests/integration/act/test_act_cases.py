"""act's own cases: the workflows that its runner is tested with end here as its tables say.

`HEADWAY_TEST_ACT` names a checkout of nektos/act, without which nothing here runs. Remote
actions come from `HEADWAY_TEST_MIRROR`, a folder of bare repositories (owner/name or
owner/name.git); a case whose actions aren't there is skipped, for it needs a network.
`cases.toml` has what is to come of each case, and which deviate from GitHub.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import stand_ins
import yaml

import containers

ACT = Path(os.environ.get("HEADWAY_TEST_ACT", ""))
MIRROR = Path(os.environ.get("HEADWAY_TEST_MIRROR", ""))
CASES = tomllib.loads((Path(__file__).parent / "cases.toml").read_text())
FOLDERS = ("pkg/runner/testdata", "pkg/model/testdata")
BUILT_IN = {"host": ("actions/checkout", "actions/setup-node")}
# Actions whose Dockerfiles name images: repository → the ref that cases use.
DOCKER = {"nektos/act-test-actions": "main", "actions/hello-world-docker-action": "v1"}
WHO = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "safe.directory=*")

pytestmark = pytest.mark.skipif(
    "HEADWAY_TEST_ACT" not in os.environ, reason="HEADWAY_TEST_ACT names no checkout of act"
)


def rows():
    for name, case in CASES.items():
        for table in case["in"]:
            for event in case.get("events", ["push"]):
                yield pytest.param(table, name, event, id=f"{table}-{name}-{event}")


@pytest.mark.parametrize(("table", "name", "event"), [*rows()])
def test_a_case_ends_as_it_shall(table, name, event, case):
    done = case(table, name, event)
    expected = CASES[name].get("github") or ("failure" if CASES[name].get("fails") else "success")
    found = {0: "success", 1: "failure", 2: "failure"}.get(done.code, f"exit code {done.code}")
    assert found == expected, "\n".join([done.err, *_story(done)])


def _story(done):
    ended = [f"{e['job']}: {e['conclusion']} {e['reason']}" for e in done.of("job.finished")]
    return [*ended, *(f"{level}: {message}" for level, message in done.annotations)]


def test_every_case_of_the_tables_is_known():
    text = (ACT / "pkg/runner/runner_test.go").read_text()
    tables = {"TestRunEvent": "container", "TestRunEventHostEnvironment": "host"}
    for function, table in tables.items():
        body = text.partition(f"func {function}(")[2].partition("\nfunc ")[0]
        listed = re.findall(r'^\s*\{[^,]+, "([^"]+)", "(\w+)", "([^"]*)"', body, re.MULTILINE)
        theirs = {(name, event, bool(error)) for name, event, error in listed}
        ours = {
            (name, event, case.get("fails", False))
            for name, case in CASES.items()
            if table in case["in"]
            for event in case.get("events", ["push"])
        }
        assert {row for row in theirs if not row[0].startswith("windows-")} == ours


# --- a case in a repository of its own ---------------------------------------------------------


@pytest.fixture
def case(tmp_path, request):
    containers.image(*stand_ins.PACKAGES)  # before the project, which takes the environment
    project = request.getfixturevalue("project")

    def run(table, name, event):
        source = next(ACT / each for each in FOLDERS if (ACT / each / name).is_dir())
        _skip_unless_possible(source, table, name)
        _copy(source, project.root)
        if MIRROR.name:
            project.write("headway.yaml", f"actions: {{mirror: {{github.com: {tmp_path}/git}}}}\n")
            _mirror(tmp_path / "git")
        project.git("remote", "add", "origin", "https://github.com/nektos/act")
        project.git("add", "-A", "-f")
        project.git("commit", "-qm", "cases")
        flags = [*_workflows(project.root / name, event), "--event", event]
        payload = f"{name}/event.json" if (project.root / name / "event.json").exists() else ""
        if not payload:  # act's actor is nobody of this repository
            payload = str(tmp_path / "event.json")
            Path(payload).write_text('{"sender": {"login": "nektos/act"}}')
        flags += ["--event-path", payload, *CASES[name].get("flags", [])]
        if table != "host" and name != "post-step-failure-is-job-failure":
            flags += ["-P", f"ubuntu-latest={stand_ins.stand_in('node')}"]
        tools = os.environ.get("RUNNER_TOOL_CACHE", "")
        return project.run(*flags, env={"RUNNER_TOOL_CACHE": tools} if tools else None)

    return run


def _skip_unless_possible(source, table, name):
    needs = CASES[name].get("needs")
    if needs == "PowerShell":
        pytest.skip("needs PowerShell, and an image with it")
    if needs == "Node 16" and not _node_16():
        pytest.skip("needs Node 16, which setup-node would download")
    missing = sorted(slug for slug in _remote(source / name, table, name) if _bare(slug) is None)
    if missing:
        pytest.skip(f"needs a network, or a mirror, for {', '.join(missing)}")


def _node_16():
    tools = os.environ.get("RUNNER_TOOL_CACHE", "")
    return tools and any(Path(tools, "node").glob("16.*/x64/bin/node"))


def _remote(folder, table, name):
    """The repositories of the actions that a case uses and Headway doesn't have."""
    found = set()
    for file in (*folder.rglob("*.yml"), *folder.rglob("*.yaml")):
        found.update(re.findall(r"uses: *'?([\w.-]+/[\w.-]+)[^@\s]*@", file.read_text()))
    given = " ".join(CASES[name].get("flags", []))
    own = BUILT_IN.get(table, ("actions/checkout",))
    return {slug for slug in found if slug not in own and f"{slug}@" not in given}


def _bare(slug):
    if not MIRROR.name:
        return None
    places = (MIRROR / slug, MIRROR / f"{slug}.git")
    return next((place for place in places if (place / "HEAD").exists()), None)


def _copy(source, root):
    """All cases, for some use the others' actions; images by the names of their stand-ins."""
    shutil.copytree(source, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    for file in (*root.rglob("*.yml"), *root.rglob("*.yaml"), *root.rglob("Dockerfile*")):
        text = file.read_text()
        replaced = stand_ins.replaced(text)
        if replaced != text:
            file.write_text(replaced)


def _workflows(folder, event):
    flags = []
    for file in sorted((*folder.glob("*.yml"), *folder.glob("*.yaml"))):
        document = yaml.safe_load(file.read_text())
        on = document.get("on", document.get(True))
        if event in ([on] if isinstance(on, str) else on):
            flags += ["-W", str(file)]
    return flags


def _mirror(folder):
    for owner in MIRROR.iterdir():
        for repository in owner.iterdir() if owner.is_dir() else ():
            (folder / owner.name).mkdir(parents=True, exist_ok=True)
            (folder / owner.name / repository.name).symlink_to(repository)
    for slug, ref in DOCKER.items():
        bare = _bare(slug)
        if bare is not None:
            place = folder / slug.partition("/")[0] / bare.name
            place.unlink()
            _with_stand_ins(bare, place, ref)


def _with_stand_ins(bare, place, ref):
    work = place.with_suffix(".work")
    _git("clone", "-q", "--shared", str(bare), str(work))
    _git("-C", str(work), "checkout", "-q", ref)
    for file in work.rglob("Dockerfile*"):
        file.write_text(stand_ins.replaced(file.read_text()))
    _git("-C", str(work), "commit", "-aqm", "local images")
    if ref != "main":
        _git("-C", str(work), "tag", "-f", ref)
    _git("clone", "-q", "--bare", str(work), str(place))


def _git(*arguments):
    subprocess.run(["git", *WHO, *arguments], check=True, capture_output=True)
