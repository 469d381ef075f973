"""Lines traced along the skeleton: short spurs cut, crossings passed straight, forks found, heads told."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Mapping, Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Point
from dlc.frontends.figure.geometry import cosine, direction
from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.bars import with_bars_parted
from dlc.frontends.figure.raster.blobs import Blob, collapse
from dlc.frontends.figure.raster.clutter import without_clutter
from dlc.frontends.figure.raster.detached import with_detached_heads
from dlc.frontends.figure.raster.half_heads import mark_half_heads
from dlc.frontends.figure.raster.heads import mark_heads, with_heads_joined
from dlc.frontends.figure.raster.letters import pieces_of
from dlc.frontends.figure.raster.meeting import parted, share_heads
from dlc.frontends.figure.raster.mending import mended
from dlc.frontends.figure.raster.middles import median
from dlc.frontends.figure.raster.missed import with_missed_heads, without_wings
from dlc.frontends.figure.raster.reaching import reaching
from dlc.frontends.figure.raster.skeleton import Edge, Graph, graph_of
from dlc.frontends.figure.raster.stroke import Stroke, ink_end, is_at

#: Two lines go on in each other at a fork where they turn by less than about 30 degrees.
_STRAIGHT = -0.86
#: Where several lines meet, a head is so much thicker than they (half their thickness).
_MEETING = 2.3
#: Of lines that cross at a slant the ends lie nearly in one line; they share at most this stretch (of half the
#: line's thickness).
_COLLINEAR, _SHARED = -0.97, 14.0
#: Where they share less than this (ems), curves cross, too: their ends lie in one line less nearly.
_BRIEF, _BENT = 0.7, -0.7
#: Two lines meet in a corner where they turn by more than about 45 degrees; a line goes on by less than 15.
_CORNER, _ONWARD = -0.7, -0.966
#: The stretch (ems) by which directions are judged.
_REACH = 0.8
#: The stretch (ems) by which the direction of a line is judged that turns at once, as behind a crossing.
_AT_ONCE = 0.2
#: Lines share a head where their ends are this near (ems), and run across each other at more than 60 degrees.
_ONE_HEAD, _ACROSS = 0.6, 0.5
#: A loop of the skeleton (of half the line's thickness, and pixels more) that encloses nothing.
_LOOP = 3.0
#: Ends that are no further apart (pixels) are at one place: a thick place keeps them further apart.
_TOUCHING = 4.0
#: Wings of an open head, and other spurs that are cut, are at most this long (ems).
_WING = 0.95

#: A picture whose skeleton has more edges than this is a photograph or a dense plot: its lines are not followed.
_MOST_EDGES = 3000


@attrs.frozen(eq=False)
class Traced:
    """All strokes, the points where lines fork or meet, and what touches lines but is none: letters."""

    strokes: tuple[Stroke, ...]
    forks: tuple[Point, ...]
    clutter: tuple[Stroke, ...] = ()


def trace(lines: Mask, near: Mask, em: float) -> Traced:
    """The strokes of a mask of lines; its border of one pixel must be empty. `near` marks boxes' borders."""
    pieces, tips = with_heads_joined(pieces_of(lines), near, em)
    pieces = mended(pieces, em)
    graph, lines = graph_of(pieces), pieces.ink
    if len(graph.every_edge()) > _MOST_EDGES:
        return Traced((), ())
    blobs = collapse(graph)
    _cut_loops(graph, blobs)
    _cut_spurs(graph, blobs)
    _cut_loops(graph, blobs)
    wings = _open_heads(graph, em, blobs)
    _cut_short_ends(graph, em, blobs)
    _join_near_forks(graph, blobs, em)
    strokes, forks, crossings = _paths(graph, em, wings, blobs)
    strokes, clutter = without_clutter(strokes, near, em)
    strokes = parted(strokes, near, em)
    strokes, corners = reaching(strokes, lines, near, em)
    forks += corners
    forks += _leave_heads(strokes, lines, near, em)
    for stroke in strokes:
        _extend(stroke, lines, near, em)
    strokes, passed = with_missed_heads(strokes, lines, near, em)
    forks += passed
    mark_heads(strokes, tips, em)
    mark_half_heads(strokes, lines, near, em)
    strokes = with_detached_heads(strokes, pieces, em)
    strokes = without_wings(strokes, near, em)
    share_heads(strokes, near, em)
    crossings += [fork for fork in forks if not _is_met(fork, strokes, em)]
    strokes, parted_at = with_bars_parted(strokes, crossings, em)
    forks += parted_at
    met = [fork for fork in forks if _is_met(fork, strokes, em)]
    return Traced(tuple(strokes), tuple(met), tuple(clutter))


def _leave_heads(strokes: Sequence[Stroke], lines: Mask, near: Mask, em: float) -> list[Point]:
    """Take heads from lines that run across into a thick place in which another line runs on to a box: they
    fork off there; the places of such forks."""
    forks = []
    headed = [(stroke, which) for stroke in strokes for which in (0, 1) if stroke.heads[which]]
    places = np.array([stroke.end(which) for stroke, which in headed]).reshape(-1, 2)
    for stroke, which in headed:
        place, way = stroke.end(which), stroke.outward(which, 0.9 * em)
        near_it = np.flatnonzero(np.hypot(*(places - place).T) < _ONE_HEAD * em).tolist()
        rivals = [headed[i] for i in near_it if headed[i][0] is not stroke]
        across = [(s, w) for s, w in rivals if abs(cosine(s.outward(w, 0.9 * em), way)) < _ACROSS]
        ends = [ink_end(lines, s.end(w), s.outward(w, 0.9 * em), em) for s, w in across]
        if any(is_at(end, near) for end in ends) and not is_at(ink_end(lines, place, way, em), near):
            stroke.heads[which], stroke.forks[which] = False, True
            forks.append(place)
    return forks


def _is_met(fork: Point, strokes: Sequence[Stroke], em: float) -> bool:
    """Whether a stroke still ends at a fork, after clutter has gone."""
    return any(
        stroke.forks[which] and math.dist(stroke.end(which), fork) < 0.5 * em
        for stroke in strokes
        for which in (0, 1)
    )


def _cut_loops(graph: Graph, blobs: Collection[int]) -> None:
    """Cut the loops that thinning leaves where a line's end is ragged: they are no wider than the line."""
    graph.smooth(node for node in list(graph.places) if node not in blobs)
    loops = [
        e for e in graph.every_edge() if e.first == e.last and e.length <= _LOOP * float(e.half.max()) + 4
    ]
    for loop in loops:
        graph.remove(loop)
    graph.smooth({loop.first for loop in loops} - set(blobs))


def _cut_spurs(graph: Graph, blobs: Collection[int]) -> None:
    """Cut what thinning leaves of a thick place's corners; the thick places themselves are kept."""
    while True:
        spurs: dict[int, list[Edge]] = {}
        for edge in graph.every_edge():
            free = _spur_end(graph, edge)
            if free is not None and free not in blobs:
                spurs.setdefault(edge.other(free), []).append(edge)
        changed = {node for node, found in spurs.items() if _cut_at(graph, node, found)}
        if not changed:
            return
        graph.smooth(changed)


def _cut_at(graph: Graph, node: int, spurs: list[Edge]) -> bool:
    """Cut the spurs at a fork; of a line that ends in them, the one that goes straight on is its end."""
    if graph.degree(node) < 3:
        return False
    others = [edge for edge in graph.edges[node] if edge not in spurs]
    if len(others) == 1:
        shaft = others[0].outward(node, 8)
        ahead = [(cosine(e.outward(node, 8), shaft), e) for e in spurs]
        straight = [e for cosine, e in sorted(ahead, key=lambda a: a[0]) if cosine < -0.8]
        spurs = [e for e in spurs if not straight or e is not straight[0]]
    elif not others:
        spurs = sorted(spurs, key=lambda e: e.length)[: len(spurs) - 2]
    for edge in spurs:
        graph.remove(edge)
    return bool(spurs)


def _spur_end(graph: Graph, edge: Edge) -> int | None:
    """The free end of an edge that is no longer than the line is thick at its other end."""
    free = [node for node in (edge.first, edge.last) if graph.degree(node) == 1]
    if len(free) != 1:
        return None
    thick = float(edge.half[0] if free[0] == edge.last else edge.half[-1])
    return free[0] if edge.length <= 1.6 * thick + 1.5 else None


def _open_heads(graph: Graph, em: float, blobs: Collection[int]) -> set[int]:
    """Cut the wings of heads drawn as two short strokes; the nodes at which such heads sit.

    At a thick place one wing is enough: the other has become part of it.
    """
    heads: set[int] = set()
    for node in list(graph.places):
        edges = graph.edges.get(node, [])
        if len(edges) < (2 if node in blobs else 3):
            continue
        short = [e for e in edges if e.length <= _WING * em and graph.degree(e.other(node)) == 1]
        shafts = [e for e in edges if e.length > 0.8 * em and e not in short[2:]]
        for shaft in sorted(shafts, key=lambda e: -e.length):
            wings = [e for e in short if e is not shaft and _is_wing(e, shaft, node, em)]
            sides = {_side(e, shaft, node, em) for e in wings}
            if len(sides) == 2 or (wings and node in blobs and len(edges) == len(wings) + 1):
                for wing in wings:
                    graph.remove(wing)
                heads.add(node)
                break
    stubs = [
        edge
        for node in heads
        for edge in graph.edges.get(node, ())
        if edge.length < 0.5 * em and graph.degree(edge.other(node)) == 1 and graph.degree(node) > 1
    ]
    for edge in stubs:
        graph.remove(edge)
    return heads


def _is_wing(wing: Edge, shaft: Edge, node: int, em: float) -> bool:
    """Whether a short stroke leads back beside the shaft, at 15 to 75 degrees."""
    one, other = _beside(wing, shaft, node, em)
    return 0.26 < one[0] * other[0] + one[1] * other[1] < 0.966


def _side(wing: Edge, shaft: Edge, node: int, em: float) -> bool:
    one, other = _beside(wing, shaft, node, em)
    return one[0] * other[1] - one[1] * other[0] > 0


def _beside(wing: Edge, shaft: Edge, node: int, em: float) -> tuple[Point, Point]:
    """The directions of a wing and, as far as it reaches, of its shaft, which may turn soon after."""
    reach = min(_WING * em, wing.length + 0.3 * em)
    return wing.outward(node, reach), shaft.outward(node, reach)


def _cut_short_ends(graph: Graph, em: float, blobs: Collection[int]) -> None:
    """Cut short free ends off lines, which letters leave that touch them."""
    nodes = set()
    for edge in sorted(graph.every_edge(), key=lambda e: e.length):
        free = [node for node in (edge.first, edge.last) if graph.degree(node) == 1]
        if len(free) == 1 and edge.length < 0.45 * em and not {edge.first, edge.last} & set(blobs):
            inner = edge.other(free[0])
            if graph.degree(inner) > 2 and not _begins_line(graph, edge, inner):
                graph.remove(edge)
                nodes.add(inner)
    graph.smooth(nodes)


def _begins_line(graph: Graph, stub: Edge, node: int) -> bool:
    """Whether a short end goes on straight in one of two lines that else would only meet in a corner."""
    others = [edge for edge in graph.edges[node] if edge is not stub]
    if len(others) != 2 or stub.length < 2 * median(stub.half) + 2:
        return False
    ways = [edge.outward(node, 3 * stub.length) for edge in others]
    own = stub.outward(node, stub.length)
    return cosine(*ways) > _CORNER and min(cosine(own, way) for way in ways) < _ONWARD


def _join_near_forks(graph: Graph, blobs: Collection[int], em: float) -> None:
    """Make one node of two forks that are hardly apart: lines that cross at a slant leave such."""
    for edge in sorted(graph.every_edge(), key=lambda e: e.length):
        a, b = edge.first, edge.last
        if a == b or a not in graph.edges or b not in graph.edges or edge not in graph.edges[a]:
            continue
        half = median(edge.half)
        forks = all(graph.degree(n) > 2 or n in blobs for n in (a, b)) and _has_fork(graph, a, b)
        crossed = edge.length <= min(_SHARED * half + 4, 1.3 * em) and _is_crossing(graph, edge, em)
        if forks and (edge.length <= max(4.0, 2.2 * half + 2) or crossed):
            graph.merge(*((b, a) if b in blobs else (a, b)))


def _has_fork(graph: Graph, a: int, b: int) -> bool:
    """Whether at one of two nodes lines meet, and both have more than what joins them."""
    return max(graph.degree(a), graph.degree(b)) > 2 and min(graph.degree(a), graph.degree(b)) > 1


def _is_crossing(graph: Graph, shared: Edge, em: float) -> bool:
    """Whether two lines go on straight through a stretch that they share, each to the other side."""
    one, other = ([e for e in graph.edges[n] if e is not shared] for n in (shared.first, shared.last))
    if len(one) != 2 or len(other) != 2:
        return False
    skip, reach = 0.25 * em, 1.2 * em
    if min(edge.length for edge in (*one, *other)) < 0.6 * em:
        return False
    before = [edge.outward(shared.first, reach, skip) for edge in one]
    after = [edge.outward(shared.last, reach, skip) for edge in other]
    turn = min(max(cosine(before[0], after[i]), cosine(before[1], after[1 - i])) for i in (0, 1))
    least = _BENT if shared.length <= _BRIEF * em else _COLLINEAR
    return turn < least and cosine(before[0], before[1]) < 0.995


_End = tuple[int, bool]  # an edge (by its id), and whether its last point is meant


def _paths(
    graph: Graph, em: float, wings: set[int], blobs: Mapping[int, Blob]
) -> tuple[list[Stroke], list[Point], list[Point]]:
    """Edges joined through crossings and straight forks; the places of forks, and of mere crossings."""
    partner: dict[_End, _End] = {}
    headed: set[_End] = set()
    forks: list[Point] = []
    crossings: list[Point] = []
    for node, place in graph.places.items():
        ends = [(edge, last) for edge in graph.edges[node] for last in _ends_at(edge, node)]
        if node in blobs:
            headed |= _headed(ends, blobs[node], em)
        if len(ends) < 2:
            continue
        free = [end for end in ends if (id(end[0]), end[1]) not in headed]
        pairs = _through(free, em)
        for (one, one_last), (other, other_last) in pairs:
            partner[id(one), one_last] = (id(other), other_last)
            partner[id(other), other_last] = (id(one), one_last)
        own = _owner(free, pairs, blobs.get(node)) if len(free) == len(ends) else set()
        headed |= own
        free = [end for end in free if (id(end[0]), end[1]) not in own]
        if len(free) > 2 * len(pairs) or (len(ends) > len(free) > 0 and node not in blobs):
            forks.append(place)
        elif len(pairs) > 1 or (pairs and len(ends) > len(free)):
            crossings.append(place)
    edges = {id(edge): edge for edge in graph.every_edge()}
    walker = _Walker(graph, edges, partner, headed, wings, blobs)
    starts = [(i, last) for i in edges for last in (False, True) if (i, last) not in partner]
    strokes = [walker.stroke(start) for start in [*starts, *((i, False) for i in edges)]]
    return [stroke for stroke in strokes if stroke is not None], forks, crossings


def _owner(
    ends: Sequence[tuple[Edge, bool]],
    pairs: Sequence[tuple[tuple[Edge, bool], tuple[Edge, bool]]],
    blob: Blob | None,
) -> set[_End]:
    """The end whose head a thick place is, where all others go on straight past it: they touch the head."""
    if blob is None or not pairs or len(ends) != 2 * len(pairs) + 1 or not _is_head(ends, blob):
        return set()
    passing = {(id(edge), last) for pair in pairs for edge, last in pair}
    return {(id(edge), last) for edge, last in ends} - passing


def _is_head(ends: Sequence[tuple[Edge, bool]], blob: Blob) -> bool:
    """Whether a thick place is more than lines that meet: these are thick there, too."""
    half = median(np.concatenate([edge.half for edge, _ in ends]))
    return blob.radius >= max(_MEETING * half, half + 1.4)


def _headed(ends: Sequence[tuple[Edge, bool]], blob: Blob, em: float) -> set[_End]:
    """The ends of lines that run straight into a thick place's middle and do not come out again."""
    if len(ends) <= 1:  # all lines at a thick place may lie in it
        return {(id(edge), last) for edge, last in ends}
    if not _is_head(ends, blob):
        return set()
    ways = [_way(edge, last, em) for edge, last in ends]
    found = set()
    for i, (edge, last) in enumerate(ends):
        if any(cosine(ways[i], ways[j]) < _STRAIGHT for j in range(len(ends)) if j != i):
            continue
        x, y = edge.points[-1 if last else 0]
        ax, ay = blob.middle[0] - float(x), blob.middle[1] - float(y)
        aside = abs(ax * ways[i][1] - ay * ways[i][0])
        if aside <= max(1.8, 0.5 * blob.radius):
            found.add((id(edge), last))
    return found


def _ends_at(edge: Edge, node: int) -> list[bool]:
    return [last for last, at in ((False, edge.first), (True, edge.last)) if at == node]


def _through(
    ends: Sequence[tuple[Edge, bool]], em: float
) -> list[tuple[tuple[Edge, bool], tuple[Edge, bool]]]:
    """Pairs of ends that go on in each other, the straightest first."""
    ways = [_way(edge, last, em) for edge, last in ends]
    places = [edge.points[-1 if last else 0].tolist() for edge, last in ends]
    turns = {(i, j): cosine(ways[i], ways[j]) for i, j in itertools.combinations(range(len(ends)), 2)}
    least = _STRAIGHT if len(ends) != 4 else -0.75
    used: set[int] = set()
    pairs = []
    in_line = {(i, j): _in_line(places[i], places[j], ways[i]) for i, j in turns}
    for i, j in sorted(turns, key=lambda pair: turns[pair] - in_line[pair]):
        if turns[i, j] <= least and i not in used and j not in used:
            used |= {i, j}
            pairs.append((ends[i], ends[j]))
    left = [end for k, end in enumerate(ends) if k not in used]
    if len(ends) == 4 and len(left) == 2 and cosine(*(_way(*end, em, _AT_ONCE) for end in left)) <= _STRAIGHT:
        pairs.append((left[0], left[1]))
    return pairs


def _in_line(one: Point, other: Point, way: Point) -> float:
    """How well (1: wholly) a way that begins at the first place leads away from the second; 1 where they touch."""
    return cosine(direction(other, one), way) if math.dist(one, other) > _TOUCHING else 1.0


def _way(edge: Edge, last: bool, em: float, reach: float = _REACH) -> Point:
    """The direction in which an edge leaves one of its ends; the fork's own pixels are skipped."""
    points = edge.points[::-1] if last else edge.points
    skip = min(len(points) // 3, round(0.15 * em))
    start, far = points[skip], points[min(len(points) - 1, skip + max(2, round(reach * em)))]
    dx, dy = float(far[0] - start[0]), float(far[1] - start[1])
    long = math.hypot(dx, dy)
    return (dx / long, dy / long) if long else (0.0, 0.0)


@attrs.define(eq=False)
class _Walker:
    """Follows edges from end to end, each once."""

    graph: Graph
    edges: dict[int, Edge]
    partner: dict[_End, _End]
    headed: set[_End]
    wings: set[int]
    blobs: Mapping[int, Blob]
    done: set[int] = attrs.field(factory=set)

    def stroke(self, start: _End) -> Stroke | None:
        """The stroke that begins at an end; None where it has been walked before."""
        if start[0] in self.done:
            return None
        pieces, halves = [], []
        here: _End | None = start
        end = start
        while here is not None and here[0] not in self.done:
            number, at_last = here
            self.done.add(number)
            edge = self.edges[number]
            order = slice(None, None, -1) if at_last else slice(None)
            pieces.append(edge.points[order])
            halves.append(edge.half[order])
            end = (number, not at_last)
            here = self.partner.get(end)
        stroke = Stroke(np.concatenate(pieces), median(np.concatenate(halves)))
        for which, at in enumerate((start, end)):
            self._finish(stroke, which, at)
        return stroke

    def _finish(self, stroke: Stroke, which: int, at: _End) -> None:
        """Say what is at an end."""
        edge = self.edges[at[0]]
        node = edge.last if at[1] else edge.first
        blob = self.blobs.get(node)
        stroke.heads[which] = node in self.wings or at in self.headed
        stroke.forks[which] = self.graph.degree(node) > 1 and not stroke.heads[which]
        if blob is not None and (stroke.heads[which] or stroke.forks[which]):
            stroke.lead_to(which, blob.middle)


def _extend(stroke: Stroke, lines: Mask, near: Mask, em: float) -> None:
    """Move ends on to where the ink ends: thinning and cutting leave them short of it."""
    for which in (0, 1):
        if stroke.forks[which]:
            continue
        reach = 0.9 * em if stroke.heads[which] else 0.7 * em
        way = stroke.outward(which, reach, 0.2 * em if len(stroke.points) > em else 0.0)
        end = stroke.end(which)
        x, y = ink_end(lines, end, way, em)
        if stroke.heads[which] and not is_at((x, y), near):
            x, y = _aside_tip(lines, near, end, way, em) or (x, y)
        if (x, y) != end:
            stroke.lead_to(which, (x, y))


def _aside_tip(lines: Mask, near: Mask, place: Point, way: Point, em: float) -> Point | None:
    """The tip of a head that is turned away from its line's last stretch, as behind a sharp bend: the ink that
    reaches furthest, and to a box."""
    found: tuple[float, Point] | None = None
    for angle in range(15, 106, 15):
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        for side in (1, -1):
            turned = way[0] * cos - side * way[1] * sin, side * way[0] * sin + way[1] * cos
            tip = ink_end(lines, place, turned, em)
            far = math.dist(place, tip)
            if is_at(tip, near) and (found is None or far > found[0]):
                found = far, tip
    return found[1] if found is not None else None


def simplified(points: Array, slack: float) -> Array:
    """A chain of pixels as a polyline within `slack` of it."""
    chain = points.astype(np.int32).reshape(-1, 1, 2)
    return cv2.approxPolyDP(chain, slack, False)[:, 0, :]


def lines_between(strokes: Iterable[Stroke], shape: tuple[int, int], grow: float) -> Mask:
    """A mask of strokes at their thickness and `grow` pixels more on each side."""
    mask = np.zeros(shape, np.uint8)
    for stroke in strokes:
        thick = max(1, round(2 * (stroke.half + grow)))
        cv2.polylines(mask, [stroke.points.astype(np.int32).reshape(-1, 1, 2)], False, 255, thick)
    return mask
