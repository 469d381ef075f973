"""What a row of a table amounts to: layers, and stacks of layers that are repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import attrs

from dlc.frontends.phrases import Phrase, PhraseGroup, read_phrases
from dlc.frontends.phrases.normal import normalise
from dlc.frontends.phrases.values import Number
from dlc.frontends.table.design.sizes import Size
from dlc.frontends.table.design.texts import quantity, window
from dlc.frontends.table.model import Cell, Group

CONVS = frozenset(
    f"{word}{rank}d{end}" for word in ("conv",) for rank in (1, 2, 3) for end in ("", "_transpose")
) | {"depthwise_conv2d", "separable_conv2d"}
POOLS = frozenset({"pool"} | {f"{word}pool{rank}d" for word in ("max", "avg") for rank in (1, 2, 3)})
GLOBAL_POOLS = frozenset(
    {"global_pool"} | {f"global_{word}pool{rank}d" for word in ("max", "avg") for rank in (1, 2, 3)}
)
RECURRENT = frozenset(("rnn", "lstm", "gru"))
MERGES = frozenset(("add", "subtract", "multiply", "average", "maximum", "minimum", "concat", "dot"))
ACTIVATIONS = frozenset(
    [
        "relu",
        "relu6",
        "leaky_relu",
        "prelu",
        "elu",
        "selu",
        "gelu",
        "silu",
        "hard_silu",
        "sigmoid",
        "hard_sigmoid",
        "tanh",
        "softplus",
        "softsign",
    ]
) | {"softmax"}
#: The attribute that a layer's width is called.
WIDTH: dict[str, str] = (
    dict.fromkeys(CONVS - {"depthwise_conv2d"}, "filters")
    | dict.fromkeys(RECURRENT, "units")
    | {"dense": "units", "embed": "dim", "attention": "dim", "opaque": "filters"}
)


GUESSED_POOLING = 0.6  # confidence in the kind where only "pooling" is said


@attrs.frozen
class Layer:
    """One layer as the table states it, with the cell that names it.

    `phrase.op` is a name of the catalogue, or "pool", "global_pool", "input", "output". `residual` tells
    that it adds what its group of rows began with.
    """

    phrase: Phrase
    cell: Cell
    note: str | None = None
    residual: bool = False

    @property
    def op(self) -> str:
        """The operation; "" where it is not known."""
        return self.phrase.op or ""

    @property
    def attributes(self) -> dict[str, Any]:
        """The stated hyper-parameters, by their names in the catalogue."""
        return dict(self.phrase.attributes)

    def given(self, **values: Any) -> Layer:
        """With further attributes; what it has already stays."""
        return attrs.evolve(self, phrase=attrs.evolve(self.phrase, attributes=values | self.attributes))

    def set(self, **values: Any) -> Layer:
        """With these attributes in place of its own."""
        return attrs.evolve(self, phrase=attrs.evolve(self.phrase, attributes=self.attributes | values))


@attrs.frozen
class Stack:
    """Parts that are applied one after another, `repeat` times.

    `style` is chain, residual or dense; a "bracket" is one of them, which its table decides.
    """

    parts: tuple[Part, ...]
    repeat: Number = 1
    style: str = "chain"
    label: str = ""


@attrs.frozen
class Branches:
    """Chains side by side over one value; `merge` joins them, where the row says so itself."""

    chains: tuple[tuple[Part, ...], ...]
    merge: Layer | None = None


Part = Layer | Stack | Branches


@attrs.frozen
class Stage:
    """A row: its parts, and the sizes that the table reports before and after them.

    `sources` are the names of rows that feed it, `joined` of those that its result is concatenated with,
    where the table says so. `unread` is the text of a row that was not understood; where it seems to be a
    layer, an opaque one stands for it. `title` is that of a row that only heads others. `cell` is the row's
    first that says something, `unstated` those of the columns of hyper-parameters whose words state none.
    """

    label: str
    parts: tuple[Part, ...]
    row: int
    into: Size | None = None
    out: Size | None = None
    width: Number | None = None
    sources: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    channels_in: Number | None = None
    unread: str = ""
    title: str = ""
    cell: Cell | None = None
    unstated: tuple[Cell, ...] = ()


def layers_of(parts: tuple[Part, ...]) -> Iterator[Layer]:
    """Every layer of parts, once each, in the order in which they are written."""
    for part in parts:
        if isinstance(part, Layer):
            yield part
        elif isinstance(part, Stack):
            yield from layers_of(part.parts)
        else:
            for chain in part.chains:
                yield from layers_of(chain)
            if part.merge is not None:
                yield part.merge


def cell_parts(cell: Cell) -> tuple[Part, ...]:
    """The layers that a cell lists, brackets as stacks; phrases without an operation have op None."""
    if not any(group.bracket for group in cell.groups):
        return _spelled_out(cell) or _plain(cell, cell.lines or (cell.text,))
    found: list[Part] = []
    stacked: dict[int, list[Stack]] = {}
    for group in cell.groups:
        if not group.bracket:
            found += _plain(cell, group.lines)
            continue
        made = _bracket(cell, group)
        if group.stack is None:
            found.append(made)
            continue
        if group.stack not in stacked:
            stacked[group.stack] = []
            found.append(Stack((), made.repeat, label=str(group.stack)))
        stacked[group.stack].append(attrs.evolve(made, repeat=1))
    return tuple(_filled(part, stacked) for part in found)


def window_parts(cell: Cell) -> tuple[Part, ...]:
    """The brackets of a window column, whose third number is padding: "[3×3/1, 1; 3×3/1, 1] ×2"."""
    return tuple(_windows(cell, group) for group in cell.groups if group.bracket)


def _windows(cell: Cell, group: Group) -> Stack:
    layers = []
    for line in group.lines:
        kernel, stride, pad = window(line)
        stated = {"kernel": kernel, "stride": stride, "padding": pad}
        attributes: dict[str, Any] = {k: v for k, v in stated.items() if v is not None}
        if attributes.get("stride") and len(attributes["stride"]) == 1:
            attributes["stride"] = attributes["stride"][0]
        layers.append(Layer(Phrase(attributes=attributes, text=line), cell))
    return Stack(tuple(layers), _count(group), "bracket")


def _filled(part: Part, stacked: dict[int, list[Stack]]) -> Part:
    if isinstance(part, Stack) and not part.parts and part.label:
        return Stack(tuple(stacked[int(part.label)]), part.repeat)
    return part


def _bracket(cell: Cell, group: Group) -> Stack:
    return Stack(tuple(p for line in group.lines for p in _parts(cell, line)), _count(group), "bracket")


def _count(group: Group) -> Number:
    return (quantity(group.repeat) if group.repeat else None) or 1


_CONTENTS = re.compile(
    r"(?P<name>[A-Za-z][\w -]{0,30}?(?:blocks?|modules?|units?))"
    r"(?:\s*[×x]\s*(?P<count>\d{1,2}))?\s*:\s*(?P<rest>.+)",
    re.I,
)


def _spelled_out(cell: Cell) -> tuple[Part, ...]:
    """A block with its layers behind a colon: "Residual block: conv 3×3, 64, BN, ReLU"."""
    match = _CONTENTS.fullmatch(normalise(cell.text))
    if match is None:
        return ()
    inner = tuple(_parts(cell, match["rest"]))
    if not inner or not all(isinstance(p, Layer) and p.op for p in inner):
        return ()
    residual = re.match(r"res", match["name"], re.I) is not None
    return (Stack(inner, int(match["count"] or 1), "residual" if residual else "chain"),)


def _plain(cell: Cell, lines: tuple[str, ...]) -> tuple[Part, ...]:
    """Lines outside brackets: phrases of their own where each says enough, else one text."""
    each = [_parts(cell, line) for line in lines]
    if len(lines) > 1 and all(found and _complete(found[0]) for found in each):
        return tuple(part for found in each for part in found)
    return tuple(_parts(cell, " ".join(lines)))


def _complete(part: Part) -> bool:
    if not isinstance(part, Layer):
        return True
    return part.phrase.op is not None or {"kernel", "filters"} <= part.attributes.keys()


def _parts(cell: Cell, text: str) -> list[Part]:
    return [_part(cell, found) for found in read_phrases(text).parts]


def _part(cell: Cell, found: Phrase | PhraseGroup) -> Part:
    if isinstance(found, PhraseGroup):
        return Stack(tuple(_part(cell, inner) for inner in found.parts), found.repeat)
    return Layer(found, cell)
