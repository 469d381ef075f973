"""The typed intermediate representation that every frontend makes and every backend reads."""

from dlc.ir.net import Block, Input, Module, Net, Node, Parameter
from dlc.ir.op import Action, BlockCall, Op, Repeat, RuleBroken, Value, has_hole
from dlc.ir.origin import BBox, Origin

__all__ = [
    "Action",
    "BBox",
    "Block",
    "BlockCall",
    "Input",
    "Module",
    "Net",
    "Node",
    "Op",
    "Origin",
    "Parameter",
    "Repeat",
    "RuleBroken",
    "Value",
    "has_hole",
]
