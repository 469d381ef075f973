"""Boosted decision trees over named features: how they are kept, read and asked.

They are small and plain enough to read: a tree is a feature's name, a threshold, what holds below it and
what holds from it on. A feature that is not known counts as -1. They were fitted by
`dlc.frontends.figure.classify.fit`.

Source: Friedman 2001, "Greedy function approximation: a gradient boosting machine".
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping
from importlib import resources
from typing import Any

import attrs

#: What a feature that is not known counts as.
UNKNOWN = -1.0


@attrs.frozen
class Split:
    """A question about one feature."""

    feature: str
    threshold: float
    below: Split | float
    above: Split | float


@attrs.frozen
class Trees:
    """Trees whose answers, each times `rate`, add up from `base` to the log-odds of a design.

    `words` are the weights of words in captions that one of the features is made of.
    """

    base: float
    rate: float
    trees: tuple[Split | float, ...]
    words: Mapping[str, float] = attrs.field(factory=dict)

    def probability(self, features: Mapping[str, float]) -> float:
        """How likely a figure with these features is a design, 0..1."""
        odds = self.base + self.rate * sum(_answer(tree, features) for tree in self.trees)
        return 1 / (1 + math.exp(-max(-40.0, min(40.0, odds))))

    def to_json(self) -> str:
        """The trees as text, one a line, and the words."""
        rows = ",\n  ".join(json.dumps(_written(tree)) for tree in self.trees)
        words = json.dumps({word: round(weight, 3) for word, weight in self.words.items()})
        return f'{{"base": {self.base}, "rate": {self.rate},\n"words": {words},\n"trees": [\n  {rows}\n]}}\n'

    @classmethod
    def from_json(cls, text: str) -> Trees:
        """Read what `to_json` wrote."""
        data = json.loads(text)
        trees = tuple(_read(tree) for tree in data["trees"])
        return cls(data["base"], data["rate"], trees, data.get("words", {}))


@functools.cache
def fitted(name: str = "trees") -> Trees:
    """Trees that come with the compiler: "trees", or "bare" for figures without captions."""
    kept = resources.files("dlc.frontends.figure.classify") / f"{name}.json"
    return Trees.from_json(kept.read_text(encoding="utf-8"))


def _answer(tree: Split | float, features: Mapping[str, float]) -> float:
    while isinstance(tree, Split):
        known = features.get(tree.feature, UNKNOWN)
        tree = tree.below if known < tree.threshold else tree.above
    return tree


def _written(tree: Split | float) -> Any:
    if not isinstance(tree, Split):
        return round(tree, 4)
    return [tree.feature, round(tree.threshold, 4), _written(tree.below), _written(tree.above)]


def _read(data: Any) -> Split | float:
    if isinstance(data, list):
        return Split(data[0], data[1], _read(data[2]), _read(data[3]))
    return float(data)
