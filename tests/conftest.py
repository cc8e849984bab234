"""For every test: patience; for tests of runs: a repository of their own, and `headway` in it."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is not a defect: no test may fail for the time that it took.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


class Outcome:
    """What one `headway run --json` did."""

    def __init__(self, code, out, err):
        self.code = code
        self.err = err
        self.events = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
        self.text = out

    def of(self, kind):
        return [e for e in self.events if e["kind"] == kind]

    @property
    def jobs(self):
        """Job → conclusion."""
        return {e["job"]: e["conclusion"] for e in self.of("job.finished")}

    @property
    def outputs(self):
        """Job → its outputs."""
        return {e["job"]: e["outputs"] for e in self.of("job.finished")}

    def steps(self, job=None):
        """Step's name → (outcome, conclusion), in the order in which they ended."""
        names = {(e["job"], e["step"]): e["name"] for e in self.of("step.started")}
        return {
            names[e["job"], e["step"]]: (e["outcome"], e["conclusion"])
            for e in self.of("step.finished")
            if job in (None, e["job"])
        }

    def reason(self, job):
        return next(e["reason"] for e in self.of("job.finished") if e["job"] == job)

    @property
    def annotations(self):
        return [(e["level"], e["message"]) for e in self.of("annotation")]


class Project:
    """A git repository and a Headway home, both in the test's folder."""

    def __init__(self, folder):
        self.root = folder / "project"
        self.home = folder / "home"
        self.root.mkdir()
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "RUNNER_"))},
            "HEADWAY_HOME": str(self.home),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "HOME": str(folder),
        }
        self.env.pop("XDG_CACHE_HOME", None)
        self.env.pop("XDG_STATE_HOME", None)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ada Lovelace")
        self.git("config", "user.email", "ada@example.com")

    def git(self, *arguments):
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=self.env, check=True, capture_output=True
        )
        return done.stdout.decode().strip()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"))
        return path

    def commit(self, message="work"):
        self.git("add", "-A")
        self.git("commit", "-qm", message)

    def command(self, *arguments):
        return [sys.executable, "-m", "headway", *arguments]

    def headway(self, *arguments, cwd=None, env=None, input=None):
        return subprocess.run(
            self.command(*arguments),
            cwd=cwd or self.root,
            env={**self.env, **(env or {})},
            capture_output=True,
            input=input,
            timeout=120,
        )

    def run(self, *arguments, workflow=None, env=None):
        """`headway run --json`, of `workflow`'s text if it is given."""
        if workflow is not None:
            self.write(".github/workflows/ci.yml", workflow)
            if not (self.root / ".git" / "refs" / "heads" / "main").exists():
                self.commit()
        done = self.headway("run", "--json", *arguments, env=env)
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *arguments):
        """`headway run --json` in the background; end it with `finish`."""
        return subprocess.Popen(
            self.command("run", "--json", *arguments),
            cwd=self.root,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    @staticmethod
    def finish(process, *signals):
        for number in signals:
            process.send_signal(number)
        out, err = process.communicate(timeout=60)
        return Outcome(process.returncode, out.decode(), err.decode())

    interrupt = signal.SIGINT

    def log(self, outcome, step=1, job=None):
        """A step's log, as `headway logs` prints it."""
        run = outcome.of("run.started")[0]["run"]
        job = job or outcome.of("job.finished")[0]["job"]
        done = self.headway("logs", run, job, str(step))
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode(errors="replace")


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)
