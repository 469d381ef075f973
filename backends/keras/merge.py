"""Rules for layers with several inputs."""

from __future__ import annotations

from dlc.backends.keras.plan import RULES, Ask

_CLASSES = {
    "add": "Add",
    "subtract": "Subtract",
    "multiply": "Multiply",
    "average": "Average",
    "maximum": "Maximum",
    "minimum": "Minimum",
}


@RULES.rule(*_CLASSES)
def _elementwise(ask: Ask) -> None:
    ask.put(_CLASSES[ask.layer.op_name], *ask.values)


@RULES.rule("concat")
def _concat(ask: Ask) -> None:
    rank = len(ask.inputs[0].shape)
    axis = ask.layer.axis
    ask.put("Concatenate", *ask.values, axis=-1 if axis == rank else axis)


@RULES.rule("dot")
def _dot(ask: Ask) -> None:
    """Axes count as in Keras, whose pairs are never negative."""
    axes = tuple(
        len(given.shape) + 1 + axis if isinstance(axis, int) and axis < 0 else axis
        for axis, given in zip(ask.layer.axis, ask.inputs, strict=True)
    )
    ask.put("Dot", *ask.values, axes=axes[0] if axes[0] == axes[1] else axes)
