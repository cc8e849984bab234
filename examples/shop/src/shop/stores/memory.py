"""A store for tests and demonstrations: gone when the process ends."""

from __future__ import annotations

import threading
from dataclasses import replace
from uuid import uuid4

from shop.orders import Order, Product, Unknown, Wanted, price


class MemoryStore:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._products: dict[str, Product] = {}
        self._orders: dict[str, Order] = {}
        self._keys: dict[str, str] = {}

    def add(self, product: Product) -> None:
        with self._lock:
            self._products[product.sku] = product

    def products(self) -> list[Product]:
        with self._lock:
            return sorted(self._products.values(), key=lambda product: product.sku)

    def product(self, sku: str) -> Product:
        with self._lock:
            if sku not in self._products:
                raise Unknown("no such product", [sku])
            return self._products[sku]

    def place(self, wanted: Wanted, now: float, key: str = "") -> tuple[Order, bool]:
        with self._lock:
            if key in self._keys:
                return self._orders[self._keys[key]], False
            order = Order(uuid4().hex, wanted.customer, price(wanted, self._products), now)
            for line in order.lines:
                product = self._products[line.sku]
                self._products[line.sku] = replace(product, stock=product.stock - line.quantity)
            self._orders[order.id] = order
            if key:
                self._keys[key] = order.id
            return order, True

    def order(self, order_id: str) -> Order:
        with self._lock:
            if order_id not in self._orders:
                raise Unknown("no such order", [order_id])
            return self._orders[order_id]

    def close(self) -> None:
        pass
