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
def elementwise(ask: Ask) -> None:
    if len(ask.inputs) == 1:
        ask.put("Activation", activation="linear")
    else:
        ask.put(_CLASSES[ask.layer.op_name], *ask.values)


@RULES.rule("concat")
def concat(ask: Ask) -> None:
    if len(ask.inputs) == 1:
        ask.put("Activation", activation="linear")
    else:
        ask.put("Concatenate", *ask.values, axis=ask.layer.axis)


@RULES.rule("dot")
def dot(ask: Ask) -> None:
    ask.put("Dot", *ask.values, axes=ask.layer.axis)
