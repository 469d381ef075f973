"""What the standard says of an operator: how many inputs and outputs, which attributes and of which types."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dlc.frontends.onnx.tensors import text

if TYPE_CHECKING:
    from dlc.frontends.onnx.document import Operator


def misfit(op: Operator, node: Any, opset: int) -> tuple[int, str] | None:
    """The place of an operator and what is wrong with it, by the standard; None where nothing is.

    `node` is the operator as the file has it.
    """
    why = _why(op, node, opset)
    name = op.name or next(iter(op.outputs), "")
    return None if why is None else (op.index, f"{op.kind or 'an operator'} {name!r} {why}")


def _why(op: Operator, node: Any, opset: int) -> str | None:
    if not op.kind or not op.outputs:
        return "has no kind" if not op.kind else "has no outputs"
    schema = _schema(op.kind, opset) if "." not in op.kind else None
    if schema is None:
        return None
    if not schema.min_input <= len(op.inputs) <= schema.max_input or "" in op.inputs[: schema.min_input]:
        return f"has {len(op.inputs)} inputs, not {schema.min_input} to {schema.max_input}"
    if not op.outputs[0] and len(op.outputs) == 1:
        return "has no outputs"
    for attribute in node.attribute:
        known = schema.attributes.get(text(attribute.name))
        if known is not None and int(attribute.type) != int(known.type.value):
            return f"has an attribute {text(attribute.name)} of another type"
    lacking = [
        name for name, known in schema.attributes.items() if known.required and name not in op.attributes
    ]
    return f"has no attribute {lacking[0]}" if lacking else None


_LARGE = 1024  # bytes of an initialiser whose numbers say no shape


def inferred_dims(proto: Any, read: Callable[[Any], Any]) -> dict[str, Any]:
    """The dimensions that onnx infers of a model's values by name, each read by `read`.

    Weights are left out, so that this takes little memory.
    """
    import onnx

    light = onnx.ModelProto(ir_version=proto.ir_version, opset_import=proto.opset_import)
    graph = light.graph
    graph.name = "light"
    graph.node.extend(proto.graph.node)
    graph.output.extend(proto.graph.output)
    held = {text(tensor.name) for tensor in proto.graph.initializer}
    graph.input.extend(value for value in proto.graph.input if text(value.name) not in held)
    for tensor in proto.graph.initializer:
        if tensor.ByteSize() <= _LARGE:
            graph.initializer.append(tensor)
        else:
            graph.input.append(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims))
    try:
        made = onnx.shape_inference.infer_shapes(light, data_prop=True)
    except Exception:  # onnx raises what it pleases of a model that is not sound
        return {}
    return {text(value.name): read(value).dims for value in made.graph.value_info}


@functools.lru_cache(maxsize=512)
def _schema(kind: str, opset: int) -> Any:
    from onnx import defs

    try:
        return defs.get_schema(kind, opset, "")
    except defs.SchemaError:
        return None
