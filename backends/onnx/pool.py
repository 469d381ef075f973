"""Pooling: windows that hang over the end are written as padding, which no maximum and no divisor counts."""

from __future__ import annotations

from typing import Any

from dlc.backends.onnx.conv import pad
from dlc.backends.onnx.rules import RULES
from dlc.backends.onnx.values import Layout, Value
from dlc.backends.onnx.windows import Pair, overhang, pads
from dlc.backends.onnx.writer import Writer, type_of
from dlc.backends.sizes import padding
from dlc.ir import Node


@RULES.rule("maxpool1d", "maxpool2d", "maxpool3d")
def maxpool(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """MaxPool, whose padding never wins."""
    x = w.first(x)
    befores = [padding(win, size)[0] for win, size in zip(op.windows(), x.spatial, strict=True)]
    return w.apply(node, "MaxPool", x, **_fields(op, _covered(node, op, x, befores)))


@RULES.rule("avgpool1d", "avgpool2d", "avgpool3d")
def avgpool(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """AveragePool, which counts its padding where that is stated in numbers. Where a window also hangs over
    that, zeros are added first, and the rest is not counted."""
    x = w.first(x)
    stated = [padding(win, size) for win, size in zip(op.windows(), x.spatial, strict=True)]
    covered = _covered(node, op, x, [before for before, _ in stated])
    if op.padding == "same" or not any(map(any, stated)):
        return w.apply(node, "AveragePool", x, **_fields(op, covered))
    if all(after <= given for (_, after), (_, given) in zip(covered, stated, strict=True)):
        return w.apply(node, "AveragePool", x, **_fields(op, covered), count_include_pad=1)
    x = pad(w, x, f"{node.name}.padded", stated)
    covered = _covered(node, op, x, [0] * len(stated))
    return w.apply(node, "AveragePool", x, **_fields(op, covered))


@RULES.rule(*(f"global_{pool}{rank}d" for pool in ("avgpool", "maxpool") for rank in (1, 2, 3)))
def global_pool(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """GlobalAveragePool or GlobalMaxPool, flattened."""
    kind = "GlobalMaxPool" if "maxpool" in op.op_name else "GlobalAveragePool"
    pooled = w.step(kind, f"{node.name}.pooled", w.first(x).tensor)
    return w.result(node, Layout.LAST, "Flatten", pooled, axis=1)


def _covered(node: Node, op: Any, x: Value, befores: list[int]) -> list[Pair]:
    """Before and after each axis, the elements that the windows cover."""
    counts = type_of(node).spatial
    axes = zip(op.windows(), x.spatial, counts, befores, strict=True)
    return [
        (before, overhang(window, size, count, before))  # type: ignore[arg-type]
        for window, size, count, before in axes
    ]


def _fields(op: Any, pairs: list[Pair]) -> dict[str, Any]:
    return {"kernel_shape": op.kernel, "strides": op.stride, "pads": pads(pairs)}
