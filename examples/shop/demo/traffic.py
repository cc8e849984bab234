"""Customers of the sample shop: requests at an even rate over connections that are kept alive.

`traffic.py URL [--rate N] [--report FILE]` goes on until SIGINT or SIGTERM, then says how many
requests there were, by the release that answered. An answer of 500 or above is an error of
that release; a request without an answer, or one that only the router answered (502, 503, 504),
was dropped.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import random
import signal
import sys
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

CONNECTIONS = 12
TIMEOUT = 10  # seconds
# Of a hundred customers so many look at this, in turn; the whisk is dear, and seldom looked at.
PAGES = {
    "/products/tea-green-100": 34,
    "/products/tea-black-250": 25,
    "/products/cup-stoneware": 16,
    "/products/pot-stoneware": 11,
    "/products/whisk-bamboo": 4,
    "/products": 6,
    "order": 4,
}
ROUTER = (502, 503, 504)


class Tally:
    """What came of the requests; `answered` and `errors` by release."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.answered: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.dropped = 0
        self.why: Counter[str] = Counter()

    def answer(self, status: int, release: str) -> None:
        with self._lock:
            if not release or status in ROUTER:
                self._drop(f"{status} by the router")
                return
            self.answered[release] += 1
            self.errors[release] += status >= 500

    def lost(self, error: Exception) -> None:
        with self._lock:
            self._drop(f"{type(error).__name__}: {error}")

    def _drop(self, why: str) -> None:
        self.dropped += 1
        self.why[why] += 1

    def to_dict(self) -> dict[str, object]:
        return {
            "requests": self.answered.total() + self.dropped,
            "releases": {
                name: {"requests": count, "errors": self.errors[name]}
                for name, count in sorted(self.answered.items())
            },
            "dropped": self.dropped,
            "why": dict(self.why),
        }


class Customers:
    """`CONNECTIONS` threads that share one schedule: a slow answer delays nobody else."""

    def __init__(self, url: str, rate: float) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._rate = rate
        self._numbers = itertools.count()
        self._began = time.monotonic()
        pages = [page for page, count in PAGES.items() for _ in range(count)]
        random.Random(1).shuffle(pages)
        self._pages = pages
        self.tally = Tally()
        self.stop = threading.Event()

    def run(self) -> None:
        threads = [threading.Thread(target=self._one) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _one(self) -> None:
        connection = http.client.HTTPConnection(*self._address, timeout=TIMEOUT)
        while True:
            number = next(self._numbers)
            wait = self._began + number / self._rate - time.monotonic()
            if self.stop.wait(wait) if wait > 0 else self.stop.is_set():
                connection.close()
                return
            self._ask(connection, number)

    def _ask(self, connection: http.client.HTTPConnection, number: int) -> None:
        page = self._pages[number % len(self._pages)]
        try:
            if page == "order":
                connection.request("POST", "/orders", _order(number))
            else:
                connection.request("GET", page)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            self.tally.lost(error)
            return
        self.tally.answer(answer.status, answer.getheader("Shop-Release", ""))


def _order(number: int) -> str:
    line = {"sku": "whisk-bamboo", "quantity": 3} if number % 2 else {"sku": "tea-green-100"}
    return json.dumps({"customer": f"customer {number}", "lines": [line]})


def _say(found: dict[str, object], tally: Tally) -> None:
    print(f"{found['requests']} requests")
    for name, count in sorted(tally.answered.items()):
        print(f"  {name:<8} answered {count:>6}, {tally.errors[name]} of them with an error")
    print(f"  dropped  {tally.dropped}")
    for why, count in tally.why.most_common(5):
        print(f"    {count} times {why}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Sends requests to the sample shop until ^C.")
    parser.add_argument("url", help="where the shop is: http://127.0.0.1:8080")
    parser.add_argument("--rate", type=float, default=300, help="requests a second (300)")
    parser.add_argument("--report", default="", metavar="FILE", help="write the counts as JSON")
    chosen = parser.parse_args()
    customers = Customers(chosen.url, chosen.rate)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: customers.stop.set())
    customers.run()
    found = customers.tally.to_dict()
    if chosen.report:
        with open(chosen.report, "w", encoding="utf-8") as file:
            json.dump(found, file, indent=2)
    _say(found, customers.tally)
    return 1 if customers.tally.dropped else 0


if __name__ == "__main__":
    sys.exit(main())
