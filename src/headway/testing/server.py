"""A small, fast web server whose behaviour is set from outside: `python -I -S server.py`.

Variables: PORT, HOST (default 127.0.0.1), VERSION (what `/` answers), DELAY (ms that every
answer takes), ERRORS (one answer in so many is a 500; 0: none), START (seconds before it
listens), SICK=1 (`/healthz` answers 503), LIFE (seconds until it crashes).

Paths: `/` the version, `/healthz`, `/slow?ms=500`, `/status/418`, `/pid`, `/env/NAME`,
`/headers`, `/die` (exit code 3), `/sick` and `/well` (what `/healthz` answers from now on),
`/hang` (no more answers). SIGTERM lets requests in flight finish, then ends it.

One thread and a selector, thousands of requests a second; also as `python3 -c SOURCE`.
"""

from __future__ import annotations

import heapq
import os
import selectors
import signal
import socket
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType


class Connection:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.received = b""
        self.waiting = 0  # answers not yet sent


class Server:
    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self.version = env.get("VERSION", "v1")
        self.delay = float(env.get("DELAY", "0")) / 1000
        self.errors = int(env.get("ERRORS", "0"))
        self.sick = env.get("SICK") == "1"
        self.hanging = False
        self.count = 0
        self.stopping = False
        self.timers: list[tuple[float, int, Connection, bytes]] = []
        self.connections: set[Connection] = set()
        self.selector = selectors.DefaultSelector()
        life = float(env.get("LIFE", "0"))
        self.end = time.monotonic() + life if life else 0.0

    def run(self) -> int:
        time.sleep(float(self.env.get("START", "0")))
        self.listener = socket.create_server(
            (self.env.get("HOST", "127.0.0.1"), int(self.env["PORT"])), backlog=1024
        )
        self.listener.setblocking(False)
        self.selector.register(self.listener, selectors.EVENT_READ)
        print(f"{self.version} listens on {self.env['PORT']}", flush=True)
        while not (self.stopping and not self.busy()):
            for key, _ in self.selector.select(self.wait()):
                if key.fileobj is self.listener:
                    self.accept()
                else:
                    self.read(key.data)
            self.send_due()
            if self.end and time.monotonic() > self.end:
                return 1
        return 0

    def busy(self) -> bool:
        return any(c.waiting or c.received for c in self.connections)

    def wait(self) -> float:
        soonest = self.timers[0][0] - time.monotonic() if self.timers else 0.1
        return max(0.0, min(0.1, soonest))

    def stop(self, number: int, frame: FrameType | None) -> None:
        if not self.stopping:
            self.stopping = True
            print("asked to stop", flush=True)
            self.selector.unregister(self.listener)
            # Who already waits in the queue is served: closing would refuse them.
            self.accept()
            self.listener.close()

    def accept(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(sock)
            self.connections.add(connection)
            self.selector.register(sock, selectors.EVENT_READ, connection)

    def read(self, connection: Connection) -> None:
        try:
            data = connection.sock.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close(connection)
            return
        connection.received += data
        while (end := connection.received.find(b"\r\n\r\n")) >= 0:
            head = connection.received[:end].decode("latin-1")
            length = _length(head)
            if len(connection.received) < end + 4 + length:
                return
            connection.received = connection.received[end + 4 + length :]
            self.answer(connection, head)

    def answer(self, connection: Connection, head: str) -> None:
        line = head.split("\r\n", 1)[0].split(" ")
        path = line[1] if len(line) > 1 else "/"
        status, body, delay = self.respond(path, head)
        if self.hanging:
            return
        close = "close" if self.stopping or "connection: close" in head.lower() else "keep-alive"
        data = (
            f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nX-Version: {self.version}\r\n"
            f"Connection: {close}\r\n\r\n{body}"
        ).encode()
        connection.waiting += 1
        if delay:
            heapq.heappush(self.timers, (time.monotonic() + delay, self.count, connection, data))
        else:
            self.send(connection, data)

    def respond(self, path: str, head: str) -> tuple[int, str, float]:
        self.count += 1
        if path == "/healthz":
            return (503, "sick", 0.0) if self.sick else (200, "well", 0.0)
        if path.startswith("/slow?ms="):
            return 200, self.version, float(path[9:]) / 1000
        if path.startswith("/status/"):
            return int(path[8:]), self.version, 0.0
        if path.startswith("/env/"):
            return 200, self.env.get(path[5:], ""), 0.0
        if path == "/headers":
            return 200, head, 0.0
        if path == "/pid":
            return 200, str(os.getpid()), 0.0
        if path == "/die":
            os._exit(3)
        if path in ("/sick", "/well"):
            self.sick = path == "/sick"
        if path == "/hang":
            self.hanging = True
        if self.errors and self.count % self.errors == 0:
            return 500, "broken", self.delay
        return 200, self.version, self.delay

    def send_due(self) -> None:
        now = time.monotonic()
        while self.timers and self.timers[0][0] <= now:
            _, _, connection, data = heapq.heappop(self.timers)
            self.send(connection, data)

    def send(self, connection: Connection, data: bytes) -> None:
        connection.waiting -= 1
        try:
            connection.sock.sendall(data)
        except OSError:
            self.close(connection)
            return
        if b"Connection: close" in data:
            self.close(connection)

    def close(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.discard(connection)
            connection.received = b""
            connection.waiting = 0
            self.selector.unregister(connection.sock)
            connection.sock.close()


def _length(head: str) -> int:
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            return int(value)
    return 0


def main() -> int:
    server = Server(dict(os.environ))
    signal.signal(signal.SIGTERM, server.stop)
    return server.run()


if __name__ == "__main__":
    sys.exit(main())
