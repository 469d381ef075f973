"""From an ONNX model to a net: constants calculated, groups of operators joined, a rule for every operator."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import attrs

from dlc.diagnostics import Diagnostic, DlcError, FileSpan, PointerSpan, codes
from dlc.frontends.onnx import (  # noqa: F401  (each registers its rules)
    dense,
    elementwise,
    norm,
    sequences,
    shapes,
    windows,
)
from dlc.frontends.onnx.builder import Builder, Derived, Unclear
from dlc.frontends.onnx.document import Document, Operator, Tensor, parse
from dlc.frontends.onnx.fold import ARRANGE, CannotFold, arranged_dims, as_dims, dims_array, fold, foldable
from dlc.frontends.onnx.patterns import replaced
from dlc.frontends.onnx.registry import RULES
from dlc.frontends.onnx.views import BATCH, ONE, OUTER, View, first, natural, steps
from dlc.ir import Module, Net
from dlc.layers.shape import KIND_OF_RANK
from dlc.types import HOLE, Dim, Kind, Type


def read(data: bytes, file: str | None = None) -> tuple[Module, tuple[Diagnostic, ...]]:
    """The net of an ONNX model, and what was kept as it is.

    Raises DlcError where the bytes are no model, or its graph does not hold together.
    """
    net, b = _built(data, file)
    return Module(nets=(net,)), tuple(b.findings)


def read_with_weights(
    data: bytes, file: str | None = None
) -> tuple[Net, dict[str, dict[str, Any]], tuple[Diagnostic, ...]]:
    """The net, its weights as numpy arrays by layer and role in the layout of `dlc.backends.parameters`, and
    what was kept as it is. Numbers beside the model are read from its own folder alone.

    Raises DlcError as `read` does, and where numbers are missing.
    """
    import numpy as np

    net, b = _built(data, file)
    try:
        arrays = {
            layer: {role: np.ascontiguousarray(get(), np.float32) for role, get in roles.items()}
            for layer, roles in b.weights.items()
        }
    except ValueError as error:
        place = PointerSpan("/graph/initializer", file)
        raise DlcError(Diagnostic(codes.ONNX_UNSOUND, str(error), place)) from None
    return net, arrays, tuple(b.findings)


def _built(data: bytes, file: str | None) -> tuple[Net, Builder]:
    document = replaced(parse(data, file))
    b = Builder(document=document)
    for tensor in document.inputs:
        _input(b, tensor)
    for op in document.operators:
        b.at = op
        _operator(b, op)
    b.at = None
    outputs = _outputs(b)
    if not outputs:
        raise DlcError(Diagnostic(codes.ONNX_UNSOUND, "the model has no layers", FileSpan(file)))
    return Net(document.name, tuple(b.inputs), tuple(b.nodes), outputs), b


# Inputs.


def _input(b: Builder, tensor: Tensor) -> None:
    """An input of the net, its axes as its first readers take them."""
    dims = tensor.dims
    if dims is None or not 1 <= len(dims) <= 5:
        form = "unknown" if dims is None else len(dims)
        message = f"input {tensor.name!r} has {form} axes; dlc reads inputs of 1 to 5"
        raise DlcError(Diagnostic(codes.ONNX_UNSOUND, message, PointerSpan("/graph/input", b.document.file)))
    axes: tuple[int, ...]
    if len(dims) == 1:
        kind, axes = Type(Kind.VECTOR, (1,)), (BATCH,)
    elif len(dims) == 2:
        kind = Type(Kind.IDS if tensor.whole else Kind.VECTOR, dims[1:])
        axes = natural(1)
    else:
        axes = _axes(b.document, tensor.name, len(dims) - 1)
        kind = _placed(dims, axes)
    value = b.take(tensor.name, kind, PointerSpan("/graph/input", b.document.file))
    b.views[tensor.name] = View(value, axes)
    size = dims[axes.index(BATCH)]
    b.batch = size if isinstance(size, int) else b.batch


def _placed(dims: Sequence[Dim], axes: Sequence[int]) -> Type:
    rank = len(axes) - 1
    return Type(KIND_OF_RANK[rank], tuple(dims[axes.index(axis)] for axis in range(rank)))


_BEFORE = frozenset({"Identity", "Cast", "Pad", "Sub", "Div", "Mul", "Add", "Relu", "Clip"})


# Operators before which the channels of a sequence stand before its steps.
_CHANNELS_FIRST = frozenset(
    {"Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool"}
    | {"BatchNormalization", "InstanceNormalization", "Unsqueeze", "Upsample", "Resize"}
)


def _axes(document: Document, name: str, rank: int) -> tuple[int, ...]:
    """How an input lies: maps and volumes with their channels first, unless a Transpose puts them there;
    sequences as the first reader that cares takes them."""
    usual = natural(rank) if rank == 2 else first(rank)
    for op in document.operators:
        if name not in op.inputs[:1]:
            continue
        if op.kind in _BEFORE:
            name = op.output  # read further on: operators stand after what they read
            continue
        if op.kind == "Transpose":
            perm = op.attributes.get("perm", ())
            if op.call.startswith("permute("):
                return usual
            return natural(rank) if perm in (first_perm(rank), steps_perm(rank)) else usual
        if rank == 2 and op.kind in ("RNN", "LSTM", "GRU"):
            return natural(2) if op.attributes.get("layout", 0) else steps()
        if rank == 2 and op.kind in _CHANNELS_FIRST:
            return first(2)
    return usual


def first_perm(rank: int) -> tuple[int, ...]:
    """The permutation that puts the channels of a channels-last tensor first."""
    return (0, rank, *range(1, rank))


def steps_perm(rank: int) -> tuple[int, ...]:
    """The permutation that puts the steps of a tensor N, T, F first."""
    return (1, 0, *range(2, rank + 1))


# Operators.


def _operator(b: Builder, op: Operator) -> None:
    if _folded(b, op):
        return
    rule = RULES.get(op.kind)
    before = _Before(b)
    try:
        if rule is None:
            raise Unclear("no layer of the catalogue does what it does")
        rule(b, op)
    except Unclear as unclear:
        before.restore(b)
        b.keep(op, unclear.why)


class _Before:
    """The net before an operator: rules append layers, and change the last ones at most."""

    def __init__(self, b: Builder) -> None:
        self._start = max(len(b.nodes) - 2, 0)
        self._last = b.nodes[self._start :]
        self._types = {node.name: b.types[node.name] for node in self._last}
        self._weights = {node.name: b.weights[node.name] for node in self._last if node.name in b.weights}

    def restore(self, b: Builder) -> None:
        """Take back what a rule has done that did not come to an end."""
        for node in b.nodes[self._start :]:
            b.types.pop(node.name, None)
            b.weights.pop(node.name, None)
        b.nodes[self._start :] = self._last
        b.types.update(self._types)
        b.weights.update(self._weights)
        b.owners = {key: name for key, name in b.owners.items() if name in b.types}


def _folded(b: Builder, op: Operator) -> bool:
    """Calculate an operator of constants; whether that was done."""
    try:
        if op.kind == "Shape":
            dims = list(b.dims(b.view(op.input(0)))) if op.input(0) in b.views else None
            if dims is None:
                dims = list(b.weight_dims(op.input(0)))
            cut = slice(op.attributes.get("start", 0), op.attributes.get("end"))
            b.constants[op.output] = dims_array(dims[cut])
            return True
        if any(name in b.views for name in op.inputs):
            return False
        if not foldable(op.kind) or any(name in b.zeros for name in op.inputs):
            return _is_zeros(b, op)
        values = [b.constant(name) if name else None for name in op.inputs]
        if any(v is None for v, name in zip(values, op.inputs, strict=True) if name):
            return _is_zeros(b, op)
        b.constants[op.output] = fold(op, values, b.document.opset)
    except (CannotFold, Unclear):
        return _is_zeros(b, op)
    return True


def _is_zeros(b: Builder, op: Operator) -> bool:
    """Note zeros of a size that is not known, from which recurrent operators start."""
    if op.kind == "ConstantOfShape":
        return _is_fill(b, op)
    if _is_derived(b, op):
        return True
    if op.kind in _KEEP_ZEROS and op.inputs and _all_zeros(b, op.input(0)):
        b.zeros.update(name for name in op.outputs if name)
        return True
    return False


_MOST_FILLED = 2**29  # numbers of all large constants of one number together


def _is_fill(b: Builder, op: Operator) -> bool:
    """Note a constant of one number that is too large to be calculated, or whose size is not known."""
    held: Any = op.attributes.get("value")
    value = float(held.array().reshape(-1)[0]) if held is not None and held.count == 1 else 0.0
    shape = b.constant(op.input(0))
    dims = as_dims(shape) if shape is not None else (HOLE,)
    sizes = tuple(d for d in dims if isinstance(d, int) and d > 0)
    if len(sizes) == len(dims):
        filled = sum(one.count for one in b.derived.values()) + math.prod(sizes)
        if filled <= _MOST_FILLED:
            b.derived[op.output] = Derived(sizes, functools.partial(_filled, sizes, value))
            return True
    if value == 0.0:
        b.zeros.add(op.output)
    return value == 0.0


def _filled(dims: tuple[int, ...], value: float) -> Any:
    import numpy as np

    return np.broadcast_to(np.float32(value), dims)


def _is_derived(b: Builder, op: Operator) -> bool:
    """Note a large constant that is only seen in another shape, or with its axes in another order."""
    if op.kind not in ARRANGE or not op.inputs or op.input(0) in b.views:
        return False
    try:
        dims, get = b.weight_dims(op.input(0)), b.getter(op.input(0))
        others = [b.constant(name) for name in op.inputs[1:]]
    except Unclear:
        return False
    if any(array is None for array in others):
        return False
    made = arranged_dims(op, dims, others)
    if made is None or math.prod(made) != math.prod(dims):
        return False
    perm = op.attributes.get("perm") if op.kind == "Transpose" else None
    b.derived[op.output] = Derived(made, functools.partial(_arranged, get, made, perm))
    return True


def _arranged(get: Any, dims: tuple[int, ...], perm: Any) -> Any:
    return get().transpose(perm) if perm is not None else get().reshape(dims)


_KEEP_ZEROS = frozenset(
    {"Expand", "Slice", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Identity", "Split"}
)


def _all_zeros(b: Builder, name: str) -> bool:
    if name in b.zeros:
        return True
    array = b.constant(name) if name not in b.views else None
    return array is not None and array.dtype != object and not array.any()


# Outputs.


def _outputs(b: Builder) -> tuple[str, ...]:
    """The values of the graph's outputs, in the language's order of axes."""
    found = []
    for tensor in b.document.outputs:
        view = b.views.get(tensor.name)
        if view is None:
            message = f"output {tensor.name!r} is a constant"
            raise DlcError(
                Diagnostic(codes.ONNX_UNSOUND, message, PointerSpan("/graph/output", b.document.file))
            )
        try:
            found.append(_output(b, view))
        except Unclear:
            found.append(view.value)
    return tuple(dict.fromkeys(found)) or b.outputs()


def _output(b: Builder, view: View) -> str:
    """The value of an output: as it is where only the batch and axes of size 1 stand elsewhere."""
    value = b.unshuffled(view)
    own = tuple(axis for axis in view.axes if axis >= 0)
    rank = len(b.kind_of(view).shape)
    usual = (tuple(range(rank)), (rank - 1, *range(rank - 1)))
    if own in usual and ONE not in view.axes:
        return value
    if any(axis >= OUTER for axis in view.axes) or len(view.axes) - 1 not in KIND_OF_RANK:
        return value
    if ONE in view.axes and rank == 1:
        return value
    return b.natural(attrs.evolve(view, value=value, shuffle=()))
