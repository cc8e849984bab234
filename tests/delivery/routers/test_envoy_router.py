"""A real Envoy: nothing is dropped, whatever happens beside the requests."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from machine import (
    Answer,
    Load,
    Machine,
    addresses,
    eventually,
    get,
    group,
    healthy,
    match,
    routing,
    until,
)

from headway.clients import keeper
from headway.delivery.health import Health
from headway.delivery.routers.envoy import EnvoyRouter
from headway.errors import HeadwayError
from headway.testing.supervised import kill_all


def versions(router: EnvoyRouter, count: int = 20, **headers: str) -> Counter[str]:
    return Counter(get(router.url, **headers).body for _ in range(count))


@pytest.mark.parametrize("keep_alive", [True, False], ids=["keep-alive", "close"])
def test_no_request_is_dropped_when_traffic_moves_and_instances_end(
    machine: Machine, keep_alive: bool
):
    platform, router = machine.platform(), machine.router()
    platform.apply((group("v1", 2),), 1)
    there = addresses(until(platform, lambda all_: healthy(all_, 2)))
    router.apply(routing(there, shares={"v1": 10000}), 1)
    load = Load(router.url, 3, keep_alive)
    for old, new in (("v1", "v2"), ("v2", "v1")):
        platform.apply((group("v1", 2), group("v2", 2)), 1)
        there = addresses(until(platform, lambda all_: healthy(all_, 4)))
        for share in (500, 5000, 10000):
            parts = {new: share, old: 10000 - share} if share < 10000 else {new: share}
            router.apply(routing(there, shares=parts), 1)
        platform.apply((group(new, 2),), 1)
        until(platform, lambda all_: len(all_) == 2)
    requests, failed = load.finish()
    assert failed == 0
    assert requests > 500


def test_a_request_in_flight_outlives_its_cluster(machine: Machine):
    there = machine.serve(v1={}, v2={})
    router = machine.router()
    router.apply(routing(there, shares={"v1": 10000}), 1)
    answers: list[Answer] = []
    asking = threading.Thread(target=lambda: answers.append(get(f"{router.url}/slow?ms=1000")))
    asking.start()
    time.sleep(0.3)
    router.apply(routing(there, shares={"v2": 10000}), 1)
    assert "~v1" not in router.admin.get("/clusters")
    asking.join()
    assert (answers[0].status, answers[0].body) == (200, "v1")
    assert versions(router, 5) == {"v2": 5}


def test_an_instance_takes_the_place_of_another_in_a_group(machine: Machine):
    there = machine.serve(v1={}, v2={})
    router = machine.router(health=Health(http="/healthz"))
    one, other = there["v1"][0], there["v2"][0]
    router.apply(routing({"web": (one,)}, shares={"web": 10000}), 1)
    load = Load(router.url, 1.5)
    for _ in range(3):
        router.apply(routing({"web": (other,)}, shares={"web": 10000}), 1)
        router.apply(routing({"web": (one, other)}, shares={"web": 10000}), 1)
        router.apply(routing({"web": (one,)}, shares={"web": 10000}), 1)
    assert load.finish()[1] == 0
    assert versions(router, 5) == {"v1": 5}


def test_shares_are_kept(machine: Machine):
    there = machine.serve(v1={}, v2={})
    router = machine.router()
    router.apply(routing(there, shares={"v1": 7500, "v2": 2500}), 1)
    found = versions(router, 400)
    assert 50 < found["v2"] < 150  # 7 standard deviations


def test_a_client_stays_with_its_group_and_joins_one_that_grows(machine: Machine):
    there = machine.serve(v1={}, v2={})
    router = machine.router()
    router.apply(routing(there, shares={"v1": 8000, "v2": 2000}, sticky="visitor"), 1)
    first = [get(router.url) for _ in range(60)]
    clients = [(a.headers["set-cookie"].partition(";")[0], a.body) for a in first]
    assert {body for _, body in clients} == {"v1", "v2"}
    for cookie, body in clients[:10]:
        again = get(router.url, Cookie=f"other=1; {cookie}")
        assert again.body == body
        assert "set-cookie" not in again.headers
    router.apply(routing(there, shares={"v1": 4000, "v2": 6000}, sticky="visitor"), 1)
    for cookie, body in clients:
        now = get(router.url, Cookie=cookie).body
        assert now == "v2" or body == "v1"
        assert now == ("v1" if int(cookie.partition("=")[2]) < 4000 else "v2")
    # What a client makes up is a client without a cookie.
    assert "set-cookie" in get(router.url, Cookie="visitor=99999999").headers
    assert "x-headway-bucket" not in get(f"{router.url}/headers").body


def test_matches_go_to_their_group_whatever_the_shares(machine: Machine):
    there = machine.serve(v1={}, v2={})
    router = machine.router()
    rules = (
        match("v2", header="x-canary"),
        match("v2", cookie="beta", value="yes"),
        match("v2", path="/slow", header="x-team", value="a"),
    )
    router.apply(routing(there, shares={"v1": 10000}, matches=rules), 1)
    assert get(router.url).body == "v1"
    assert get(router.url, x_canary="anything").body == "v2"
    assert get(router.url, Cookie="a=b; beta=yes").body == "v2"
    assert get(router.url, Cookie="beta=no").body == "v1"
    assert get(router.url, x_team="a").body == "v1"
    assert get(f"{router.url}/slow?ms=1", x_team="a").body == "v2"


def test_a_mirror_gets_copies_and_its_answers_are_dropped(machine: Machine):
    there = machine.serve(v1={}, v2={"ERRORS": "1"})
    router = machine.router()
    router.apply(routing(there, shares={"v1": 10000}, mirror="v2"), 1)
    assert versions(router, 20) == {"v1": 20}
    copies = router.admin.stats("^cluster.*~v2.*upstream_rq_5xx$")
    eventually(lambda: sum(router.admin.stats("^cluster.*~v2.upstream_rq_5xx$").values()) == 20)
    assert copies is not None


def test_the_preview_is_apart(machine: Machine):
    there = machine.serve(v1={}, v2={})
    router = machine.router()
    router.apply(routing(there, shares={"v1": 10000}), 1)
    assert get(router.preview_url).status == 404
    router.apply(routing(there, shares={"v1": 10000}, preview="v2"), 1)
    assert get(router.preview_url).body == "v2"
    assert versions(router, 10) == {"v1": 10}


def test_errors_of_a_release_are_seen_as_they_are(machine: Machine):
    there = machine.serve(v1={"ERRORS": "2"})
    router = machine.router()
    router.apply(routing(there, shares={"v1": 10000}), 1)
    statuses = Counter(get(router.url).status for _ in range(20))
    assert statuses[500] >= 8  # every second, health checks counted too


def test_envoy_is_back_after_a_crash_with_what_it_was_told(machine: Machine):
    there = machine.serve(v1={}, v2={})
    router = machine.router()
    wanted = routing(there, shares={"v2": 10000})
    router.apply(wanted, 1)
    pid = machine.supervisor.status()["envoy"].pid
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: router.observe() == wanted)
    assert machine.supervisor.status()["envoy"].pid not in (0, pid)
    assert versions(router, 5) == {"v2": 5}


def test_a_killed_supervisor_costs_no_request(machine: Machine):
    there = machine.serve(v1={}, v2={})
    router = machine.router()
    router.apply(routing(there, shares={"v1": 10000}), 1)
    pid = machine.supervisor.status()["envoy"].pid
    load = Load(router.url, 2)
    time.sleep(0.2)
    os.kill(int(Path(machine.supervisor.folder, "supervisord.pid").read_text()), signal.SIGKILL)
    router.apply(routing(there, shares={"v2": 10000}), 1)
    assert load.finish()[1] == 0
    eventually(machine.supervisor.running)
    assert machine.supervisor.status()["envoy"].pid == pid


def test_everything_is_back_after_the_machine_was(machine: Machine):
    there = machine.serve(v1={}, v2={})
    router = machine.router()
    wanted = routing(there, shares={"v2": 10000})
    router.apply(wanted, 1)
    kill_all(machine.folder / "home")
    with pytest.raises(OSError, match=r"refused|reset"):
        get(router.url)
    subprocess.run([sys.executable, "-m", "headway.clients.supervisor"], check=True)
    eventually(lambda: router.observe() == wanted)
    eventually(lambda: get(router.url).status == 200)
    assert versions(router, 5) == {"v2": 5}


def test_a_killed_instance_costs_only_what_it_was_doing(machine: Machine):
    platform, router = machine.platform(), machine.router()
    platform.apply((group("v1", 2),), 1)
    statuses = until(platform, lambda all_: healthy(all_, 2))
    router.apply(routing(addresses(statuses), shares={"v1": 10000}), 1)
    assert get(router.url).status == 200
    os.kill(statuses[0].pid, signal.SIGKILL)
    answers = Counter(get(router.url).status for _ in range(100))
    assert answers[503] <= 5
    until(platform, lambda all_: healthy(all_, 2))


def test_several_environments_share_one_envoy(machine: Machine):
    there = machine.serve(v1={}, v2={})
    staging, production = machine.router("shop.staging"), machine.router("shop.production")
    staging.apply(routing(there, shares={"v2": 10000}), 1)
    production.apply(routing(there, shares={"v1": 10000}), 7)
    assert (get(staging.url).body, get(production.url).body) == ("v2", "v1")
    staging.apply(routing(there, shares={"v1": 5000, "v2": 5000}), 1)
    assert versions(production, 5) == {"v1": 5}
    staging.remove(2)
    assert versions(production, 5) == {"v1": 5}
    assert staging.observe() is None
    with pytest.raises(OSError, match=r"refused|reset"):
        get(staging.url)


def test_a_port_that_is_taken_is_said_so(machine: Machine):
    there = machine.serve(v1={})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(HeadwayError, match=f"port {port} is taken by another program"):
            machine.router(port=port).apply(routing(there, shares={"v1": 10000}), 1)
    free = machine.router(port=port)
    free.apply(routing(there, shares={"v1": 10000}), 1)
    assert get(f"http://127.0.0.1:{port}").body == "v1"
    with pytest.raises(HeadwayError, match=r"is shop\.production's"):
        machine.router("shop.other", port=port).apply(routing(there, shares={"v1": 10000}), 1)


def test_names_that_requests_are_for(machine: Machine):
    there = machine.serve(v1={})
    router = machine.router(hosts=["shop.example"])
    router.apply(routing(there, shares={"v1": 10000}), 1)
    assert get(router.url, Host="shop.example").status == 200
    assert get(router.url, Host="shop.example:8443").status == 200
    assert get(router.url, Host="other.example").status == 404


def test_a_request_may_take_so_long(machine: Machine):
    there = machine.serve(v1={})
    router = machine.router(timeout="100ms")
    router.apply(routing(there, shares={"v1": 10000}), 1)
    assert get(f"{router.url}/slow?ms=5000").status == 504


def certificate(folder: Path, name: str) -> tuple[str, str]:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    paths = str(folder / f"{name}.crt"), str(folder / f"{name}.key")
    subject = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    files = ["-out", paths[0], "-keyout", paths[1], "-days", "2"]
    subprocess.run(["openssl", *new, *subject, *files], check=True, capture_output=True)
    return paths


def shown_name(router: EnvoyRouter, ca: str, name: str) -> str:
    context = ssl.create_default_context(cafile=ca)
    where = ("127.0.0.1", router.listener.port)
    with (
        socket.create_connection(where, 10) as raw,
        context.wrap_socket(raw, server_hostname=name) as secure,
    ):
        secure.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return secure.recv(4096).decode().split("\r\n")[0]


def test_tls_with_a_certificate_that_may_change(machine: Machine):
    there = machine.serve(v1={})
    first, key = certificate(machine.folder, "one.example")
    router = machine.router(certificate=first, key=key)
    wanted = routing(there, shares={"v1": 10000})
    router.apply(wanted, 1)
    assert router.url.startswith("https://")
    assert shown_name(router, first, "one.example") == "HTTP/1.1 200 OK"
    second, new_key = certificate(machine.folder, "two.example")
    shutil.copy(second, first)
    shutil.copy(new_key, key)
    router.apply(wanted, 1)
    eventually(lambda: _accepts(router, second, "two.example"))


def _accepts(router: EnvoyRouter, ca: str, name: str) -> bool:
    try:
        return shown_name(router, ca, name) == "HTTP/1.1 200 OK"
    except ssl.SSLError:
        return False


def test_a_certificate_that_cannot_be_read_changes_nothing(machine: Machine):
    there = machine.serve(v1={})
    wanted = routing(there, shares={"v1": 10000})
    machine.router().apply(wanted, 1)
    (machine.folder / "bad.crt").write_text("no certificate")
    bad = str(machine.folder / "bad.crt")
    with pytest.raises(HeadwayError, match="Envoy refuses the new routing"):
        machine.router(certificate=bad, key=bad).apply(wanted, 1)
    assert machine.router().observe() == wanted
    assert get(machine.router().url).body == "v1"


def test_every_request_is_in_the_access_log(machine: Machine):
    there = machine.serve(v1={})
    router = machine.router()
    router.apply(routing(there, shares={"v1": 10000}), 1)
    get(f"{router.url}/status/418")
    log = Path(router.folder, "access", "shop.production.log")
    eventually(lambda: log.exists() and log.read_text())
    line = msgspec.json.decode(log.read_text().splitlines()[0])
    assert (line["method"], line["path"], line["status"]) == ("GET", "/status/418", 418)
    assert line["cluster"] == "shop.production~v1"


def test_no_line_is_lost_when_the_access_log_is_turned_over(machine: Machine):
    there = machine.serve(v1={})
    router = machine.router()
    router.apply(routing(there, shares={"v1": 10000}), 1)
    log = Path(router.folder, "access", "shop.production.log")
    for number in range(6):
        get(f"{router.url}/{number}")
        if number == 2:
            kept = {"path": str(log), "bytes": 1, "keep": 1, "reopen": router.admin.socket}
            eventually(lambda: log.exists() and log.stat().st_size)
            keeper.turn_over(kept)
    old = Path(f"{log}.1")
    eventually(lambda: log.exists() and len((old.read_text() + log.read_text()).splitlines()) == 6)
    lines = (old.read_text() + log.read_text()).splitlines()
    assert [msgspec.json.decode(line)["path"] for line in lines] == [f"/{n}" for n in range(6)]
