"""What the shop sells when it starts with an empty store."""

from __future__ import annotations

from shop.orders import Product
from shop.stores.base import Store

PRODUCTS = (
    Product("tea-green-100", "Green tea, 100 g", 690, 120),
    Product("tea-black-250", "Black tea, 250 g", 890, 80),
    Product("pot-stoneware", "Stoneware pot, 0.8 l", 3450, 15),
    Product("cup-stoneware", "Stoneware cup", 1190, 60),
    Product("whisk-bamboo", "Bamboo whisk", 1590, 3),
)


def fill(store: Store) -> None:
    """Adds the products unless there are some already."""
    if not store.products():
        for product in PRODUCTS:
            store.add(product)
