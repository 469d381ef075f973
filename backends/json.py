"""Target `json`: the abstract computational graph, `dlnet-json/1` (DLPaper2Code, Figure 5).

`dlc.frontends.dlnet_json` reads it back. Every attribute is written, defaults included; what is
unknown is null, what is a symbol is a string.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dlc.backends.base import Backend, Cell, EmitOptions, Emitted, EmittedFile, Support
from dlc.ir import JSON_FORMAT, Input, Module, Net, Node, Origin, Value
from dlc.layers import REGISTRY
from dlc.types import Expr, Hole, Type


class JsonBackend(Backend):
    """Writes every net of a module, blocks and repeats expanded, with types and origins."""

    name = "json"
    title = "the computational graph as JSON (dlnet-json/1)"
    keeps_holes = True
    whole_module = True

    def emit(self, module: Module, options: EmitOptions) -> Emitted:
        text = json.dumps(module_json(module), indent=1, ensure_ascii=False) + "\n"
        return Emitted((EmittedFile(".json", text),))

    def cells(self) -> dict[str, Cell]:
        return dict.fromkeys(REGISTRY, Cell(Support.EXACT))


def module_json(module: Module) -> dict[str, Any]:
    """The document for a module whose blocks have been expanded."""
    return {"format": JSON_FORMAT, "nets": [_net(net) for net in module.nets]}


def value_json(value: Value | Mapping[str, Any]) -> Any:
    """An attribute's value: tuples become lists, holes null, symbols strings.

    In the raw attributes of an opaque layer null is `none` and a string a text, so there a symbol is
    {"$symbol": "H"}, and a hole {"$symbol": "?"}.
    """
    if isinstance(value, Mapping):
        return {name: _raw_json(v) for name, v in value.items()}
    if isinstance(value, Hole):
        return None
    if isinstance(value, Expr):
        return str(value)
    if isinstance(value, tuple):
        return [value_json(v) for v in value]
    return value


def _raw_json(value: Any) -> Any:
    if isinstance(value, Expr | Hole):
        return {"$symbol": str(value)}
    if isinstance(value, tuple):
        return [_raw_json(v) for v in value]
    return value_json(value)


def type_json(value: Type | None) -> dict[str, Any] | None:
    """A type, or null where it is unknown."""
    if value is None:
        return None
    return {"kind": value.kind.value, "shape": [value_json(d) for d in value.shape]}


def _net(net: Net) -> dict[str, Any]:
    written: dict[str, Any] = {"name": net.name}
    if net.origin is not None:
        written["source"] = _origin(net.origin) | _stated(confidence=net.confidence)
    return written | {
        "inputs": [_input(i) for i in net.inputs],
        "layers": [_layer(n) for n in net.body],
        "outputs": list(net.outputs),
    }


def _input(given: Input) -> dict[str, Any]:
    return {"name": given.name, "type": type_json(given.type), **_provenance(given)}


def _layer(node: Node) -> dict[str, Any]:
    layer = node.layer
    written: dict[str, Any] = {
        "name": node.name,
        "op": layer.op_name,
        "inputs": list(node.inputs),
        "attrs": {name: value_json(value) for name, value in layer.attributes().items()},
        "type": type_json(node.type or node.declared),
    }
    if node.declared is not None:
        written["declared"] = type_json(node.declared)
    if node.inferred:
        written["inferred"] = True
    if node.shares is not None:
        written["shares"] = node.shares
    return written | _provenance(node)


def _provenance(thing: Input | Node) -> dict[str, Any]:
    origin = {"origin": _origin(thing.origin)} if thing.origin is not None else {}
    return origin | _stated(confidence=thing.confidence)


def _origin(origin: Origin) -> dict[str, Any]:
    box = list(origin.bbox) if origin.bbox is not None else None
    place = _stated(
        kind=origin.kind, page=origin.page, number=origin.number, row=origin.row, column=origin.column
    )
    return place | _stated(bbox=box, text=origin.text, note=origin.note)


def _stated(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
