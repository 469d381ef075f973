"""From a region of a page to the cells of its table.

Horizontal rules cut the region into bands; posts and rivers of white cut it into columns; the lines of text
in a band make its rows. Slots that no rule parts, though rules part their neighbours, are one cell.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import attrs

from dlc.frontends.table import brackets, counts, items
from dlc.frontends.table.cells import cell
from dlc.frontends.table.columns import Boundary, boundaries
from dlc.frontends.table.items import Item, levels
from dlc.frontends.table.model import Box, Cell, RowGroup
from dlc.frontends.table.regions import Region
from dlc.frontends.table.rows import Placed, Row, Spanner, one_row, split
from dlc.frontends.table.rules import Line, single
from dlc.frontends.table.spans import Slots

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
    row_groups: tuple[RowGroup, ...] = ()
    strips: tuple[int, ...] = ()


def body(region: Region) -> Body | None:
    """The cells of a region; none where it holds no text."""
    found = brackets.find(region.words)
    loose, braced = counts.take_braced(items.glued(found), found.braces)
    if not loose:
        return None
    bands = _bands(loose, single(region.lines), region.box)
    parted = _boundaries(bands, region)
    placed = []
    for band in bands:
        rest, bare = counts.take_bare(band.items, parted)
        braced += bare
        placed.append([_place(item, parted) for item in _phrases(rest, parted)])
    return _Builder(bands, placed, parted, len(parted) + 1, braced, region).body()


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
    for index, (y0, y1) in enumerate(itertools.pairwise(edges)):
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
    tall = [item for item in found if item.brackets]
    rows = levels([item for item in found if not item.brackets])
    groups: list[list[Item]] = []
    for item in sorted(tall, key=lambda item: item.middle):
        if groups and abs(groups[-1][0].middle - item.middle) < item.size:
            groups[-1].append(item)
        else:
            groups.append([item])
    return rows + [sorted(group, key=lambda item: item.x0) for group in groups]


def _phrases(found: Sequence[Item], parted: Sequence[Boundary]) -> list[Item]:
    """Words of one line joined to phrases, unless a boundary stands in the gap between them."""
    phrases = [item for item in found if item.brackets]
    for level in levels([item for item in found if not item.brackets]):
        run = [level[0]]
        for item in level[1:]:
            if _cut(run[-1], item, parted):
                phrases.append(_phrase(run))
                run = []
            run.append(item)
        phrases.append(_phrase(run))
    return [part for phrase in phrases for part in _one_each(phrase, parted)]


def _one_each(phrase: Item, parted: Sequence[Boundary]) -> list[Item]:
    """A phrase, or its words where each of them stands in a column of its own."""
    crossed = [b for b in parted if phrase.x0 < b.x < phrase.x1]
    if not crossed or len(crossed) != len(phrase.words) - 1 or any(b.ruled for b in crossed):
        return [phrase]
    words = [items.of_words([word]) for word in phrase.words]
    apart = all(
        left.x1 - 1 <= b.x <= right.x0 + 1 for b, left, right in zip(crossed, words, words[1:], strict=False)
    )
    gaps = [right.x0 - left.x1 for left, right in itertools.pairwise(words)]
    sure = len(words) > 2 or all(b.tight for b in crossed) or min(gaps) > 0.38 * phrase.size
    sure = sure or all(word.numeric for word in words)
    return words if apart and sure else [phrase]


def _phrase(run: Sequence[Item]) -> Item:
    return run[0] if len(run) == 1 else items.of_words([word for item in run for word in item.words])


def _cut(left: Item, right: Item, parted: Sequence[Boundary]) -> bool:
    """Whether two items on a line stand in different cells."""
    gap = (right.x0 - left.x1) / max(left.size, right.size)
    for boundary in parted:
        inside = left.x1 - 1 <= boundary.x <= right.x0 + 1
        if boundary.covers(left.middle) and (inside or left.centre < boundary.x < right.centre):
            return True
        if not inside:
            continue
        wide = gap > items.PHRASE_GAP or (boundary.tight and left.numeric and right.numeric)
        if wide or (not boundary.ruled and gap > max(0.75 * boundary.gap, 0.36)):
            return True
    return False


def _place(item: Item, parted: Sequence[Boundary]) -> Placed:
    """The columns that an item stands in: more than one where it crosses boundaries not ruled there."""
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


@attrs.frozen
class _Builder:
    """What a table's rows and cells are made from."""

    bands: Sequence[Band]
    placed: Sequence[Sequence[Placed]]
    parted: Sequence[Boundary]
    columns: int
    counts: Sequence[counts.RowCount]
    region: Region

    def body(self) -> Body:
        """Rows of all bands, then the cells."""
        boxed = _boxed(self.bands, self.placed, self.columns)
        rows: list[Row] = []
        tops: list[int] = []
        spanners: list[Spanner] = []
        for index, own in enumerate(self.placed):
            tops.append(len(rows))
            header = index == 0 and len(self.bands) > 1
            made, spans = _band_rows(own, self.columns, boxed, header, self._open(index))
            spanners += [Spanner(s.placed, s.first + len(rows), s.last + len(rows)) for s in spans]
            rows += made
        headers = _header_count(self.bands, tops, rows)
        slots = self._slots(rows, tops, spanners, headers)
        heights = _heights(rows, self.bands, tops)
        made_cells = tuple(cell(area, self._sides(), heights) for area in slots.areas())
        groups = tuple(g for c in self.counts if (g := counts.row_group(c, heights)) is not None)
        return Body(made_cells, len(rows), self.columns, headers, groups, _strips(made_cells, len(rows)))

    def _open(self, index: int) -> frozenset[int]:
        """The columns of a band that the rule over or under it leaves open: their cells reach beyond it."""
        sides = self._sides()
        rules = [self.bands[index].top] if index else []
        rules += [self.bands[index + 1].top] if index + 1 < len(self.bands) else []
        return frozenset(
            column
            for column in range(self.columns)
            for top in rules
            if top and max(line.share(sides[column] + 1, sides[column + 1] - 1) for line in top) < 0.3
        )

    def _sides(self) -> list[float]:
        return [self.region.box[0], *(boundary.x for boundary in self.parted), self.region.box[2]]

    def _slots(
        self, rows: Sequence[Row], tops: Sequence[int], spanners: Sequence[Spanner], headers: int
    ) -> Slots:
        slots = Slots.of(rows, self.columns)
        starts = dict(zip(tops, self.bands, strict=True))
        slots.stretch(self.parted, rows)
        slots.centre_headers(headers, self.parted, starts)
        slots.join_down(starts, self.parted, self.region.box)
        slots.join_titles(headers, starts)
        slots.add(spanners)
        return slots


def _strips(cells: Sequence[Cell], rows: int) -> tuple[int, ...]:
    """Rows at which the row titles of the first column begin anew."""
    titles = {cell.row: cell.text for cell in cells if cell.column == 0}
    first = titles.get(0, "")
    again = [row for row in range(2, rows) if first and titles.get(row) == first]
    return tuple(row for row in again if all(titles.get(row + i) == titles.get(i) for i in range(again[0])))


def _boxed(bands: Sequence[Band], placed: Sequence[Sequence[Placed]], count: int) -> bool:
    """Whether the lines between two rules are cells of several lines, filled from the top, and not rows.

    Then lines under the first of a band leave columns free, the first column among them, and hardly any
    column begins under the first line.
    """
    ragged = labelled = lines = late = columns = 0
    for own in placed[1:]:
        found = _apart(levels([p.item for p in own if not p.item.brackets]))
        where = {id(p.item): p.first for p in own}
        filled = [{where[id(item)] for item in level} for level in found]
        lines += len(found[1:])
        ragged += sum(len(level) < 0.75 * count for level in found[1:])
        labelled += sum(0 in level for level in filled[1:])
        late += len(set().union(*filled) - filled[0]) if len(filled) > 1 else 0
        columns += len(set().union(*filled)) if len(filled) > 1 else 0
    singles = sum(len(levels([p.item for p in own])) == 1 for own in placed)
    free = ragged >= 2 and ragged > 0.3 * lines and labelled < 0.6 * lines and late <= 0.15 * columns
    return count > 2 and free and singles >= 0.3 * len(bands) and len(bands) >= 5


def _apart(found: Sequence[Sequence[Item]]) -> list[list[Item]]:
    """Levels, with those too close to be lines of their own, such as scripts, joined to the one above."""
    kept: list[list[Item]] = []
    for level in found:
        if kept and level[0].middle - kept[-1][0].middle < 0.6 * max(level[0].size, kept[-1][0].size):
            kept[-1] += level
        else:
            kept.append(list(level))
    return kept


def _band_rows(
    own: Sequence[Placed], count: int, boxed: bool, header: bool, open_columns: frozenset[int]
) -> tuple[list[Row], list[Spanner]]:
    if boxed or (header and _wrapped_header(own, count)) or _one_label(own, count):
        return [one_row(own)], []
    return split(own, count, open_columns)


def _one_label(own: Sequence[Placed], count: int) -> bool:
    """Whether a band has a single label in its middle and few columns of several lines: one row, wrapped."""
    found = levels([p.item for p in own if not p.item.brackets])
    if count < 2 or not 2 < len(found) <= 8:
        return False
    where = {id(p.item): p.first for p in own}
    entries = [where[id(item)] for level in found for item in level]
    wrapped = {column for column in entries if entries.count(column) > 1}
    if any(p.item.numeric for p in own if p.first in wrapped) or any(p.first != p.last for p in own):
        return False
    labels = [index for index, level in enumerate(found) if where[id(level[0])] == 0]
    return len(labels) == 1 and 0 < labels[0] < len(found) - 1 and len(wrapped) <= max(1, count // 3)


def _wrapped_header(own: Sequence[Placed], count: int) -> bool:
    """Whether the lines of a header are all wrapped titles of single columns, none a title over several."""
    lines = levels([p.item for p in own])
    if not 1 < len(lines) <= 4 or count < 2 or any(p.first != p.last for p in own):
        return False
    if len(lines) > 2 and all(len(line) == count for line in lines):
        return False
    return all(_aligned(p, own) for p in own)


def _aligned(title: Placed, own: Sequence[Placed]) -> bool:
    """Whether a title stands over or under the other lines of its column as lines of one cell do."""
    column = [p.item for p in own if p.first == title.first and p is not title]
    item, slack = title.item, 0.7 * title.item.size
    return not column or any(
        abs(item.centre - other.centre) < slack
        or abs(item.x0 - other.x0) < slack
        or abs(item.x1 - other.x1) < slack
        for other in column
    )


def _header_count(bands: Sequence[Band], tops: Sequence[int], rows: Sequence[Row]) -> int:
    """Rows above the first full rule inside the table, at least one; a lone band has one.

    Where titles over several columns stand alone above that rule, what they head goes on below it.
    """
    ends = [top for band, top in zip(bands[1:], tops[1:], strict=True) if band.full]
    if not ends or ends[0] > 4:
        return 1 if len(rows) > 1 else 0
    first = ends[0]
    if len(ends) > 1 and ends[1] == first + 1 and _headed(rows[first - 1], rows[first]):
        return first + 1
    return first


def _headed(titles: Row, below: Row) -> bool:
    """Whether a row has no first cell and more cells than the row of titles over it."""
    return min(p.first for p in below.placed) > 0 and len(below.placed) > len(titles.placed)


def _heights(rows: Sequence[Row], bands: Sequence[Band], tops: Sequence[int]) -> list[tuple[float, float]]:
    """The top and bottom of every row: at the rules, and halfway between rows that no rule parts."""
    ruled = {top: band.top[-1].y for band, top in zip(bands, tops, strict=True) if band.top}
    edges = [ruled.get(0, rows[0].y0)]
    for index in range(1, len(rows)):
        edges.append(ruled.get(index, (rows[index - 1].y1 + rows[index].y0) / 2))
    edges.append(rows[-1].y1)
    return list(itertools.pairwise(edges))
