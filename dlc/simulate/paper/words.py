"""How papers write a layer: many wordings of each operation, one of them for a whole figure.

What a label leaves out is not stated: the words and the stated attributes are made together.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from dlc.simulate.paper.structure import Cell, Spec

Stated = dict[str, Any]
# Lines of a label, and what they state of the layer.
Words = tuple[list[str], Stated]


@attrs.frozen
class Wording:
    """One figure's way of writing.

    `times` parts the sides of a window; the numbers choose among the wordings of a kind of layer. `names`
    is the share of what is stated: 0 names alone, 1 everything. `upper` sets operations in capitals.
    """

    times: str
    conv: int
    pool: int
    dense: int
    stride: int
    activation: int
    recurrent: int
    everything: bool
    upper: bool
    plus: str


def random_wording(rng: random.Random) -> Wording:
    """A way of writing at random."""
    return Wording(
        times=rng.choice(("×", "×", "x", " × ", " x ")),
        conv=rng.randrange(len(_CONVS)),
        pool=rng.randrange(len(_POOLS)),
        dense=rng.randrange(len(_DENSES)),
        stride=rng.randrange(len(_STRIDES)),
        activation=rng.randrange(2),
        recurrent=rng.randrange(len(_RECURRENTS)),
        everything=rng.random() < 0.85,
        upper=rng.random() < 0.1,
        plus=rng.choice((" + ", "+", ", ", " / ")),
    )


def label(cell: Cell, use: Wording) -> tuple[list[str], tuple[Stated, ...]]:
    """The lines of a cell's label, and what they state of each of its layers."""
    lines, stated = _words(cell.main, use)
    if len(cell.specs) == 1:
        return lines, (stated,)
    rest = [_short(spec) for spec in cell.specs[1:]]
    if len(lines) == 1 and len(lines[0]) < 14:
        lines = [use.plus.join([lines[0], *rest])]
    else:
        lines = [*lines, use.plus.join(rest)]
    return lines, (stated, *({} for _ in rest))


def _words(spec: Spec, use: Wording) -> Words:
    lines, stated = _by_operation(spec, use)
    return ([line.upper() for line in lines] if use.upper else lines), stated


def _by_operation(spec: Spec, use: Wording) -> Words:
    op, given = spec.op, spec.attrs
    if op in _CONV_NAMES:
        return _conv(op, given, use)
    if op in _POOL_NAMES:
        return _pool(op, given, use)
    if op == "dense":
        return _dense(given, use)
    if op in _RECURRENT_NAMES:
        return _recurrent(op, given, use)
    if op == "embed":
        return _embed(given, use)
    if op == "dropout":
        return _dropout(given, use)
    return [_NAMES.get(op, (op, op))[use.activation]], {}


_NAMES: Mapping[str, tuple[str, str]] = {
    "relu": ("ReLU", "ReLU"),
    "leaky_relu": ("Leaky ReLU", "LReLU"),
    "elu": ("ELU", "ELU"),
    "tanh": ("tanh", "Tanh"),
    "sigmoid": ("Sigmoid", "sigmoid"),
    "softmax": ("Softmax", "softmax"),
    "batchnorm": ("BN", "Batch Norm"),
    "global_avgpool2d": ("Global average pooling", "Global Avg Pool"),
    "add": ("Add", "Add"),
    "concat": ("Concat", "Concatenate"),
    "multiply": ("Multiply", "Multiply"),
    "flatten": ("Flatten", "Flatten"),
}


def name(op: str, use: Wording) -> str:
    """The name of an operation without anything more."""
    return _NAMES.get(op, (op, op))[use.activation]


def _short(spec: Spec) -> str:
    return {"batchnorm": "BN", "leaky_relu": "LReLU"}.get(spec.op, _NAMES.get(spec.op, (spec.op,))[0])


@attrs.frozen
class _Window:
    """A window's numbers, written."""

    kernel: str  # 3×3
    side: int
    stride: int
    filters: int | None
    after: str  # how a stride is added, empty where it is one


_STRIDES: Sequence[Callable[[int], str]] = (
    lambda s: f", stride {s}",
    lambda s: f", /{s}",
    lambda s: f", s={s}",
    lambda s: f" (stride {s})",
    lambda s: f", stride={s}",
)


def _window(given: Mapping[str, Any], use: Wording) -> _Window:
    side, stride = int(given["kernel"]), int(given.get("stride", 1))
    after = _STRIDES[use.stride](stride) if stride > 1 else ""
    return _Window(f"{side}{use.times}{side}", side, stride, given.get("filters"), after)


_CONV_NAMES = {
    "conv2d": ("conv", "Conv", "Convolution"),
    "conv2d_transpose": ("deconv", "Deconv", "Deconvolution"),
}
_CONVS: Sequence[Callable[[_Window, tuple[str, str, str]], list[str]]] = (
    lambda w, n: [f"{w.kernel} {n[0]}, {w.filters}{w.after}"],
    lambda w, n: [f"{n[1]} {w.kernel}, {w.filters}{w.after}"],
    lambda w, n: [f"{w.kernel} {n[0]}, {w.filters} filters{w.after}"],
    lambda w, n: [f"{n[1]}, {w.kernel}, {w.filters}{w.after}"],
    lambda w, n: [n[2], f"{w.kernel}, {w.filters}{w.after}"],
    lambda w, n: [f"{n[1]}2D", f"{w.filters} @ {w.kernel}{w.after}"],
    lambda w, n: [f"{n[1]} ({w.kernel}, {w.filters}){w.after}"],
    lambda w, n: [n[1], f"k={w.side}, c={w.filters}, s={w.stride}"],
    lambda w, n: [f"{w.filters} {w.kernel} {n[0]}{w.after}"],
    lambda w, n: [f"{n[0]}{w.side}-{w.filters}{w.after}"],
)


def _conv(op: str, given: Mapping[str, Any], use: Wording) -> Words:
    names, window = _CONV_NAMES[op], _window(given, use)
    if not use.everything:
        if use.conv % 2:
            return [names[1 + use.conv % 4 // 2]], {}
        return [f"{window.kernel} {names[0]}"], {"kernel": window.side}
    stated: Stated = {"kernel": window.side, "filters": window.filters}
    if window.stride > 1:
        stated["stride"] = window.stride
    return _CONVS[use.conv](window, names), stated


_POOL_NAMES = {"maxpool2d": ("max", "Max"), "avgpool2d": ("avg", "Average")}
_POOLS: Sequence[Callable[[_Window, tuple[str, str]], list[str]]] = (
    lambda w, n: [f"{w.kernel} {n[0]} pool{w.after}"],
    lambda w, n: [f"{n[1]} pooling {w.kernel}{w.after}"],
    lambda w, n: [f"{n[1]}Pool {w.kernel}{w.after}"],
    lambda w, n: [f"{n[1]} Pooling", f"{w.kernel}{w.after}"],
    lambda w, n: [f"{n[0]}pool, {w.kernel}{w.after}"],
    lambda w, n: [f"{n[0]}-pool {w.kernel}{w.after}"],
)


def _pool(op: str, given: Mapping[str, Any], use: Wording) -> Words:
    names, window = _POOL_NAMES[op], _window(given, use)
    if not use.everything:
        return [f"{names[1]} pooling"], {}
    stated: Stated = {"kernel": window.side}
    if window.stride > 1:
        stated["stride"] = window.stride
    return _POOLS[use.pool](window, names), stated


_DENSES: Sequence[Callable[[int], list[str]]] = (
    lambda n: [f"FC {n}"],
    lambda n: [f"fc, {n}"],
    lambda n: [f"FC-{n}"],
    lambda n: [f"Dense ({n})"],
    lambda n: ["Fully connected", f"{n}"],
    lambda n: [f"Dense, {n} units"],
    lambda n: [f"Linear {n}"],
    lambda n: [f"{n} fc"],
)


def _dense(given: Mapping[str, Any], use: Wording) -> Words:
    units = int(given["units"])
    if not use.everything:
        return [("FC", "Dense", "Fully connected")[use.dense % 3]], {}
    return _DENSES[use.dense](units), {"units": units}


_RECURRENT_NAMES = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}
_RECURRENTS: Sequence[Callable[[str, int], list[str]]] = (
    lambda name, n: [f"{name} ({n})"],
    lambda name, n: [f"{name}, {n} units"],
    lambda name, n: [name, f"{n} units"],
    lambda name, n: [f"{name} {n}"],
)


def _recurrent(op: str, given: Mapping[str, Any], use: Wording) -> Words:
    both = bool(given.get("bidirectional"))
    named = ("Bi" if use.recurrent % 2 else "Bidirectional ") * both + _RECURRENT_NAMES[op]
    stated: Stated = {"bidirectional": True} if both else {}
    if not use.everything:
        return [named], stated
    return _RECURRENTS[use.recurrent](named, int(given["units"])), {"units": int(given["units"]), **stated}


def _embed(given: Mapping[str, Any], use: Wording) -> Words:
    if not use.everything:
        return ["Embedding"], {}
    dim = int(given["dim"])
    return [f"Embedding ({dim})" if use.dense % 2 else f"Word embedding, {dim}"], {"dim": dim}


def _dropout(given: Mapping[str, Any], use: Wording) -> Words:
    rate = float(given["rate"])
    if not use.everything:
        return ["Dropout"], {}
    return [f"Dropout ({rate:g})" if use.dense % 2 else f"Dropout, {rate:g}"], {"rate": rate}


def size(shape: Sequence[int], use: Wording) -> str:
    """An output size beside a box."""
    return use.times.join(map(str, shape))
