"""Damaged pictures: each damage shows, and the truth moves with what it moves."""

import io
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from dlc.frontends.figure.drawing import Area, Box, Connector, Drawing, Label, Outline
from dlc.simulate import Settings
from dlc.simulate.paper import degrade, paper_picture
from dlc.simulate.paper.degrade import degraded
from dlc.simulate.transform import Affine, scaled, transformed, turned
from dlc.simulate.truth import Truth

NAMES = [name for name, _ in degrade._KINDS]
BOX: Area = (150.0, 60.0, 230.0, 120.0)


def page() -> Image.Image:
    image = Image.new("RGB", (400, 200), "white")
    ImageDraw.Draw(image).rectangle(BOX, fill="black")
    return image


def blackened(image: Image.Image) -> Area:
    """The hull of what is dark."""
    grey = np.asarray(image.convert("L"), float)
    dark = grey < (grey.min() + grey.max()) / 2
    core = dark.sum(axis=0) > 10, dark.sum(axis=1) > 10  # single specks aside
    columns, rows = (np.flatnonzero(c) for c in core)
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(4))
def test_the_truth_moves_with_the_picture(name: str, seed: int) -> None:
    damage = dict(degrade._KINDS)[name]
    image, by = damage(page(), random.Random(seed), 0.5)
    assert blackened(image) == pytest.approx(by.area(BOX), abs=4)
    assert image.size == pytest.approx((400 * by.scale, 200 * by.scale), abs=1) or name == "scan"
    assert name == "copy" or image.tobytes() != page().tobytes()


def test_damage_adds_up_and_repeats() -> None:
    seen: set[str] = set()
    for seed in range(60):
        made = degraded(page(), random.Random(seed))
        again = degraded(page(), random.Random(seed))
        assert (made.names, made.by) == (again.names, again.by)
        assert made.image.tobytes() == again.image.tobytes()
        assert made.names == tuple(sorted(made.names, key=NAMES.index))
        assert blackened(made.image) == pytest.approx(made.by.area(BOX), abs=5)
        seen.update(made.names)
    assert seen == set(NAMES)


def test_a_picture_does_not_become_smaller_than_it_may() -> None:
    for seed in range(60):
        assert degraded(page(), random.Random(seed), least=0.7).image.width >= 279
        assert degraded(page(), random.Random(seed), least=1.2).image.width == 400


def test_what_a_copy_would_drown_is_not_copied() -> None:
    grey = Image.new("RGB", (100, 100), (120, 120, 120))
    copy = dict(degrade._KINDS)["copy"]
    assert copy(grey, random.Random(0), 0.5)[0] is grey


def test_degraded_pictures_say_so_and_clean_ones_stay_clean() -> None:
    clean, worse = (Settings(4, 10, 6, 6, ("paper",), share, (".pdf",)) for share in (0.0, 1.0))
    for index in range(10):
        (nets, one), (same, other) = paper_picture(clean, 6, index), paper_picture(worse, 6, index)
        assert nets == same
        assert one.truth.damage == ()
        assert other.truth.damage
        assert one.files[".pdf"] == other.files[".pdf"]  # vector forms cannot be made worse
        assert one.png != other.png
        assert one.truth.layers == other.truth.layers
        width, height = Image.open(io.BytesIO(other.png)).size
        assert other.truth.drawing.area == (0, 0, width, height)
        assert Truth.from_json(other.truth.json()).damage == other.truth.damage


numbers = st.floats(-100, 100)


@given(st.floats(-170, 170), numbers, numbers, numbers, numbers)
def test_turning_goes_back(angle: float, cx: float, cy: float, x: float, y: float) -> None:
    there = turned(angle, (cx, cy))
    back = there.then(turned(-angle, (cx, cy)))
    assert back.point((x, y)) == pytest.approx((x, y), abs=1e-6)
    assert there.point((cx, cy)) == pytest.approx((cx, cy), abs=1e-6)
    assert there.scale == pytest.approx(1)
    assert there.turn == pytest.approx(angle, abs=1e-6)


def test_upwards_is_counter_clockwise() -> None:
    assert turned(90, (0, 0)).point((1, 0)) == pytest.approx((0, -1))


@given(numbers, numbers, st.floats(0.1, 9))
def test_one_move_after_another(x: float, y: float, factor: float) -> None:
    one, two = Affine(c=3, f=-2), scaled(factor)
    assert one.then(two).point((x, y)) == pytest.approx(two.point(one.point((x, y))))


def test_everything_in_a_drawing_is_moved() -> None:
    drawing = Drawing(
        (0, 0, 50, 50),
        (Box((0, 0, 10, 10)), Box((0, 0, 10, 14), Outline.STACK, (0, 4, 6, 14), 3)),
        (Connector(((0, 0), (10, 0)), head=True, width=1),),
        (Label("a", (0, 0, 10, 5), 5, angle=90),),
        ((5, 5),),
    )
    made = transformed(drawing, scaled(2), (0, 0, 100, 100), "px")
    assert made.boxes[1] == Box((0, 0, 20, 28), Outline.STACK, (0, 8, 12, 28), 3)
    assert made.connectors[0] == Connector(((0, 0), (20, 0)), head=True, width=2)
    assert made.labels[0] == Label("a", (0, 0, 20, 10), 10, angle=90)
    assert (made.junctions, made.unit) == (((10, 10),), "px")
    askew = transformed(drawing, turned(2, (25, 25)), (0, 0, 50, 50), "px")
    assert len(askew.boxes[0].corners) == 4
    assert askew.labels[0].angle == 92
