"""Rules for fully connected layers and tables of vectors."""

from __future__ import annotations

from dlc.backends.pytorch.conv import biased
from dlc.backends.pytorch.plan import RULES, Ask, Form, Function, Layout, Made
from dlc.backends.pytorch.weights import linear, one
from dlc.types import Kind


@RULES.rule("dense")
def _dense(ask: Ask) -> None:
    """The units of a flattened map stand as they lie in memory: the weight's columns do too."""
    known = ask.inputs[0]
    if known.type.kind is Kind.IDS:
        ask.put((), function=Function("float", Form.METHOD))
    weight = linear("weight", "kernel", known.order)
    sizes = known.channels, ask.layer.units
    ask.put(Made("nn.Linear", sizes, {"bias": ask.layer.bias}, biased(ask.layer.bias, weight)))


@RULES.rule("embed")
def _embed(ask: Ask) -> None:
    if ask.inputs[0].type.kind is not Kind.IDS:
        ask.put((), function=Function("long", Form.METHOD))
    weights = (one("weight", "embeddings"),)
    ask.put(Made("nn.Embedding", (ask.layer.vocab, ask.layer.dim), weights=weights))
    ask.layout = Layout.LAST
