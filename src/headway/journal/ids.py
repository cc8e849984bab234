"""Ids of runs: unique, in order of time when sorted as text, easy to type and to read out."""

from __future__ import annotations

import os

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # no i, l, o, u: Crockford's base 32
LENGTH = 16  # ten characters of time in milliseconds, six at random


def new_id(at: float) -> str:
    """An id for something that began `at` seconds since 1970."""
    value = int(at * 1000) << 30 | int.from_bytes(os.urandom(4), "big") >> 2
    return "".join(ALPHABET[value >> shift & 31] for shift in range(75, -1, -5))
