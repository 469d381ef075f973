"""Which lines of text make a table's rows: one line each, wrapped cells, or all between two rules."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import attrs

from dlc.frontends.table.items import Item, levels

#: Rows are at least this far apart (sizes); lines between stand halfway in cells of two lines, or span rows.
_CLOSEST = 0.85


@attrs.frozen
class Placed:
    """An item with the columns that it takes, both ends inclusive."""

    item: Item
    first: int
    last: int


@attrs.frozen
class Row:
    """A row: what it holds, and its top and bottom on the page."""

    placed: tuple[Placed, ...]
    y0: float
    y1: float


@attrs.frozen
class Spanner:
    """An item that stands between rows `first..last` of a band, and so spans them."""

    placed: Placed
    first: int
    last: int


def one_row(placed: Sequence[Placed]) -> Row:
    """All items as one row."""
    return Row(tuple(placed), min(p.item.box[1] for p in placed), max(p.item.box[3] for p in placed))


def split(
    placed: Sequence[Placed], columns: int, open_columns: frozenset[int] = frozenset()
) -> tuple[list[Row], list[Spanner]]:
    """The rows of items that no rule parts, from the top, and the items that span several of them.

    Items in `open_columns` belong to cells that reach beyond these rules, and so make no rows of their own.
    """
    beyond = [p for p in placed if p.first in open_columns and p.last in open_columns]
    own = [p for p in placed if p not in beyond] or list(placed)
    slots = _slots(own)
    chosen = _chosen(slots)
    homes = [slots[index] for index in chosen]
    held: list[list[Placed]] = [[] for _ in chosen]
    spanners: list[Spanner] = []
    for index, slot in enumerate(slots):
        for one in slot.placed:
            if index in chosen:
                held[chosen.index(index)].append(one)
            else:
                _attach(one, homes, held, spanners)
    for one in beyond if len(own) < len(placed) else ():
        nearest = min(range(len(homes)), key=lambda i: abs(homes[i].middle - one.item.middle))
        held[nearest].append(one)
    rows, places = _without_wraps([one_row(row) for row in held], columns)
    moved = [Spanner(s.placed, places[s.first], places[s.last]) for s in spanners]
    return _label_spans(rows, moved, columns)


@attrs.frozen
class _Slot:
    """Items on one height."""

    placed: tuple[Placed, ...]
    middle: float
    size: float

    @property
    def support(self) -> float:
        """How many columns it fills; brackets weigh for the lines that they hold."""
        return sum(1 + 0.5 * bool(p.item.brackets) for p in self.placed)


def _slots(placed: Sequence[Placed]) -> list[_Slot]:
    """Heights of items, with those beside a bracket gathered at the bracket's."""
    own = {id(p.item): p for p in placed}
    brackets = [p for p in placed if p.item.brackets]
    groups: list[list[Placed]] = []
    for level in levels([p.item for p in placed if not p.item.brackets]):
        groups.append([own[id(item)] for item in level])
    clusters = _bracket_rows(brackets)
    for group in list(groups):
        home = next((c for c in clusters if _beside(group, c)), None)
        if home is not None:
            home.extend(group)
            groups.remove(group)
    found = [_slot(group) for group in groups] + [_slot(cluster) for cluster in clusters]
    return sorted(found, key=lambda slot: slot.middle)


def _bracket_rows(brackets: Sequence[Placed]) -> list[list[Placed]]:
    clusters: list[list[Placed]] = []
    for one in sorted(brackets, key=lambda p: p.item.middle):
        home = next((c for c in clusters if any(_share_height(one.item, p.item) for p in c)), None)
        if home is None:
            clusters.append([one])
        else:
            home.append(one)
    return clusters


def _share_height(first: Item, second: Item) -> bool:
    shared = min(first.box[3], second.box[3]) - max(first.box[1], second.box[1])
    least = min(first.box[3] - first.box[1], second.box[3] - second.box[1])
    return shared > 0.5 * least


def _beside(group: Sequence[Placed], cluster: Sequence[Placed]) -> bool:
    middle = group[0].item.middle
    return any(p.item.box[1] + 1 < middle < p.item.box[3] - 1 for p in cluster if p.item.brackets)


def _slot(group: Sequence[Placed]) -> _Slot:
    best = max(group, key=lambda p: (bool(p.item.brackets), p.item.box[3] - p.item.box[1]))
    return _Slot(tuple(group), best.item.middle, min(p.item.size for p in group))


def _chosen(slots: Sequence[_Slot]) -> list[int]:
    """The heights that are rows: those far enough apart that fill the most columns together."""
    best: list[tuple[float, list[int]]] = []
    for index, slot in enumerate(slots):
        reach = [
            b
            for i, b in enumerate(best)
            if slot.middle - slots[i].middle >= _CLOSEST * min(slot.size, slots[i].size)
        ]
        before = max(reach, key=lambda b: b[0], default=(0.0, []))
        best.append((before[0] + slot.support, [*before[1], index]))
    return max(best, key=lambda b: b[0])[1] if best else []


def _attach(one: Placed, rows: Sequence[_Slot], held: list[list[Placed]], spanners: list[Spanner]) -> None:
    """Put an item that stands between rows into the nearest, or across the two around it."""
    after = next((i for i, row in enumerate(rows) if row.middle > one.item.middle), len(rows))
    if 0 < after < len(rows):
        up = one.item.middle - rows[after - 1].middle
        down = rows[after].middle - one.item.middle
        empty = not any(_same_column(one, p) for row in (rows[after - 1], rows[after]) for p in row.placed)
        if empty and abs(up - down) < 0.35 * (up + down):
            spanners.append(Spanner(one, after - 1, after))
            return
        held[after - 1 if up < down else after].append(one)
        return
    held[min(after, len(rows) - 1)].append(one)


def _same_column(first: Placed, second: Placed) -> bool:
    return first.first <= second.last and second.first <= first.last


def _without_wraps(rows: list[Row], columns: int) -> tuple[list[Row], list[int]]:
    """Rows with those that merely continue the row above joined to it, and where each row went."""
    pitch = _pitch(rows) if len(rows) > 1 else 0.0
    kept: list[Row] = []
    places: list[int] = []
    for row in rows:
        if kept and _wraps(row, kept[-1], pitch, columns):
            kept[-1] = one_row([*kept[-1].placed, *row.placed])
        else:
            kept.append(row)
        places.append(len(kept) - 1)
    return kept, places


def _pitch(rows: Sequence[Row]) -> float:
    """The usual distance of rows."""
    steps = sorted(_middle(b) - _middle(a) for a, b in itertools.pairwise(rows))
    return steps[len(steps) // 2]


def _middle(row: Row) -> float:
    return row.placed[0].item.middle


def _wraps(row: Row, above: Row, pitch: float, columns: int) -> bool:
    """Whether a row of few cells is the next line of the cells above it."""
    if len(row.placed) > max(1, columns // 3) or columns < 2:
        return False
    under = all(any(_same_column(p, q) and p.first == q.first for q in above.placed) for p in row.placed)
    spanning = any(p.last - p.first >= columns // 2 for p in row.placed)
    counted = all(p.item.numeric and not set("()") & set(p.item.text) for p in row.placed)
    if not under or spanning or counted:
        return False
    step = min(p.item.middle for p in row.placed) - max(
        q.item.middle for q in above.placed for p in row.placed if _same_column(p, q)
    )
    if step >= 0.93 * pitch and any(_parallel(p, above) for p in row.placed):
        return False
    labelled = any(p.first == 0 for p in row.placed)
    if step < 0.93 * pitch and step < 1.35 * row.placed[0].item.size:
        return True
    return (not labelled and step < 1.35 * row.placed[0].item.size) or _reads_on(row, above)


#: A value that is whole as it stands: a number, "28×28", "(1, C, T)".
_VALUE = re.compile(r"[(\[]?\s*[\w.½]{1,6}(?:\s*[×x,/@*]+\s*[\w.½]{1,6})*\s*[)\]]?")


def _parallel(one: Placed, above: Row) -> bool:
    """Whether an item and the one over it are whole values, of which neither continues the other."""
    over = next((q for q in above.placed if _same_column(one, q)), None)
    return over is not None and all(
        (any(c.isdigit() for c in p.item.text) and _VALUE.fullmatch(p.item.text.strip()) is not None)
        or _bracketed(p.item.text)
        for p in (one, over)
    )


def _bracketed(text: str) -> bool:
    return text[:1] in "([" and text[-1:] in ")]" and "," in text


def _reads_on(row: Row, above: Row) -> bool:
    """Whether the text itself shows that it goes on."""
    for p in row.placed:
        over = next((q for q in above.placed if _same_column(p, q)), None)
        if over is None:
            return False
        if not (
            over.item.text.endswith((",", "-", "/", "&", "+", " and", " with")) or p.item.text[:1] in "(,)"
        ):
            return False
    return True


def _label_spans(rows: list[Row], spanners: list[Spanner], columns: int) -> tuple[list[Row], list[Spanner]]:
    """A first column's only entry, halfway down a band of full rows, spans the band."""
    held = [(row, p) for row in rows for p in row.placed if p.first == p.last == 0]
    between = [s for s in spanners if s.placed.first == s.placed.last == 0]
    if len(held) + len(between) != 1 or len(rows) < 3 or columns < 2:
        return rows, spanners
    label = held[0][1] if held else between[0].placed
    halfway = (_middle(rows[0]) + _middle(rows[-1])) / 2
    if abs(label.item.middle - halfway) > 0.3 * _pitch(rows):
        return rows, spanners
    bare = [attrs.evolve(row, placed=tuple(p for p in row.placed if p is not label)) for row in rows]
    if not all(row.placed for row in bare):
        return rows, spanners
    others = [s for s in spanners if s.placed is not label]
    return bare, [*others, Spanner(label, 0, len(rows) - 1)]
