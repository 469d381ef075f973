"""Rules by kind of operator: each turns one into layers and states what its outputs are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlc.frontends.onnx.builder import Builder
    from dlc.frontends.onnx.document import Operator

# A rule may raise Unclear; then the operator is kept as it is.
Rule = Callable[["Builder", "Operator"], None]
RULES: dict[str, Rule] = {}


def rule(*kinds: str) -> Callable[[Rule], Rule]:
    """Enter a function as the rule for kinds of operators."""

    def enter(function: Rule) -> Rule:
        for kind in kinds:
            if kind in RULES:
                raise ValueError(f"operator {kind} has two rules")
            RULES[kind] = function
        return function

    return enter
