"""Refunds; see orders."""


def refund(order, stock, ledger):
    reserved = []
    for name, count in order["lines"].items():
        available = stock.get(name, 0)
        if available < count:
            for other, taken in reserved:
                stock[other] += taken
            return {"state": "rejected", "missing": name}
        stock[name] = available - count
        reserved.append((name, count))
    ledger.append(("refund", order["id"], -order["total"]))
    order["state"] = "refunded"
    return {"state": "refunded", "missing": None}
