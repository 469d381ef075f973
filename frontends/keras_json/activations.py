"""Rules for activations, as layers and as arguments of other layers."""

from __future__ import annotations

from typing import Any

from dlc.frontends.keras_json.builder import Builder, Use, rule

_NAMES = {
    "relu": "relu",
    "relu6": "relu6",
    "elu": "elu",
    "selu": "selu",
    "gelu": "gelu",
    "silu": "silu",
    "swish": "silu",
    "hard_silu": "hard_silu",
    "hard_swish": "hard_silu",
    "sigmoid": "sigmoid",
    "hard_sigmoid": "hard_sigmoid",
    "tanh": "tanh",
    "softplus": "softplus",
    "softsign": "softsign",
    "softmax": "softmax",
    "leaky_relu": "leaky_relu",
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
}


_FUNCTION_SLOPE = 0.2  # of the function `leaky_relu`; the layer's is 0.3


def activated(b: Builder, use: Use, value: str) -> str:
    """A layer's value after the activation that is one of its arguments."""
    wanted = use.args.activation()
    if wanted is None:
        return value
    op = _NAMES.get(str(wanted))
    if op is None:
        return _unknown(b, use, value, str(wanted))
    return _named(b, use, op, value, f"{use.name}_{op}")


def _named(b: Builder, use: Use, op: str, value: str, name: str) -> str:
    """An activation by its name; before Keras 3 a hard sigmoid was 0.2 x + 0.5 between 0 and 1."""
    if op == "hard_sigmoid" and use.version < 3:
        line = b.add(use, "rescale", {"scale": 1.2, "offset": 3.0}, [value], f"{name}_line", inferred=True)
        return _scaled_top(b, use, line, 1.0, name)
    return b.add(use, op, {"slope": _FUNCTION_SLOPE} if op == "leaky_relu" else {}, [value], name)


def _scaled_top(b: Builder, use: Use, value: str, top: float, name: str) -> str:
    """relu6 of a value, made to end at `top`."""
    ramp = b.add(use, "relu6", {}, [value], f"{name}_ramp", inferred=True)
    return b.add(use, "rescale", {"scale": top / 6}, [ramp], name)


def _unknown(b: Builder, use: Use, value: str, word: str) -> str:
    """An activation of somebody's own, kept by its name."""
    values = {"type": word, "attributes": {"parameters": 0}}
    return b.put("opaque", values, [value], f"{use.name}_activation", use.span, declared=b.type_of(value))


@rule("Activation")
def activation(b: Builder, use: Use) -> str:
    """A layer that is nothing but an activation."""
    wanted = use.args.activation()
    if wanted is None:
        return b.add(use, "linear", {})
    op = _NAMES.get(str(wanted))
    if op is None or not use.inputs:
        return b.same(use, f"its function is {wanted}")
    return _named(b, use, op, use.inputs[0], use.name)


@rule("ReLU")
def relu(b: Builder, use: Use) -> str:
    """Plain, capped, or leaky; a cap that is not 6 as a rescaled one."""
    top, slope = use.args.number("max_value"), use.args.number("negative_slope", 0.0) or 0.0
    threshold = use.args.number("threshold", 0.0) or 0.0
    if threshold or (top is not None and (slope or top <= 0 or not use.inputs)):
        return b.same(use, f"its maximum is {top}, its threshold {threshold}")
    if top == 6:
        return b.add(use, "relu6", {})
    if top is not None:
        scaled = b.add(use, "rescale", {"scale": 6 / top}, name=f"{use.name}_scaled", inferred=True)
        return _scaled_top(b, use, scaled, float(top), use.name)
    return b.add(use, "leaky_relu", {"slope": slope}) if slope else b.add(use, "relu", {})


@rule("LeakyReLU")
def leaky_relu(b: Builder, use: Use) -> str:
    """A slope below zero."""
    return b.add(use, "leaky_relu", {"slope": _slope(use, 0.3)})


@rule("ELU")
def elu(b: Builder, use: Use) -> str:
    """Exponential linear unit."""
    return b.add(use, "elu", {"slope": _slope(use, 1.0)})


def _slope(use: Use, default: float) -> float:
    value: Any = use.args.number("negative_slope", use.args.number("alpha", default))
    return float(value)


@rule("PReLU")
def prelu(b: Builder, use: Use) -> str:
    """A trained slope: one a channel where the other axes are shared, else kept."""
    kind = b.source(use)
    shared = use.args.get("shared_axes") or []
    rank = len(kind.shape) if kind is not None else 0
    if (rank == 1 and not shared) or (rank > 1 and sorted(shared) == list(range(1, rank))):
        return b.add(use, "prelu", {})
    count: Any = 1
    for axis, size in enumerate(kind.shape if kind is not None else (), 1):
        count = count * size if axis not in shared and isinstance(size, int) else count
    slopes = "one slope for all numbers" if count == 1 and kind is not None else "a slope for every position"
    return b.same(use, f"it has {slopes}", count if kind is not None else None)


@rule("Softmax")
def softmax(b: Builder, use: Use) -> str:
    """Over the last axis, or another one."""
    axis = use.args.get("axis", -1)
    kind = b.source(use)
    last = axis == -1 or (kind is not None and axis == len(kind.shape))
    return b.add(use, "softmax", {} if last else {"axis": axis})
