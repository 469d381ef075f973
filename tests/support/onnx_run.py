"""Running ONNX models in onnxruntime; values go in and come out as the language has them, channels last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
import onnxruntime
from support.torch_eval import Weights

from dlc.backends.onnx import build
from dlc.backends.parameters import by_role
from dlc.ir import Net
from dlc.types import Kind

Array = Any
FIRST = (Kind.MAP, Kind.VOLUME)  # kinds that lie with their channels first


def emitted(net: Net, inputs: Mapping[str, Array], weights: Weights) -> dict[str, Array]:
    """The outputs of the model that is emitted for a net with these weights."""
    model, _ = build(net, weights=by_role(net, weights))
    onnx.checker.check_model(model, full_check=True)
    return run(model, net, inputs)


def run(model: Any, net: Net, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """The outputs of a model whose inputs and outputs have the names of the net's."""
    session = session_of(model)
    asked = {given.name for given in session.get_inputs()}
    feed = {i.name: to_tensor(inputs[i.name], i.type.kind) for i in net.inputs if i.name in asked}
    names = [made.name for made in session.get_outputs()]
    made = dict(zip(names, session.run(names, feed), strict=True))
    types = net.types()
    return {name: from_tensor(made[name], types[name].kind) for name in net.outputs}  # type: ignore[union-attr]


def session_of(model: Any) -> Any:
    """A session of one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def to_tensor(array: Array, kind: Kind) -> Array:
    """A batch of values as a model takes it."""
    if kind is Kind.IDS:
        return np.asarray(array, np.int64)
    array = np.asarray(array, np.float32)
    return np.moveaxis(array, -1, 1) if kind in FIRST else array


def from_tensor(array: Array, kind: Kind) -> Array:
    """The other way round."""
    return np.moveaxis(array, 1, -1) if kind in FIRST else array
