"""Recurrent layers and attention."""

from __future__ import annotations

import math
from typing import Any

import attrs

from dlc.backends.onnx.rules import RULES
from dlc.backends.onnx.values import Layout, Value
from dlc.backends.onnx.writer import Writer
from dlc.backends.parameters import Parameter
from dlc.backends.stored import Key, Placing, Tensor, biases, gates, joined
from dlc.ir import Node
from dlc.layers.recurrent import HARD_GATES

_KINDS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
# For each gate of ONNX, in its order, the place of the language's: i, o, f, c of i, f, g, o.
_GATES = {"rnn": (0,), "lstm": (0, 3, 1, 2), "gru": (0, 1, 2)}


@RULES.rule(*_KINDS)
def recurrent(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """RNN, LSTM or GRU over steps before the batch, which is the form that runtimes have."""
    x, name = w.like(x, Layout.STEPS), node.name
    weights = _weights(w, node, op)
    fields: dict[str, Any] = {"hidden_size": op.units, **_activations(op)}
    if op.bidirectional:
        fields["direction"] = "bidirectional"
    if op.op_name == "gru":
        fields["linear_before_reset"] = 1
    states = w.fresh(f"{name}.states")
    results = (states,) if op.return_sequences else ("", states)
    w.several(_KINDS[op.op_name], (x.tensor, *weights), results, **fields)
    return _every(w, node, op, states) if op.return_sequences else _final(w, node, op, states)


def _activations(op: Any) -> dict[str, Any]:
    """The functions of a layer whose gates are hard sigmoids, a direction after the other; only these
    functions take numbers of the two lists."""
    slope = HARD_GATES.get(op.attributes().get("gates"))
    if slope is None:
        return {}
    ways = 1 + op.bidirectional
    names = ("HardSigmoid", *("Tanh",) * (2 if op.op_name == "lstm" else 1))
    alpha, beta = (float(slope),) * ways, (0.5,) * ways
    return {"activations": names * ways, "activation_alpha": alpha, "activation_beta": beta}


def _weights(w: Writer, node: Node, op: Any) -> tuple[str, str, str]:
    order = _GATES[op.op_name]
    ways = ("", "backward_") if op.bidirectional else ("",)

    def held(role: str, placing: Placing) -> str:
        return w.weights_of(node, [f"{way}{role}" for way in ways], placing, role)

    def kernel(key: Key, owner: str, parameter: Parameter) -> Tensor:
        return _of_a_direction(gates(key, owner, parameter, order))

    def bias(key: Key, owner: str, parameter: Parameter) -> Tensor:
        return _of_a_direction(joined(biases(key, owner, parameter, order)))

    return held("kernel", kernel), held("recurrent_kernel", kernel), held("bias", bias)


def _of_a_direction(tensor: Tensor) -> Tensor:
    """The same with an axis in front, along which the directions stand."""
    return attrs.evolve(tensor, shape=(1, *tensor.shape))


def _every(w: Writer, node: Node, op: Any, states: str) -> Value:
    """The states of all steps, which come as T, directions, N, units."""
    name = node.name
    if not op.bidirectional:
        axes = w.whole(f"{name}.direction", (1,))
        return w.result(node, Layout.STEPS, "Squeeze", states, axes)
    beside = w.step("Transpose", f"{name}.beside", states, perm=(0, 2, 1, 3))
    return w.result(node, Layout.STEPS, "Reshape", beside, w.whole(f"{name}.joined", (0, 0, -1)))


def _final(w: Writer, node: Node, op: Any, states: str) -> Value:
    """The last states, which come as directions, N, units."""
    name = node.name
    if not op.bidirectional:
        axes = w.whole(f"{name}.direction", (0,))
        return w.result(node, Layout.LAST, "Squeeze", states, axes)
    beside = w.step("Transpose", f"{name}.beside", states, perm=(1, 0, 2))
    return w.result(node, Layout.LAST, "Reshape", beside, w.whole(f"{name}.joined", (0, -1)))


@RULES.rule("attention")
def attention(w: Writer, node: Node, op: Any, *xs: Value) -> Value:
    """Projections, split into heads; softmax(Q K' / sqrt(width)) V; the heads joined and projected."""
    name, width = node.name, op.dim // op.heads
    sources = [w.last(x) for x in (xs[0], xs[min(1, len(xs) - 1)], xs[-1])]
    orders = ((0, 2, 1, 3), (0, 2, 3, 1), (0, 2, 1, 3))
    split = w.whole(f"{name}.split", (0, 0, op.heads, width))
    queries, keys, values = (
        _heads(w, node, word, source.tensor, split, order)
        for word, source, order in zip(("query", "key", "value"), sources, orders, strict=True)
    )
    scores = w.step("MatMul", f"{name}.scores", queries, keys)
    scaled = w.step("Mul", f"{name}.scaled", scores, w.number(f"{name}.scale", 1 / math.sqrt(width)))
    shares = w.step("Softmax", f"{name}.shares", scaled, axis=-1)
    mixed = w.step("MatMul", f"{name}.mixed", shares, values)
    beside = w.step("Transpose", f"{name}.beside", mixed, perm=(0, 2, 1, 3))
    whole = w.step("Reshape", f"{name}.joined", beside, w.whole(f"{name}.join", (0, 0, op.dim)))
    product = w.step("MatMul", f"{name}.product", whole, w.weight(node, "output_kernel"))
    return w.result(node, Layout.LAST, "Add", product, w.weight(node, "output_bias"))


def _heads(w: Writer, node: Node, word: str, source: str, split: str, order: tuple[int, ...]) -> str:
    """A projection, with an axis for the heads."""
    name = f"{node.name}.{word}"
    product = w.step("MatMul", f"{name}_product", source, w.weight(node, f"{word}_kernel"))
    biased = w.step("Add", f"{name}_biased", product, w.weight(node, f"{word}_bias"))
    apart = w.step("Reshape", f"{name}_apart", biased, split)
    return w.step("Transpose", f"{name}_heads", apart, perm=order)
