import json
import os
import shutil
import subprocess

import pytest

from headway.runner.action.builtin import setup_node

KNOWN = ("18.20.4", "20.9.0", "20.11.1", "22.3.0", "23.1.0", "24.0.0-rc.1")


def fake(prefix, version):
    """A Node that can only tell its version."""
    programs = prefix / "bin"
    programs.mkdir(parents=True)
    for name, text in (("node", f"v{version}"), ("npm", "10.0.0")):
        (programs / name).write_text(f"#!/bin/sh\necho {text}\n")
        (programs / name).chmod(0o755)


@pytest.fixture
def plain_path(tmp_path):
    """A PATH with a shell and no Node."""
    folder = tmp_path / "plain"
    folder.mkdir()
    for name in ("bash", "sh", "env"):
        (folder / name).symlink_to(shutil.which(name))
    return str(folder)


@pytest.fixture
def nodes(job, tmp_path, plain_path):
    for version in KNOWN:
        fake(tmp_path / "nvm/versions/node" / f"v{version}", version)
    job.env.update(NVM_DIR=str(tmp_path / "nvm"), PATH=plain_path)


@pytest.mark.parametrize(
    ("spec", "version"),
    [
        ("20", "v20.11.1"),
        ("20.x", "v20.11.1"),
        ("20.9", "v20.9.0"),
        ("v20.9.0", "v20.9.0"),
        (">=18 <22", "v20.11.1"),
        ("^18 || ^20", "v20.11.1"),
        ("*", "v23.1.0"),
        ("latest", "v23.1.0"),
        ("node", "v23.1.0"),
        ("current", "v23.1.0"),
        ("lts/*", "v22.3.0"),
        ("lts/-1", "v20.11.1"),
        ("lts/hydrogen", "v18.20.4"),
        ("lts/Iron", "v20.11.1"),
        ("24.0.0-rc.1", "v24.0.0-rc.1"),
    ],
)
def test_the_newest_that_the_version_allows(job, nodes, spec, version):
    assert job.do(setup_node, {"node-version": spec}) == {"node-version": version}
    assert job.shell("node --version") == version
    assert job.shell("npm --version") == "10.0.0"


@pytest.mark.parametrize(
    ("file", "content", "version"),
    [
        (".nvmrc", "v20\n", "v20.11.1"),
        (".nvmrc", "lts/hydrogen\n", "v18.20.4"),
        (".node-version", "20.9.0", "v20.9.0"),
        (".tool-versions", "python 3.12\nnodejs 20.9.0\n", "v20.9.0"),
        ("mise.toml", '[tools]\nnode = "18"', "v18.20.4"),
        ("mise.toml", '[tools]\nnode = {version = "18"}', "v18.20.4"),
        ("package.json", {"engines": {"node": ">=18 <21"}}, "v20.11.1"),
        ("package.json", {"volta": {"node": "20.9.0"}, "engines": {"node": "18"}}, "v20.9.0"),
        (
            "package.json",
            {"devEngines": {"runtime": {"name": "node", "version": "20.9"}}},
            "v20.9.0",
        ),
        (
            "package.json",
            {"devEngines": {"runtime": [{"name": "bun"}, {"name": "node", "version": "18"}]}},
            "v18.20.4",
        ),
        ("package.json", {"volta": {"extends": "other.json"}}, "v22.3.0"),
    ],
)
def test_the_version_of_a_file(job, nodes, write, file, content, version):
    write({file: content if isinstance(content, str) else json.dumps(content)})
    write({"other.json": '{"volta": {"node": "22.3.0"}}'})
    assert job.do(setup_node, {"node-version-file": file})["node-version"] == version


def test_a_file_that_says_nothing(job, nodes, write):
    write({"package.json": "{}"})
    job.do(setup_node, {"node-version-file": "package.json"})
    assert "Could not determine node version" in job.annotations[0][1]
    job.do(setup_node, {"node-version-file": "package.json", "node-version": "20"})
    assert "only node-version will be used" in job.annotations[0][1]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"node-version": "19"}, "has 24.0.0-rc.1, 23.1.0, 22.3.0, 20.11.1, 20.9.0, 18.20.4"),
        ({"node-version": "19"}, "nvm install 19"),
        ({"node-version": "lts/none"}, "Unable to find LTS release 'none'"),
        ({"node-version": "20", "architecture": "arm6502"}, "architecture arm6502"),
        ({"node-version-file": "none"}, "node version file at:"),
        ({"node-version": "20", "cache": "bower"}, "Caching for 'bower' is not supported"),
        ({"node-version": "20", "cache": "npm"}, "lock file is not found"),
    ],
)
def test_refusals(job, nodes, inputs, message):
    assert message in job.refusal(setup_node, inputs)


@pytest.mark.parametrize(
    ("variable", "folder", "name"),
    [
        ("FNM_DIR", "node-versions", "v20.1.0/installation"),
        ("VOLTA_HOME", "tools/image/node", "20.1.0"),
        ("ASDF_DATA_DIR", "installs/nodejs", "20.1.0"),
        ("MISE_DATA_DIR", "installs/node", "20.1.0"),
        ("NODENV_ROOT", "versions", "20.1.0"),
        ("N_PREFIX", "n/versions/node", "20.1.0"),
    ],
)
def test_where_nodes_are_found(job, tmp_path, plain_path, variable, folder, name):
    fake(tmp_path / "manager" / folder / name, "20.1.0")
    job.env.update({variable: str(tmp_path / "manager"), "PATH": plain_path})
    assert job.do(setup_node, {"node-version": "20.1"}) == {"node-version": "v20.1.0"}


def test_without_a_version_the_one_on_the_path_stays(job, tmp_path, plain_path):
    fake(tmp_path / "there", "21.0.0")
    job.env["PATH"] = f"{tmp_path}/there/bin:{plain_path}"
    assert job.do(setup_node) == {"node-version": "v21.0.0"}
    assert job.paths == []
    job.do(setup_node, {"architecture": "x64"})
    assert "`architecture` is provided" in job.annotations[0][1]


def test_problem_matchers(job, nodes):
    job.do(setup_node, {"node-version": "20"})
    assert job.matchers == ["tsc", "eslint-stylish", "eslint-compact"]


# --- registries and caches ----------------------------------------------------------------


def test_registry(job, nodes):
    job.env["NODE_AUTH_TOKEN"] = "secret"
    job.do(setup_node, {"registry-url": "https://npm.example.com", "scope": "Acme"})
    path = job.env["NPM_CONFIG_USERCONFIG"]
    with open(path) as file:
        assert file.read() == (
            "//npm.example.com/:_authToken=${NODE_AUTH_TOKEN}\n"
            "@acme:registry=https://npm.example.com/\n"
        )
    job.do(setup_node, {"registry-url": "https://npm.pkg.github.com"})
    with open(path) as file:
        lines = file.read().splitlines()
    assert lines[1:] == [
        "@acme:registry=https://npm.example.com/",
        "//npm.pkg.github.com/:_authToken=${NODE_AUTH_TOKEN}",
        "@local:registry=https://npm.pkg.github.com/",
    ]


@pytest.mark.parametrize(
    ("files", "inputs", "used"),
    [
        ({"package-lock.json": "{}"}, {"cache": "npm"}, True),
        ({"yarn.lock": ""}, {"cache": "yarn"}, True),
        (
            {"sub/pnpm-lock.yaml": ""},
            {"cache": "pnpm", "cache-dependency-path": "**/p*.yaml"},
            True,
        ),
        ({"package-lock.json": "{}", "package.json": '{"packageManager": "npm@10"}'}, {}, True),
        (
            {
                "package-lock.json": "{}",
                "package.json": '{"devEngines": {"packageManager": {"name": "npm"}}}',
            },
            {},
            True,
        ),
        (
            {"package-lock.json": "{}", "package.json": '{"packageManager": "npm@10"}'},
            {"package-manager-cache": "false"},
            False,
        ),
        ({"package.json": '{"packageManager": "pnpm@9"}'}, {}, False),
        ({"package.json": "[]"}, {}, False),
    ],
)
def test_cache(job, nodes, write, files, inputs, used):
    write(files)
    outputs = job.do(setup_node, {"node-version": "20", **inputs})
    assert ("cache-primary-key" in outputs) == used
    assert outputs.get("cache-hit") == ("false" if used else None)


# --- with a real one ----------------------------------------------------------------------


@pytest.fixture
def real(job):
    if shutil.which("npm") is None:
        pytest.skip("there is no npm here")
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    job.do(setup_node, {"node-version": said.stdout.strip()})
    return job


def test_global_packages_are_the_jobs_own(real, write):
    write({"tool/package.json": '{"name": "tool", "version": "1.0.0", "bin": "tool.js"}'})
    write({"tool/tool.js": "#!/usr/bin/env node\nconsole.log('tool')\n"})
    packed = real.shell("cd tool && npm pack --silent").splitlines()[-1]
    real.shell(f"npm install --global --offline --silent ./tool/{packed}")
    assert real.shell("tool") == "tool"
    assert real.shell("npm prefix --global").startswith(real.temp)
    listed = real.shell("npm list --global --parseable")
    assert f"{real.temp}/tools/node" in listed
    assert os.path.exists(os.path.realpath(shutil.which("npm")))
