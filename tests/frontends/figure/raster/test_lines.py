"""Connectors in pictures: broken ones, forks right at heads, heads that stand apart, bars, and fans."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
from support.canvases import BLACK, Board, graph, near

from dlc.frontends.figure.drawing import Area, Outline
from dlc.frontends.figure.network.scene import scene
from dlc.frontends.figure.network.wiring import wiring
from dlc.frontends.figure.raster.rows import find_rows

LEFT: Area = (40, 60, 160, 110)
RIGHT: Area = (340, 60, 460, 110)
BELOW: Area = (340, 260, 460, 310)


def test_a_dashed_line_is_one_connector() -> None:
    board = Board()
    board.box(LEFT, "3x3 conv")
    board.box(RIGHT, "batchnorm")
    board.dashes((163, 85), (322, 85))
    board.head((300, 85), (337, 85))
    (line,) = board.read().connectors
    assert line.dashed
    assert (line.head, line.tail) == (True, False)
    assert near((*line.start, *line.end), (163, 85, 337, 85), 8)


def test_a_dashed_line_keeps_its_corner() -> None:
    board = Board()
    board.box(LEFT, "3x3 conv")
    board.box(BELOW, "relu, pool")
    board.dashes((163, 85), (400, 85))
    board.dashes((400, 85), (400, 242))
    board.head((400, 200), (400, 257))
    drawing = board.read()
    assert graph(drawing, [LEFT, BELOW]) == {(0, 1)}
    assert len(drawing.connectors) == 1


@pytest.mark.parametrize("gap", [0, 3, 5])
@pytest.mark.parametrize("out", [20, 24, 32])
def test_the_first_dashes_before_a_corner_are_of_the_line(out: int, gap: int) -> None:
    """They are too few for a line, and the corner itself may lie in a gap."""
    board = Board(360, 440)
    areas: list[Area] = [(60, 20 + 130 * k, 180, 70 + 130 * k) for k in range(3)]
    for area in areas:
        board.box(area, "3x3 conv")
    for above, under in itertools.pairwise(areas):
        board.arrow((120, round(above[3]) + 1), (120, round(under[1]) - 1))
    right = 183 + out
    board.dashes((183, 45), (right - gap, 45))
    board.dashes((right, 45 + gap), (right, 305))
    board.line((right, 305), (192, 305), width=1)
    board.head((right, 305), (182, 305))
    assert graph(board.read(), areas) == {(0, 1), (1, 2), (0, 2)}


def test_solid_and_dashed_lines_cross() -> None:
    board = Board()
    above, under = (200.0, 10.0, 300.0, 50.0), (200.0, 160.0, 300.0, 200.0)
    for area in (LEFT, RIGHT, above, under):
        board.box(area, "3x3 conv")
    board.dashes((163, 85), (322, 85))
    board.head((300, 85), (337, 85))
    board.arrow((250, 52), (250, 157))
    drawing = board.read()
    assert graph(drawing, [LEFT, RIGHT, above, under]) == {(0, 1), (2, 3)}
    assert [line.dashed for line in drawing.connectors if line.head] != [False, False]


def test_rows_of_letters_are_no_dashed_line() -> None:
    board = Board()
    board.box(LEFT, "3x3 conv")
    board.text((250, 200), "l l l - - i i")
    assert not board.read().connectors


def test_a_frame_is_found_where_an_arrow_hides_some_of_its_dashes() -> None:
    board = Board()
    inner, outer = (240.0, 90.0, 360.0, 140.0), (40.0, 90.0, 150.0, 140.0)
    board.box(inner)
    board.box(outer)
    board.arrow((152, 115), (238, 115), width=4, head=30)
    x0, y0, x1, y1 = 218, 60, 390, 170
    for a, b in (((x0, y0), (x1, y0)), ((x0, y1), (x1, y1)), ((x0, y0), (x0, y1)), ((x1, y0), (x1, y1))):
        board.dashes(a, b)
    drawing = board.read()
    assert [box.dashed for box in drawing.boxes].count(True) == 1
    assert graph(drawing, [outer, inner]) == {(0, 1)}


@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("bend", [40, 60, 120])
def test_skips_that_cross_right_behind_a_box_are_two(bend: int, width: int) -> None:
    """They cross at a small angle, while they bend."""
    board = Board(420, 700)
    areas: list[Area] = [(60, 20 + 110 * k, 180, 70 + 110 * k) for k in range(6)]
    for area in areas:
        board.box(area, "3x3 conv")
    for begin, end, wide in ((0, 4, bend), (1, 5, bend + 50)):
        y0, y1 = 45 + 110 * begin, 45 + 110 * end
        course = board.curve((181, y0), (181 + wide, y0 + 44), (181 + wide, y1 - 44), (181, y1), width=width)
        board.head(course[-4], course[-1], size=14)
    assert graph(board.read(), areas) == {(0, 4), (1, 5)}


@pytest.mark.parametrize("apart", [26, 40])
@pytest.mark.parametrize("turned", [False, True])
def test_two_frames_in_a_row_are_two(apart: int, turned: bool) -> None:
    board = Board(400, 700)
    areas: list[Area] = [(120, 60.0 + k * (190 + apart), 280, 110.0 + k * (190 + apart)) for k in range(2)]
    frames: list[Area] = [(90, a[1] - 40, 310, a[1] + 150) for a in areas]
    board.arrow((200, 111), (200, round(areas[1][1]) - 1))
    for x0, y0, x1, y1 in (tuple(round(v) for v in frame) for frame in frames):
        for a, b in (((x0, y0), (x1, y0)), ((x0, y1), (x1, y1)), ((x0, y0), (x0, y1)), ((x1, y0), (x1, y1))):
            board.dashes(a, b)
    if turned:
        board.pixels = np.ascontiguousarray(board.pixels.transpose(1, 0, 2))
        areas, frames = ([(y0, x0, y1, x1) for x0, y0, x1, y1 in each] for each in (areas, frames))
    for area in areas:
        board.box(area, "3x3 conv")
    drawing = board.read()
    found = [box.area for box in drawing.boxes if box.dashed]
    assert len(found) == 2
    assert all(any(near(frame, area, 8) for area in found) for frame in frames)
    assert len(drawing.connectors) == 1


def test_a_line_that_forks_right_before_its_head_reaches_both_boxes() -> None:
    board = Board()
    board.box(LEFT, "3x3 conv")
    board.box(RIGHT, "batchnorm")
    board.box(BELOW, "relu, pool")
    board.arrow((162, 85), (337, 85))
    board.arrow((321, 85), (321, 285), (337, 285))
    wired = wiring(scene(board.read()))
    found = {(wire.source, wire.target) for wire in wired.wires}
    joints = {node for pair in found for node in pair if wired.is_joint(node)}
    assert len(joints) == 1
    assert len(found) == 3


def test_a_trunk_that_crosses_a_bar_with_two_heads_forks() -> None:
    board = Board()
    boxes: list[Area] = [(40, 200, 130, 240), (300, 60, 400, 100), (300, 200, 400, 240), (300, 340, 400, 380)]
    for area in boxes:
        board.box(area, "3x3 conv")
    board.arrow((132, 220), (297, 220))
    board.line((220, 80), (220, 360))
    board.arrow((220, 80), (297, 80))
    board.arrow((220, 360), (297, 360))
    drawing = board.read()
    wired = wiring(scene(drawing))
    into = sorted(wire.target for wire in wired.wires if not wired.is_joint(wire.target))
    out = [wire.source for wire in wired.wires if not wired.is_joint(wire.source)]
    assert len(into) == len(set(into)) == 3
    assert len(out) == 1
    assert out[0] not in into


def test_heads_that_stand_apart_at_a_bar_belong_to_it() -> None:
    board = Board()
    boxes: list[Area] = [(250, 20, 350, 60), (40, 160, 160, 200), (440, 160, 560, 200)]
    for area in boxes:
        board.box(area, "3x3 conv")
    board.line((300, 62), (300, 110))
    board.line((100, 110), (500, 110))
    for x in (100, 500):
        board.line((x, 110), (x, 139))
        board.head((x, 110), (x, 158))
    drawing = board.read()
    assert {
        line.head for line in drawing.connectors if near(_hull(line.points), (100, 110, 500, 158), 8)
    } == {True}
    wired = wiring(scene(drawing))
    assert sum(not wired.is_joint(wire.target) for wire in wired.wires) == 2


def _hull(points: tuple[tuple[float, float], ...]) -> Area:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


@pytest.mark.parametrize("gap", [2, 5])
def test_a_short_arrow_between_boxes_is_seen_with_its_head_apart(gap: int) -> None:
    board = Board()
    boxes: list[Area] = [(40, 100, 140, 200), (240, 100, 340, 200)]
    for area in boxes:
        board.box(area, "3x3 conv")
    board.text((190, 240), "conv 3x3")
    board.line((170, 150), (205 - gap, 150))
    board.head((170, 150), (215, 150), size=10)
    heads = [line for line in board.read().connectors if line.head]
    assert len(heads) == 1
    assert near((*heads[0].start, *heads[0].end), (170, 150, 215, 150), 5)


@pytest.mark.parametrize("headed", [True, False])
def test_all_lines_between_columns_of_circles_are_found(headed: bool) -> None:
    board = Board()
    columns = [[(100, y) for y in (60, 140, 220, 300)], [(300, y) for y in (60, 140, 220, 300)]]
    for start in columns[0]:
        for end in columns[1]:
            if headed:
                board.arrow(start, (end[0] - 24, end[1]))
            else:
                board.line(start, end)
    for centre in (*columns[0], *columns[1]):
        cv2.circle(board.pixels, centre, 22, (200, 220, 255), cv2.FILLED, cv2.LINE_AA)
        cv2.circle(board.pixels, centre, 22, BLACK, 2, cv2.LINE_AA)
    drawing = board.read()
    assert sum(box.outline is Outline.CIRCLE for box in drawing.boxes) == 8
    assert len(drawing.connectors) == 16
    assert all(line.head is headed and not line.tail for line in drawing.connectors)
    assert all(line.start[0] < line.end[0] for line in drawing.connectors)


def test_digits_beside_a_drawing_are_no_arrows() -> None:
    board = Board()
    board.box(LEFT, "3x3 conv")
    board.text((250, 200), "x6 x7 x9")
    drawing = board.read()
    assert not drawing.connectors
    assert len(drawing.labels) == 2


def test_lines_without_heads_keep_none_for_one_that_looks_like_it() -> None:
    board = Board(900, 200)
    boxes: list[Area] = [(20.0 + 110 * i, 60, 90.0 + 110 * i, 110) for i in range(8)]
    for area in boxes:
        board.box(area, "conv")
    for one, other in itertools.pairwise(boxes):
        board.line((round(one[2]) + 2, 85), (round(other[0]) - 2, 85))
    board.head((380, 85), (418, 85))
    assert not any(line.head or line.tail for line in board.read().connectors)


def test_turned_words_larger_than_an_em_are_one_line() -> None:
    mask = np.zeros((300, 100), np.uint8)
    for word in (30, 114, 198):  # letters 20 pixels high, read upwards; spaces of 18 pixels
        for letter in range(5):
            mask[word + 14 * letter : word + 14 * letter + 10, 40:60] = 255
    rows = find_rows(mask, [(10.0, 10.0, 90.0, 290.0)], 18.0)
    assert [(row.angle, row.count) for row in rows] == [(90.0, 15)]


def test_a_curve_that_runs_behind_a_corner_is_one_line() -> None:
    board = Board()
    boxes: list[Area] = [(40, 40, 160, 90), (140, 200, 255, 258), (60, 270, 180, 310)]
    turns = np.linspace(-np.pi / 2, 1.3, 40)
    course = [(round(163 + 110 * np.cos(t)), round(175 + 110 * np.sin(t))) for t in turns]
    board.arrow(*course, (183, 284))
    for area in boxes:
        board.box(area, "3x3 conv", fill=(255, 255, 255))
    drawing = board.read()
    assert graph(drawing, boxes) == {(0, 2)}
