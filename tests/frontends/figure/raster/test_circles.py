"""Circles of neurons, small or joined by many lines, and none of what those lines enclose."""

from __future__ import annotations

import itertools

import cv2
import pytest
from support.canvases import BLACK, Board

from dlc.frontends.figure.drawing import Outline


def neurons(
    radius: int, fill: tuple[int, int, int] | None, width: int = 1, high: int = 4, apart: int = 80
) -> Board:
    """Three columns of circles, each joined to all of the next by lines from rim to rim."""
    board = Board()
    columns = [[(100 + 200 * c, 80 + apart * r) for r in range(high)] for c in range(3)]
    for one, other in itertools.pairwise(columns):
        for a, b in itertools.product(one, other):
            board.line(a, b, width=width)
    for centre in itertools.chain(*columns):
        cv2.circle(board.pixels, centre, radius, fill or (255, 255, 255), cv2.FILLED)
        cv2.circle(board.pixels, centre, radius, (47, 82, 143), 1, cv2.LINE_AA)
    board.text((100, 440), "Input layer")
    board.text((500, 440), "Output layer")
    return board


@pytest.mark.parametrize("radius", [8, 12, 20])
@pytest.mark.parametrize("fill", [None, (102, 194, 165)])
def test_all_neurons_are_circles_and_nothing_else_is_a_box(
    radius: int, fill: tuple[int, int, int] | None
) -> None:
    drawing = neurons(radius, fill).read()
    assert [box.outline for box in drawing.boxes] == [Outline.CIRCLE] * 12
    assert len(drawing.connectors) == 32


@pytest.mark.parametrize(("width", "high"), [(7, 2), (9, 2), (7, 4), (9, 4)])
def test_thick_lines_join_neurons_though_they_look_like_boxes(width: int, high: int) -> None:
    drawing = neurons(24, (102, 194, 165), width, high).read()
    assert [box.outline for box in drawing.boxes] == [Outline.CIRCLE] * (3 * high)
    assert len(drawing.connectors) == 2 * high * high
    middle = [line for line in drawing.connectors if abs(line.start[0] - line.end[0]) > 100]
    assert len(middle) == 2 * high * high
    assert not any(line.head or line.tail for line in drawing.connectors)


@pytest.mark.parametrize("quality", [25, 30])
def test_damage_that_leaves_no_faces_leaves_circles(quality: int) -> None:
    board = neurons(14, (225, 215, 235), 3, 6, 45)
    packed = cv2.imencode(".jpg", board.pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    board.pixels[:] = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    drawing = board.read()
    assert [box.outline for box in drawing.boxes] == [Outline.CIRCLE] * 18
    assert len(drawing.connectors) == 72


def test_blurred_circles_among_thick_lines_are_neurons() -> None:
    board = neurons(14, (225, 215, 235), 3, 6, 45)
    board.pixels[:] = cv2.GaussianBlur(board.pixels, (0, 0), 1.5)
    assert [box.outline for box in board.read().boxes] == [Outline.CIRCLE] * 18


def test_lines_that_cross_like_circles_are_none() -> None:
    board = Board()
    for step in range(0, 640, 24):
        board.line((step, 0), (639 - step, 479), width=3)
        board.line((0, step), (639, 479 - step), width=3)
    assert not [box for box in board.read().boxes if box.outline is Outline.CIRCLE]


def test_a_filled_box_between_columns_that_no_fan_joins_stays() -> None:
    board = Board()
    for x in (100, 500):
        for y in (80, 160, 240, 320):
            cv2.circle(board.pixels, (x, y), 20, (47, 82, 143), 2, cv2.LINE_AA)
    board.box((220.0, 180.0, 380.0, 220.0), "", (40, 40, 40), width=0)
    board.text((100, 440), "Input layer")
    board.text((500, 440), "Output layer")
    assert [b.outline for b in board.read().boxes].count(Outline.RECTANGLE) == 1


def test_a_lone_small_ring_is_no_box() -> None:
    board = Board()
    board.box((60.0, 60.0, 200.0, 120.0), "fully connected")
    cv2.circle(board.pixels, (300, 90), 5, BLACK, 1, cv2.LINE_AA)
    assert all(box.outline is Outline.RECTANGLE for box in board.read().boxes)


def test_rounded_squares_are_no_circles() -> None:
    board = Board()
    for x in (60.0, 180.0, 300.0, 420.0):
        board.rounded((x, 60.0, x + 60.0, 120.0), 16)
    assert {box.outline for box in board.read().boxes} == {Outline.ROUNDED}
