"""The tables and figures of a paper: where each is, what it was taken for, and which networks it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from dlc.frontends.figure.find import Figure
from dlc.frontends.figure.geometry import centre, inside
from dlc.frontends.paper.evidence import Evidence, Key, plain_number
from dlc.frontends.table.model import Box, Table
from dlc.frontends.table.read import candidates
from dlc.ir import Net


@attrs.frozen
class Exhibit:
    """A table or figure.

    `drawing` is one of the five kinds of drawing of a figure that is taken for a design, else None;
    `confidence` how likely (0..1) it describes a network. `area` is in points from the page's top left corner.
    """

    kind: str
    number: str
    page: int
    caption: str
    area: Box | None
    drawing: str | None
    confidence: float
    nets: tuple[Net, ...] = ()

    @property
    def key(self) -> Key:
        """Which it is."""
        return self.kind, self.number, self.page


def exhibits(
    tables: Sequence[Table], figures: Sequence[Figure], text: str, shown: Mapping[Key, Sequence[Net]]
) -> tuple[Exhibit, ...]:
    """Every table and figure in the order of the pages; `shown` are the nets that each shows."""
    found = [_of_table(table, text) for table in tables] + [_of_figure(figure) for figure in figures]
    named = [attrs.evolve(each, nets=_nets_of(each, shown.get(each.key, ()))) for each in found]
    return tuple(sorted(named, key=lambda each: (each.page, each.area[1] if each.area else 0.0)))


def _nets_of(exhibit: Exhibit, nets: Sequence[Net]) -> tuple[Net, ...]:
    """The nets among those of its number that an exhibit shows: without a number, those inside its area."""
    if exhibit.number or exhibit.area is None:
        return tuple(nets)
    boxes = [net.origin.bbox if net.origin is not None else None for net in nets]
    return tuple(
        net
        for net, box in zip(nets, boxes, strict=True)
        if box is None or inside(exhibit.area, centre(box), slack=2.0)
    )


def nets_by_exhibit(sources: Sequence[Sequence[Evidence]], nets: Sequence[Net]) -> dict[Key, list[Net]]:
    """The nets that each table or figure shows, those too that it shares with another."""
    found: dict[Key, list[Net]] = {}
    for readings, net in zip(sources, nets, strict=True):
        for key in dict.fromkeys(each.key for each in readings):
            found.setdefault(key, []).append(net)
    return found


def _of_table(table: Table, text: str) -> Exhibit:
    likely = max((c.verdict.confidence for c in candidates(table, text)), default=0.0)
    number = plain_number(table.number)
    return Exhibit("table", number, table.page, table.caption, table.bbox, None, round(likely, 2))


def _of_figure(figure: Figure) -> Exhibit:
    region, verdict = figure.region, figure.verdict
    kind = verdict.kind.value if verdict.design else None
    number = plain_number(region.number)
    likely = round(verdict.confidence, 2)
    return Exhibit("figure", number, region.page, region.caption, region.area, kind, likely)
