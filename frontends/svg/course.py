"""The courses of SVG shapes: path data, and rectangles, circles and polygons written as path data."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from dlc.frontends.pdf.artwork import Point, Stretch, Trace
from dlc.frontends.pdf.space import Matrix, apply

_TOKEN = re.compile(r"([MmLlHhVvCcSsQqTtAaZz])|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_COUNTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
#: Path data with more numbers than this is a plot's.
_MOST_NUMBERS = 40_000
#: How long the handle of a curve is that stands for a quarter of a circle of radius 1.
_QUARTER = 0.5522847498


def stretches(data: str, matrix: Matrix) -> tuple[Stretch, ...]:
    """The subpaths of path data, at their places on the page; what follows a mistake is left out."""
    return tuple(_Pen(matrix).run(data))


class _Pen:
    """Follows path data."""

    def __init__(self, matrix: Matrix) -> None:
        self._matrix = matrix
        self._trace = Trace()
        self._at = self._start = (0.0, 0.0)
        self._handle: Point | None = None
        self._kind = ""
        self._open = False

    def run(self, data: str) -> Iterator[Stretch]:
        for command, numbers in _commands(data):
            kind = command.upper()
            if command.islower() and kind not in "HVA":
                numbers = [n + self._at[i % 2] for i, n in enumerate(numbers)]
            if kind == "M":
                yield from self._trace.finish(False)
                self._begin((numbers[0], numbers[1]))
            elif kind == "Z":
                yield from self._trace.finish(True)
                self._begin(self._start)
            else:
                self._segment(kind, command.islower(), numbers)
            self._kind = kind
        yield from self._trace.finish(False)

    def _begin(self, place: Point) -> None:
        self._trace = Trace()
        self._at = self._start = place
        self._handle = None
        self._trace.line(apply(self._matrix, *place))

    def _segment(self, kind: str, relative: bool, n: list[float]) -> None:
        x, y = self._at
        if kind == "L":
            self._line((n[0], n[1]))
        elif kind == "H":
            self._line((n[0] + (x if relative else 0), y))
        elif kind == "V":
            self._line((x, n[0] + (y if relative else 0)))
        elif kind == "C":
            self._curve((n[0], n[1]), (n[2], n[3]), (n[4], n[5]))
        elif kind == "S":
            self._curve(self._mirrored("CS"), (n[0], n[1]), (n[2], n[3]))
        elif kind == "Q":
            self._quadratic((n[0], n[1]), (n[2], n[3]))
        elif kind == "T":
            self._quadratic(self._mirrored("QT"), (n[0], n[1]))
        else:
            end = (n[5] + (x if relative else 0), n[6] + (y if relative else 0))
            for curve in _arc(self._at, n[0], n[1], n[2], bool(n[3]), bool(n[4]), end):
                self._curve(*curve)

    def _mirrored(self, kinds: str) -> Point:
        """The last curve's handle on the other side of the place reached."""
        if self._handle is None or self._kind not in kinds:
            return self._at
        return 2 * self._at[0] - self._handle[0], 2 * self._at[1] - self._handle[1]

    def _line(self, end: Point) -> None:
        self._trace.line(apply(self._matrix, *end))
        self._at = end

    def _curve(self, first: Point, second: Point, end: Point) -> None:
        self._trace.curve([apply(self._matrix, *p) for p in (first, second, end)])
        self._at, self._handle = end, second

    def _quadratic(self, handle: Point, end: Point) -> None:
        (ax, ay), (bx, by), (hx, hy) = self._at, end, handle
        first = (ax + 2 / 3 * (hx - ax), ay + 2 / 3 * (hy - ay))
        second = (bx + 2 / 3 * (hx - bx), by + 2 / 3 * (hy - by))
        self._curve(first, second, end)
        self._handle = handle


def _commands(data: str) -> Iterator[tuple[str, list[float]]]:
    """Commands with their numbers; numbers that go on repeat the command (a line after a move)."""
    command, numbers, total = "", list[float](), 0
    for match in _TOKEN.finditer(_with_flags(data)):
        if match[1]:
            command, numbers = match[1], []
            if command in "Zz":
                yield command, []
            continue
        total += 1
        if not command or command in "Zz" or total > _MOST_NUMBERS:
            return
        numbers.append(float(match[2]))
        if len(numbers) == _COUNTS[command.upper()]:
            yield command, numbers
            numbers = []
            command = {"M": "L", "m": "l"}.get(command, command)


def _with_flags(data: str) -> str:
    """Path data in which the flags of arcs stand apart: they may be written as `a5 5 0 015 5`."""
    number = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
    pattern = rf"({number}[\s,]*{number}[\s,]*{number}[\s,]+)([01])[\s,]*([01])[\s,]*(?=[-+.\d])"
    return re.sub(
        r"[Aa][^A-DF-Za-df-z]*",
        lambda arc: re.sub(pattern, r"\1\2 \3 ", arc[0]),
        data,
    )


_Curve = tuple[Point, Point, Point]


def _arc(
    start: Point, rx: float, ry: float, turn: float, large: bool, sweep: bool, end: Point
) -> Iterator[_Curve]:
    """An elliptical arc as curves (SVG 1.1, appendix F.6: from end points to centre and angles)."""
    rx, ry = abs(rx), abs(ry)
    if not rx or not ry or start == end:
        yield start, end, end
        return
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    dx, dy = (start[0] - end[0]) / 2, (start[1] - end[1]) / 2
    px, py = cos * dx + sin * dy, -sin * dx + cos * dy
    grow = math.sqrt(max(1.0, (px / rx) ** 2 + (py / ry) ** 2))
    rx, ry = rx * grow, ry * grow
    under = (rx * ry) ** 2 - (rx * py) ** 2 - (ry * px) ** 2
    factor = math.sqrt(max(0.0, under / ((rx * py) ** 2 + (ry * px) ** 2)))
    factor = -factor if large == sweep else factor
    cx, cy = factor * rx * py / ry, -factor * ry * px / rx
    middle = (cos * cx - sin * cy + (start[0] + end[0]) / 2, sin * cx + cos * cy + (start[1] + end[1]) / 2)
    first = math.atan2((py - cy) / ry, (px - cx) / rx)
    last = math.atan2((-py - cy) / ry, (-px - cx) / rx)
    span = (last - first) % (2 * math.pi) if sweep else -((first - last) % (2 * math.pi))
    yield from _pieces(middle, (rx, ry), (cos, sin), first, span)


def _pieces(middle: Point, radii: Point, turn: Point, first: float, span: float) -> Iterator[_Curve]:
    """An arc cut into pieces of at most a quarter, each a curve."""
    count = max(1, math.ceil(abs(span) / (math.pi / 2) - 1e-9))
    step = span / count
    long = 4 / 3 * math.tan(step / 4)

    def place(angle: float, along: float) -> Point:
        x = radii[0] * (math.cos(angle) - along * math.sin(angle))
        y = radii[1] * (math.sin(angle) + along * math.cos(angle))
        return middle[0] + turn[0] * x - turn[1] * y, middle[1] + turn[1] * x + turn[0] * y

    for index in range(count):
        a, b = first + index * step, first + (index + 1) * step
        yield place(a, long), place(b, -long), place(b, 0)


def path_data(tag: str, attributes: Mapping[str, str], size: Point) -> str:
    """A basic shape as path data; "" for what is none or has no extent. `size` is the view's, for percents."""
    n = {
        key: length(attributes.get(key, ""), size[key in ("y", "cy", "ry", "height", "y1", "y2")])
        for key in _SIDES
    }
    if tag == "path":
        return attributes.get("d", "")
    if tag == "line":
        return f"M{n['x1']} {n['y1']}L{n['x2']} {n['y2']}"
    if tag in ("polyline", "polygon"):
        points = " ".join(re.findall(r"[-+.\deE]+", attributes.get("points", "")))
        return f"M{points}{'Z' * (tag == 'polygon')}" if points else ""
    if tag == "rect" and n["width"] > 0 and n["height"] > 0:
        return _rectangle(n, "rx" in attributes, "ry" in attributes)
    if tag in ("circle", "ellipse"):
        rx, ry = (n["r"], n["r"]) if tag == "circle" else (n["rx"], n["ry"])
        return _rounded(n["cx"] - rx, n["cy"] - ry, 2 * rx, 2 * ry, rx, ry) if rx > 0 and ry > 0 else ""
    return ""


_SIDES = ("x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height")


def _rectangle(n: Mapping[str, float], has_rx: bool, has_ry: bool) -> str:
    x, y, wide, high = n["x"], n["y"], n["width"], n["height"]
    rx = min(n["rx"] if has_rx else n["ry"], wide / 2)
    ry = min(n["ry"] if has_ry else n["rx"], high / 2)
    if rx <= 0 or ry <= 0:
        return f"M{x} {y}h{wide}v{high}h{-wide}Z"
    return _rounded(x, y, wide, high, rx, ry)


def _rounded(x: float, y: float, wide: float, high: float, rx: float, ry: float) -> str:
    """A rectangle with corners of a quarter ellipse each; straight sides only where some is left."""
    kx, ky = _QUARTER * rx, _QUARTER * ry
    right, foot = x + wide, y + high
    across = wide - 2 * rx > 1e-6
    down = high - 2 * ry > 1e-6
    parts = [f"M{x + rx} {y}"]
    parts += [f"H{right - rx}"] if across else []
    parts.append(f"C{right - rx + kx} {y} {right} {y + ry - ky} {right} {y + ry}")
    parts += [f"V{foot - ry}"] if down else []
    parts.append(f"C{right} {foot - ry + ky} {right - rx + kx} {foot} {right - rx} {foot}")
    parts += [f"H{x + rx}"] if across else []
    parts.append(f"C{x + rx - kx} {foot} {x} {foot - ry + ky} {x} {foot - ry}")
    parts += [f"V{y + ry}"] if down else []
    parts.append(f"C{x} {y + ry - ky} {x + rx - kx} {y} {x + rx} {y}Z")
    return "".join(parts)


_UNITS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "in": 96.0,
    "em": 16.0,
}
_LENGTH = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([a-z%]*)")


def length(text: str, whole: float = 0.0, em: float = 16.0, default: float = 0.0) -> float:
    """A length in user units; `whole` is what a percentage is of; `default` where the text says none."""
    match = _LENGTH.match(text)
    if match is None:
        return default
    value, unit = float(match[1]), match[2]
    if unit == "%":
        return value / 100 * whole
    return value * {"em": em, "ex": em / 2}.get(unit, _UNITS.get(unit, 1.0))
