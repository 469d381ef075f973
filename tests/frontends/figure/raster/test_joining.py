"""Pairs joined many at once make the sets that joining them one by one makes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dlc.frontends.figure.raster.joining import gathered
from dlc.frontends.groups import Groups

COUNT = 30
PAIRS = st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)), max_size=60)


@given(PAIRS)
def test_sets_are_those_of_joining_one_by_one(pairs: list[tuple[int, int]]) -> None:
    groups = Groups(COUNT)
    for one, other in pairs:
        groups.join(one, other)
    one, other = np.array(pairs, int).reshape(-1, 2).T
    assert [group.tolist() for group in gathered(COUNT, one, other)] == groups.sets()


def test_a_long_chain_is_one_set() -> None:
    order = np.random.default_rng(1).permutation(1000)
    assert len(gathered(1000, order[1:], order[:-1])) == 1


def test_nothing_makes_no_set() -> None:
    none = np.zeros(0, int)
    assert gathered(0, none, none) == []
