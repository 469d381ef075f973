"""How far two runs of a net are apart, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from dlc.ir import Net, Node
from dlc.verify.side import Side
from dlc.weights.held import Array


@attrs.frozen
class Gap:
    """How far the values of a layer are apart: the largest difference, also by the largest value; `other` is
    the layer's name on the other side."""

    name: str
    other: str
    layer: str
    absolute: float
    relative: float
    is_output: bool = False


@attrs.frozen
class Report:
    """The gaps of all layers that both sides show, in the order of the net."""

    gaps: tuple[Gap, ...]
    tolerance: float

    @property
    def departs(self) -> Gap | None:
        """The first layer that is further apart than the tolerance."""
        return next((gap for gap in self.gaps if not gap.relative <= self.tolerance), None)

    @property
    def agrees(self) -> bool:
        """Whether every output is within the tolerance."""
        outputs = [gap for gap in self.gaps if gap.is_output]
        return bool(outputs) and all(gap.relative <= self.tolerance for gap in outputs)


def gaps(
    net: Net, a: Side, b: Side, made: Sequence[Mapping[str, Array]], pairs: Mapping[str, str]
) -> list[Gap]:
    """The gap of every layer of `net` whose value both runs show; `pairs` name its counterparts in `b`."""
    found = []
    nodes = [{node.name: node for node in (side.net or net).body} for side in (a, b)]
    for node in net.body:
        other = pairs.get(node.name)
        one = _value(a, node.name, made[0], nodes[0])
        two = _value(b, other, made[1], nodes[1]) if other is not None else None
        if one is not None and two is not None and one.shape == two.shape:
            absolute, relative = _apart(one, two)
            is_output = node.name in net.outputs
            found.append(Gap(node.name, str(other), node.layer.op_name, absolute, relative, is_output))
    return found


def _value(side: Side, name: str, made: Mapping[str, Array], nodes: Mapping[str, Node]) -> Array | None:
    """The value of a node: as the framework shows it, else calculated from that of the layer before an
    activation, which some merge with it and some do not."""
    place = side.places.get(name)
    if place is not None and place.name in made:
        return place.back(made[place.name])
    node = nodes.get(name)
    calculate = _CALCULATED.get(node.layer.op_name) if node is not None else None
    if node is None or calculate is None:
        return None
    before = _value(side, node.inputs[0], made, nodes)
    return None if before is None else calculate(before)


def _relu(x: Array) -> Array:
    return x.clip(0)


def _sigmoid(x: Array) -> Array:
    import numpy as np

    return 1 / (1 + np.exp(-x.astype(np.float64)))


def _tanh(x: Array) -> Array:
    import numpy as np

    return np.tanh(x)


_CALCULATED: dict[str, Callable[[Array], Array]] = {
    "relu": _relu,
    "relu6": lambda x: x.clip(0, 6),
    "sigmoid": _sigmoid,
    "silu": lambda x: x * _sigmoid(x),
    "tanh": _tanh,
}


def _apart(a: Array, b: Array) -> tuple[float, float]:
    """The largest difference, and that as a part of the largest value; not a number where one is none."""
    import numpy as np

    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if not a.size:
        return 0.0, 0.0
    gap = float(np.abs(a - b).max())
    largest = float(max(np.abs(a).max(), np.abs(b).max()))
    return gap, gap / largest if largest else gap
