"""Slots of a table's grid joined into the cells that span them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import attrs

from dlc.frontends.table.columns import Boundary
from dlc.frontends.table.items import Item
from dlc.frontends.table.model import Box
from dlc.frontends.table.rows import Placed, Row, Spanner
from dlc.frontends.table.rules import Line


class Ruled(Protocol):
    """A band, for the rules on top of it."""

    @property
    def top(self) -> tuple[Line, ...]:
        """The rules above it."""
        ...


@attrs.define
class Area:
    """A rectangle of slots, both ends inclusive, and what stands in it."""

    top: int
    bottom: int
    left: int
    right: int
    items: list[Item]


class Slots:
    """A grid of slots, each pointing at the area that covers it."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.columns = rows, columns
        self._at = [[Area(r, r, c, c, []) for c in range(columns)] for r in range(rows)]

    @classmethod
    def of(cls, rows: Sequence[Row], columns: int) -> Slots:
        """Every row's items in the columns where they stand."""
        slots = cls(len(rows), columns)
        for index, row in enumerate(rows):
            for placed in sorted(row.placed, key=lambda p: (p.last - p.first, p.item.middle)):
                slots._put(index, placed)
        return slots

    def _put(self, row: int, placed: Placed) -> None:
        first, last = placed.first, placed.last
        taken = [c for c in range(first, last + 1) if self._at[row][c].items]
        if taken and first != last:
            first, last = _widest_free(first, last, taken)
            if first > last:
                self._at[row][taken[0]].items.append(placed.item)
                return
        self._join(
            row,
            row,
            min(self._at[row][c].left for c in (first, last)),
            max(self._at[row][c].right for c in (first, last)),
        )
        self._at[row][first].items.append(placed.item)

    def _join(self, top: int, bottom: int, left: int, right: int) -> Area:
        """One area over a rectangle, which must not cut through others."""
        found: list[Item] = []
        seen: set[int] = set()
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                area = self._at[row][column]
                if id(area) not in seen:
                    seen.add(id(area))
                    found += area.items
        joined = Area(top, bottom, left, right, found)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                self._at[row][column] = joined
        return joined

    def areas(self) -> Iterable[Area]:
        """Every area once, in reading order."""
        for row in range(self.rows):
            for column in range(self.columns):
                area = self._at[row][column]
                if area.top == row and area.left == column:
                    yield area

    def stretch(self, parted: Sequence[Boundary], rows: Sequence[Row]) -> None:
        """Cells grow over empty neighbours where the post between them, drawn elsewhere, is left out."""
        for index, row in enumerate(rows):
            for placed in row.placed:
                area = self._at[index][placed.first]
                if area.top != area.bottom:
                    continue
                left, right = area.left, area.right
                while left > 0 and self._open(index, left - 1, parted[left - 1], row):
                    left = self._at[index][left - 1].left
                while right + 1 < self.columns and self._open(index, right + 1, parted[right], row):
                    right = self._at[index][right + 1].right
                if (left, right) != (area.left, area.right):
                    self._join(index, index, left, right)

    def _open(self, row: int, column: int, boundary: Boundary, made: Row) -> bool:
        """Whether an empty slot beyond a boundary belongs to the cell before it: its post is missing here."""
        area = self._at[row][column]
        middle = (made.y0 + made.y1) / 2
        return not area.items and area.top == area.bottom and boundary.ruled and not boundary.covers(middle)

    def join_down(self, starts: Mapping[int, Ruled], parted: Sequence[Boundary], box: Box) -> None:
        """Slots over each other join where the rule between their rows does not reach into their columns."""
        sides = [box[0], *(boundary.x for boundary in parted), box[2]]
        for row in range(1, self.rows):
            band = starts.get(row)
            if band is None or not band.top:
                continue
            for column in range(self.columns):
                self._join_over(row, column, band.top, sides)

    def _join_over(self, row: int, column: int, top: Sequence[Line], sides: Sequence[float]) -> None:
        above, below = self._at[row - 1][column], self._at[row][column]
        if above is below or below.left != column:
            return
        left, right = min(above.left, below.left), max(above.right, below.right)
        beside = [self._at[r][c] for r in (row - 1, row) for c in range(left, right + 1)]
        if any(area.items and (area.left, area.right) != (left, right) for area in beside):
            return
        x0, x1 = sides[left], sides[right + 1]
        if max((line.share(x0 + 1, x1 - 1) for line in top), default=0.0) > 0.3:
            return
        bottom = max(area.bottom for area in beside)
        if all(self._whole(r, left, right) for r in range(above.top, bottom + 1)):
            self._join(above.top, bottom, left, right)

    def _whole(self, row: int, left: int, right: int) -> bool:
        return self._at[row][left].left >= left and self._at[row][right].right <= right

    def centre_headers(self, count: int, parted: Sequence[Boundary], starts: Mapping[int, Ruled]) -> None:
        """Titles over several columns: over the \\cmidrule below them, or in the middle of what they head."""
        for row in range(min(count, self.rows - 1)):
            below = starts.get(row + 1)
            for column in range(self.columns):
                area = self._at[row][column]
                if area.left == column and area.items and area.top == area.bottom == row:
                    self._head(row, area, below.top if below else (), parted)

    def _head(self, row: int, area: Area, rules: Sequence[Line], parted: Sequence[Boundary]) -> None:
        x0, x1 = min(i.x0 for i in area.items), max(i.x1 for i in area.items)
        rule = next((r for r in rules if r.x0 - 3 <= x0 and x1 <= r.x1 + 3), None)
        inner = [i for i, b in enumerate(parted) if rule and rule.x0 + 3 < b.x < rule.x1 - 3]
        left, right = min([*inner, area.left]), max([index + 1 for index in inner] + [area.right])
        if rule is None or right - left + 1 == self.columns:
            left, right = self._middle_of(row, area, (x0 + x1) / 2, parted)
        self._widen(row, area, left, right)

    def _widen(self, row: int, area: Area, left: int, right: int) -> None:
        others = [self._at[row][c] for c in range(left, right + 1) if self._at[row][c] is not area]
        if others and all(not other.items and other.top == other.bottom for other in others):
            self._join(row, row, left, right)

    def _middle_of(self, row: int, area: Area, x: float, parted: Sequence[Boundary]) -> tuple[int, int]:
        """The columns whose titles in the next row have their common middle at x, best if they are many."""
        size = area.items[0].size
        if any(not self._at[row + 1][c].items for c in range(area.left, area.right + 1)):
            return area.left, area.right
        spans = [
            (first, last)
            for first in self._reach(row, area.left, -1, parted)
            for last in self._reach(row, area.right, 1, parted)
        ]
        away = {span: abs(self._middle_below(row, *span) - x) for span in spans}
        near = [span for span in spans if away[span] < 0.6 * size]
        if not near or (area.left == area.right and (area.left, area.right) in near):
            return area.left, area.right
        return max(near, key=lambda span: (span[1] - span[0], -away[span]))

    def _reach(self, row: int, column: int, step: int, parted: Sequence[Boundary]) -> list[int]:
        """The column, and those after it in one direction that are empty here and titled below."""
        found = [column]
        middle = self._at[row][column].items[0].middle if self._at[row][column].items else 0.0
        while 0 <= column + step < self.columns:
            boundary = parted[column if step > 0 else column - 1]
            column += step
            if self._at[row][column].items or not self._at[row + 1][column].items or boundary.covers(middle):
                break
            found.append(column)
        return found

    def _middle_below(self, row: int, left: int, right: int) -> float:
        boxes = [item.box for c in (left, right) for item in self._at[row + 1][c].items]
        return (min(box[0] for box in boxes) + max(box[2] for box in boxes)) / 2

    def join_titles(self, count: int, starts: Mapping[int, Ruled]) -> None:
        """Titles of two lines beside a title over several columns: one cell where no rule parts the lines."""
        for row in range(1, min(count, self.rows)):
            spans = [area for area in self._at[row - 1] if area.left != area.right]
            if row in starts or not spans:
                continue
            for column in range(self.columns):
                above, below = self._at[row - 1][column], self._at[row][column]
                if above is not below and above.left == above.right and below.left == below.right:
                    self._join(above.top, below.bottom, column, column)

    def add(self, spanners: Sequence[Spanner]) -> None:
        """Put items over several rows."""
        for spanner in spanners:
            column = spanner.placed.first
            slots = [self._at[r][column] for r in range(spanner.first, spanner.last + 1)]
            if all(not slot.items and slot.left == slot.right and slot.top == slot.bottom for slot in slots):
                self._join(spanner.first, spanner.last, column, column)
            self._at[spanner.first][column].items.append(spanner.placed.item)


def _widest_free(first: int, last: int, taken: Sequence[int]) -> tuple[int, int]:
    """The longest run of free columns in a range."""
    best, run = (first, first - 1), [first, first - 1]
    for column in range(first, last + 1):
        run = [column + 1, column] if column in taken else [run[0], column]
        if run[1] - run[0] > best[1] - best[0]:
            best = run[0], run[1]
    return best
