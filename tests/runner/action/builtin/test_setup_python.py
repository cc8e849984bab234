import os
import stat
import subprocess
import sys
import sysconfig
import zipfile

import pytest

from headway.runner.action.builtin import python_layer, setup_python
from headway.runner.action.builtin.semver import Version

OWN = "{}.{}.{}".format(*sys.version_info[:3])
SHORT = "{}.{}".format(*sys.version_info[:2])
# The interpreter that runs the tests, found as any other: what pyenv would have.
BASE = os.path.realpath(sys.base_prefix)


def fake(folder, name, program="python3"):
    """An installation that has nothing but its name."""
    file = folder / name / "bin" / program
    file.parent.mkdir(parents=True)
    file.write_text("#!/bin/sh\nexit 1\n")
    file.chmod(0o755)


@pytest.fixture
def versions(job, tmp_path):
    """A folder of pyenv's, with the Python that runs the tests in it."""
    folder = tmp_path / "pyenv" / "versions"
    own = folder / OWN
    own.mkdir(parents=True)
    for name in ("lib", "include"):
        if os.path.isdir(f"{BASE}/{name}"):
            (own / name).symlink_to(f"{BASE}/{name}")
    (own / "bin").mkdir()
    (own / "bin" / f"python{SHORT}").symlink_to(f"{BASE}/bin/python{SHORT}")
    job.env["PYENV_ROOT"] = str(tmp_path / "pyenv")
    job.env["PATH"] = "/usr/sbin:/bin"
    return folder


# --- choosing, from names alone -----------------------------------------------------------


KNOWN = ("3.9.18", "3.10.4", "3.10.13", "3.12.1", "3.13.0rc2", "3.13.0t", "2.7.18")


@pytest.fixture
def chosen(job, tmp_path, monkeypatch):
    """What is chosen of KNOWN."""
    for name in KNOWN:
        fake(tmp_path / "pyenv/versions", name, f"python{name[0]}")
    fake(tmp_path / "pyenv/versions", "miniconda3-22.11.1-1")
    fake(tmp_path / "pyenv/versions", "pypy3.10-7.3.12", "pypy3")
    fake(tmp_path / "pyenv/versions", "pypy3.10-7.3.9", "pypy3")
    job.env.update(PYENV_ROOT=str(tmp_path / "pyenv"), PATH="/nonexistent")
    made = []
    monkeypatch.setattr(python_layer, "make_layer", lambda tool, *rest: made.append(tool))
    monkeypatch.setattr(python_layer, "has_pip", lambda folder: True)

    def choose(spec, **inputs):
        made.clear()
        job.do(setup_python, {"python-version": spec, **inputs})
        return [t.label for t in made]

    return choose


@pytest.mark.parametrize(
    ("spec", "label"),
    [
        ("3.10", "3.10.13"),
        ("3.10.4", "3.10.4"),
        ("3.x", "3.12.1"),
        ("3", "3.12.1"),
        ("x", "3.12.1"),
        (">=3.9 <3.11", "3.10.13"),
        ("^3.9", "3.12.1"),
        ("~3.10.0", "3.10.13"),
        ("3.9 || 3.10", "3.10.13"),
        ("3.13-dev", "3.13.0rc2"),
        ("3.13.0rc2", "3.13.0rc2"),
        ("3.13t", "3.13.0t"),
        ("2.7", "2.7.18"),
        ("pypy3.10", "3.10.0"),
    ],
)
def test_the_newest_that_the_version_allows(chosen, spec, label):
    assert chosen(spec) == [label]


def test_inputs_that_change_the_choice(chosen):
    assert chosen("3.13", **{"allow-prereleases": "true"}) == ["3.13.0rc2"]
    assert chosen("3.13", freethreaded="true") == ["3.13.0t"]


def test_pypy(chosen, job):
    chosen("pypy3.10")
    assert job.outputs["python-version"] == "pypy3.10.0-v7.3.12"
    chosen("pypy3.10-v7.3.9")
    assert job.outputs["python-version"] == "pypy3.10.0-v7.3.9"


def test_several_versions(chosen, job):
    assert chosen("3.9\n3.10\n\npypy3.10") == ["3.9.18", "3.10.13", "3.10.0"]
    assert job.outputs["python-version"] == "pypy3.10.0-v7.3.12"
    assert [os.path.relpath(p, job.temp) for p in job.paths[:2]] == [
        "tools/PyPy/3.10.0/x64/bin",
        "tools/PyPy/3.10.0/x64",
    ]


@pytest.mark.parametrize(
    ("spec", "inputs", "messages"),
    [
        (
            "3.13",
            {},
            ["'3.13' with architecture", "3.13.0t, 3.13.0rc2, 3.12.1", "pyenv install 3.13"],
        ),
        ("3.12", {"architecture": "arm6502"}, ["architecture 'arm6502'", "uv python install"]),
        ("nonsense", {}, ["'nonsense'"]),
        ("graalpy-24", {}, ["'graalpy-24'"]),
        ("pypy", {}, ["should be specified as"]),
        ("3.12", {"pip-version": "latest"}, ['Invalid pip-version "latest"']),
        ("3.12", {"cache": "conda"}, ["Caching for 'conda' is not supported"]),
        ("3.12", {"cache": "pip"}, ["matched to [**/requirements.txt or **/pyproject.toml]"]),
        ("3.12", {"check-latest": "maybe"}, ["'check-latest' must be true or false"]),
    ],
)
def test_refusals(chosen, job, spec, inputs, messages):
    refusal = job.refusal(setup_python, {"python-version": spec, **inputs})
    for message in messages:
        assert message in refusal


@pytest.mark.parametrize(
    ("file", "content", "labels"),
    [
        (".python-version", "3.10.4\n", ["3.10.4"]),
        (".python-version", "# first\n3.9\n\n3.10/envs/mine\n", ["3.9.18", "3.10.13"]),
        ("pyproject.toml", '[project]\nrequires-python = ">=3.9,<3.11"', ["3.10.13"]),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.9"', ["3.12.1"]),
        ("Pipfile", '[requires]\npython_version = "3.10"', ["3.10.13"]),
        (".tool-versions", "# python 3.9\nnodejs 20\npython 3.10.4\n", ["3.10.4"]),
    ],
)
def test_the_version_of_a_file(chosen, write, file, content, labels):
    write({file: content})
    assert chosen("", **{"python-version-file": file}) == labels


def test_files_that_are_missing_or_broken(chosen, job, write):
    refusal = job.refusal(setup_python, {"python-version-file": "none"})
    assert "python version file at:" in refusal
    write({"pyproject.toml": "[project"})
    assert "not TOML" in job.refusal(setup_python, {"python-version-file": "pyproject.toml"})
    chosen("3.10", **{"python-version-file": "none"})
    assert "only python-version will be used" in job.annotations[0][1]


def test_the_default_file(chosen, write):
    write({".python-version": "3.9"})
    assert chosen("") == ["3.9.18"]


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("home/.pyenv/versions", "3.11.1"),
        ("home/.local/share/uv/python", "cpython-3.11.1-linux-x86_64-gnu"),
        ("home/.asdf/installs/python", "3.11.1"),
        ("home/.local/share/mise/installs/python", "3.11.1"),
        ("tools/Python", "3.11.1/x64"),
    ],
)
def test_where_pythons_are_found(job, tmp_path, monkeypatch, place, name):
    monkeypatch.setattr("headway.runner.action.builtin.tools.architecture", lambda: "x64")
    fake(tmp_path / place, name, "python3.11")
    (tmp_path / place / f"{name}.complete").write_text("")
    job.env["PATH"] = "/nonexistent"
    from headway.runner.action.builtin.tools import pythons

    found = pythons(job.env, job.tool_cache)
    assert [t.version for t in found] == [Version(3, 11, 1)]


def test_half_an_installation_in_the_tool_cache_does_not_count(job, tmp_path):
    from headway.runner.action.builtin.tools import architecture, pythons

    fake(tmp_path / "tools/Python/3.11.1", architecture())
    assert pythons(job.env, job.tool_cache) == []


# --- the job's own Python -----------------------------------------------------------------


@pytest.fixture(params=["prefix", "venv"])
def python(request, job, versions, monkeypatch):
    """The job with its Python set up, in both ways in which that is done."""
    if request.param == "venv":
        monkeypatch.setattr(python_layer, "_make_prefix", lambda tool, folder: False)
    job.do(setup_python, {"python-version": SHORT})
    return request.param


def test_what_later_steps_see(job, python):
    location = job.env["pythonLocation"]
    assert location.endswith(f"/tools/Python/{OWN}/{os.path.basename(location)}")
    for name in ("Python_ROOT_DIR", "Python2_ROOT_DIR", "Python3_ROOT_DIR"):
        assert job.env[name] == location
    assert job.env["PKG_CONFIG_PATH"] == f"{location}/lib/pkgconfig"
    assert job.env["LD_LIBRARY_PATH"] == f"{location}/lib"
    assert job.paths[:2] == [f"{location}/bin", location]
    assert job.outputs == {"python-version": OWN, "python-path": f"{location}/bin/python"}
    assert job.matchers == ["python"]
    for name in ("python", "python3", f"python{SHORT}"):
        assert job.shell(f"{name} -c 'import sys; print(sys.prefix)'") == location


def test_it_is_a_python_like_any_other(job, python):
    script = "import ssl, sqlite3, ctypes, sysconfig, os, sys; print(sys.version.split()[0])"
    assert job.shell(f'python -c "{script}"') == OWN
    include = job.shell("python -c 'import sysconfig; print(sysconfig.get_path(\"include\"))'")
    if os.path.isdir(sysconfig.get_path("include")):
        assert os.path.isfile(f"{include}/Python.h")
    job.shell("python -m venv --without-pip made && made/bin/python -c 'import json'")
    if python == "prefix":
        same = "import sys; print(sys.prefix == sys.base_prefix)"
        assert job.shell(f"python -c '{same}'") == "True"


def wheel(folder, version="1.0"):
    path = folder / f"demo-{version}-py3-none-any.whl"
    about = f"demo-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("demo.py", f"def main(): print('demo {version}')\n")
        archive.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: demo\nVersion: {version}\n"
        )
        archive.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{about}/entry_points.txt", "[console_scripts]\ndemo = demo:main\n")
        archive.writestr(f"{about}/RECORD", "")
    return path


def everything(folder):
    """Names, times and sizes of all files below."""
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            about = os.lstat(os.path.join(path, name))
            if stat.S_ISREG(about.st_mode) and "__pycache__" not in path:
                found[os.path.join(path, name)] = about.st_mtime_ns, about.st_size
    return found


@pytest.mark.parametrize("option", ["", "--user"])
def test_pip_installs_for_the_job_only(job, python, new_job, versions, tmp_path, option):
    if python == "venv" and option:
        pytest.skip("a virtual environment has no user packages")
    before = everything(BASE), everything(f"{job.store}/python")
    job.shell(f"pip install --no-index {option} {wheel(tmp_path)}")
    assert job.shell("demo") == "demo 1.0"
    assert job.shell("python -c 'import demo; demo.main()'") == "demo 1.0"
    assert (everything(BASE), everything(f"{job.store}/python")) == before
    other = new_job(run="2", PYENV_ROOT=job.env["PYENV_ROOT"])
    other.do(setup_python, {"python-version": SHORT})
    assert "demo" not in other.shell("pip list")
    assert not os.path.exists(f"{job.env['HOME']}/.local")


def test_pip_can_be_replaced_without_harm_to_others(job, versions, new_job):
    job.do(setup_python, {"python-version": SHORT})
    kept = everything(f"{job.store}/python")
    version = job.shell("pip --version")
    job.shell("pip uninstall -q -y pip; ! python -m pip --version 2>/dev/null")
    assert everything(f"{job.store}/python") == kept
    other = new_job(run="2", PYENV_ROOT=job.env["PYENV_ROOT"])
    other.do(setup_python, {"python-version": SHORT})
    assert other.shell("pip --version").split()[1] == version.split()[1]


def test_setting_up_again_keeps_what_was_installed(job, python, tmp_path):
    job.shell(f"pip install -q --no-index {wheel(tmp_path)}")
    before = job.env["LD_LIBRARY_PATH"]
    job.do(setup_python, {"python-version": SHORT})
    assert job.shell("demo") == "demo 1.0"
    assert job.env["LD_LIBRARY_PATH"] == before


def test_pip_inputs(job, versions, tmp_path):
    install = f"--no-index {wheel(tmp_path)}"
    job.do(setup_python, {"python-version": SHORT, "pip-install": install})
    assert job.shell("demo") == "demo 1.0"
    refusal = job.refusal(
        setup_python, {"python-version": SHORT, "pip-install": "--no-index none-of-that"}
    )
    assert refusal == "pip install --no-index none-of-that failed"


def test_the_environment_can_be_left_as_it_is(job, versions):
    outputs = job.do(setup_python, {"python-version": SHORT, "update-environment": "false"})
    assert "pythonLocation" not in job.env
    assert job.paths == []
    said = subprocess.run(
        [outputs["python-path"], "-V"], capture_output=True, text=True, check=True
    )
    assert said.stdout == f"Python {OWN}\n"


def test_without_a_version_the_path_decides(job, versions):
    job.env["PATH"] = os.path.dirname(sys.executable) + ":/usr/bin:/bin"
    job.do(setup_python)
    assert "python-version` input is not set" in job.annotations[0][1]
    assert job.shell("python -V") == f"Python {OWN}"
    assert job.shell("python -c 'import sys; print(sys.prefix)'") == job.env["pythonLocation"]


def test_a_long_path_to_the_interpreter(job, versions, tmp_path):
    job.temp = str(tmp_path / ("long " * 20) / ("path" * 20))
    os.makedirs(job.temp)
    job.do(setup_python, {"python-version": SHORT})
    assert job.shell("pip --version").startswith("pip ")


def test_cache(job, versions, write):
    write({"requirements.txt": "x", "deep/other.txt": "y"})
    inputs = {"python-version": SHORT, "cache": "pip"}
    assert job.do(setup_python, inputs)["cache-hit"] == "false"
    os.makedirs(f"{job.env['HOME']}/.cache/pip/wheels")
    assert job.do(setup_python, inputs)["cache-hit"] == "true"
    inputs["cache-dependency-path"] = "**/other.txt"
    assert job.do(setup_python, inputs)["cache-hit"] == "true"
    inputs["cache-dependency-path"] = "none"
    assert "matched to [none]" in job.refusal(setup_python, inputs)
