"""Where the weights of a net that was read from a prototxt lie in its caffemodel.

The layers of the net are called after those of the file. Their order of units is Caffe's where the file
leaves flattening to InnerProduct; where it flattens itself, the frontend has turned the axes already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dlc.backends.caffe.params import LSTM_GATES, kernel_tensor
from dlc.backends.orders import Order, channels_first
from dlc.backends.parameters import Parameter, parameters
from dlc.backends.stored import Tensor, channelwise, gates, turned, units_first, whole
from dlc.ir import Net, Node
from dlc.types import Kind, Type
from dlc.weights import caffemodel
from dlc.weights.caffemodel import CaffeLayer
from dlc.weights.held import Array, Key, Stored

Held = Mapping[str, Parameter]


def tensors(net: Net, layers: Mapping[str, CaffeLayer], scales: Mapping[str, str]) -> tuple[Tensor, ...]:
    """The tensors of an expanded net; `scales` are the Scale layers that were joined to a BatchNorm."""
    by_name = {node.name: node for node in net.body}
    types = net.types()
    made: list[Tensor] = []
    for node in net.body:
        rule = _RULES.get(node.layer.op_name)
        given = [kind for name in node.inputs if (kind := types[name]) is not None]
        if rule is None or not given or node.shares is not None:
            continue
        held = {p.role: p for p in parameters(node, given)}
        cls = layers[node.name].type if node.name in layers else ""
        made += rule(node, held, _order(node, by_name, types), cls, scales)
    return tuple(made)


def arrays(layers: Mapping[str, CaffeLayer]) -> dict[Key, Stored]:
    """The blobs of a caffemodel by layer and number; a BatchNorm's factor is divided out."""
    made: dict[Key, Stored] = {}
    for name, layer in layers.items():
        blobs = list(layer.blobs)
        if (
            len(blobs) == 3
            and layer.type.lower() in ("batchnorm", "")
            and blobs[2].shape in ((1,), (1, 1, 1, 1))
        ):
            blobs = [_divided(blob, blobs[2]) for blob in blobs[:2]]
        made.update({(name, str(index)): blob for index, blob in enumerate(blobs)})
    return made


def _divided(blob: Stored, factor: Stored) -> Stored:
    def read() -> Array:
        by = float(factor.read().reshape(-1)[0])
        return blob.read() if by == 1.0 else blob.read() * (1 / by if by else 0.0)

    return Stored(blob.shape, read)


def _order(node: Node, by_name: Mapping[str, Node], types: Mapping[str, Type | None]) -> Order:
    """The order of the units that an InnerProduct flattens itself."""
    before = by_name.get(node.inputs[0]) if node.layer.op_name == "dense" else None
    if before is None or not before.inferred or before.layer.op_name != "flatten":
        return ()
    source = types[before.inputs[0]]
    if source is None or source.kind not in (Kind.MAP, Kind.VOLUME):
        return ()
    return channels_first(tuple(d for d in source.shape if isinstance(d, int)))


Rule = Callable[[Node, Held, Order, str, Mapping[str, str]], Iterator[Tensor]]


def _convolution(
    node: Node, held: Held, order: Order, kind: str, scales: Mapping[str, str]
) -> Iterator[Tensor]:
    name, kernel = node.name, held["kernel"]
    if len(kernel.shape) == 3:  # an InnerProduct at every step
        _, features, filters = kernel.shape
        yield turned((name, "0"), name, kernel, (2, 0, 1), shape=(filters, features))
    else:
        yield kernel_tensor((name, "0"), name, kernel)
    yield from _bias(name, held)


def _bias(name: str, held: Held) -> Iterator[Tensor]:
    if "bias" in held:
        yield whole((name, "1"), name, held["bias"])


def _depthwise(
    node: Node, held: Held, order: Order, kind: str, scales: Mapping[str, str]
) -> Iterator[Tensor]:
    """A convolution with a group a channel, or a Scale."""
    name, kernel = node.name, held["kernel"]
    if kind == "Scale":
        yield whole((name, "0"), name, kernel, (kernel.shape[-2],))
    else:
        yield channelwise((name, "0"), name, kernel)
    yield from _bias(name, held)


def _dense(node: Node, held: Held, order: Order, kind: str, scales: Mapping[str, str]) -> Iterator[Tensor]:
    yield units_first((node.name, "0"), node.name, held["kernel"], order)
    yield from _bias(node.name, held)


def _batchnorm(
    node: Node, held: Held, order: Order, kind: str, scales: Mapping[str, str]
) -> Iterator[Tensor]:
    """BVLC's mean and variance, and the Scale's gamma and beta; forks have all four in one layer."""
    name = node.name
    joined = scales.get(name)
    roles = ("mean", "variance") if joined or kind == "BatchNorm" else ("gamma", "beta", "mean", "variance")
    for index, role in enumerate(role for role in roles if role in held):
        yield whole((name, str(index)), name, held[role])
    if joined:
        for index, role in enumerate(role for role in ("gamma", "beta") if role in held):
            yield whole((joined, str(index)), name, held[role])


def _one(role: str) -> Rule:
    def rule(node: Node, held: Held, order: Order, kind: str, scales: Mapping[str, str]) -> Iterator[Tensor]:
        yield whole((node.name, "0"), node.name, held[role])

    return rule


def _lstm(node: Node, held: Held, order: Order, kind: str, scales: Mapping[str, str]) -> Iterator[Tensor]:
    for index, role in enumerate(("kernel", "bias", "recurrent_kernel")):
        yield gates((node.name, str(index)), node.name, held[role], LSTM_GATES)


_RULES: dict[str, Any] = {
    **{f"conv{rank}d": _convolution for rank in (1, 2, 3)},
    **{f"conv{rank}d_transpose": _convolution for rank in (1, 2, 3)},
    "depthwise_conv2d": _depthwise,
    "dense": _dense,
    "batchnorm": _batchnorm,
    "embed": _one("embeddings"),
    "prelu": _one("slope"),
    "lstm": _lstm,
}


def scales_of(text: str, path: Path) -> dict[str, str]:
    """The Scale layer that was joined to each BatchNorm of a prototxt, by their names."""
    from dlc.frontends.prototxt import joined_scales

    return joined_scales(text, str(path))


def layers_of(text: str, path: Path) -> dict[str, CaffeLayer]:
    """The layers of a prototxt with their types, without blobs."""
    from dlc.frontends.prototxt import layer_types

    return {name: CaffeLayer(name, kind, ()) for name, kind in layer_types(text, str(path)).items()}


def written(
    name: str, tensors: Sequence[Tensor], text: str, path: Path, weights: Mapping[str, Mapping[str, Array]]
) -> bytes:
    """The bytes of a caffemodel for a prototxt; every BatchNorm has a factor of 1."""
    import numpy as np

    kinds = {layer.name: layer.type for layer in layers_of(text, path).values()}
    blobs: dict[str, list[Array]] = {}
    for tensor in tensors:
        blobs.setdefault(tensor.key[0], []).append(tensor.stored(weights.get(tensor.node, {})))
    for layer, held in blobs.items():
        if kinds[layer] == "BatchNorm":
            held.append(np.ones(1, np.float32))
    return caffemodel.written(name, {layer: (kinds[layer], held) for layer, held in blobs.items()})


def filled(shape: tuple[int, ...], value: float | None) -> Array:
    """Weights as Caffe's fillers make them: all the same, or falling with the distance (bilinear)."""
    import numpy as np

    if value is not None:
        return np.full(shape, value, np.float32)
    size = shape[-1]
    half = -(-size // 2)
    line = 1 - np.abs(np.arange(size) / half - (size - 1) / (2 * half))
    return np.broadcast_to(np.outer(line, line), shape).astype(np.float32)
