"""How much room the parts of a flow take, along it and across, from the labels outwards."""

from __future__ import annotations

import attrs

from dlc.simulate.paper import words
from dlc.simulate.paper.flow_style import FlowStyle
from dlc.simulate.paper.sketch import Sketch
from dlc.simulate.paper.structure import Again, Cell, Chain, Fork, Part, Place, cells
from dlc.simulate.paper.words import Stated, Wording

SIGNS = {"add": "+", "multiply": "×"}


@attrs.frozen
class Extent:
    """How long a part is along the flow, and how far it reaches to both sides of its axis."""

    length: float
    minus: float
    plus: float


@attrs.frozen
class Shown:
    """A cell as it will be drawn: its label, what that states of each layer, and the box's size (s, t)."""

    lines: tuple[str, ...]
    stated: tuple[Stated, ...]
    length: float
    across: float


class Extents:
    """Measures the parts of a structure in one layout."""

    def __init__(self, sketch: Sketch, chain: Chain, wording: Wording, style: FlowStyle) -> None:
        self.sketch = sketch
        self.wording = wording
        self.style = style
        self.down = style.direction in ("down", "up")
        self.shown = {place: self._shown(cell) for place, cell in cells(chain)}
        if style.even:
            self._even()

    def _shown(self, cell: Cell) -> Shown:
        lines, stated = words.label(cell, self.wording)
        if self.style.legend:
            lines, stated = self._number(cell, stated)
        if self.style.beside:
            em = self.sketch.look.size
            apart = self.sketch.measure(lines)[1] + 0.6 * em - self.style.gap  # or labels would meet
            return Shown(tuple(lines), stated, max(1.6 * em, apart), 5 * em)
        width, height = self.sketch.measure(lines)
        if self.style.rotated:
            width, height = height, width
        pad = 2 * self.style.pad
        length, across = (height, width) if self.down else (width, height)
        least = self.sketch.look.size * 1.2
        return Shown(tuple(lines), stated, max(least, length + pad), max(2 * least, across + pad))

    def _number(self, cell: Cell, stated: tuple[Stated, ...]) -> tuple[list[str], tuple[Stated, ...]]:
        """With a legend a box holds its filters or units alone; the legend has the rest of its words."""
        number = cell.main.attrs.get("filters", cell.main.attrs.get("units"))
        kept = {k: v for k, v in stated[0].items() if k in ("filters", "units")}
        return [str(number)] if kept else [], (kept, *stated[1:])

    def _even(self) -> None:
        length = max(s.length for s in self.shown.values())
        across = max(s.across for s in self.shown.values())
        self.shown = {
            place: attrs.evolve(shown, length=length, across=across) for place, shown in self.shown.items()
        }

    def extent(self, part: Part, place: Place) -> Extent:
        """The size of a part."""
        if isinstance(part, Cell):
            shown = self.shown[place]
            return Extent(shown.length, shown.across / 2, shown.across / 2)
        if isinstance(part, Again):
            body, pad = self.chain_extent(part.body, place), self.style.gap / 2
            count = self.sketch.measure([times(part.count)])[0] if self.down else self.sketch.look.size
            return Extent(body.length + 2 * pad, body.minus + pad, body.plus + pad + count + 4)
        return self._fork_extent(part, place)

    def chain_extent(self, chain: Chain, place: Place) -> Extent:
        """The size of parts one after another."""
        every = [self.extent(part, (*place, i)) for i, part in enumerate(chain.parts)]
        if not every:
            return Extent(0, 0, 0)
        length = sum(e.length for e in every) + self.style.gap * (len(every) - 1)
        return Extent(length, max(e.minus for e in every), max(e.plus for e in every))

    def _fork_extent(self, fork: Fork, place: Place) -> Extent:
        length = max(self.chain_extent(b, (*place, i)).length for i, b in enumerate(fork.branches))
        total = length + self.style.gap + self.merge_size(fork)[0] + 0.5 * self.style.gap
        lanes = self.lanes(fork, place)
        minus = max(-lane + e.minus for lane, e in lanes)
        plus = max(lane + e.plus for lane, e in lanes)
        half = self.merge_size(fork)[1] / 2
        return Extent(total, max(minus, half), max(plus, half))

    def lanes(self, fork: Fork, place: Place) -> list[tuple[float, Extent]]:
        """For every branch its axis across the flow, and its size; a lone branch stays on the fork's axis."""
        every = [self.chain_extent(b, (*place, i)) for i, b in enumerate(fork.branches)]
        full = [e for b, e in zip(fork.branches, every, strict=True) if b.parts]
        room = self.style.gap
        if len(full) == 1:
            (body,) = full
            lane = self.style.side * ((body.plus if self.style.side > 0 else body.minus) + 0.8 * room)
            return [(0.0, e) if b.parts else (lane, e) for b, e in zip(fork.branches, every, strict=True)]
        width = sum(e.minus + e.plus for e in every) + room * (len(every) - 1)
        made, at = [], -width / 2
        for e in every:
            made.append((at + e.minus, e))
            at += e.minus + e.plus + room
        return made

    def merge_size(self, fork: Fork) -> tuple[float, float]:
        """How large the merge is, along and across."""
        if self.is_sign(fork):
            return 1.8 * self.sketch.look.size, 1.8 * self.sketch.look.size
        width, height = self.sketch.measure([words.name(fork.merge.op, self.wording)])
        pad = 2 * self.style.pad
        if self.style.rotated:
            width, height = height, width
        return (height + pad, width + pad) if self.down else (width + pad, height + pad)

    def is_sign(self, fork: Fork) -> bool:
        """Whether the merge is a circle with a sign."""
        return self.style.signs and fork.merge.op in SIGNS


def times(count: int) -> str:
    """How often a group comes, as its label."""
    return f"×{count}"
