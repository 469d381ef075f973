"""What a backend that keeps blocks asks of a module: which blocks its net uses, and whether numbers lack."""

from __future__ import annotations

from dlc.backends.base import Differences
from dlc.ir import Block, Module, Net, Node
from dlc.passes.structure import called_blocks, called_layers


def callees_first(module: Module, net: Net) -> list[Block]:
    """The blocks that a net uses, each after those that it calls."""
    found: dict[str, Block] = {}

    def visit(body: tuple[Node, ...]) -> None:
        for call in (call for node in body for call in called_blocks(node.op)):
            block = module.block(call.block)
            if block is not None and block.name not in found:
                visit(block.body)
                found[block.name] = block

    visit(net.body)
    return list(found.values())


def refuse_holes(module: Module, differences: Differences) -> None:
    """Stop at layers of the module's one net without a number or a type that they need: raises DlcError
    with all."""
    net = module.nets[0]
    bodies = [net.body, *(block.body for block in callees_first(module, net))]
    for node in (node for body in bodies for node in body):
        for op in called_layers(node.op):
            if holes := op.holes():
                differences.cannot(node, f"{', '.join(holes)} is not known")
            if op.declares_result and node.declared is None:
                differences.cannot(node, "the type of its result is not stated")
    differences.finish()
