"""What the parser makes of a text before names and layers mean anything: statements with their places.

Places are offsets into the text, end exclusive. Nobody changes a tree; the classes are not frozen because
making a frozen value takes twice the time, and reading makes a dozen of them a layer.
"""

from __future__ import annotations

import attrs

from dlc.ir import Value
from dlc.types import Dim, Type


@attrs.define
class Word:
    """A name as written; `quoted` where it stood in double quotes."""

    text: str
    start: int
    end: int
    quoted: bool = False


@attrs.define
class Keyword:
    """An attribute with its value."""

    name: Word
    value: Value
    start: int
    end: int


@attrs.define
class Call:
    """A layer, a block or an opaque layer with its named inputs and attributes.

    `form` is "layer", "block" or "opaque"; an opaque layer's `name` is the foreign type's name.
    """

    form: str
    name: Word
    inputs: tuple[Word, ...]
    keywords: tuple[Keyword, ...]
    start: int
    end: int


@attrs.define
class Again:
    """`repeat count (link |> link)`."""

    count: Dim
    links: tuple[Call | Again, ...]
    start: int
    end: int


Link = Call | Again


@attrs.frozen
class Marks:
    """What follows `@`: where a layer was read, how sure the reader was, whether types asked for it, and
    whose weights it uses."""

    origin: str | None = None
    confidence: float | None = None
    inferred: bool = False
    shares: Word | None = None


NO_MARKS = Marks()


@attrs.define
class InputLine:
    """`name = input type`."""

    name: Word
    type: Type
    marks: Marks
    start: int
    end: int


@attrs.define
class LayerLine:
    """`name: type = values |> link |> link`; a call at the head is the first link, and `values` None."""

    name: Word
    declared: Type | None
    values: tuple[Word, ...] | None
    links: tuple[Link, ...]
    marks: Marks
    start: int
    end: int


@attrs.define
class OutputLine:
    """`output a, b`."""

    names: tuple[Word, ...]
    start: int
    end: int


@attrs.define
class BrokenLine:
    """A statement that could not be read; `name` is what it would have defined."""

    name: Word | None
    start: int
    end: int
    is_output: bool = False


Line = InputLine | LayerLine | OutputLine | BrokenLine


@attrs.define
class ParameterTree:
    """A parameter of a block's header; `role` is "input" or "parameter" where it says so."""

    name: Word
    role: str | None = None
    default: Value = None
    has_default: bool = False


@attrs.define
class Body:
    """What stands in braces; `lines` are what the parser's caller made of each statement."""

    lines: list[object]
    start: int
    end: int


@attrs.define
class NetTree:
    """A net."""

    name: Word
    marks: Marks
    body: Body
    start: int
    end: int


@attrs.define
class BlockTree:
    """A block; `parameters` is None where its header could not be read."""

    name: Word
    parameters: tuple[ParameterTree, ...] | None
    body: Body
    start: int
    end: int


Item = NetTree | BlockTree
