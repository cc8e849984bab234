"""The app behind a socket, and a stop that drops nobody."""

from __future__ import annotations

import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from shop import __version__
from shop.app import App, Request, Response, problem

MAX_BODY = 64 * 1024  # bytes
STOP = frozenset({signal.SIGTERM, signal.SIGINT})


class Server(ThreadingHTTPServer):
    """Closing it waits for the requests that are being answered; each answer names `release`."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], app: App, release: str = __version__) -> None:
        super().__init__(address, _Handler)
        self.app = app
        self.release = release

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version = f"shop/{__version__}"
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: the second would wait for the first's receipt
    timeout = 5  # seconds: an idle connection must not hold up a stop for longer

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY:
            self.close_connection = True  # what follows on this connection is that body
            self._send(problem(413 if length.isdecimal() else 400, "the body can't be read"))
            return
        request = Request(
            method=self.command,
            path=unquote(urlsplit(self.path).path),
            body=self.rfile.read(int(length)),
            headers={name.lower(): value for name, value in self.headers.items()},
        )
        self._send(self.server.app(request))

    def _send(self, response: Response) -> None:
        if self.server.app.draining:
            self.close_connection = True
        self.send_response(response.status)
        self.send_header("Shop-Release", self.server.release)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(response.body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are counted in /metrics; a line for each would only slow them down."""


def hold_signals() -> None:
    """From now on a signal to stop waits until `serve` asks for it, so that none is missed."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)


def serve(server: Server, drain: float) -> None:
    """Answers until SIGTERM or SIGINT, then fails /health for `drain` seconds and closes.

    The wait lets a load balancer see that this instance is going before it stops listening.
    """
    accepting = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    accepting.start()
    signal.sigwait(STOP)
    server.app.draining = True
    time.sleep(drain)
    server.shutdown()
    accepting.join()
    server.server_close()
