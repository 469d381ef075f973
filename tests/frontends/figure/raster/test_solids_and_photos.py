"""Sheets, shadows, photographs, and boxes that what is in them cuts into pieces."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
from support.canvases import BLACK, Board, near

from dlc.frontends.figure.drawing import Area, Outline

FRONT: Area = (300.0, 160.0, 380.0, 240.0)


def stack(board: Board, sheets: int, step: int, fill: tuple[int, int, int], width: int = 1) -> Area:
    """Sheets behind `FRONT`, to the right and up; what all cover."""
    x0, y0, x1, y1 = (int(v) for v in FRONT)
    for number in reversed(range(sheets)):
        by = number * step
        corners = (x0 + by, y0 - by), (x1 + by, y1 - by)
        cv2.rectangle(board.pixels, *corners, fill, cv2.FILLED)
        cv2.rectangle(board.pixels, *corners, BLACK, width, cv2.LINE_AA)
    far = (sheets - 1) * step
    return x0, y0 - far, x1 + far, y1


@pytest.mark.parametrize("step", [5, 7, 11])
@pytest.mark.parametrize("fill", [(255, 255, 255), (91, 155, 213)])
def test_all_sheets_of_a_dense_stack_are_counted(step: int, fill: tuple[int, int, int]) -> None:
    board = Board()
    board.box((40.0, 60.0, 200.0, 120.0), "convolution")
    area = stack(board, 6, step, fill)
    (box,) = [box for box in board.read().boxes if box.outline is Outline.STACK]
    assert near(box.area, area, 3)
    assert box.sheets == 6


def test_a_curve_beside_a_box_is_no_sheet_of_it() -> None:
    board = Board()
    board.box(FRONT, "fc 440", width=3)
    bow = [(round(290 - 6 * np.cos(t)), round(200 + 120 * np.sin(t))) for t in np.linspace(-1.5, 1.5, 40)]
    board.line(*bow)
    assert {box.outline for box in board.read().boxes} == {Outline.RECTANGLE}


def test_shadows_are_no_lines() -> None:
    board = Board()
    areas = [(40.0, 60.0, 200.0, 120.0), (320.0, 60.0, 480.0, 120.0)]
    board.arrow((201, 90), (319, 90))
    for x0, y0, x1, y1 in ((int(v) for v in area) for area in areas):
        cv2.rectangle(board.pixels, (x0 + 5, y0 + 5), (x1 + 5, y1 + 5), (190, 190, 190), cv2.FILLED)
        cv2.rectangle(board.pixels, (x0, y0), (x1, y1), (217, 234, 211), cv2.FILLED)
        board.box((x0, y0, x1, y1), "conv 3x3")
    drawing = board.read()
    assert {box.outline for box in drawing.boxes} == {Outline.RECTANGLE}
    assert len(drawing.connectors) == 1


@pytest.mark.parametrize("by", [4, 5])
def test_shadows_of_boxes_with_a_little_round_corners_are_no_lines(by: int) -> None:
    board = Board(400, 460)
    areas = [(100, 40 + 130 * k, 300, 90 + 130 * k) for k in range(3)]
    for x0, y0, x1, y1 in areas:
        for off, ink, grow in ((by, (190, 190, 190), 1), (0, BLACK, 1), (0, (217, 234, 211), -1)):
            for y in (y0 + 8 + off, y1 - 8 + off):
                board.line((x0 + 8 + off, y), (x1 - 8 + off, y), ink=ink, width=2 * (8 + grow))
            inner = (x0 + off - grow, y0 + 8 + off), (x1 + off + grow, y1 - 8 + off)
            cv2.rectangle(board.pixels, *inner, ink, cv2.FILLED)
        board.text(((x0 + x1) // 2, (y0 + y1) // 2), "conv 3x3")
    for (_, y0, _, _), (*_, y1) in itertools.pairwise(areas[::-1]):
        board.arrow((200, y0 - 2), (200, y1 + 2), head=14)
    drawing = board.read()
    assert (len(drawing.boxes), len(drawing.connectors)) == (3, 2)


def test_a_photograph_is_an_image_without_labels_in_it() -> None:
    board = Board()
    board.box((320.0, 60.0, 480.0, 120.0), "conv 3x3")
    shades = np.random.default_rng(3).uniform(30, 230, (4, 4, 3))
    board.pixels[40:140, 60:160] = cv2.resize(shades, (100, 100), interpolation=cv2.INTER_CUBIC).clip(0, 255)
    board.arrow((161, 90), (319, 90))
    drawing = board.read()
    assert {box.outline for box in drawing.boxes} == {Outline.IMAGE, Outline.RECTANGLE}
    image = next(box for box in drawing.boxes if box.outline is Outline.IMAGE)
    assert near(image.area, (60, 40, 160, 140), 3)
    assert all(label.area[0] > 200 for label in drawing.labels)
    assert len(drawing.connectors) == 1


def test_a_coloured_box_full_of_words_is_no_photograph() -> None:
    board = Board()
    cv2.rectangle(board.pixels, (40, 40), (200, 120), (91, 155, 213), cv2.FILLED)
    for row in range(3):
        board.text((120, 58 + 22 * row), "conv3 relu bn")
    assert {box.outline for box in board.read().boxes} == {Outline.RECTANGLE}


@pytest.mark.parametrize("size", [0.6, 0.7, 0.8])
def test_a_small_box_whose_blurred_words_have_many_shades_is_no_photograph(size: float) -> None:
    board = Board()
    board.text((420, 200), "Max pooling")
    font = cv2.FONT_HERSHEY_SIMPLEX
    (wide, high), _ = cv2.getTextSize("MaxPool BN", font, size, 2)
    cv2.rectangle(board.pixels, (40, 80), (52 + wide, 120), (40, 70, 120), cv2.FILLED)
    cv2.putText(
        board.pixels, "MaxPool BN", (46, 100 + high // 2), font, size, (250, 250, 250), 2, cv2.LINE_AA
    )
    board.pixels[:] = cv2.GaussianBlur(board.pixels, (0, 0), 2.0)
    assert Outline.IMAGE not in {box.outline for box in board.read().boxes}


def test_a_photograph_with_a_sky_is_an_image() -> None:
    board = Board()
    board.box((320.0, 60.0, 480.0, 120.0), "conv 3x3")
    shades = np.random.default_rng(3).uniform(30, 230, (16, 25, 3))
    ground = cv2.resize(shades, (100, 64), interpolation=cv2.INTER_NEAREST)
    board.pixels[76:140, 60:160] = ground.astype(np.uint8)
    board.pixels[40:76, 60:160] = (140, 180, 230)
    assert Outline.IMAGE in {box.outline for box in board.read().boxes}


def test_a_square_as_wide_as_a_thin_map_does_not_cut_it() -> None:
    board = Board()
    board.box((40.0, 60.0, 200.0, 120.0), "fully connected")
    cv2.rectangle(board.pixels, (300, 40), (316, 240), (112, 173, 71), cv2.FILLED)
    cv2.rectangle(board.pixels, (300, 40), (316, 240), BLACK, 1)
    cv2.rectangle(board.pixels, (304, 130), (312, 140), BLACK, 1)
    thin = [box for box in board.read().boxes if box.area[0] > 250]
    assert any(near(box.area, (300, 40, 316, 240), 3) for box in thin)


@pytest.mark.parametrize("width", [1, 2, 4])
def test_cuboids_of_thick_and_thin_lines(width: int) -> None:
    board = Board()
    board.box((60.0, 360.0, 220.0, 420.0), "fully connected")
    top = [(100, 120), (160, 120), (210, 70), (150, 70)]
    side = [(160, 120), (210, 70), (210, 250), (160, 300)]
    cv2.rectangle(board.pixels, (100, 120), (160, 300), (251, 180, 174), cv2.FILLED)
    for corners, fill in ((top, (252, 206, 202)), (side, (213, 153, 148))):
        cv2.fillPoly(board.pixels, [np.array(corners, np.int32)], fill)
        cv2.polylines(board.pixels, [np.array(corners, np.int32)], True, BLACK, width, cv2.LINE_AA)
    cv2.rectangle(board.pixels, (100, 120), (160, 300), BLACK, width)
    (cuboid,) = [box for box in board.read().boxes if box.area[1] < 300]
    assert cuboid.outline is Outline.CUBOID
    assert near(cuboid.area, (100, 70, 210, 300), 4)


def test_a_square_close_to_the_side_of_a_box_is_no_part_of_its_outline() -> None:
    board = Board()
    board.box((60.0, 360.0, 220.0, 420.0), "fully connected")
    cv2.rectangle(board.pixels, (300, 80), (340, 200), (225, 225, 225), cv2.FILLED)
    cv2.rectangle(board.pixels, (300, 80), (340, 200), BLACK, 3)
    cv2.rectangle(board.pixels, (325, 120), (336, 131), BLACK, 2)
    boxes = [box for box in board.read().boxes if box.area[0] > 250]
    assert any(near(box.area, (300, 80, 340, 200), 4) for box in boxes)
