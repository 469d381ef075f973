"""Rules for recurrent layers and attention."""

from __future__ import annotations

from dlc.backends.keras.plan import RULES, Ask, KerasLayer

_CLASSES = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


@RULES.rule(*_CLASSES)
def recurrent(ask: Ask) -> None:
    layer = ask.layer
    cls = _CLASSES[layer.op_name]
    arguments = {"units": layer.units, "return_sequences": layer.return_sequences}
    if layer.bidirectional:
        ask.put("Bidirectional", layer=KerasLayer(cls, arguments))
    else:
        ask.put(cls, **arguments)


@RULES.rule("attention")
def attention(ask: Ask) -> None:
    ask.put("MultiHeadAttention", -1, -1, num_heads=ask.layer.heads, key_dim=ask.layer.dim)
