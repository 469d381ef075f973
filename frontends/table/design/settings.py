"""The columns of hyper-parameters: what each states, and for which layer of its row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs

from dlc.frontends.phrases import Phrase, read_phrases
from dlc.frontends.phrases.normal import normalise
from dlc.frontends.phrases.values import Number
from dlc.frontends.table.design.facts import Facts
from dlc.frontends.table.design.parts import (
    CONVS,
    GLOBAL_POOLS,
    POOLS,
    WIDTH,
    Branches,
    Layer,
    Part,
    Stack,
    layers_of,
)
from dlc.frontends.table.design.roles import Branch, Role
from dlc.frontends.table.design.sheet import Column, Sheet
from dlc.frontends.table.design.sizes import Size, read_size
from dlc.frontends.table.design.texts import blank, quantity, sides, ticked, window
from dlc.frontends.table.design.variants import Variant
from dlc.frontends.table.model import Cell

_ACTIVATIONS = {
    "re": "relu",
    "hs": "hard_silu",
    "sw": "silu",
    "r": "relu",
    "lrelu": "leaky_relu",
    "s": "sigmoid",
}
WINDOWS = (Role.KERNEL, Role.KERNEL_STRIDE)
_NAMED_SOURCES = re.compile(r"\s*(?:[+,&;]|\band\b|\|)\s*")


@attrs.frozen
class Row:
    """One row of a variant, cell by cell; a cell that spans columns is seen once, in its leftmost role."""

    sheet: Sheet
    variant: Variant
    index: int
    line: tuple[Cell, ...]
    owner: dict[int, Column]

    @classmethod
    def of(cls, sheet: Sheet, variant: Variant, index: int) -> Row:
        """The row of that index."""
        owner: dict[int, Column] = {}
        line = []
        for column in variant.columns:
            cell = column.cells[index]
            if id(cell) not in owner:
                owner[id(cell)] = column
                line.append(cell)
        return cls(sheet, variant, index, tuple(line), owner)

    def column_of(self, cell: Cell) -> Column | None:
        """The column in whose role a cell is seen."""
        return self.owner.get(id(cell))

    def labels(self) -> list[tuple[Column, Cell]]:
        """The label columns with their cells, from the left."""
        return [(self.owner[id(c)], c) for c in self.line if self.owner[id(c)].role is Role.LABEL]

    def cells(self, *roles: Role) -> list[Cell]:
        """The cells of these roles, from the left."""
        return [c for c in self.line if self.owner[id(c)].role in roles]

    def first(self, *roles: Role) -> Cell | None:
        """The first of these cells that says something; None where none does."""
        return next((c for c in self.cells(*roles) if not blank(c.text)), None)

    def text(self, *roles: Role) -> str:
        """The text of the first of these cells that says something, else an empty one."""
        cell = self.first(*roles)
        return cell.text if cell is not None else ""

    def states(self, *roles: Role) -> bool:
        """Whether any of these columns says something here."""
        return self.first(*roles) is not None

    def configurations(self) -> list[Cell]:
        """The configuration cells that begin in this row; several where branches run side by side.

        A branch column without an entry is an empty cell.
        """
        cells = [c for c in self.cells(Role.CONFIG) if self._begins(c)]
        cells += [c for c in self.cells(*WINDOWS) if any(g.bracket for g in c.groups)]
        filled = [c for c in cells if not blank(c.text)]
        if self.variant.parallel and filled and len(cells) > 1:
            return [attrs.evolve(c, text="", lines=(), groups=()) if blank(c.text) else c for c in cells]
        return filled[:1]

    def size(self, role: Role) -> Size | None:
        """The size reported; one that spans rows is the first row's input, the last row's output."""
        cell = next((c for c in self.cells(role) if not blank(c.text)), None)
        if cell is None or (role is Role.OUTPUT and not self._ends(cell)):
            return None
        if role is Role.INPUT and not self._begins(cell):
            return None
        return read_size(cell.text)

    def sources(self) -> tuple[str, ...]:
        """Names of other rows in the input column: "conv5b", "upconv5+conv4b"."""
        text = self.text(Role.INPUT)
        if not text or read_size(text) is not None:
            return ()
        names = [n.strip(" ()[]") for n in _NAMED_SOURCES.split(text)]
        return tuple(n for n in names if re.fullmatch(r"[A-Za-z][\w.\-/ ]{0,24}", n))

    def all_text(self) -> str:
        """What the row says, for a message."""
        return " | ".join(c.text for c in self.line if not blank(c.text))

    def _begins(self, cell: Cell) -> bool:
        return self.index == 0 or not self._also_in(cell, self.index - 1)

    def _ends(self, cell: Cell) -> bool:
        return self.index + 1 >= self.sheet.rows or not self._also_in(cell, self.index + 1)

    def _also_in(self, cell: Cell, index: int) -> bool:
        return any(c.cells[index] is cell for c in self.variant.columns)


def apply_columns(row: Row, parts: tuple[Part, ...], facts: Facts) -> tuple[tuple[Part, ...], Number | None]:
    """The parts with what the row's other columns state, and a width that belongs to no layer of the row."""
    parts = _inception(row, parts)
    if not parts:
        return (), quantity(row.text(Role.FILTERS))
    for apply in (_kernel, _stride, _padding, _dilation, _groups, _shape):
        parts = apply(row, parts)
    parts, width = _width(row, parts)
    parts = _further(row, _pool(row, parts, facts))
    return _repeated(row, parts), width


def _mapped(parts: tuple[Part, ...], change: Callable[[Layer], Layer | None]) -> tuple[Part, ...]:
    """The parts with the first layer changed for which `change` gives another one."""
    for index, part in enumerate(parts):
        if isinstance(part, Layer):
            made = change(part)
            if made is not None:
                return (*parts[:index], made, *parts[index + 1 :])
        elif isinstance(part, Stack):
            inner = _mapped(part.parts, change)
            if inner != part.parts:
                return (*parts[:index], attrs.evolve(part, parts=inner), *parts[index + 1 :])
    return parts


def _takes_window(layer: Layer) -> bool:
    return layer.op in CONVS | POOLS or layer.op == "opaque"


def _give(parts: tuple[Part, ...], fits: Callable[[Layer], bool], **values: Any) -> tuple[Part, ...]:
    values = {key: value for key, value in values.items() if value is not None}
    if not values:
        return parts
    return _mapped(parts, lambda layer: layer.given(**values) if fits(layer) else None)


def _spread(found: Sequence[Number] | None) -> Any:
    return None if found is None else found[0] if len(found) == 1 else tuple(found)


def _kernel(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    cell = row.first(*WINDOWS)
    if cell is None or any(g.bracket for g in cell.groups):
        return parts
    text = cell.text
    kernel, stride, pad = window(text)
    if kernel is None:
        return _phrase_of(text, parts)
    conv_first = any(layer.op in CONVS for layer in layers_of(parts))
    fits = _takes_window if not conv_first else lambda layer: layer.op in CONVS
    if kernel is not None and len(kernel) == 3 and any(l.op in CONVS for l in layers_of(parts)):
        return _give(_with_rank(parts, 3), fits, kernel=_spread(kernel), stride=_spread(stride), padding=pad)
    return _give(parts, fits, kernel=_spread(kernel), stride=_spread(stride), padding=pad)


def _with_rank(parts: tuple[Part, ...], rank: int) -> tuple[Part, ...]:
    def changed(layer: Layer) -> Layer | None:
        if layer.op not in CONVS or layer.phrase.rank == rank:
            return None
        op = re.sub(r"\dd", f"{rank}d", layer.op)
        return attrs.evolve(layer, phrase=attrs.evolve(layer.phrase, op=op, rank=rank))

    return _mapped(parts, changed)


def _phrase_of(text: str, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """A window column with words in it: "Pool 7×7", "Global", "3×3 dw"."""
    found = read_phrases(text).phrases
    if not found:
        return parts
    if re.search(r"\bglobal\b", text, re.I):
        return _mapped(parts, _globally)
    values = {k: v for k, v in found[0].attributes.items() if k in ("kernel", "stride", "padding", "filters")}
    return _give(parts, _takes_window, **values)


def _globally(layer: Layer) -> Layer | None:
    if layer.op not in POOLS:
        return None
    op = "global_pool" if layer.op == "pool" else f"global_{layer.op}"
    return attrs.evolve(layer, phrase=attrs.evolve(layer.phrase, op=op))


def _stride(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    text = row.text(Role.STRIDE)
    found = sides(text.lstrip("/")) if text else None
    return _give(parts, _takes_window, stride=_spread(found))


def _padding(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    text = normalise(row.text(Role.PAD)).lower()
    if not text:
        return parts
    word = next((w for w in ("same", "valid") if w in text), None)
    numbers = sides(text)
    pad: Any = word or _padding_of(numbers)
    return _give(parts, lambda layer: layer.op in CONVS | POOLS, padding=pad)


def _padding_of(numbers: Sequence[Number] | None) -> Any:
    """Padding as the language writes it: a number for all sides, (vertical, horizontal) spread out."""
    if numbers is None or any(isinstance(n, str | float) for n in numbers):
        return None
    if len(set(numbers)) == 1:
        return numbers[0]
    if len(numbers) == 2:
        return (numbers[0], numbers[0], numbers[1], numbers[1])
    return tuple(numbers) if len(numbers) == 4 else None


def _dilation(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    text = row.text(Role.DILATION)
    return _give(parts, lambda layer: layer.op in CONVS, dilation=_spread(sides(text)) if text else None)


def _groups(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return _give(parts, lambda layer: layer.op in CONVS | {"opaque"}, groups=quantity(row.text(Role.GROUPS)))


def _shape(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """A filter's whole shape: "3×3×32×64", "3×3×32 dw", "1024×1000", "Pool 7×7"."""
    text = row.text(Role.FILTER_SHAPE)
    if not text:
        return parts
    size = read_size(re.sub(r"\b(?:dw|depthwise)\b", "", text, flags=re.I).strip())
    if size is None:
        return _phrase_of(text, parts)
    return _mapped(parts, lambda layer: _shaped(layer, size))


def _shaped(layer: Layer, size: Size) -> Layer | None:
    if layer.op == "dense":
        return layer.given(units=size[-1])
    if layer.op == "depthwise_conv2d" and len(size) >= 2:
        return layer.given(kernel=size[:2])
    if layer.op in CONVS and len(size) == 4:
        outwards = (
            isinstance(size[0], int) and isinstance(size[2], int) and size[2] <= 11 and size[3] == size[2]
        )
        if outwards and size[0] != size[1]:
            return layer.given(kernel=size[2:], filters=size[0])
        return layer.given(kernel=size[:2], filters=size[3])
    if layer.op in CONVS and len(size) == 3:
        return layer.given(kernel=size[:2], filters=size[2])
    if layer.op in CONVS | POOLS and len(size) == 2:
        return layer.given(kernel=size)
    return None


def _width(row: Row, parts: tuple[Part, ...]) -> tuple[tuple[Part, ...], Number | None]:
    value = quantity(row.text(Role.FILTERS, Role.UNITS))
    if value is None:
        return parts, None
    made = _mapped(parts, lambda layer: _widened(layer, value))
    return (made, None) if made != parts else (parts, value)


def _widened(layer: Layer, value: Number) -> Layer | None:
    name = WIDTH.get(layer.op)
    return layer.given(**{name: value}) if name and name not in layer.attributes else None


def _pool(row: Row, parts: tuple[Part, ...], facts: Facts) -> tuple[Part, ...]:
    """A pooling column: the window of the row's pooling, or a pooling of its own after the layer."""
    text = row.text(Role.POOL)
    if not text:
        return parts
    kernel, stride, _ = window(text)
    phrase = next((p for p in read_phrases(text).phrases if p.op in POOLS | GLOBAL_POOLS), None)
    cell = row.first(Role.POOL)
    stated = row.text(Role.POOL_STRIDE)
    stride = sides(stated) if stated else stride
    values: dict[str, Any] = {"kernel": _spread(kernel), "stride": _spread(stride)}
    values = {k: v for k, v in values.items() if v is not None}
    if any(layer.op in POOLS for layer in layers_of(parts)):
        return _give(parts, lambda layer: layer.op in POOLS, **values)
    if cell is None or not (values or phrase or ticked(text)):
        return parts
    made = phrase or Phrase(op=_pool_kind(row), text=text)
    return (*parts, Layer(attrs.evolve(made, attributes=values | dict(made.attributes)), cell))


def _pool_kind(row: Row) -> str:
    titles = " ".join(t for c in row.variant.of(Role.POOL) for t in c.titles).lower()
    if "max" in titles:
        return "maxpool2d"
    return "avgpool2d" if re.search(r"av(?:g|era)", titles) else "pool"


def _further(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Layers that columns of their own add: normalisation, activation, dropout, in that order."""
    blocks = [layer for layer in layers_of(parts) if layer.op == "opaque"]
    notes = {
        "expansion": quantity(row.text(Role.EXPANSION)),
        "expanded": quantity(row.text(Role.EXPANDED)),
        "activation": row.text(Role.ACTIVATION) or None,
        "squeeze_excitation": True if row.text(Role.SQUEEZE) and ticked(row.text(Role.SQUEEZE)) else None,
    }
    if blocks:
        return _give(parts, lambda layer: layer.op == "opaque", **notes)
    return (*parts, *_normed(row), *_activated(row), *_dropped(row))


def _normed(row: Row) -> Iterable[Layer]:
    cell = row.first(Role.NORM)
    if cell is None:
        return
    named = next(
        (p for p in read_phrases(cell.text).phrases if p.op and p.op.endswith(("norm", "lrn"))), None
    )
    if named is not None or ticked(cell.text):
        yield Layer(named or Phrase(op="batchnorm", text=cell.text), cell)


def _activated(row: Row) -> Iterable[Layer]:
    cell = row.first(Role.ACTIVATION)
    if cell is None:
        return
    short = _ACTIVATIONS.get(cell.text.strip().lower())
    phrase = Phrase(op=short, text=cell.text) if short else None
    phrase = phrase or next((p for p in read_phrases(cell.text).phrases if p.op not in (None, "dense")), None)
    if phrase is not None and phrase.op != "linear":
        yield Layer(phrase, cell)


def _dropped(row: Row) -> Iterable[Layer]:
    cell = row.first(Role.DROPOUT)
    if cell is None:
        return
    match = re.search(r"(?P<rate>\d*\.\d+|\d+)\s*(?P<share>%)?", cell.text)
    rate = float(match["rate"]) / (100 if match["share"] else 1) if match else None
    if ticked(cell.text) and match is None:
        yield Layer(Phrase(op="dropout", text=cell.text), cell)
    elif rate is not None and 0 < rate < 1:
        yield Layer(Phrase(op="dropout", attributes={"rate": rate}, text=cell.text), cell)


def _repeated(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    count = quantity(row.text(Role.REPEAT))
    if count in (None, 1, 0):
        return parts
    if len(parts) == 1 and isinstance(parts[0], Stack) and parts[0].repeat == 1:
        return (attrs.evolve(parts[0], repeat=count),)
    return (Stack(parts, count),)


def _inception(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Columns of an inception table as branches; a row without any of them is as it was."""
    branches: dict[tuple[int, bool], list[tuple[Branch, Cell]]] = {}
    for cell in row.cells(Role.BRANCH):
        column = row.column_of(cell)
        if column is not None and column.header.branch is not None and not blank(cell.text):
            branch = column.header.branch
            branches.setdefault((branch.kernel, branch.double), []).append((branch, cell))
    if len(branches) < 2:
        return _reduced(parts, [pair for pairs in branches.values() for pair in pairs])
    chains = tuple(_chain(key[0], pairs) for key, pairs in branches.items())
    cell = next(layers_of(parts)).cell if parts else row.line[0]
    return (Branches(chains, Layer(Phrase(op="concat", text=cell.text), cell)),)


def _reduced(parts: tuple[Part, ...], pairs: Sequence[tuple[Branch, Cell]]) -> tuple[Part, ...]:
    """A convolution whose reduction stands in an inception column ("conv 3×3", "#3×3 reduce" 64)."""
    reduction = next((cell for branch, cell in pairs if branch.reduces), None)
    width = next((quantity(cell.text) for branch, cell in pairs if not branch.reduces), None)
    if reduction is None or not parts:
        return parts
    made = _mapped(parts, lambda layer: _widened(layer, width)) if width is not None else parts
    return (_conv(1, reduction), *made)


def _chain(kernel: int, pairs: Sequence[tuple[Branch, Cell]]) -> tuple[Part, ...]:
    reductions = [_conv(1, cell) for branch, cell in pairs if branch.reduces]
    mains = [(branch, cell) for branch, cell in pairs if not branch.reduces]
    if kernel == 0:
        return tuple(part for _, cell in mains for part in _pooling_branch(cell))
    convs = [_conv(kernel, cell) for branch, cell in mains for _ in range(1 + branch.double)]
    return (*reductions, *convs)


def _conv(kernel: int, cell: Cell) -> Layer:
    attributes: dict[str, Any] = {"kernel": (kernel, kernel), "stride": (1, 1), "padding": "same"}
    width = quantity(cell.text)
    if width is not None:
        attributes["filters"] = width
    return Layer(Phrase(op="conv2d", attributes=attributes, text=cell.text), cell)


def _pooling_branch(cell: Cell) -> list[Part]:
    op = "avgpool2d" if "av" in cell.text.lower() else "maxpool2d"
    window_of: dict[str, Any] = {"kernel": (3, 3), "stride": (1, 1), "padding": "same"}
    pool = Layer(Phrase(op=op, attributes=window_of, text=cell.text, confidence=0.8), cell)
    number = re.search(r"\d+", cell.text)
    if number is None:
        return [pool]
    projection = _conv(1, attrs.evolve(cell, text=number.group()))
    return [pool, attrs.evolve(projection, cell=cell)]
