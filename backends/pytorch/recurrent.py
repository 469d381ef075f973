"""Rules for recurrent layers and attention."""

from __future__ import annotations

from typing import Any

from dlc.backends.pytorch.plan import RULES, Ask, Form, Function, Layout, Made, Refused, is_symbolic
from dlc.backends.pytorch.weights import Part, Weight
from dlc.layers.recurrent import HARD_GATES

_CLASSES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
_RESET_FIRST = (1, 0, 2)  # PyTorch's gates of a GRU are r, z, n


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
    gates = _RESET_FIRST if op == "gru" else ()
    found = []
    for before, after in (("", ""), ("backward_", "_reverse"))[: 1 + bidirectional]:
        for name, role in (("weight_ih_l0", "kernel"), ("weight_hh_l0", "recurrent_kernel")):
            found.append(Weight(name + after, (Part(before + role, (1, 0), gates=gates),)))
        for row, name in enumerate(("bias_ih_l0", "bias_hh_l0")):
            part = Part(f"{before}bias", gates=gates, row=row if op == "gru" else None)
            found.append(Weight(name + after, (part,), added=bool(row) and op != "gru"))
    return found


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
    kernels = [Part(f"{word}_kernel", (1, 0)) for word in _WORDS]
    if alike:
        found = [Weight("in_proj_weight", tuple(kernels))]
    else:
        found = [
            Weight(f"{word[0]}_proj_weight", (part,)) for word, part in zip(_WORDS, kernels, strict=True)
        ]
    found.append(Weight("in_proj_bias", tuple(Part(f"{word}_bias") for word in _WORDS)))
    return [*found, *_linear("out_proj", "output")]


def _apart() -> list[Weight]:
    return [weight for word in (*_WORDS, "output") for weight in _linear(word, word)]


def _linear(name: str, word: str) -> list[Weight]:
    kernel: Any = Part(f"{word}_kernel", (1, 0))
    return [Weight(f"{name}.weight", (kernel,)), Weight(f"{name}.bias", (Part(f"{word}_bias"),))]
