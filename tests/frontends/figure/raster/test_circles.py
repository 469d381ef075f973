"""Circles of neurons, small or joined by many lines, and none of what those lines enclose."""

from __future__ import annotations

import itertools

import cv2
import pytest
from support.canvases import BLACK, Board

from dlc.frontends.figure.drawing import Outline


def neurons(radius: int, fill: tuple[int, int, int] | None) -> Board:
    """Three columns of four circles, each joined to all of the next by lines from rim to rim."""
    board = Board()
    columns = [[(100 + 200 * c, 80 + 80 * r) for r in range(4)] for c in range(3)]
    for one, other in itertools.pairwise(columns):
        for a, b in itertools.product(one, other):
            board.line(a, b, width=1)
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
