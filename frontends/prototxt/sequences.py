"""Rules for sequences: Embed, LSTM and RNN, whose blobs have time first (T, N, ...).

Facts: BVLC Caffe, embed_layer.cpp, recurrent_layer.cpp, lstm_layer.cpp.
"""

from __future__ import annotations

from dlc.diagnostics import Severity, codes
from dlc.frontends.prototxt.builder import Builder, Source
from dlc.frontends.prototxt.registry import rule
from dlc.types import HOLE, Dim, Kind, Type, product, total


@rule("Embed")
def embed(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """A vector for every id; one with a bias, which the catalogue's lacks, is kept."""
    param = source.param("embed_param")
    kind = b.type_of(inputs[0])
    dim = param.get("num_output", HOLE)
    ids = kind is not None and kind.kind in (Kind.IDS, Kind.VECTOR)
    if param.get("bias_term", True) or not ids:
        steps = kind.shape[0] if kind is not None else HOLE
        message = f"Embed {source.name} is kept as it is: it adds a bias"
        b.note(codes.LAYER_KEPT, message, source, Severity.WARNING)
        count = total(product(param.get("input_dim", HOLE), dim), dim)
        return b.opaque(source, inputs, [Type(Kind.SEQUENCE, (steps, dim))], count)
    values = {"vocab": param.get("input_dim", HOLE), "dim": dim}
    return [b.add("embed", values, inputs, source.name, source=source)]


@rule("LSTM")
def lstm(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """The state at every step; the second bottom, which marks where sequences go on, is outside."""
    param = source.param("recurrent_param")
    kind = b.type_of(inputs[0])
    value = inputs[0]
    if (kind is not None and kind.kind is not Kind.SEQUENCE) or len(inputs) > 2 or len(source.tops) > 1:
        units = param.get("num_output", HOLE)
        return b.opaque(source, inputs, [_states(kind, units)], _weights(b, inputs, units))
    values = {"units": param.get("num_output", HOLE), "return_sequences": True}
    return [b.add("lstm", values, [value], source.name, source=source)]


def _weights(b: Builder, inputs: list[str], units: Dim) -> Dim:
    """Four gates over the input, the state, a bias, and a third bottom that is the same at every step."""
    widths = [t.channels for i in (inputs[:1] + inputs[1:][-1:]) if (t := b.type_of(i)) is not None]
    if len(widths) < len(inputs[:2]):
        return HOLE
    return product(4, units, total(*widths, units, 1))


def _states(kind: Type | None, width: Dim) -> Type:
    return Type(Kind.SEQUENCE, (kind.shape[0] if kind is not None else HOLE, width))


@rule("RNN")
def rnn(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Kept: Caffe's RNN has weights for its output besides the state's."""
    kind = b.type_of(inputs[0])
    width = source.param("recurrent_param").get("num_output", HOLE)
    message = f"RNN {source.name} is kept as it is: it has an output layer of its own"
    b.note(codes.LAYER_KEPT, message, source, Severity.WARNING)
    return b.opaque(source, inputs, [_states(kind, width)])
