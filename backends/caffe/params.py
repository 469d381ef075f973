"""Where the weights of a net lie in the caffemodel of the prototxt that is emitted for it.

A tensor's key is the name of the Caffe layer and the number of its blob.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dlc.backends.base import Differences
from dlc.backends.caffe.deploy import lower
from dlc.backends.caffe.message import Layer
from dlc.backends.caffe.writer import Writer
from dlc.backends.orders import Order
from dlc.backends.parameters import Parameter, parameters
from dlc.backends.stored import (
    Key,
    Shape,
    Tensor,
    channelwise,
    filters_first,
    gates,
    turned,
    units_first,
    whole,
)
from dlc.diagnostics import Diagnostic, DlcError, codes
from dlc.ir import Net, Node

# Layers with blobs of their own.
WEIGHTED = frozenset(
    {"Convolution", "Deconvolution", "InnerProduct", "Embed", "BatchNorm", "Scale", "PReLU", "LSTM", "RNN"}
)
LSTM_GATES = (0, 1, 3, 2)  # Caffe's i, f, o, g among the language's i, f, g, o
Held = Mapping[str, Parameter]
_RULES: dict[str, Callable[..., Iterator[Tensor]]] = {}


def tensors(net: Net) -> tuple[Tensor, ...]:
    """The tensors of the net that target `caffe` writes for an expanded net.

    Raises DlcError where it cannot write it.
    """
    differences = Differences("caffe", approximate=False)
    w = lower(net, differences)
    differences.finish()
    return written(w)


def written(w: Writer) -> tuple[Tensor, ...]:
    """The tensors of the layers that a writer has collected; those that share weights included."""
    types = w.net.types()
    made: list[Tensor] = []
    for node in w.survey.order:
        rule = _RULES.get(node.layer.op_name)
        if rule is None:
            continue
        given = [kind for name in node.inputs if (kind := types[name]) is not None]
        held = {p.role: p for p in parameters(node, given)}
        layers = [layer for layer in w.layers_of(node.name) if _has_weights(layer)]
        made += rule(_owner(node), node.layer, held, layers, w.orders.get(node.name, ()))
    return tuple(made)


def _owner(node: Node) -> str:
    return node.shares or node.name


def _has_weights(layer: Layer) -> bool:
    """Whether a layer has blobs that are no constants."""
    fillers = (layer.fields.get(m, {}).get("weight_filler", {}) for m in _MESSAGES)
    constant = any(filler.get("type") in ("constant", "bilinear") for filler in fillers)
    return layer.type in WEIGHTED and not constant and (layer.type != "Scale" or len(layer.bottoms) == 1)


_MESSAGES = ("convolution_param", "inner_product_param")


def _rule(*ops: str) -> Callable[[Callable[..., Iterator[Tensor]]], Callable[..., Iterator[Tensor]]]:
    def register(function: Callable[..., Iterator[Tensor]]) -> Callable[..., Iterator[Tensor]]:
        _RULES.update(dict.fromkeys(ops, function))
        return function

    return register


def _key(layer: Layer, index: int) -> tuple[str, str]:
    return layer.name, str(index)


def _bias(layer: Layer, node: str, held: Held, role: str = "bias", index: int = 1) -> Iterator[Tensor]:
    if role in held:
        yield whole(_key(layer, index), node, held[role])


@_rule("conv1d", "conv2d", "conv3d", "conv1d_transpose", "conv2d_transpose", "conv3d_transpose")
def _convolution(node: str, op: Any, held: Held, layers: Sequence[Layer], order: Order) -> Iterator[Tensor]:
    """(filters, C / groups, *window); transposed: (C, filters / groups, *window).

    A sequence is a map that is 1 wide, or an image of one channel that is as wide as it has features.
    """
    (layer,) = layers
    if layer.type == "InnerProduct":
        _, features, filters = held["kernel"].shape
        yield turned(_key(layer, 0), node, held["kernel"], (2, 1, 0), shape=(filters, features))
    else:
        yield kernel_tensor(_key(layer, 0), node, held["kernel"], lies_in_rows(layer, held["kernel"]))
    yield from _bias(layer, node, held)


def kernel_tensor(key: Key, node: str, kernel: Parameter, rows: bool = False) -> Tensor:
    """A convolution's kernel with its filters first, of two spatial axes at least."""
    if len(kernel.shape) > 3:
        return filters_first(key, node, kernel)
    steps, features, filters = kernel.shape
    if rows:
        return turned(key, node, kernel, (2, 0, 1), shape=(filters, 1, steps, features))
    return filters_first(key, node, kernel, (filters, features, steps, 1))


def lies_in_rows(layer: Layer, kernel: Parameter) -> bool:
    """Whether a convolution of a sequence goes over rows of features, in an image of one channel."""
    fields = layer.fields.get("convolution_param", {})
    return len(kernel.shape) == 3 and kernel.shape[1] > 1 and fields.get("kernel_w") == kernel.shape[1]


@_rule("depthwise_conv2d")
def _depthwise(node: str, op: Any, held: Held, layers: Sequence[Layer], order: Order) -> Iterator[Tensor]:
    (layer,) = layers
    yield channelwise(_key(layer, 0), node, held["kernel"])
    yield from _bias(layer, node, held)


@_rule("separable_conv2d")
def _separable(node: str, op: Any, held: Held, layers: Sequence[Layer], order: Order) -> Iterator[Tensor]:
    first, second = layers
    yield channelwise(_key(first, 0), node, held["depthwise_kernel"])
    yield kernel_tensor(_key(second, 0), node, held["pointwise_kernel"])
    yield from _bias(second, node, held)


@_rule("dense")
def _dense(node: str, op: Any, held: Held, layers: Sequence[Layer], order: Order) -> Iterator[Tensor]:
    (layer,) = layers
    yield units_first(_key(layer, 0), node, held["kernel"], order)
    yield from _bias(layer, node, held)


@_rule("embed")
def _embed(node: str, op: Any, held: Held, layers: Sequence[Layer], order: Order) -> Iterator[Tensor]:
    (layer,) = layers
    yield whole(_key(layer, 0), node, held["embeddings"])


@_rule("prelu")
def _prelu(node: str, op: Any, held: Held, layers: Sequence[Layer], order: Order) -> Iterator[Tensor]:
    (layer,) = layers
    yield whole(_key(layer, 0), node, held["slope"])


@_rule("batchnorm", "standardize")
def _batchnorm(node: str, op: Any, held: Held, layers: Sequence[Layer], order: Order) -> Iterator[Tensor]:
    """Mean, variance and a factor by which Caffe divides both; a Scale has gamma and beta."""
    yield whole(_key(layers[0], 0), node, held["mean"])
    yield whole(_key(layers[0], 1), node, held["variance"])
    yield Tensor(_key(layers[0], 2), node, (1,), constant=1.0)
    for layer in layers[1:]:
        yield from _affine(layer, node, held)


@_rule("layernorm", "groupnorm", "instancenorm")
def _normal(node: str, op: Any, held: Held, layers: Sequence[Layer], order: Order) -> Iterator[Tensor]:
    for layer in layers:
        yield from _affine(layer, node, held)


def _affine(layer: Layer, node: str, held: Held) -> Iterator[Tensor]:
    """A Scale's factor, which is always there, and its summand."""
    if "gamma" in held:
        yield whole(_key(layer, 0), node, held["gamma"])
    else:
        yield Tensor(_key(layer, 0), node, held["beta"].shape, constant=1.0)
    yield from _bias(layer, node, held, "beta")


@_rule("lstm", "rnn", "gru")
def _recurrent(node: str, op: Any, held: Held, layers: Sequence[Layer], order: Order) -> Iterator[Tensor]:
    """A layer a direction; rnn and gru are written out, with a layer a step, all of which share weights."""
    ways = ("", "backward_") if op.bidirectional else ("",)
    names = _directions(layers) if len(ways) > 1 else [list(layers)]
    for way, parts in zip(ways, names, strict=True):
        one = {role: held[way + role] for role in ("kernel", "recurrent_kernel", "bias")}
        yield from (_lstm if op.op_name == "lstm" else _stepwise)(node, one, parts)


def _directions(layers: Sequence[Layer]) -> list[list[Layer]]:
    """The layers of each direction, one after the other: both have as many."""
    half = len(layers) // 2
    return [list(layers[:half]), list(layers[half:])]


def _lstm(node: str, held: Held, layers: Sequence[Layer]) -> Iterator[Tensor]:
    (layer,) = layers
    yield gates(_key(layer, 0), node, held["kernel"], LSTM_GATES)
    yield gates(_key(layer, 1), node, held["bias"], LSTM_GATES)
    yield gates(_key(layer, 2), node, held["recurrent_kernel"], LSTM_GATES)


def _stepwise(node: str, held: Held, layers: Sequence[Layer]) -> Iterator[Tensor]:
    """The projection of the input, then that of the state, once a step."""
    given, *carried = layers
    if given.type == "RNN":
        message = f"{given.name}: Caffe's RNN, an approximation, has weights that the net has not"
        raise DlcError(Diagnostic(codes.WEIGHTS_FORMAT, message))
    kernel, recurrent, bias = (held[role] for role in ("kernel", "recurrent_kernel", "bias"))
    rows = [0, 1] if len(bias.shape) == 2 else [None]
    one = (0,)  # the gates stay as they are
    yield units_first(_key(given, 0), node, kernel)
    yield gates(_key(given, 1), node, bias, one, rows[0])
    for layer in carried:
        yield units_first(_key(layer, 0), node, recurrent)
        if len(rows) > 1:
            yield gates(_key(layer, 1), node, bias, one, rows[1])


@_rule("attention")
def _attention(node: str, op: Any, held: Held, layers: Sequence[Layer], order: Order) -> Iterator[Tensor]:
    """1x1 Convolutions: queries, keys, values, and what comes out."""
    for word, layer in zip(("query", "key", "value", "output"), layers, strict=True):
        kernel = held[f"{word}_kernel"]
        shape: Shape = (*kernel.shape[::-1], 1, 1)
        yield turned(_key(layer, 0), node, kernel, (1, 0), shape=shape)
        yield whole(_key(layer, 1), node, held[f"{word}_bias"])


def constants(layers: Sequence[Layer]) -> dict[str, tuple[Shape, float | None]]:
    """The shape and the value of weights that fillers determine, for programs that run no fillers; None where
    they interpolate. Left out are those whose number of inputs the layer's own fields do not show."""
    found: dict[str, tuple[Shape, float | None]] = {}
    for layer in layers:
        fields = layer.fields.get("convolution_param", {})
        filler = fields.get("weight_filler", {})
        inputs = _inputs_each(fields, filler)
        if filler.get("type") not in ("constant", "bilinear") or inputs is None:
            continue
        shape = (fields["num_output"], inputs, *_window(fields))
        found[layer.name] = shape, filler.get("value", 0.0) if filler["type"] == "constant" else None
    return found


def _inputs_each(fields: Mapping[str, Any], filler: Mapping[str, Any]) -> int | None:
    """How many channels a filter reads: its own alone, or, where it takes the mean of all, as many as there are
    filters."""
    filters = fields.get("num_output", 0)
    if fields.get("group", 1) == filters:
        return 1 if "group" in fields else None
    takes_mean = filters > 1 and "group" not in fields and filler.get("value") == 1.0 / filters
    return filters if takes_mean else None


def _window(fields: Mapping[str, Any]) -> Shape:
    if "kernel_h" in fields:
        return fields["kernel_h"], fields["kernel_w"]
    size = fields["kernel_size"]
    return tuple(size) if isinstance(size, list | tuple) else (size, size)
