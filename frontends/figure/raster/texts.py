"""Labels from lines of text: what looks the same is read once, slips are repaired."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Area, Colour, Label
from dlc.frontends.figure.ocr.alike import read_lines
from dlc.frontends.figure.ocr.recogniser import Recogniser, TextReading
from dlc.frontends.figure.ocr.repair import agreed, repaired
from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.canvas import Canvas
from dlc.frontends.figure.raster.middles import median, quantile, usual_colour
from dlc.frontends.figure.raster.rows import Row, crop

#: A line read with less confidence than this is tried turned round, if it is turned text.
_DOUBTFUL = 0.75
#: Two crops show the same text where nowhere (3 by 3 pixels) they differ by more than this (0..255).
_SAME = 62
#: So few characters, read with less confidence than this, are no text.
_FEW, _UNLIKELY = 2, 0.4
#: At most this many lines are read in one picture; more is no drawing.
MOST_ROWS = 1500
_ASCENDS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZbdfhklt0123456789()[]{}|/\\!?&%#$'\"")
_DESCENDS = frozenset("gjpqy()[]{}|/\\,;Q_$@")
#: How high low letters are, and how deep others reach below the line (capitals).
_LOW, _BELOW = 0.72, 0.3
#: Strokes of bold letters are thicker than this (ems), and so much thicker than the usual ones of the picture.
_BOLD, _BOLDER = 0.19, 1.3


def read_labels(
    drawn: Canvas, contrast: Mask, text: Mask, rows: Sequence[Row], recogniser: Recogniser | None
) -> list[Label]:
    """The labels of a picture; without a recogniser their texts are empty."""
    rows = rows[:MOST_ROWS]
    if recogniser is None:
        readings = [TextReading("", 0.0)] * len(rows)
    else:
        readings, rows = _read(recogniser, [crop(contrast, text, row) for row in rows], rows)
    labels: list[tuple[Label, float]] = []
    for row, reading in zip(rows, readings, strict=True):
        if recogniser is None or (reading.text and not _is_stain(reading)):
            labels.append(_label(drawn, text, row, reading))
    usual = median(np.array([thick for _, thick in labels])) if labels else 0.0
    texts = agreed([label.text for label, _ in labels], [label.confidence for label, _ in labels])
    return [
        attrs.evolve(label, text=text, bold=_is_bold(thick, usual, label.size))
        for text, (label, thick) in zip(texts, labels, strict=True)
    ]


def _is_bold(thick: float, usual: float, size: float) -> bool:
    """Whether strokes so thick (ems) are bold where so thick ones are usual; in small letters a pixel tells nothing."""
    return thick > max(_BOLD, _BOLDER * usual + 1 / size)


def _read(
    recogniser: Recogniser, crops: Sequence[Array], rows: Sequence[Row]
) -> tuple[list[TextReading], list[Row]]:
    """Readings, and the rows with their angles put right."""
    same_as = _same(crops)
    firsts = sorted(set(same_as))
    found = dict(zip(firsts, read_lines(recogniser, [crops[i] for i in firsts]), strict=True))
    doubtful = [i for i in firsts if rows[i].angle and found[i].confidence < _DOUBTFUL]
    round_about = recogniser.read([np.rot90(crops[i], 2).copy() for i in doubtful]) if doubtful else []
    down = set()
    for i, reading in zip(doubtful, round_about, strict=True):
        if reading.confidence > found[i].confidence:
            found[i] = reading
            down.add(i)
    placed = [attrs.evolve(row, angle=270.0) if same_as[i] in down else row for i, row in enumerate(rows)]
    return [found[i] for i in same_as], placed


def _is_stain(reading: TextReading) -> bool:
    """Whether what was read is likely no text: a letter or two that hardly look like any."""
    return len(reading.text) <= _FEW and reading.confidence < _UNLIKELY


def _same(crops: Sequence[Array]) -> list[int]:
    """For each crop the first one that looks the same, or itself."""
    by_size: dict[tuple[int, int], list[int]] = {}
    same_as = []
    for index, one in enumerate(crops):
        height, width = one.shape
        near = [
            i
            for dy in (-1, 0, 1)
            for dx in (-1, 0, 1)
            for i in by_size.get((height + dy, width + dx), ())
            if _look_alike(crops[i], one)
        ]
        same_as.append(near[0] if near else index)
        if not near:
            by_size.setdefault((height, width), []).append(index)
    return same_as


def _look_alike(one: Array, other: Array) -> bool:
    """Whether two crops of nearly one size show the same, moved by up to a pixel."""
    if abs(float(one.mean()) - float(other.mean())) > 8:
        return False
    framed = cv2.copyMakeBorder(one, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=255)
    height, width = other.shape
    framed = framed[: height + 4, : width + 4]
    if framed.shape[0] < height or framed.shape[1] < width:
        return False
    score = cv2.matchTemplate(framed, other, cv2.TM_SQDIFF)
    y, x = np.unravel_index(int(score.argmin()), score.shape)
    part = framed[y : y + height, x : x + width]
    apart = cv2.blur(part.astype(np.float32) - other.astype(np.float32), (3, 3))
    return float(np.abs(apart).max()) <= _SAME


def _label(drawn: Canvas, text: Mask, row: Row, reading: TextReading) -> tuple[Label, float]:
    """A line's label, and how thick its strokes are (ems)."""
    x0, y0, x1, y1 = row.area
    words = repaired(reading.text)
    size = _size(words, row.height)
    colour, thick = _ink(drawn, text, row)
    area = _with_ascent((float(x0), float(y0), float(x1), float(y1)), words, row.angle)
    label = Label(words, area, size, row.angle, colour=colour, confidence=round(reading.confidence, 3))
    return label, thick / size


def _with_ascent(area: Area, text: str, angle: float) -> Area:
    """A line's area, up to where capitals end though it has low letters only: so far it is from the line above."""
    if not text or _ASCENDS & set(text):
        return area
    x0, y0, x1, y1 = area
    high = y1 - y0 if angle == 0.0 else x1 - x0
    by = high * (1.0 - _LOW) / (_LOW + (_BELOW if _DESCENDS & set(text) else 0.0))
    if angle == 0.0:
        return x0, max(0.0, y0 - by), x1, y1
    return (max(0.0, x0 - by), y0, x1, y1) if angle == 90.0 else (x0, y0, x1 + by, y1)


def _size(text: str, height: int) -> float:
    """The font size of a line whose ink is so high: 1.3 capitals."""
    above = 1.0 if not text or _ASCENDS & set(text) else _LOW
    below = _BELOW if _DESCENDS & set(text) else 0.0
    return 1.3 * height / (above + below)


def _ink(drawn: Canvas, text: Mask, row: Row) -> tuple[Colour | None, float]:
    """The colour of a line's ink, and how thick (pixels) its thicker strokes are."""
    x0, y0, x1, y1 = row.area
    own = text[y0:y1, x0:x1]
    inner = cv2.distanceTransform(cv2.copyMakeBorder(own, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)
    core = inner[1:-1, 1:-1] >= 1.0
    if not core.any():
        return None, 0.0
    strokes = inner[inner >= 1.0]
    return usual_colour(drawn.pixels[y0:y1, x0:x1][core]), 2 * quantile(strokes, 0.8)
