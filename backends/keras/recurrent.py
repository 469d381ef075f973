"""Rules for recurrent layers and attention."""

from __future__ import annotations

from dlc.backends.keras.plan import RULES, Ask, KerasLayer, Refused, is_symbolic

_CLASSES = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


@RULES.rule(*_CLASSES)
def _recurrent(ask: Ask) -> None:
    layer = ask.layer
    cls = _CLASSES[layer.op_name]
    arguments = {"units": layer.units, "return_sequences": layer.return_sequences}
    if layer.bidirectional:
        ask.put("Bidirectional", layer=KerasLayer(cls, arguments))
    else:
        ask.put(cls, **arguments)


@RULES.rule("attention")
def _attention(ask: Ask) -> None:
    """Keras takes queries, values, keys in this order, and the width of one head."""
    heads, dim = ask.layer.heads, ask.layer.dim
    if is_symbolic((heads, dim)):
        raise Refused("the width of its heads depends on parameters")
    values = {1: (-1, -1), 2: (-1, -2), 3: (-1, -3, -2)}[len(ask.inputs)]
    width = None if dim == ask.inputs[0].channels else dim
    ask.put("MultiHeadAttention", *values, num_heads=heads, key_dim=dim // heads, output_shape=width)
