"""Orders; planted: `confirm` and `refund` hold the same passage twice."""


def confirm(order, stock, ledger):
    reserved = []
    for name, count in order["lines"].items():
        available = stock.get(name, 0)
        if available < count:
            for other, taken in reserved:
                stock[other] += taken
            return {"state": "rejected", "missing": name}
        stock[name] = available - count
        reserved.append((name, count))
    ledger.append(("confirm", order["id"], order["total"]))
    order["state"] = "confirmed"
    order["history"] = order.get("history", []) + ["confirmed"]
    return {"state": "confirmed", "missing": None}
