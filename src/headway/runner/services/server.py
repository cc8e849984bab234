"""The HTTP server of a run's services, and the variables that lead actions to it."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

from headway.runner.services import artifacts_v3, caches, oidc
from headway.runner.services.artifacts import SERVICE as ARTIFACTS
from headway.runner.services.artifacts import Artifacts
from headway.runner.services.artifacts_v3 import ArtifactsV3
from headway.runner.services.blobs import Blobs
from headway.runner.services.caches import SERVICE as CACHES
from headway.runner.services.caches import Caches
from headway.runner.services.exchange import Exchange, Refused
from headway.runner.services.token import Identity, Signer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from headway.runner.action.builtin.cache_store import CacheStore
    from headway.runner.recorder import Recorder

    Method = Callable[[Exchange, dict[str, Any]], dict[str, Any]]

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"
_IP_FREEBIND = 15  # of Linux; Python 3.11 doesn't know it


class Services:
    """A run's services, listening from the moment they are made until `close`.

    `run_store` is the run's folder, `work` one that goes with the run, `state` the user's.
    """

    def __init__(
        self,
        run: str,
        recorder: Recorder,
        cache: CacheStore,
        scopes: Sequence[str],
        *,
        run_store: str,
        work: str,
        state: str,
    ) -> None:
        self._run = run
        self._signer = Signer()
        self._claims: dict[str, Mapping[str, str]] = {}
        self._issuer = oidc.Issuer(state)
        self._blobs = Blobs(os.path.join(work, "services", "uploads"))
        self._artifacts = Artifacts(
            run_store, os.path.join(work, "services", "zip"), self._blobs, recorder, self._address
        )
        self._v3 = ArtifactsV3(
            self._artifacts, os.path.join(work, "services", "v3"), self._base, self._address
        )
        self._caches = Caches(cache, scopes, self._blobs, self._address)
        self._methods: dict[str, Method] = {
            **{f"/twirp/{ARTIFACTS}/{n}": m for n, m in self._artifacts.methods.items()},
            **{f"/twirp/{CACHES}/{n}": m for n, m in self._caches.methods.items()},
        }
        self._lock = threading.Lock()
        self._listeners: dict[str, _Listener] = {}
        self.listen(LOOPBACK)

    def listen(self, host: str) -> None:
        """Listens on another address too. Raises OSError when it isn't one of this machine."""
        with self._lock:
            if host not in self._listeners:
                self._listeners[host] = _Listener(host, self._handle)

    def close(self) -> None:
        for listener in self._listeners.values():
            listener.close()

    def environment(self, job: str, number: int, host: str = LOOPBACK) -> dict[str, str]:
        """The variables of an action in the job `job`, which finds the server at `host`."""
        token = self._signer.token(Identity(self._run, f"job-{number}", job))
        base = f"http://{host}:{self._port(host)}/"
        return {
            "ACTIONS_RUNTIME_URL": base,
            "ACTIONS_RESULTS_URL": base,
            "ACTIONS_CACHE_URL": base,
            "ACTIONS_RUNTIME_TOKEN": token,
            "ACTIONS_CACHE_SERVICE_V2": "True",
        }

    def identity_environment(
        self, job: str, number: int, claims: Mapping[str, str], host: str = LOOPBACK
    ) -> dict[str, str]:
        """The variables of a job that may ask for identity tokens."""
        self._claims[job] = claims
        token = self._signer.token(Identity(self._run, f"job-{number}", job, True))
        return {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://{host}:{self._port(host)}/identity?version=1",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": token,
        }

    def _port(self, host: str) -> int:
        """Names that only containers know lead to the address that is listened on for them."""
        return (self._listeners.get(host) or list(self._listeners.values())[-1]).port

    @property
    def issuer(self) -> str:
        return f"http://{LOOPBACK}:{self._listeners[LOOPBACK].port}"

    def _base(self, exchange: Exchange) -> str:
        """The server as this client reaches it."""
        host = exchange.headers.get("Host") or ""
        return f"http://{host}" if host else self.issuer

    def _address(self, exchange: Exchange, path: str, permission: str) -> str:
        signature = self._signer.sign(permission + path)
        return f"{self._base(exchange)}{quote(path)}?sp={permission}&sig={signature}"

    # --- requests ----------------------------------------------------------------------------

    def _handle(self, exchange: Exchange) -> None:
        path = exchange.path
        if path.startswith("/blobs/"):
            self._blob(exchange)
        elif path in (oidc.DISCOVERY, oidc.JWKS):
            known = self._issuer.discovery(self.issuer) if path == oidc.DISCOVERY else None
            exchange.answer(200, known or self._issuer.keys())
        else:
            self._authorise(exchange)
            self._call(exchange)

    def _call(self, exchange: Exchange) -> None:
        path = exchange.path
        if exchange.method == "POST" and path in self._methods:
            exchange.answer(200, self._methods[path](exchange, exchange.json()))
        elif path.startswith(caches.PREFIX):
            self._caches.rest(exchange)
        elif path.startswith(artifacts_v3.PREFIX):
            self._v3.rest(exchange)
        elif path.startswith(artifacts_v3.CONTAINERS):
            self._v3.content(exchange)
        elif path == "/identity":
            self._identity(exchange)
        else:
            raise Refused(404, "bad_route", f"no handler for {exchange.method} {path}")

    def _authorise(self, exchange: Exchange) -> None:
        scheme, _, token = (exchange.headers.get("Authorization") or "").partition(" ")
        identity = self._signer.identity(token.strip()) if scheme.lower() == "bearer" else None
        if identity is None:
            raise Refused(401, "unauthenticated", "a token of this run is needed")
        exchange.identity = identity

    def _identity(self, exchange: Exchange) -> None:
        claims = self._claims.get(exchange.identity.key)
        if not exchange.identity.write or claims is None:
            raise Refused(403, "permission_denied", "the job needs permissions: id-token: write")
        owner = claims["repository"].partition("/")[0]
        audience = exchange.query.get("audience") or f"https://github.com/{owner}"
        value = self._issuer.token(self.issuer, claims, audience)
        exchange.answer(200, {"count": len(value), "value": value})

    def _blob(self, exchange: Exchange) -> None:
        permission = exchange.query.get("sp", "")
        if not self._signer.signed(permission + exchange.path, exchange.query.get("sig", "")):
            raise Refused(403, "permission_denied", "the address is not signed for this")
        _, _, what, name = exchange.path.split("/", 3)
        if permission == "w" and exchange.method == "PUT":
            self._blobs.receive(name, exchange)
        elif permission == "r" and exchange.method in ("GET", "HEAD"):
            downloads = {
                "download": self._artifacts.download,
                "entry": self._caches.download,
                "file": self._v3.download,
            }
            downloads[what](name, exchange)
        else:
            raise Refused(403, "permission_denied", f"{exchange.method} is not what it is for")


class _Listener:
    """One address that is listened on, in a thread of its own."""

    def __init__(self, host: str, handle: Callable[[Exchange], None]) -> None:
        self._server = _Server((host, 0), handle)
        self.port = self._server.server_address[1]
        self._closed = False
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while not self._closed:
            self._server.handle_request()

    def close(self) -> None:
        self._closed = True
        self._server.socket.shutdown(socket.SHUT_RDWR)  # wakes the thread
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handle: Callable[[Exchange], None]) -> None:
        self.handle = handle
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        if sys.platform == "linux":
            # podman gives a network its address when the first container starts in it.
            self.socket.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
        super().server_bind()

    def verify_request(self, request: object, client_address: object) -> bool:
        """Where every address is listened on, for networks that have none of this machine's,
        who isn't on this machine is turned away."""
        if self.server_address[0] != EVERYWHERE:
            return True
        assert isinstance(request, socket.socket)
        assert isinstance(client_address, tuple)
        peer = str(client_address[0])
        return peer.startswith("127.") or peer == request.getsockname()[0]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    wbufsize = 1 << 16
    timeout = 600

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _serve(self) -> None:
        exchange = None
        try:
            exchange = Exchange(self)
            self.server.handle(exchange)
        except Refused as refused:
            self._refuse(exchange, refused)
        except (ValueError, TypeError, LookupError, AttributeError) as error:  # of another shape
            self._refuse(exchange, Refused(400, "malformed", f"{type(error).__name__}: {error}"))
        except OSError as error:
            self.close_connection = True
            if exchange is not None and not exchange.answered:
                self._refuse(exchange, Refused(507, "resource_exhausted", str(error)))
        self.wfile.flush()

    def _refuse(self, exchange: Exchange | None, refused: Refused) -> None:
        if exchange is None:
            self.send_error(refused.status, str(refused))
        elif not exchange.answered:
            body = {"code": refused.code, "msg": str(refused), "message": str(refused)}
            exchange.answer(refused.status, body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: addresses have signatures in them."""
