"""Layers that came from a prototxt and are not in the catalogue: written again with their own fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dlc.backends.caffe.message import Word
from dlc.backends.caffe.rules import RULES
from dlc.backends.caffe.survey import is_recurrent
from dlc.backends.caffe.values import Layout, Value
from dlc.backends.caffe.writer import Writer
from dlc.ir import Node
from dlc.types import Expr, Kind

_LAYOUTS = {Kind.MAP: Layout.CHANNELS, Kind.VOLUME: Layout.CHANNELS, Kind.SEQUENCE: Layout.ROWS}


@RULES.rule("opaque", only="when it was read from a prototxt; of others it is not known what they compute")
def opaque(w: Writer, node: Node, op: Any, *inputs: Value) -> Value | None:
    """The layer as the prototxt had it; of another source it is refused: what it computes is not known."""
    if op.type == "Top" and len(inputs) == 1:
        return _further_top(w, node)
    fields = op.raw.get("prototxt")
    if not isinstance(fields, Mapping):
        w.differences.cannot(node, "what it computes is not known")
        return None
    tops = (node.name, *_further_tops(w, node))
    timed = is_recurrent(node)
    bottoms = _timed(w, inputs) if timed else tuple(value.blob for value in inputs)
    w.add(op.type, node.name, bottoms, tops, _fields(fields))
    return w.result(node, op.type, Layout.STEPS if timed else _layout(node))


def _timed(w: Writer, inputs: Sequence[Value]) -> tuple[str, ...]:
    """The blobs of a recurrent layer: steps, where sequences go on (T, N), and what stays the same."""
    steps, *others = inputs
    if steps.type.kind is not Kind.SEQUENCE:
        return tuple(value.blob for value in inputs)
    blobs = [w.steps(steps).blob, *(value.blob for value in others)]
    if others and others[0].type.kind is Kind.VECTOR:
        blobs[1] = w.reshape(others[0].blob, f"{others[0].blob}_steps", (others[0].channels, -1))
    return tuple(blobs)


def _further_top(w: Writer, node: Node) -> Value:
    """Another result of the layer before, which has written it already."""
    return w.result(node, "Top", _layout(node))


def _further_tops(w: Writer, node: Node) -> list[str]:
    """The names of the nodes that stand for the layer's further results, in order."""
    others = [n for n in w.net.body if n.inputs == (node.name,) and _is_top(n)]
    return [n.name for n in sorted(others, key=lambda n: int(n.layer.raw.get("index", 0)))]  # type: ignore[attr-defined]


def _is_top(node: Node) -> bool:
    op: Any = node.op
    return getattr(op, "op_name", "") == "opaque" and op.type == "Top"


def _layout(node: Node) -> Layout:
    return _LAYOUTS.get(node.type.kind, Layout.FLAT) if node.type is not None else Layout.FLAT


def _fields(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _field(value) for name, value in raw.items()}


def _field(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _fields(value)
    if isinstance(value, tuple):
        return [_field(v) for v in value]
    return Word(str(value)) if isinstance(value, Expr) else value
