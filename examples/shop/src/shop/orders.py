"""What an order is, and what makes a request for one acceptable. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MAX_LINES = 50
MAX_QUANTITY = 1_000


class Refused(Exception):
    """The request can't be met; `status` is the HTTP status that says so."""

    status = 400

    def __init__(self, message: str, details: list[str] | None = None) -> None:
        super().__init__(message)
        self.details = details or []


class Invalid(Refused):
    """The request itself is malformed; `details` lists every mistake in it."""

    status = 422


class Unknown(Refused):
    """There is no such product or order."""

    status = 404


class OutOfStock(Refused):
    """Fewer pieces are left than were asked for."""

    status = 409


@dataclass(frozen=True, slots=True)
class Product:
    sku: str
    name: str
    price: int  # cents
    stock: int


@dataclass(frozen=True, slots=True)
class Line:
    sku: str
    quantity: int
    price: int  # cents for one piece, as it was when the order was placed


@dataclass(frozen=True, slots=True)
class Order:
    id: str
    customer: str
    lines: tuple[Line, ...]
    placed_at: float  # seconds since 1970, UTC

    @property
    def total(self) -> int:
        """Cents."""
        return sum(line.quantity * line.price for line in self.lines)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request for an order that has been checked: pieces by SKU, each SKU once."""

    customer: str
    pieces: Mapping[str, int]


def read(body: object) -> Wanted:
    """The order that a decoded JSON body asks for; raises Invalid with every mistake."""
    if not isinstance(body, dict):
        raise Invalid("the body must be a JSON object")
    mistakes: list[str] = []
    customer = body.get("customer")
    if not isinstance(customer, str) or not customer.strip():
        mistakes.append("customer: a non-empty string is required")
    pieces = _read_lines(body.get("lines"), mistakes)
    if mistakes:
        raise Invalid("the order is not valid", mistakes)
    return Wanted(customer=str(customer).strip(), pieces=pieces)


def _read_lines(lines: object, mistakes: list[str]) -> dict[str, int]:
    if not isinstance(lines, list) or not 0 < len(lines) <= MAX_LINES:
        mistakes.append(f"lines: a list of 1 to {MAX_LINES} lines is required")
        return {}
    pieces: dict[str, int] = {}
    for index, line in enumerate(lines):
        sku = line.get("sku") if isinstance(line, dict) else None
        quantity = line.get("quantity", 1) if isinstance(line, dict) else None
        if not isinstance(sku, str) or not sku:
            mistakes.append(f"lines[{index}].sku: a non-empty string is required")
        elif type(quantity) is not int or not 0 < quantity <= MAX_QUANTITY:
            mistakes.append(f"lines[{index}].quantity: a number from 1 to {MAX_QUANTITY}")
        elif sku in pieces:
            mistakes.append(f"lines[{index}].sku: {sku} is there twice")
        else:
            pieces[sku] = quantity
    return pieces


def price(wanted: Wanted, products: Mapping[str, Product]) -> tuple[Line, ...]:
    """The lines of the order at today's prices; raises Unknown or OutOfStock."""
    missing = sorted(set(wanted.pieces) - set(products))
    if missing:
        raise Unknown("no such product", missing)
    short = [
        f"{sku}: {products[sku].stock} left, {quantity} wanted"
        for sku, quantity in sorted(wanted.pieces.items())
        if products[sku].stock < quantity
    ]
    if short:
        raise OutOfStock("not enough in stock", short)
    return tuple(Line(sku, q, products[sku].price) for sku, q in wanted.pieces.items())
