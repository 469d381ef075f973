"""Kinds and types of values: what flows along an edge of a network."""

from __future__ import annotations

import enum

import attrs

from dlc.types.dims import Dim, Expr, Hole, compatible


class Kind(enum.Enum):
    """What a value is: map (H, W, C), vector (N), sequence (T, F), ids (T) or volume (D, H, W, C)."""

    MAP = "map"
    VECTOR = "vector"
    SEQUENCE = "sequence"
    IDS = "ids"
    VOLUME = "volume"

    @property
    def rank(self) -> int:
        """How many dimensions a value has; batches are not counted."""
        return RANKS[self]

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of the dimensions, channels last."""
        return AXES[self]


AXES: dict[Kind, tuple[str, ...]] = {
    Kind.MAP: ("height", "width", "channels"),
    Kind.VECTOR: ("units",),
    Kind.SEQUENCE: ("steps", "features"),
    Kind.IDS: ("steps",),
    Kind.VOLUME: ("depth", "height", "width", "channels"),
}
RANKS: dict[Kind, int] = {kind: len(axes) for kind, axes in AXES.items()}


@attrs.frozen
class Type:
    """A kind and its dimensions, channels last: `map[28, 28, 1]`."""

    kind: Kind
    shape: tuple[Dim, ...]

    def __attrs_post_init__(self) -> None:
        if len(self.shape) != self.kind.rank:
            raise ValueError(f"{self.kind.value} has {self.kind.rank} dimensions, not {len(self.shape)}")

    @property
    def channels(self) -> Dim:
        """The last dimension: channels, features or units."""
        return self.shape[-1]

    @property
    def spatial(self) -> tuple[Dim, ...]:
        """All dimensions but the last."""
        return self.shape[:-1]

    @property
    def is_concrete(self) -> bool:
        """Whether every dimension is a number."""
        return all(isinstance(d, int) for d in self.shape)

    def __str__(self) -> str:
        return f"{self.kind.value}[{', '.join(map(str, self.shape))}]"


def fits(a: Type | None, b: Type | None) -> bool:
    """Whether two types may be the same: one is unknown, or kinds are equal and dimensions compatible."""
    if a is None or b is None:
        return True
    return a.kind is b.kind and all(compatible(x, y) for x, y in zip(a.shape, b.shape, strict=True))


def meet(a: Type | None, b: Type | None) -> Type | None:
    """The more precise of two fitting types, by dimension: a number before a symbol before a hole."""
    if a is None or b is None:
        return a or b
    return Type(a.kind, tuple(sharper(x, y) for x, y in zip(a.shape, b.shape, strict=True)))


def sharper(a: Dim, b: Dim) -> Dim:
    """The more precise of two fitting dimensions: a number before a symbol before a hole."""
    if isinstance(a, Hole) or (isinstance(a, Expr) and isinstance(b, int)):
        return b
    return a


def image(height: Dim, width: Dim, channels: Dim) -> Type:
    """The type of an image map."""
    return Type(Kind.MAP, (height, width, channels))


def vector(units: Dim) -> Type:
    """The type of a vector."""
    return Type(Kind.VECTOR, (units,))


def sequence(steps: Dim, features: Dim) -> Type:
    """The type of a sequence."""
    return Type(Kind.SEQUENCE, (steps, features))
