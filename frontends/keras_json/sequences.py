"""Rules for embeddings, recurrent layers and wrappers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from dlc.frontends.keras_json.arguments import Arguments
from dlc.frontends.keras_json.builder import RULES, Builder, Use, rule
from dlc.frontends.keras_json.document import LayerDoc
from dlc.layers.recurrent import KERAS_2
from dlc.types import HOLE, Dim, Kind, Type, product, total

_OPS = {"LSTM": "lstm", "GRU": "gru", "SimpleRNN": "rnn", "CuDNNLSTM": "lstm", "CuDNNGRU": "gru"}
_GATES = {"lstm": 4, "gru": 3, "rnn": 1}


@rule("Embedding")
def embedding(b: Builder, use: Use) -> str:
    """A vector for every id."""
    c = use.args.config
    values: dict[str, Any] = {"vocab": c.get("input_dim", HOLE), "dim": c.get("output_dim", HOLE)}
    length = c.get("input_length")
    if isinstance(length, int):
        values["length"] = length
    return b.add(use, "embed", values)


@rule("MultiHeadAttention")
def attention(b: Builder, use: Use) -> str:
    """Queries, values and keys, in Keras's order; widths that the catalogue's lacks keep it as it is."""
    a, kind = use.args, b.source(use)
    heads, width = a.number("num_heads", HOLE), a.number("key_dim", HOLE)
    numbers = isinstance(heads, int) and isinstance(width, int)
    dim: Any = heads * width if numbers else HOLE
    result = a.number("output_shape", kind.channels if kind is not None else HOLE)
    plain = a.get("use_bias", True) and a.number("value_dim", width) == width and not a.get("use_gate", False)
    if not numbers or not plain or result != dim or len(use.inputs) < 2:
        return b.keep(use, "its projections are of several widths, or lack a bias", kind)
    queries, values = use.inputs[:2]
    keys = use.inputs[2] if len(use.inputs) > 2 else values
    read: tuple[str, ...] = (queries, keys, values)
    if keys == values:
        read = (queries,) if queries == values else (queries, values)
    return b.add(use, "attention", {"heads": heads, "dim": dim}, read)


@rule(*_OPS)
def recurrent(b: Builder, use: Use) -> str:
    """A recurrent layer that computes what the catalogue's does; others are kept."""
    return _recurrent(b, use, bidirectional=False)


def _recurrent(b: Builder, use: Use, bidirectional: bool) -> str:
    a, op = use.args, _OPS[use.layer.kind]
    units, sequences = a.number("units", HOLE), bool(a.get("return_sequences", False))
    why = _differs(use, op)
    if why:
        return b.keep(
            use, why, _result(b, use, units, sequences, bidirectional), _count(b, use, op, bidirectional)
        )
    values = {"units": units, "return_sequences": sequences, "bidirectional": bidirectional}
    return b.add(use, op, values if op == "rnn" else {**values, "gates": _gates(use)})


def _gates(use: Use) -> str | None:
    """The gates' function; None where the language has not it, or it is somebody's own."""
    word = _gates_name(use)
    if word == "hard_sigmoid" and use.version < 3:
        return KERAS_2
    if word.rpartition(">")[2] == KERAS_2:  # what the code that dlc writes registers
        return KERAS_2
    return word if word in ("sigmoid", "hard_sigmoid") else None


def _gates_name(use: Use) -> str:
    value = use.args.get("recurrent_activation", "sigmoid")
    return str(value.get("config") if isinstance(value, Mapping) else value)


def _differs(use: Use, op: str) -> str | None:
    """What a recurrent layer does otherwise than the catalogue's; None where it does nothing."""
    a = use.args
    if a.activation() not in ("tanh", None) or (a.activation() is None and "activation" in a.config):
        return f"its activation is {a.get('activation')}"
    if not a.get("use_bias", True):
        return "it has no bias"
    if op != "rnn" and _gates(use) is None:
        return f"its gates are {_gates_name(use)}"
    if op == "gru" and not _resets_after(use):
        return "its reset gate works before the product"
    if len(use.inputs) > 1:
        return "its first state is given"
    if a.get("go_backwards", False) or a.get("return_state", False):
        return "it runs backwards or gives its state"
    return None


def _resets_after(use: Use) -> bool:
    if use.layer.kind == "CuDNNGRU":
        return True
    return bool(use.args.get("reset_after", use.version >= 3))


def _result(b: Builder, use: Use, units: Dim, sequences: bool, bidirectional: bool) -> Type:
    width = product(units, 2) if bidirectional else units
    kind = b.source(use)
    if sequences:
        return Type(Kind.SEQUENCE, (kind.shape[0] if kind is not None else HOLE, width))
    return Type(Kind.VECTOR, (width,))


def _count(b: Builder, use: Use, op: str, bidirectional: bool) -> Dim:
    kind = b.source(use)
    if kind is None:
        return HOLE
    units = use.args.number("units", HOLE)
    biases = 0 if not use.args.get("use_bias", True) else 2 if op == "gru" and _resets_after(use) else 1
    one = product(_GATES[op], units, total(kind.channels, units, biases))
    return product(2, one) if bidirectional else one


@rule("Bidirectional")
def both_ways(b: Builder, use: Use) -> str:
    """A recurrent layer that reads both ways and joins the results; other ways to merge are kept."""
    inner = _wrapped(use)
    merge = use.args.get("merge_mode", "concat")
    if inner is None or inner.layer.kind not in _OPS:
        return b.keep(use, "what it wraps is no recurrent layer that is known")
    if merge != "concat":
        units, sequences = inner.args.number("units", HOLE), bool(inner.args.get("return_sequences", False))
        op = _OPS[inner.layer.kind]
        result = _result(b, inner, units, sequences, bidirectional=False)
        return b.keep(use, f"it merges by {merge}", result, _count(b, inner, op, bidirectional=True))
    return _recurrent(b, inner, bidirectional=True)


def _wrapped(use: Use) -> Use | None:
    """The layer inside a wrapper, called on the wrapper's inputs under its name."""
    value = use.args.config.get("layer")
    if not isinstance(value, Mapping) or not isinstance(value.get("config"), Mapping):
        return None
    pointer = f"{use.layer.pointer}/config/layer"
    doc = LayerDoc(str(value["class_name"]), use.name, value["config"], (), pointer, raw=value)
    return attrs.evolve(use, layer=doc, args=Arguments(value["config"]))


_PER_STEP = {
    "Activation", "Dropout", "ReLU", "LeakyReLU", "ELU", "BatchNormalization", "Dense", "Softmax",
    "LayerNormalization",
}  # fmt: skip


@rule("TimeDistributed")
def time_distributed(b: Builder, use: Use) -> str:
    """A layer at every step: what works value by value, and windows that are one step deep."""
    inner = _wrapped(use)
    if inner is None:
        return b.keep(use, "what it wraps is not known")
    kind, source = inner.layer.kind, b.source(use)
    if kind in _PER_STEP:
        return RULES[kind](b, inner)
    if source is not None and source.kind is Kind.VOLUME and kind == "Flatten":
        shape = (source.shape[0], product(*source.shape[1:]))
        return b.add(use, "reshape", {"shape": shape})
    if source is not None and source.kind is Kind.VOLUME and kind in _DEEPER:
        return _deepened(b, inner)
    return b.keep(use, f"it applies {kind} at every step")


_DEEPER = {
    "Conv2D": "Conv3D", "Convolution2D": "Conv3D", "MaxPooling2D": "MaxPooling3D",
    "AveragePooling2D": "AveragePooling3D",
}  # fmt: skip


def _deepened(b: Builder, use: Use) -> str:
    """A window over maps as one over volumes that is a single step deep."""
    a = use.args
    config = dict(a.config)
    for name, value in (
        ("kernel_size", a.kernel(2)),
        ("strides", a.sizes("strides", 2)),
        ("pool_size", a.sizes("pool_size", 2, 2)),
    ):
        sides = value if isinstance(value, tuple) else (value, value)
        config[name] = [1, *sides]
    kind = _DEEPER[use.layer.kind]
    if "Pooling" in kind and a.get("strides") is None:
        config["strides"] = config["pool_size"]
    for old in ("nb_row", "nb_col"):
        config.pop(old, None)
    layer = attrs.evolve(use.layer, kind=kind, config=config)
    return RULES[kind](b, attrs.evolve(use, layer=layer, args=Arguments(config)))
