"""The JSON Schema of `dlnet-json/1`, generated from the catalogue.

`python -m dlc.backends.json_schema > spec/dlnet-json-1.schema.json` writes it; a test keeps it up to date.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from dlc.ir import JSON_FORMAT
from dlc.layers import REGISTRY, Attribute, Layer
from dlc.types import Kind


def schema() -> dict[str, Any]:
    """The whole schema; every layer's attributes come from its class."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The computational graph that `dlc --target json` writes",
        "type": "object",
        "required": ["format", "nets"],
        "properties": {"format": {"const": JSON_FORMAT}, "nets": {"type": "array", "items": _net()}},
        "additionalProperties": False,
        "$defs": {"type": _type(), "place": _place(), "source": _place(_CONFIDENCE), "layer": _layer()},
    }


_CONFIDENCE = {"confidence": {"type": "number", "minimum": 0, "maximum": 1}}
_NAME = {"type": "string", "minLength": 1}
_PROVENANCE = {"origin": {"$ref": "#/$defs/place"}, **_CONFIDENCE}


def _net() -> dict[str, Any]:
    names = {"type": "array", "items": _NAME}
    given = {"name": _NAME, "type": {"$ref": "#/$defs/type"}, **_PROVENANCE}
    properties = {
        "name": _NAME,
        "source": {"$ref": "#/$defs/source"},
        "inputs": {"type": "array", "items": _object(given, ("name", "type"))},
        "layers": {"type": "array", "items": {"$ref": "#/$defs/layer"}},
        "outputs": names,
    }
    return _object(properties, ("name", "inputs", "layers", "outputs"))


def _layer() -> dict[str, Any]:
    properties = {
        "name": _NAME,
        "op": {"enum": list(REGISTRY)},
        "inputs": {"type": "array", "items": _NAME},
        "attrs": {"type": "object"},
        "type": {"anyOf": [{"$ref": "#/$defs/type"}, {"type": "null"}]},
        "declared": {"$ref": "#/$defs/type"},
        "inferred": {"const": True},
        "shares": {**_NAME, "description": "the layer whose weights this one uses instead of its own"},
        **_PROVENANCE,
    }
    layer = _object(properties, ("name", "op", "inputs", "attrs", "type"))
    return layer | {"allOf": [_attributes(cls) for cls in REGISTRY.values()]}


def _attributes(cls: type[Layer]) -> dict[str, Any]:
    """If the layer is this one, then its attributes are these, all of them (an opaque layer has more)."""
    attributes = _object({a.name: _attribute(a) for a in cls.table}, tuple(a.name for a in cls.table))
    if cls.declares_result:
        attributes = {"type": "object", "required": ["type"], "properties": {"type": {"type": "string"}}}
    condition = {"properties": {"op": {"const": cls.op_name}}}
    return {"if": condition, "then": {"properties": {"attrs": attributes}}}


def _attribute(a: Attribute) -> dict[str, Any]:
    """An attribute's values; null where the source does not state it, a string where it is a symbol."""
    return {"description": a.doc, "anyOf": [a.domain.schema(), {"type": "null"}]}


def _type() -> dict[str, Any]:
    dim = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string"}, {"type": "null"}]}
    kinds = []
    for kind in Kind:
        shape = {"type": "array", "items": dim, "minItems": kind.rank, "maxItems": kind.rank}
        kinds.append(_object({"kind": {"const": kind.value}, "shape": shape}, ("kind", "shape")))
    return {"anyOf": kinds}


def _place(more: dict[str, Any] | None = None) -> dict[str, Any]:
    count = {"type": "integer", "minimum": 1}
    box = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
    text = {"type": "string"}
    properties = {"page": count, "kind": {"enum": ["table", "figure"]}, "number": text, "row": count}
    properties |= {"column": count, "bbox": box, "text": text, "note": text}
    return _object(properties | (more or {}), ())


def _object(properties: dict[str, Any], required: tuple[str, ...]) -> dict[str, Any]:
    made = {"type": "object", "properties": properties, "additionalProperties": False}
    return made | ({"required": list(required)} if required else {})


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=1) + "\n")
