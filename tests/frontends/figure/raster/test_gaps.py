"""Paper between boxes is no box, though lines close it at its sides; an empty box between others is one."""

from __future__ import annotations

from support.canvases import BLACK, Board

from dlc.frontends.figure.drawing import Area

ABOVE: Area = (137, 39, 354, 101)
UNDER: Area = (148, 150, 394, 212)
WHITE = (255, 255, 255)


def dark(board: Board, area: Area, words: str) -> None:
    """A black box with white words."""
    board.box(area, "", fill=BLACK)
    board.text((round(area[0] + area[2]) // 2, round(area[1] + area[3]) // 2), words, WHITE)


def test_paper_between_filled_boxes_and_lines_is_no_box() -> None:
    board = Board(460, 380)
    for area, words in (
        (ABOVE, "drop (Dropout)"),
        (UNDER, "cat (Concatenate)"),
        ((190, 261, 352, 323), "fc (Dense)"),
    ):
        dark(board, area, words)
    board.arrow((250, 101), (250, 149))
    board.arrow((358, 0), (358, 149))
    assert len(board.read().boxes) == 3


def test_an_empty_box_between_filled_ones_is_a_box() -> None:
    board = Board(460, 300)
    dark(board, (100, 20, 380, 80), "drop (Dropout)")
    dark(board, (100, 220, 380, 280), "fc (Dense)")
    board.box((140, 110, 340, 190), "", fill=WHITE)
    board.arrow((240, 80), (240, 109))
    board.arrow((240, 190), (240, 219))
    assert len(board.read().boxes) == 3
