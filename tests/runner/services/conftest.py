"""A run's services, and a client that talks to them as the official actions do."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from headway.runner.action.builtin.cache_store import CacheStore
from headway.runner.services.server import Services


class Recorded:
    def __init__(self):
        self.events = []

    def emit(self, *events):
        self.events.extend(events)


class Client:
    def __init__(self, env):
        self.base = env["ACTIONS_RESULTS_URL"]
        self.token = env["ACTIONS_RUNTIME_TOKEN"]

    def call(self, method, url, data=None, headers=None, token=None):
        """Status and body (JSON if it is some)."""
        if not url.startswith("http"):
            url = self.base + url.lstrip("/")
        if isinstance(data, dict):
            data = json.dumps(data).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        if token != "":
            sent["Authorization"] = f"Bearer {token or self.token}"
        request = urllib.request.Request(url, data=data, headers=sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, parsed(answer)
        except urllib.error.HTTPError as error:
            return error.code, parsed(error)

    def rpc(self, service, method, token=None, **fields):
        path = f"twirp/github.actions.results.api.v1.{service}/{method}"
        return self.call("POST", path, fields, token=token)

    def put(self, url, data, **headers):
        return self.call("PUT", url, data, headers, token="")

    def get(self, url, **headers):
        return self.call("GET", url, headers={k.replace("_", "-"): v for k, v in headers.items()})


def parsed(answer):
    body = answer.read()
    return json.loads(body) if "json" in answer.headers.get("Content-Type", "") and body else body


class Bench:
    def __init__(self, folder):
        self.folder = folder
        self.recorded = Recorded()
        self.started = []

    def services(self, run="run-1", scopes=("refs/heads/main",), limit=10 << 30):
        made = Services(
            run,
            self.recorded,
            CacheStore(str(self.folder / "caches"), limit),
            scopes,
            run_store=str(self.folder / run),
            work=str(self.folder / "work" / run),
            state=str(self.folder),
        )
        self.started.append(made)
        return made

    def client(self, job="build", **options):
        return Client(self.services(**options).environment(job, 1))

    def clients(self, *jobs):
        """Of several jobs of one run."""
        services = self.services()
        return [Client(services.environment(job, n)) for n, job in enumerate(jobs, 1)]


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path)
    yield made
    for services in made.started:
        services.close()


@pytest.fixture
def client(bench):
    return bench.client()
