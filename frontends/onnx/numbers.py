"""Numbers of single precision as people write them."""

from __future__ import annotations

import functools
import struct


def plain(number: float) -> float:
    """The shortest decimal of a number of single precision: 0.1, not 0.10000000149."""
    for digits in range(1, 9):
        short = float(f"{number:.{digits}g}")
        if single(short) == single(number):
            return short
    return float(number)


@functools.lru_cache(maxsize=1024)
def single(number: float) -> float:
    """A number as single precision has it; infinite where it is too large for that."""
    try:
        return float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
