"""Sets of line numbers as bitmaps: bit n of a little-endian byte string is line n.

200,000 covered lines take 25 KB, and union, intersection and counting run at the speed of
Python's long integers. The bytes are canonical: no trailing zero bytes, so equal sets are
equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

# A hostile report must not make us allocate by naming line 2**60.
MAX_LINE = 10_000_000


def pack(lines: Iterable[int]) -> bytes:
    """The bitmap of these line numbers. Raises ValueError for a line outside 0..MAX_LINE."""
    numbers = lines if isinstance(lines, (list, tuple, set, frozenset)) else list(lines)
    if not numbers:
        return b""
    top = max(numbers)
    if min(numbers) < 0 or top > MAX_LINE:
        raise ValueError(f"line {top if top > MAX_LINE else min(numbers)} is out of range")
    bits = bytearray(top // 8 + 1)
    for n in numbers:
        bits[n >> 3] |= 1 << (n & 7)
    return bytes(bits)


def unpack(bits: bytes) -> Iterator[int]:
    """The line numbers, ascending."""
    for index, byte in enumerate(bits):
        base = index << 3
        while byte:
            low = byte & -byte
            yield base + low.bit_length() - 1
            byte ^= low


def count(bits: bytes) -> int:
    return int.from_bytes(bits, "little").bit_count()


def union(first: bytes, second: bytes) -> bytes:
    return _bytes(int.from_bytes(first, "little") | int.from_bytes(second, "little"))


def union_all(several: Iterable[bytes]) -> bytes:
    whole = 0
    for bits in set(several):
        whole |= int.from_bytes(bits, "little")
    return _bytes(whole)


def common(first: bytes, second: bytes) -> bytes:
    return _bytes(int.from_bytes(first, "little") & int.from_bytes(second, "little"))


def without(first: bytes, second: bytes) -> bytes:
    return _bytes(int.from_bytes(first, "little") & ~int.from_bytes(second, "little"))


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "little")
