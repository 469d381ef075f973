"""Rules for stated factors, for parts of axes, and for what is kept of a data set."""

from __future__ import annotations

import math
from typing import Any

from dlc.backends.keras.plan import RULES, Ask, Refused, is_symbolic, sizes
from dlc.layers.axes import axis_index


@RULES.rule("rescale")
def _rescale(ask: Ask) -> None:
    scale, offset = (list(v) if isinstance(v, tuple) else v for v in (ask.layer.scale, ask.layer.offset))
    ask.put("Rescaling", scale=scale, offset=offset)


@RULES.rule("standardize")
def _standardize(ask: Ask) -> None:
    ask.put("Normalization", axis=(-1,))


@RULES.rule("slice")
def _slice(ask: Ask) -> None:
    """Cropping, which Keras has for space: of channels, on a map that has them for its width."""
    layer, given, output = ask.layer, sizes(ask.inputs[0]), sizes(ask.output)
    if is_symbolic((layer.start, layer.size, layer.axis)):
        raise Refused("its part of the axis depends on parameters")
    at, rank = axis_index(layer.axis, ask.inputs[0]), len(given)
    if at is None:
        raise Refused("its axis is not known")
    ends = (layer.start, given[at] - layer.start - layer.size)
    if at < rank - 1:
        _cropped(ask, -1, rank - 1, at, ends)
    elif rank == 1:
        column = ask.put("Reshape", role="column", target_shape=(given[0], 1))
        part = ask.put("Cropping1D", column, role="part", cropping=ends)
        ask.put("Reshape", part, target_shape=output)
    else:
        flat = ask.put("Reshape", role="flat", target_shape=(math.prod(given[:-1]), given[-1], 1))
        part = ask.put("Cropping2D", flat, role="part", cropping=((0, 0), ends))
        ask.put("Reshape", part, target_shape=output)


def _cropped(ask: Ask, value: int, rank: int, at: int, ends: tuple[Any, Any]) -> None:
    cropping: Any = tuple(ends if axis == at else (0, 0) for axis in range(rank))
    ask.put(f"Cropping{rank}D", value, cropping=cropping if rank > 1 else ends)
