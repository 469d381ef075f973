"""What must not change what a drawing says: its size, its place, which way it runs, the order of its things."""

from __future__ import annotations

import random

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.drawings import Sketch, drawing, sketch
from support.drawn_nets import from_drawing

from dlc.frontends.figure.drawing import Drawing

NETS = {
    "residual": """
        box in 0 0 | Input
        box a 0 8 | 3x3 conv, 64
        box b 0 16 | 3x3 conv, 64
        circle s 0 24 | +
        box f 0 32 | FC 10
        arrow in a
        arrow a b
        arrow b s
        arrow in 12,0 12,24 s
        arrow s f
    """,
    "branches": """
        box in 0 0 | Input
        box a -9 8 | 1x1 conv, 64
        box b 9 8 | 3x3 conv, 32
        box p 9 16 | 2x2 max pool, stride 1
        box c 0 26 | Concat
        box f 0 34 | FC 10
        arrow in a
        arrow in b
        arrow b p
        arrow a c
        arrow p c
        arrow c f
    """,
}
TURNS = {
    "mirrored": lambda p: (-p[0], p[1]),
    "upside down": lambda p: (p[0], -p[1]),
    "to the right": lambda p: (1.6 * p[1], p[0]),
    "to the left": lambda p: (-1.6 * p[1], p[0]),
}


def turned(given_: Sketch, turn: str) -> Sketch:
    """The sketch with its places moved, and all boxes as large as before."""
    move = TURNS[turn]
    sides = {t.name: (t.area[2] - t.area[0], t.area[3] - t.area[1]) for t in given_.things}
    things = []
    for thing in given_.things:
        (x, y), (wide, high) = move(thing.centre), sides[thing.name]
        things.append(attrs.evolve(thing, area=(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)))
    return Sketch(tuple(things), tuple((tuple(map(move, p)), head) for p, head in given_.courses))


def same_layers(one: str, other: str) -> bool:
    """Whether two texts state the same layers, whatever the order of a merge's inputs."""
    return sorted(map(_statement, one.splitlines())) == sorted(map(_statement, other.splitlines()))


def _statement(line: str) -> str:
    return "".join(sorted(line)) if "concat(" in line or "add(" in line else line


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("turn", ["mirrored", "upside down"])
def test_a_turned_drawing_is_the_same_network(name: str, turn: str) -> None:
    plain = sketch(NETS[name])
    whole = from_drawing(plain)
    assert whole.count("conv2d(") == 2
    assert same_layers(_unnumbered(from_drawing(turned(plain, turn))), _unnumbered(whole))


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("turn", ["to the right", "to the left"])
def test_a_drawing_on_its_side_is_the_same_network(name: str, turn: str) -> None:
    plain = sketch(_squared(NETS[name]))
    assert same_layers(_unnumbered(from_drawing(turned(plain, turn))), _unnumbered(from_drawing(plain)))


def _squared(text: str) -> str:
    """The sketch with boxes that are as high as wide, so that lines still meet them when it lies."""
    return "\n".join(
        line.replace(" | ", " 6 6 | ") if line.strip().startswith("box") else line
        for line in text.splitlines()
    )


def _unnumbered(text: str) -> str:
    """The text with names that count alike: which of two like layers is the first depends on the side."""
    return "".join(c for c in text if not c.isdigit() or c in "1346")


@given(st.sampled_from(sorted(NETS)), st.floats(0.05, 40))
def test_the_unit_of_length_does_not_matter(name: str, unit: float) -> None:
    plain = sketch(NETS[name])
    assert from_drawing(drawing(plain, unit)) == from_drawing(plain)


@given(st.sampled_from(sorted(NETS)), st.randoms(use_true_random=False))
def test_the_order_of_things_does_not_matter(name: str, rng: random.Random) -> None:
    plain = drawing(sketch(NETS[name]))
    assert from_drawing(_shuffled(plain, rng)) == from_drawing(plain)


def _shuffled(plain: Drawing, rng: random.Random) -> Drawing:
    parts = [list(plain.boxes), list(plain.connectors), list(plain.labels)]
    for part in parts:
        rng.shuffle(part)
    boxes, connectors, labels = parts
    return attrs.evolve(plain, boxes=tuple(boxes), connectors=tuple(connectors), labels=tuple(labels))


_WORDS = st.sampled_from(
    [
        "3x3 conv, 64",
        "max pool",
        "FC",
        "+",
        "×3",
        "softmax",
        "Input",
        "LSTM",
        "x_t",
        "Fig",
        "Décision",
        "卷积",
        "",
        "1",
    ]
)
_SIDE = st.floats(0, 60)


@st.composite
def anything(draw: st.DrawFn) -> Drawing:
    """Boxes, lines and words anywhere."""
    lines = []
    for number in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(["box", "round", "circle", "dashed", "stack", "cuboid", "image"]))
        x, y, wide, high = (draw(_SIDE) for _ in range(4))
        lines.append(f"{kind} n{number} {x:.2f} {y:.2f} {wide + 0.1:.2f} {high + 0.1:.2f} | {draw(_WORDS)}")
    for _ in range(draw(st.integers(0, 10))):
        a, b, c, d = (draw(_SIDE) for _ in range(4))
        lines.append(f"{draw(st.sampled_from(['arrow', 'line']))} {a:.2f},{b:.2f} {c:.2f},{d:.2f}")
    lines += [f"text {draw(_SIDE):.2f} {draw(_SIDE):.2f} | {draw(_WORDS) or 'a'}"]
    return drawing(sketch("\n".join(lines)))


@settings(deadline=None, max_examples=60)  # holes are searched for a while
@given(anything())
def test_whatever_is_drawn_gives_sound_networks_or_none(given_: Drawing) -> None:
    from_drawing(given_)
