"""Letters: small pieces of ink, told from lines by their size and their neighbours."""

from __future__ import annotations

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask, Numbers

#: Heights and widths of letters, and of letters that touch each other (ems).
_TALLEST, _WIDEST = 1.7, 4.0
_SHORTEST = 0.07
#: OpenCV numbers so many pieces quickly, in 16 bits.
_FEW = 60_000


@attrs.frozen(eq=False)
class Pieces:
    """The connected pieces of ink.

    `numbers` tells each pixel's (from 1). Ink is sparse, so it is also listed: `places` are its pixels as
    indices into the flat picture, and `owners` the piece of each. `boxes` is (count, 4) with left, top, right,
    bottom (whole pixels, exclusive), `pixels` their ink. Row 0 is the piece of number 0, empty.
    """

    numbers: Numbers
    places: Array
    owners: Array
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

    def count(self, mask: Mask) -> Array:
        """How many pixels of each piece a mask covers."""
        covered = mask.ravel()[self.places] > 0
        return np.bincount(self.owners[covered], minlength=len(self))

    def mask(self, chosen: Array) -> Mask:
        """A mask of the pieces for which `chosen` is true."""
        made = np.zeros(self.numbers.size, np.uint8)
        made[self.places[chosen[self.owners]]] = 255
        return made.reshape(self.numbers.shape)


def pieces_of(ink: Mask) -> Pieces:
    """The pieces of ink of a mask."""
    numbers = numbered(ink, 8)
    places = np.flatnonzero(ink.ravel() != 0)
    owners = numbers.ravel()[places]
    pixels = np.bincount(owners, minlength=1)
    return Pieces(numbers, places, owners, _boxes(places, owners, pixels, ink.shape[1]), pixels)


def numbered(mask: Mask, connectivity: int) -> Numbers:
    """Each pixel's connected component, 0 outside of all; 16 bits where that is enough, which is quicker."""
    contours = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]
    wide = cv2.CV_16U if len(contours) < _FEW and connectivity == 8 else cv2.CV_32S
    return cv2.connectedComponents(mask, connectivity=connectivity, ltype=wide)[1]


def _boxes(places: Array, owners: Array, pixels: Array, width: int) -> Array:
    """The hulls of pieces, from their pixels in the order of rows."""
    boxes = np.zeros((len(pixels), 4), np.int64)
    if len(places) == 0:
        return boxes
    order = np.argsort(owners, kind="stable")
    y, x = np.divmod(places[order], width)
    starts = np.concatenate([[0], np.cumsum(pixels)[:-1]])[1:]
    boxes[1:, 0] = np.minimum.reduceat(x, starts)
    boxes[1:, 1] = y[starts]
    boxes[1:, 2] = np.maximum.reduceat(x, starts) + 1
    boxes[1:, 3] = y[np.concatenate([starts[1:], [len(y)]]) - 1] + 1
    return boxes


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
