"""An SVG file as a page with paths, characters and pictures; its unit is the user unit of its outermost view."""

from __future__ import annotations

import math
import re

import attrs

from dlc.frontends.pdf.artwork import MOST_OBJECTS, Artwork, Path, Picture, Point
from dlc.frontends.pdf.page import Char, Page
from dlc.frontends.pdf.space import IDENTITY, Matrix, apply, product
from dlc.frontends.pdf.words import hull
from dlc.frontends.svg.course import length, path_data, stretches
from dlc.frontends.svg.style import Style, gradients, hidden, ink, rules, style_of
from dlc.frontends.svg.tree import Element, parse
from dlc.frontends.svg.words import Line, text_lines

#: What is only shown where something else refers to it, and what shows nothing.
_UNSEEN = frozenset(
    (
        "defs",
        "symbol",
        "marker",
        "clipPath",
        "mask",
        "pattern",
        "filter",
        "metadata",
        "title",
        "desc",
        "style",
    )
)
#: References within references at most this deep.
_DEEPEST = 12
_TRANSFORM = re.compile(r"(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^)]*)\)")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


@attrs.frozen
class Sheet:
    """An SVG as the vector reader takes it."""

    page: Page
    drawn: Artwork


def read_svg(data: bytes, name: str) -> Sheet:
    """Read an SVG file; raises DlcError where it is malformed, or asks for what is outside it."""
    root = parse(data, name)
    walker = _Walker(root)
    view, matrix = _view(root)
    walker.size = view
    walker.inside(root, matrix, {}, 0)
    wide, high = view
    page = Page(1, wide, high, tuple(walker.chars), (), tuple(p.box for p in walker.pictures))
    return Sheet(page, Artwork(tuple(walker.paths), tuple(walker.pictures), (), walker.left > 0))


def _view(root: Element) -> tuple[tuple[float, float], Matrix]:
    """The size of the drawing in user units, and the matrix that moves its corner to (0, 0)."""
    numbers = [float(n) for n in _NUMBER.findall(root.attributes.get("viewBox", ""))]
    if len(numbers) == 4 and numbers[2] > 0 and numbers[3] > 0:
        return (numbers[2], numbers[3]), (1.0, 0.0, 0.0, 1.0, -numbers[0], -numbers[1])
    wide, high = (length(root.attributes.get(side, ""), 0, default=0) for side in ("width", "height"))
    return (wide or 1000.0, high or 1000.0), IDENTITY


class _Walker:
    """Goes through the elements and collects what they show."""

    def __init__(self, root: Element) -> None:
        self.paths: list[Path] = []
        self.chars: list[Char] = []
        self.pictures: list[Picture] = []
        self.size = (0.0, 0.0)
        self.left = MOST_OBJECTS
        self._sheet = rules(root)
        self._paints = gradients(root)
        self._named = {e.attributes["id"]: e for e in root.walk() if "id" in e.attributes}

    def inside(self, element: Element, matrix: Matrix, outer: Style, depth: int) -> None:
        """Show what is inside an element."""
        style = style_of(element, outer, self._sheet)
        for child in element.elements():
            self._show(child, matrix, style, depth)

    def _show(self, element: Element, matrix: Matrix, outer: Style, depth: int) -> None:
        if element.tag in _UNSEEN or self.left <= 0:
            return
        self.left -= 1
        style = style_of(element, outer, self._sheet)
        if style.get("display") == "none":
            return
        matrix = product(transform(element.attributes.get("transform", "")), matrix)
        if element.tag in ("g", "a", "svg", "switch"):
            self.inside(element, self._moved(element, matrix), outer, depth)
        elif element.tag == "use":
            self._use(element, matrix, outer, depth)
        elif element.tag == "text" and not hidden(style):
            for line in text_lines(element, style, self._sheet):
                self._write(line, matrix)
        elif element.tag in ("image", "foreignObject") and not hidden(style):
            self._picture(element, matrix, style)
        elif not hidden(style):
            self._path(element, matrix, style)

    def _moved(self, element: Element, matrix: Matrix) -> Matrix:
        if element.tag != "svg":
            return matrix
        x, y = (length(element.attributes.get(k, ""), self.size[i]) for i, k in enumerate("xy"))
        return product((1, 0, 0, 1, x, y), matrix)

    def _use(self, element: Element, matrix: Matrix, outer: Style, depth: int) -> None:
        target = self._named.get(element.attributes.get("href", "").removeprefix("#"))
        if target is None or depth >= _DEEPEST:
            return
        x, y = (length(element.attributes.get(k, ""), self.size[i]) for i, k in enumerate("xy"))
        matrix = product((1, 0, 0, 1, x, y), matrix)
        style = style_of(element, outer, self._sheet)
        if target.tag == "symbol":
            self.inside(target, matrix, style, depth + 1)
        else:
            self._show(target, matrix, style, depth + 1)

    def _path(self, element: Element, matrix: Matrix, style: Style) -> None:
        data = path_data(element.tag, element.attributes, self.size)
        fill, clear = ink(style, "fill", "black", self._paints)
        stroke, _ = ink(style, "stroke", "none", self._paints)
        if not data or (fill is None and stroke is None):
            return
        course = stretches(data, matrix)
        if element.tag in ("line", "polyline") or (
            fill is not None and all(len(s.points) < 3 for s in course)
        ):
            fill = None
        if not course or (fill is None and stroke is None):
            return
        scale = math.sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]))
        width = scale * length(style.get("stroke-width", "1"), default=1.0) if stroke is not None else 0.0
        dashed = stroke is not None and _is_dashed(style.get("stroke-dasharray", "none"))
        box = hull([stretch.box for stretch in course])
        self.paths.append(Path(course, fill, stroke, width, dashed, box, 0, clear))
        self._heads(course[0].points, course[-1].points, style, width or scale)

    def _heads(self, first: _Course, last: _Course, style: Style, width: float) -> None:
        """The marks at a line's ends, as what they usually are: arrow heads in the line's colour."""
        for name, behind, tip in (("marker-start", first[1], first[0]), ("marker-end", last[-2], last[-1])):
            marker = self._marker(style.get(name, "none"))
            if marker is None:
                continue
            own = marker.attributes.get("markerUnits") == "userSpaceOnUse"
            corners = _head(marker, behind, tip, 1.0 if own else width)
            data = "M" + "L".join(f"{x} {y}" for x, y in corners) + "Z"
            course = stretches(data, IDENTITY)
            colour, _ = ink(style, "stroke", "black", self._paints)
            box = hull([stretch.box for stretch in course])
            self.paths.append(Path(course, colour or (0, 0, 0), None, 0.0, False, box))

    def _marker(self, text: str) -> Element | None:
        match = re.match(r"url\(\s*['\"]?#([^)'\"]+)", text)
        found = self._named.get(match[1]) if match else None
        return found if found is not None and found.tag == "marker" else None

    def _picture(self, element: Element, matrix: Matrix, style: Style) -> None:
        x, y, wide, high = (
            length(element.attributes.get(k, ""), self.size[i % 2])
            for i, k in enumerate(("x", "y", "width", "height"))
        )
        if element.tag == "foreignObject":
            for line in text_lines(element, style, self._sheet, (x + wide / 2, y + high / 2)):
                self._write(line, matrix)
        elif wide > 0 and high > 0:
            corners = [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)]
            points = [apply(matrix, *corner) for corner in corners]
            self.pictures.append(Picture(hull([(px, py, px, py) for px, py in points])))

    def _write(self, line: Line, matrix: Matrix) -> None:
        """The characters of a line of text, in boxes as high as its letters."""
        scale = math.hypot(matrix[2], matrix[3])
        angle = -math.degrees(math.atan2(matrix[1], matrix[0])) % 360
        nearest = round(angle / 90) * 90
        angle = (nearest if abs(angle - nearest) < 1 else angle) % 360
        for text, x, advance in line.letters():
            corners = [
                apply(matrix, px, py)
                for px in (x, x + advance)
                for py in (line.y - 0.8 * line.size, line.y + 0.2 * line.size)
            ]
            box = hull([(px, py, px, py) for px, py in corners])
            baseline = apply(matrix, x, line.y)[1]
            font = line.family + ("-Bold" if line.bold else "")
            self.chars.append(Char(text, *box, scale * line.size, baseline, font, angle))


def transform(text: str) -> Matrix:
    """The matrix of a `transform` attribute."""
    made = IDENTITY
    for name, inner in _TRANSFORM.findall(text):
        made = product(_matrix(name, [float(n) for n in _NUMBER.findall(inner)]), made)
    return made


def _matrix(name: str, n: list[float]) -> Matrix:
    if name == "matrix" and len(n) == 6:
        return n[0], n[1], n[2], n[3], n[4], n[5]
    if name == "translate" and n:
        return 1, 0, 0, 1, n[0], n[1] if len(n) > 1 else 0
    if name == "scale" and n:
        return n[0], 0, 0, n[1] if len(n) > 1 else n[0], 0, 0
    if name == "rotate" and n:
        cos, sin = math.cos(math.radians(n[0])), math.sin(math.radians(n[0]))
        x, y = (n[1], n[2]) if len(n) == 3 else (0.0, 0.0)
        return cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y
    if name in ("skewX", "skewY") and n:
        tan = math.tan(math.radians(n[0]))
        return (1, 0, tan, 1, 0, 0) if name == "skewX" else (1, tan, 0, 1, 0, 0)
    return IDENTITY


_Course = tuple[tuple[float, float], ...]


def _head(marker: Element, behind: Point, tip: Point, unit: float) -> list[Point]:
    """The corners of an arrow head as large as a marker, which may reach beyond the line's end."""
    long = _marker_size(marker) * unit
    away = math.dist(behind, tip) or 1.0
    dx, dy = (tip[0] - behind[0]) / away, (tip[1] - behind[1]) / away
    box = [float(n) for n in _NUMBER.findall(marker.attributes.get("viewBox", ""))]
    reach = (box[2] if len(box) == 4 else _marker_size(marker)) or 1.0
    ahead = max(0.0, 1 - length(marker.attributes.get("refX", ""), default=0.0) / reach) * long
    x, y = tip[0] + ahead * dx, tip[1] + ahead * dy
    neck = (x - long * dx, y - long * dy)
    wing = 0.4 * long
    return [(x, y), (neck[0] - wing * dy, neck[1] + wing * dx), (neck[0] + wing * dy, neck[1] - wing * dx)]


def _marker_size(marker: Element) -> float:
    return length(marker.attributes.get("markerWidth", "3"), default=3.0)


def _is_dashed(text: str) -> bool:
    numbers = [float(n) for n in _NUMBER.findall(text)]
    return any(n > 0 for n in numbers[1::2] or numbers)
