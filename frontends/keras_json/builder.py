"""A net while a Keras document is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from dlc.diagnostics import PointerSpan, Severity, codes
from dlc.frontends.building import NetBuilder
from dlc.frontends.keras_json.arguments import Arguments
from dlc.frontends.keras_json.document import LayerDoc
from dlc.layers.shape import KIND_OF_RANK
from dlc.types import HOLE, Dim, Type


@attrs.frozen
class Use:
    """One call of a layer: what it is, what it reads, the name its value is to have, and which call it is."""

    layer: LayerDoc
    inputs: tuple[str, ...]
    name: str
    args: Arguments
    file: str | None = None
    version: int = 2
    call: int = 0

    @property
    def call_document(self) -> Any:
        """The call as the document has it; None where it has none."""
        calls = self.layer.raw.get("inbound_nodes")
        return calls[self.call] if isinstance(calls, list) and self.call < len(calls) else None

    @property
    def span(self) -> PointerSpan:
        """The layer's place in the document."""
        return PointerSpan(self.layer.pointer, self.file)


Rule = Callable[["Builder", Use], str]
RULES: dict[str, Rule] = {}


def rule(*kinds: str) -> Callable[[Rule], Rule]:
    """Enter a function as the rule for classes of layers."""

    def enter(function: Rule) -> Rule:
        for kind in kinds:
            if kind in RULES:
                raise ValueError(f"class {kind} has two rules")
            RULES[kind] = function
        return function

    return enter


@attrs.define
class Builder(NetBuilder):
    """Adds layers at their place in a document."""

    def add(
        self,
        use: Use,
        op: str,
        attributes: Mapping[str, Any],
        inputs: Sequence[str] | None = None,
        name: str = "",
        *,
        inferred: bool = False,
    ) -> str:
        """Append a layer; the name of its value."""
        given = use.inputs if inputs is None else inputs
        return self.put(op, attributes, given, name or use.name, use.span, inferred=inferred)

    def keep(self, use: Use, why: str, declared: Type | None = None, parameters: Dim | None = None) -> str:
        """A layer that the catalogue cannot say, with its configuration as it is."""
        message = f"{use.layer.kind} {use.name} is kept as it is: {why}"
        self.report(codes.LAYER_KEPT, message, use.span, Severity.WARNING)
        raw: dict[str, Any] = {"keras": plain(dict(use.layer.config))}
        if parameters is not None:
            raw["parameters"] = parameters
        values = {"type": use.layer.kind, "attributes": raw}
        return self.put("opaque", values, use.inputs, use.name, use.span, declared=declared)

    def same(self, use: Use, why: str, parameters: Dim | None = 0) -> str:
        """Like `keep`, for a layer whose result has its input's type."""
        return self.keep(use, why, self.type_of(use.inputs[0]) if use.inputs else None, parameters)

    def source(self, use: Use) -> Type | None:
        """The type of what a layer reads first."""
        return self.type_of(use.inputs[0]) if use.inputs else None

    def permuted(self, use: Use, value: str, order: tuple[int, ...], suffix: str) -> str:
        """A value with its axes in another order, as an inferred layer."""
        return self.add(use, "permute", {"order": order}, [value], f"{use.name}_{suffix}", inferred=True)


def plain(value: Any) -> Any:
    """A JSON value as raw attributes: what they cannot hold is written as text."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return tuple(plain(v) for v in value)
    return value


def dims(shape: Sequence[Any]) -> tuple[Dim, ...]:
    """Dimensions of a document; null is a hole."""
    return tuple(d if isinstance(d, int) and d > 0 else HOLE for d in shape)


def channels_last(shape: Sequence[Dim]) -> tuple[Dim, ...]:
    """(C, H, W) as (H, W, C)."""
    return (*shape[1:], shape[0])


def typed(shape: Sequence[Dim]) -> Type | None:
    """The type with these dimensions after the batch; None where no kind has so many."""
    kind = KIND_OF_RANK.get(len(shape))
    return Type(kind, tuple(shape)) if kind is not None else None
