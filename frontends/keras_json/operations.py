"""Rules for functions that are applied to values as layers are: arithmetic with numbers, and parts of values.

Facts: keras/src/ops/operation.py and keras/src/saving/serialization_lib.py of Keras 3; TFOpLambda of tf.keras.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from dlc.frontends.keras_json.builder import Builder, Use, rule
from dlc.types import Type

_FUNCTIONS = {
    "add": "Add",
    "subtract": "Subtract",
    "sub": "Subtract",
    "multiply": "Multiply",
    "mul": "Multiply",
    "truediv": "TrueDivide",
    "divide": "TrueDivide",
}


def with_number(b: Builder, use: Use, kind: str) -> str | None:
    """The value of `kind` ("Add", ...) of one tensor and a number, as a rescaling; None where that is not
    what the call says."""
    found = _number(use)
    if found is None:
        return None
    number, first = found
    values = _rescaling(kind, number, first)
    if values is None:
        return b.same(use, f"it is {kind.lower()} with {number}")
    return b.add(use, "rescale", values)


def _rescaling(kind: str, number: float, first: bool) -> dict[str, float] | None:
    """Scale and offset that do the same as an operator with a number, which may stand first."""
    if kind == "Add":
        return {"offset": number}
    if kind == "Multiply":
        return {"scale": number}
    if kind == "Subtract":
        return {"scale": -1.0, "offset": number} if first else {"offset": -number}
    if kind == "TrueDivide" and number and not first:
        return {"scale": 1 / number}
    return None


def _number(use: Use) -> tuple[float, bool] | None:
    """The one number among a call's operands, and whether it stands before the tensor."""
    call = use.call_document
    if isinstance(call, Mapping):
        operands = call.get("args")
        numbers = [(v, i == 0) for i, v in enumerate(operands) if _is_number(v)] if _lists(operands) else []
        return (float(numbers[0][0]), numbers[0][1]) if len(numbers) == 1 == len(use.inputs) else None
    keywords = call[0][3] if _lists(call) and call and _lists(call[0]) and len(call[0]) > 3 else None
    value = keywords.get("y") if isinstance(keywords, Mapping) else None
    return (float(value), False) if _is_number(value) and len(use.inputs) == 1 else None


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _lists(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


@rule("TrueDivide", "Divide")
def divide(b: Builder, use: Use) -> str:
    """Division by a number."""
    return with_number(b, use, "TrueDivide") or b.same(use, "it divides by no number")


@rule("Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual")
def compared(b: Builder, use: Use) -> str:
    """Masks of Keras 3, made where a layer is called."""
    return b.same(use, "it compares")


@rule("Negative")
def negative(b: Builder, use: Use) -> str:
    """-x."""
    return b.add(use, "rescale", {"scale": -1.0})


@rule("TFOpLambda", "SlicingOpLambda")
def function(b: Builder, use: Use) -> str:
    """A function of TensorFlow by its name: arithmetic with a number, or of two tensors."""
    name = str(use.args.get("function", ""))
    kind = _FUNCTIONS.get(name.rsplit(".", 1)[-1].strip("_"))
    if kind is None or len(use.inputs) != 1:
        return b.keep(use, f"its function is {name}")
    return with_number(b, use, kind) or b.keep(use, f"its function is {name}")


@rule("GetItem")
def get_item(b: Builder, use: Use) -> str:
    """Parts of axes, a slice each; where axes go, or steps are taken, it is kept."""
    call, kind = use.call_document, b.source(use)
    index = call["args"][1] if isinstance(call, Mapping) and _lists(call.get("args")) else None
    parts = _parts(index, kind) if kind is not None else None
    if kind is None or not parts:
        return b.keep(use, "it takes values by their places", parameters=0)
    value = use.inputs[0]
    for number, (axis, start, size) in enumerate(parts, 1):
        last = number == len(parts)
        name = use.name if last else f"{use.name}_axis{axis}"
        where = {} if axis == len(kind.shape) else {"axis": axis}
        values = {"start": start, "size": size, **where}
        value = b.add(use, "slice", values, [value], name, inferred=not last)
    return value


def _parts(index: Any, kind: Type) -> list[tuple[int, int, int]] | None:
    """Axis (from 1), start and size of every axis that is cut; None where an index does something else."""
    items = index if _lists(index) else [index]
    rank = len(kind.shape) + 1
    filled = _without_ellipsis(items, rank)
    found = []
    for axis, item in enumerate(filled or ()):
        part = (
            item.get("config", {})
            if isinstance(item, Mapping) and item.get("class_name") == "__slice__"
            else None
        )
        if part is None or part.get("step") not in (None, 1):
            return None
        start, stop = part.get("start"), part.get("stop")
        if (start, stop) == (None, None):
            continue
        size = kind.shape[axis - 1] if axis else None
        if not isinstance(size, int):
            return None
        low, high, _ = slice(start, stop).indices(size)
        found.append((axis, low, high - low))
    return found


def _without_ellipsis(items: Sequence[Any], rank: int) -> list[Any] | None:
    whole = {"class_name": "__slice__", "config": {}}
    at = next((i for i, v in enumerate(items) if _is_ellipsis(v)), None)
    if at is None:
        return [*items, *[whole] * (rank - len(items))]
    return [*items[:at], *[whole] * (rank - len(items) + 1), *items[at + 1 :]]


def _is_ellipsis(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("class_name") == "__ellipsis__"
