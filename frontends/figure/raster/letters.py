"""Letters: small pieces of ink, told from lines by their size and their neighbours."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask, Numbers, Points
from dlc.frontends.figure.raster.masks import places_of
from dlc.frontends.figure.raster.measures import measured

#: Heights and widths of letters, and of letters that touch each other (ems).
_TALLEST, _WIDEST = 1.7, 4.0
_SHORTEST = 0.07
#: Letters of a word that touch each other: how high and, at least, wide the word is (ems), and by how much the outlines
#: of its letters, with those of their holes, are longer than the word. Those of a line go there and back.
_LOW, _HIGH, _WORD, _AROUND = 0.35, 1.45, 1.25, 3.4
#: Blurred letters melt: the word is at least so high (ems), fills such a part of its hull, and its outline is so many
#: times as long, as that of a bar is not.
_HALF, _FULL, _SOLID, _UNEVEN = 0.5, 0.45, 0.92, 2.1
#: OpenCV numbers so many pieces quickly, in 16 bits.
_FEW = 60_000
#: So many pieces are numbered more quickly by painting them.
_PAINTED = 1000


@attrs.frozen(eq=False)
class Pieces:
    """The connected pieces of ink, numbered from 1.

    `boxes` is (count, 4) with left, top, right, bottom (whole pixels, exclusive), `pixels` their ink. Row 0 is the
    piece of number 0, empty. `outlines` are those of pieces and of their holes, `homes` tells the piece of each,
    `holes` which are of holes, and `hulls` (count, 4) left, top, width and height of each; `starts` are the
    pieces' first pixels (x and y), and `around` how long a piece's outlines are, with those of its holes.
    """

    ink: Mask
    outlines: Sequence[Points]
    homes: Array
    holes: Array
    hulls: Array
    starts: Array
    boxes: Array
    pixels: Array
    around: Array

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

    @functools.cached_property
    def _labels(self) -> tuple[Numbers, Array]:
        """Each pixel's label, and that of each piece. A few pieces are painted, since OpenCV looks at all paper
        around them."""
        if len(self) <= _PAINTED:
            made: Numbers = np.zeros(self.ink.shape, np.uint16)
            for number in range(1, len(self)):
                cv2.drawContours(made, self._own(number), -1, number, cv2.FILLED)
            return made, np.arange(len(self))
        found = labelled(self.ink, 8, len(self.outlines))
        return found, found[self.starts[:, 1], self.starts[:, 0]]

    @functools.cached_property
    def _by_home(self) -> tuple[Array, Array]:
        """The outlines in order of their pieces, and where those of each piece begin."""
        order = np.argsort(self.homes, kind="stable")
        return order, np.searchsorted(self.homes[order], np.arange(len(self) + 1))

    def count(self, mask: Mask) -> Array:
        """How many pixels of each piece a mask covers."""
        if len(self) == 1:
            return np.zeros(1, np.int64)
        covered = places_of(cv2.bitwise_and(self.ink, mask))
        labels, own = self._labels
        found: Array = np.bincount(labels.ravel()[covered], minlength=len(self))[own]
        found[0] = 0
        return found

    def mask(self, chosen: Array) -> Mask:
        """A mask of the pieces for which `chosen` is true."""
        made: Mask = np.zeros_like(self.ink)
        own = [self.outlines[i] for i in np.flatnonzero(chosen[self.homes]).tolist()]
        cv2.drawContours(made, own, -1, 255, cv2.FILLED)
        return made

    def window(self, number: int) -> Mask:
        """A mask of the hull of one piece, without what else is in it."""
        x0, y0, x1, y1 = self.boxes[number].tolist()
        made: Mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.drawContours(made, self._own(number), -1, 255, cv2.FILLED, offset=(-x0, -y0))
        return made

    def _own(self, number: int) -> list[Points]:
        """The outlines of a piece, with those of its holes."""
        order, begin = self._by_home
        return [self.outlines[i] for i in order[begin[number] : begin[number + 1]].tolist()]

    def numbers(self, chosen: Iterable[int]) -> Numbers:
        """For each pixel which of the chosen pieces it is of, 0 for none of them."""
        made: Numbers = np.zeros(self.ink.shape, np.int32)
        for number in chosen:
            x0, y0, x1, y1 = self.boxes[number].tolist()
            made[y0:y1, x0:x1][self.window(number) > 0] = number
        return made


_NONE = ((0, int), (0, bool), ((0, 4), int), ((1, 2), int), ((1, 4), int), (1, int), (1, int))


def pieces_of(ink: Mask) -> Pieces:
    """The pieces of ink of a mask."""
    outlines, tree = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return Pieces(ink, (), *(np.zeros(n, t) for n, t in _NONE))
    seen, parents = measured(outlines), tree[0, :, 3]
    outer = np.flatnonzero(parents < 0)
    first = seen.starts[outer]
    outer = outer[np.lexsort((first[:, 0], first[:, 1]))]
    homes = np.zeros(len(outlines), np.int64)
    homes[outer] = np.arange(1, len(outer) + 1)
    homes[parents >= 0] = homes[parents[parents >= 0]]
    # Pick's theorem: an outline goes through the outermost pixels, that of a hole through those around the hole.
    within = np.where(parents < 0, seen.areas + seen.steps / 2 + 1, seen.steps / 2 - seen.areas - 1)
    pixels = np.bincount(homes, within)
    hulls = seen.hulls[outer]
    boxes = np.concatenate(
        [np.zeros((1, 4), np.int64), np.concatenate([hulls[:, :2], hulls[:, :2] + hulls[:, 2:]], 1)]
    )
    starts = np.concatenate([np.zeros((1, 2), np.int64), seen.starts[outer]])
    whole = np.rint(pixels).astype(np.int64)
    around = np.bincount(homes, seen.around)
    return Pieces(ink, outlines, homes, parents >= 0, seen.hulls, starts, boxes, whole, around)


def labelled(mask: Mask, connectivity: int, outlines: int) -> Numbers:
    """Each pixel's connected component, 0 outside of all; `outlines` are as many as there are components, or more.

    Numbers have 16 bits where that is enough, which is quicker.
    """
    wide = cv2.CV_16U if outlines < _FEW and connectivity == 8 else cv2.CV_32S
    return cv2.connectedComponents(mask, connectivity=connectivity, ltype=wide)[1]


def are_words(pieces: Pieces, em: float) -> Array:
    """Which pieces are words whose letters touch, or have melted into each other.

    Words that are read upwards are meant as well.
    """
    wide, high = pieces.width, pieces.height
    long, across = np.maximum(wide, high), np.minimum(wide, high)
    fits = (across >= _LOW * em) & (across <= _HIGH * em) & (long >= _WORD * em)
    touch = pieces.around - 2 * across >= _AROUND * long
    full = (pieces.pixels >= _FULL * wide * high) & (pieces.pixels < _SOLID * wide * high)
    melted = full & (across >= _HALF * em) & (long > 2 * across)
    melted &= pieces.around - 2 * (across - 2) >= _UNEVEN * long
    found: Array = fits & (touch | melted)
    return found


def may_be_letters(pieces: Pieces, em: float) -> Array:
    """Which pieces have the size of a letter or of some that touch."""
    wide, high = pieces.width, pieces.height
    fits = (high <= _TALLEST * em) & (wide <= _WIDEST * em) & (np.maximum(wide, high) >= _SHORTEST * em)
    dense = pieces.pixels >= 0.08 * wide * high
    found: Array = fits & dense
    found[0] = False
    return found
