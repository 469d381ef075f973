"""Runs: the same links again and again in a series, which become a repeat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from dlc.ir import Node, Repeat
from dlc.passes.rollup.rewrite import standing_for
from dlc.passes.rollup.series import LOOP, Series

MOST_PERIOD = 48  # items that are repeated together


@attrs.frozen
class Run:
    """Items of a series from `start` on that are `count` times the first `period` of them."""

    series: Series
    start: int
    period: int
    count: int

    @property
    def items(self) -> Series:
        """All its items."""
        return self.series[self.start : self.start + self.period * self.count]

    @property
    def links(self) -> Series:
        """The items of one round."""
        return self.items[: self.period]

    @property
    def saving(self) -> float:
        """How many lines shorter a repeat is."""
        return (self.count - 1) * sum(item.form.weight for item in self.links) - LOOP

    def repeat(self) -> Node:
        """The repeat."""
        return standing_for(self.items, Repeat(self.count, tuple(item.exit.op for item in self.links)))


def runs(series: Series) -> list[Run]:
    """The runs of the shortest period that pay; those of longer periods show when these are gone."""
    keys = [item.key for item in series]
    for period in range(1, min(MOST_PERIOD, len(series) // 2) + 1):
        found = [run for run in _of_period(series, keys, period) if _pays(run)]
        if found:
            return found
    return []


def _of_period(series: Series, keys: Sequence[object], period: int) -> Iterator[Run]:
    """The longest runs of one period, none of which overlap."""
    start = 0
    while start + period < len(series):
        end = start
        while end + period < len(series) and keys[end] == keys[end + period] and series[end].form.is_link:
            end += 1
        length = end - start + period
        if end - start >= period:
            yield _turned(Run(series, start, period, length // period), length % period)
            start += length
        else:
            start = end + 1


def _turned(run: Run, spare: int) -> Run:
    """The run begun as much later as goes well with what stands before it.

    Layers of the same forms, with other numbers, may stand there as often again: the run begins as they
    do. Its first layer is better none that belongs to the one before it.
    """
    first = run.start
    while first > 0 and run.series[first - 1].form == run.series[first - 1 + run.period].form:
        first -= 1
    while run.series[first].form.is_passive and first < run.start + spare:
        first += 1
    shift = (first - run.start) % run.period
    return attrs.evolve(run, start=run.start + shift) if shift <= spare else run


def _pays(run: Run) -> bool:
    """Whether a repeat is shorter than what it stands for, and easy to read: not a repeat of repeats.

    It is inferred as a whole or not at all.
    """
    nested = any(isinstance(item.exit.op, Repeat) for item in run.links)
    return not nested and run.saving > 0 and len({item.exit.inferred for item in run.links}) == 1
