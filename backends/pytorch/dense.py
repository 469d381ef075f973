"""Rules for fully connected layers and tables of vectors."""

from __future__ import annotations

from dlc.backends.pytorch.conv import biased
from dlc.backends.pytorch.plan import RULES, Ask, Form, Function, Layout, Made
from dlc.backends.pytorch.weights import Part, Weight
from dlc.types import Kind


@RULES.rule("dense")
def _dense(ask: Ask) -> None:
    """The units of a flattened map stand as they lie in memory: the weight's columns do too."""
    known = ask.inputs[0]
    if known.type.kind is Kind.IDS:
        ask.put((), function=Function("float", Form.METHOD))
    weight = Weight("weight", (Part("kernel", (1, 0), units=known.order),))
    sizes = known.channels, ask.layer.units
    ask.put(Made("nn.Linear", sizes, {"bias": ask.layer.bias}, biased(ask.layer.bias, weight)))


@RULES.rule("embed")
def _embed(ask: Ask) -> None:
    if ask.inputs[0].type.kind is not Kind.IDS:
        ask.put((), function=Function("long", Form.METHOD))
    weight = Weight("weight", (Part("embeddings", (0, 1)),))
    ask.put(Made("nn.Embedding", (ask.layer.vocab, ask.layer.dim), weights=(weight,)))
    ask.layout = Layout.LAST
