"""The figures of a document: where they are, what is drawn there, and whether they look like designs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import attrs

from dlc.diagnostics import Diagnostic
from dlc.frontends.figure.classify.features import Evidence
from dlc.frontends.figure.classify.judge import FeatureJudge, Judge, Verdict
from dlc.frontends.figure.drawing import Drawing
from dlc.frontends.figure.pixels import needs_pixels, read_pixels
from dlc.frontends.figure.regions import Region, figure_regions, loose_regions, may_have_figures
from dlc.frontends.figure.vector.reader import read_vector
from dlc.frontends.pdf.artwork import Artwork
from dlc.frontends.pdf.kept import KeptDocument

#: Told what is done, how much of it, and of how much.
Progress = Callable[[str, int, int], None]

#: Words that tell of a network on a page whose captions cannot be read.
_LAYER_WORDS = re.compile(
    r"(?i)\b(?:conv\w*|subsampling|pooling|(?:full|fully)[ -]connect\w*|softmax|feature maps)\b"
)
_LEAST_WORDS = 3
#: Pixels a point of the picture by which a figure is judged.
_SCALE = 1.5


@attrs.frozen
class Figure:
    """A figure of a page: its place and caption, its drawing, the verdict on it, and what went wrong."""

    region: Region
    drawing: Drawing
    verdict: Verdict
    findings: tuple[Diagnostic, ...] = ()


def find_figures(
    document: KeptDocument, progress: Progress | None = None, judge: Judge | None = None
) -> Iterator[Figure]:
    """The captioned figures of a PDF, page by page. Raises `DlcError` where a page cannot be loaded."""
    judge = judge or FeatureJudge()
    captioned, numbers = _worth_reading(document)
    for count, number in enumerate(numbers, 1):
        yield from _on_page(document, number, captioned, judge)
        if progress is not None:
            progress("reading figures", count, len(numbers))


def _worth_reading(document: KeptDocument) -> tuple[bool, list[int]]:
    """Whether captions of figures can be read, and the pages with some; else those with words of layers."""
    texts = {number: document.text(number) for number in range(1, len(document) + 1)}
    captioned = [number for number, text in texts.items() if may_have_figures(text)]
    if captioned:
        return True, captioned
    return False, [n for n, text in texts.items() if len(_LAYER_WORDS.findall(text)) >= _LEAST_WORDS]


def _on_page(document: KeptDocument, number: int, captioned: bool, judge: Judge) -> Iterator[Figure]:
    page, drawn = document.page(number), document.artwork(number)
    regions = figure_regions(page, drawn) if captioned else loose_regions(page, drawn)
    picture = document.render(number, _SCALE) if regions else None
    for region in regions:
        drawing = read_vector(page, drawn, region.area)
        x0, y0, x1, y1 = (round(_SCALE * side) for side in region.area)
        crop = picture.crop((x0, y0, max(x1, x0 + 1), max(y1, y0 + 1))) if picture is not None else None
        figure = Figure(region, drawing, judge.judge(Evidence(region.caption, drawing, crop)))
        yield _looked_at(document, figure, drawn)


def _looked_at(document: KeptDocument, figure: Figure, drawn: Artwork) -> Figure:
    """A figure that is likely a design, read from its pixels where the page says too little of it."""
    if not figure.verdict.design or not needs_pixels(figure.drawing):
        return figure
    seen = read_pixels(document, figure.region.page, figure.region.area, drawn)
    return attrs.evolve(figure, drawing=seen.drawing, findings=seen.findings)
