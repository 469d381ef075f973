"""Dashed frames that were traced as lines become boxes; lines that join boxes stay lines."""

from __future__ import annotations

import attrs

from dlc.frontends.figure.drawing import Box, Connector
from dlc.frontends.figure.raster.frames import with_frames

EM = 10.0
BOXES = (Box((20.0, 20.0, 60.0, 60.0)), Box((100.0, 20.0, 140.0, 60.0)))
FRAME = Connector(((0.0, 0.0), (160.0, 0.0), (160.0, 90.0), (0.0, 90.0), (0.0, 5.0)), dashed=True)


def test_a_line_round_boxes_is_a_frame() -> None:
    divider = Connector(((80.0, 1.0), (80.0, 88.0)), dashed=True)
    arrow = Connector(((60.0, 40.0), (100.0, 40.0)), head=True)
    boxes, lines = with_frames(BOXES, (FRAME, divider, arrow), EM)
    assert lines == (arrow,)
    (frame,) = boxes[2:]
    assert (frame.area, frame.dashed) == ((0.0, 0.0, 160.0, 90.0), True)


def test_other_lines_are_none() -> None:
    solid = attrs.evolve(FRAME, dashed=False)
    pointing = attrs.evolve(FRAME, head=True)
    skipping = Connector(
        ((40.0, 60.0), (40.0, 90.0), (160.0, 90.0), (160.0, 0.0), (120.0, 0.0), (120.0, 20.0))
    )
    skipping = attrs.evolve(skipping, dashed=True)
    for line in (solid, pointing, skipping):
        assert with_frames(BOXES, (line,), EM) == (BOXES, (line,))
    assert with_frames(BOXES[:1], (FRAME,), EM) == (BOXES[:1], (FRAME,))
