"""Figures of a page read from pixels: bitmaps, outlined letters, and text whose characters say nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from dlc.diagnostics import Diagnostic, DlcError, PageSpan, Severity, codes
from dlc.frontends.figure.drawing import Area, Drawing, Outline
from dlc.frontends.figure.geometry import common, extent, size
from dlc.frontends.pdf.artwork import Artwork

if TYPE_CHECKING:
    from dlc.frontends.figure.ocr import Recogniser
    from dlc.frontends.pdf.kept import KeptDocument

#: Pixels a point at which a figure is rendered: 200 dpi, or as finely as its bitmap is given within bounds.
_USUAL, _LEAST, _MOST = 200 / 72, 1.6, 200 / 72
#: No rendered figure has more pixels than this.
_MOST_PIXELS = 4_000_000
#: A figure of which bitmaps cover this share is one, and this share where nothing is drawn besides.
_COVERED, _ALONE = 0.5, 0.25
#: Fewer letters than this in a figure with boxes, and its text is drawn as outlines or bitmaps.
_FEW_LETTERS = 6
_LETTERS = re.compile(r"[A-Za-z]{2,}")


@attrs.frozen
class Seen:
    """What pixels show, and what was wrong while looking."""

    drawing: Drawing
    findings: tuple[Diagnostic, ...] = ()


def needs_pixels(drawing: Drawing) -> bool:
    """Whether a page's paths and characters say too little of what a figure shows."""
    pictures = [box.area for box in drawing.boxes if box.outline is Outline.IMAGE]
    covered = sum(extent(common(area, drawing.area)) for area in pictures)
    drawn = len(drawing.boxes) - len(pictures) + len(drawing.connectors)
    if covered > (_COVERED if drawn else _ALONE) * extent(drawing.area):
        return True
    letters = sum(map(len, _LETTERS.findall(" ".join(label.text for label in drawing.labels))))
    return letters < _FEW_LETTERS and (len(drawing.boxes) + len(drawing.connectors) >= 3 or bool(pictures))


def read_pixels(document: KeptDocument, number: int, area: Area, drawn: Artwork) -> Seen:
    """The drawing of an area of a page, read from a rendering of it; lengths are points of the page.

    Without an OCR engine labels have no text, and a finding says so.
    """
    from dlc.frontends.figure.raster.picture import from_pixels
    from dlc.frontends.figure.raster.reader import read_raster
    from dlc.frontends.figure.raster.scale import scaled

    scale = _scale(area, drawn)
    picture = document.clipping(number, area, scale)
    recogniser, findings = _recogniser(number, area)
    drawing = read_raster(from_pixels(picture), recogniser)
    return Seen(scaled(drawing, 1 / scale, area[0], area[1], "pt"), findings)


def _recogniser(number: int, area: Area) -> tuple[Recogniser | None, tuple[Diagnostic, ...]]:
    from dlc.frontends.figure.ocr import engine

    try:
        return engine(), ()
    except DlcError as error:
        message = f"a figure is a bitmap, and its text was not read: {error.diagnostics[0].message}"
        return None, (Diagnostic(codes.EXTRA_MISSING, message, PageSpan(number, area), Severity.WARNING),)


def _scale(area: Area, drawn: Artwork) -> float:
    """Pixels a point: those of the largest bitmap in the figure, within bounds; else 200 dpi."""
    inside = [p for p in drawn.pictures if not p.shading and extent(common(p.box, area)) > 0.3 * extent(area)]
    largest = max(inside, key=lambda picture: extent(picture.box), default=None)
    own = largest.width / max(1.0, size(largest.box)[0]) if largest is not None else 0.0
    wanted = min(max(own, _LEAST), _MOST) if own else _USUAL
    return float(min(wanted, (_MOST_PIXELS / max(1.0, extent(area))) ** 0.5))
