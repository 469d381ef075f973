"""Recurrent layers. Caffe's take T, N, F, and are told by `cont` where sequences begin.

LSTM is the language's. Caffe's RNN projects its states once more, so that rnn is written out step by
step instead, and so is gru, which Caffe has not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import attrs

from dlc.backends.caffe.message import PRODUCT, SUM, weighted_sum
from dlc.backends.caffe.rules import RULES
from dlc.backends.caffe.values import Layout, Value
from dlc.backends.caffe.weights import shared, trained
from dlc.backends.caffe.windows import Kept
from dlc.backends.caffe.writer import Writer
from dlc.ir import Node


@attrs.frozen
class Reading:
    """One direction of a recurrent layer: the base of its names, its input T, N, F and its states' blob."""

    node: Node
    name: str
    blob: str
    steps: int
    top: str

    @property
    def units(self) -> int:
        """The length of the state."""
        layer: Any = self.node.layer
        return int(layer.units)


class Direction(Protocol):
    """Appends the layers of one direction."""

    def __call__(self, w: Writer, reading: Reading) -> None: ...


_SIGMOIDS = "gates that are sigmoids"


@RULES.rule("lstm", only=_SIGMOIDS)
def lstm(w: Writer, node: Node, op: Any, x: Value) -> Value | None:
    """LSTM."""
    return _recurrent(w, node, op, x, _lstm_layer)


@RULES.rule("rnn", only="--approximate writes Caffe's own RNN, which projects each state once more")
def rnn(w: Writer, node: Node, op: Any, x: Value) -> Value | None:
    """An InnerProduct, a sum and a TanH a step; with approximations accepted, an RNN layer."""
    if w.differences.approximate:
        w.differences.differs(node, "Caffe's RNN gives tanh(V h[t] + d) in place of the state h[t]")
        return _recurrent(w, node, op, x, _rnn_layer)
    return _recurrent(w, node, op, x, _rnn_steps)


@RULES.rule("gru", only=_SIGMOIDS)
def gru(w: Writer, node: Node, op: Any, x: Value) -> Value | None:
    """Sums, products and activations a step."""
    return _recurrent(w, node, op, x, _gru_steps)


def _recurrent(w: Writer, node: Node, op: Any, x: Value, direction: Direction) -> Value | None:
    """A layer that reads forwards and, where it is bidirectional, one that reads backwards."""
    gates = op.attributes().get("gates", "sigmoid")
    if gates != "sigmoid":
        w.differences.cannot(node, f"Caffe's gates are sigmoids, and these are {gates}")
        return None
    x = w.steps(x)
    steps, name = x.shape[0], node.name
    states = name if op.return_sequences else w.fresh(f"{name}_states")
    if not op.bidirectional:
        direction(w, Reading(node, name, x.blob, steps, states))
    else:
        forwards, backwards = w.fresh(f"{name}_forwards"), w.fresh(f"{name}_backwards")
        direction(w, Reading(node, forwards, x.blob, steps, forwards))
        turned = _reversed(w, f"{name}_turned", x.blob, steps)
        direction(w, Reading(node, backwards, turned, steps, backwards))
        if op.return_sequences:
            backwards = _reversed(w, f"{name}_returned", backwards, steps)
        w.add("Concat", name, (forwards, backwards), (states,), {"concat_param": {"axis": 2}})
    return w.result(node, "Concat", Layout.STEPS) if op.return_sequences else _last(w, node, states, steps)


def _last(w: Writer, node: Node, states: str, steps: int) -> Value:
    """The last of T, N, F as N, F."""
    if steps > 1:
        full, states = states, w.fresh(f"{node.name}_last")
        w.cut(full, f"{node.name}_end", {0: Kept(steps - 1, 1, steps)}, states)
    fields = {"flatten_param": {"axis": 0, "end_axis": 1}}
    w.add("Flatten", w.fresh(f"{node.name}_flat"), (states,), (node.name,), fields)
    return w.result(node, "Flatten", Layout.FLAT)


def _reversed(w: Writer, name: str, blob: str, steps: int) -> str:
    """The steps of T, N, F backwards."""
    if steps == 1:
        return blob
    slices = w.slices(blob, name, steps, 0)
    return w.step("Concat", name, slices[::-1], {"concat_param": {"axis": 0}})


def _lstm_layer(w: Writer, reading: Reading) -> None:
    _layer(w, "LSTM", reading)


def _rnn_layer(w: Writer, reading: Reading) -> None:
    _layer(w, "RNN", reading)


def _layer(w: Writer, kind: str, reading: Reading) -> None:
    """One of Caffe's own recurrent layers."""
    fields: dict[str, Any] = {"num_output": reading.units}
    if w.train:
        fields |= {"weight_filler": {"type": "xavier"}, "bias_filler": {"type": "constant", "value": 0}}
    bottoms = (reading.blob, w.cont(reading.steps))
    w.add(kind, reading.name, bottoms, (reading.top,), {"recurrent_param": fields})


def _rnn_steps(w: Writer, reading: Reading) -> None:
    """h[t] = tanh(W x[t] + b + U h[t-1])."""
    name, units = reading.name, reading.units
    state, states = "", []
    carried = _carried(w, reading, units, bias=False)
    for number, given in enumerate(_projected(w, reading, units), start=1):
        if state:
            back = w.step("InnerProduct", f"{name}_back{number}", (state,), carried)
            given = w.step("Eltwise", f"{name}_sum{number}", (given, back), _SUM)
        state = w.step("TanH", f"{name}_state{number}", (given,))
        states.append(state)
    _joined(w, reading, states)


def _gru_steps(w: Writer, reading: Reading) -> None:
    """z, r = sigmoid(W x + b + U h + c); n = tanh(W x + b + r (U h + c)); h = n + z (h - n)."""
    name, units = reading.name, reading.units
    state, states = "", []
    carried = _carried(w, reading, 3 * units, bias=True)
    for number, given in enumerate(_projected(w, reading, 3 * units), start=1):
        gates, new = _split(w, f"{name}_given{number}", given, 2 * units)
        if not state:
            state = w.step("Power", f"{name}_state0", (new,), {"power_param": {"scale": 0.0}})
        back = w.step("InnerProduct", f"{name}_back{number}", (state,), carried)
        back_gates, back_new = _split(w, f"{name}_carried{number}", back, 2 * units)
        both = w.step("Eltwise", f"{name}_gates{number}", (gates, back_gates), _SUM)
        z, r = _split(w, f"{name}_open{number}", w.step("Sigmoid", f"{name}_zr{number}", (both,)), units)
        reset = w.step("Eltwise", f"{name}_reset{number}", (r, back_new), PRODUCT)
        total = w.step("Eltwise", f"{name}_sum{number}", (new, reset), _SUM)
        fresh = w.step("TanH", f"{name}_new{number}", (total,))
        change = w.step("Eltwise", f"{name}_less{number}", (state, fresh), weighted_sum(1.0, -1.0))
        kept = w.step("Eltwise", f"{name}_kept{number}", (z, change), PRODUCT)
        state = w.step("Eltwise", f"{name}_state{number}", (fresh, kept), _SUM)
        states.append(state)
    _joined(w, reading, states)


_SUM = {"eltwise_param": {"operation": SUM}}


def _projected(w: Writer, reading: Reading, outputs: int) -> list[str]:
    """W x[t] + b for every step."""
    fields = trained(w, reading.node, "inner_product_param", {"num_output": outputs, "axis": 2}, True)
    given = w.fresh(f"{reading.name}_given")
    w.add("InnerProduct", reading.name, (reading.blob,), (given,), fields)
    return w.slices(given, given, reading.steps, 0)


def _carried(w: Writer, reading: Reading, outputs: int, bias: bool) -> dict[str, Any]:
    """The fields of U h, whose weights all steps share."""
    fields: dict[str, Any] = {"num_output": outputs, "axis": 2} | ({} if bias else {"bias_term": False})
    return shared(w, f"{reading.name}_recurrent", fields, bias)


def _split(w: Writer, name: str, blob: str, at: int) -> tuple[str, str]:
    """T, N, F in two parts of F."""
    tops = w.fresh(f"{name}_a"), w.fresh(f"{name}_b")
    w.add("Slice", w.fresh(name), (blob,), tops, {"slice_param": {"axis": 2, "slice_point": at}})
    return tops


def _joined(w: Writer, reading: Reading, states: Sequence[str]) -> None:
    """The states of all steps as T, N, units."""
    name = w.fresh(f"{reading.name}_joined")
    w.add("Concat", name, states, (reading.top,), {"concat_param": {"axis": 0}})
