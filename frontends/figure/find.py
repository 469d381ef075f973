"""The figures of a document: where they are, what is drawn there, and whether they look like designs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from dlc.diagnostics import Diagnostic
from dlc.frontends.figure.classify.features import Evidence
from dlc.frontends.figure.classify.judge import FeatureJudge, Judge, Verdict
from dlc.frontends.figure.drawing import Area, Drawing
from dlc.frontends.figure.geometry import overlap
from dlc.frontends.figure.pixels import needs_pixels, read_pixels
from dlc.frontends.figure.regions import Region, figure_regions, loose_regions
from dlc.frontends.figure.scans import MOST_PAGES, scanned_regions
from dlc.frontends.figure.vector.reader import read_vector
from dlc.frontends.pdf.artwork import Artwork
from dlc.frontends.pdf.kept import KeptDocument
from dlc.frontends.pdf.page import Page
from dlc.frontends.table.captions import may_have_figures

if TYPE_CHECKING:
    from PIL.Image import Image

#: Told what is done, how much of it, and of how much.
Progress = Callable[[str, int, int], None]

#: Words that tell of a network on a page whose captions cannot be read.
_LAYER_WORDS = re.compile(
    r"(?i)\b(?:conv\w*|subsampling|pooling|(?:full|fully)[ -]connect\w*|softmax|feature maps)\b"
)
_LEAST_WORDS = 3
#: A figure that its caption and picture make less likely a design than this is not looked at closer. In
#: cross-validation this spares half of the other figures, and no design that would be taken.
GLANCE = 0.05
#: A bitmap less likely a design than this is not read from its pixels.
CLOSER = 0.15
#: Pixels a point of the picture by which a figure is judged, and the most pixels that it has (a poster's).
_SCALE, _MOST_PIXELS = 1.5, 6_000_000


@attrs.frozen
class Figure:
    """A figure of a page: its place and caption, its drawing, the verdict on it, and what went wrong."""

    region: Region
    drawing: Drawing
    verdict: Verdict
    findings: tuple[Diagnostic, ...] = ()


def find_figures(
    document: KeptDocument,
    progress: Progress | None = None,
    judge: Judge | None = None,
    tables: Mapping[int, Sequence[Area]] | None = None,
) -> Iterator[Figure]:
    """The captioned figures of a PDF, page by page; `tables` are areas of pages that are something else.

    Raises `DlcError` where a page cannot be loaded.
    """
    judge = judge or FeatureJudge()
    if is_scan(document):
        yield from _in_scan(document, progress, judge)
        return
    captioned, numbers = _worth_reading(document)
    for count, number in enumerate(numbers, 1):
        yield from _on_page(document, number, captioned, judge, (tables or {}).get(number, ()))
        if progress is not None:
            progress("reading figures", count, len(numbers))


def is_scan(document: KeptDocument) -> bool:
    """Whether no page has any text."""
    return not any(document.text(number).strip() for number in range(1, len(document) + 1))


def _in_scan(document: KeptDocument, progress: Progress | None, judge: Judge) -> Iterator[Figure]:
    """The likely figures of pages that are pictures; they have no captions."""
    count = min(len(document), MOST_PAGES)
    for number in range(1, count + 1):
        picture, scale = _picture(document, number)
        for area in scanned_regions(picture, scale):
            region = Region(number, "", "", area, area)
            crop = _cut(picture, scale, area)
            glance = judge.judge(Evidence("", None, crop))
            if glance.confidence < CLOSER:
                yield Figure(region, Drawing(area), glance)
                continue
            seen = read_pixels(document, number, area, Artwork())
            verdict = judge.judge(Evidence("", seen.drawing, crop, pixels=True))
            yield Figure(region, seen.drawing, verdict, seen.findings)
        if progress is not None:
            progress("reading scanned pages", number, count)


def _worth_reading(document: KeptDocument) -> tuple[bool, list[int]]:
    """Whether captions of figures can be read, and the pages with some; else those with words of layers."""
    texts = {number: document.text(number) for number in range(1, len(document) + 1)}
    captioned = [number for number, text in texts.items() if may_have_figures(text)]
    if captioned:
        return True, captioned
    return False, [n for n, text in texts.items() if len(_LAYER_WORDS.findall(text)) >= _LEAST_WORDS]


def _on_page(
    document: KeptDocument, number: int, captioned: bool, judge: Judge, tables: Sequence[Area]
) -> Iterator[Figure]:
    page, drawn = document.page(number), document.artwork(number)
    found = figure_regions(page, drawn) if captioned else loose_regions(page, drawn)
    regions = [region for region in found if not _is_table(region, tables)]
    if not regions:
        return
    look = _Look(document, page, drawn, *_picture(document, number), judge)
    for region in regions:
        yield look.at(region)


def _is_table(region: Region, tables: Sequence[Area]) -> bool:
    """Whether a region without a caption is a table that was found by its own."""
    return not region.number and any(overlap(region.area, table) > 0.5 for table in tables)


@attrs.frozen
class _Look:
    """Looks at a page's figures, at first cheaply and closer where that is worth while."""

    document: KeptDocument
    page: Page
    drawn: Artwork
    picture: Image
    scale: float
    judge: Judge

    def at(self, region: Region) -> Figure:
        """A figure, with its drawing where it may be a design."""
        evidence = Evidence(region.caption, None, _cut(self.picture, self.scale, region.area))
        glance = self.judge.judge(evidence)
        if glance.confidence < GLANCE:
            return Figure(region, Drawing(region.area), glance)
        drawing = read_vector(self.page, self.drawn, region.area)
        evidence = attrs.evolve(evidence, drawing=drawing)
        verdict = self.judge.judge(evidence)
        if verdict.confidence < CLOSER or not needs_pixels(drawing):
            return Figure(region, drawing, verdict)
        seen = read_pixels(self.document, region.page, region.area, self.drawn)
        evidence = attrs.evolve(evidence, drawing=seen.drawing, pixels=True)
        return Figure(region, seen.drawing, self.judge.judge(evidence), seen.findings)


def _picture(document: KeptDocument, number: int) -> tuple[Image, float]:
    """A picture of a page, and how many pixels of it a point is."""
    width, height = document.size(number)
    scale = min(_SCALE, math.sqrt(_MOST_PIXELS / max(1.0, width * height)))
    return document.render(number, scale), scale


def _cut(picture: Image, scale: float, area: Area) -> Image:
    """An area (points) of a page's picture."""
    x0, y0, x1, y1 = (round(scale * side) for side in area)
    return picture.crop((x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)))
