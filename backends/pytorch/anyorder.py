"""For which values of a net with blocks the units of a flattened map may stand as they lie in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dlc.backends.orders import ELEMENTWISE
from dlc.ir import Action, Block, BlockCall, Module, Node, Repeat
from dlc.passes.structure import topological


class AnyOrder:
    """As `dlc.backends.orders.any_order`, through blocks and repeats."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._found: dict[str, dict[str, bool]] = {}

    def takes(self, scope: str, value: str) -> bool:
        """Whether dense layers alone are made of a value's units; `scope` is its block, "" for the net."""
        return self._of(scope).get(value, False)

    def _of(self, scope: str) -> dict[str, bool]:
        if scope not in self._found:
            block = self._module.block(scope)
            net = self._module.nets[0]
            body, outputs = (net.body, net.outputs) if block is None else (block.body, (block.output,))
            self._found[scope] = self._body(body, outputs)
        return self._found[scope]

    def _body(self, body: Sequence[Node], outputs: Iterable[str]) -> dict[str, bool]:
        shared = {name for node in body if node.shares for name in (node.name, node.shares)}
        found: dict[str, bool] = dict.fromkeys(outputs, False)
        for node in reversed(topological(tuple(body)) or ()):
            for index, name in enumerate(node.inputs):
                fine = node.name not in shared and self._reads(node.op, index, found.get(node.name, False))
                found[name] = fine and found.get(name, True)
        return found

    def _reads(self, action: Action, index: int, after: bool) -> bool:
        """Whether an action takes its input in any order; `after`: whether what reads its result does."""
        if isinstance(action, Repeat):
            for link in action.links:
                if not self._passes(link):
                    return self._reads(link, 0, False)
            return after
        if isinstance(action, BlockCall):
            block: Block | None = self._module.block(action.block)
            return block is not None and self._of(block.name).get(block.inputs[index], False)
        return action.op_name == "dense" or (after and self._passes(action))

    def _passes(self, action: Action) -> bool:
        if isinstance(action, BlockCall | Repeat):
            return False
        return action.op_name in ELEMENTWISE or action.op_name == "concat"
