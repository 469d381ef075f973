"""Drawing with Graphviz: one layout gives the pictures, and from the same numbers what is where in them.

Graphviz reports the shapes and texts that it draws (its `json` output holds every drawing operation, in
points from the bottom left corner), so the truth is what was drawn and not a guess at it.
"""

from __future__ import annotations

import contextlib
import functools
import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import pygraphviz
import pygraphviz.graphviz as graphviz

from dlc.frontends.figure.drawing import Area, Box, Colour, Connector, Drawing, Label, Outline, Point
from dlc.simulate import fonts
from dlc.simulate.bezier import flatten, shared_ends
from dlc.simulate.dot import Dot

MARGIN = 4.0  # points that Graphviz leaves free on each side (its `pad`)
JOINED = 2.5  # points: Graphviz leaves gaps of up to 2 where concentrated edges part
LARGEST_SIDE = 30_000  # pixels; beyond 32,767 cairo refuses, and Graphviz would scale without telling
LARGEST_PICTURE = 60_000_000  # pixels
# Above and below the baseline, in parts of the font size: capitals, and what hangs below.
ASCENT, DESCENT = 0.72, 0.22


class NoLayout(Exception):
    """Graphviz could not lay a graph out; the message is its own."""


@attrs.frozen
class Laid:
    """A graph as drawn: files by ending, the drawing in the PNG's pixels, and what belongs to what.

    `boxes` has the index of each node's box, `texts` its words, `edges` the connectors of each edge, in the
    order of the graph's own nodes and edges. `scale` is pixels a point.
    """

    files: Mapping[str, bytes]
    drawing: Drawing
    boxes: tuple[int, ...]
    texts: tuple[str, ...]
    edges: tuple[tuple[int, ...], ...]
    scale: float


def lay_out(dot: Dot, dpi: float, endings: Sequence[str] = (".png",)) -> Laid:
    """Lay a graph out with `dot` and draw it.

    A picture that is too large for a bitmap is drawn with fewer dots an inch. Vector forms have points as
    their unit, and the same margin as the PNG.
    """
    with _laid(dot, dpi) as handle:
        found = json.loads(_render(handle, "json"))
        width, height = _extent(found)
        most = _most_dpi(width + 2 * MARGIN, height + 2 * MARGIN)
        files = {".png": _render(handle, "png")} if dpi <= most else {}
    if not files:
        dpi = math.floor(most)
        with _laid(dot, dpi) as handle:
            files = {".png": _render(handle, "png")}
    return _Reading(height, dpi / 72, found).laid(dot, files | _vectors(dot, endings), width)


def _most_dpi(width: float, height: float) -> float:
    side = LARGEST_SIDE / max(width, height)
    return 72 * min(side, math.sqrt(LARGEST_PICTURE / (width * height)))


def _vectors(dot: Dot, endings: Sequence[str]) -> dict[str, bytes]:
    wanted = [ending for ending in endings if ending != ".png"]
    if not wanted:
        return {}
    with _laid(dot, 72) as handle:
        _set(handle, "margin", "0")  # a page of PDF would get half an inch
        return {ending: _render(handle, ending.removeprefix(".")) for ending in wanted}


@functools.cache
def _context() -> Any:
    """Graphviz's state, which keeps fonts between pictures; one a process."""
    return graphviz.gvContextWithBuiltins()


@contextlib.contextmanager
def _laid(dot: Dot, dpi: float) -> Iterator[Any]:
    """A graph laid out; how many dots an inch has is read at that time."""
    graph = pygraphviz.AGraph(string=dot.text())
    _set(graph.handle, "dpi", str(dpi))
    with _first_time_with_fonts():
        failed = graphviz.gvLayout(_context(), graph.handle, b"dot")
    if failed:
        raise NoLayout("Graphviz cannot lay the graph out")
    try:
        yield graph.handle
    finally:
        graphviz.gvFreeLayout(_context(), graph.handle)
        graph.close()


_fonts_are_known = False


@contextlib.contextmanager
def _first_time_with_fonts() -> Iterator[None]:
    """Have fontconfig initialise with our fonts; whatever it is told, it also reads the machine's templates,
    and complains on standard error of those that are newer than itself."""
    global _fonts_are_known
    if _fonts_are_known:
        yield
        return
    with fonts.configured(), _quiet():
        yield
    _fonts_are_known = True


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What C libraries write to standard error in the meantime goes nowhere."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _set(handle: Any, name: str, value: str) -> None:
    graphviz.agsafeset_label(handle, handle, name.encode(), value.encode(), b"")


def _render(handle: Any, form: str) -> bytes:
    _, data = graphviz.gvRenderData(_context(), handle, form.encode())
    return bytes(data)


def _extent(found: Mapping[str, Any]) -> tuple[float, float]:
    left, bottom, right, top = map(float, found["bb"].split(","))
    return right - left, top - bottom


@attrs.frozen
class _Reading:
    """Reads Graphviz's report: heights count from the bottom there, and pixels from the top here."""

    height: float
    scale: float
    found: Mapping[str, Any]

    def laid(self, dot: Dot, files: Mapping[str, bytes], width: float) -> Laid:
        nodes = sorted(self.found.get("objects", ()), key=lambda o: int(o["name"][1:]))
        boxes = [self.box(node) for node in nodes]
        labels = [self.labels(node) for node in nodes]
        lines = [self.connectors(edge) for edge in self.in_order(dot)]
        on_edges = [label for edge in self.found.get("edges", ()) for label in self.labels(edge)]
        flat = [line for edge in lines for line in edge]
        area = (0.0, 0.0, (width + 2 * MARGIN) * self.scale, (self.height + 2 * MARGIN) * self.scale)
        every_label = tuple(label for group in (*labels, on_edges) for label in group)
        joined = shared_ends([line.points for line in flat], JOINED * self.scale)
        drawing = Drawing(area, tuple(boxes), tuple(flat), every_label, joined, unit="px")
        texts = tuple(" ".join(label.text for label in group) for group in labels)
        return Laid(files, drawing, tuple(range(len(boxes))), texts, _numbered(lines), self.scale)

    def in_order(self, dot: Dot) -> list[Mapping[str, Any]]:
        """The report's edges in the order of the graph's."""
        nodes = {o["_gvid"]: int(o["name"][1:]) for o in self.found.get("objects", ())}
        ends: dict[tuple[int, int], list[Mapping[str, Any]]] = {}
        for edge in self.found.get("edges", ()):
            ends.setdefault((nodes[edge["tail"]], nodes[edge["head"]]), []).append(edge)
        return [ends[tail, head].pop(0) for tail, head, _ in dot.edges]

    def point(self, x: float, y: float) -> Point:
        return (x + MARGIN) * self.scale, (self.height - y + MARGIN) * self.scale

    def hull(self, points: Iterable[Sequence[float]]) -> Area:
        moved = [self.point(x, y) for x, y in points]
        xs, ys = [x for x, _ in moved], [y for _, y in moved]
        return min(xs), min(ys), max(xs), max(ys)

    def box(self, node: Mapping[str, Any]) -> Box:
        """The node's outermost shape."""
        fill, stroke = _colours(node)
        drawn = next(op for op in node["_draw_"] if op["op"] in "pPeE")
        if drawn["op"] in "eE":
            x, y, across, up = drawn["rect"]
            area = self.hull([(x - across, y - up), (x + across, y + up)])
            return Box(area, Outline.CIRCLE, fill=fill, stroke=stroke)
        area = self.hull(drawn["points"])
        if len(drawn["points"]) == 4:
            return Box(area, fill=fill, stroke=stroke)
        corners = tuple(self.point(x, y) for x, y in drawn["points"])
        return Box(area, Outline.OCTAGON, corners=corners, fill=fill, stroke=stroke)

    def labels(self, thing: Mapping[str, Any]) -> list[Label]:
        """Its lines of text; pieces of one line that touch (a bold word) are one label."""
        found: list[Label] = []
        size, colour, bold = 14.0, (0, 0, 0), False
        for op in thing.get("_ldraw_", ()):
            if op["op"] == "F":
                size = op["size"]
            elif op["op"] == "c":
                colour = _colour(op["color"]) or colour
            elif op["op"] == "t":
                bold = bool(op["fontchar"] & 1)
            elif op["op"] == "T" and op["text"].strip():
                _append(found, self.label(op, size, colour, bold))
        return [attrs.evolve(label, text=" ".join(label.text.split())) for label in found]

    def label(self, op: Mapping[str, Any], size: float, colour: Colour, bold: bool) -> Label:
        x, y = op["pt"]
        left = x - op["width"] * {"l": 0.0, "c": 0.5, "r": 1.0}[op["align"]]
        area = self.hull([(left, y - DESCENT * size), (left + op["width"], y + ASCENT * size)])
        return Label(op["text"], area, size * self.scale, bold=bold, colour=colour)

    def connectors(self, edge: Mapping[str, Any]) -> list[Connector]:
        """The edge's lines: one, or several where it runs along with another edge for a while."""
        width = float(edge.get("penwidth", 1.0))
        return [self.connector(piece, width) for piece in edge.get("pos", "").split(";") if piece]

    def connector(self, piece: str, width: float) -> Connector:
        words = piece.split()
        tip = next((w[2:] for w in words if w.startswith("e,")), None)
        curve = [_pair(w) for w in words if w[0] not in "es"]
        points = flatten([self.point(x, y) for x, y in curve], 0.25 * self.scale)
        if tip is not None:
            points.append(self.point(*_pair(tip)))
        return Connector(tuple(points), head=tip is not None, width=width * self.scale, colour=(0, 0, 0))


def _append(found: list[Label], label: Label) -> None:
    before = found[-1] if found else None
    if before is None or abs(before.area[2] - label.area[0]) > 0.1 * label.size or not _level(before, label):
        found.append(label)
        return
    area = (before.area[0], min(before.area[1], label.area[1]), label.area[2], before.area[3])
    found[-1] = attrs.evolve(
        before, text=before.text + label.text, area=area, bold=before.bold and label.bold
    )


def _level(one: Label, other: Label) -> bool:
    """Whether two labels stand on one baseline."""
    return abs(one.area[3] - other.area[3]) < 0.1 * one.size


def _numbered(lines: Sequence[Sequence[Connector]]) -> tuple[tuple[int, ...], ...]:
    numbered, first = [], 0
    for edge in lines:
        numbered.append(tuple(range(first, first + len(edge))))
        first += len(edge)
    return tuple(numbered)


def _pair(text: str) -> Point:
    x, y = text.split(",")
    return float(x), float(y)


def _colours(node: Mapping[str, Any]) -> tuple[Colour | None, Colour | None]:
    """The fill (None where there is none) and the ink of a node's outline."""
    ops = {op["op"]: op for op in reversed(node["_draw_"])}
    filled = "P" in ops or "E" in ops
    return _colour(ops["C"]["color"]) if filled and "C" in ops else None, _colour(ops["c"]["color"])


def _colour(text: str) -> Colour | None:
    """`#rrggbb`, with an opacity behind it that is not zero; else None."""
    if not text.startswith("#") or text[7:] == "00":
        return None
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
