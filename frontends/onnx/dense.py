"""Products with weights, tables, products of two values, and attention."""

from __future__ import annotations

from typing import Any

from dlc.frontends.onnx.builder import Builder, Get, Unclear
from dlc.frontends.onnx.document import Operator
from dlc.frontends.onnx.registry import rule
from dlc.frontends.onnx.views import BATCH, ONE, View, natural, places
from dlc.types import Kind


@rule("Gemm")
def gemm(b: Builder, op: Operator) -> None:
    """dense; alpha and beta go into the weights."""
    if op.attributes.get("transA", 0):
        raise Unclear("it transposes what it is given")
    _dense(b, op, bool(op.attributes.get("transB", 0)), op.input(2))


@rule("dlc.dense")
def biased(b: Builder, op: Operator) -> None:
    """A MatMul with its bias."""
    _product(b, op, op.input(2))


@rule("MatMul")
def matmul(b: Builder, op: Operator) -> None:
    """dense for weights; dot for two values."""
    if op.input(1) in b.views:
        _dot(b, op)
    else:
        _product(b, op, "")


def _product(b: Builder, op: Operator, bias: str) -> None:
    """The last axis times weights: dense of a vector, else a convolution of width 1."""
    view = b.view(op.input(0))
    rank = len(view.axes) - 1
    if rank == 1:
        _dense(b, op, False, bias)
        return
    fits = view.axes[-1] == rank - 1 and min(view.axes[-1:]) >= 0 and len(b.kind_of(view).shape) == rank
    value, axes = (view.value, view.axes) if fits else (b.natural(view), natural(rank))
    inputs, filters = _matrix(b, op)
    if b.types[value] is None or b.types[value].channels != inputs:  # type: ignore[union-attr]
        raise Unclear(f"its weights have {inputs} rows")
    attributes = {"filters": filters, "kernel": 1, "bias": bool(bias)}
    made = b.layer(f"conv{rank - 1}d", [value], attributes)
    kernel = b.getter(op.input(1))
    b.hold(
        made,
        (op.input(1), bias),
        kernel=lambda: kernel().reshape((1,) * (rank - 1) + (inputs, filters)),
        **_bias(b, bias),
    )
    b.give(op, View(made, axes))


def _matrix(b: Builder, op: Operator) -> tuple[int, int]:
    dims = b.weight_dims(op.input(1))
    if len(dims) != 2:
        raise Unclear(f"its weights have {len(dims)} axes")
    return dims[0], dims[1]


def _dense(b: Builder, op: Operator, turned: bool, bias: str) -> None:
    view = b.view(op.input(0))
    rows, columns = _matrix(b, op)
    units, inputs = (rows, columns) if turned else (columns, rows)
    if len(view.axes) != 2 or view.axes[0] != BATCH or b.kind_of(view).shape != (inputs,):
        raise Unclear(f"it takes vectors of {inputs}, not {b.kind_of(view)}")
    made = b.layer("dense", [view.value], {"units": units, "bias": bool(bias)})
    scales = op.attributes.get("alpha", 1.0), op.attributes.get("beta", 1.0)
    kernel = _kernel(b.getter(op.input(1)), turned, view, scales[0])
    arrays = {"kernel": kernel} | ({"bias": _scaled(b.getter(bias), scales[1], units)} if bias else {})
    b.hold(made, (op.input(1), bias, str(view.shuffle)), **arrays)
    b.give(op, View(made, (BATCH, 0)))


def _kernel(get: Get, turned: bool, view: View, scale: float) -> Get:
    """A kernel (inputs, units), its inputs in the language's order."""

    def made() -> Any:
        array = get().T if turned else get()
        array = array * scale if scale != 1.0 else array
        if not view.shuffle:
            return array
        kernel = array.copy()
        kernel[places(view.shuffle)] = array
        return kernel

    return made


def _scaled(get: Get, scale: float, count: int) -> Get:
    import numpy as np

    return lambda: np.broadcast_to(get().reshape(-1) * scale, (count,))


def _bias(b: Builder, bias: str) -> dict[str, Get]:
    return {"bias": b.getter(bias)} if bias else {}


@rule("Gather")
def gather(b: Builder, op: Operator) -> None:
    """embed for a table of weights; the last step of a sequence."""
    if op.input(0) in b.views:
        _taken(b, op)
        return
    view = b.view(op.input(1))
    dims = b.weight_dims(op.input(0))
    if op.attributes.get("axis", 0) != 0 or len(dims) != 2 or view.axes != (BATCH, 0):
        raise Unclear("it is no table of vectors")
    kind = b.kind_of(view)
    hint: Any = b.hint(op, "embed")
    length = {"length": hint.length} if hint is not None and hint.length == kind.shape[0] else {}
    made = b.layer("embed", [view.value], {"vocab": dims[0], "dim": dims[1]} | length)
    b.hold(made, (op.input(0),), embeddings=b.getter(op.input(0)))
    b.give(op, View(made, natural(2)))


def _taken(b: Builder, op: Operator) -> None:
    """The last step of what a recurrent layer gives: the layer's last state."""
    view = b.view(op.input(0))
    index = b.constant(op.input(1))
    at = op.attributes.get("axis", 0) % len(view.axes)
    axis = view.axes[at]
    if axis == ONE and index is not None and index.ndim == 0:
        b.give(op, View(view.value, (*view.axes[:at], *view.axes[at + 1 :]), view.shuffle))
        return
    node = next((n for n in b.nodes if n.name == view.value), None)
    steps = b.kind_of(view).shape[0]
    ends = (-1, steps - 1) if isinstance(steps, int) else (-1,)
    last = index is not None and index.size == 1 and int(index.reshape(-1)[0]) in ends
    layer: Any = node.layer if node is not None else None
    recurrent = layer is not None and layer.op_name in ("rnn", "lstm", "gru") and not layer.bidirectional
    if node is None or not last or axis != 0 or not recurrent:
        raise Unclear("it takes something out that no layer does")
    attributes = dict(layer.attributes()) | {"return_sequences": False}
    made = b.layer(layer.op_name, node.inputs, attributes)
    b.alike(node)
    kept = [a for i, a in enumerate(view.axes) if i != at or index.ndim]  # type: ignore[union-attr]
    axes = tuple({1: 0, 0: ONE}.get(a, a) for a in kept)
    b.give(op, View(made, axes))


def _dot(b: Builder, op: Operator) -> None:
    """dot: the first one's last axis and the second one's last but one are summed along."""
    left, right = b.view(op.input(0)), b.view(op.input(1))
    if len(left.axes) != 3 or len(right.axes) != 3 or BATCH not in (left.axes[0], right.axes[0]):
        raise Unclear("it multiplies values of other forms than sequences")
    axes = left.axes[2], right.axes[1]
    if left.axes[0] != right.axes[0] or min(axes) < 0:
        raise Unclear("it multiplies along an axis of size 1")
    if len(b.kind_of(left).shape) == len(b.kind_of(right).shape) == 1:
        raise Unclear("it multiplies two vectors")
    made = b.layer("dot", [left.value, right.value], {"axis": tuple(a + 1 for a in axes)})
    kept = (left.axes[1], right.axes[2])
    places_ = iter(range(2))
    b.give(op, View(made, (BATCH, *(ONE if axis == ONE else next(places_) for axis in kept))))


@rule("dlc.dot")
def summed(b: Builder, op: Operator) -> None:
    """dot of two vectors."""
    views = [b.view(name) for name in op.inputs]
    if any(v.axes != (BATCH, 0) or b.kind_of(v).kind is not Kind.VECTOR for v in views):
        raise Unclear("it sums a product of other values than vectors")
    made = b.layer("dot", [b.unshuffled(v) for v in views], {"axis": (-1, -1)})
    b.give(op, View(made, (BATCH, 0)))


@rule("dlc.attention")
def attention(b: Builder, op: Operator) -> None:
    """attention of one, two or three inputs."""
    names = list(op.inputs[:3])
    sources = [b.natural(b.view(name)) for name in names]
    if sources[0] == sources[1] == sources[2]:
        given = sources[:1]
    else:
        given = sources[:2] if sources[1] == sources[2] else sources
    made = b.layer("attention", given, op.attributes)
    roles = [f"{word}_{part}" for word in ("query", "key", "value", "output") for part in ("kernel", "bias")]
    b.hold(made, op.inputs[3:], **{r: b.getter(n) for r, n in zip(roles, op.inputs[3:], strict=True)})
    b.give(op, View(made, natural(2)))
