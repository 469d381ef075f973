"""Letters: small pieces of ink, told from lines by their size and their neighbours."""

from __future__ import annotations

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask, Numbers

#: Heights and widths of letters, and of letters that touch each other (ems).
_TALLEST, _WIDEST = 1.7, 4.0
_SHORTEST = 0.07


@attrs.frozen(eq=False)
class Pieces:
    """The connected pieces of ink: `numbers` tells each pixel's (from 1); `boxes` is (count, 4) with left,
    top, right, bottom (whole pixels, exclusive), `pixels` their ink. Row 0 is
    the piece of number 0, empty."""

    numbers: Numbers
    boxes: Array
    pixels: Array

    @property
    def width(self) -> Array:
        """Widths of all."""
        return self.boxes[:, 2] - self.boxes[:, 0]

    @property
    def height(self) -> Array:
        """Heights of all."""
        return self.boxes[:, 3] - self.boxes[:, 1]

    def __len__(self) -> int:
        return len(self.pixels)


def pieces_of(ink: Mask) -> Pieces:
    """The pieces of ink of a mask."""
    _, numbers, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    boxes: Array = stats[:, :4].copy()
    boxes[:, 2:] += boxes[:, :2]
    boxes[0] = 0
    pixels = stats[:, 4].copy()
    pixels[0] = 0
    return Pieces(numbers, boxes, pixels)


def may_be_letters(pieces: Pieces, em: float) -> Array:
    """Which pieces have the size of a letter or of some that touch."""
    wide, high = pieces.width, pieces.height
    fits = (high <= _TALLEST * em) & (wide <= _WIDEST * em) & (np.maximum(wide, high) >= _SHORTEST * em)
    dense = pieces.pixels >= 0.08 * wide * high
    found: Array = fits & dense
    found[0] = False
    return found


def faces_with_letters(pieces: Pieces, owner: Numbers, em: float) -> frozenset[int]:
    """The faces on which at least one piece of a letter's height lies wholly inside."""
    likely = may_be_letters(pieces, em) & (pieces.height >= 0.35 * em) & (pieces.width <= 2.5 * em)
    boxes = pieces.boxes[likely]
    middle_x = (boxes[:, 0] + boxes[:, 2]) // 2
    middle_y = (boxes[:, 1] + boxes[:, 3]) // 2
    return frozenset(np.unique(owner[middle_y, middle_x]).tolist()) - {0}
