"""Designs of a simulated set: any one can be made again alone, from the seed, its depth and its index."""

from __future__ import annotations

import random

from dlc.fuzz import Sampler
from dlc.ir import Net
from dlc.simulate.naming import renamed


def stream(*parts: object) -> random.Random:
    """A random stream of its own for what the parts name; the same on every machine."""
    return random.Random("/".join(map(str, parts)))


def table_design(seed: int, depth: int, index: int) -> Net:
    """A design over Tables 1 and 2 with `depth` layers and its types filled in, named `net_DD_IIIII`."""
    rng = stream(seed, depth, index, "design")
    net = Sampler(rng.getrandbits(64)).net(depth, f"net_{depth:02d}_{index:05d}")
    return renamed(net, rng)
