"""Prometheus, JSON over HTTP, commands: the same counts from each, and single numbers."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from machine import eventually

from headway.delivery.metrics.base import Counts
from headway.delivery.metrics.command import CommandMetrics
from headway.delivery.metrics.http import HttpMetrics
from headway.delivery.metrics.plain import counts, number, point
from headway.delivery.metrics.prometheus import Prometheus
from headway.delivery.platforms import ports
from headway.errors import HeadwayError

EXPECTED = Counts(requests=100, errors=3, edges=(50.0, 250.0, math.inf), buckets=(80, 97, 100))
PLAIN = {"requests": 100, "errors": 3, "edges": [50, 250], "buckets": [80, 97]}
EXPOSED = """\
shop_requests_total{group="v1",code="200"} 97
shop_requests_total{group="v1",code="500"} 3
shop_seconds_bucket{group="v1",le="0.05"} 80
shop_seconds_bucket{group="v1",le="0.25"} 97
shop_seconds_bucket{group="v1",le="+Inf"} 100
"""


class Site(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        self.pages: dict[str, str] = {"/metrics": EXPOSED, "/v1": json.dumps({"of": PLAIN})}
        super().__init__(("127.0.0.1", 0), Page)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Page(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        body = self.server.pages.get(self.path)
        self.send_response(404 if body is None else 200)
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def prometheus(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], str]]:
    """Starts a server that has read the site's numbers; gives its address."""
    if not shutil.which("prometheus"):
        pytest.skip("prometheus is not installed (Debian: prometheus)")
    monkeypatch.setenv("HEADWAY_HOME", str(tmp_path / "home"))
    target = site.url.removeprefix("http://")
    (tmp_path / "prometheus.yml").write_text(
        "global: {scrape_interval: 200ms, scrape_timeout: 200ms}\n"
        f"scrape_configs: [{{job_name: shop, static_configs: [{{targets: ['{target}']}}]}}]\n"
    )
    port = ports.port("prometheus")
    server = subprocess.Popen(
        [
            "prometheus",
            f"--config.file={tmp_path}/prometheus.yml",
            f"--storage.tsdb.path={tmp_path}/data",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"

    def ready() -> str:
        def scraped() -> bool:
            try:
                return Prometheus(url).value("sum(shop_requests_total)", "") == 100
            except HeadwayError:
                return False

        eventually(scraped)
        return url

    yield ready
    server.terminate()
    server.wait(timeout=30)


def test_prometheus(prometheus: Callable[[], str]):
    url = prometheus()
    source = Prometheus(
        url,
        requests='sum(shop_requests_total{group="{group}"})',
        errors='sum(shop_requests_total{group="{group}",code=~"5.."})',
        buckets='sum by (le) (shop_seconds_bucket{group="{group}"})',
    )
    assert source.read(["v1", "v2"]) == {"v1": EXPECTED}
    assert source.value('sum(shop_requests_total{group="{group}"})', "v1") == 100
    assert source.value("scalar(sum(shop_requests_total)) / 4", "") == 25
    assert source.value('shop_requests_total{group="v2"}', "") is None
    assert source.value("0 / 0", "") is None
    with pytest.raises(HeadwayError, match="gives 2 numbers"):
        source.value("shop_requests_total", "")
    with pytest.raises(HeadwayError, match="Prometheus refuses sum"):
        source.value("sum(", "")


def test_a_server_that_isnt_prometheus(site: Site):
    with pytest.raises(HeadwayError, match="not as Prometheus does"):
        Prometheus(site.url).value("up", "")


def test_json_over_http(site: Site):
    source = HttpMetrics(f"{site.url}/{{group}}", pointer="/of")
    assert source.read(["v1", "v2"]) == {"v1": EXPECTED}
    assert source.value(f"{site.url}/{{group}} /of/buckets/1", "v1") == 97
    assert source.value(f"{site.url}/v2 /of", "v1") is None
    site.pages["/odd"] = "<html>"
    with pytest.raises(HeadwayError, match="doesn't answer with JSON"):
        source.value(f"{site.url}/odd", "v1")
    with pytest.raises(HeadwayError, match="expected a number"):
        source.value(f"{site.url}/v1 /of", "v1")


def test_nobody_there():
    with pytest.raises(HeadwayError, match="doesn't answer"):
        HttpMetrics("http://127.0.0.1:9/{group}").read(["v1"])


def test_a_command(tmp_path: Path):
    (tmp_path / "v1.json").write_text(json.dumps(PLAIN))
    source = CommandMetrics("cat $HEADWAY_GROUP.json 2>/dev/null || echo null", cwd=str(tmp_path))
    assert source.read(["v1", "v2"]) == {"v1": EXPECTED}
    assert source.value("echo 0.25", "v1") == 0.25
    assert source.value("echo null", "v1") is None


def test_a_command_that_says_why(tmp_path: Path):
    source = CommandMetrics(cwd=str(tmp_path))
    with pytest.raises(HeadwayError, match="no access"):
        source.value("echo 'no access' >&2; exit 3", "v1")
    with pytest.raises(HeadwayError, match="doesn't print JSON"):
        source.value("echo fine", "v1")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"errors": 1}, "requests"),
        ({"requests": 1, "errors": 2}, "2 errors of 1 requests"),
        ({"requests": -1}, "negative"),
        ({"requests": 5, "edges": [1, 2], "buckets": [1]}, "2 edges for 1 buckets"),
        ({"requests": 5, "edges": [2, 1], "buckets": [1, 2]}, "must grow"),
        ({"requests": 5, "edges": [1], "buckets": [9]}, "9 of 5 requests"),
        ([1], "object"),
    ],
)
def test_counts_that_cant_be(value: object, problem: str):
    with pytest.raises(HeadwayError, match=problem):
        counts(value, "source")


def test_pointers():
    value = {"a/b": [{"~": 1}]}
    assert point(value, "/a~1b/0/~0", "x") == 1
    assert point(value, "", "x") == value
    assert point(value, "/c", "x") is None
    assert point(value, "/a~1b/7", "x") is None
    with pytest.raises(HeadwayError, match="nothing at /c/d"):
        point(value, "/c/d", "x")
    with pytest.raises(HeadwayError, match="not a JSON pointer"):
        point(value, "c", "x")


@pytest.mark.parametrize(("value", "expected"), [("1.5", 1.5), (2, 2.0), (None, None)])
def test_numbers(value: object, expected: float | None):
    assert number(value, "x") == expected
