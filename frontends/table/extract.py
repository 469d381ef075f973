"""Tables of a born-digital PDF: captions, regions, grids, cells. What they mean is read elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from dlc.frontends.pdf import problems
from dlc.frontends.pdf.page import Document, Page, turned
from dlc.frontends.table.captions import may_have_tables
from dlc.frontends.table.grid import body
from dlc.frontends.table.model import Table
from dlc.frontends.table.regions import Layout, Region, candidates, regions

#: Told what is done, how much of it, and of how much.
Progress = Callable[[str, int, int], None]


def tables(
    document: Document, name: str | None = None, progress: Progress | None = None
) -> tuple[Table, ...]:
    """The tables of an open document, page by page: only regions are kept in memory."""
    found: list[tuple[int, dict[bool | None, list[Region]]]] = []
    votes: Counter[bool] = Counter()
    for page in _worth_reading(document, name, progress):
        layout = Layout.of(_upright(page))
        pairs = candidates(layout)
        choices = {side: regions(layout, pairs, side) for side in (None, True, False)}
        votes.update(region.below for region in choices[None])
        found.append((page.number, choices))
    below = _majority(votes)
    made = (_table(number, region) for number, choices in found for region in choices[below])
    return tuple(table for table in made if table is not None)


def _worth_reading(document: Document, name: str | None, progress: Progress | None) -> Iterator[Page]:
    """Pages whose text has a table's caption."""
    silent = True
    for number in range(1, len(document) + 1):
        text = document.text(number)
        silent = silent and not text.strip()
        if may_have_tables(text):
            yield document.page(number)
        if progress is not None:
            progress("reading pages", number, len(document))
    if silent:
        raise problems.without_text(name, len(document))


def _upright(page: Page) -> Page:
    """The page turned so that most of its text runs to the right."""
    angles = Counter(round(char.angle / 90) % 4 for char in page.chars)
    usual = angles.most_common(1)[0][0] if angles else 0
    for _ in range(usual):
        page = turned(page)
    return page


def _majority(votes: Counter[bool]) -> bool | None:
    """Where the paper puts bodies, if its pages agree mostly."""
    if not votes:
        return None
    side, count = votes.most_common(1)[0]
    return side if count >= 2 and count >= 0.66 * votes.total() else None


def _table(number: int, region: Region) -> Table | None:
    made = body(region)
    if made is None:
        return None
    caption = region.caption
    return Table(
        page=number,
        number=caption.number,
        caption=caption.text,
        rows=made.rows,
        columns=made.columns,
        cells=made.cells,
        bbox=region.box,
        header_rows=made.header_rows,
        row_groups=made.row_groups,
        strips=made.strips,
        caption_bbox=caption.box,
    )
