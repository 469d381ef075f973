"""A net while a prototxt is read: blobs by name, the node that makes each, and the type of every value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from dlc.diagnostics import Code, Severity, TextSpan
from dlc.frontends.building import NetBuilder
from dlc.frontends.prototxt.message import Message, Word
from dlc.types import Dim, Kind, Type, symbol


@attrs.frozen
class Source:
    """One layer message: its fields at hand, and the phase it is read for."""

    message: Message
    phase: str = "TEST"
    file: str | None = None

    @property
    def name(self) -> str:
        """The layer's name; its type where it has none."""
        return str(self.message.get("name") or self.kind)

    @property
    def kind(self) -> str:
        """The layer's type, such as "Convolution"."""
        return str(self.message.get("type", ""))

    @property
    def bottoms(self) -> list[str]:
        """The blobs that it reads."""
        return [str(b) for b in self.message.all("bottom")]

    @property
    def tops(self) -> list[str]:
        """The blobs that it writes."""
        return [str(t) for t in self.message.all("top")]

    @property
    def span(self) -> TextSpan:
        """The line on which it begins."""
        line = max(1, self.message.line)
        return TextSpan(line, 1, line, 1, self.file)

    @property
    def weight_names(self) -> tuple[str, ...]:
        """The common names of its parameters, in their order; empty where one has no name."""
        params = [*self.message.all("param"), *self.message.sub("dlc_scale").all("param")]
        return tuple(str(p.get("name") or "") if isinstance(p, Message) else str(p) for p in params)

    def param(self, name: str) -> Message:
        """The message with its hyper-parameters."""
        return self.message.sub(name)


@attrs.define
class Builder(NetBuilder):
    """Collects inputs and nodes; `blobs` says which value stands for a blob just now.

    `waiting` are labels and the like, which become inputs where a layer of the net reads them; `named` are
    the layers whose parameters have these names, `shared_names` all of these names.
    """

    file: str | None = None
    blobs: dict[str, str] = attrs.field(factory=dict)
    waiting: dict[str, Type] = attrs.field(factory=dict)
    named: dict[tuple[str, ...], list[str]] = attrs.field(factory=dict)
    shared_names: set[str] = attrs.field(factory=set)

    def input(self, name: str, kind: Type, span: TextSpan | None = None) -> None:
        """An input of the net, which is also a blob."""
        self.blobs[name] = self.take(name, kind, span)

    def add(
        self,
        op: str,
        attributes: Mapping[str, Any],
        inputs: Sequence[str],
        name: str,
        *,
        source: Source,
        declared: Type | None = None,
        inferred: bool = False,
    ) -> str:
        """Append a layer at its place in the file; raises CannotBuild where the catalogue refuses it."""
        return self.put(op, attributes, inputs, name, source.span, declared=declared, inferred=inferred)

    def opaque(
        self,
        source: Source,
        inputs: Sequence[str],
        declared: Sequence[Type | None] = (),
        parameters: Dim | None = None,
    ) -> list[str]:
        """A layer kept as it is: a value for every top, the further ones read off the first.

        `parameters` says how many numbers it keeps, where that is known.
        """
        fields = source.message.without("name", "type", "bottom", "top", "include", "exclude", "phase")
        raw: dict[str, Any] = {"prototxt": raw_fields(fields)}
        if parameters is not None:
            raw["parameters"] = parameters
        types = [*declared, *[None] * len(source.tops)]
        first = self.add(
            "opaque",
            {"type": source.kind, "attributes": raw},
            inputs,
            source.name,
            source=source,
            declared=types[0],
        )
        made = [first]
        for index, top in enumerate(source.tops[1:], 1):
            values = {"type": "Top", "attributes": {"index": index, "parameters": 0}}
            made.append(
                self.add("opaque", values, [first], top, source=source, declared=types[index], inferred=True)
            )
        return made

    def flat(self, value: str, source: Source) -> str:
        """A value as a vector: itself, or flattened."""
        kind = self.types.get(value)
        if kind is None or kind.kind in (Kind.VECTOR, Kind.IDS):
            return value
        return self.add("flatten", {}, [value], f"{source.name}_flat", source=source, inferred=True)

    def note(self, code: Code, message: str, source: Source, severity: Severity = Severity.NOTE) -> None:
        """Report something at a layer."""
        self.report(code, message, source.span, severity)


def raw_fields(message: Message) -> dict[str, Any]:
    """A message as raw attributes: repeated fields as tuples, enumerations' members as symbols."""
    found: dict[str, list[Any]] = {}
    for field in message.fields:
        found.setdefault(field.name, []).append(_raw(field.value))
    return {name: values[0] if len(values) == 1 else tuple(values) for name, values in found.items()}


def _raw(value: Any) -> Any:
    if isinstance(value, Message):
        return raw_fields(value)
    if isinstance(value, Word):
        return symbol(str(value)) if value.isidentifier() else str(value)
    return value


def caffe_dims(kind: Type | None) -> tuple[Dim, ...] | None:
    """A type's dimensions in Caffe's order, without the batch: (C, H, W) of map[H, W, C]."""
    if kind is None:
        return None
    if kind.kind in (Kind.MAP, Kind.VOLUME):
        return (kind.shape[-1], *kind.shape[:-1])
    return kind.shape


def type_of_dims(dims: Sequence[Dim]) -> Type | None:
    """The type of a blob with these dimensions after the batch, in Caffe's order."""
    match len(dims):
        case 1:
            return Type(Kind.VECTOR, tuple(dims))
        case 2:
            return Type(Kind.SEQUENCE, tuple(dims))
        case 3:
            return Type(Kind.MAP, (*dims[1:], dims[0]))
        case 4:
            return Type(Kind.VOLUME, (*dims[1:], dims[0]))
    return None


def axis_of(axis: int, kind: Type | None) -> int | None:
    """A blob's axis (batch is 0) as the language counts it; None for the batch's or an unknown one."""
    if kind is None:
        return None
    rank = len(kind.shape)
    axis = axis + rank + 1 if axis < 0 else axis
    if axis == 0 or axis > rank:
        return None
    if kind.kind in (Kind.MAP, Kind.VOLUME):
        return rank if axis == 1 else axis - 1
    return axis
