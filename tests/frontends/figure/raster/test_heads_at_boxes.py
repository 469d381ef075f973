"""Heads at boxes that lines pass over, or that lines leave at their backs or sides."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from support.canvases import BLACK, Board

from dlc.frontends.figure.drawing import Area, Drawing
from dlc.frontends.figure.network.scene import ItemKind, scene
from dlc.frontends.figure.network.wiring import wiring
from dlc.frontends.figure.raster.letters import pieces_of
from dlc.frontends.figure.raster.missed import with_missed_heads, without_wings
from dlc.frontends.figure.raster.small_arrows import small_arrows
from dlc.frontends.figure.raster.stroke import Stroke

ABOVE: list[Area] = [(40.0 + 150 * i, 60, 150.0 + 150 * i, 110) for i in range(4)]
UNDER: Area = (200, 220, 420, 270)


def flows(drawing: Drawing, areas: list[Area]) -> set[tuple[int, int]]:
    """From which of some boxes directed lines lead to which, through the places where lines meet."""
    wired = wiring(scene(drawing))
    out: dict[int, set[int]] = {}
    for wire in wired.wires:
        out.setdefault(wire.source, set()).add(wire.target)
    numbers = {
        item.number: min(range(len(areas)), key=lambda i: math.dist(areas[i], item.area))
        for item in wired.scene.of(ItemKind.BOX)
    }
    found = set()
    for number, box in numbers.items():
        rim, seen = list(out.get(number, ())), set()
        while rim:
            node = rim.pop()
            if node in seen:
                continue
            seen.add(node)
            if wired.is_joint(node):
                rim += out.get(node, ())
            elif node in numbers:
                found.add((box, numbers[node]))
    return found


@pytest.mark.parametrize(("y", "forks"), [(54, 0), (62, 1)])
def test_a_head_is_longer_than_a_line_is_away_that_runs_along_a_box(y: int, forks: int) -> None:
    lines, near = np.zeros((120, 120), np.uint8), np.zeros((120, 120), np.uint8)
    cv2.line(lines, (20, y), (100, y), 255, 3)
    cv2.fillConvexPoly(lines, np.array([(54, y), (66, y), (60, 50)]), 255)
    near[:52] = 255
    points = np.array([(x, y) for x in range(20, 101)])
    strokes, found = with_missed_heads([Stroke(points, 1.5, [False, False], [False, False])], lines, near, 20)
    assert (len(strokes), len(found)) == (1 + forks, forks)


@pytest.mark.parametrize("close", [15, 20, 28])
@pytest.mark.parametrize("width", [2, 4])
def test_a_bar_with_a_head_at_each_box_above_it_leads_to_all(close: int, width: int) -> None:
    board = Board(700, 320)
    areas = [*ABOVE, UNDER]
    for area in areas:
        board.box(area)
    y = 110 + close
    board.line((310, 219), (310, y), width=width)
    board.line((95, y), (545, y), width=width)
    for x in (95, 245, 395, 545):
        board.line((x, y), (x, 120), width=width)
        board.head((x, y + 20), (x, 112), size=min(close, 14))
    assert flows(board.read(), areas) == {(4, i) for i in range(4)}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("away", [4, 8, 11, 15])
def test_a_line_that_leaves_at_a_head_comes_from_where_the_head_s_line_does(away: int, turned: bool) -> None:
    areas: list[Area] = [(80, 20, 160, 80), (80, 140, 160, 200), (80, 280, 160, 340)]
    board = Board(360, 360)
    board.line((120, 82), (120, 130))
    board.head((120, 82), (120, 138), size=12)
    board.arrow((120, 202), (120, 278))
    board.arrow((120, 138 - away), (260, 138 - away), (260, 310), (162, 310))
    if turned:
        board.pixels = np.ascontiguousarray(board.pixels.transpose(1, 0, 2))
        areas = [(y0, x0, y1, x1) for x0, y0, x1, y1 in areas]
    for area in areas:
        board.box(area, "3")
    assert flows(board.read(), areas) == {(0, 1), (1, 2), (0, 2)}


@pytest.mark.parametrize("away", [8, 11])
@pytest.mark.parametrize("side", [1, -1])
def test_a_line_that_begins_at_a_wing_of_an_open_head_forks_off_there(side: int, away: int) -> None:
    areas: list[Area] = [(130, 20, 230, 80), (130, 140, 230, 200), (130, 280, 230, 340)]
    board = Board(360, 360)
    for area in areas:
        board.box(area, "3")
    board.line((180, 82), (180, 138))
    board.line((172, 128), (180, 138), (188, 128))
    board.arrow((180, 202), (180, 278))
    y, aside = 138 - away, 180 + 120 * side
    board.arrow((180, y), (aside, y), (aside, 310), (180 + 52 * side, 310))
    assert flows(board.read(), areas) == {(0, 1), (1, 2), (0, 2)}


@pytest.mark.parametrize("y", [124, 125])
def test_a_line_that_forks_at_a_wing_leads_on_over_the_gap_before_the_head(y: int) -> None:
    areas: list[Area] = [(130, 20, 230, 80), (130, 140, 230, 200), (130, 280, 230, 340)]
    board = Board(360, 360)
    for area in areas:
        board.box(area, "3x3")
    board.line((180, 82), (180, y))
    board.line((172, y + 2), (180, y + 9), (188, y + 2), width=3)
    board.line((180, y + 9), (180, 138), width=3)
    board.arrow((180, 202), (180, 278))
    board.arrow((180, y), (300, y), (300, 310), (232, 310))
    assert flows(board.read(), areas) == {(0, 1), (1, 2), (0, 2)}


@pytest.mark.parametrize(("apart", "kept"), [(6, 1), (30, 2)])
def test_a_wing_apart_from_its_line_is_its_head(apart: int, kept: int) -> None:
    near = np.zeros((120, 120), np.uint8)
    near[:, 100:] = 255
    long = Stroke(np.array([(20 + x, 60) for x in range(79)]), 1.0)
    wing = Stroke(np.array([(90 + x, 60 - apart) for x in range(12)]), 1.0, [False, True])
    strokes = without_wings([long, wing], near, 20)
    assert (len(strokes), long.heads) == (kept, [False, kept == 1])


@pytest.mark.parametrize(("em", "is_arrow"), [(29.0, True), (48.0, False)])
def test_an_arrow_with_a_short_shaft_is_one_where_it_is_longer_than_letters(
    em: float, is_arrow: bool
) -> None:
    mask = np.zeros((80, 60), np.uint8)
    mask[40:62, 28:32] = 255
    cv2.fillPoly(mask, [np.array([[17, 43], [43, 43], [30, 14]], np.int32)], 255)
    pieces = pieces_of(mask)
    assert small_arrows(pieces, np.ones(len(pieces), bool), em).any() == is_arrow


@pytest.mark.parametrize("by", [(5, 5), (-4, 4)])
def test_shadows_of_boxes_with_round_ends_are_no_lines(by: tuple[int, int]) -> None:
    board = Board(360, 420)
    areas: list[Area] = [(100, 40, 260, 84), (100, 160, 260, 204), (100, 280, 260, 324)]
    for x0, y0, x1, y1 in areas:
        for (dx, dy), ink, grow in (
            (by, (190, 190, 190), 1),
            ((0, 0), BLACK, 1),
            ((0, 0), (225, 214, 231), -1),
        ):
            _pill(board, (round(x0) + dx, round(y0) + dy, round(x1) + dx, round(y1) + dy), ink, grow)
    board.arrow((180, 205 + max(0, by[1])), (180, 278))
    board.arrow((180, 85 + max(0, by[1])), (180, 158))
    drawing = board.read()
    assert len(drawing.connectors) == 2
    assert flows(drawing, areas) == {(0, 1), (1, 2)}


def _pill(board: Board, area: tuple[int, int, int, int], ink: tuple[int, int, int], grow: int) -> None:
    x0, y0, x1, y1 = area
    radius, y = (y1 - y0) // 2, (y0 + y1) // 2
    cv2.line(board.pixels, (x0 + radius, y), (x1 - radius, y), ink, 2 * (radius + grow), cv2.LINE_AA)


def test_round_ends_of_many_boxes_are_no_neurons() -> None:
    board = Board(300, 720)
    areas: list[Area] = [(100, 40.0 + 90 * i, 200, 74.0 + 90 * i) for i in range(7)]
    for x0, y0, x1, y1 in areas:
        for ink, grow in ((BLACK, 1), ((225, 214, 231), -1)):
            _pill(board, (round(x0), round(y0), round(x1), round(y1)), ink, grow)
    for one in areas[:-1]:
        board.arrow((150, round(one[3]) + 1), (150, round(one[3]) + 54))
    assert flows(board.read(), areas) == {(i, i + 1) for i in range(6)}
