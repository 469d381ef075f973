"""Nets to run: the examples, with smaller inputs, and drawn ones."""

from __future__ import annotations

from pathlib import Path

import attrs
from hypothesis import HealthCheck, Phase, settings
from support.nets import read_module

from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.types import Kind

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.dlnet"))
# Inputs of these are made smaller, so that they run quickly; the layers stay.
SMALLER = {
    "alexnet": (99, 99),
    "c3d": (16, 48, 48),
    "densenet121": (64, 64),
    "mobilenet": (64, 64),
    "mobilenetv2": (64, 64),
    "resnet50": (64, 64),
    "resnet152": (64, 64),
    "squeezenet": (96, 96),
    "unet": (188, 188),
    "vgg16": (64, 64),
}

SEEDED = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MOST_MULTIPLY_ADDS = 20_000_000


def example(file: Path) -> Module:
    """The module of an example, with a smaller input where it would run long."""
    module = read_module(file.read_text(encoding="utf-8"))
    return smaller(module, SMALLER[file.stem]) if file.stem in SMALLER else module


def smaller(module: Module, spatial: tuple[int, ...]) -> Module:
    """The module with its only input of this size, and without what is declared of the layers' results."""
    (net,) = module.nets
    (given,) = net.inputs
    kind = attrs.evolve(given.type, shape=(*spatial, given.type.channels))
    body = tuple(attrs.evolve(node, declared=None) for node in net.body)
    net = attrs.evolve(net, inputs=(attrs.evolve(given, type=kind),), body=body)
    checked = check(attrs.evolve(module, nets=(net,)))
    assert checked.ok, checked.diagnostics
    return checked.module


def read_inputs(net: Net) -> Net:
    """The net, checked, without inputs that nothing reads."""
    read = {name for node in net.body for name in node.inputs} | set(net.outputs)
    net = attrs.evolve(net, inputs=tuple(given for given in net.inputs if given.name in read))
    return check(Module(nets=(net,))).module.nets[0]


def is_quick(net: Net, most: int = MOST_MULTIPLY_ADDS) -> bool:
    """Whether a net has few multiply-additions."""
    types = net.types()
    each = (node.layer.multiply_adds([types[name] for name in node.inputs], node.type) for node in net.body)
    return sum(n for n in each if isinstance(n, int)) <= most


def embeds_numbers(net: Net) -> bool:
    """Whether a vector's values, which random weights make no ids, are looked up."""
    types = net.types()
    embeds = [node for node in net.body if node.layer.op_name == "embed"]
    return any(
        kind is not None and kind.kind is not Kind.IDS for n in embeds for kind in [types[n.inputs[0]]]
    )
