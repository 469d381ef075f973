"""From a region of a page to the cells of its table.

Horizontal rules cut the region into bands; posts and rivers of white cut it into columns; the lines of text in a
band make its rows. Slots that no rule parts, though rules part their neighbours, are one cell.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dlc.frontends.table import brackets, items
from dlc.frontends.table.cells import cell
from dlc.frontends.table.columns import Boundary, boundaries
from dlc.frontends.table.items import Item, levels
from dlc.frontends.table.model import Box, Cell
from dlc.frontends.table.regions import Region
from dlc.frontends.table.rows import Placed, Row, Spanner, one_row, split
from dlc.frontends.table.rules import Line, single

#: A rule that covers this part of the width parts whole rows.
_FULL = 0.93
#: Rules of one height (points).
_LEVEL = 1.6


@attrs.frozen
class Band:
    """What stands between two heights that rules draw; `top` are the rules above it (none for the first)."""

    items: tuple[Item, ...]
    top: tuple[Line, ...]
    full: bool


@attrs.frozen
class Body:
    """A table's cells and its shape."""

    cells: tuple[Cell, ...]
    rows: int
    columns: int
    header_rows: int
    row_boxes: tuple[tuple[float, float], ...]
    braces: tuple[brackets.Delimiter, ...] = ()


def body(region: Region) -> Body | None:
    """The cells of a region; none where it holds no text."""
    found = brackets.find(region.words)
    loose = items.glued(found)
    if not loose:
        return None
    bands = _bands(loose, single(region.lines), region.box)
    parted = _boundaries(bands, region)
    count = len(parted) + 1
    placed = [[_place(item, parted) for item in _phrases(band.items, parted)] for band in bands]
    return _assemble(bands, placed, parted, count, found.braces, region)


def _bands(loose: Sequence[Item], lines: Sequence[Line], box: Box) -> list[Band]:
    """Items between rules, from the top; bands without items vanish, with the rules above them kept."""
    heights: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.y):
        if heights and line.y - heights[-1][0].y < _LEVEL:
            heights[-1].append(line)
        else:
            heights.append([line])
    edges = [float("-inf"), *(height[0].y for height in heights), float("inf")]
    tops: list[list[Line]] = [[], *heights]
    bands: list[Band] = []
    carried: list[Line] = []
    for index, (y0, y1) in enumerate(zip(edges, edges[1:], strict=False)):
        inside = tuple(item for item in loose if y0 <= item.middle < y1)
        carried += tops[index]
        if inside:
            bands.append(Band(inside, tuple(carried), _is_full(carried, box)))
            carried = []
    return bands


def _is_full(lines: Sequence[Line], box: Box) -> bool:
    covered = sum(line.length for line in _merged(lines))
    return covered >= _FULL * (box[2] - box[0])


def _merged(lines: Sequence[Line]) -> list[Line]:
    """The x ranges that some lines cover together."""
    kept: list[Line] = []
    for line in sorted(lines, key=lambda line: line.x0):
        if kept and line.x0 <= kept[-1].x1 + 8:
            kept[-1] = Line(kept[-1].y, kept[-1].x0, max(kept[-1].x1, line.x1))
        else:
            kept.append(line)
    return kept


def _boundaries(bands: Sequence[Band], region: Region) -> list[Boundary]:
    lines: list[list[Item]] = []
    headers: list[list[Item]] = []
    for index, band in enumerate(bands):
        rows = _item_lines(band.items)
        lines += rows
        if index == 0 and len(bands) > 1 and len(rows) <= 4:
            headers += rows
    x0 = min(region.box[0], min(item.x0 for line in lines for item in line))
    x1 = max(region.box[2], max(item.x1 for line in lines for item in line))
    return boundaries(lines, headers, region.posts, x0, x1)


def _item_lines(found: Sequence[Item]) -> list[list[Item]]:
    """Lines of items; brackets stand with the brackets beside them."""
    tall = [item for item in found if item.bracket is not None]
    rows = levels([item for item in found if item.bracket is None])
    groups: list[list[Item]] = []
    for item in sorted(tall, key=lambda item: item.middle):
        if groups and abs(groups[-1][0].middle - item.middle) < item.size:
            groups[-1].append(item)
        else:
            groups.append([item])
    return rows + [sorted(group, key=lambda item: item.x0) for group in groups]


def _phrases(found: Sequence[Item], parted: Sequence[Boundary]) -> list[Item]:
    """Words of one line joined to phrases, unless a boundary stands in the gap between them."""
    phrases = [item for item in found if item.bracket is not None]
    for level in levels([item for item in found if item.bracket is None]):
        run = [level[0]]
        for item in level[1:]:
            if _cut(run[-1], item, parted):
                phrases.append(_phrase(run))
                run = []
            run.append(item)
        phrases.append(_phrase(run))
    return phrases


def _phrase(run: Sequence[Item]) -> Item:
    return run[0] if len(run) == 1 else items.of_words([word for item in run for word in item.words])


def _cut(left: Item, right: Item, parted: Sequence[Boundary]) -> bool:
    """Whether two items on a line stand in different cells."""
    gap = (right.x0 - left.x1) / max(left.size, right.size)
    for boundary in parted:
        if not left.x1 - 1 <= boundary.x <= right.x0 + 1:
            if not left.centre < boundary.x < right.centre or not boundary.covers(left.middle):
                continue
        if boundary.covers(left.middle):
            return True
        wide = gap > items.PHRASE_GAP or boundary.tight and left.numeric and right.numeric
        if wide or (not boundary.ruled and gap > 0.75 * boundary.gap):
            return True
    return False


def _place(item: Item, parted: Sequence[Boundary]) -> Placed:
    """The columns that an item stands in: more than one where it crosses boundaries that are not ruled there."""
    slack = 0.3 * item.size
    middle = sum(boundary.x < item.centre for boundary in parted)
    first = sum(boundary.x <= item.x0 + slack for boundary in parted)
    last = sum(boundary.x < item.x1 - slack for boundary in parted)
    first, last = min(first, middle), max(last, middle)
    while first < middle and any(b.covers(item.middle) for b in parted[first:middle]):
        first += 1
    while last > middle and any(b.covers(item.middle) for b in parted[middle:last]):
        last -= 1
    return Placed(item, first, last)


def _assemble(
    bands: Sequence[Band],
    placed: Sequence[Sequence[Placed]],
    parted: Sequence[Boundary],
    count: int,
    braces: Sequence[brackets.Delimiter],
    region: Region,
) -> Body:
    """Rows of all bands, then the cells."""
    boxed = _boxed(bands, placed, count)
    rows: list[Row] = []
    tops: list[int] = []
    spanners: list[Spanner] = []
    for index, (band, own) in enumerate(zip(bands, placed, strict=True)):
        tops.append(len(rows))
        made, spans = _band_rows(band, own, count, boxed, index == 0 and len(bands) > 1)
        spanners += [Spanner(s.placed, s.first + len(rows), s.last + len(rows)) for s in spans]
        rows += made
    return _cells(bands, rows, tops, spanners, parted, count, braces, region)


def _boxed(bands: Sequence[Band], placed: Sequence[Sequence[Placed]], count: int) -> bool:
    """Whether the lines between two rules are cells of several lines, not rows.

    In ruled tables whose lines under the first of a band leave many columns free, cells are filled from the top.
    """
    ragged = lines = 0
    for own in placed[1:]:
        under = levels([p.item for p in own if p.item.bracket is None])[1:]
        lines += len(under)
        ragged += sum(len(level) < 0.75 * count for level in under)
    singles = sum(len(levels([p.item for p in own])) == 1 for own in placed)
    return count > 2 and lines >= 2 and ragged > 0.3 * lines and singles >= 0.3 * len(bands) and len(bands) >= 5


def _band_rows(
    band: Band, own: Sequence[Placed], count: int, boxed: bool, header: bool
) -> tuple[list[Row], list[Spanner]]:
    if boxed or header and _wrapped_header(own, count):
        return [one_row(own)], []
    return split(own, count)


def _wrapped_header(own: Sequence[Placed], count: int) -> bool:
    """Whether the lines of a header are all wrapped titles of single columns."""
    lines = levels([p.item for p in own])
    return 1 < len(lines) <= 4 and all(p.first == p.last for p in own) and count > 1


def _cells(
    bands: Sequence[Band],
    rows: Sequence[Row],
    tops: Sequence[int],
    spanners: Sequence[Spanner],
    parted: Sequence[Boundary],
    count: int,
    braces: Sequence[brackets.Delimiter],
    region: Region,
) -> Body:
    from dlc.frontends.table.spans import Slots

    slots = Slots.of(rows, count)
    starts = {top: band for top, band in zip(tops, bands, strict=True)}
    slots.stretch(parted, rows)
    slots.centre_headers(_header_count(bands, tops, len(rows)), parted, starts)
    slots.join_down(starts, parted, region.box)
    slots.add(spanners)
    sides = [region.box[0], *(boundary.x for boundary in parted), region.box[2]]
    heights = _heights(rows, bands, tops)
    made = tuple(cell(area, sides, heights) for area in slots.areas())
    return Body(made, len(rows), count, _header_count(bands, tops, len(rows)), tuple(heights), tuple(braces))


def _header_count(bands: Sequence[Band], tops: Sequence[int], rows: int) -> int:
    """Rows above the first full rule inside the table, at least one; a lone band has one."""
    for band, top in zip(bands[1:], tops[1:], strict=True):
        if band.full:
            return min(max(top, 1), 4) if top <= 4 else 1
    return 1 if rows > 1 else 0


def _heights(rows: Sequence[Row], bands: Sequence[Band], tops: Sequence[int]) -> list[tuple[float, float]]:
    """The top and bottom of every row: at the rules, and halfway between rows that no rule parts."""
    ruled = {top: band.top[-1].y for band, top in zip(bands, tops, strict=True) if band.top}
    edges = [ruled.get(0, rows[0].y0)]
    for index in range(1, len(rows)):
        edges.append(ruled.get(index, (rows[index - 1].y1 + rows[index].y0) / 2))
    edges.append(rows[-1].y1)
    return list(zip(edges, edges[1:], strict=False))
