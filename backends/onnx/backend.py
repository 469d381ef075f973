"""The backend that writes ONNX models, and what conversion of weights asks of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from dlc.backends.base import Backend, Cell, Differences, EmitOptions, Emitted, EmittedFile, head_lines
from dlc.backends.onnx.encode import Arrays, Head, encode, facts, require_onnx
from dlc.backends.onnx.initial import DOC
from dlc.backends.onnx.lower import lower
from dlc.backends.onnx.rules import RULES
from dlc.backends.onnx.writer import Writer
from dlc.diagnostics import Diagnostic
from dlc.ir import Module, Net

if TYPE_CHECKING:
    from onnx import ModelProto


class OnnxBackend(Backend):
    """Writes one binary model a net, whose batch is dynamic and whose weights are drawn from a seed."""

    name = "onnx"
    title = "ONNX model (opset 17), channels first, with drawn weights"

    def emit(self, module: Module, options: EmitOptions) -> Emitted:
        (net,) = module.nets
        made, found = build(net, options)
        return Emitted((EmittedFile(".onnx", data=made.SerializeToString()),), found)

    def cells(self) -> dict[str, Cell]:
        return RULES.cells()


def build(
    net: Net, options: EmitOptions | None = None, weights: Arrays | None = None
) -> tuple[ModelProto, tuple[Diagnostic, ...]]:
    """The ONNX model of a checked net without blocks, and what it says only approximately.

    `weights` are arrays by layer and role in the layout of `dlc.backends.parameters`; of layers that share
    weights, only the owner's. Without them the weights are drawn, and the model's description says so.
    Raises DlcError for all that ONNX cannot say, where onnx is missing or the weights are too many, and
    ValueError where one of `weights` is missing or has a wrong shape.
    """
    options = options or EmitOptions()
    require_onnx()
    w = lower(net, Differences("ONNX", options.approximate))
    found = w.differences.finish()
    lines = [*head_lines(f"Network {net.name}", options, found), *([] if weights is not None else [DOC])]
    assumed = list(head_lines("", attrs.evolve(options, source=None), found))[1:]
    places = {node.name: str(node.origin) for node in net.body if node.origin is not None}
    head = Head("\n".join(lines), facts(net, options.source, assumed, places))
    return encode(w, head, weights), found


def plan(net: Net) -> Writer:
    """The operations, weights and layouts of the model that `build` makes of a net. Raises DlcError as it
    does."""
    w = lower(net, Differences("ONNX", True))
    w.differences.finish()
    return w


def weights_of(net: Net, model: ModelProto) -> dict[str, dict[str, object]]:
    """The parameters that an emitted model of this net holds, by layer and role, in the layout of
    `dlc.backends.parameters`. Raises KeyError where the model lacks an initialiser."""
    import numpy as np
    from onnx import numpy_helper

    held = {tensor.name: tensor for tensor in model.graph.initializer}
    found: dict[str, dict[str, object]] = {}
    for weight in plan(net).weights.values():
        arrays = found.setdefault(weight.layer, {})
        arrays.update({p.role: np.zeros(p.shape, np.float32) for p in weight.parameters})
        weight.tensor.restore(numpy_helper.to_array(held[weight.name]), arrays)
    return found
