"""Layers that the catalogue does not know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import attrs

from dlc.ir import Value
from dlc.layers.base import Layer, attribute, layer
from dlc.layers.domains import Domain, Text
from dlc.types import HOLE, Dim, Type


@attrs.frozen(eq=False)
class Raw(Mapping[str, Any]):
    """Attributes as their source wrote them: an unchanging mapping, equal to any of the same entries."""

    entries: tuple[tuple[str, Any], ...]

    def __getitem__(self, key: str) -> Any:
        for name, value in self.entries:
            if name == key:
                return value
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __hash__(self) -> int:
        return hash(frozenset(self.entries))


def frozen(value: Any) -> Any:
    """A raw value with mappings and lists that do not change."""
    if isinstance(value, Mapping):
        return Raw(tuple((str(k), frozen(v)) for k, v in value.items()))
    if isinstance(value, list | tuple):
        return tuple(frozen(v) for v in value)
    return value


@attrs.frozen
class RawAttributes(Domain):
    """Any names with any values, kept as they are."""

    def accept(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return frozen(value)
        raise self.refuse(value)

    def describe(self) -> str:
        return "names with values"

    def schema(self) -> dict[str, Any]:
        return {"type": "object"}


@layer("opaque")
class Opaque(Layer):
    """A layer that is not in the catalogue, kept with its attributes as they were read.

    It takes any inputs; its result is what the node declares, and unknown without that. Operations are
    unknown, and so are parameters unless an attribute of that name counts them.

        boxes: vector[400] = opaque "PriorBox"(x, min_size=30.0, flip=true)

    Source: none; the name in quotes is the source's own.
    """

    declares_result: ClassVar[bool] = True
    least: ClassVar[int] = 0
    most: ClassVar[int | None] = None
    type: str = attribute(Text(), "the source's name for the layer")
    raw: Mapping[str, Any] = attrs.field(
        factory=lambda: Raw(()),
        converter=RawAttributes().convert,
        alias="attributes",
        metadata={"domain": RawAttributes(), "doc": "attributes as they were read", "default": Raw(())},
    )

    def attributes(self) -> dict[str, Value]:
        return {"type": self.type, "attributes": self.raw}  # type: ignore[dict-item]

    def holes(self) -> tuple[str, ...]:
        return ()

    def infer(self, inputs: Sequence[Type]) -> Type | None:
        return None

    def parameters(self, inputs: Sequence[Type], output: Type) -> Dim:
        stated: Dim = self.raw.get("parameters", HOLE)
        return stated

    def multiply_adds(self, inputs: Sequence[Type], output: Type) -> Dim:
        return HOLE
