"""Rules by layer type: each turns one prototxt layer into nodes and gives a value for every top."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlc.frontends.prototxt.builder import Builder, Source

Rule = Callable[["Builder", "Source", list[str]], list[str]]
RULES: dict[str, Rule] = {}


def rule(*kinds: str) -> Callable[[Rule], Rule]:
    """Enter a function as the rule for layer types."""

    def enter(function: Rule) -> Rule:
        for kind in kinds:
            if kind in RULES:
                raise ValueError(f"layer type {kind} has two rules")
            RULES[kind] = function
        return function

    return enter
