"""Rules for stated factors, for parts of axes, and for what is kept of a data set."""

from __future__ import annotations

from dlc.backends.pytorch.plan import RULES, Ask, Form, Function, Layout, Made, Refused, is_symbolic
from dlc.backends.pytorch.weights import one
from dlc.layers.axes import axis_index


@RULES.rule("rescale")
def _rescale(ask: Ask) -> None:
    layer = ask.layer
    several = any(isinstance(v, tuple) for v in (layer.scale, layer.offset))
    ask.layout = ask.inputs[0].layout
    after = {"spatial": _after(ask)} if several and _after(ask) else {}
    ask.put(Made("Rescale", (layer.scale, layer.offset), after))


@RULES.rule("standardize")
def _standardize(ask: Ask) -> None:
    known = ask.inputs[0]
    ask.layout = known.layout
    weights = (one("mean", "mean"), one("variance", "variance"))
    after = {"spatial": _after(ask)} if _after(ask) else {}
    ask.put(Made("Standardize", (known.channels,), after, weights))


def _after(ask: Ask) -> int:
    """How many axes come after the channels."""
    return ask.rank if ask.inputs[0].layout is Layout.FIRST else 0


@RULES.rule("slice")
def _slice(ask: Ask) -> None:
    layer, known = ask.layer, ask.inputs[0]
    if is_symbolic((layer.start, layer.size, layer.axis)):
        raise Refused("its part of the axis depends on parameters")
    index = axis_index(layer.axis, known.type)
    if index is None:
        raise Refused("its axis is not known")
    ask.layout, last = known.layout, len(known.type.shape) - 1
    place = index + 1
    if known.layout is Layout.FIRST:
        place = 1 if index == last else index + 2
    part = f"{layer.start}:{layer.start + layer.size}"
    ask.put((), function=Function(", ".join([*[":"] * place, part]), Form.INDEX))
