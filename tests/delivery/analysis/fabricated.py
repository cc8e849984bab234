"""Readings as a router would give them, made by a seeded generator."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from math import inf

from headway.delivery.analysis.judge import Sample
from headway.delivery.metrics.base import Counts

EDGES = (50.0, 100.0, 250.0, 1000.0, inf)


def counts(requests: int, errors: int = 0, slower: Sequence[int] | None = None) -> Counts:
    """`slower`: how many requests took longer than each of the four finite edges."""
    slow = (*(slower or (0, 0, 0, 0)), 0)
    buckets = tuple(requests - one for one in slow)
    return Counts(requests=requests, errors=errors, edges=EDGES, buckets=buckets)


ZERO = counts(0)


class Version:
    """One version's totals, growing as `serve` is called."""

    def __init__(self, rng: random.Random, errors: float, slower: Sequence[float]) -> None:
        self.rng, self.errors, self.slower = rng, errors, tuple(slower)
        self.totals = [0, 0, 0, 0, 0, 0]

    def serve(self, requests: int) -> Counts:
        for _ in range(requests):
            speed = self.rng.random()
            self.totals[0] += 1
            self.totals[1] += self.rng.random() < self.errors
            for index, share in enumerate(self.slower):
                self.totals[2 + index] += speed < share
        return counts(self.totals[0], self.totals[1], self.totals[2:])


USUAL = (0.8, 0.3, 0.02, 0.001)  # of requests slower than each edge


def rollout(
    seed: int,
    seconds: int,
    *,
    errors: tuple[float, float] = (0.002, 0.002),
    slower: tuple[Sequence[float], Sequence[float]] = (USUAL, USUAL),
    served: tuple[int, int] = (75, 25),
) -> Iterator[Sample]:
    """A reading each second, (stable, canary), the first one of nothing at 0."""
    rng = random.Random(seed)
    stable, canary = (Version(rng, e, s) for e, s in zip(errors, slower, strict=True))
    yield Sample(t=0.0, stable=ZERO, canary=ZERO, share=2500)
    for t in range(1, seconds + 1):
        yield Sample(
            t=float(t), stable=stable.serve(served[0]), canary=canary.serve(served[1]), share=2500
        )
