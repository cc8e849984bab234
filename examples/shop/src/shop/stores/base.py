"""The seam between the shop and where it keeps things."""

from __future__ import annotations

from typing import Protocol

from shop.orders import Order, Product, Wanted


class Store(Protocol):
    """Products and orders; every method may be called from any thread.

    `place` takes the pieces from stock and records the order, both or neither: two buyers
    never get the same piece.
    """

    def add(self, product: Product) -> None:
        """Puts the product in the catalogue, or replaces it there."""

    def products(self) -> list[Product]:
        """The catalogue, by SKU."""

    def product(self, sku: str) -> Product:
        """Raises Unknown."""

    def place(self, wanted: Wanted, now: float, key: str = "") -> tuple[Order, bool]:
        """The order, and whether it is new: a key used before gives the order it made then.

        Raises Unknown for a product that isn't there, OutOfStock for too few of it.
        """

    def order(self, order_id: str) -> Order:
        """Raises Unknown."""

    def close(self) -> None:
        """No call may follow."""
