"""Reads `dlnet-json/1`, the exported computational graph, back into the IR."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from dlc.diagnostics import Diagnostic, DlcError, PointerSpan, codes
from dlc.ir import JSON_FORMAT, Input, Module, Net, Node, Origin
from dlc.layers import REGISTRY, CannotBuild, build, nearest
from dlc.types import HOLE, Dim, Kind, Type
from dlc.types.dims import parse_number

Made = TypeVar("Made")


def read(text: str, file: str | None = None) -> Module:
    """The module that a document describes; raises DlcError with every place that breaks the contract."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DlcError(Diagnostic(codes.JSON_MALFORMED, _malformed(error), PointerSpan("", file))) from None
    reader = _Reader(file)
    nets = reader.document(document)
    if reader.findings:
        raise DlcError(reader.findings)
    return Module(nets=nets)


def is_dlnet_json(text: str) -> bool:
    """Whether a text announces itself as this format, judged by its beginning."""
    return JSON_FORMAT in text[:400]


def _malformed(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg.lower()} at line {error.lineno}, column {error.colno}"
    return "not JSON that can be read: it is nested too deeply or holds an impossible number"


class _Reader:
    """Walks a document and collects what breaks the contract, each with its JSON pointer."""

    def __init__(self, file: str | None) -> None:
        self.file = file
        self.findings: list[Diagnostic] = []

    def document(self, value: Any) -> tuple[Net, ...]:
        if not isinstance(value, dict) or value.get("format") != JSON_FORMAT:
            self.wrong("", f'the document is no object with "format": "{JSON_FORMAT}"')
            return ()
        return self.each(value, "nets", "", self.net)

    def net(self, value: Any, at: str) -> Net | None:
        if not isinstance(value, dict) or not isinstance(value.get("name"), str):
            self.wrong(at, "a net is an object with a name")
            return None
        source = value.get("source") or {}
        origin = self.origin(source, f"{at}/source")
        outputs = self.strings(value, "outputs", at)
        inputs = self.each(value, "inputs", at, self.input)
        layers = self.each(value, "layers", at, self.layer)
        return Net(value["name"], inputs, layers, outputs, origin, self.confidence(source, f"{at}/source"))

    def input(self, value: Any, at: str) -> Input | None:
        if not isinstance(value, dict) or not isinstance(value.get("name"), str):
            self.wrong(at, "an input is an object with a name and a type")
            return None
        kind = self.type(value.get("type"), f"{at}/type")
        if kind is None:
            return None
        span = PointerSpan(at, self.file)
        origin = self.origin(value.get("origin"), f"{at}/origin")
        return Input(value["name"], kind, origin, self.confidence(value, at), span=span)

    def layer(self, value: Any, at: str) -> Node | None:
        if not isinstance(value, dict) or not isinstance(value.get("name"), str):
            self.wrong(at, "a layer is an object with name, op, inputs and attrs")
            return None
        op, attributes = value.get("op"), value.get("attrs", {})
        if op not in REGISTRY:
            like = nearest(str(op), REGISTRY)
            self.wrong(f"{at}/op", f"there is no layer {op}" + (f"; did you mean {like}?" if like else ""))
            return None
        if not isinstance(attributes, dict):
            self.wrong(f"{at}/attrs", "attrs is an object")
            return None
        try:
            layer = build(op, {name: self.value(v, f"{at}/attrs/{name}") for name, v in attributes.items()})
        except CannotBuild as error:
            for p in error.problems:
                self.report(p.code, f"{at}/attrs/{p.attribute}", p.message)
            return None
        declared = self.type(value["declared"], f"{at}/declared") if value.get("declared") else None
        return Node(
            value["name"],
            layer,
            self.strings(value, "inputs", at),
            declared,
            self.origin(value.get("origin"), f"{at}/origin"),
            self.confidence(value, at),
            value.get("inferred") is True,
            shares=self.owner(value, at),
            span=PointerSpan(at, self.file),
        )

    def owner(self, value: dict[str, Any], at: str) -> str | None:
        found = value.get("shares")
        if found is None or isinstance(found, str):
            return found
        self.wrong(f"{at}/shares", "shares is the name of a layer")
        return None

    def value(self, value: Any, at: str) -> Any:
        """An attribute: null is a hole, lists are tuples; domains tell words from symbols."""
        if value is None:
            return HOLE
        if isinstance(value, list):
            return tuple(self.value(v, at) for v in value)
        if isinstance(value, dict):
            return {name: self.raw(v) for name, v in value.items()}
        if isinstance(value, str):
            return self.symbolic(value)
        return value

    def raw(self, value: Any) -> Any:
        """A raw attribute of an opaque layer: a string is a text, {"$symbol": ...} a symbol."""
        if isinstance(value, dict) and value.keys() == {"$symbol"}:
            return HOLE if value["$symbol"] == "?" else self.symbolic(str(value["$symbol"]))
        if isinstance(value, dict):
            return {name: self.raw(v) for name, v in value.items()}
        if isinstance(value, list):
            return tuple(self.raw(v) for v in value)
        return value

    @staticmethod
    def symbolic(text: str) -> Any:
        try:
            return parse_number(text)
        except ValueError:
            return text

    def type(self, value: Any, at: str) -> Type | None:
        try:
            kind = Kind(value["kind"])
            return Type(kind, tuple(self.dim(d) for d in value["shape"]))
        except (KeyError, TypeError, ValueError) as error:
            why = str(error) if isinstance(error, ValueError) else "it needs a kind and a shape"
            self.wrong(at, f"not a type: {why}")
            return None

    @staticmethod
    def dim(value: Any) -> Dim:
        if value is None:
            return HOLE
        if isinstance(value, str):
            return parse_number(value)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        raise ValueError(f"{value} is no dimension")

    def origin(self, value: Any, at: str) -> Origin | None:
        if not value:
            return None
        try:
            fields = {k: value.get(k) for k in ("page", "kind", "number", "row", "column", "text", "note")}
            box = tuple(float(v) for v in value["bbox"]) if value.get("bbox") else None
            return Origin(bbox=box, **fields)  # type: ignore[arg-type]
        except (AttributeError, TypeError, ValueError):
            self.wrong(at, "an origin is an object with page, kind, number, row, column, bbox, text")
            return None

    def confidence(self, value: Any, at: str) -> float | None:
        found = value.get("confidence") if isinstance(value, dict) else None
        if found is None:
            return None
        if isinstance(found, int | float) and 0 <= found <= 1:
            return float(found)
        self.wrong(f"{at}/confidence", "a confidence is a number from 0 to 1")
        return None

    def strings(self, value: dict[str, Any], key: str, at: str) -> tuple[str, ...]:
        found = value.get(key)
        if isinstance(found, list) and all(isinstance(v, str) for v in found):
            return tuple(found)
        self.wrong(f"{at}/{key}", f"{key} is a list of names")
        return ()

    def each(
        self, value: dict[str, Any], key: str, at: str, read_one: Callable[[Any, str], Made | None]
    ) -> tuple[Made, ...]:
        items = value.get(key)
        if not isinstance(items, list):
            self.wrong(f"{at}/{key}", f"{key} is a list")
            return ()
        found = [read_one(item, f"{at}/{key}/{index}") for index, item in enumerate(items)]
        return tuple(f for f in found if f is not None)

    def wrong(self, at: str, message: str) -> None:
        self.report(codes.JSON_CONTRACT, at, message)

    def report(self, code: codes.Code, at: str, message: str) -> None:
        self.findings.append(Diagnostic(code, message, PointerSpan(at, self.file)))
