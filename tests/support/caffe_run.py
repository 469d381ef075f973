"""A reference interpreter of BVLC Caffe's layers for the nets that are emitted, written from Caffe's sources.

It runs what OpenCV cannot (recurrent layers, Embed, noise, losses) and computes as Caffe does.

Blobs are torch tensors with Caffe's axes. Weights come from the caller by layer name; layers without any get
what their fillers say where these are constants.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from support.prototxt import Message, in_phase

torch = pytest.importorskip("torch")
F = torch.nn.functional

Array = Any
Blobs = Mapping[str, Sequence[Array]]
_RULES: dict[str, Callable[..., Any]] = {}


def run(
    layers: Sequence[Message], inputs: Mapping[str, Array], weights: Blobs, phase: str = "TEST"
) -> dict[str, Array]:
    """Every blob as it is when the net has run; `inputs` are the tops of Input and Data layers."""
    blobs: dict[str, Any] = {}
    with torch.no_grad():
        for layer in layers:
            if not in_phase(layer, phase):
                continue
            tops = layer.get("top", [])
            if layer["type"] in ("Input", "Data"):
                made = [torch.as_tensor(np.array(inputs[top])) for top in tops]
                _check_inputs(layer, made)
            else:
                given = [blobs[name] for name in layer.get("bottom", [])]
                held = [torch.as_tensor(np.array(w)) for w in weights.get(layer["name"], [])]
                made = _results(_RULES[layer["type"]](layer, given, held))
            assert len(made) == len(tops), layer["name"]
            blobs.update(zip(tops, made, strict=True))
    return {name: blob.numpy() for name, blob in blobs.items()}


def _check_inputs(layer: Message, made: Sequence[Any]) -> None:
    for stated, blob in zip(layer.get("input_param", {}).get("shape", []), made, strict=False):
        assert tuple(stated["dim"]) == tuple(blob.shape), layer["name"]


def _results(made: Any) -> list[Any]:
    return list(made) if isinstance(made, list | tuple) else [made]


def _rule(*kinds: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        _RULES.update(dict.fromkeys(kinds, function))
        return function

    return register


def _filled(filler: Message | None, shape: Sequence[int], where: str) -> Any:
    """Weights that a filler determines."""
    filler = filler or {"type": "constant"}
    if filler["type"] == "constant":
        return torch.full(tuple(shape), filler.get("value", 0.0))
    assert filler["type"] == "bilinear", f"{where} was given no weights"
    size = shape[-1]
    half = math.ceil(size / 2)
    line = torch.tensor([1 - abs(i / half - (size - 1) / (2 * half)) for i in range(size)])
    return (line[:, None] * line[None, :]).expand(tuple(shape)).contiguous()


def _weights(
    layer: Message, held: Sequence[Any], parameters: Message, shapes: Sequence[Sequence[int]]
) -> list[Any]:
    """A layer's weight and bias: as given (their shapes must be these), else as filled."""
    if held:
        assert [tuple(w.shape) for w in held] == [tuple(s) for s in shapes], layer["name"]
        return list(held)
    fillers = [parameters.get("bias_filler" if len(shape) == 1 else "weight_filler") for shape in shapes]
    return [_filled(f, s, layer["name"]) for f, s in zip(fillers, shapes, strict=True)]


def _sizes(
    parameters: Message, word: str, single: str, rank: int, default: int | None = None
) -> tuple[int, ...]:
    """A size for each axis: from its _h and _w fields, one for all, or one an axis."""
    if f"{word}_h" in parameters or f"{word}_w" in parameters:
        assert rank == 2
        assert single not in parameters
        return parameters[f"{word}_h"], parameters[f"{word}_w"]
    stated = parameters.get(single, [] if default is None else [default])
    stated = stated if isinstance(stated, list) else [stated]
    return tuple(stated * rank if len(stated) == 1 else stated)


def _window(parameters: Message, rank: int) -> tuple[tuple[int, ...], ...]:
    """Kernel, stride, padding and dilation of a convolution."""
    kernel = _sizes(parameters, "kernel", "kernel_size", rank)
    stride = _sizes(parameters, "stride", "stride", rank, 1)
    pad = _sizes(parameters, "pad", "pad", rank, 0)
    dilation = _sizes(parameters, "dilation", "dilation", rank, 1)
    assert all(len(sizes) == rank for sizes in (kernel, stride, pad, dilation))
    return kernel, stride, pad, dilation


_CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
_SPREAD = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


@_rule("Convolution", "Deconvolution")
def _convolution(layer: Message, given: Any, held: Any) -> Any:
    parameters, (x,) = layer["convolution_param"], given
    rank, group, filters = x.dim() - 2, parameters.get("group", 1), parameters["num_output"]
    kernel, stride, pad, dilation = _window(parameters, rank)
    assert x.shape[1] % group == filters % group == 0
    spreads = layer["type"] == "Deconvolution"
    ends = (x.shape[1], filters // group) if spreads else (filters, x.shape[1] // group)
    shapes = [(*ends, *kernel)] + [(filters,)] * parameters.get("bias_term", True)
    weight, bias = itertools.islice(itertools.chain(_weights(layer, held, parameters, shapes), [None]), 2)
    if spreads:
        return _SPREAD[rank](x, weight, bias, stride, pad, 0, group, dilation)
    return _CONV[rank](x, weight, bias, stride, pad, dilation, group)


@_rule("InnerProduct")
def _inner_product(layer: Message, given: Any, held: Any) -> Any:
    parameters, (x,) = layer["inner_product_param"], given
    rows = x.flatten(parameters.get("axis", 1))
    units = parameters["num_output"]
    shapes = [(units, rows.shape[-1])] + [(units,)] * parameters.get("bias_term", True)
    weight, *bias = _weights(layer, held, parameters, shapes)
    return F.linear(rows, weight, *bias)


@_rule("Embed")
def _embed(layer: Message, given: Any, held: Any) -> Any:
    parameters = layer["embed_param"]
    shapes = [(parameters["input_dim"], parameters["num_output"])]
    assert not parameters.get("bias_term", True)
    (table,) = _weights(layer, held, parameters, shapes)
    return table[given[0].long()]


@_rule("Pooling")
def _pooling(layer: Message, given: Any, held: Any) -> Any:
    parameters, (x,) = layer["pooling_param"], given
    assert x.dim() == 4
    greatest = parameters.get("pool", "MAX") == "MAX"
    if parameters.get("global_pooling"):
        assert not {"kernel_size", "kernel_h", "stride", "pad"} & set(parameters)
        return x.amax((2, 3), keepdim=True) if greatest else x.mean((2, 3), keepdim=True)
    kernel = _sizes(parameters, "kernel", "kernel_size", 2)
    stride = _sizes(parameters, "stride", "stride", 2, 1)
    pad = _sizes(parameters, "pad", "pad", 2, 0)
    assert all(p < k or p == 0 for p, k in zip(pad, kernel, strict=True))
    for axis, sizes in enumerate(zip(kernel, stride, pad, strict=True), start=2):
        x = _pooled(x, axis, *sizes, any(pad), greatest)
    return x


def _pooled(x: Any, axis: int, kernel: int, stride: int, pad: int, clips: bool, greatest: bool) -> Any:
    """One axis: as many windows as fit when rounding up, less one that would start in the padding."""
    size = x.shape[axis]
    count = math.ceil((size + 2 * pad - kernel) / stride) + 1
    count -= clips and (count - 1) * stride >= size + pad
    made = []
    for i in range(count):
        start, end = i * stride - pad, min(i * stride - pad + kernel, size + pad)
        part = x.narrow(axis, max(start, 0), max(min(end, size) - max(start, 0), 0)) if start < size else None
        if part is None or part.shape[axis] == 0:
            made.append(torch.full_like(x.select(axis, 0), math.nan))
        else:
            made.append(part.amax(axis) if greatest else part.sum(axis) / (end - start))
    return torch.stack(made, axis)


@_rule("LRN")
def _lrn(layer: Message, given: Any, held: Any) -> Any:
    parameters, (x,) = layer.get("lrn_param", {}), given
    assert x.dim() == 4
    size = parameters.get("local_size", 5)
    assert size % 2 == 1
    if parameters.get("norm_region") == "WITHIN_CHANNEL":
        mean = F.avg_pool2d(x**2, size, 1, size // 2)
        return x * (1.0 + parameters.get("alpha", 1.0) * mean) ** -parameters.get("beta", 0.75)
    squares = F.pad(x**2, (0, 0, 0, 0, size // 2, size // 2)).unfold(1, size, 1).sum(-1)
    scale = parameters.get("k", 1.0) + parameters.get("alpha", 1.0) / size * squares
    return x * scale ** -parameters.get("beta", 0.75)


@_rule("MVN")
def _mvn(layer: Message, given: Any, held: Any) -> Any:
    parameters, (x,) = layer.get("mvn_param", {}), given
    assert x.dim() <= 4
    rows = x.flatten(1 if parameters.get("across_channels") else 2)
    rows = rows - rows.mean(-1, keepdim=True)
    if parameters.get("normalize_variance", True):
        rows = rows / ((rows**2).mean(-1, keepdim=True).sqrt() + parameters.get("eps", 1e-9))
    return rows.reshape(x.shape)


def _along(values: Any, x: Any, axis: int) -> Any:
    """Values for the axes of x from `axis` on, so that they spread over the others."""
    assert tuple(values.shape) == tuple(x.shape[axis : axis + values.dim()])
    return values.reshape([1] * axis + list(values.shape) + [1] * (x.dim() - axis - values.dim()))


@_rule("BatchNorm")
def _batch_norm(layer: Message, given: Any, held: Any) -> Any:
    parameters, (x,) = layer.get("batch_norm_param", {}), given
    eps = parameters.get("eps", 1e-5)
    if held:
        mean, variance, factor = held
        mean, variance = mean / factor, variance / factor
    else:
        axes = [axis for axis in range(x.dim()) if axis != 1]
        mean, variance = x.mean(axes), x.var(axes, unbiased=False)
    return (x - _along(mean, x, 1)) / (_along(variance, x, 1) + eps).sqrt()


@_rule("Scale")
def _scale(layer: Message, given: Any, held: Any) -> Any:
    parameters, x = layer.get("scale_param", {}), given[0]
    axis, learned = parameters.get("axis", 1), list(held)
    if len(given) == 1 and not held:
        learned = [torch.ones(x.shape[axis])]
    factor = given[1] if len(given) == 2 else learned.pop(0)
    made = x * _along(factor, x, axis)
    return made + _along(learned[0], x, axis) if parameters.get("bias_term") and learned else made


@_rule("Bias")
def _bias(layer: Message, given: Any, held: Any) -> Any:
    x, term = given[0], given[1] if len(given) == 2 else held[0]
    return x + _along(term, x, layer.get("bias_param", {}).get("axis", 1))


@_rule("PReLU")
def _prelu(layer: Message, given: Any, held: Any) -> Any:
    slope = held[0] if held else torch.full((given[0].shape[1],), 0.25)
    return torch.where(given[0] > 0, given[0], given[0] * _along(slope, given[0], 1))


@_rule("ReLU", "ELU", "Sigmoid", "TanH", "BNLL", "AbsVal", "Power", "Exp", "Softmax", "Dropout")
def _neuron(layer: Message, given: Any, held: Any) -> Any:
    parameters = next((layer[field] for field in layer if field.endswith("_param")), {})
    return _NEURONS[layer["type"]](given[0], parameters)


def _exp(x: Any, p: Message) -> Any:
    assert "base" not in p
    return torch.exp(p.get("shift", 0.0) + p.get("scale", 1.0) * x)


_NEURONS: dict[str, Callable[[Any, Message], Any]] = {
    "ReLU": lambda x, p: torch.where(x > 0, x, x * p.get("negative_slope", 0.0)),
    "ELU": lambda x, p: torch.where(x > 0, x, p.get("alpha", 1.0) * torch.expm1(x)),
    "Sigmoid": lambda x, p: x.sigmoid(),
    "TanH": lambda x, p: x.tanh(),
    "BNLL": lambda x, p: F.softplus(x),
    "AbsVal": lambda x, p: x.abs(),
    "Power": lambda x, p: (p.get("shift", 0.0) + p.get("scale", 1.0) * x) ** p.get("power", 1.0),
    "Exp": _exp,
    "Softmax": lambda x, p: x.softmax(p.get("axis", 1)),
    "Dropout": lambda x, p: x,
}


@_rule("Eltwise")
def _eltwise(layer: Message, given: Any, held: Any) -> Any:
    parameters = layer.get("eltwise_param", {})
    assert all(x.shape == given[0].shape for x in given), layer["name"]
    operation = parameters.get("operation", "SUM")
    if operation == "SUM":
        factors = parameters.get("coeff") or [1.0] * len(given)
        return sum(factor * x for factor, x in zip(factors, given, strict=True))
    assert "coeff" not in parameters
    return math.prod(given[1:], start=given[0]) if operation == "PROD" else torch.stack(given).amax(0)


@_rule("Concat")
def _concat(layer: Message, given: Any, held: Any) -> Any:
    return torch.cat(given, layer.get("concat_param", {}).get("axis", 1))


@_rule("Slice")
def _slice(layer: Message, given: Any, held: Any) -> Any:
    parameters, (x,) = layer.get("slice_param", {}), given
    axis, count = parameters.get("axis", 1), len(layer["top"])
    points = parameters.get("slice_point")
    if points is None:
        assert x.shape[axis] % count == 0
        return x.chunk(count, axis)
    assert len(points) == count - 1
    ends = [0, *points, x.shape[axis]]
    assert all(a < b for a, b in itertools.pairwise(ends))
    return [x.narrow(axis, a, b - a) for a, b in itertools.pairwise(ends)]


@_rule("Split")
def _split(layer: Message, given: Any, held: Any) -> Any:
    return [given[0]] * len(layer["top"])


@_rule("Silence")
def _silence(layer: Message, given: Any, held: Any) -> Any:
    return []


@_rule("Flatten")
def _flatten(layer: Message, given: Any, held: Any) -> Any:
    parameters = layer.get("flatten_param", {})
    return given[0].flatten(parameters.get("axis", 1), parameters.get("end_axis", -1))


@_rule("Reshape")
def _reshape(layer: Message, given: Any, held: Any) -> Any:
    (x,) = given
    dims = layer["reshape_param"]["shape"]["dim"]
    assert set(layer["reshape_param"]) == {"shape"}
    return x.reshape([x.shape[i] if d == 0 else d for i, d in enumerate(dims)])


@_rule("Tile")
def _tile(layer: Message, given: Any, held: Any) -> Any:
    parameters = layer["tile_param"]
    return torch.cat([given[0]] * parameters["tiles"], parameters.get("axis", 1))


@_rule("DummyData")
def _dummy_data(layer: Message, given: Any, held: Any) -> Any:
    parameters = layer["dummy_data_param"]
    shapes = [shape["dim"] for shape in parameters["shape"]]
    fillers = parameters["data_filler"] * (len(shapes) if len(parameters["data_filler"]) == 1 else 1)
    assert len(shapes) == len(fillers) == len(layer["top"])
    return [
        torch.randn(shape) * filler.get("std", 1.0)
        if filler["type"] == "gaussian"
        else _filled(filler, shape, layer["name"])
        for shape, filler in zip(shapes, fillers, strict=True)
    ]


def _recurrent_inputs(given: Any) -> Any:
    x, cont = given
    assert cont.shape == x.shape[:2]
    return x, cont.unsqueeze(-1)


@_rule("LSTM")
def _lstm(layer: Message, given: Any, held: Any) -> Any:
    x, cont = _recurrent_inputs(given)
    parameters = layer["recurrent_param"]
    units = parameters["num_output"]
    shapes = [(4 * units, x.shape[2]), (4 * units,), (4 * units, units)]
    kernel, bias, recurrent = _weights(layer, held, parameters, shapes)
    state = cell = torch.zeros(x.shape[1], units)
    states = []
    for t in range(x.shape[0]):
        gates = F.linear(x[t], kernel, bias) + F.linear(cont[t] * state, recurrent)
        i, f, o, g = gates.chunk(4, -1)
        cell = cont[t] * f.sigmoid() * cell + i.sigmoid() * g.tanh()
        state = o.sigmoid() * cell.tanh()
        states.append(state)
    return torch.stack(states)


@_rule("RNN")
def _rnn(layer: Message, given: Any, held: Any) -> Any:
    x, cont = _recurrent_inputs(given)
    parameters = layer["recurrent_param"]
    units = parameters["num_output"]
    square = (units, units)
    shapes = [(units, x.shape[2]), (units,), square, square, (units,)]
    kernel, bias, recurrent, out, out_bias = _weights(layer, held, parameters, shapes)
    state, made = torch.zeros(x.shape[1], units), []
    for t in range(x.shape[0]):
        state = torch.tanh(F.linear(x[t], kernel, bias) + F.linear(cont[t] * state, recurrent))
        made.append(torch.tanh(F.linear(state, out, out_bias)))
    return torch.stack(made)


@_rule("SoftmaxWithLoss", "Accuracy")
def _classes(layer: Message, given: Any, held: Any) -> Any:
    scores, labels = given
    parameters = layer.get("softmax_param", {}) or layer.get("accuracy_param", {})
    scores = scores.movedim(parameters.get("axis", 1), -1)
    rows = scores.reshape(-1, scores.shape[-1])
    assert rows.shape[0] == labels.numel(), "one label a position"
    if layer["type"] == "Accuracy":
        return (rows.argmax(-1) == labels.reshape(-1)).float().mean()
    return F.cross_entropy(rows, labels.reshape(-1).long())


@_rule("SigmoidCrossEntropyLoss", "EuclideanLoss")
def _targets(layer: Message, given: Any, held: Any) -> Any:
    made, targets = given
    assert made[0].numel() == targets[0].numel(), "a target an output"
    assert made.shape[0] == targets.shape[0]
    targets = targets.reshape(made.shape)
    if layer["type"] == "EuclideanLoss":
        return ((made - targets) ** 2).sum() / (2 * made.shape[0])
    return F.binary_cross_entropy_with_logits(made, targets, reduction="sum") / made.shape[0]
