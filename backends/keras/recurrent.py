"""Rules for recurrent layers and attention."""

from __future__ import annotations

from typing import Any

from dlc.backends.keras.plan import RULES, Ask, Brought, KerasLayer, Refused, is_symbolic

_CLASSES = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


@RULES.rule("rnn")
@RULES.rule("lstm", "gru", only="as JSON, gates that are no hard sigmoids of Keras 2")
def _recurrent(ask: Ask) -> None:
    layer = ask.layer
    cls = _CLASSES[layer.op_name]
    arguments = {"units": layer.units, "return_sequences": layer.return_sequences, **_gates(ask)}
    if layer.bidirectional:
        ask.put("Bidirectional", layer=KerasLayer(cls, arguments))
    else:
        ask.put(cls, **arguments)


def _gates(ask: Ask) -> dict[str, Any]:
    """The gates' function where it is no sigmoid: Keras 2 and 3 mean different ones by `hard_sigmoid`."""
    gates = ask.layer.attributes().get("gates", "sigmoid")
    if is_symbolic(gates):
        raise Refused("the function of its gates depends on parameters")
    if gates == "sigmoid":
        return {}
    if ask.as_source:
        return {"recurrent_activation": Brought(gates)}
    if gates != "hard_sigmoid":
        raise Refused("Keras 3 has no hard sigmoid with a slope of 0.2, as that of Keras 2, for its gates")
    return {"recurrent_activation": gates}


@RULES.rule("attention")
def _attention(ask: Ask) -> None:
    """Keras takes queries, values, keys in this order, and the width of one head."""
    heads, dim = ask.layer.heads, ask.layer.dim
    if is_symbolic((heads, dim)):
        raise Refused("the width of its heads depends on parameters")
    values = {1: (-1, -1), 2: (-1, -2), 3: (-1, -3, -2)}[len(ask.inputs)]
    width = None if dim == ask.inputs[0].channels else dim
    ask.put("MultiHeadAttention", *values, num_heads=heads, key_dim=dim // heads, output_shape=width)
