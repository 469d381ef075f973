"""Operators that compute each number from the number, or the numbers, at its place; softmax and merges."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from dlc.frontends.onnx.builder import Builder, Get, Unclear, sharper
from dlc.frontends.onnx.document import Operator
from dlc.frontends.onnx.numbers import plain
from dlc.frontends.onnx.registry import rule
from dlc.frontends.onnx.views import BATCH, ONE, View, first, natural
from dlc.types import Dim, Kind

_SIMPLE = {
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "HardSwish": "hard_silu",
    "Gelu": "gelu",
    "Swish": "silu",
    "com.microsoft.Gelu": "gelu",
    "dlc.softsign": "softsign",
    "dlc.silu": "silu",
    "dlc.hard_silu": "hard_silu",
    "dlc.hard_sigmoid": "hard_sigmoid",
    "dlc.gelu": "gelu",
}
_SELU = (1.6732632423543772, 1.0507009873554805)


@rule(*_SIMPLE)
def simple(b: Builder, op: Operator) -> None:
    """One layer of the same meaning."""
    if op.attributes.get("approximate", "none") != "none" or op.attributes.get("alpha", 1.0) != 1.0:
        raise Unclear("it is an approximation")
    _put(b, op, _SIMPLE[op.kind])


def _put(b: Builder, op: Operator, word: str, **attributes: Any) -> None:
    view = b.view(op.input(0))
    b.same(op, view, b.layer(word, [view.value], attributes))


@rule("LeakyRelu", "Elu")
def sloped(b: Builder, op: Operator) -> None:
    """leaky_relu and elu."""
    word, default = ("leaky_relu", 0.01) if op.kind == "LeakyRelu" else ("elu", 1.0)
    _put(b, op, word, slope=plain(op.attributes.get("alpha", default)))


@rule("Selu")
def selu(b: Builder, op: Operator) -> None:
    """selu, with its own constants."""
    stated = op.attributes.get("alpha", _SELU[0]), op.attributes.get("gamma", _SELU[1])
    if not all(math.isclose(a, c, rel_tol=1e-5) for a, c in zip(stated, _SELU, strict=True)):
        raise Unclear(f"its constants are {stated}")
    _put(b, op, "selu")


@rule("HardSigmoid")
def hard_sigmoid(b: Builder, op: Operator) -> None:
    """hard_sigmoid, of a slope of 1/6."""
    line = op.attributes.get("alpha", 0.2), op.attributes.get("beta", 0.5)
    if not (math.isclose(line[0], 1 / 6, rel_tol=1e-5) and line[1] == 0.5):
        raise Unclear(f"it is {line[0]:g} x + {line[1]:g} between 0 and 1")
    _put(b, op, "hard_sigmoid")


@rule("Clip")
def clip(b: Builder, op: Operator) -> None:
    """relu6 between 0 and 6, relu above 0."""
    low = op.attributes.get("min") if not op.input(1) else b.scalar(op.input(1))
    high = op.attributes.get("max") if not op.input(2) else b.scalar(op.input(2))
    if low == 0.0 and (high is None or high > 1e38) and not (op.input(2) and high is None):
        _put(b, op, "relu")
    elif low == 0.0 and high == 6.0:
        _put(b, op, "relu6")
    else:
        raise Unclear(f"it clips to {low} and {high}")


@rule("Neg")
def negative(b: Builder, op: Operator) -> None:
    """rescale by -1."""
    _put(b, op, "rescale", scale=-1.0)


@rule("PRelu")
def prelu(b: Builder, op: Operator) -> None:
    """prelu with a slope a channel; one for all is repeated. Before opset 9 the only axis is the channels'."""
    view = b.view(op.input(0))
    dims, channels = b.weight_dims(op.input(1)), b.kind_of(view).channels
    single = math.prod(dims) == 1 and isinstance(channels, int)
    old = b.document.opset < 9 and dims == (channels,)
    if view.shuffle or not (single or old or _spread_dims(op, view, dims) == _per_channel(b, view)):
        raise Unclear(f"its slopes have the shape {list(dims)}")
    made = b.layer("prelu", [view.value])
    get = b.getter(op.input(1))
    b.hold(made, (op.input(1),), slope=lambda: get().reshape(-1).repeat(channels if single else 1))
    b.same(op, view, made)


@rule("Softmax")
def softmax(b: Builder, op: Operator) -> None:
    """softmax along one axis; before opset 13 along the given one and all that follow."""
    view = b.view(op.input(0))
    rank, old = len(view.axes), b.document.opset < 13
    axis = op.attributes.get("axis", 1 if old else -1) % rank
    after = [a for a in view.axes[axis + 1 :] if a != ONE]
    if view.axes[axis] < 0 or (old and after):
        raise Unclear("it is taken over several axes, or none")
    kind = b.kind_of(view)
    own = view.axes[axis] + 1
    view = attrs.evolve(view, value=b.unshuffled(view), shuffle=())
    made = b.layer("softmax", [view.value], {"axis": -1 if own == len(kind.shape) else own})
    b.same(op, view, made)


@rule("Identity", "Cast", "Dropout")
def unchanged(b: Builder, op: Operator) -> None:
    """What changes nothing at inference: dropout, or no layer unless the model says which."""
    view = b.view(op.input(0))
    if op.kind == "Dropout":
        ratio = b.scalar(op.input(1)) if op.input(1) else op.attributes.get("ratio", 0.5)
        hint: Any = b.hint(op, "dropout")
        rate = (
            hint.rate if hint is not None and ratio is not None and abs(hint.rate - ratio) < 1e-6 else ratio
        )
        b.same(op, view, b.layer("dropout", [view.value], {"rate": plain(0.5 if rate is None else rate)}))
        return
    hint = b.hint(op)
    word = hint.op_name if hint is not None else ""
    if op.kind == "Identity" and word in ("spatial_dropout2d", "gaussian_noise", "linear"):
        b.same(op, view, b.layer(word, [view.value], hint.attributes()))
    else:
        b.give(op, view)


# Merges.

_MERGES = {
    "Div": "",
    "Add": "add",
    "Sum": "add",
    "Mul": "multiply",
    "Sub": "subtract",
    "Mean": "average",
    "Max": "maximum",
    "Min": "minimum",
}


@rule(*_MERGES)
def merge(b: Builder, op: Operator) -> None:
    """Layers with several inputs; products of more than two are read as one where the model says so."""
    if any(name not in b.views for name in op.inputs):
        _with_constant(b, op)
        return
    word = _MERGES[op.kind]
    if not word:
        raise Unclear("no layer divides values")
    views = [b.view(name) for name in op.inputs]
    if "axis" in op.attributes and len({len(v.axes) for v in views}) > 1:
        raise Unclear("it says where the axes of its second input begin")
    views = alike(b, views)
    values = [v.value for v in views]
    if len(values) == 1:
        b.give(op, views[0])
        return
    values = _joined(b, op, values) if op.kind == "Mul" else values
    made = b.layer(word, values)
    b.give(op, View(made, views[0].axes))


def _joined(b: Builder, op: Operator, values: Sequence[str]) -> list[str]:
    """The factors of a product and of the product before it, where both are said to be one layer."""
    last = b.latest(values[0], "multiply")
    hint = b.hint(op, "multiply") if b.reads(op.input(0)) == 1 else None
    if hint is None or last is None or not op.layer or b.parts.get(last.name) != op.layer:
        return list(values)
    b.nodes.pop()
    del b.types[last.name]
    return [*last.inputs, *values[1:]]


def _with_constant(b: Builder, op: Operator) -> None:
    """A value and a constant: nothing where it changes nothing; a bias joined to the layer before it; else a
    rescale."""
    source = next((name for name in op.inputs if name in b.views), "")
    other = next((name for name in op.inputs if name not in b.views), "")
    if not source or len(op.inputs) != 2 or op.kind not in ("Add", "Sub", "Mul", "Div"):
        raise Unclear("it combines a value with constants")
    view = b.view(source)
    alone = b.reads(source) == 1
    if alone and not b.hint(op, "rescale") and _taken(b, op, view, other):
        b.give(op, view)
        return
    if op.kind == "Mul" and _scaled(b, op, view, other):
        return
    line = _line(b, op, view, other)
    said = op.kind == "Add" and b.hint(op, "rescale") is not None and b.parts.get(view.value) != op.layer
    if line == (1.0, 0.0) and not said:
        b.give(op, view)
    else:
        _rescaled(b, op, view, line, alone)


Numbers = float | tuple[float, ...]
_MOST_STATED = 16  # numbers a channel that are stated; more are weights


def _line(b: Builder, op: Operator, view: View, other: str) -> tuple[Numbers, Numbers]:
    """Factor and offset of an operator with a constant, one number or one a channel."""
    array = b.constant(other)
    if array is None or not array.size:
        raise Unclear("it combines a value with many constants")
    numbers: Numbers = plain(float(array.reshape(-1)[0]))
    if array.size > 1:
        if _spread_dims(op, view, array.shape) != _per_channel(b, view) or array.size > _MOST_STATED:
            raise Unclear("it combines a value with many constants")
        numbers = tuple(map(plain, array.reshape(-1).tolist()))
    is_first = op.input(0) == other
    if op.kind == "Add":
        return 1.0, numbers
    if op.kind == "Sub":
        return (-1.0, numbers) if is_first else (1.0, _each(numbers, lambda n: -n))
    if op.kind == "Mul":
        return numbers, 0.0
    if is_first or not array.all():
        raise Unclear("it divides a constant, or by 0")
    return _each(numbers, lambda n: plain(1 / n)), 0.0


def _each(numbers: Numbers, function: Callable[[float], float]) -> Numbers:
    return tuple(map(function, numbers)) if isinstance(numbers, tuple) else function(numbers)


def _spread_dims(op: Operator, view: View, dims: Sequence[int]) -> tuple[Dim, ...]:
    """The dimensions of a constant with those of size 1 that broadcasting puts in front; before opset 7 an
    attribute says where its own begin."""
    missing = len(view.axes) - len(dims)
    before = op.attributes.get("axis", missing) if op.kind in _MERGES else missing
    return (*(1,) * before, *dims, *(1,) * (missing - before))


def _per_channel(b: Builder, view: View) -> tuple[Dim, ...]:
    """The dimensions of one number a channel beside a tensor."""
    kind = b.kind_of(view)
    return tuple(kind.channels if axis == len(kind.shape) - 1 else 1 for axis in view.axes)


def _rescaled(b: Builder, op: Operator, view: View, line: tuple[Numbers, Numbers], alone: bool) -> None:
    """A rescale; one offset is joined to the factor that was read just before."""
    if isinstance(line[0], tuple) or isinstance(line[1], tuple):
        view = attrs.evolve(view, value=b.unshuffled(view), shuffle=())
    last = b.latest(view.value, "rescale") if alone else None
    layer: Any = last.layer if last is not None else None
    if last is not None and layer.offset == 0.0 and line[0] == 1.0:
        hint: Any = b.hint(op, "rescale")
        offset = line[1] if hint is None else sharper(line[1], hint.offset)
        b.nodes[-1] = attrs.evolve(last, op=attrs.evolve(layer, offset=offset))
        b.give(op, view)
        return
    b.same(op, view, b.layer("rescale", [view.value], {"scale": line[0], "offset": line[1]}))


def _taken(b: Builder, op: Operator, view: View, other: str) -> bool:
    """Give a constant to the layer that has just been made, where it takes one so."""
    if op.kind == "Add" and _take_bias(b, op, view, other):
        return True
    last = b.latest(view.value, "batchnorm")
    held = b.weights.get(view.value, {})
    if last is None or last.shares:
        return False
    if op.kind not in ("Add", "Mul") or not {"gamma", "beta"} <= held.keys():
        return False
    if _spread_dims(op, view, b.weight_dims(other)) != _per_channel(b, view):
        return False
    get = b.getter(other)
    for role in ("gamma", "beta") if op.kind == "Mul" else ("beta",):
        held[role] = _combined(held[role], get, op.kind == "Mul")
    return True


def _combined(first: Get, second: Get, times: bool) -> Get:
    def made() -> Any:
        a, b = first().reshape(-1), second().reshape(-1)
        return a * b if times else a + b

    return made


def _scaled(b: Builder, op: Operator, view: View, other: str) -> bool:
    """A depthwise convolution of one pixel for a weight a channel of a map; whether it was one."""
    dims, kind = b.weight_dims(other), b.kind_of(view)
    if kind.kind is not Kind.MAP or math.prod(dims) <= _MOST_STATED or b.hint(op, "rescale") is not None:
        return False
    if _spread_dims(op, view, dims) != _per_channel(b, view):
        return False
    made = b.layer("depthwise_conv2d", [view.value], {"kernel": 1, "bias": False})
    get = b.getter(other)
    b.hold(made, (other,), kernel=lambda: get().reshape(1, 1, -1, 1))
    b.same(op, view, made)
    return True


def _take_bias(b: Builder, op: Operator, view: View, bias: str) -> bool:
    """Give the layer that has just been made a bias, where it has none and the constant is one."""
    last = b.latest(view.value)
    if last is None or last.shares:
        return False
    layer: Any = last.layer
    if getattr(layer, "bias", True):
        return False
    dims = b.weight_dims(bias)
    if _spread_dims(op, view, dims) != _per_channel(b, view) or last.name not in b.weights:
        return False
    get = b.getter(bias)
    b.nodes[-1] = attrs.evolve(last, op=attrs.evolve(layer, bias=True))
    b.weights[last.name]["bias"] = lambda: get().reshape(-1)
    return True


@rule("Concat")
def concat(b: Builder, op: Operator) -> None:
    """concat along the language's axis for the tensor's."""
    views = [b.view(name) for name in op.inputs]
    at = op.attributes.get("axis", 1) % len(views[0].axes)
    vectors = all(v.axes == (BATCH, 0) for v in views)
    if not vectors or not any(v.shuffle for v in views):
        views = _lined_up(b, views, at)
    axis = views[0].axes[at]
    if axis < 0:
        raise Unclear("it joins examples")
    if len(views) == 1:
        b.give(op, views[0])
        return
    kind = b.kind_of(views[0])
    own = {"axis": -1 if axis + 1 == len(kind.shape) else axis + 1}
    made = b.layer("concat", [v.value for v in views], own)
    shuffles = [v.shuffle or (((b.kind_of(v).shape[0],), (0,)),) for v in views]
    shuffled = vectors and any(v.shuffle for v in views)
    whole: Any = tuple(part for s in shuffles for part in s) if shuffled else ()
    b.give(op, View(made, views[0].axes, whole))


def _lined_up(b: Builder, views: Sequence[View], at: int) -> list[View]:
    """Views with the axes of the first one, none of them an axis of size 1 that the value has not."""
    if any(ONE in v.axes for v in views) and not all(
        v.axes == views[0].axes and v.axes[at] >= 0 for v in views
    ):
        return [View(b.first(v) if len(v.axes) > 3 else b.natural(v), _usual(v)) for v in views]
    return alike(b, views)


def _usual(view: View) -> tuple[int, ...]:
    rank = len(view.axes) - 1
    return first(rank) if rank > 2 else natural(rank)


def alike(b: Builder, views: Sequence[View]) -> list[View]:
    """The views with the axes of one of them, axes of size 1 made real where another one has more."""
    if len({v.axes for v in views}) == 1 and not any(v.shuffle for v in views):
        return list(views)
    rank = max(len(v.axes) for v in views)
    views = [_grown(v, rank) for v in views]
    model = min(views, key=lambda v: (sum(axis == ONE for axis in v.axes), not v.is_natural))
    if ONE in model.axes:
        if len({v.axes for v in views}) == 1:
            return [attrs.evolve(v, value=b.unshuffled(v), shuffle=()) for v in views]
        model = attrs.evolve(model, axes=_usual(model))
    return [View(b.arranged(v, model.axes), model.axes) for v in views]


def _grown(view: View, rank: int) -> View:
    """A view with axes of size 1 in front, as broadcasting puts them there, behind the batch."""
    missing = rank - len(view.axes)
    if not missing:
        return view
    if view.axes[0] == BATCH:
        raise Unclear("it combines tensors whose batches do not lie alike")
    return attrs.evolve(view, axes=(*(ONE,) * missing, *view.axes))
