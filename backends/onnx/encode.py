"""From operations to an ONNX model; the only place here that imports onnx."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from dlc.backends.base import describe
from dlc.backends.onnx.graph import Constant, Fill, Operation, Weight
from dlc.backends.onnx.initial import drawn
from dlc.backends.onnx.writer import Writer
from dlc.diagnostics import Diagnostic, DlcError, Fix, codes
from dlc.ir import Net, Node
from dlc.syntax.printer import write_attributes
from dlc.types import Kind

if TYPE_CHECKING:
    from onnx import ModelProto

OPSET = 17
IR_VERSION = 8  # that of opset 17
LARGEST = 2**31 - 2**20  # bytes of weights: a protobuf message ends at 2 GiB
LAYER_KEY = "dlc.layer"  # of an operation's metadata: the layer that it belongs to
CALL_KEY = "dlc.call"  # and how the language writes that layer

Arrays = Mapping[str, Mapping[str, Any]]  # by layer, then by role


@attrs.frozen
class Head:
    """What a model says about itself: a description, and further facts by key."""

    doc: str
    facts: Mapping[str, str] = attrs.field(factory=dict)


def require_onnx() -> None:
    """Make sure that onnx is installed; raises DlcError that names its extra."""
    try:
        import onnx  # noqa: F401
    except ModuleNotFoundError as error:
        message = f"ONNX models need {error.name}: pip install 'dlnet[onnx]'"
        raise DlcError(Diagnostic(codes.EXTRA_MISSING, message)) from None


def encode(w: Writer, head: Head, weights: Arrays | None = None) -> ModelProto:
    """The model of a net without differences, with these weights, or drawn ones.

    Raises DlcError where onnx is missing or the weights are too many, ValueError where one of `weights` is
    missing or has another shape than its parameter.
    """
    require_onnx()
    _refuse_large(w)
    from onnx import helper

    net, nodes = w.net, {node.name: node for node in w.net.body}
    graph = helper.make_graph(
        [_node(operation, nodes.get(operation.layer)) for operation in w.operations],
        net.name,
        [_interface(w, given.name) for given in net.inputs],
        [_interface(w, name) for name in dict.fromkeys(net.outputs)],
        [*map(_constant, w.constants.values()), *(_weight(one, weights) for one in w.weights.values())],
        doc_string=head.doc,
    )
    made = helper.make_model(
        graph,
        producer_name="dlc",
        doc_string=head.doc,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    helper.set_model_props(made, dict(head.facts))
    return made


def _refuse_large(w: Writer) -> None:
    size = 4 * sum(weight.count for weight in w.weights.values())
    if size > LARGEST:
        largest = max(w.weights.values(), key=lambda weight: weight.count)
        node = next(node for node in w.net.body if node.name == largest.layer)
        message = f"onnx cannot hold {size / 2**30:.1f} GiB of weights: a model file ends at 2 GiB"
        fix = Fix(f"the largest are those of {describe(node)}")
        raise DlcError(Diagnostic(codes.TARGET_CANNOT, message, node.span, fix=fix))


def _node(operation: Operation, node: Node | None) -> Any:
    from onnx import helper

    name = next(result for result in operation.results if result)
    made = helper.make_node(
        operation.kind, operation.inputs, operation.results, name=name, **_attributes(operation.attributes)
    )
    if node is not None:
        entries = {LAYER_KEY: node.name, CALL_KEY: _call(node)}
        for key, value in entries.items():
            entry = made.metadata_props.add()
            entry.key, entry.value = key, value
        if node.origin is not None:
            made.doc_string = str(node.origin)
    return made


def _call(node: Node) -> str:
    return f"{node.layer.op_name}({', '.join(write_attributes(node.layer))})"


def _attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {k: list(v) if isinstance(v, tuple) else v for k, v in attributes.items()}


def _interface(w: Writer, name: str) -> Any:
    from onnx import TensorProto, helper

    value = w.values[name]
    element = TensorProto.INT64 if value.type.kind is Kind.IDS else TensorProto.FLOAT
    sizes = value.shape
    shape: list[str | int | None] = ["N" if axis < 0 else sizes[axis] for axis in value.axes]
    return helper.make_tensor_value_info(name, element, shape)


def _constant(constant: Constant | Fill) -> Any:
    import numpy as np
    from onnx import numpy_helper

    array: Any
    if isinstance(constant, Fill):
        array = np.full(constant.shape, constant.value, np.float32)
    else:
        kind = np.int64 if constant.is_whole else np.float32
        array = np.array(constant.values, kind).reshape(constant.shape)
    return numpy_helper.from_array(array, constant.name)


def _weight(weight: Weight, weights: Arrays | None) -> Any:
    import numpy as np
    from onnx import numpy_helper

    arrays = drawn(weight) if weights is None else _given(weight, weights)
    by_role = {held.role: array for held, array in zip(weight.parameters, arrays, strict=True)}
    made = np.ascontiguousarray(weight.tensor.stored(by_role), np.float32)
    return numpy_helper.from_array(made, weight.name)


def _given(weight: Weight, weights: Arrays) -> Sequence[Any]:
    import numpy as np

    held = weights.get(weight.layer, {})
    missing = [part.role for part in weight.parameters if part.role not in held]
    if missing:
        raise ValueError(f"{weight.layer} lacks {', '.join(missing)}")
    arrays = [np.asarray(held[part.role]) for part in weight.parameters]
    for part, array in zip(weight.parameters, arrays, strict=True):
        if array.shape != part.shape:
            raise ValueError(f"{part.role} of {weight.layer} has shape {array.shape}, not {part.shape}")
    return arrays


def facts(net: Net, source: str | None, assumed: Sequence[str], places: Mapping[str, str]) -> dict[str, str]:
    """The entries of a model's metadata; what is empty is left out."""
    entries = {
        "dlc.net": net.name,
        "dlc.source": source or "",
        "dlc.assumed": "\n".join(assumed),
        "dlc.places": "\n".join(f"{name}: {place}" for name, place in places.items()),
    }
    return {key: value for key, value in entries.items() if value}
