"""What a figure shows, before anything is known of networks: boxes, connectors and labels.

Every reader of figures makes a `Drawing`, from a page's paths and characters or from pixels; what
follows does not know which it was. A reader says what is *drawn*. What it means (which box a label belongs
to, which boxes a connector joins, what is a layer) is decided by the common code behind it.

Coordinates are points (vector) or pixels (raster), x to the right and y **down**, from the top left corner
of the page or picture. All lengths of one drawing are in its one unit, and no threshold behind a reader is
absolute: they are multiples of `Drawing.em`, so that both units serve.
"""

from __future__ import annotations

import enum
import functools
import statistics
from collections.abc import Sequence

import attrs

Point = tuple[float, float]
Area = tuple[float, float, float, float]  # left, top, right, bottom
Colour = tuple[int, int, int]  # red, green, blue, each 0..255


class Outline(enum.Enum):
    """The shape of a box's outline, as drawn."""

    RECTANGLE = "rectangle"
    ROUNDED = "rounded"  # a rectangle with round corners, up to half circles at its ends
    STACK = "stack"  # like sheets lying behind each other: one box, `sheets` tells how many
    CUBOID = "cuboid"  # a box in perspective: a front face with a top and a side
    CIRCLE = "circle"  # also ellipses
    OCTAGON = "octagon"
    DIAMOND = "diamond"
    POLYGON = "polygon"  # any other closed shape: trapezium, slanted sheet, hexagon
    IMAGE = "image"  # a picture (photo, heat map, icon) inside the drawing
    NONE = "none"  # nothing is drawn around it, yet it is one thing (a reader rarely knows)


@attrs.frozen
class Box:
    """A closed shape: a layer, a feature map, an operator's circle, a neuron, a group around others.

    `area` is the hull of all that belongs to the shape, the outline's centre line where it is stroked: of
    a stack all sheets, of a cuboid all faces. `front` is the sheet or face that faces the reader (for
    the rest the same as `area`). `sheets` counts the sheets of a stack, 1 for all else. `corners` are the
    outline's corners in order, where it is straight-sided and not an upright rectangle; else empty.
    `fill` and `stroke` are colours as printed, None where nothing is filled or stroked; a gradient is its
    mean. `dashed` tells of a broken outline, which is how groups are drawn. `confidence` (0..1) tells how
    sure the reader is that the shape is there and of this kind.
    A shape is one box however often it is printed (fill, then stroke; shadow, then shape: the shadow is
    left out).
    """

    area: Area
    outline: Outline = Outline.RECTANGLE
    front: Area = attrs.field(default=attrs.Factory(lambda self: self.area, takes_self=True))
    sheets: int = 1
    corners: tuple[Point, ...] = ()
    fill: Colour | None = None
    stroke: Colour | None = None
    dashed: bool = False
    confidence: float = 1.0

    @property
    def width(self) -> float:
        """From the left to the right side."""
        return self.area[2] - self.area[0]

    @property
    def height(self) -> float:
        """From the top to the bottom."""
        return self.area[3] - self.area[1]

    @property
    def centre(self) -> Point:
        """The middle of its area."""
        return (self.area[0] + self.area[2]) / 2, (self.area[1] + self.area[3]) / 2


@attrs.frozen
class Connector:
    """A line between things: straight, bent or curved, with or without arrow heads.

    `points` run from the tail to the tip, at least two; a curve is given as a polyline that stays within
    a tenth of an em of it. Ends are where the ink ends: an arrow's last point is the tip of its head, so
    that it touches (nearly) the box that it points at. Where a line runs on behind a box, it is cut there.
    `head` tells whether an arrow head sits at the last point, `tail` whether one sits at the first one
    (then it points both ways). A line whose only head is at its beginning is turned round by the reader;
    one without heads has any direction.
    `dashed` tells of a broken line; the pieces are one connector. `width` is the line's thickness (of a
    fat arrow, drawn as a closed shape, the thickness of its shaft), `colour` its ink. `confidence` (0..1)
    tells how sure the reader is of its course and heads.
    """

    points: tuple[Point, ...] = attrs.field(validator=attrs.validators.min_len(2))
    head: bool = False
    tail: bool = False
    dashed: bool = False
    width: float = 0.0
    colour: Colour | None = None
    confidence: float = 1.0

    @property
    def start(self) -> Point:
        """The tail's end."""
        return self.points[0]

    @property
    def end(self) -> Point:
        """The tip."""
        return self.points[-1]

    def turned(self) -> Connector:
        """The same line from its other end."""
        return attrs.evolve(self, points=self.points[::-1], head=self.tail, tail=self.head)


@attrs.frozen
class Label:
    """One line of text as printed: words on one baseline with no wide gap and no outline between them.

    Lines of one label come as several; common code joins what stands together. `text` has its words
    spaced, superscripts as `^2` and subscripts as `_i`. `area` is the text's box on the page, turned text
    included. `size` is the font size (of pixels: the height of a capital and what hangs below a baseline,
    about 1.3 capitals). `angle` is the direction of reading in degrees counter-clockwise: 0 to the right,
    90 upwards, 270 downwards. `colour` is the ink. `confidence` (0..1) is the OCR's; characters of a
    PDF have 1.
    """

    text: str
    area: Area
    size: float
    angle: float = 0.0
    bold: bool = False
    colour: Colour | None = None
    confidence: float = 1.0

    @property
    def centre(self) -> Point:
        """The middle of its area."""
        return (self.area[0] + self.area[2]) / 2, (self.area[1] + self.area[3]) / 2


@attrs.frozen
class Drawing:
    """A figure's content: what was drawn inside `area`, in no particular order.

    `junctions` are points at which lines are joined: every end of a connector that lies on another
    connector's course, and dots drawn on crossings. Lines that cross elsewhere only cross. A line that
    forks is several connectors whose ends share a junction. `ticks` counts axis ticks and `curves` long
    wiggling lines that are no connectors, for telling plots from designs. `unread` is the length of all lines
    of text of which no letter could be read from pixels. `unit` is "pt" or "px".
    """

    area: Area
    boxes: tuple[Box, ...] = ()
    connectors: tuple[Connector, ...] = ()
    labels: tuple[Label, ...] = ()
    junctions: tuple[Point, ...] = ()
    ticks: int = 0
    curves: int = 0
    unit: str = "pt"
    unread: float = 0.0

    @functools.cached_property
    def em(self) -> float:
        """The usual font size, by which distances are measured; without any text as its boxes suggest."""
        sides = [min(box.width, box.height) for box in self.boxes]
        return usual_size(self.labels) or likely_size(self.area, sides)


def likely_size(area: Area, sides: Sequence[float]) -> float:
    """A font size that would suit boxes with these shorter sides: two thirds of the larger ones.

    Without boxes a thirtieth of the figure's shorter side, at least 1.
    """
    least = max(1.0, min(_sides(area)) / 30)
    large = sorted(side for side in sides if side > least)
    if len(large) < _FEW:
        return least
    return max(least, min(2 * large[3 * len(large) // 4] / 3, 6 * least))


#: Fewer boxes say nothing of the size of a figure's letters.
_FEW = 4


def usual_size(labels: Sequence[Label]) -> float | None:
    """The median font size of labels, each counted by its letters; None where there are none."""
    sizes = [label.size for label in labels for _ in label.text if label.size > 0]
    return statistics.median(sizes) if sizes else None


def _sides(area: Area) -> tuple[float, float]:
    return area[2] - area[0], area[3] - area[1]
