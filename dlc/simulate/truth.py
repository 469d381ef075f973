"""What is true of a picture: what is drawn where, and which network it shows.

The network is what a careful reader can know from the picture alone: a layer's operation, the
hyper-parameters and sizes that are *stated*, and what feeds what. It is written as JSON, one object a
picture, in the terms of `dlnet-json/1`; `spec/simulation.md` has an example.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from dlc.frontends.figure.drawing import Drawing
from dlc.simulate.drawing_json import drawing_from_json, drawing_json

INPUT = "input"  # the operation of a layer that stands for an input of the network
Size = tuple[int, ...]


def _plain(value: Any) -> Any:
    """Tuples as lists, as JSON has them."""
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value


def _plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in values.items()}


@attrs.frozen
class Layer:
    """A layer that the picture shows, or an input of the network where that is drawn.

    `op` is the catalogue's name, `input`, or for what the catalogue lacks `opaque` with the attribute
    `type`. `attrs` holds only what the picture states; `size` is the stated output size without the
    batch, channels last. `label` is the layer's name where the picture prints one.
    """

    name: str
    op: str
    inputs: tuple[str, ...] = ()
    attrs: Mapping[str, Any] = attrs.field(factory=dict, converter=_plain_values)
    size: Size | None = None
    label: str | None = None


@attrs.frozen
class Item:
    """A box that takes part in the flow: its index in the drawing's boxes, its words, the layers it shows.

    An item without layers is a feature map, a blob, a picture or plain text.
    """

    box: int
    text: str
    layers: tuple[str, ...] = ()


@attrs.frozen
class Arrow:
    """From one item to another (indices), by which of the drawing's connectors (indices)."""

    source: int
    target: int
    connectors: tuple[int, ...] = ()


@attrs.frozen
class Truth:
    """Everything that is true of one picture; lengths are in its pixels.

    `source` is the routine that drew it (keras, caffe, paper), `style` its variety; `scale` is pixels a
    point, to compare with a vector form of the same drawing; `damage` names what made the picture worse.
    """

    source: str
    style: str
    drawing: Drawing
    items: tuple[Item, ...]
    arrows: tuple[Arrow, ...]
    layers: tuple[Layer, ...]
    outputs: tuple[str, ...]
    scale: float = 1.0
    damage: tuple[str, ...] = ()

    def json(self) -> dict[str, Any]:
        """As an object of JSON's types."""
        return {
            "source": self.source,
            "style": self.style,
            "scale": round(self.scale, 6),
            "damage": list(self.damage),
            "layers": [_layer_json(layer) for layer in self.layers],
            "outputs": list(self.outputs),
            "items": [{"box": i.box, "text": i.text, "layers": list(i.layers)} for i in self.items],
            "arrows": [[a.source, a.target, list(a.connectors)] for a in self.arrows],
            "drawing": drawing_json(self.drawing),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Truth:
        """Read what `json` gives; raises KeyError, TypeError or ValueError on anything else."""
        return cls(
            str(value["source"]),
            str(value["style"]),
            drawing_from_json(value["drawing"]),
            tuple(Item(i["box"], i["text"], tuple(i["layers"])) for i in value["items"]),
            tuple(Arrow(source, target, tuple(by)) for source, target, by in value["arrows"]),
            tuple(map(_layer_from_json, value["layers"])),
            tuple(value["outputs"]),
            float(value["scale"]),
            tuple(value["damage"]),
        )


def _layer_json(layer: Layer) -> dict[str, Any]:
    stated: dict[str, Any] = {"name": layer.name, "op": layer.op, "inputs": list(layer.inputs)}
    if layer.attrs:
        stated["attrs"] = dict(layer.attrs)
    if layer.size is not None:
        stated["out"] = list(layer.size)
    if layer.label is not None:
        stated["label"] = layer.label
    return stated


def _layer_from_json(value: Mapping[str, Any]) -> Layer:
    size: Sequence[int] | None = value.get("out")
    return Layer(
        str(value["name"]),
        str(value["op"]),
        tuple(value["inputs"]),
        value.get("attrs", {}),
        None if size is None else tuple(size),
        value.get("label"),
    )
