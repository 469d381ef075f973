"""The small meaningful pieces of a phrase, in the order in which they are written."""

from __future__ import annotations

import attrs

from dlc.frontends.phrases.values import Number

Size = tuple[Number, ...]
Quantity = Number | Size


@attrs.frozen
class Place:
    """Where in the normalised text a piece stands, and how sure its reading is."""

    start: int = 0
    end: int = 0
    confidence: float = 1.0


@attrs.frozen
class Operation:
    """A word that names a layer; `word` is as written."""

    family: str
    word: str
    place: Place = Place()


@attrs.frozen
class Named:
    """A layer's name: `conv1_1`, `fc6`; `family` is the operation that it starts with, or None."""

    family: str | None
    name: str
    place: Place = Place()


@attrs.frozen
class Coded:
    """A code such as `conv3-64`: an operation with numbers in a fixed order."""

    family: str
    first: int
    second: int
    name: str
    place: Place = Place()


@attrs.frozen
class Dashed:
    """`FC-4096`, `conv-1`: an operation and a number, which is a width or the layer's index."""

    family: str
    word: str
    number: Number
    place: Place = Place()


@attrs.frozen
class Qualifier:
    """A word that changes an operation: depthwise, global, 1d, same, ..."""

    value: str
    word: str
    place: Place = Place()


@attrs.frozen
class Setting:
    """An attribute with its value: `stride 2`, `k:3×3`; a None value is a word without one."""

    key: str
    value: Quantity | None
    place: Place = Place()


@attrs.frozen
class Amount:
    """A number of something: `64 filters`, `1000-way`, `#32`."""

    counted: str
    value: Number | None
    place: Place = Place()


@attrs.frozen
class Window:
    """A size as written, `3×3` or `(3, 3)`, with what follows a slash in `3×3/2`."""

    size: Size
    over: Number | None = None
    listed: bool = False
    place: Place = Place()


@attrs.frozen
class Area:
    """`6@28×28`: maps at a size."""

    maps: Number
    size: Size
    place: Place = Place()


@attrs.frozen
class Cardinal:
    """`32×4d`: groups and the width of each."""

    groups: int
    width: int
    place: Place = Place()


@attrs.frozen
class Bare:
    """A number that says nothing about itself; `share` for percentages."""

    value: Number
    share: bool = False
    place: Place = Place()


@attrs.frozen
class Slashed:
    """`/2`, which is a stride."""

    value: Number
    place: Place = Place()


@attrs.frozen
class Times:
    """A repeat count; `before` where it stands before what it repeats (`3× [...]`)."""

    count: Number
    before: bool = False
    place: Place = Place()


@attrs.frozen
class Separator:
    """What keeps phrases apart; a `hard` one always does."""

    sign: str
    place: Place = Place()

    @property
    def arrow(self) -> bool:
        """Whether it leads from what goes in to what comes out: "1024 → 10"."""
        return self.sign in "→->⇒"

    @property
    def joins(self) -> bool:
        """Whether what stands on both sides is one sequence: "conv + BN"."""
        return self.sign in "+&."

    @property
    def hard(self) -> bool:
        """Whether a new layer begins behind it."""
        return self.sign in ";|\n+&"


@attrs.frozen
class Unknown:
    """A word or sign without a meaning; `filler` where it may be left out without loss."""

    text: str
    filler: bool = False
    place: Place = Place()


@attrs.frozen
class Bracket:
    """Items in brackets; `round` for parentheses."""

    items: tuple[Item, ...]
    repeat: Number | None = None
    round: bool = False
    place: Place = Place()


Item = (
    Operation
    | Named
    | Coded
    | Dashed
    | Qualifier
    | Setting
    | Amount
    | Window
    | Area
    | Cardinal
    | Bare
    | Slashed
    | Times
    | Separator
    | Unknown
    | Bracket
)
