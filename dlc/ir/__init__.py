"""The typed intermediate representation that every frontend makes and every backend reads."""

from dlc.ir.net import JSON_FORMAT, Block, Input, Module, Net, Node, Parameter
from dlc.ir.op import Action, BlockCall, Op, Repeat, RuleBroken, Value, has_hole
from dlc.ir.origin import BBox, Origin

__all__ = [
    "JSON_FORMAT",
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
