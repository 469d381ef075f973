"""Rules for stated factors, for parts of axes, and for what is kept of a data set."""

from __future__ import annotations

from dlc.backends.pytorch.merge import axis
from dlc.backends.pytorch.plan import RULES, Ask, Form, Function, Layout, Made, Refused, is_symbolic
from dlc.backends.pytorch.weights import number, one
from dlc.types import Kind


@RULES.rule("rescale")
def _rescale(ask: Ask) -> None:
    """A product and a sum; of each channel, by a module that keeps the numbers."""
    numbers = ask.layer.scale, ask.layer.offset
    if any(isinstance(number, tuple) for number in numbers):
        ask.laid(Layout.FIRST)
        ask.put(Made("Rescale", numbers))
        ask.layout = _laid_first(ask)
        return
    function = (
        None if is_symbolic((ask.stated.scale, ask.stated.offset)) else Function("", Form.LINEAR, numbers)
    )
    ask.put(Made("Rescale", numbers), -1, function=function)
    ask.layout, ask.order = ask.inputs[0].layout, ask.inputs[0].order


def _laid_first(ask: Ask) -> Layout:
    """The layout of a result whose channels come first; a vector has them alone."""
    return Layout.LAST if ask.inputs[0].type.kind is Kind.VECTOR else Layout.FIRST


@RULES.rule("standardize")
def _standardize(ask: Ask) -> None:
    known = ask.inputs[0]
    ask.laid(Layout.FIRST)
    weights = (one("mean", "mean"), one("variance", "variance"), number("count"))
    ask.put(Made("Standardize", (known.channels,), weights=weights))
    ask.layout = _laid_first(ask)


@RULES.rule("slice")
def _slice(ask: Ask) -> None:
    layer, known = ask.layer, ask.inputs[0]
    if is_symbolic((layer.start, layer.size, layer.axis)):
        raise Refused("its part of the axis depends on parameters")
    at = axis(known, layer.axis)
    part = f"{layer.start or ''}:{layer.start + layer.size}"
    ask.put((), function=Function(", ".join([*[":"] * at, part]), Form.INDEX))
    ask.layout = known.layout
