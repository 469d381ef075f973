"""What every kind of drawing gives: a page, the drawing on it, and the network that it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from dlc.frontends.figure.drawing import Drawing
from dlc.ir import Net
from dlc.simulate.paper.sketch import Sketch
from dlc.simulate.scene import Scene
from dlc.simulate.truth import INPUT, Arrow, Item, Layer


@attrs.frozen
class Figure:
    """A finished figure and the networks that it shows; lengths of the drawing are in points."""

    kind: str
    scene: Scene
    drawing: Drawing
    items: tuple[Item, ...]
    arrows: tuple[Arrow, ...]
    layers: tuple[Layer, ...]
    nets: tuple[Net, ...]

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of all nets' last layers."""
        return tuple(name for net in self.nets for name in net.outputs)


def finished(kind: str, sketch: Sketch, layers: Iterable[Layer], *nets: Net) -> Figure:
    """The figure that a sketch has become; no two of its nets share a layer's name."""
    scene, drawing = sketch.finish()
    items, arrows = tuple(sketch.items), tuple(sketch.arrows)
    return Figure(kind, scene, drawing, items, arrows, tuple(layers), nets)


def shown_layers(
    net: Net,
    stated: Mapping[str, Mapping[str, Any]],
    sizes: Mapping[str, tuple[int, ...]],
    labels: Mapping[str, str] | None = None,
) -> list[Layer]:
    """The layers that a figure shows: those of `stated` (an input where it is in there), in the net's order.

    What is not shown is passed through. `labels` are words beside a layer that no item holds.
    """
    named = labels or {}
    made = [
        Layer(given.name, INPUT, size=sizes.get(given.name), label=named.get(given.name))
        for given in net.inputs
        if given.name in stated
    ]
    feeds: dict[str, tuple[str, ...]] = {i.name: (i.name,) * (i.name in stated) for i in net.inputs}
    for node in net.body:
        sources = tuple(dict.fromkeys(s for name in node.inputs for s in feeds[name]))
        if node.name not in stated:
            feeds[node.name] = sources
            continue
        feeds[node.name] = (node.name,)
        op, known = _operation(node.layer.op_name, stated[node.name])
        size = sizes.get(node.name)
        made.append(Layer(node.name, op, sources, known, size, named.get(node.name)))
    return made


def _operation(op: str, stated: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """A pooling whose kind is not said is any pooling."""
    known = dict(stated)
    if known.pop("any", False):
        return "opaque", {"type": "pool"}
    return op, known
