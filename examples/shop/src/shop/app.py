"""The shop's HTTP interface as a function from request to response; no sockets here."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field

from shop import __version__
from shop.metrics import CONTENT_TYPE, Metrics
from shop.orders import Invalid, Order, Refused, Unknown, read
from shop.stores.base import Store


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request, str], Response]


class App:
    """`clock` gives seconds since 1970; `draining` makes /health fail before a stop."""

    def __init__(
        self, store: Store, metrics: Metrics, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._clock = clock
        self.draining = False
        self._routes: dict[tuple[str, str], Handler] = {
            ("GET", "/health"): self._health,
            ("GET", "/metrics"): self._show_metrics,
            ("GET", "/products"): self._list_products,
            ("GET", "/products/*"): self._show_product,
            ("POST", "/orders"): self._place_order,
            ("GET", "/orders/*"): self._show_order,
        }

    def __call__(self, request: Request) -> Response:
        started = time.perf_counter()
        route, name = _route(request.path)
        try:
            response = self._answer(request, route, name)
        except Refused as refusal:
            response = problem(refusal.status, str(refusal), refusal.details)
        except Exception:
            traceback.print_exc()
            response = problem(500, "something went wrong here")
        known = any(route == pattern for _, pattern in self._routes)
        self._metrics.request(
            request.method,
            route if known else "other",
            response.status,
            time.perf_counter() - started,
        )
        return response

    def _answer(self, request: Request, route: str, name: str) -> Response:
        handler = self._routes.get((request.method, route))
        if handler is not None:
            return handler(request, name)
        allowed = sorted(method for method, pattern in self._routes if pattern == route)
        if not allowed:
            raise Unknown("no such page", [request.path])
        refusal = problem(405, f"{request.method} is not allowed here")
        return Response(405, refusal.body, refusal.content_type, {"Allow": ", ".join(allowed)})

    def _health(self, request: Request, name: str) -> Response:
        state = "draining" if self.draining else "ok"
        return _json(503 if self.draining else 200, {"status": state, "version": __version__})

    def _show_metrics(self, request: Request, name: str) -> Response:
        return Response(200, self._metrics.render().encode(), CONTENT_TYPE)

    def _list_products(self, request: Request, name: str) -> Response:
        return _json(200, {"products": [asdict(product) for product in self._store.products()]})

    def _show_product(self, request: Request, name: str) -> Response:
        return _json(200, asdict(self._store.product(name)))

    def _place_order(self, request: Request, name: str) -> Response:
        try:
            body = json.loads(request.body)
        except ValueError as error:
            raise Invalid(f"the body is not JSON: {error}") from None
        key = request.headers.get("idempotency-key", "")
        order, new = self._store.place(read(body), self._clock(), key)
        if new:
            self._metrics.order()
        return _json(201 if new else 200, _order(order), {"Location": f"/orders/{order.id}"})

    def _show_order(self, request: Request, name: str) -> Response:
        return _json(200, _order(self._store.order(name)))


def _route(path: str) -> tuple[str, str]:
    """The pattern that the path falls under, and what stands for its star."""
    head, _, name = path.strip("/").partition("/")
    return (f"/{head}/*", name) if name else (f"/{head}", "")


def _order(order: Order) -> dict[str, object]:
    return {**asdict(order), "total": order.total}


def _json(status: int, data: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, json.dumps(data).encode(), headers=headers or {})


def problem(status: int, title: str, details: list[str] | None = None) -> Response:
    """RFC 9457 problem details."""
    body = {"status": status, "title": title, "details": details or []}
    return Response(status, json.dumps(body).encode(), "application/problem+json")
