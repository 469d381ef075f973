"""Pictures drawn in the test, for the reader of pixels, and what was read of them in short form."""

from __future__ import annotations

import io
import math

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dlc.frontends.figure.drawing import Area, Drawing
from dlc.frontends.figure.raster.picture import decode
from dlc.frontends.figure.raster.reader import read_raster

BLACK = (0, 0, 0)
Place = tuple[int, int]


class Board:
    """A white picture to draw on, in RGB."""

    def __init__(
        self, width: int = 640, height: int = 480, paper: tuple[int, int, int] = (255, 255, 255)
    ) -> None:
        self.pixels: NDArray[np.uint8] = np.full((height, width, 3), paper, np.uint8)

    def box(
        self,
        area: Area,
        text: str = "conv",
        fill: tuple[int, int, int] | None = None,
        ink: tuple[int, int, int] = BLACK,
        width: int = 2,
    ) -> None:
        x0, y0, x1, y1 = (round(v) for v in area)
        if fill:
            cv2.rectangle(self.pixels, (x0, y0), (x1, y1), fill, cv2.FILLED)
        if width:
            cv2.rectangle(self.pixels, (x0, y0), (x1, y1), ink, width, cv2.LINE_AA)
        self.text(((x0 + x1) // 2, (y0 + y1) // 2), text, ink)

    def rounded(self, area: Area, radius: int = 14, text: str = "relu") -> None:
        x0, y0, x1, y1 = (round(v) for v in area)
        r = radius
        for a, b in (
            ((x0 + r, y0), (x1 - r, y0)),
            ((x0 + r, y1), (x1 - r, y1)),
            ((x0, y0 + r), (x0, y1 - r)),
            ((x1, y0 + r), (x1, y1 - r)),
        ):
            cv2.line(self.pixels, a, b, BLACK, 2, cv2.LINE_AA)
        for centre, turn in (
            ((x0 + r, y0 + r), 180),
            ((x1 - r, y0 + r), 270),
            ((x1 - r, y1 - r), 0),
            ((x0 + r, y1 - r), 90),
        ):
            cv2.ellipse(self.pixels, centre, (r, r), turn, 0, 90, BLACK, 2, cv2.LINE_AA)
        self.text(((x0 + x1) // 2, (y0 + y1) // 2), text)

    def text(self, centre: Place, words: str, ink: tuple[int, int, int] = BLACK) -> None:
        (wide, high), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, 0.5, 1)
        place = centre[0] - wide // 2, centre[1] + high // 2
        cv2.putText(self.pixels, words, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, ink, 1, cv2.LINE_AA)

    def arrow(
        self, *points: Place, ink: tuple[int, int, int] = BLACK, width: int = 2, head: int = 12
    ) -> None:
        """A line through points, with a filled head at the last one."""
        self.line(*points[:-1], _short(points[-2], points[-1], head - 2), ink=ink, width=width)
        self.head(points[-2], points[-1], ink, head)

    def line(self, *points: Place, ink: tuple[int, int, int] = BLACK, width: int = 2) -> None:
        cv2.polylines(self.pixels, [np.array(points, np.int32)], False, ink, width, cv2.LINE_AA)

    def curve(self, *points: Place, ink: tuple[int, int, int] = BLACK, width: int = 2) -> list[Place]:
        """A cubic curve by its four points; the places it leads through."""
        t = np.linspace(0.0, 1.0, 80)[:, None]
        weights = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
        course = sum(weight * np.array(point) for weight, point in zip(weights, points, strict=True))
        places = [(round(x), round(y)) for x, y in np.asarray(course).tolist()]
        self.line(*places, ink=ink, width=width)
        return places

    def head(self, start: Place, tip: Place, ink: tuple[int, int, int] = BLACK, size: int = 12) -> None:
        long = math.dist(start, tip)
        ux, uy = (tip[0] - start[0]) / long, (tip[1] - start[1]) / long
        wings = [
            (tip[0] - size * ux + s * 0.45 * size * uy, tip[1] - size * uy - s * 0.45 * size * ux)
            for s in (-1, 1)
        ]
        cv2.fillPoly(self.pixels, [np.rint(np.array([tip, *wings])).astype(np.int32)], ink, cv2.LINE_AA)

    def dashes(self, a: Place, b: Place, dash: int = 8, gap: int = 6) -> None:
        long = math.dist(a, b)
        for start in range(0, int(long), dash + gap):
            end = min(start + dash, long)
            ends = [
                (round(a[0] + t / long * (b[0] - a[0])), round(a[1] + t / long * (b[1] - a[1])))
                for t in (start, end)
            ]
            cv2.line(self.pixels, *ends, BLACK, 1)

    def file(self, form: str = "PNG", mode: str = "RGB", **options: object) -> bytes:
        stream = io.BytesIO()
        Image.fromarray(self.pixels).convert(mode).save(stream, form, **options)
        return stream.getvalue()

    def read(self) -> Drawing:
        return seen(self.file())


LEFT: Area = (60, 60, 200, 120)
RIGHT: Area = (400, 60, 540, 120)


def two_boxes() -> Board:
    """Two filled boxes, at `LEFT` and `RIGHT`, and an arrow from one to the other."""
    made = Board()
    made.box(LEFT, "conv", fill=(210, 225, 255))
    made.box(RIGHT, "dense", fill=(255, 235, 210))
    made.arrow((201, 90), (399, 90))
    return made


def seen(data: bytes) -> Drawing:
    """What is read of a picture file, without its texts."""
    return read_raster(decode(data, "test.png"))


def _short(start: Place, end: Place, by: float) -> Place:
    long = math.dist(start, end)
    return round(end[0] - by * (end[0] - start[0]) / long), round(end[1] - by * (end[1] - start[1]) / long)


def near(one: Area, other: Area, slack: float = 4.0) -> bool:
    """Whether two areas agree to within some pixels."""
    return all(abs(a - b) <= slack for a, b in zip(one, other, strict=True))


def graph(drawing: Drawing, areas: list[Area], reach: float = 12.0) -> set[tuple[int, int]]:
    """Which of the given boxes connectors with heads join, by their ends; -1 where an end is at none."""
    return {
        (_at(line.start, areas, reach), _at(line.end, areas, reach))
        for line in drawing.connectors
        if line.head
    }


def _at(point: tuple[float, float], areas: list[Area], reach: float) -> int:
    apart = [
        math.hypot(max(x0 - point[0], 0, point[0] - x1), max(y0 - point[1], 0, point[1] - y1))
        for x0, y0, x1, y1 in areas
    ]
    nearest = min(range(len(areas)), key=lambda i: apart[i])
    return nearest if apart[nearest] <= reach else -1
