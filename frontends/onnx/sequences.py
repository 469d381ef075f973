"""Recurrent operators."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from dlc.frontends.onnx.builder import Builder, Get, Unclear
from dlc.frontends.onnx.document import Operator
from dlc.frontends.onnx.registry import rule
from dlc.frontends.onnx.views import BATCH, INNER, ONE, OUTER, View, steps
from dlc.layers.recurrent import HARD_GATES

_HARD_SLOPE = 0.2  # of ONNX's HardSigmoid, where no other is stated
_WORDS = {"RNN": "rnn", "LSTM": "lstm", "GRU": "gru"}
# For each of the language's gates, in its order, the place of ONNX's: i, f, g, o of i, o, f, c.
_GATES = {"rnn": (0,), "lstm": (0, 2, 3, 1), "gru": (0, 1, 2)}
_USUAL = {
    "RNN": ("tanh",),
    "LSTM": ("sigmoid", "tanh", "tanh"),
    "GRU": ("sigmoid", "tanh"),
}


@rule("RNN", "LSTM", "GRU")
def recurrent(b: Builder, op: Operator) -> None:
    """rnn, lstm and gru: one layer for the states of all steps, one for the last state, which share their
    weights where both are asked for."""
    word = _WORDS[op.kind]
    value, both = _given(b, op), op.attributes.get("direction", "forward") == "bidirectional"
    _usual(b, op)
    gates = _gates(op)
    directions, wide, _ = b.weight_dims(op.input(1))
    if directions != 1 + both:
        raise Unclear(f"its weights are for {directions} directions")
    attributes = {"units": wide // len(_GATES[word]), "bidirectional": both, **gates}
    asked = [place for place, name in enumerate(op.outputs) if name and b.reads(name)]
    if asked[-1:] == [2]:
        raise Unclear("its last cell is asked for")
    for place in asked:
        made = b.layer(word, [value], attributes | {"return_sequences": place == 0})
        b.hold(made, (*op.inputs[1:4], op.kind), **_arrays(b, op, word, both))
        b.give(op, _result(made, place, both, op.attributes.get("layout", 0)), place)


def _given(b: Builder, op: Operator) -> str:
    view = b.view(op.input(0))
    wanted = (BATCH, 0, 1) if op.attributes.get("layout", 0) else steps()
    return b.arranged(view, wanted)


def _usual(b: Builder, op: Operator) -> None:
    """Raise Unclear for what the language's recurrent layers do not do."""
    if op.attributes.get("direction", "forward") == "reverse":
        raise Unclear("it reads backwards only")
    if "clip" in op.attributes or op.attributes.get("input_forget", 0) or op.input(7):
        raise Unclear("it clips, couples its gates or has peepholes")
    if op.kind == "GRU" and not op.attributes.get("linear_before_reset", 0):
        raise Unclear("its reset gate works on the state, not on the product (linear_before_reset=0)")
    for name in (op.input(5), op.input(6)):
        if name and not _is_zero(b, name):
            raise Unclear("it starts from a state that is given")


def _gates(op: Operator) -> dict[str, str]:
    """The gates' function where it is not a sigmoid; raises Unclear for functions that layers have not."""
    ways = 2 if op.attributes.get("direction") == "bidirectional" else 1
    stated = tuple(name.lower() for name in op.attributes.get("activations", ()))
    usual = _USUAL[op.kind] * ways
    if not stated or stated == usual:
        return {}
    if stated != tuple("hardsigmoid" if name == "sigmoid" else name for name in usual):
        raise Unclear(f"its activations are {', '.join(stated)}")
    slopes = [*op.attributes.get("activation_alpha", ()), *[_HARD_SLOPE] * ways][:ways]
    shifts = [*op.attributes.get("activation_beta", ()), *[0.5] * ways][:ways]
    for word, slope in HARD_GATES.items():
        if all(math.isclose(s, slope, rel_tol=1e-6) for s in slopes) and all(s == 0.5 for s in shifts):
            return {"gates": word}
    raise Unclear(f"its gates are hard sigmoids of slope {slopes[0]:.6g} and shift {shifts[0]:.6g}")


def _is_zero(b: Builder, name: str) -> bool:
    array = b.constant(name)
    return name not in b.views and (name in b.zeros or (array is not None and not array.any()))


def _result(value: str, place: int, both: bool, layout: int) -> View:
    axes: tuple[int, ...]
    if place == 0:
        width = (OUTER + 1, INNER + 1) if both else (ONE, 1)
        axes = (BATCH, 0, *width) if layout else (0, width[0], BATCH, width[1])
    else:
        width = (OUTER, INNER) if both else (ONE, 0)
        axes = (BATCH, *width) if layout else (width[0], BATCH, width[1])
    return View(value, axes)


def _arrays(b: Builder, op: Operator, word: str, both: bool) -> dict[str, Get]:
    gates = _GATES[word]
    ways = ("", "backward_") if both else ("",)
    found: dict[str, Get] = {}
    for index, way in enumerate(ways):
        for role, place in (("kernel", 1), ("recurrent_kernel", 2)):
            found[f"{way}{role}"] = _kernel(b.getter(op.input(place)), index, gates)
        bias = b.getter(op.input(3)) if op.input(3) else None
        units = b.weight_dims(op.input(1))[1] // len(gates)
        found[f"{way}bias"] = _bias(bias, index, gates, units, double=word == "gru")
    return found


def _kernel(get: Get, index: int, gates: Sequence[int]) -> Get:
    return lambda: _turned(get()[index].T, gates)


def _bias(get: Get | None, index: int, gates: Sequence[int], units: int, double: bool) -> Get:
    def made() -> Any:
        import numpy as np

        rows = np.zeros(2 * len(gates) * units, np.float32) if get is None else get()[index]
        halves = [_turned(half, gates) for half in np.split(rows, 2)]
        return np.stack(halves) if double else halves[0] + halves[1]

    return made


def _turned(array: Any, gates: Sequence[int]) -> Any:
    import numpy as np

    parts = np.split(array, len(gates), axis=-1)
    return np.concatenate([parts[gate] for gate in gates], axis=-1)
