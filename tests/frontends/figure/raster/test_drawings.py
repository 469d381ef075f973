"""What is drawn is read: outlines, arrows, crossings, groups, in the forms in which figures come."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.canvases import BLACK, Board, graph, near, seen

from dlc.frontends.figure.drawing import Area, Outline
from dlc.frontends.figure.raster.letters import pieces_of
from dlc.frontends.figure.raster.skeleton import graph_of

LEFT, RIGHT, LOW = (60.0, 60.0, 200.0, 120.0), (400.0, 60.0, 540.0, 120.0), (400.0, 300.0, 540.0, 360.0)


def two_boxes_and_an_elbow(
    paper: tuple[int, int, int] = (255, 255, 255), ink: tuple[int, int, int] = BLACK
) -> Board:
    board = Board(paper=paper)
    board.box(LEFT, "conv3", ink=ink)
    board.box(LOW, "dense", ink=ink)
    board.arrow((201, 90), (470, 90), (470, 299), ink=ink)
    return board


def test_two_boxes_and_an_elbow() -> None:
    drawing = two_boxes_and_an_elbow().read()
    assert len(drawing.boxes) == 2
    assert all(any(near(box.area, area) for box in drawing.boxes) for area in (LEFT, LOW))
    (line,) = drawing.connectors
    assert (line.head, line.tail) == (True, False)
    assert near((*line.start, *line.end), (201, 90, 470, 299), 6)
    assert any(near((*point, *point), (470, 90, 470, 90), 5) for point in line.points[1:-1])
    assert len(drawing.labels) == 2


def test_tables_that_lines_shut_in_with_paper_between_are_two() -> None:
    """The arrow between them and a line past the upper one enclose a white field at both."""
    board = Board()
    upper, lower = (60.0, 60.0, 400.0, 130.0), (60.0, 180.0, 412.0, 250.0)
    for x0, y0, x1, y1 in (upper, lower):
        board.box((x0, y0, x1, y1), "", fill=BLACK)
        board.text((round(x0 + x1) // 2, round(y0) + 17), "dense", (255, 255, 255))
        for left, right in ((x0 + 3, x0 + 200), (x0 + 205, x1 - 3)):
            board.box((left, y0 + 34, right, y1 - 3), "shape", fill=(255, 255, 255), width=0)
    board.arrow((75, 131), (75, 179))
    board.arrow((404, 30), (404, 179))
    drawing = board.read()
    assert all(any(near(box.area, area) for box in drawing.boxes) for area in (upper, lower))


def test_rounded_boxes_and_circles() -> None:
    board = Board()
    board.rounded(LEFT)
    cv2.circle(board.pixels, (470, 90), 30, BLACK, 2, cv2.LINE_AA)
    board.arrow((201, 90), (439, 90))
    drawing = board.read()
    assert {(box.outline, round(box.centre[0], -1)) for box in drawing.boxes} == {
        (Outline.ROUNDED, 130.0),
        (Outline.CIRCLE, 470.0),
    }
    assert graph(drawing, [LEFT, (440, 60, 500, 120)]) == {(0, 1)}


def test_a_small_circle_with_a_sign_is_a_box() -> None:
    board = Board()
    board.box(LEFT, "conv3 relu")
    cv2.circle(board.pixels, (300, 90), 13, BLACK, 1, cv2.LINE_AA)
    board.line((294, 90), (306, 90), width=1)
    board.line((300, 84), (300, 96), width=1)
    board.arrow((201, 90), (286, 90))
    drawing = board.read()
    assert [round(box.centre[0], -1) for box in drawing.boxes if box.outline is Outline.CIRCLE] == [300.0]


def test_lines_that_cross_only_cross() -> None:
    areas = [
        (40.0, 40.0, 160.0, 90.0),
        (40.0, 300.0, 160.0, 350.0),
        (440.0, 40.0, 560.0, 90.0),
        (440.0, 300.0, 560.0, 350.0),
    ]
    board = Board()
    for area in areas:
        board.box(area, "layer")
    board.arrow((161, 65), (439, 325))
    board.arrow((161, 325), (439, 65))
    drawing = board.read()
    assert len(drawing.connectors) == 2
    assert graph(drawing, areas) == {(0, 3), (1, 2)}


def test_curves_are_followed() -> None:
    board = Board()
    board.box(LEFT, "conv")
    board.box(LOW, "conv")
    turn = np.linspace(0, np.pi / 2, 40)
    course = [(round(200 + 270 * np.sin(t)), round(299 - 209 * np.cos(t))) for t in turn]
    board.line(*course[:-1])
    board.head(course[-4], (470, 299))
    drawing = board.read()
    assert graph(drawing, [LEFT, LOW]) == {(0, 1)}


def test_a_head_that_stands_apart_belongs_to_its_line() -> None:
    board = Board()
    board.box(LEFT, "conv")
    board.box(RIGHT, "conv")
    board.line((201, 90), (380, 90))
    board.head((300, 90), (398, 90), size=13)
    board.pixels[80:100, 382:385] = 255
    (line,) = board.read().connectors
    assert line.head
    assert abs(line.end[0] - 398) < 8


def test_dashed_groups_are_boxes() -> None:
    board = Board()
    board.box(LEFT, "conv")
    board.box(RIGHT, "conv")
    board.arrow((201, 90), (399, 90))
    group = (30, 30, 570, 160)
    for a, b in (
        ((30, 30), (570, 30)),
        ((30, 160), (570, 160)),
        ((30, 30), (30, 160)),
        ((570, 30), (570, 160)),
    ):
        board.dashes(a, b)
    drawing = board.read()
    assert [near(box.area, group, 8) for box in drawing.boxes if box.dashed] == [True]
    assert graph(drawing, [LEFT, RIGHT]) == {(0, 1)}


def test_sheets_behind_each_other_are_a_stack() -> None:
    board = Board()
    for k in (4, 3, 2, 1, 0):
        board.box((100 + 10 * k, 120 - 10 * k, 220 + 10 * k, 240 - 10 * k), "", fill=(230, 240, 250), width=1)
    board.text((160, 300), "24 feature maps")
    (stack,) = board.read().boxes
    assert stack.outline is Outline.STACK
    assert stack.sheets == 5
    assert near(stack.area, (100, 80, 260, 240))
    assert near(stack.front, (100, 120, 220, 240))


def test_a_face_with_top_and_side_is_a_cuboid() -> None:
    board = Board()
    board.box((100, 120, 160, 320), "", fill=(230, 240, 250), width=1)
    top, side = (
        [(100, 120), (160, 120), (220, 60), (160, 60)],
        [(160, 120), (220, 60), (220, 260), (160, 320)],
    )
    for corners in (top, side):
        cv2.polylines(board.pixels, [np.array(corners, np.int32)], True, BLACK, 1, cv2.LINE_AA)
    board.text((130, 360), "55 x 55 x 96")
    (cuboid,) = board.read().boxes
    assert cuboid.outline is Outline.CUBOID
    assert near(cuboid.area, (100, 60, 220, 320))
    assert near(cuboid.front, (100, 120, 160, 320))


def test_a_shadow_is_no_second_sheet() -> None:
    board = Board()
    cv2.rectangle(board.pixels, (66, 66), (206, 126), (170, 170, 170), cv2.FILLED)
    board.box(LEFT, "conv", fill=(255, 255, 255))
    assert [box.outline for box in board.read().boxes] == [Outline.RECTANGLE]


@pytest.mark.parametrize("fill", [(200, 220, 255), (255, 240, 200), (60, 60, 60)])
def test_boxes_without_a_border_are_seen_by_their_fill(fill: tuple[int, int, int]) -> None:
    board = Board()
    for area in (LEFT, RIGHT):
        board.box(area, "conv", fill=fill, ink=BLACK if sum(fill) > 400 else (255, 255, 255), width=0)
    board.arrow((201, 90), (399, 90))
    drawing = board.read()
    assert len(drawing.boxes) == 2
    assert graph(drawing, [LEFT, RIGHT]) == {(0, 1)}


def test_dark_lines_that_run_into_a_dark_box_are_no_part_of_it() -> None:
    board = Board()
    for area in (LEFT, LOW):
        board.box(area, "conv2d (Conv2D)", fill=BLACK, ink=BLACK, width=0)
        board.text((round(area[0] + area[2]) // 2, round(area[1] + area[3]) // 2), "conv2d", (255, 255, 255))
    board.arrow((198, 90), (470, 90), (470, 302), width=4, head=16)
    drawing = board.read()
    assert all(any(near(box.area, area, 5) for box in drawing.boxes) for area in (LEFT, LOW))


def test_light_on_dark_is_read_as_dark_on_light() -> None:
    drawing = two_boxes_and_an_elbow(paper=(20, 20, 40), ink=(240, 240, 240)).read()
    assert graph(drawing, [LEFT, LOW]) == {(0, 1)}
    assert len(drawing.boxes) == 2


@pytest.mark.parametrize("damage", ["noise", "blur", "jpeg", "small"])
def test_damaged_pictures(damage: str) -> None:
    board = two_boxes_and_an_elbow()
    data = board.file()
    scale = 1.0
    if damage == "noise":
        rng = np.random.default_rng(7)
        board.pixels = np.clip(board.pixels + rng.normal(0, 12, board.pixels.shape), 0, 255).astype(np.uint8)
        data = board.file()
    elif damage == "blur":
        board.pixels = cv2.GaussianBlur(board.pixels, (0, 0), 1.1)
        data = board.file()
    elif damage == "jpeg":
        data = board.file("JPEG", quality=35)
    else:
        scale = 0.6
        board.pixels = cv2.resize(board.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        data = board.file()
    drawing = seen(data)
    areas: list[Area] = [(x0 * scale, y0 * scale, x1 * scale, y1 * scale) for x0, y0, x1, y1 in (LEFT, LOW)]
    assert len(drawing.boxes) == 2
    assert graph(drawing, areas) == {(0, 1)}


@st.composite
def layouts(draw: st.DrawFn) -> tuple[list[Area], list[tuple[int, int]]]:
    """Boxes on a jittered grid, and arrows from boxes to others in the row below."""
    columns, rows = draw(st.integers(1, 3)), draw(st.integers(2, 4))
    areas: list[Area] = []
    for row in range(rows):
        for column in range(columns):
            x, y = 40 + 230 * column + draw(st.integers(0, 30)), 40 + 150 * row + draw(st.integers(0, 15))
            areas.append((x, y, x + draw(st.integers(90, 150)), y + draw(st.integers(36, 60))))
    pairs = st.tuples(st.integers(0, columns - 1), st.integers(0, columns - 1))
    arrows = []
    for row in range(rows - 1):
        # One arrow a box at each side: what meets in one point is another test.
        chosen = draw(
            st.lists(pairs, min_size=1, max_size=columns, unique_by=(lambda p: p[0], lambda p: p[1]))
        )
        arrows += [(row * columns + a, (row + 1) * columns + b) for a, b in chosen]
    return areas, arrows


@settings(max_examples=25, deadline=None)
@given(layouts())
def test_any_layout_of_boxes_gives_its_graph(layout: tuple[list[Area], list[tuple[int, int]]]) -> None:
    areas, arrows = layout
    board = Board(760, 680)
    for area in areas:
        board.box(area, "layer")
    for a, b in arrows:
        one, other = areas[a], areas[b]
        board.arrow(
            (round(one[0] + one[2]) // 2, round(one[3]) + 1),
            (round(other[0] + other[2]) // 2, round(other[1]) - 1),
        )
    drawing = board.read()
    assert len(drawing.boxes) == len(areas)
    assert all(any(near(box.area, area) for box in drawing.boxes) for area in areas)
    assert graph(drawing, areas) == set(arrows)


def test_lines_that_cross_in_a_square_of_pixels_fork_there() -> None:
    """Thick lines that cross leave a square of four pixels in the middle of their skeleton."""
    lines = np.zeros((80, 80), np.uint8)
    lines[10:40, 10:40] = 255 * np.eye(30, dtype=np.uint8)
    lines[40:70, 40:70] = 255 * np.eye(30, dtype=np.uint8)
    lines[10:40, 40:70] = 255 * np.eye(30, dtype=np.uint8)[::-1]
    lines[40:70, 10:40] = 255 * np.eye(30, dtype=np.uint8)[::-1]
    graph_ = graph_of(pieces_of(lines))
    assert sorted(graph_.degree(node) for node in graph_.places) == [1, 1, 1, 1, 4]
