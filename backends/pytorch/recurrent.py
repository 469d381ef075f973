"""Rules for recurrent layers and attention."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from dlc.backends.pytorch.plan import RULES, Ask, Form, Function, Layout, Made, Refused, is_symbolic
from dlc.backends.pytorch.weights import Weight, linear, one, several
from dlc.backends.stored import Placing, biases, gates, units_first
from dlc.layers.recurrent import HARD_GATES

_CLASSES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
_GATES = {"rnn": (0,), "lstm": (0, 1, 2, 3), "gru": (1, 0, 2)}  # of a GRU PyTorch has r, z, n


@RULES.rule(*_CLASSES)
def _recurrent(ask: Ask) -> None:
    layer, op = ask.layer, ask.exact.op_name
    gates = layer.attributes().get("gates", "sigmoid")
    if is_symbolic((layer.return_sequences, layer.bidirectional, gates)):
        raise Refused("what it gives depends on parameters")
    ask.laid(Layout.LAST)
    hard = HARD_GATES.get(gates)
    made = Made(
        f"{'nn.' if hard is None else 'Hard'}{_CLASSES[op]}",
        (ask.inputs[0].channels, layer.units),
        {
            **({"batch_first": True} if hard is None else {"slope": hard}),
            "bidirectional": layer.bidirectional,
        },
        tuple(_weights(op, layer.bidirectional)),
    )
    if layer.return_sequences:
        ask.put(made, target="{}, _")
        return
    state = ask.put(made, target="_, ({}, _)" if op == "lstm" and hard is None else "_, {}")
    if layer.bidirectional:
        swapped = ask.put((), state, function=Function("transpose", Form.METHOD, (0, 1)))
        ask.put((), swapped, function=Function("flatten", Form.METHOD, (1,)))
    else:
        ask.put((), state, function=Function("0", Form.INDEX))


def _weights(op: str, bidirectional: bool) -> list[Weight]:
    found = []
    for before, after in (("", ""), ("backward_", "_reverse"))[: 1 + bidirectional]:
        for name, role in (("weight_ih_l0", "kernel"), ("weight_hh_l0", "recurrent_kernel")):
            found.append(one(name + after, before + role, partial(gates, order=_GATES[op])))
        for row, name in enumerate(("bias_ih_l0", "bias_hh_l0")):
            found.append(one(name + after, f"{before}bias", _bias(row, _GATES[op])))
    return found


def _bias(row: int, order: Sequence[int]) -> Placing:
    return lambda key, node, bias: biases(key, node, bias, order)[row]


@RULES.rule("attention")
def _attention(ask: Ask) -> None:
    """PyTorch's own where queries are as wide as the result."""
    heads, dim = ask.layer.heads, ask.layer.dim
    roles = {1: (0, 0, 0), 2: (0, 1, 1), 3: (0, 1, 2)}[len(ask.inputs)]
    laid = {index: ask.laid(Layout.LAST, index) for index in range(len(ask.inputs))}
    values = tuple(laid[index] for index in roles)
    widths = [ask.inputs[index].type.channels for index in roles]
    given = [ask.inputs[index].channels for index in roles]
    if widths[0] != ask.exact.dim:
        ask.put(Made("Attention", (*given, heads, dim), weights=tuple(_apart())), *values)
        return
    alike = all(width == widths[0] for width in widths)
    sizes = {} if alike else {"kdim": given[1], "vdim": given[2]}
    ask.put(
        Made("nn.MultiheadAttention", (dim, heads), {**sizes, "batch_first": True}, tuple(_joined(alike))),
        *values,
        target="{}, _",
        extra=("need_weights=False",),
    )


_WORDS = ("query", "key", "value")


def _joined(alike: bool) -> list[Weight]:
    kernels = [f"{word}_kernel" for word in _WORDS]
    if alike:
        found = [several("in_proj_weight", kernels, units_first)]
    else:
        found = [linear(f"{word[0]}_proj_weight", role) for word, role in zip(_WORDS, kernels, strict=True)]
    found.append(several("in_proj_bias", [f"{word}_bias" for word in _WORDS]))
    return [*found, *_linear("out_proj", "output")]


def _apart() -> list[Weight]:
    return [weight for word in (*_WORDS, "output") for weight in _linear(word, word)]


def _linear(name: str, word: str) -> list[Weight]:
    return [linear(f"{name}.weight", f"{word}_kernel"), one(f"{name}.bias", f"{word}_bias")]
