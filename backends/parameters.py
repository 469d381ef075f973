"""The parameters of a layer: their roles, shapes and order in the language's own layout, the same for all targets.

Weights travel between formats in this layout, which is that of Keras: channels last, inputs before outputs,
units of a flattened map in the order (H, W, C).

| layers | roles and shapes, in order |
|---|---|
| conv1d/2d/3d | kernel (*window, C / groups, filters), bias (filters) |
| conv1d/2d/3d_transpose | kernel (*window, filters / groups, C), bias (filters) |
| depthwise_conv2d | kernel (*window, C, multiplier), bias (C * multiplier) |
| separable_conv2d | depthwise_kernel (*window, C, multiplier), pointwise_kernel (1, 1, between, filters), bias |
| dense | kernel (inputs, units), bias (units) |
| embed | embeddings (vocab, dim) |
| prelu | slope (C) |
| layernorm, groupnorm, instancenorm | gamma (C), beta (C) |
| batchnorm | gamma (C), beta (C), mean (C), variance (C) |
| standardize | mean (C), variance (C); how many examples they are taken from does not travel |
| rnn | kernel (F, units), recurrent_kernel (units, units), bias (units) |
| lstm | kernel (F, 4 units), recurrent_kernel (units, 4 units), bias (4 units) |
| gru | kernel (F, 3 units), recurrent_kernel (units, 3 units), bias (2, 3 units) |
| attention | query_kernel (Fq, dim), query_bias (dim), the same of key, value and output |

Here C, F are channels and features of the input, and between is C * multiplier. Gates stand in the order
i, f, g, o (lstm) and z, r, n (gru, whose two biases are those of the input and of the state).
A bidirectional layer has the roles of one direction, then the same with `backward_` before them. What a
layer does not have (`bias=false`, `scale=false`) is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from dlc.ir import Net, Node
from dlc.types import Type


@attrs.frozen
class Parameter:
    """An array of a layer: its role, its shape, and between how many numbers a weight of it stands.

    `fan_in` is how many inputs each result sums, `fan_out` how many results each input reaches; both are 0
    for what is no weight (biases, slopes, normalisations).
    """

    role: str
    shape: tuple[int, ...]
    fan_in: int = 0
    fan_out: int = 0


def parameters(node: Node, inputs: Sequence[Type]) -> tuple[Parameter, ...]:
    """The parameters of a checked layer whose inputs have these types, in their order."""
    op: Any = node.layer
    rule = _RULES.get(op.op_name)
    return tuple(rule(op, inputs)) if rule is not None and inputs else ()


def net_parameters(net: Net) -> dict[str, tuple[Parameter, ...]]:
    """The parameters of every layer that owns some; layers that share another's weights own none."""
    types = net.types()
    found = {}
    for node in net.body:
        given = [kind for name in node.inputs if (kind := types[name]) is not None]
        held = parameters(node, given) if node.shares is None else ()
        if held:
            found[node.name] = held
    return found


def by_role(net: Net, weights: Mapping[str, Sequence[Any]]) -> dict[str, dict[str, Any]]:
    """Arrays by role from arrays in the order of the table above, of the layers that own weights.

    Raises ValueError where a count differs.
    """
    owned = net_parameters(net)
    return {
        name: {p.role: array for p, array in zip(owned[name], arrays, strict=True)}
        for name, arrays in weights.items()
        if name in owned
    }


def _channels(inputs: Sequence[Type]) -> int:
    channels = inputs[0].channels
    if not isinstance(channels, int):
        raise ValueError(f"{inputs[0]} is not concrete")
    return channels


def _biased(op: Any, kernel: Parameter, count: int) -> list[Parameter]:
    return [kernel, *([Parameter("bias", (count,))] if op.bias else [])]


def _convolution(op: Any, inputs: Sequence[Type]) -> list[Parameter]:
    each = _channels(inputs) // op.groups
    area = math.prod(op.kernel)
    kernel = Parameter("kernel", (*op.kernel, each, op.filters), area * each, area * op.filters // op.groups)
    return _biased(op, kernel, op.filters)


def _transposed(op: Any, inputs: Sequence[Type]) -> list[Parameter]:
    channels, each = _channels(inputs), op.filters // op.groups
    area = math.prod(op.kernel)
    fan_in = max(1, area * channels // op.groups // math.prod(op.stride))
    return _biased(op, Parameter("kernel", (*op.kernel, each, channels), fan_in, area * each), op.filters)


def _depthwise(op: Any, inputs: Sequence[Type]) -> list[Parameter]:
    channels, area = _channels(inputs), math.prod(op.kernel)
    kernel = Parameter("kernel", (*op.kernel, channels, op.multiplier), area, area * op.multiplier)
    return _biased(op, kernel, channels * op.multiplier)


def _separable(op: Any, inputs: Sequence[Type]) -> list[Parameter]:
    channels, area = _channels(inputs), math.prod(op.kernel)
    between = channels * op.multiplier
    first = Parameter("depthwise_kernel", (*op.kernel, channels, op.multiplier), area, area * op.multiplier)
    second = Parameter("pointwise_kernel", (1, 1, between, op.filters), between, op.filters)
    return [first, *_biased(op, second, op.filters)]


def _dense(op: Any, inputs: Sequence[Type]) -> list[Parameter]:
    count = _channels(inputs)
    return _biased(op, Parameter("kernel", (count, op.units), count, op.units), op.units)


def _embed(op: Any, inputs: Sequence[Type]) -> list[Parameter]:
    return [Parameter("embeddings", (op.vocab, op.dim), 1, op.dim)]


def _prelu(op: Any, inputs: Sequence[Type]) -> list[Parameter]:
    return [Parameter("slope", (_channels(inputs),))]


def _affine(op: Any, inputs: Sequence[Type]) -> list[Parameter]:
    shape = (_channels(inputs),)
    named = (("gamma", op.scale), ("beta", op.center))
    return [Parameter(role, shape) for role, held in named if held]


def _batchnorm(op: Any, inputs: Sequence[Type]) -> list[Parameter]:
    shape = (_channels(inputs),)
    return [*_affine(op, inputs), Parameter("mean", shape), Parameter("variance", shape)]


def _standardize(op: Any, inputs: Sequence[Type]) -> list[Parameter]:
    shape = (_channels(inputs),)
    return [Parameter("mean", shape), Parameter("variance", shape)]


def _recurrent(op: Any, inputs: Sequence[Type]) -> list[Parameter]:
    features, wide = _channels(inputs), op.parts * op.units
    bias = (2, wide) if op.op_name == "gru" else (wide,)
    one = [
        Parameter("kernel", (features, wide), features, wide),
        Parameter("recurrent_kernel", (op.units, wide), op.units, wide),
        Parameter("bias", bias),
    ]
    back = [attrs.evolve(p, role=f"backward_{p.role}") for p in one]
    return [*one, *back] if op.bidirectional else one


def _attention(op: Any, inputs: Sequence[Type]) -> list[Parameter]:
    sources = (inputs[0], inputs[min(1, len(inputs) - 1)], inputs[-1])
    widths = [*(_channels([source]) for source in sources), op.dim]
    found = []
    for word, width in zip(("query", "key", "value", "output"), widths, strict=True):
        found.append(Parameter(f"{word}_kernel", (width, op.dim), width, op.dim))
        found.append(Parameter(f"{word}_bias", (op.dim,)))
    return found


_RULES: dict[str, Callable[[Any, Sequence[Type]], list[Parameter]]] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), _convolution),
    **dict.fromkeys(("conv1d_transpose", "conv2d_transpose", "conv3d_transpose"), _transposed),
    "depthwise_conv2d": _depthwise,
    "separable_conv2d": _separable,
    "dense": _dense,
    "embed": _embed,
    "prelu": _prelu,
    "batchnorm": _batchnorm,
    **dict.fromkeys(("layernorm", "groupnorm", "instancenorm"), _affine),
    **dict.fromkeys(("rnn", "lstm", "gru"), _recurrent),
    "attention": _attention,
    "standardize": _standardize,
}
