"""Pieces of lines moved together: between arrows there is mostly paper, which costs as much time as they do."""

from __future__ import annotations

import attrs
import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask, Points
from dlc.frontends.figure.raster.letters import Pieces


@attrs.frozen(eq=False)
class Packed:
    """Pieces in windows of their own, with a rim of a pixel: `mask` shows all, `homes` tells the window of each
    of its pixels, and `moves` (count, 2) by how much x and y of a window's pixels were made less."""

    mask: Mask
    homes: Array
    moves: Array

    def points(self, flat: Array) -> Points:
        """Where pixels (indices into the flat mask) are in the picture that was packed."""
        down, across = np.divmod(flat, self.mask.shape[1])
        return np.stack([across, down], axis=1) + self.moves[self.homes.ravel()[flat]]

    def chain(self, flat: Array) -> Points:
        """The same of pixels that all are of one window."""
        down, across = np.divmod(flat, self.mask.shape[1])
        x, y = self.moves[self.homes[down[0], across[0]]].tolist()
        return np.stack([across + x, down + y], axis=1)


def packed(pieces: Pieces) -> Packed:
    """Put pieces on shelves, the highest first."""
    high, wide = pieces.height + 2, pieces.width + 2
    room = max(int(wide.max()), int(1.2 * float((wide * high).sum()) ** 0.5))
    corners, x, y, shelf = {}, 0, 0, 0
    for number in (np.argsort(-high[1:], kind="stable") + 1).tolist():
        if x + wide[number] > room:
            x, y, shelf = 0, y + shelf, 0
        corners[number] = x, y
        x, shelf = x + int(wide[number]), max(shelf, int(high[number]))
    mask = np.zeros((max(3, y + shelf), max(3, room)), np.uint8)
    homes, moves = np.zeros(mask.shape, np.int32), np.zeros((len(pieces), 2), np.int64)
    for number, (left, top) in corners.items():
        window = slice(top + 1, top + int(high[number]) - 1), slice(left + 1, left + int(wide[number]) - 1)
        mask[window], homes[window] = pieces.window(number), number
        moves[number] = pieces.boxes[number, :2] - (left + 1, top + 1)
    return Packed(mask, homes, moves)
