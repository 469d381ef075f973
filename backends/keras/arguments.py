"""A Keras layer's arguments as source text: defaults left out, `3` for `(3, 3)`, first ones without names."""

from __future__ import annotations

from typing import Any

from dlc.backends.keras.classes import CLASSES
from dlc.backends.keras.plan import Brought, KerasLayer
from dlc.backends.python.layout import Argument, Call
from dlc.backends.python.text import literal

_SIZES = frozenset(
    {"kernel_size", "strides", "dilation_rate", "pool_size", "size", "output_padding", "padding", "cropping"}
)


def construct(layer: KerasLayer, name: str | None) -> Call:
    """The call that makes the layer; `name` is the text of its name's expression, where it has one."""
    made: list[Argument] = [_argument(layer, argument, value) for argument, value in _stated(layer).items()]
    if name is not None:
        made.append(f"name={name}")
    module = "layers." if layer.cls in CLASSES else ""
    return Call(f"{module}{layer.cls}", tuple(made))


def _stated(layer: KerasLayer) -> dict[str, Any]:
    """The arguments that differ from Keras's defaults."""
    known = CLASSES.get(layer.cls)
    if known is None:
        return dict(layer.arguments)
    stated = {k: v for k, v in layer.arguments.items() if v != known.config.get(k)}
    if "strides" in stated and stated["strides"] == layer.arguments.get("pool_size"):
        del stated["strides"]
    return stated


def _argument(layer: KerasLayer, argument: str, value: Any) -> Argument:
    known = CLASSES.get(layer.cls)
    if isinstance(value, KerasLayer):
        made: Argument = construct(value, None)
    elif isinstance(value, Brought):
        made = value.name
    else:
        made = literal(_shortest(value) if argument in _SIZES else value)
    if known is not None and argument in known.positional:
        return made
    return (f"{argument}=", made) if isinstance(made, Call) else f"{argument}={made}"


def _shortest(value: Any) -> Any:
    """One number for sizes that are all the same, one a pair for margins: `((1, 1), (0, 0))` is `(1, 0)`."""
    if not isinstance(value, tuple):
        return value
    if all(isinstance(v, tuple) and v[0] == v[1] for v in value):
        value = tuple(v[0] for v in value)
    if all(v == value[0] for v in value) and not isinstance(value[0], tuple):
        return value[0]
    return value
