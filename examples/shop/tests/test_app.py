"""The HTTP interface, without sockets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shop.app import App, Request, Response
from shop.orders import Product
from shop.stores.base import Store

ORDER = {"customer": "Ada", "lines": [{"sku": "pot-stoneware"}, {"sku": "tea-green-100"}]}


def get(app: App, path: str) -> Response:
    return app(Request("GET", path))


def post(app: App, body: object, **headers: str) -> Response:
    return app(Request("POST", "/orders", json.dumps(body).encode(), headers))


def data(response: Response) -> Any:
    return json.loads(response.body)


def test_the_catalogue_is_listed(app: App):
    products = data(get(app, "/products"))["products"]
    assert [product["sku"] for product in products][:2] == ["cup-stoneware", "pot-stoneware"]
    assert data(get(app, "/products/cup-stoneware"))["price"] == 1190


def test_an_order_is_placed_and_found_again(app: App):
    placed = post(app, ORDER)
    assert placed.status == 201
    assert data(placed)["total"] == 3450 + 690
    assert data(placed)["placed_at"] == 1_700_000_000.0
    assert data(get(app, placed.headers["Location"])) == data(placed)


def test_a_repeated_key_answers_with_the_first_order(app: App):
    first = post(app, ORDER, **{"idempotency-key": "k1"})
    again = post(app, ORDER, **{"idempotency-key": "k1"})
    assert (again.status, data(again)) == (200, data(first))
    assert 'shop_orders_total{release="1.4.0"} 1' in get(app, "/metrics").body.decode()


@pytest.mark.parametrize(
    ("request_", "status", "title"),
    [
        (Request("GET", "/nowhere"), 404, "no such page"),
        (Request("GET", "/products/bread"), 404, "no such product"),
        (Request("GET", "/orders/0"), 404, "no such order"),
        (Request("DELETE", "/products"), 405, "DELETE is not allowed here"),
        (Request("POST", "/orders", b"{"), 422, "the body is not JSON"),
        (Request("POST", "/orders", b"\xff"), 422, "the body is not JSON"),
        (Request("POST", "/orders", b"[]"), 422, "the body must be a JSON object"),
    ],
)
def test_refusals_are_problem_details(app: App, request_: Request, status: int, title: str):
    response = app(request_)
    assert response.status == status
    assert response.content_type == "application/problem+json"
    assert data(response)["title"].startswith(title)


def test_a_refused_method_names_the_allowed_ones(app: App):
    assert app(Request("PUT", "/products")).headers["Allow"] == "GET"


def test_sold_out_is_a_conflict(app: App, store: Store):
    store.add(Product("pot-stoneware", "Stoneware pot", 3450, 0))
    assert post(app, ORDER).status == 409


def test_health_fails_while_draining(app: App):
    assert get(app, "/health").status == 200
    app.draining = True
    assert get(app, "/health").status == 503


def test_metrics_count_by_route_and_status(app: App):
    get(app, "/products/cup-stoneware")
    get(app, "/products/bread")
    get(app, "/.env")
    text = get(app, "/metrics").body.decode()
    line = 'shop_requests_total{release="1.4.0",method="GET",route="%s",status="%d"} 1'
    assert line % ("/products/*", 200) in text
    assert line % ("/products/*", 404) in text
    assert line % ("other", 404) in text
    assert 'shop_request_seconds_bucket{release="1.4.0",le="+Inf"} 3' in text


def test_a_mistake_of_ours_is_a_500_and_is_counted(app: App, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(app, "_store", None)
    answer = get(app, "/products")
    assert (answer.status, data(answer)["title"]) == (500, "something went wrong here")
    assert 'route="/products",status="500"} 1' in get(app, "/metrics").body.decode()
