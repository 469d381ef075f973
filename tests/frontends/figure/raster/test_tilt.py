"""Scans laid askew are put upright, and their drawings turned back."""

from __future__ import annotations

import itertools
import math

import cv2
import numpy as np
import pytest
from support.canvases import Board, graph, near

from dlc.frontends.figure.drawing import Area, Drawing, Outline
from dlc.frontends.figure.raster.picture import from_pixels
from dlc.frontends.figure.raster.reader import read_raster

AREAS: list[Area] = [(60.0, 60.0 + 110 * i, 260.0, 120.0 + 110 * i) for i in range(4)]


def askew(degrees: float, areas: list[Area] = AREAS) -> tuple[Drawing, list[Area]]:
    """What is read of a column of boxes that is turned counter-clockwise, and where the boxes then are."""
    board = Board()
    for area in areas:
        board.box(area, "conv 3x3")
    for one, other in itertools.pairwise(areas):
        board.arrow((160, round(one[3]) + 1), (160, round(other[1]) - 1))
    way = cv2.getRotationMatrix2D((320, 240), degrees, 1.0)
    pixels = cv2.warpAffine(board.pixels, way, (640, 480), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    turned = []
    for x0, y0, x1, y1 in areas:
        corners = np.array([[x0, y0, 1], [x1, y0, 1], [x0, y1, 1], [x1, y1, 1]]) @ way.T
        (low_x, low_y), (high_x, high_y) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
        turned.append((low_x, low_y, high_x, high_y))
    return read_raster(from_pixels(pixels)), turned


@pytest.mark.parametrize("degrees", [-2.5, -0.8, 0.0, 1.4])
def test_boxes_and_arrows_of_a_scan_are_found_where_they_are(degrees: float) -> None:
    drawing, areas = askew(degrees)
    assert [box.outline for box in drawing.boxes] == [Outline.RECTANGLE] * len(areas)
    assert all(any(near(box.area, area, 3) for box in drawing.boxes) for area in areas)
    assert graph(drawing, areas) == {(0, 1), (1, 2), (2, 3)}
    assert drawing.area == (0.0, 0.0, 640.0, 480.0)


def test_slanted_sheets_are_not_put_upright() -> None:
    board = Board()
    board.box(AREAS[0], "conv 3x3")
    for i in range(4):
        middle, angle = np.array([400.0, 100.0 + 100 * i]), math.radians(20)
        side, up = np.array([math.cos(angle), math.sin(angle)]), np.array([-math.sin(angle), math.cos(angle)])
        corners = [middle + a * 60 * side + b * 25 * up for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        cv2.polylines(board.pixels, [np.rint(corners).astype(np.int32)], True, (0, 0, 0), 2, cv2.LINE_AA)
    drawing = board.read()
    assert any(near(box.area, AREAS[0]) for box in drawing.boxes)
    assert drawing.area == (0.0, 0.0, 640.0, 480.0)


def test_boxes_that_the_rim_of_a_scan_cuts_off_are_closed_there() -> None:
    board = Board(900, 200)
    for left in range(40, 840, 160):
        board.box((left, 40, left + 110, 186), "conv")
    for left in range(150, 760, 160):
        board.arrow((left + 1, 110), (left + 49, 110))
    way = cv2.getRotationMatrix2D((860, 100), 1.5, 1.0)
    pixels = cv2.warpAffine(board.pixels, way, (900, 200), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    assert pixels[-1].min() < 100
    drawing = read_raster(from_pixels(pixels))
    assert sorted(round(box.area[0] / 160) for box in drawing.boxes) == [0, 1, 2, 3, 4]
    assert len(drawing.connectors) == 4
