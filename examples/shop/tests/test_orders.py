"""What makes an order acceptable."""

from __future__ import annotations

import pytest

from shop.orders import Invalid, Line, OutOfStock, Product, Unknown, Wanted, price, read

TEA = Product("tea", "Tea", 690, 2)


def test_an_order_is_read_from_its_json():
    body = {"customer": " Ada ", "lines": [{"sku": "tea", "quantity": 2}, {"sku": "pot"}]}
    assert read(body) == Wanted("Ada", {"tea": 2, "pot": 1})


@pytest.mark.parametrize(
    ("body", "mistakes"),
    [
        ([], []),
        ({}, ["customer: a non-empty string", "lines: a list of 1 to 50 lines"]),
        ({"customer": "Ada", "lines": []}, ["lines: a list of 1 to 50 lines"]),
        ({"customer": "Ada", "lines": [{}]}, ["lines[0].sku: a non-empty string"]),
        ({"customer": "Ada", "lines": ["tea"]}, ["lines[0].sku: a non-empty string"]),
        (
            {"customer": "Ada", "lines": [{"sku": "tea", "quantity": 0}]},
            ["lines[0].quantity: a number from 1"],
        ),
        (
            {"customer": "Ada", "lines": [{"sku": "tea", "quantity": True}]},
            ["lines[0].quantity: a number from 1"],
        ),
        (
            {"customer": "", "lines": [{"sku": "tea"}, {"sku": "tea"}]},
            ["customer: a non-empty string", "lines[1].sku: tea is there twice"],
        ),
    ],
)
def test_every_mistake_is_named(body: object, mistakes: list[str]):
    with pytest.raises(Invalid) as refusal:
        read(body)
    assert len(refusal.value.details) == len(mistakes)
    for detail, start in zip(refusal.value.details, mistakes, strict=True):
        assert detail.startswith(start)


def test_lines_carry_the_price_of_the_moment():
    assert price(Wanted("Ada", {"tea": 2}), {"tea": TEA}) == (Line("tea", 2, 690),)


def test_what_is_not_sold_is_unknown():
    with pytest.raises(Unknown, match="no such product"):
        price(Wanted("Ada", {"pot": 1}), {"tea": TEA})


def test_more_than_there_is_is_refused():
    with pytest.raises(OutOfStock) as refusal:
        price(Wanted("Ada", {"tea": 3}), {"tea": TEA})
    assert refusal.value.details == ["tea: 2 left, 3 wanted"]
