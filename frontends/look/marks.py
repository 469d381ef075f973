"""What is drawn over a page: frames round what was seen, lines along arrows, and tags with what was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Colour, Drawing, Outline, Point
from dlc.frontends.figure.geometry import hull
from dlc.ir import Net, Node, Op, Origin, Value, has_hole

#: Colours: what was seen drawn, arrows, readings that are sure and that are not, whole networks.
SEEN, ARROW, SURE, DOUBTFUL, NET = (
    (70, 130, 200),
    (225, 120, 20),
    (20, 130, 70),
    (200, 60, 40),
    (120, 70, 170),
)
#: Below this confidence a reading is drawn as doubtful.
_DOUBT = 0.8
#: Readings of one place that are written out; the rest is counted.
_MOST = 3
_TOLD = ("filters", "units", "heads", "multiplier", "kernel", "stride", "size", "rate")


@attrs.frozen
class Mark:
    """A frame round an area, in the unit of the page or picture; `fill` tints it."""

    area: Area
    colour: Colour
    width: float = 1.0
    fill: bool = False
    dashed: bool = False


@attrs.frozen
class Trace:
    """A line along an arrow, with heads at its ends where there are some."""

    points: tuple[Point, ...]
    colour: Colour = ARROW
    head: bool = False
    tail: bool = False


@attrs.frozen
class Tag:
    """Words about an area; `title` stands over its top left corner, `beside` is the x at which they begin."""

    area: Area
    text: str
    colour: Colour
    title: bool = False
    beside: float | None = None


Sign = Mark | Trace | Tag


def marks_of_figure(drawing: Drawing) -> list[Sign]:
    """The boxes and arrows of a drawing."""
    found: list[Sign] = [
        Mark(box.area, SEEN, 1.0, dashed=box.dashed)
        for box in drawing.boxes
        if box.outline is not Outline.NONE
    ]
    return found + [Trace(line.points, ARROW, line.head, line.tail) for line in drawing.connectors]


def marks_of_nets(nets: Iterable[Net], page: int | None) -> list[Sign]:
    """Frames and tags for the networks read on a page (None: of a picture) and for their layers."""
    found: list[Sign] = []
    places: dict[Area, list[Node]] = {}
    rows: dict[tuple[float, float], list[Node]] = {}
    frames: dict[Area, list[str]] = {}
    for net in nets:
        area = _on(net.origin, page)
        if area is not None:
            sure = "" if net.confidence is None else f" {net.confidence:.2f}"
            frames.setdefault(area, []).append(net.name + sure)
        for node in net.body:
            place = _on(node.origin, page)
            if place is None:
                continue
            places.setdefault(place, []).append(node)
            if area is not None and node.origin is not None and node.origin.row is not None:
                rows.setdefault((round(place[1]), area[2]), []).append(node)
    for area, names in frames.items():
        found += [Mark(area, NET, 2.0), Tag(area, _brief_list(names, "   "), NET, title=True)]
    tabled = {id(node) for nodes in rows.values() for node in nodes}
    for place, nodes in places.items():
        found.append(Mark(place, _colour(nodes), 1.4, fill=True))
        if any(id(node) not in tabled for node in nodes):
            found.append(Tag(place, _words(nodes), _colour(nodes)))
    for (_, right), nodes in rows.items():
        boxes = [node.origin.bbox for node in nodes if node.origin is not None and node.origin.bbox]
        found.append(Tag(hull(boxes), _words(nodes), _colour(nodes), beside=right))
    return found


def _on(origin: Origin | None, page: int | None) -> Area | None:
    """The area of an origin on this page."""
    return origin.bbox if origin is not None and origin.page == page else None


def _words(nodes: Sequence[Node]) -> str:
    """What was read at a place; layers read alike are told once, and of many only the first."""
    return _brief_list(list(dict.fromkeys(map(_reading, nodes))), ", ")


def _brief_list(words: Sequence[str], comma: str) -> str:
    more = [f"+{len(words) - _MOST}"] if len(words) > _MOST else []
    return comma.join([*words[:_MOST], *more])


def _colour(nodes: Sequence[Node]) -> Colour:
    sure = all(node.confidence is None or node.confidence >= _DOUBT for node in nodes)
    return SURE if sure else DOUBTFUL


def _reading(node: Node) -> str:
    if not isinstance(node.op, Op):
        return node.name
    if node.op.op_name == "opaque":
        return f"“{node.op.attributes()['type']}”"
    return f"{node.op.op_name} {_brief(node.op.attributes())}".strip()


def _brief(attributes: Mapping[str, Value]) -> str:
    """The attributes that tell most, without what goes without saying."""
    words = []
    for name in _TOLD:
        value = attributes.get(name)
        if value is None or has_hole(value) or (name in ("stride", "multiplier") and value in (1, (1, 1))):
            continue
        if name == "stride":
            words.append(f"/{value[0] if isinstance(value, tuple) else value}")
        else:
            words.append("x".join(map(str, value)) if isinstance(value, tuple) else str(value))
    return " ".join(words)
