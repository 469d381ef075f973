"""Boxes that are layers, in their order along the page: chains, branches side by side, counted groups.

Places are found along the flow (`s`) and across it (`t`) and then turned into the direction of the figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Outline, Point
from dlc.simulate.paper import words
from dlc.simulate.paper.extents import SIGNS, Extents, times
from dlc.simulate.paper.flow_style import FlowStyle
from dlc.simulate.paper.routes import rounded
from dlc.simulate.paper.sketch import Sketch
from dlc.simulate.paper.structure import Again, Cell, Chain, Fork, Grown, Part, Place, Spec, cells
from dlc.simulate.paper.words import Stated, Wording


@attrs.frozen
class Tail:
    """Where the next line starts: an item, the end of its box on the axis, and the box across the flow."""

    item: int
    s: float
    t: float
    start: float  # where the box begins along the flow
    half: float  # half of it across
    way: int = 1  # -1 where a row runs back


class Flow:
    """Draws a structure as a flow of boxes, and keeps what its labels state."""

    def __init__(
        self, sketch: Sketch, chain: Chain, grown: Grown, wording: Wording, style: FlowStyle
    ) -> None:
        self.sketch = sketch
        self.top = chain
        self.grown = grown
        self.wording = wording
        self.style = style
        self.stated: dict[str, Stated] = {}
        self.sizes: dict[str, tuple[int, ...]] = {}
        self.room = Extents(sketch, chain, wording, style)
        self.down = self.room.down
        self.shown = self.room.shown

    # Drawing.

    def draw(self, at: Point = (0.0, 0.0), source: int | None = None) -> Tail:
        """Draw everything; the place at which it ends. The flow begins behind `source` where there is one."""
        s, t = at
        tail = self._start(s, t) if source is None else None
        if source is not None:
            area = self.sketch.area_of(source)
            half = (area[3] - area[1]) / 2
            tail = Tail(source, s - self.style.gap, t, s - self.style.gap, half)
        first = s if tail is None else tail.s + self.style.gap
        end = self._rows(tail, first, t) if self.style.row else self.chain(self.top, (), first, t, tail)
        assert end is not None
        self._end(end)
        if self.style.legend:
            self._legend()
        return end

    def _start(self, s: float, t: float) -> Tail | None:
        given = self.grown.net.inputs[0]
        if self.style.start == "none":
            return None
        known = [int(d) for d in given.type.shape if isinstance(d, int)]
        lines = ["Input"] if self.style.start == "text" else ["Input", words.size(known, self.wording)]
        if len(lines) > 1:
            self.sizes[given.name] = tuple(known)
        width, height = self.sketch.measure(lines)
        pad = 2 * self.style.pad if self.style.start == "box" else 4.0
        length, across = (height, width) if self.down else (width, height)
        length, across = length + pad, across + pad
        if self.style.start == "text":
            box = self.sketch.bare(lines, self.at(s + length / 2, t))
        else:
            area = self.area(s, t, length, across)
            box = self.sketch.box(area, self.sketch.look.outline, self.sketch.look.fill("input"), lines)
        self.stated[given.name] = {}
        item = self.sketch.item(box, lines, [given.name])
        return Tail(item, s + length, t, s, across / 2)

    def _end(self, tail: Tail) -> None:
        if self.style.end == "none":
            return
        lines = ["Output"]
        width, height = self.sketch.measure(lines)
        length = (height if self.down else width) + 4
        begin = tail.s + tail.way * self.style.gap
        middle = self.at(begin + tail.way * length / 2, tail.t)
        item = self.sketch.item(self.sketch.bare(lines, middle), lines)
        self.link(tail, item, [(tail.s, tail.t), (begin, tail.t)])

    def chain(self, chain: Chain, place: Place, s: float, t: float, tail: Tail | None) -> Tail | None:
        """Draw parts one after another from s on."""
        for number, part in enumerate(chain.parts):
            here = (*place, number)
            tail = self.part(part, here, s, t, tail)
            s += self.room.extent(part, here).length + self.style.gap
        return tail

    def part(self, part: Part, place: Place, s: float, t: float, tail: Tail | None) -> Tail:
        """Draw one part."""
        if isinstance(part, Cell):
            return self.cell(part, place, s, t, tail)
        if isinstance(part, Again):
            return self.again(part, place, s, t, tail)
        assert tail is not None, "a fork has something before it"
        return self.fork(part, place, s, t, tail)

    def cell(self, cell: Cell, place: Place, s: float, t: float, tail: Tail | None) -> Tail:
        """Draw a box, and the line to it."""
        shown = self.shown[place]
        area = self.area(s, t, shown.length, shown.across)
        look = self.sketch.look
        inside: Sequence[str] = () if self.style.beside else shown.lines
        fill = look.fill(cell.main.op)
        box = self.sketch.box(area, look.outline, fill, inside, 90.0 if self.style.rotated else 0.0)
        nodes = self.grown.nodes[place]
        item = self.sketch.item(box, shown.lines, nodes)
        for number, name in enumerate(nodes):
            self.stated[name] = shown.stated[number % len(shown.stated)]
        if self.style.beside:
            width, _ = self.sketch.measure(shown.lines)
            middle = (area[2] + 5 + width / 2, (area[1] + area[3]) / 2)
            self.sketch.text(shown.lines, middle)
        if self.style.sizes:
            self._size(area, nodes[-1])
        if tail is not None:
            self.link(tail, item, [(tail.s, tail.t), (s, t)])
        return Tail(item, s + shown.length, t, s, shown.across / 2)

    def _size(self, area: Area, node: str) -> None:
        """Write a layer's output size beside its box (on the left, or below)."""
        kind = self.grown.net.types()[node]
        assert kind is not None
        known = tuple(int(d) for d in kind.shape if isinstance(d, int))
        small = 0.8 * self.sketch.look.size
        width, height = self.sketch.measure([words.size(known, self.wording)], small)
        x, y = (area[0] + area[2]) / 2, (area[1] + area[3]) / 2
        middle = (area[0] - 5 - width / 2, y) if self.down else (x, area[3] + 3 + height / 2)
        if not self.down and width > area[2] - area[0] + self.style.gap - 2:
            return  # it would run into its neighbour's
        self.sketch.text([words.size(known, self.wording)], middle, small)
        self.sizes[node] = known

    def again(self, part: Again, place: Place, s: float, t: float, tail: Tail | None) -> Tail:
        """Draw a counted group: its body once, in a dashed frame with the count beside it."""
        pad = self.style.gap / 2
        body = self.room.chain_extent(part.body, place)
        end = self.chain(part.body, place, s + pad, t, tail)
        assert end is not None
        corners = self.at(s, t - body.minus - pad), self.at(s + body.length + 2 * pad, t + body.plus + pad)
        area = _ordered(*corners)
        self.sketch.group(area)
        text = times(part.count)
        width, height = self.sketch.measure([text])
        if self.down:
            middle = (area[2] + 4 + width / 2, (area[1] + area[3]) / 2)
        else:
            middle = ((area[0] + area[2]) / 2, area[3] + 3 + height / 2)
        self.sketch.text([text], middle)
        return attrs.evolve(end, s=end.s)

    def fork(self, fork: Fork, place: Place, s: float, t: float, tail: Tail) -> Tail:
        """Draw branches and their merge."""
        lanes = self.room.lanes(fork, place)
        length = max(e.length for _, e in lanes)
        along, across = self.room.merge_size(fork)
        begin = s + length + self.style.gap
        if self.style.even and not self.room.is_sign(fork):
            across = max(across, *(shown.across for shown in self.shown.values()))
        full = [t + lane for b, (lane, _) in zip(fork.branches, lanes, strict=True) if b.parts]
        if not self.room.is_sign(fork) and len(full) > 1:
            across = max(across, max(full) - min(full) + 2 * self.style.pad)
        merge = self._merge(fork, place, begin, t, along, across)
        joint = self._joint(fork, tail, s)
        for number, (branch, (lane, _)) in enumerate(zip(fork.branches, lanes, strict=True)):
            if branch.parts:
                self._branch(branch, (*place, number), s, t + lane, tail, joint, merge)
            else:
                self._shortcut(tail, t + lane, joint, merge)
        return Tail(merge.item, begin + along, t, begin, across / 2)

    def _merge(self, fork: Fork, place: Place, s: float, t: float, along: float, across: float) -> _Merge:
        op = fork.merge.op
        lines = [SIGNS[op]] if self.room.is_sign(fork) else [words.name(op, self.wording)]
        if self.room.is_sign(fork):
            box = self.sketch.sign(self.at(s + along / 2, t), along / 2, SIGNS[op])
        else:
            area = self.area(s, t, along, across)
            look = self.sketch.look
            turned = 90.0 if self.style.rotated else 0.0
            box = self.sketch.box(area, look.outline, look.fill(op), lines, turned)
        nodes = self.grown.nodes[place]
        self.stated |= {name: {} for name in nodes}
        return _Merge(
            self.sketch.item(box, lines, nodes), s, t, along / 2, across / 2, self.room.is_sign(fork)
        )

    def _joint(self, fork: Fork, tail: Tail, s: float) -> _Joint | None:
        """The point from which lines part, and the line to it, where there is one."""
        has_shortcut = any(not b.parts for b in fork.branches)
        counted = s - tail.s > 1.2 * self.style.gap  # inside a group, whose frame its lines begin at
        straight = self.sketch.look.routes != "elbow" or (has_shortcut and not self.style.trunk)
        if straight and not (counted and has_shortcut):
            return None
        middle = s - 0.25 * self.style.gap if counted else (tail.s + s) / 2
        trunk = self.line([(tail.s, tail.t), (middle, tail.t)], head=False)
        return _Joint(middle, trunk)

    def _branch(
        self,
        branch: Chain,
        place: Place,
        s: float,
        t: float,
        tail: Tail,
        joint: _Joint | None,
        merge: _Merge,
    ) -> None:
        count = len(self.sketch.items)
        end = self.chain(branch, place, s, t, None)
        assert end is not None
        first = count  # the branch's first box is the first item that it made
        self._to_branch(tail, first, s, t, joint)
        self._to_merge(end, merge)

    def _to_branch(self, tail: Tail, item: int, s: float, t: float, joint: _Joint | None) -> None:
        if joint is not None:
            course = [(joint.s, tail.t), (joint.s, t), (s, t)] if t != tail.t else [(joint.s, t), (s, t)]
            self.sketch.arrow(tail.item, item, joint.trunk, self.line(course))
        elif t == tail.t:
            self.link(tail, item, [(tail.s, t), (s, t)])
        else:
            out = tail.t + max(-0.8, min(0.8, (t - tail.t) / (2 * tail.half))) * tail.half
            self._bend(tail, item, (tail.s, out), (s, t))

    def _to_merge(self, end: Tail, merge: _Merge) -> None:
        offset = end.t - merge.t
        if abs(offset) < merge.half - 1e-6 and not merge.sign:
            self.link(end, merge.item, [(end.s, end.t), (merge.s, end.t)])
        elif abs(offset) < 1e-6:
            self.link(end, merge.item, [(end.s, end.t), (merge.s, merge.t)])
        elif self.sketch.look.routes == "elbow":
            side = merge.t + merge.half * (1 if offset > 0 else -1)
            middle = merge.s + merge.along
            self.link(end, merge.item, [(end.s, end.t), (middle, end.t), (middle, side)])
        else:
            self._bend(end, merge.item, (end.s, end.t), merge.towards((end.s, end.t)))

    def _shortcut(self, tail: Tail, lane: float, joint: _Joint | None, merge: _Merge) -> None:
        """The line round a block, from its source to its merge."""
        way = 1 if lane > merge.t else -1
        end = (merge.s + merge.along, merge.t + way * merge.half)
        if joint is not None:
            course = [(joint.s, tail.t), (joint.s, lane), (end[0], lane), end]
            self.sketch.arrow(tail.item, merge.item, joint.trunk, self.line(course))
            return
        start = ((tail.start + tail.s) / 2, tail.t + way * tail.half)
        if self.sketch.look.routes == "elbow" or way * (lane - start[1]) < 2:
            if way * (lane - start[1]) < 2:  # the source is as wide as the lane is far
                lane = start[1] + way * 0.6 * self.style.gap
            self.link(tail, merge.item, [start, (start[0], lane), (end[0], lane), end])
            return
        out = start[1] + (lane - start[1]) * 4 / 3
        self.link(tail, merge.item, [start, (start[0], out), (end[0], out), end], curved=True)

    def _bend(self, tail: Tail, item: int, start: Point, end: Point) -> None:
        """A slanted line, or an S where lines are curved."""
        if self.sketch.look.routes != "curve":
            self.link(tail, item, [start, end])
            return
        middle = (start[0] + end[0]) / 2
        self.link(tail, item, [start, (middle, start[1]), (middle, end[1]), end], curved=True)

    def _rows(self, tail: Tail | None, s: float, t: float) -> Tail:
        """A plain chain in rows; a line leads from the end of each to the beginning of the next."""
        count, gap = self.style.row, self.style.gap
        height = max(shown.across for shown in self.shown.values()) + 2 * gap
        begin, place_s, way = s, s, 1
        for number, part in enumerate(self.top.parts):
            assert isinstance(part, Cell)
            length = self.shown[number,].length
            turn = number > 0 and number % count == 0
            if turn and self.style.zigzag:
                way, t = -way, t + height
                place_s = tail.start if tail is not None else begin
                before, tail = tail, self.cell(part, (number,), place_s, t, None)
                self._turn(before, tail, height)
            elif turn:
                place_s, t = begin, t + height
                before, tail = tail, self.cell(part, (number,), place_s, t, None)
                self._return(before, tail, height)
            elif way < 0:
                place_s -= length + gap
                before, tail = tail, self.cell(part, (number,), place_s, t, None)
                self._back(before, tail)
            else:
                tail = self.cell(part, (number,), place_s, t, tail)
            place_s += (length + gap) if way > 0 else 0
        assert tail is not None
        return tail if way > 0 else attrs.evolve(tail, s=tail.start, way=-1)

    def _turn(self, before: Tail | None, here: Tail, height: float) -> None:
        assert before is not None
        middle = before.start + min(before.s - before.start, here.s - here.start) / 2
        self.link(before, here.item, [(middle, before.t + before.half), (middle, here.t - here.half)])

    def _return(self, before: Tail | None, here: Tail, height: float) -> None:
        assert before is not None
        stub, middle = 0.6 * self.style.gap, before.t + height / 2
        course = [(before.s, before.t), (before.s + stub, before.t), (before.s + stub, middle)]
        course += [(here.start - stub, middle), (here.start - stub, here.t), (here.start, here.t)]
        self.link(before, here.item, course)

    def _back(self, before: Tail | None, here: Tail) -> None:
        assert before is not None
        self.link(before, here.item, [(before.start, before.t), (here.s, here.t)])

    def _legend(self) -> None:
        """Swatches with the words of each colour, below everything; they state what all their boxes share."""
        look = self.sketch.look
        x, y = self._below()
        for op, group in self._by_operation().items():
            lines, shared = self._legend_words(op, group)
            swatch = (x, y, x + 1.4 * look.size, y + look.size)
            self.sketch.box(swatch, Outline.RECTANGLE, look.fill(op), ())
            width, _ = self.sketch.measure(lines)
            self.sketch.text(lines, (swatch[2] + 4 + width / 2, (swatch[1] + swatch[3]) / 2))
            for place, _ in group:
                self._state(place, shared)
            x = swatch[2] + 4 + width + 1.5 * look.size

    def _by_operation(self) -> Mapping[str, list[tuple[Place, Cell]]]:
        found: dict[str, list[tuple[Place, Cell]]] = {}
        for place, cell in cells(self.top):
            found.setdefault(cell.main.op, []).append((place, cell))
        return found

    def _legend_words(self, op: str, group: Sequence[tuple[Place, Cell]]) -> tuple[list[str], Stated]:
        """The operation, with the window where all its boxes have the same."""
        shared = {
            key: group[0][1].main.attrs[key]
            for key in ("kernel",)
            if all(cell.main.attrs.get(key) == group[0][1].main.attrs.get(key) for _, cell in group)
            and key in group[0][1].main.attrs
        }
        plain = words.label(Cell((Spec(op, group[0][1].main.attrs),)), _names_only(self.wording))[0]
        if not shared:
            return plain, {}
        side = f"{shared['kernel']}{self.wording.times}{shared['kernel']}"
        return [f"{side} {plain[0]}" if side not in plain[0] else plain[0]], shared

    def _state(self, place: Place, shared: Stated) -> None:
        per = len(self.shown[place].stated)
        for name in self.grown.nodes[place][::per]:
            self.stated[name] = {**self.stated[name], **shared}

    def _below(self) -> Point:
        areas = [box.area for box in self.sketch.boxes] + [label.area for label in self.sketch.labels]
        points = [p for line in self.sketch.connectors for p in line.points]
        left = min(a[0] for a in areas)
        return left, max([a[3] for a in areas] + [y for _, y in points]) + 1.5 * self.sketch.look.size

    # Lines, and places in the figure.

    def link(self, tail: Tail, item: int, points: Sequence[Point], curved: bool = False) -> None:
        """Draw a line (its points along and across the flow) and record what it joins."""
        self.sketch.arrow(tail.item, item, self.line(points, self.style.heads, curved))

    def line(self, points: Sequence[Point], head: bool = True, curved: bool = False) -> int:
        """Draw a line."""
        placed = [self.at(s, t) for s, t in points]
        head = head and self.style.heads
        if not curved and len(placed) > 2 and self.style.round_corners:
            return self.sketch.line(rounded(placed, 0.6 * self.style.gap), head, curved=True)
        return self.sketch.line(placed, head, curved)

    def at(self, s: float, t: float) -> Point:
        """The point of the page."""
        return {"down": (t, s), "up": (t, -s), "right": (s, t), "left": (-s, t)}[self.style.direction]

    def area(self, s: float, t: float, length: float, across: float) -> Area:
        """A box that begins at s and is centred on t."""
        return _ordered(self.at(s, t - across / 2), self.at(s + length, t + across / 2))


@attrs.frozen
class _Joint:
    """Where lines part from a trunk, and the trunk among the connectors."""

    s: float
    trunk: int


@attrs.frozen
class _Merge:
    """A merge: where it begins, its axis, half of its size along and across, whether it is a circle."""

    item: int
    s: float
    t: float
    along: float
    half: float
    sign: bool

    def towards(self, point: Point) -> Point:
        """Where a slanted line from a point meets it."""
        if not self.sign:
            return self.s, self.t + max(-0.9, min(0.9, (point[1] - self.t) / (2 * self.half))) * self.half
        ds, dt = point[0] - self.s - self.along, point[1] - self.t
        length = (ds * ds + dt * dt) ** 0.5
        return self.s + self.along + self.along * ds / length, self.t + self.half * dt / length


def _ordered(a: Point, b: Point) -> Area:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])


def _names_only(wording: Wording) -> Wording:
    return attrs.evolve(wording, everything=False, conv=1)
