"""Pictures as Caffe's `draw_net.py` draws them.

Facts taken from `python/caffe/draw.py` of BVLC Caffe: a box a layer, coloured by its type, with kernel,
stride and pad; an octagon a blob; the number of outputs beside the arrow from a convolution or inner
product. The blob that nothing reads is a plain ellipse there, since only readers give a blob its style. A
layer in place hangs on its blob by two arrows. The picture of 2014 names only types, and runs upwards.

The layers drawn are the design's own, one Caffe layer each, in the words of Caffe: `same` padding of an odd
window is a number of pixels. (The exact prototxt may need more layers,
where Caffe pads or rounds another way.)
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from dlc.ir import Net, Node
from dlc.simulate import fonts
from dlc.simulate.dot import Dot, escape_record
from dlc.simulate.graphviz import Laid, lay_out
from dlc.simulate.keras_style import NotDrawable
from dlc.simulate.picture import Picture
from dlc.simulate.truth import INPUT, Arrow, Item, Layer, Truth


@attrs.frozen
class CaffeStyle:
    """The options of `draw_net.py`, and the font that its machine had; `old` is the routine of 2014."""

    rankdir: str = "LR"
    old: bool = False
    label_edges: bool = True
    font: str = fonts.TIMES

    def __str__(self) -> str:
        return "-".join(["caffe-2014" if self.old else "caffe", self.rankdir])


def random_style(rng: random.Random) -> CaffeStyle:
    """A style such as one meets: most run to the right, as by default."""
    font = rng.choice((fonts.TIMES, fonts.SERIF, fonts.SANS))
    if rng.random() < 0.1:
        return CaffeStyle("BT", True, False, font)
    return CaffeStyle(rng.choices(("LR", "TB", "BT"), (6, 3, 2))[0], font=font)


@attrs.frozen
class CaffeLayer:
    """A layer as the routine sees it. `words` follow the type in its box, `outputs` are beside its arrow."""

    name: str
    type: str
    bottoms: tuple[str, ...]
    top: str
    words: tuple[str, ...] = ()
    outputs: int | None = None
    stated: Mapping[str, Any] = attrs.field(factory=dict)

    @property
    def in_place(self) -> bool:
        """Whether it overwrites its input."""
        return self.bottoms == (self.top,)


def draw(net: Net, style: CaffeStyle, endings: Sequence[str] = (".png",)) -> Picture:
    """Draw a checked net of expanded layers. Raises NotDrawable for what Caffe has no layer for."""
    layers = layers_of(net)
    dot = Dot({"rankdir": style.rankdir}, {"fontname": style.font}, {"fontname": style.font})
    drawing = _Graph(dot, style)
    for layer in layers:
        drawing.add(layer)
    drawing.style_blobs()
    laid = lay_out(dot, 96, endings)
    return Picture(laid.files, _truth(net, layers, drawing, laid, style))


# Layers that may overwrite their input.
_IN_PLACE = {"dropout", "relu", "relu6", "leaky_relu", "prelu", "elu", "sigmoid", "tanh"}
_TYPES = {
    "conv2d": "Convolution",
    "conv2d_transpose": "Deconvolution",
    "maxpool2d": "Pooling",
    "avgpool2d": "Pooling",
    "global_avgpool2d": "Pooling",
    "global_maxpool2d": "Pooling",
    "dense": "InnerProduct",
    "embed": "Embed",
    "lstm": "LSTM",
    "rnn": "RNN",
    "flatten": "Flatten",
    "reshape": "Reshape",
    "concat": "Concat",
    "add": "Eltwise",
    "multiply": "Eltwise",
    "maximum": "Eltwise",
    "dropout": "Dropout",
    "batchnorm": "BatchNorm",
    "lrn": "LRN",
    "relu": "ReLU",
    "leaky_relu": "ReLU",
    "prelu": "PReLU",
    "elu": "ELU",
    "sigmoid": "Sigmoid",
    "tanh": "TanH",
    "softmax": "Softmax",
}


def layers_of(net: Net) -> list[CaffeLayer]:
    """One Caffe layer for every input and node."""
    made = [CaffeLayer(i.name, "Input", (), i.name) for i in net.inputs]
    blobs = {i.name: i.name for i in net.inputs}
    uses = {name: len(readers) for name, readers in net.consumers().items()}
    fixed = {i.name for i in net.inputs} | set(net.outputs)
    for node in net.body:
        op = node.layer.op_name
        if op not in _TYPES:
            raise NotDrawable(f"Caffe has no layer for {op}")
        overwrites = op in _IN_PLACE and uses[node.inputs[0]] == 1 and node.inputs[0] not in fixed
        blobs[node.name] = blobs[node.inputs[0]] if overwrites else node.name
        made.append(_layer(node, tuple(blobs[name] for name in node.inputs), blobs[node.name]))
    return made


def _layer(node: Node, bottoms: tuple[str, ...], top: str) -> CaffeLayer:
    op, given = node.layer.op_name, node.layer.attributes()
    printed, stated = _window(op, given)
    outputs = given.get("filters", given.get("units")) if op in _NUMBERED else None
    number = outputs if isinstance(outputs, int) else None
    if number is not None:
        stated["filters" if "filters" in given else "units"] = number
    words = tuple(f"{word}: {value}" for word, value in zip(_WORDS, printed, strict=False))
    return CaffeLayer(node.name, _type(op), bottoms, top, words, number, stated)


_WORDS = ("kernel size", "stride", "pad")
_NUMBERED = ("conv2d", "conv2d_transpose", "dense")


def _type(op: str) -> str:
    pooling = {"max": "Pooling MAX", "avg": "Pooling AVE"}
    return pooling[op.removeprefix("global_")[:3]] if _TYPES[op] == "Pooling" else _TYPES[op]


def _window(op: str, given: Mapping[str, Any]) -> tuple[list[int], dict[str, Any]]:
    """The numbers that are printed for a window, and what they state.

    The routine looks at one field for both axes: where they differ (which takes other fields), and for a
    global pooling, it finds that field's default.
    """
    unset = 0 if _TYPES[op] == "Pooling" else 1
    if op.startswith("global_"):
        return [unset, 1, 0], {}
    if "kernel" not in given:
        return [], {}
    numbers = {"kernel": _one(given["kernel"]), "stride": _one(given["stride"]), "padding": _pad(given)}
    defaults = {"kernel": unset, "stride": 1, "padding": 0}
    printed = [defaults[name] if value is None else value for name, value in numbers.items()]
    return printed, {name: value for name, value in numbers.items() if value is not None}


def _one(value: Any) -> int | None:
    """A number for all axes; None where they differ."""
    values = set(value) if isinstance(value, tuple) else {value}
    return int(values.pop()) if len(values) == 1 else None


def _pad(given: Mapping[str, Any]) -> int | None:
    padding = given["padding"]
    if padding == "same":
        kernel = _one(given["kernel"])
        return None if kernel is None else (kernel - 1) // 2
    return 0 if isinstance(padding, str) else _one(padding)


class _Graph:
    """The routine's graph: numbers of the boxes of layers and blobs, and which arrows have been drawn."""

    def __init__(self, dot: Dot, style: CaffeStyle) -> None:
        self.dot = dot
        self.style = style
        self.layers: dict[str, int] = {}
        self.blobs: dict[str, int] = {}
        self.read: set[str] = set()  # blobs whose last mention is as a bottom

    def add(self, layer: CaffeLayer) -> None:
        """A layer with its blobs, those that it reads first."""
        box = self.dot.add(
            label=_label(layer, self.style), shape="record", style="filled", fillcolor=_fill(layer)
        )
        self.layers[layer.name] = box
        for bottom in layer.bottoms:
            self.dot.join(self._blob(bottom), box)
            self.read.add(bottom)
        numbered = self.style.label_edges and layer.outputs is not None
        self.dot.join(box, self._blob(layer.top), **({"label": str(layer.outputs)} if numbered else {}))
        self.read.discard(layer.top)

    def _blob(self, name: str) -> int:
        if name not in self.blobs:
            self.blobs[name] = self.dot.add(label=escape_record(name))
        return self.blobs[name]

    def style_blobs(self) -> None:
        """Give every blob that was last mentioned as an input its octagon."""
        fill = "#F0E68C" if self.style.old else "#E0E0E0"
        for name in self.read:
            box = self.blobs[name]
            styled = {"shape": "octagon", "style": "filled", "fillcolor": fill}
            self.dot.nodes[box] = {**self.dot.nodes[box], **styled}


_COLOURS = {"Convolution": "#FF5050", "Deconvolution": "#FF5050", "InnerProduct": "#CC33FF"}


def _fill(layer: CaffeLayer) -> str:
    if layer.in_place:
        return "#90EE90"
    return "#FF9900" if layer.type.startswith("Pooling") else _COLOURS.get(layer.type, "#6495ED")


def _label(layer: CaffeLayer, style: CaffeStyle) -> str:
    if style.old:
        return escape_record(f"{layer.name} ({_old_type(layer.type)})")
    parts = [layer.name, f"({layer.type})", *layer.words]
    return (r"\n" if style.rankdir == "LR" else " ").join(map(escape_record, parts))


def _old_type(kind: str) -> str:
    """The name that a type had in 2014; the kind of pooling was no part of it."""
    return {"Input": "DATA", "InnerProduct": "INNER_PRODUCT"}.get(kind, kind.split()[0].upper())


def _truth(net: Net, layers: Sequence[CaffeLayer], graph: _Graph, laid: Laid, style: CaffeStyle) -> Truth:
    shown = {box: (name,) for name, box in graph.layers.items()}
    texts = zip(laid.boxes, laid.texts, strict=True)
    items = tuple(Item(box, text, shown.get(number, ())) for number, (box, text) in enumerate(texts))
    pairs = zip(graph.dot.edges, laid.edges, strict=True)
    arrows = tuple(Arrow(tail, head, lines) for (tail, head, _), lines in pairs)
    stated = {layer.name: {} if style.old else layer.stated for layer in layers}
    inputs = tuple(Layer(i.name, INPUT, label=i.name) for i in net.inputs)
    nodes = tuple(_shown(n, stated[n.name], style) for n in net.body)
    return Truth("caffe", str(style), laid.drawing, items, arrows, (*inputs, *nodes), net.outputs, laid.scale)


def _shown(node: Node, stated: Mapping[str, Any], style: CaffeStyle) -> Layer:
    """A layer; a pooling of 2014 is any pooling."""
    if style.old and _TYPES[node.layer.op_name] == "Pooling":
        return Layer(node.name, "opaque", node.inputs, {"type": "pool"}, label=node.name)
    return Layer(node.name, node.layer.op_name, node.inputs, stated, label=node.name)
