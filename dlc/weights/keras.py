"""Where the weights of a net that was read from a Keras document lie in its weights files.

Layers are called after those of the document, those of a model inside another one `inner/layer`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from dlc.backends.keras.params import INPUT, VARIABLES, Layer
from dlc.backends.keras.params import stored as as_keras
from dlc.backends.parameters import Parameter, parameters
from dlc.backends.stored import Tensor, whole
from dlc.frontends.keras_json.document import LayerDoc, ModelDoc
from dlc.ir import Net, Node
from dlc.types import Type

# Classes by their older names, and those that hold what another one holds.
_OLDER = {
    **{f"Convolution{rank}D": f"Conv{rank}D" for rank in (1, 2, 3)},
    "AtrousConvolution2D": "Conv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "Convolution2DTranspose": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
    "TimeDistributedDense": "Dense",
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
}
_SCALE = {"kernel": "gamma"}  # of ConvNeXt's LayerScale


@attrs.frozen
class Place:
    """A layer of a document with weights: its name in the net, its class, and its path in files of Keras 3."""

    name: str
    cls: str
    path: str
    inside: str = ""  # the variables' path inside the layer: of wrappers
    doc: LayerDoc | None = None

    @property
    def variables(self) -> Mapping[str, str]:
        """The variables by role, of classes that are known."""
        return _SCALE if self.cls == "LayerScale" else VARIABLES.get(self.cls, {})


def places(model: ModelDoc, prefix: str = "", root: str = "") -> Iterator[Place]:
    """The layers of a document, those of inner models included, in the document's order."""
    used: dict[str, int] = {}
    for layer in model.layers:
        path = f"{root}layers/{numbered(snake(layer.kind), used)}"
        if layer.inner is not None:
            yield from places(layer.inner, f"{prefix}{layer.name}/", f"{path}/")
            continue
        cls, inside = _OLDER.get(layer.kind, layer.kind), ""
        wrapped = layer.config.get("layer")
        if cls == "TimeDistributed" and isinstance(wrapped, Mapping):
            kind = str(wrapped.get("class_name"))
            cls, inside = _OLDER.get(kind, kind), "layer/"
        yield Place(f"{prefix}{layer.name}", cls, path, inside, layer)


def numbered(name: str, used: dict[str, int]) -> str:
    """`name`, then `name_1`, `name_2`, ..., as Keras 3 tells layers of one class apart."""
    used[name] = used.get(name, -1) + 1
    return f"{name}_{used[name]}" if used[name] else name


def snake(cls: str) -> str:
    """A class's name as Keras 3 writes it in files: PReLU is p_re_lu."""
    apart = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", cls))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", apart).lower()


def tensors(net: Net, found: Sequence[Place]) -> tuple[Tensor, ...]:
    """The tensors of an expanded net that was read from the document with these layers."""
    by_name = {place.name: place for place in found}
    types = net.types()
    made: list[Tensor] = []
    for node in net.body:
        place = by_name.get(node.name)
        given = [kind for name in node.inputs if (kind := types[name]) is not None]
        if place is None or not given or node.shares is not None:
            continue
        held = {p.role: p for p in parameters(node, given)}
        for role, path in place.variables.items():
            if role in held:
                key = (place.name, place.inside + path)
                made.append(_tensor(key, place.cls, node, held[role], given[0]))
        if place.cls == "Normalization" and "mean" in held:  # how many examples the two are taken from
            made.append(Tensor((place.name, "count"), node.name, (), constant=1.0))
    return tuple(made)


def _tensor(key: tuple[str, ...], cls: str, node: Node, parameter: Parameter, source: Type) -> Tensor:
    op: Any = node.layer
    if cls == "Dense" and parameter.role == "kernel":
        return whole(key, node.name, parameter, parameter.shape[-2:])
    if cls == "LayerScale":
        return whole(key, node.name, parameter, (parameter.shape[-2],))
    return as_keras(key, node.name, op, parameter, source)


def emitted_places(found: Sequence[Layer]) -> list[Place]:
    """The layers of an emitted model, given in the order in which the model has them."""
    used: dict[str, int] = {}
    made = []
    for layer in found:
        cls = "InputLayer" if layer.cls == INPUT else layer.cls
        made.append(Place(layer.name, cls, f"layers/{numbered(snake(cls), used)}"))
    return made
