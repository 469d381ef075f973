"""Rules for activations."""

from __future__ import annotations

from fractions import Fraction

from dlc.backends.keras.plan import RULES, Ask

# Activations that Keras 2 and 3 define as the catalogue does, by the word that both know.
_WORDS = {
    "relu": "relu",
    "selu": "selu",
    "gelu": "gelu",
    "silu": "swish",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "softplus": "softplus",
    "softsign": "softsign",
    "linear": "linear",
}


@RULES.rule(*_WORDS)
def word(ask: Ask) -> None:
    ask.put("Activation", activation=_WORDS[ask.layer.op_name])


@RULES.rule("relu6")
def relu6(ask: Ask) -> None:
    ask.put("ReLU", max_value=6.0)


@RULES.rule("leaky_relu")
def leaky_relu(ask: Ask) -> None:
    ask.put("LeakyReLU", negative_slope=ask.layer.slope)


@RULES.rule("prelu")
def prelu(ask: Ask) -> None:
    """One slope a channel: shared along all other axes."""
    spatial = len(ask.inputs[0].spatial)
    ask.put("PReLU", shared_axes=list(range(1, spatial + 1)) or None)


@RULES.rule("elu")
def elu(ask: Ask) -> None:
    ask.put("ELU", alpha=ask.layer.slope)


@RULES.rule("softmax")
def softmax(ask: Ask) -> None:
    axis = ask.layer.axis
    if axis in (-1, len(ask.inputs[0].shape)):
        ask.put("Activation", activation="softmax")
    else:
        ask.put("Softmax", axis=axis)


@RULES.rule("hard_sigmoid")
def hard_sigmoid(ask: Ask) -> None:
    _gate(ask)


@RULES.rule("hard_silu")
def hard_silu(ask: Ask) -> None:
    gate = _gate(ask)
    ask.put("Multiply", -1, gate)


def _gate(ask: Ask) -> int:
    """min(max(x / 6 + 1 / 2, 0), 1): Keras 2 and 3 mean different functions by `hard_sigmoid`."""
    line = ask.put("Rescaling", role="line", scale=Fraction(1, 6), offset=0.5)
    return ask.put("ReLU", line, role="gate", max_value=1.0)
