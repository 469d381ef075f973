"""Rules for activations."""

from __future__ import annotations

from fractions import Fraction

from dlc.backends.keras.plan import RULES, Ask

# Activations that Keras 2 and 3 define as the catalogue does, by the word that both know.
_WORDS = {
    "relu": "relu",
    "selu": "selu",
    "gelu": "gelu",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "softplus": "softplus",
    "softsign": "softsign",
    "linear": "linear",
}


@RULES.rule(*_WORDS)
def _word(ask: Ask) -> None:
    ask.put("Activation", activation=_WORDS[ask.layer.op_name])


@RULES.rule("silu")
def _silu(ask: Ask) -> None:
    """Keras 2 has it under its other name, which Keras 3 understands but does not write."""
    ask.put("Activation", activation="swish" if ask.as_source else "silu")


@RULES.rule("relu6")
def _relu6(ask: Ask) -> None:
    ask.put("ReLU", max_value=6.0)


@RULES.rule("leaky_relu")
def _leaky_relu(ask: Ask) -> None:
    ask.put("LeakyReLU", negative_slope=ask.layer.slope)


@RULES.rule("prelu")
def _prelu(ask: Ask) -> None:
    """One slope a channel: shared along all other axes."""
    spatial = len(ask.inputs[0].spatial)
    ask.put("PReLU", shared_axes=list(range(1, spatial + 1)) or None)


@RULES.rule("elu")
def _elu(ask: Ask) -> None:
    if ask.layer.slope == 1.0:
        ask.put("Activation", activation="elu")
    else:
        ask.put("ELU", alpha=ask.layer.slope)


@RULES.rule("softmax")
def _softmax(ask: Ask) -> None:
    axis = ask.layer.axis
    if axis in (-1, len(ask.inputs[0].shape)):
        ask.put("Activation", activation="softmax")
    else:
        ask.put("Softmax", axis=axis)


@RULES.rule("hard_sigmoid")
def _hard_sigmoid(ask: Ask) -> None:
    _gate(ask)


@RULES.rule("hard_silu")
def _hard_silu(ask: Ask) -> None:
    gate = _gate(ask)
    ask.put("Multiply", -1, gate)


def _gate(ask: Ask) -> int:
    """min(max(x / 6 + 1 / 2, 0), 1): Keras 2 and 3 mean different functions by `hard_sigmoid`."""
    line = ask.put("Rescaling", role="line", scale=Fraction(1, 6), offset=0.5)
    return ask.put("ReLU", line, role="gate", max_value=1.0)
