"""The table of rules: how ONNX says each layer of the catalogue."""

from __future__ import annotations

from collections.abc import Callable

from dlc.backends.base import Rules
from dlc.backends.onnx.values import Value

# A rule takes the writer, the node, the node's layer and the values of its inputs; it appends operations and
# returns the node's value, or None after recording why there is none.
Rule = Callable[..., Value | None]
RULES: Rules[Rule] = Rules()
