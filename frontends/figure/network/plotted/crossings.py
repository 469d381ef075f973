"""Lines that cross: what a reader of pixels took for forks, put together again by going straight on."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterator, Sequence

import attrs

from dlc.frontends.figure.drawing import Connector, Drawing, Point
from dlc.frontends.figure.geometry import (
    at,
    bounds,
    cosine,
    direction,
    grown,
    inside,
    length,
    near_line,
    part,
)

#: Forks this close (ems) are one place; a line passes it this close; directions are judged from so far.
_ONE, _PASSES, _FROM, _TO = 0.9, 0.35, 0.25, 1.6
_STRAIGHT = 0.88  # cosine between what comes and what goes on: less than 28 degrees
#: Lines that end this close (ems) to a fork come from it; an arrow's tip that is no longer (ems) has hardly a
#: direction, and goes on from what turns by less than 75 degrees. A curve that such a tip hides in part turns by
#: less than 45 degrees there.
_ENDS, _TIP, _TIPPED, _CURVED = 0.65, 1.1, 0.26, 0.7

End = tuple[int, int]  # a piece, and which of its ends (0: first point)


@attrs.frozen
class _Piece:
    """A part of a connector between places, or from its end; `places` are those at its two ends, -1: none."""

    points: tuple[Point, ...]
    places: tuple[int, int]
    like: Connector
    head: bool = False
    tail: bool = False

    def outward(self, which: int, em: float) -> Point:
        """The direction in which it leaves the place at an end."""
        points = self.points if which == 0 else self.points[::-1]
        long = length(points)
        return direction(at(points, min(_FROM * em, long / 3)), at(points, min(_TO * em, long)))


def untangled(drawing: Drawing) -> Drawing:
    """The drawing with lines that cross each other where two (or more) go straight through one place."""
    em = drawing.em
    places = _places(drawing.junctions, _ONE * em)
    pieces = [piece for line in drawing.connectors for piece in _cut(line, places, em)]
    arms: dict[int, list[End]] = {}
    for number, piece in enumerate(pieces):
        for which in (0, 1):
            if piece.places[which] >= 0:
                arms.setdefault(piece.places[which], []).append((number, which))
    partner: dict[End, End] = {}
    solved, spare = set(), set()
    for place, ends in arms.items():
        pairs, over = _paired(pieces, ends, em)
        if pairs:
            solved.add(place)
            spare |= over
            for one, other in pairs:
                partner[one], partner[other] = other, one
    if not solved:
        return drawing
    left = [places[n] for n in range(len(places)) if n not in solved]
    joined = tuple(_chains(drawing, pieces, partner, solved, spare))
    return attrs.evolve(drawing, connectors=joined, junctions=tuple(p for place in left for p in place))


def _places(junctions: Sequence[Point], near: float) -> list[list[Point]]:
    """Junctions gathered where they stand close together."""
    places: list[list[Point]] = []
    for point in junctions:
        own = [place for place in places if any(math.dist(point, other) <= near for other in place)]
        merged = [point, *(other for place in own for other in place)]
        places = [place for place in places if place not in own] + [merged]
    return places


def _cut(line: Connector, places: Sequence[Sequence[Point]], em: float) -> list[_Piece]:
    """A connector cut at the places that it meets; what lies inside a place is left out."""
    hull = grown(bounds(line.points), em)
    spans = []
    for number, place in enumerate(places):
        found = [near_line(point, line.points) for point in place if inside(hull, point)]
        alongs = [along for far, along in found if far <= _PASSES * em] or _ending(line, place, em)
        if alongs:
            spans.append((min(alongs), max(alongs), number))
    spans.sort()
    whole = length(line.points)
    stops = [(-1.0, 0.0, -1), *spans, (whole, whole, -1)]
    made = []
    for (_, begin, one), (end, _, other) in itertools.pairwise(stops):
        if end - begin < 0.15 * em and (one >= 0 or other >= 0):
            continue
        first, last = one < 0, other < 0
        points = part(line.points, begin, end)
        made.append(_Piece(points, (one, other), line, line.head and last, line.tail and first))
    return made


def _ending(line: Connector, place: Sequence[Point], em: float) -> list[float]:
    """How far along a line its plain end beside a place is; nothing where there is none."""
    for point, headed, along in ((line.start, line.tail, 0.0), (line.end, line.head, length(line.points))):
        if not headed and min(math.dist(point, other) for other in place) <= _ENDS * em:
            return [along]
    return []


def _paired(
    pieces: Sequence[_Piece], ends: Sequence[End], em: float
) -> tuple[list[tuple[End, End]], set[int]]:
    """The ends at a place in pairs that go straight on, and the pieces left over: of an arrow's tip that was
    seen twice, one."""
    tips = [(n, which) for n, which in ends if _is_tip(pieces[n], which, em)]
    if len(ends) % 2 == 0 or len(tips) < 2:
        return _opposite(pieces, ends, em), set()
    for tip in sorted(tips, key=lambda end: length(pieces[end[0]].points)):
        pairs = _opposite(pieces, [end for end in ends if end != tip], em)
        if pairs:
            return pairs, {tip[0]}
    return [], set()


def _opposite(pieces: Sequence[_Piece], ends: Sequence[End], em: float) -> list[tuple[End, End]]:
    """The ends at a place in pairs that go straight on, where all do; else none."""
    if len(ends) < 4 or len(ends) % 2:
        return []
    ways = {end: pieces[end[0]].outward(end[1], em) for end in ends}
    scored = sorted(
        ((-cosine(ways[a], ways[b]), a, b) for a, b in itertools.combinations(ends, 2)), reverse=True
    )
    pairs, used = [], set()
    for score, one, other in scored:
        if score >= _STRAIGHT and one not in used and other not in used and one[0] != other[0]:
            pairs.append((one, other))
            used |= {one, other}
    left = [end for end in ends if end not in used]
    if len(left) == 2 and any(_is_tip(pieces[n], which, em) for n, which in ends):
        least = _TIPPED if any(_is_tip(pieces[n], which, em) for n, which in left) else _CURVED
        pairs.append((left[0], left[1]))
        return pairs if -cosine(ways[left[0]], ways[left[1]]) >= least else []
    return pairs if not left else []


def _is_tip(piece: _Piece, which: int, em: float) -> bool:
    """Whether a piece is no more than the head of an arrow, seen from one of its ends."""
    return (piece.head if which == 0 else piece.tail) and length(piece.points) <= _TIP * em


def _chains(
    drawing: Drawing,
    pieces: Sequence[_Piece],
    partner: dict[End, End],
    solved: set[int],
    spare: Collection[int],
) -> Iterator[Connector]:
    """The connectors of pieces that go on into each other, without those left over; those that meet no solved
    place stay whole."""
    touched = {id(p.like) for p in pieces if solved & set(p.places)}
    yield from (line for line in drawing.connectors if id(line) not in touched)
    done = set(spare)
    for number, piece in enumerate(pieces):
        if id(piece.like) not in touched or number in done:
            continue
        start = _first(number, partner)
        yield _joined(pieces, start, partner, done)


def _first(number: int, partner: dict[End, End]) -> End:
    """The free end from which a chain of pieces begins; in a ring any."""
    here = number, 0
    seen = {number}
    while here in partner:
        other, which = partner[here]
        if other in seen:
            break
        seen.add(other)
        here = other, 1 - which
    return here


def _joined(pieces: Sequence[_Piece], start: End, partner: dict[End, End], done: set[int]) -> Connector:
    number, which = start
    piece = pieces[number]
    points: list[Point] = []
    tail = piece.tail if which == 0 else piece.head
    while True:
        piece = pieces[number]
        done.add(number)
        points += piece.points if which == 0 else piece.points[::-1]
        after = partner.get((number, 1 - which))
        if after is None or after[0] in done:
            break
        number, which = after
    head = piece.head if which == 0 else piece.tail
    line = attrs.evolve(piece.like, points=tuple(points), head=head, tail=tail)
    return line.turned() if line.tail and not line.head else line
