"""Prices in cents."""


def discount(total, customer, coupon, weekday):
    """Planted: cyclomatic complexity over 10, cognitive over 15."""
    percent = 0
    if customer == "gold":
        if total > 10_000:
            percent = 15
            if weekday in ("sat", "sun"):
                percent += 5
                if coupon and coupon.startswith("W"):
                    percent += 2
        elif total > 5_000:
            percent = 10
    elif customer == "silver":
        for limit, share in ((10_000, 8), (5_000, 5)):
            if total > limit and (coupon or weekday == "mon"):
                percent = share
                break
    elif coupon:
        while coupon and not coupon[-1].isdigit():
            coupon = coupon[:-1]
        percent = int(coupon[-1]) if coupon else 0
    return total * (100 - percent) // 100


class Cart:
    def __init__(self):
        self.lines = {}

    def add(self, name, price, count=1):
        if count < 1:
            raise ValueError("count must be positive")
        self.lines[name] = (price, self.lines.get(name, (price, 0))[1] + count)

    def total(self):
        return sum(price * count for price, count in self.lines.values())

    def export(self):  # planted: no test runs it
        rows = []
        for name, (price, count) in self.lines.items():
            rows.append(f"{name};{price};{count}")
        return "\n".join(rows)
