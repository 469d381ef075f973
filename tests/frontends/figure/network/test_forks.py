"""Forks at boxes into which nothing is seen to lead."""

from __future__ import annotations

import pytest

from dlc.frontends.figure.drawing import Box, Connector, Drawing, Label, Point
from dlc.frontends.figure.network.scene import scene
from dlc.frontends.figure.network.wiring import wiring

SOURCE, LEFT, RIGHT = (
    Box((100.0, 0.0, 200.0, 40.0)),
    Box((0.0, 100.0, 100.0, 140.0)),
    Box((200.0, 100.0, 300.0, 140.0)),
)
WORDS = tuple(Label("relu", (x, y, x + 40.0, y + 16.0), 16.0) for x, y in ((130, 12), (30, 112), (230, 112)))


def arcs(fork: Point, *more: Connector) -> set[tuple[int, int]]:
    to_left = Connector((fork, (50.0, fork[1] + 4), (50.0, 99.0)), head=True)
    to_right = Connector((fork, (250.0, fork[1] + 4), (250.0, 99.0)), head=True)
    drawn = Drawing((0.0, 0.0, 300.0, 200.0), (SOURCE, LEFT, RIGHT), (to_left, to_right, *more), WORDS)
    return {(wire.source, wire.target) for wire in wiring(scene(drawn)).wires}


@pytest.mark.parametrize("away", [6.0, 12.0, 19.0])
def test_lines_that_leave_a_fork_beside_a_box_come_from_it(away: float) -> None:
    assert arcs((150.0, 40.0 + away)) == {(0, 1), (0, 2)}


def test_what_is_left_of_the_line_to_the_fork_is_no_line() -> None:
    assert arcs((150.0, 46.0), Connector(((150.0, 46.0), (150.0, 41.0)), head=True)) == {(0, 1), (0, 2)}


def test_a_fork_away_from_boxes_is_at_none() -> None:
    assert all(0 not in arc for arc in arcs((150.0, 68.0)))


def test_a_fork_into_which_a_line_leads_is_no_box_s() -> None:
    coming = Connector(((150.0, 80.0), (150.0, 52.0)))
    assert {source for source, _ in arcs((150.0, 52.0), coming)}.isdisjoint({0})
