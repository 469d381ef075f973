"""Arithmetic of shapes: what exporters write to say a size is calculated here, with symbols where sizes are.

A folded value is a numpy array; of object type where it holds dimensions that are no numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from dlc.frontends.onnx.document import Operator
from dlc.frontends.onnx.tensors import SMALL, Initialiser
from dlc.types import HOLE, Dim, Expr, Hole

Array = Any
Fold = Callable[[Operator, Sequence[Array], int], Array]
_FOLDS: dict[str, Fold] = {}


class CannotFold(Exception):
    """The result is not known, or too large to be calculated here."""


def foldable(kind: str) -> bool:
    """Whether operators of a kind can be calculated from constants."""
    return kind in _FOLDS


def fold(op: Operator, values: Sequence[Array], opset: int) -> Array:
    """The result of an operator all of whose inputs are constants; None stands for those left out.

    Raises CannotFold.
    """
    if any(v is not None and v.size > SMALL for v in values):
        raise CannotFold
    try:
        made = _FOLDS[op.kind](op, values, opset)
    except (ValueError, TypeError, IndexError, ZeroDivisionError, OverflowError, MemoryError):
        raise CannotFold from None
    if made.size > SMALL:
        raise CannotFold
    return made


def dims_array(dims: Sequence[Dim]) -> Array:
    """Dimensions as a list of numbers; of objects where some are symbols. Raises CannotFold at holes."""
    import numpy as np

    if any(isinstance(d, Hole) for d in dims):
        raise CannotFold
    if all(isinstance(d, int) for d in dims):
        return np.array(dims, np.int64)
    made = np.empty(len(dims), object)
    made[:] = dims
    return made


def as_dims(array: Array) -> tuple[Dim, ...]:
    """A folded list as dimensions."""
    return tuple(_dim(value) for value in array.reshape(-1).tolist())


def _dim(value: Any) -> Dim:
    if isinstance(value, Expr | Hole):
        return value
    return int(value) if float(value).is_integer() else HOLE


#: Operators that only arrange a constant.
ARRANGE = frozenset({"Reshape", "Transpose", "Squeeze", "Unsqueeze", "Identity"})


def arranged_dims(op: Operator, dims: tuple[int, ...], others: Sequence[Array]) -> tuple[int, ...] | None:
    """The dimensions of a constant after an operator that only arranges it; None where that fails."""
    import numpy as np

    if op.kind == "Transpose" and "perm" not in op.attributes:
        return None
    shown = np.broadcast_to(np.int8(0), dims)  # takes no memory, whatever the dimensions are
    try:
        if op.kind == "Reshape":
            asked = [dims[i] if n == 0 else int(n) for i, n in enumerate(others[0].reshape(-1))]
            rest = math.prod(n for n in asked if n != -1)
            return tuple(math.prod(dims) // rest if n == -1 else n for n in asked)
        made = _FOLDS[op.kind](op, (shown, *others), 13)
    except (ValueError, TypeError, IndexError, ZeroDivisionError, OverflowError):
        return None
    return tuple(made.shape)


def _fold(*kinds: str) -> Callable[[Fold], Fold]:
    def register(function: Fold) -> Fold:
        _FOLDS.update(dict.fromkeys(kinds, function))
        return function

    return register


@_fold("Constant")
def _constant(op: Operator, values: Sequence[Array], opset: int) -> Array:
    import numpy as np

    held = op.attributes
    if isinstance(held.get("value"), Initialiser):
        if held["value"].problem() is not None or held["value"].count > SMALL:
            raise CannotFold
        return held["value"].array()
    for key, kind in (("value_float", np.float32), ("value_floats", np.float32)):
        if key in held:
            return np.array(held[key], kind)
    for key in ("value_int", "value_ints"):
        if key in held:
            return np.array(held[key], np.int64)
    raise CannotFold


@_fold("Identity", "Floor", "Ceil")
def _same(op: Operator, values: Sequence[Array], opset: int) -> Array:
    import numpy as np

    (given, *_) = values
    if given.dtype == object or op.kind == "Identity":
        return given
    return np.floor(given) if op.kind == "Floor" else np.ceil(given)


@_fold("Cast")
def _cast(op: Operator, values: Sequence[Array], opset: int) -> Array:
    from onnx import helper

    (given, *_) = values
    if given.dtype == object:
        return given
    return given.astype(helper.tensor_dtype_to_np_dtype(op.attributes["to"]))


@_fold("Add", "Sub", "Mul", "Div", "Mod", "Min", "Max", "Neg", "Sqrt", "Pow")
def _arithmetic(op: Operator, values: Sequence[Array], opset: int) -> Array:
    import numpy as np

    a = values[0]
    b = values[1] if len(values) > 1 else None
    whole = a.dtype == object or np.issubdtype(a.dtype, np.integer)
    divide = np.floor_divide if whole else np.true_divide
    functions: dict[str, Any] = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": divide}
    functions |= {"Mod": np.mod, "Min": np.minimum, "Max": np.maximum, "Pow": np.power}
    if op.kind in functions:
        return np.asarray(functions[op.kind](a, b))
    return np.asarray(np.negative(a) if op.kind == "Neg" else np.sqrt(a))


@_fold("Concat")
def _concat(op: Operator, values: Sequence[Array], opset: int) -> Array:
    import numpy as np

    return np.concatenate([np.asarray(v) for v in values], op.attributes.get("axis", 0))


@_fold("Gather")
def _gather(op: Operator, values: Sequence[Array], opset: int) -> Array:
    import numpy as np

    return np.asarray(np.take(values[0], values[1].astype(np.int64), op.attributes.get("axis", 0)))


@_fold("Unsqueeze")
def _unsqueeze(op: Operator, values: Sequence[Array], opset: int) -> Array:
    import numpy as np

    return np.expand_dims(values[0], tuple(_axes(op, values)))


@_fold("Squeeze")
def _squeeze(op: Operator, values: Sequence[Array], opset: int) -> Array:
    import numpy as np

    return np.squeeze(values[0], tuple(_axes(op, values)) or None)


def _axes(op: Operator, values: Sequence[Array]) -> list[int]:
    """Axes, which are an attribute before opset 13 and an input since."""
    if len(values) > 1 and values[1] is not None:
        return [int(v) for v in values[1].reshape(-1)]
    return list(op.attributes.get("axes", ()))


@_fold("Slice")
def _slice(op: Operator, values: Sequence[Array], opset: int) -> Array:
    given = values[0]
    if "starts" in op.attributes:
        starts, ends = op.attributes["starts"], op.attributes["ends"]
        axes, steps = op.attributes.get("axes", range(len(starts))), [1] * len(starts)
    else:
        lists = [None if v is None else [int(n) for n in v.reshape(-1)] for v in values[1:]]
        starts, ends = lists[0] or [], lists[1] or []
        axes = lists[2] if len(lists) > 2 and lists[2] is not None else range(len(starts))
        steps = lists[3] if len(lists) > 3 and lists[3] is not None else [1] * len(starts)
    cuts = [slice(None)] * given.ndim
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        cuts[axis] = slice(start, end if abs(end) < 2**31 - 1 or step > 0 else None, step)
    return given[tuple(cuts)]


@_fold("Reshape")
def _reshape(op: Operator, values: Sequence[Array], opset: int) -> Array:
    return values[0].reshape([int(n) for n in values[1]])


@_fold("Transpose")
def _transpose(op: Operator, values: Sequence[Array], opset: int) -> Array:
    return values[0].transpose(op.attributes.get("perm"))


@_fold("ReduceProd")
def _product(op: Operator, values: Sequence[Array], opset: int) -> Array:
    import numpy as np

    made = np.prod(values[0])
    return np.asarray(made).reshape((1,) if op.attributes.get("keepdims", 1) else ())


@_fold("ConstantOfShape")
def _of_shape(op: Operator, values: Sequence[Array], opset: int) -> Array:
    import numpy as np

    held = op.attributes.get("value")
    shape = [int(n) for n in values[0]]
    if any(n < 0 for n in shape) or np.prod(shape, dtype=float) > SMALL:
        raise CannotFold
    fill = held.array().reshape(-1)[0] if isinstance(held, Initialiser) else np.float32(0)
    return np.full(shape, fill)


@_fold("Range")
def _range(op: Operator, values: Sequence[Array], opset: int) -> Array:
    import numpy as np

    start, stop, step = (v.reshape(-1)[0] for v in values)
    if (stop - start) / step > SMALL:
        raise CannotFold
    return np.arange(start, stop, step)


@_fold("Equal", "Where", "Expand")
def _chosen(op: Operator, values: Sequence[Array], opset: int) -> Array:
    import numpy as np

    if op.kind == "Equal":
        return np.asarray(np.equal(values[0], values[1]))
    if op.kind == "Where":
        return np.where(values[0].astype(bool), values[1], values[2])
    shape = [int(n) for n in values[1]]
    if np.prod(np.maximum(shape, 1), dtype=float) > SMALL:
        raise CannotFold
    return np.broadcast_to(values[0], np.broadcast_shapes(values[0].shape, tuple(shape)))
