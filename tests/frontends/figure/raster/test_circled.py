"""Operators' circles: rings around a plus or a cross, whether it touches the ring or not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from support.canvases import BLACK, Board

from dlc.frontends.figure.drawing import Outline
from dlc.frontends.figure.raster.circled import find_circled
from dlc.frontends.figure.raster.letters import pieces_of

EM = 18.0


def drawn(
    radius: int, reach: float, turn: float, ring: bool = True
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Ink of a sign whose arms reach so far, in a ring or a square, on whose right a line ends."""
    ink = np.zeros((120, 160), np.uint8)
    if ring:
        cv2.circle(ink, (60, 60), radius, 255, 2)
    else:
        cv2.rectangle(ink, (60 - radius, 60 - radius), (60 + radius, 60 + radius), 255, 2)
    for way in turn + np.arange(4) * np.pi / 2:
        end = round(60 + reach * np.cos(way)), round(60 + reach * np.sin(way))
        cv2.line(ink, (60, 60), end, 255, 2)
    cv2.line(ink, (60 + radius, 60), (140, 60), 255, 2)
    return ink


@pytest.mark.parametrize("radius", [9, 14, 24])
@pytest.mark.parametrize("part", [0.62, 1.0])
@pytest.mark.parametrize(("turn", "sign"), [(0.0, "+"), (np.pi / 4, "×")])
def test_signs_in_rings(radius: int, part: float, turn: float, sign: str) -> None:
    (one,) = find_circled(pieces_of(drawn(radius, part * radius, turn)), EM)
    assert one.sign == sign
    assert np.allclose(one.area, (60 - radius, 60 - radius, 60 + radius, 60 + radius), atol=2)


@pytest.mark.parametrize("ink", [drawn(14, 14, 0.0, ring=False), drawn(14, 0, 0.0), drawn(60, 60, 0.0)])
def test_tables_empty_rings_and_large_circles_are_no_signs(
    ink: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
) -> None:
    assert find_circled(pieces_of(ink), EM) == []


def test_a_circled_plus_is_a_box_with_a_label() -> None:
    board = Board()
    board.box((60.0, 60.0, 200.0, 120.0), "conv3")
    cv2.circle(board.pixels, (300, 90), 12, BLACK, 2, cv2.LINE_AA)
    board.line((288, 90), (312, 90), width=2)
    board.line((300, 78), (300, 102), width=2)
    board.arrow((201, 90), (286, 90))
    board.arrow((300, 103), (300, 160))
    drawing = board.read()
    (circle,) = [box for box in drawing.boxes if box.outline is Outline.CIRCLE]
    assert [label.text for label in drawing.labels if label.text] == ["+"]
    assert sorted(line.head for line in drawing.connectors) == [True, True]
    assert np.allclose(circle.area, (288, 78, 312, 102), atol=2)
