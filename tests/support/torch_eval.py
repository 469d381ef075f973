"""An interpreter of the catalogue, written from its docstrings: what any backend's output must equal.

Values are numpy arrays, batch first and channels last. Weights are lists of arrays a layer, laid out
as `drawn_weights` makes them, which is as Keras orders them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from dlc.ir import Net, Node
from dlc.layers.resize import pairs
from dlc.passes.structure import topological
from dlc.types import Type

torch = pytest.importorskip("torch")
F = torch.nn.functional

Array = Any
Weights = dict[str, list[Any]]
_RULES: dict[str, Callable[..., Any]] = {}


def evaluate(net: Net, inputs: Mapping[str, Array], weights: Weights) -> dict[str, Array]:
    """Every value of a checked net, by name."""
    values = {name: torch.as_tensor(np.asarray(array)) for name, array in inputs.items()}
    with torch.no_grad():
        for node in topological(net.body) or ():
            given = [values[name] for name in node.inputs]
            layer: Any = node.layer
            held = [torch.as_tensor(array) for array in weights.get(node.name, [])]
            values[node.name] = _RULES[layer.op_name](layer, given, held, node)
    return {name: value.numpy() for name, value in values.items()}


def drawn_inputs(net: Net, batch: int = 1, seed: int = 0) -> dict[str, Array]:
    """Random inputs; ids are small integers that every table of the net has."""
    rng = np.random.default_rng(seed)
    layers: list[Any] = [node.layer for node in net.body]
    most = min((layer.vocab for layer in layers if layer.op_name == "embed"), default=9)
    drawn = {}
    for given in net.inputs:
        shape = (batch, *_numbers(given.type))
        ids = given.type.kind.value == "ids"
        drawn[given.name] = rng.integers(0, most, shape) if ids else rng.normal(size=shape).astype(np.float32)
    return drawn


def drawn_weights(net: Net, seed: int = 0) -> Weights:
    """Random weights for every layer that has some, such that values neither vanish nor grow."""
    rng = np.random.default_rng(seed)
    types = net.types()
    held: Weights = {}
    for node in net.body:
        shapes = weight_shapes(node, [_known(types[name]) for name in node.inputs])
        if shapes:
            held[node.name] = [_drawn(rng, word, shape) for word, shape in shapes]
    return held


def _drawn(rng: np.random.Generator, word: str, shape: tuple[int, ...]) -> Array:
    if word == "variance":
        return rng.uniform(0.5, 1.5, shape).astype(np.float32)
    if word in ("bias", "mean", "slope"):
        return rng.normal(scale=0.2, size=shape).astype(np.float32)
    if word == "gamma":
        return rng.normal(1.0, 0.2, size=shape).astype(np.float32)
    fan = int(word.removeprefix("kernel")) if word != "kernel" else shape[0]
    return (rng.normal(size=shape) / math.sqrt(max(fan, 1))).astype(np.float32)


def weight_shapes(node: Node, inputs: Sequence[Type]) -> list[tuple[str, tuple[int, ...]]]:
    """The weights of a layer: what each is (a kernel with its fan-in) and its shape."""
    op: Any = node.layer
    name = op.op_name
    if not inputs:
        return []
    channels = _numbers(inputs[0])[-1]
    if name in ("conv1d", "conv2d", "conv3d"):
        fan = math.prod(op.kernel) * channels // op.groups
        return _biased(op, (*op.kernel, channels // op.groups, op.filters), fan, op.filters)
    if name.endswith("_transpose"):
        fan = max(1, math.prod(op.kernel) * channels // op.groups // math.prod(op.stride))
        return _biased(op, (*op.kernel, op.filters // op.groups, channels), fan, op.filters)
    if name == "depthwise_conv2d":
        shape = (*op.kernel, channels, op.multiplier)
        return _biased(op, shape, math.prod(op.kernel), channels * op.multiplier)
    if name == "separable_conv2d":
        between = channels * op.multiplier
        first = (f"kernel{math.prod(op.kernel)}", (*op.kernel, channels, op.multiplier))
        return [first, *_biased(op, (1, 1, between, op.filters), between, op.filters)]
    if name == "dense":
        count = math.prod(_numbers(inputs[0]))
        return _biased(op, (count, op.units), count, op.units)
    if name == "embed":
        return [("kernel1", (op.vocab, op.dim))]
    if name == "prelu":
        return [("slope", (channels,))]
    if name == "standardize":
        return [("mean", (channels,)), ("variance", (channels,))]
    if name in ("batchnorm", "layernorm", "groupnorm", "instancenorm"):
        kept = [("mean", (channels,)), ("variance", (channels,))] if name == "batchnorm" else []
        return [("gamma", (channels,))] * op.scale + [("bias", (channels,))] * op.center + kept
    if name in ("rnn", "lstm", "gru"):
        return _recurrent_shapes(op, channels) * (1 + op.bidirectional)
    if name == "attention":
        widths = [_numbers(t)[-1] for t in (inputs[0], inputs[min(1, len(inputs) - 1)], inputs[-1])]
        each = [*widths, op.dim]
        return [s for width in each for s in ((f"kernel{width}", (width, op.dim)), ("bias", (op.dim,)))]
    return []


def _recurrent_shapes(op: Any, features: int) -> list[tuple[str, tuple[int, ...]]]:
    wide = op.parts * op.units
    bias = (2, wide) if op.op_name == "gru" else (wide,)
    kernels = [(f"kernel{features}", (features, wide)), (f"kernel{op.units}", (op.units, wide))]
    return [*kernels, ("bias", bias)]


def _biased(op: Any, shape: tuple[int, ...], fan: int, units: int) -> list[tuple[str, tuple[int, ...]]]:
    return [(f"kernel{fan}", shape)] + ([("bias", (units,))] if op.bias else [])


def _known(kind: Type | None) -> Type:
    assert kind is not None
    return kind


def _numbers(kind: Type) -> tuple[int, ...]:
    assert kind.is_concrete
    return kind.shape  # type: ignore[return-value]


def _rule(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        _RULES.update(dict.fromkeys(names, function))
        return function

    return register


def _first(x: Any) -> Any:
    """Channels first."""
    return x.movedim(-1, 1)


def _last(x: Any) -> Any:
    """Channels last."""
    return x.movedim(1, -1)


def _padded(x: Any, sides: Sequence[tuple[int, int]], value: float = 0.0) -> Any:
    """Pads the trailing axes of a channels-first tensor, pairs in axis order."""
    return F.pad(x, [n for pair in reversed(list(sides)) for n in pair], value=value)


def _sides(op: Any, sizes: Sequence[int]) -> list[tuple[int, int]]:
    return [
        win.same_pads(size) if win.padding == "same" else win.pads
        for win, size in zip(op.windows(), sizes, strict=True)
    ]


_CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
_SPREAD = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


@_rule("conv1d", "conv2d", "conv3d")
def _convolution(op: Any, xs: Any, w: Any, node: Node) -> Any:
    x = _padded(_first(xs[0]), _sides(op, xs[0].shape[1:-1]))
    kernel = w[0].movedim(-1, 0).movedim(-1, 1)
    bias = w[1] if op.bias else None
    return _last(_CONV[op.rank](x, kernel, bias, op.stride, 0, op.dilation, op.groups))


@_rule("depthwise_conv2d")
def _depthwise(op: Any, xs: Any, w: Any, node: Node) -> Any:
    x = _padded(_first(xs[0]), _sides(op, xs[0].shape[1:-1]))
    kernel = w[0].flatten(2).movedim(-1, 0).unsqueeze(1)
    bias = w[1] if getattr(op, "bias", False) and op.op_name == "depthwise_conv2d" else None
    return _last(F.conv2d(x, kernel, bias, op.stride, 0, op.dilation, xs[0].shape[-1]))


@_rule("separable_conv2d")
def _separable(op: Any, xs: Any, w: Any, node: Node) -> Any:
    between = _depthwise(op, xs, w[:1], node)
    return between @ w[1][0, 0] + (w[2] if op.bias else 0)


@_rule("conv1d_transpose", "conv2d_transpose", "conv3d_transpose")
def _transposed(op: Any, xs: Any, w: Any, node: Node) -> Any:
    x = _first(xs[0])
    # Keras: (..., out, in) with groups over `in`; torch: (in, out / groups, ...).
    kernel = w[0].movedim(-1, 0).movedim(-1, 1)
    full = _SPREAD[op.rank](x, kernel, None, op.stride, 0, 0, op.groups, op.dilation)
    wanted = _numbers(_known(node.type))[:-1]
    for axis, (win, size) in enumerate(zip(op.windows(), wanted, strict=True), start=2):
        before = max(win.extent - win.stride, 0) // 2 if win.padding == "same" else win.pads[0]
        reach = full.shape[axis]
        if before + size > reach:
            grown = [(0, 0)] * (full.dim() - 2)
            grown[axis - 2] = (0, before + size - reach)
            full = _padded(full, grown)
        full = full.narrow(axis, before, size)
    return _last(full) + (w[1] if op.bias else 0)


def _window_starts(op: Any, x: Any, node: Node) -> list[list[tuple[int, int, int]]]:
    """Along each axis the windows: start and end in the input, and how many padded elements they hold."""
    axes = []
    for win, size, count, (before, after) in zip(
        op.windows(), x.shape[1:-1], _numbers(_known(node.type))[:-1], _sides(op, x.shape[1:-1]), strict=True
    ):
        spans = []
        for i in range(count):
            start = i * win.stride - before
            held = min(start + win.kernel, size + after) - start
            spans.append((max(start, 0), min(start + win.kernel, size), held))
        axes.append(spans)
    return axes


@_rule("maxpool1d", "maxpool2d", "maxpool3d")
def _maxpool(op: Any, xs: Any, w: Any, node: Node) -> Any:
    x = xs[0]
    for axis, spans in enumerate(_window_starts(op, x, node), start=1):
        x = torch.stack([x.narrow(axis, a, b - a).amax(axis) for a, b, _ in spans], axis)
    return x


@_rule("avgpool1d", "avgpool2d", "avgpool3d")
def _avgpool(op: Any, xs: Any, w: Any, node: Node) -> Any:
    x = xs[0]
    inside = op.padding == "same"
    for axis, spans in enumerate(_window_starts(op, x, node), start=1):
        means = [x.narrow(axis, a, b - a).sum(axis) / ((b - a) if inside else n) for a, b, n in spans]
        x = torch.stack(means, axis)
    return x


@_rule("global_avgpool1d", "global_avgpool2d", "global_avgpool3d")
def _global_mean(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return xs[0].flatten(1, -2).mean(1)


@_rule("global_maxpool1d", "global_maxpool2d", "global_maxpool3d")
def _global_max(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return xs[0].flatten(1, -2).amax(1)


@_rule("upsample1d", "upsample2d", "upsample3d")
def _upsample(op: Any, xs: Any, w: Any, node: Node) -> Any:
    modes = {"nearest": "nearest", "linear": "linear", "bilinear": "bilinear", "trilinear": "trilinear"}
    extra = {} if op.mode == "nearest" else {"align_corners": False}
    factors = tuple(float(n) for n in op.size)
    return _last(F.interpolate(_first(xs[0]), scale_factor=factors, mode=modes[op.mode], **extra))


@_rule("zeropad1d", "zeropad2d", "zeropad3d")
def _zeropad(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return _last(_padded(_first(xs[0]), pairs(op.padding, xs[0].dim() - 2)))


@_rule("crop1d", "crop2d", "crop3d")
def _crop(op: Any, xs: Any, w: Any, node: Node) -> Any:
    x = xs[0]
    for axis, (before, after) in enumerate(pairs(op.cropping, x.dim() - 2), start=1):
        x = x.narrow(axis, before, x.shape[axis] - before - after)
    return x


@_rule("dense")
def _dense(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return xs[0].float() @ w[0] + (w[1] if op.bias else 0)


@_rule("embed")
def _embed(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return w[0][xs[0].long()]


@_rule("flatten")
def _flatten(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return xs[0].flatten(1)


@_rule("reshape")
def _reshape(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return xs[0].reshape(xs[0].shape[0], *_numbers(_known(node.type)))


@_rule("permute")
def _permute(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return xs[0].permute(0, *op.order)


@_rule("repeat_vector")
def _repeat(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return xs[0].unsqueeze(1).expand(-1, op.times, -1)


def _both_ways(op: Any, x: Any, w: Any, read: Callable[..., Any]) -> Any:
    half = len(w) // 2 if op.bidirectional else len(w)
    states = [read(op, x, *w[:half])]
    if op.bidirectional:
        back = read(op, x.flip(1), *w[half:])
        states.append(back.flip(1) if op.return_sequences else back)
    made = [s if op.return_sequences else s[:, -1] for s in states]
    return torch.cat(made, -1)


@_rule("rnn")
def _rnn(op: Any, xs: Any, w: Any, node: Node) -> Any:
    def read(op: Any, x: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
        state, states = torch.zeros(x.shape[0], op.units), []
        for t in range(x.shape[1]):
            state = torch.tanh(x[:, t] @ kernel + state @ recurrent + bias)
            states.append(state)
        return torch.stack(states, 1)

    return _both_ways(op, xs[0], w, read)


_GATES = {
    "sigmoid": torch.sigmoid,
    "hard_sigmoid": lambda x: (x + 3).clamp(0, 6) / 6,
    "hard_sigmoid_keras2": lambda x: (0.2 * x + 0.5).clamp(0, 1),
}


@_rule("lstm")
def _lstm(op: Any, xs: Any, w: Any, node: Node) -> Any:
    gate = _GATES[op.gates]

    def read(op: Any, x: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
        state, cell, states = torch.zeros(x.shape[0], op.units), torch.zeros(x.shape[0], op.units), []
        for t in range(x.shape[1]):
            i, f, g, o = (x[:, t] @ kernel + state @ recurrent + bias).chunk(4, -1)
            cell = gate(f) * cell + gate(i) * g.tanh()
            state = gate(o) * cell.tanh()
            states.append(state)
        return torch.stack(states, 1)

    return _both_ways(op, xs[0], w, read)


@_rule("gru")
def _gru(op: Any, xs: Any, w: Any, node: Node) -> Any:
    gate = _GATES[op.gates]

    def read(op: Any, x: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
        state, states = torch.zeros(x.shape[0], op.units), []
        for t in range(x.shape[1]):
            xz, xr, xn = (x[:, t] @ kernel + bias[0]).chunk(3, -1)
            hz, hr, hn = (state @ recurrent + bias[1]).chunk(3, -1)
            z, r = gate(xz + hz), gate(xr + hr)
            state = z * state + (1 - z) * (xn + r * hn).tanh()
            states.append(state)
        return torch.stack(states, 1)

    return _both_ways(op, xs[0], w, read)


@_rule("attention")
def _attention(op: Any, xs: Any, w: Any, node: Node) -> Any:
    q, k, v = xs[0], xs[min(1, len(xs) - 1)], xs[-1]
    wide = op.dim // op.heads

    def heads(x: Any, kernel: Any, bias: Any) -> Any:
        return (x @ kernel + bias).unflatten(-1, (op.heads, wide)).movedim(-2, 1)

    queries, keys, values = heads(q, *w[:2]), heads(k, *w[2:4]), heads(v, *w[4:6])
    scores = (queries @ keys.transpose(-1, -2) / math.sqrt(wide)).softmax(-1)
    return (scores @ values).movedim(1, -2).flatten(-2) @ w[6] + w[7]


_SIMPLE: dict[str, Callable[..., Any]] = {
    "relu": lambda op, x: x.relu(),
    "relu6": lambda op, x: x.clamp(0, 6),
    "leaky_relu": lambda op, x: torch.where(x > 0, x, op.slope * x),
    "elu": lambda op, x: torch.where(x > 0, x, op.slope * torch.expm1(x)),
    "selu": lambda op, x: F.selu(x),
    "gelu": lambda op, x: F.gelu(x),
    "silu": lambda op, x: x * x.sigmoid(),
    "hard_silu": lambda op, x: x * (x + 3).clamp(0, 6) / 6,
    "sigmoid": lambda op, x: x.sigmoid(),
    "hard_sigmoid": lambda op, x: (x + 3).clamp(0, 6) / 6,
    "tanh": lambda op, x: x.tanh(),
    "softplus": lambda op, x: F.softplus(x),
    "softsign": lambda op, x: x / (1 + x.abs()),
    "linear": lambda op, x: x,
    "dropout": lambda op, x: x,
    "spatial_dropout2d": lambda op, x: x,
    "gaussian_noise": lambda op, x: x,
}


def _apply(name: str) -> Callable[..., Any]:
    return lambda op, xs, w, node: _SIMPLE[name](op, xs[0])


for _name in _SIMPLE:
    _RULES[_name] = _apply(_name)


@_rule("prelu")
def _prelu(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return torch.where(xs[0] > 0, xs[0], w[0] * xs[0])


@_rule("softmax")
def _softmax(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return xs[0].softmax(1 + _axis(op.axis, xs[0]))


def _axis(axis: int, x: Any) -> int:
    return axis - 1 if axis > 0 else x.dim() - 1 + axis


def _scaled(op: Any, x: Any, w: list[Any]) -> Any:
    w = list(w)
    if op.scale:
        x = x * w.pop(0)
    return x + w.pop(0) if op.center else x


@_rule("batchnorm")
def _batchnorm(op: Any, xs: Any, w: Any, node: Node) -> Any:
    mean, variance = w[-2:]
    return _scaled(op, (xs[0] - mean) / (variance + op.eps).sqrt(), w)


def _normal(x: Any, axes: Any, eps: float) -> Any:
    return (x - x.mean(axes, keepdim=True)) / (x.var(axes, unbiased=False, keepdim=True) + eps).sqrt()


@_rule("layernorm")
def _layernorm(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return _scaled(op, _normal(xs[0], -1, op.eps), w)


@_rule("groupnorm", "instancenorm")
def _groupnorm(op: Any, xs: Any, w: Any, node: Node) -> Any:
    x = xs[0]
    groups = op.groups if op.op_name == "groupnorm" else x.shape[-1]
    split = x.unflatten(-1, (groups, -1))
    axes = [axis for axis in range(1, split.dim()) if axis != split.dim() - 2]
    return _scaled(op, _normal(split, axes, op.eps).flatten(-2), w)


@_rule("rescale")
def _rescale(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return xs[0] * torch.tensor(op.scale) + torch.tensor(op.offset)


@_rule("standardize")
def _standardize(op: Any, xs: Any, w: Any, node: Node) -> Any:
    mean, variance = w
    return (xs[0] - mean) / variance.sqrt().clamp(min=1e-7)


@_rule("slice")
def _slice(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return xs[0].narrow(1 + _axis(op.axis, xs[0]), op.start, op.size)


@_rule("lrn")
def _lrn(op: Any, xs: Any, w: Any, node: Node) -> Any:
    x, reach = xs[0], op.size // 2
    if op.region == "within":
        rows = F.pad(x**2, (0, 0, reach, reach, reach, reach))
        squares = rows.unfold(1, op.size, 1).unfold(2, op.size, 1).sum((-2, -1))
        return x / (op.k + op.alpha * squares) ** op.beta
    squares = F.pad(x**2, (reach, reach)).unfold(-1, op.size, 1).sum(-1)
    return x / (op.k + op.alpha * squares) ** op.beta


@_rule("add")
def _add(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return sum(xs[1:], xs[0])


@_rule("multiply")
def _multiply(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return math.prod(xs[1:], start=xs[0])


@_rule("subtract")
def _subtract(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return xs[0] - xs[1]


@_rule("average")
def _average(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return torch.stack(tuple(xs)).mean(0)


@_rule("maximum")
def _maximum(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return torch.stack(tuple(xs)).amax(0)


@_rule("minimum")
def _minimum(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return torch.stack(tuple(xs)).amin(0)


@_rule("concat")
def _concat(op: Any, xs: Any, w: Any, node: Node) -> Any:
    return torch.cat(tuple(xs), 1 + _axis(op.axis, xs[0]))


@_rule("dot")
def _dot(op: Any, xs: Any, w: Any, node: Node) -> Any:
    i, j = (1 + _axis(axis, x) for axis, x in zip(op.axis, xs, strict=True))
    made = torch.stack([torch.tensordot(a, b, ([i - 1], [j - 1])) for a, b in zip(*xs, strict=True)])
    return made.reshape(len(made), *_numbers(_known(node.type)))
