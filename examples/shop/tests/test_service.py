"""The real process on a real port."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


class Service:
    def __init__(self, folder: Path, **settings: str) -> None:
        environment = {**os.environ, "SHOP_PORT": "0", **settings}
        environment.setdefault("SHOP_STORE", "sqlite")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "shop"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline().rpartition(":")[2])

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=20)
        return self.process.returncode


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Service(tmp_path) as started:
        yield started


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: object = None
) -> tuple[http.client.HTTPResponse, Any]:
    connection.request(method, path, json.dumps(body) if body is not None else None)
    answer = connection.getresponse()
    return answer, json.loads(answer.read())


def test_a_customer_buys_a_pot(service: Service):
    connection = service.connect()
    _, catalogue = ask(connection, "GET", "/products")
    assert len(catalogue["products"]) == 5
    answer, order = ask(
        connection, "POST", "/orders", {"customer": "Ada", "lines": [{"sku": "pot-stoneware"}]}
    )
    assert answer.status == 201
    _, found = ask(connection, "GET", answer.getheader("Location"))
    assert found == order
    connection.close()


def test_a_body_too_large_is_refused(service: Service):
    connection = service.connect()
    connection.putrequest("POST", "/orders")
    connection.putheader("Content-Length", "70000")
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_a_length_that_is_no_number_is_refused(service: Service):
    connection = service.connect()
    connection.putrequest("POST", "/orders")
    connection.putheader("Content-Length", "-1")
    connection.endheaders()
    assert connection.getresponse().status == 400
    connection.close()


def test_every_answer_names_the_release(tmp_path: Path):
    with Service(tmp_path, SHOP_RELEASE="v7") as service:
        answer, _ = health(service)
        assert answer.getheader("Shop-Release") == "v7"


def test_sigterm_stops_it_cleanly(service: Service):
    assert service.stop() == 0


def test_it_says_goodbye_before_it_goes(tmp_path: Path):
    with Service(tmp_path, SHOP_DRAIN="1.0") as service:
        answer, _ = health(service)
        assert answer.status == 200
        service.process.send_signal(signal.SIGTERM)
        while answer.status == 200:
            answer, body = health(service)
        assert body["status"] == "draining"
        assert answer.getheader("Connection") == "close"
        assert service.process.wait(timeout=20) == 0


def health(service: Service) -> tuple[http.client.HTTPResponse, Any]:
    connection = service.connect()
    try:
        return ask(connection, "GET", "/health")
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SHOP_PORT", "http", "SHOP_PORT must be a whole number"),
        ("SHOP_DRAIN", "soon", "SHOP_DRAIN must be a number of seconds"),
        ("SHOP_STORE", "tape", "unknown store 'tape'; known: memory, sqlite"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str, message: str):
    answer = subprocess.run(
        [sys.executable, "-m", "shop"],
        cwd=tmp_path,
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert (answer.returncode, answer.stderr) == (2, f"shop: {message}\n")
