"""`headway test`: real suites of real processes, and what becomes of their reports."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess

import pytest
from waiting import alive, wait_for

import containers
import scan_tools

PASSED = '<testsuite name="s" tests="1"><testcase classname="s" name="a"/></testsuite>'
FAILED = (
    '<testsuite name="s" tests="2"><testcase classname="s" name="a"/>'
    '<testcase classname="s" name="b"><failure message="planted"/></testcase></testsuite>'
)


@pytest.fixture
def repository(project):
    project.env["PATH"] = "/usr/bin:/bin"
    project.write("readme", "a\n")
    project.commit()
    return project


def suites(project, text):
    project.write("headway.yaml", "suites:\n" + text)


def test(project, *arguments, **more):
    done = project.headway("test", "--json", *arguments, **more)
    text = done.stdout.decode()
    data = json.loads(text) if text else None
    return done, {one["key"]: one for one in data["suites"]} if data else {}, data


test.__test__ = False


def junit(content):
    return f"echo '{content}' > $HEADWAY_REPORTS/junit.xml"


class TestHowASuiteEnds:
    def one(self, project, command, **keys):
        suites(project, f"  unit:\n    a: {json.dumps({'command': command, **keys})}\n")
        done, found, data = test(project)
        return done, found["unit/a"], data

    def test_passed(self, repository):
        done, suite, data = self.one(repository, junit(PASSED))
        assert suite["state"] == "passed"
        assert suite["said"] == "1 test"
        assert data["verdict"]["outcome"] == "passed"
        assert done.returncode == 0

    def test_failed_tests_are_for_the_gates(self, repository):
        done, suite, data = self.one(repository, junit(FAILED) + "; exit 1")
        assert suite["said"] == "1 of 2 tests failed"
        assert suite["explained"]
        assert data["verdict"]["outcome"] == "failed"
        assert done.returncode == 1

    def test_so_quarantine_holds(self, repository):
        suites(
            repository, f"  unit:\n    a: {json.dumps({'command': junit(FAILED) + '; exit 1'})}\n"
        )
        more = "quarantine:\n  - {test: 's::b', reason: planted, owner: ada, until: 2099-01-01}\n"
        path = repository.root / "headway.yaml"
        path.write_text(path.read_text() + more)
        assert repository.headway("test").returncode == 0
        assert repository.headway("test", "--no-gate").returncode == 1

    def test_a_failing_command_without_a_report(self, repository):
        done, suite, _ = self.one(repository, "echo first; echo planted words >&2; exit 7")
        assert suite["state"] == "failed"
        assert suite["said"] == "exit code 7"
        assert suite["last"] == ["first", "planted words"]
        assert done.returncode == 1
        shown = repository.headway("test").stderr.decode()
        assert "failed: unit/a: exit code 7" in shown
        assert "planted words" in shown
        # A later gate knows it too.
        later = repository.headway("gate")
        assert later.returncode == 1
        assert b"unit/a ends well" in later.stdout

    def test_a_failing_command_whose_tests_all_passed(self, repository):
        done, suite, _ = self.one(repository, junit(PASSED) + "; exit 2")
        assert suite["said"] == "exit code 2, and no failed test in its reports"
        assert done.returncode == 1

    def test_success_without_the_declared_reports_is_no_evidence(self, repository):
        done, suite, _ = self.one(repository, "true", reports=["out/*.xml"])
        assert suite["said"] == "no evidence: it left no out/*.xml"
        assert done.returncode == 1

    def test_a_report_of_another_time_is_none(self, repository):
        old = repository.write("out/junit.xml", PASSED)
        os.utime(old, (1, 1))
        _, suite, _ = self.one(repository, "true", reports=["out/*.xml"])
        assert suite["said"] == "no evidence: it left no out/*.xml"

    def test_declared_reports_are_kept(self, repository):
        command = f"mkdir -p out; echo '{PASSED}' > out/junit.xml"
        done, suite, _ = self.one(repository, command, reports=["out/*.xml"])
        assert done.returncode == 0
        assert suite["reports"] == [".headway/reports/test/unit/a/out/junit.xml"]

    def test_a_declared_report_that_is_none(self, repository):
        command = "echo planted > junit.xml"
        done, suite, _ = self.one(repository, command, reports=["junit.xml"])
        assert suite["said"].startswith("junit.xml: not a report of a known format")
        assert done.returncode == 1

    def test_success_without_any_report_is_success(self, repository):
        done, suite, data = self.one(repository, "true")
        assert (done.returncode, suite["state"], data["verdict"]) == (0, "passed", None)

    def test_a_time_limit(self, repository):
        done, suite, _ = self.one(repository, "echo started; sleep 60", time_limit="500ms")
        assert suite["said"] == "stopped at its time limit of 500ms"
        assert suite["last"] == ["started"]
        assert done.returncode == 1

    def test_a_program_that_is_not_there(self, repository):
        _, suite, _ = self.one(repository, ["nowhere-planted", "x"])
        assert suite["said"] == "nowhere-planted: command not found"

    def test_a_directory_that_is_not_there(self, repository):
        _, suite, _ = self.one(repository, "true", directory="web")
        assert suite["said"] == "its directory web doesn't exist"

    def test_what_it_leaves_running_is_ended(self, repository):
        self.one(repository, "sleep 600 & echo $! > pid")
        wait_for(lambda: not alive(int((repository.root / "pid").read_text())))

    def test_its_surroundings(self, repository):
        (repository.root / "web").mkdir()
        command = 'echo "$PWD $GREETING $(basename $HEADWAY_REPORTS)"; exit 1'
        env = {"GREETING": "hello ${USER_PLANTED}", "USER_PLANTED": "ada"}
        repository.env["USER_PLANTED"] = "bob"
        _, suite, _ = self.one(repository, command, directory="web", env=env)
        assert suite["last"] == [f"{repository.root}/web hello bob a"]

    def test_words_of_a_list_are_no_shell(self, repository):
        command = ["sh", "-c", 'echo "$1"; exit 1', "sh", "a b; ${HEADWAY_REPORTS}"]
        _, suite, _ = self.one(repository, command)
        assert suite["last"] == [f"a b; {repository.root}/.headway/reports/test/unit/a"]


SEVERAL = """
  unit:
    backend: {command: "touch unit-backend"}
    frontend: {command: "touch unit-frontend"}
  integration:
    backend: {command: "test -e unit-backend && touch integration", needs: [unit]}
  broken:
    backend: {command: "exit 9"}
  after:
    backend: {command: "touch after", needs: [broken/backend]}
"""


class TestChoosing:
    def ran(self, repository, *arguments):
        suites(repository, SEVERAL)
        done, found, _ = test(repository, "--no-gate", *arguments)
        return done.returncode, {key: one["state"] for key, one in found.items()}

    def test_unit_is_the_default(self, repository):
        both = {"unit/backend": "passed", "unit/frontend": "passed"}
        assert self.ran(repository) == (0, both)

    def test_a_component(self, repository):
        ran = self.ran(repository, "--component", "backend")
        assert ran == (0, {"unit/backend": "passed"})

    def test_one_of_one(self, repository):
        assert self.ran(repository, "unit/frontend") == (0, {"unit/frontend": "passed"})

    def test_all_keeps_going_and_skips_what_needs_what_failed(self, repository):
        assert self.ran(repository, "all") == (
            1,
            {
                "unit/backend": "passed",
                "unit/frontend": "passed",
                "integration/backend": "passed",
                "broken/backend": "failed",
                "after/backend": "skipped",
            },
        )
        assert not (repository.root / "after").exists()

    def test_what_is_needed_but_not_asked_for_is_not_waited_for(self, repository):
        assert self.ran(repository, "after") == (0, {"after/backend": "passed"})

    def test_default_is_what_says_so(self, repository):
        suites(
            repository,
            "  fast:\n    a: {command: 'true', default: true}\n"
            "  unit:\n    a: {command: 'false'}\n",
        )
        assert list(test(repository)[1]) == ["fast/a"]

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["unti"], 'there is no suite "unti"'),
            (["unit/mobile"], 'there is no suite "unit/mobile"'),
            (["--component", "backen"], 'there is no component "backen"'),
            (["integration", "--component", "frontend"], "frontend has no suite integration"),
            (["unit", "--", "-k", "x"], "arguments after -- are for one suite, and this is 2"),
            (["--parallel", "-1"], "--parallel takes 1 or more"),
        ],
    )
    def test_what_is_not_there(self, repository, arguments, said):
        suites(repository, SEVERAL)
        done = repository.headway("test", *arguments)
        assert done.returncode == 2
        assert said in done.stderr.decode()

    def test_more_arguments(self, repository):
        suites(repository, "  unit:\n    a: {command: \"printf '%s.'\"}\n")
        repository.headway("test", "unit", "--", "-k", "two words")
        log = repository.root / ".headway/reports/test/unit/a/output.log"
        assert log.read_text() == "-k.two words."

    def test_list(self, repository):
        suites(repository, SEVERAL)
        lines = repository.headway("test", "--list").stdout.decode().splitlines()
        assert lines[1].split()[:3] == ["unit", "backend", "default"]
        assert len(lines) == 6

    def test_nothing(self, repository):
        done = repository.headway("test")
        assert done.returncode == 2
        assert b"no test suite was found here" in done.stderr

    def test_reports_of_suites_that_are_no_more_go(self, repository):
        old = repository.write(".headway/reports/test/old/a/junit.xml", FAILED)
        suites(repository, f"  unit:\n    a: {json.dumps({'command': junit(PASSED)})}\n")
        assert repository.headway("test").returncode == 0
        assert not old.exists()


def test_serial_runs_alone(repository):
    """Each counts how many run beside it."""
    command = "touch on-$$; ls on-* | wc -l >> beside; sleep 0.3; rm on-$$"
    suites(
        repository,
        f"  unit:\n    a: {{command: '{command}', serial: true}}\n"
        f"    b: {{command: '{command}', serial: true}}\n"
        f"    c: {{command: '{command}', serial: true}}\n",
    )
    test(repository, "--parallel", "3")
    assert (repository.root / "beside").read_text().split() == ["1", "1", "1"]


def test_side_by_side(repository):
    """Each waits for the other: neither would end alone."""
    command = "touch on-{0}; until [ -e on-{1} ]; do sleep 0.05; done"
    suites(
        repository,
        f"  unit:\n    a: {{command: '{command.format('a', 'b')}', time_limit: 50s}}\n"
        f"    b: {{command: '{command.format('b', 'a')}', time_limit: 50s}}\n",
    )
    assert test(repository, "--parallel", "2")[0].returncode == 0


def test_ctrl_c_ends_everything(repository):
    command = "trap '' INT TERM; sleep 600 & echo $! > child; wait; sleep 600"
    suites(repository, f"  unit:\n    a: {json.dumps({'command': command})}\n")
    process = subprocess.Popen(
        repository.command("test"), cwd=repository.root, env=repository.env,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    child = repository.root / "child"
    wait_for(lambda: child.exists() and child.read_text().strip())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    wait_for(lambda: not alive(int(child.read_text())))


SERVICE = """
  integration:
    {name}:
      command: |
        test "$DB_HOST" = 127.0.0.1
        exec 3<>/dev/tcp/$DB_HOST/$DB_PORT
        head -c 5 <&3 > answer
        echo "$URL" >> answer
      env: {{URL: "tcp://${{DB_HOST}}:${{DB_PORT_9000}}"}}
      services:
        db:
          image: {image}
          command: {command}
          ports: [9000]
          env: {{GREETING: hello}}
          health: test -e /tmp/ready
          time_limit: {limit}
"""


class TestServices:
    SERVER = (
        "use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalPort => 9000, Listen => 5,"
        " ReuseAddr => 1) or die; open(my $f, '>', '/tmp/ready'); close $f;"
        " while (my $c = $s->accept) { print $c $ENV{GREETING}; close $c; }"
    )

    def suite(self, repository, name, server, limit="60s"):
        image = containers.image()
        repository.env["PATH"] = os.environ["PATH"]
        for variable in ("CONTAINERS_CONF", "XDG_RUNTIME_DIR"):
            if variable in os.environ:
                repository.env[variable] = os.environ[variable]
        command = json.dumps(["perl", "-e", server])
        suites(repository, SERVICE.format(name=name, image=image, command=command, limit=limit))

    def left(self, name):
        mark = f"label=dev.headway.for=integration/{name}"
        return containers.run("ps", "--all", "--quiet", "--filter", mark)

    def test_a_suite_finds_its_service_ready(self, repository):
        self.suite(repository, "well", self.SERVER)
        done, found, _ = test(repository, "integration")
        assert found["integration/well"]["state"] == "passed", found
        answer = (repository.root / "answer").read_text()
        assert answer.startswith("hellotcp://127.0.0.1:")
        assert done.returncode == 0
        assert not self.left("well")

    def test_one_that_ends_at_once_fails_the_suite_with_its_words(self, repository):
        self.suite(repository, "dies", "die 'planted words'")
        _, found, _ = test(repository, "integration")
        assert "service db" in found["integration/dies"]["said"]
        assert "planted words" in found["integration/dies"]["said"]
        assert not self.left("dies")

    def test_ctrl_c_takes_it_away(self, repository):
        self.suite(repository, "stopped", self.SERVER)
        text = (repository.root / "headway.yaml").read_text()
        line = 'test "$DB_HOST" = 127.0.0.1'
        (repository.root / "headway.yaml").write_text(
            text.replace(line, "touch started; sleep 600")
        )
        process = subprocess.Popen(
            repository.command("test", "integration"), cwd=repository.root, env=repository.env,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        wait_for((repository.root / "started").exists)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=90)
        assert process.returncode == 130
        assert not self.left("stopped")


# --- what is recognised ------------------------------------------------------------------


@pytest.fixture
def python(project):
    """A Python project with one failing test, its tools on PATH."""
    project.env["PATH"] = f"{scan_tools.folder()}:/usr/bin:/bin"
    project.write("pyproject.toml", '[project]\nname = "shop"\n[tool.pytest.ini_options]\n')
    project.write(
        "shop/__init__.py", "def total(a, b):\n    if a > b:\n        return a\n    return a + b\n"
    )
    project.write(
        "tests/test_shop.py",
        "from shop import total\n\ndef test_total():\n    assert total(1, 2) == 3\n",
    )
    project.write("conftest.py", "")
    project.write(".gitignore", "__pycache__\n.pytest_cache\n")
    project.commit()
    return project


def test_pytest_with_its_plugins(python):
    done, found, data = test(python)
    assert found["unit/shop"]["tests"] == 1
    assert {report["format"] for report in data["verdict"]["reports"]} == {"junit", "cobertura"}
    assert data["verdict"]["measures"]["coverage.lines"] == 4
    assert data["verdict"]["measures"]["coverage.covered_lines"] == 3
    assert done.returncode == 1  # under the 80 % that a project without settings has
    assert "workers" in (python.root / ".headway/reports/test/unit/shop/output.log").read_text()
    assert python.git("status", "--porcelain") == ""


ALONE = """
[project]
name = "shop"
[tool.pytest.ini_options]
addopts = "-n 0"
"""


def test_folders_of_tests_are_suites(python):
    python.write("pyproject.toml", ALONE)
    python.write("tests/integration/test_far.py", "def test_far(): assert 0, 'planted'\n")
    python.write("tests/e2e/test_wide.py", "def test_wide(): pass\n")
    _, found, _ = test(python, "--no-gate")
    assert {key: one["tests"] for key, one in found.items()} == {"unit/shop": 1}
    done, found, _ = test(python, "all", "--no-gate")
    assert {key: one["state"] for key, one in found.items()} == {
        "unit/shop": "passed", "integration/shop": "failed", "e2e/shop": "passed",
    }  # fmt: skip
    assert done.returncode == 1


def test_a_package_in_src_that_is_not_installed(python):
    python.write("pyproject.toml", ALONE)
    (python.root / "src").mkdir()
    shutil.move(python.root / "shop", python.root / "src" / "shop")
    _, found, data = test(python)
    assert found["unit/shop"]["state"] == "passed"
    assert data["verdict"]["measures"]["coverage.percent"] == 75


def test_a_tool_that_is_not_installed(project):
    project.env["PATH"] = "/usr/bin:/bin"
    package = {"name": "web", "devDependencies": {"vitest": "*"}}
    project.write("web/package.json", json.dumps(package))
    project.commit()
    assert "vitest: npm ci in web" in project.headway("test", "--list").stdout.decode()
    done, found, _ = test(project)
    assert found["unit/web"]["said"] == "not installed: vitest: npm ci in web"
    assert done.returncode == 1


def test_tests_that_can_not_be_collected(python):
    python.write("pyproject.toml", ALONE)
    python.write("tests/test_shop.py", "import nowhere_planted\n")
    done, found, _ = test(python)
    assert found["unit/shop"]["state"] == "failed"
    assert done.returncode == 1


@pytest.mark.skipif(not shutil.which("node"), reason="there is no Node here")
@pytest.mark.parametrize("tool", ["jest", "vitest"])
def test_node(project, tool):
    place = scan_tools.node_folder()
    project.env["PATH"] = f"{os.path.dirname(shutil.which('node'))}:/usr/bin:/bin"
    project.write(
        "web/package.json", json.dumps({"name": "@shop/web", "devDependencies": {tool: "*"}})
    )
    imported = 'import { test, expect } from "vitest";\n' if tool == "vitest" else ""
    project.write(
        "web/cart.test.js",
        f'{imported}test("adds", () => expect(1 + 1).toBe(2));\n'
        'test("planted", () => expect(1).toBe(2));\n',
    )
    project.write(".gitignore", "node_modules\n")
    os.symlink(place, project.root / "web" / "node_modules")
    project.commit()
    done, found, data = test(project)
    assert found["unit/web"]["said"] == "1 of 2 tests failed", found
    assert data["verdict"]["measures"]["tests.failed"] == 1
    assert done.returncode == 1
