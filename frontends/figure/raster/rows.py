"""Lines of text: letters that stand beside each other, in one box, on one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Area
from dlc.frontends.figure.geometry import extent
from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.hollow import hollow_rectangles
from dlc.frontends.figure.raster.joining import gathered
from dlc.frontends.figure.raster.letter_sizes import run_upwards
from dlc.frontends.figure.raster.letters import are_words, may_be_letters, pieces_of
from dlc.frontends.figure.raster.low import with_low_pieces
from dlc.frontends.figure.raster.middles import quantile, share_of
from dlc.frontends.figure.raster.spaces import parted, step_of

#: A wider gap (ems) parts two lines of text; letters of turned text stand closer than this.
_GAP, _STACKED_GAP = 0.9, 0.4
#: Where letters stand evenly a gap is wider: a space is as wide as a letter.
_EVEN_GAP = 1.35
#: So many rows that stand upon each other are letters of turned text.
_A_CHAIN = 3
#: Pieces lower than this (ems) are dots, dashes, commas: they belong to the letters beside or below them.
_SMALL = 0.34
#: Turned letters are at most so much larger than an em.
_TURNED_LARGER = 1.8
#: Lines of turned text take up so many sizes at most, or if so many of its letters stand upon each other so many.
_TURNED_ROOM, _SURELY, _MORE_ROOM = 5.0, 0.6, 9.0
#: Boxes with turned text are usually so many times as high as wide, at least so many; its letters make so many times
#: the lines when read to the right.
_HIGH, _RATHER_HIGH, _FEWER = 1.6, 1.15, 0.6


@attrs.frozen
class Row:
    """A line of text: its hull in pixels, how many pieces it has, and its angle (0, or 90 where turned)."""

    area: tuple[int, int, int, int]
    count: int
    angle: float = 0.0

    @property
    def height(self) -> int:
        """Across its direction of reading."""
        x0, y0, x1, y1 = self.area
        return y1 - y0 if self.angle == 0 else x1 - x0


def find_rows(text: Mask, homes: Sequence[Area], em: float) -> list[Row]:
    """The lines of text of a mask; none reaches out of one of `homes` (boxes and their cells)."""
    letters = _letters(text, homes, em)
    if len(letters.boxes) == 0:
        return []
    turned = np.isin(letters.home, list(_upright_homes(letters, homes, em)))
    made = [*_level_rows(letters, ~turned, em), *_turned_rows(letters, turned, em)]
    return [_row(letters.boxes[group], is_turned) for group, is_turned in made]


def _level_rows(letters: _Letters, among: Array, em: float) -> list[tuple[Array, bool]]:
    """Lines of the letters `among` which are level, and those that turn out to be turned though in no home."""
    boxes, home = letters.boxes, letters.home
    part = np.flatnonzero(among & letters.level)
    tall = letters.longest[part] >= _SMALL * em
    groups = [part[g] for g in _joined(boxes[part], home[part], tall, em) if tall[g].any()]
    upright = np.flatnonzero(among & ~letters.level & (home < 0))
    if groups:
        groups = _parted(boxes, with_low_pieces(groups, boxes, home, em), home, em)
    return _turned(groups, [upright[i : i + 1] for i in range(len(upright))], boxes, home, em)


def _turned_rows(letters: _Letters, among: Array, em: float) -> list[tuple[Array, bool]]:
    """Lines of the letters `among`, which are all turned; homes of such are narrow: what is far apart in one is on one
    line."""
    part = np.flatnonzero(among)
    boxes = _transposed(letters.boxes[part])
    size = _size(boxes, em)
    tall = letters.longest[part] >= _SMALL * size
    groups = _gathered(boxes, letters.home[part], tall, size, _EVEN_GAP)
    return [(part[group], True) for group in groups if tall[group].any()]


@attrs.frozen(eq=False)
class _Letters:
    """Pieces that may be letters: their boxes, the home of each, and which have the size of letters in level text.

    Those of turned text that touch are higher.
    """

    boxes: Array
    home: Array
    level: Array

    @property
    def longest(self) -> Array:
        """The longer side of each."""
        found: Array = (self.boxes[:, 2:] - self.boxes[:, :2]).max(axis=1)
        return found

    def lines(self, number: int, area: Area, em: float) -> tuple[int, int]:
        """How many lines the letters in a home make when read to the right, and upwards; none (0, 0) in a home that
        is too wide for turned ones."""
        own = self.home == number
        stood, long = _transposed(self.boxes[own]), self.longest[own]
        size = _size(stood, em)
        if not _has_room(area, self.boxes[own], size):
            return 0, 0
        level = own & self.level
        lines = len(_joined(self.boxes[level], self.home[level], self.longest[level] >= _SMALL * em, em))
        lines += 2 * int(np.count_nonzero(own & ~self.level))  # two letters touch, at least
        return lines, len(_joined(stood, self.home[own], long >= _SMALL * size, size))


def _letters(text: Mask, homes: Sequence[Area], em: float) -> _Letters:
    pieces = pieces_of(text)
    wide = pieces.width > pieces.height
    words = are_words(pieces, em)
    level = may_be_letters(pieces, em) | (words & wide)
    likely = (level | words) & ~hollow_rectangles(pieces)
    boxes = pieces.boxes[likely]
    return _Letters(boxes, _homes(boxes, homes), level[likely])


def _upright_homes(letters: _Letters, homes: Sequence[Area], em: float) -> set[int]:
    """High and narrow boxes in which letters make fewer lines when read upwards, and those that are not so narrow if
    their letters surely stand upon each other; beside such also any in which letters do."""
    counts = np.bincount(letters.home + 1, minlength=len(homes) + 1)[1:]
    narrow = [_slender(area) for area in homes]
    high = [i for i, slender in enumerate(narrow) if counts[i] > 2 and slender >= _RATHER_HIGH]
    lines = {number: letters.lines(number, homes[number], em) for number in high}
    found = {
        number
        for number, (level, upwards) in lines.items()
        if upwards < _FEWER * level
        and (narrow[number] >= _HIGH or _stand_upon(letters.boxes[letters.home == number], em))
    }
    if not found:
        return found
    for number in np.flatnonzero(counts > 1).tolist():
        level, upwards = lines.get(number) or letters.lines(number, homes[number], em)
        fewer = narrow[number] >= _RATHER_HIGH and upwards < _FEWER * level
        if fewer or (upwards == 1 and level == counts[number]):
            found.add(number)
    return found


def _slender(area: Area) -> float:
    """How many times as high as wide an area is."""
    return (area[3] - area[1]) / max(1.0, area[2] - area[0])


def _stand_upon(boxes: Array, em: float) -> bool:
    """Whether most letters stand closer above or below another than beside one."""
    hulls = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    return share_of(run_upwards(hulls, em)) >= _SURELY


def _has_room(home: Area, boxes: Array, size: float) -> bool:
    """Whether a home is no wider than one with these letters in it is, if they are turned."""
    wide = home[2] - home[0]
    if not _TURNED_ROOM * size < wide <= _MORE_ROOM * size:
        return wide <= _TURNED_ROOM * size
    return _stand_upon(boxes, size)


def _size(boxes: Array, em: float) -> float:
    """The size of turned text, which may be the larger one: a picture's em comes from the heights of letters as
    they stand, and those of turned ones are their widths."""
    high = boxes[:, 3] - boxes[:, 1]
    high = high[high >= _SMALL * em]
    return max(em, min(_TURNED_LARGER * em, 1.3 * quantile(high, 0.8))) if len(high) else em


def _transposed(boxes: Array) -> Array:
    """Boxes mirrored at the diagonal: what stands above each other stands beside each other."""
    return boxes[:, [1, 0, 3, 2]]


def _homes(boxes: Array, homes: Sequence[Area]) -> Array:
    """The number of the innermost home of each piece; -1 outside of all."""
    found = np.full(len(boxes), -1)
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    order = sorted(range(len(homes)), key=lambda i: -extent(homes[i]))
    for number in order:
        x0, y0, x1, y1 = homes[number]
        found[(x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)] = number
    return found


def _joined(boxes: Array, home: Array, tall: Array, em: float) -> list[Array]:
    """Pieces gathered by who stands beside whom."""
    groups = _gathered(boxes, home, tall, em, _GAP)
    even = step_of(boxes, groups) is not None
    return _gathered(boxes, home, tall, em, _EVEN_GAP) if even else groups


def _parted(boxes: Array, groups: Sequence[Array], home: Array, em: float) -> list[Array]:
    """Lines of text, of which those outside of homes end where a gap is wider than a space."""
    step = step_of(boxes, groups)
    parts = ([group] if home[group[0]] >= 0 else parted(boxes, group, em, step) for group in groups)
    return [part for group in parts for part in group]


def _gathered(boxes: Array, home: Array, tall: Array, em: float, gap: float) -> list[Array]:
    """Pieces gathered by who stands beside whom, at most so far apart (ems)."""
    one, other = _beside(boxes, em, gap)
    fits = (home[one] == home[other]) & _level(boxes[one], boxes[other], tall[one], tall[other], em)
    return gathered(len(boxes), one[fits], other[fits])


def _beside(boxes: Array, em: float, gap: float) -> tuple[Array, Array]:
    """Pairs of pieces of which the second begins no further left, and at most a gap (ems) right of the first."""
    order = np.argsort(boxes[:, 0], kind="stable")
    left = boxes[order, 0]
    stops = np.searchsorted(left, boxes[order, 2] + gap * em, side="right")
    counts = np.maximum(0, stops - np.arange(len(order)) - 1)
    first = np.repeat(np.arange(len(order)), counts)
    step = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
    one, other = order[first], order[first + 1 + step]
    near = (boxes[other, 1] <= boxes[one, 3] + em) & (boxes[other, 3] >= boxes[one, 1] - em)
    return one[near], other[near]


def _level(one: Array, other: Array, one_tall: Array, other_tall: Array, em: float) -> Array:
    """Whether pieces stand on one line: tall ones overlap, small ones stand within the line of a tall one."""
    shared = np.minimum(one[:, 3], other[:, 3]) - np.maximum(one[:, 1], other[:, 1])
    least = np.minimum(one[:, 3] - one[:, 1], other[:, 3] - other[:, 1])
    mixed = one_tall != other_tall
    high, low = np.where(one_tall[:, None], one, other), np.where(one_tall[:, None], other, one)
    middle = (low[:, 1] + low[:, 3]) / 2
    within = (middle >= high[:, 1] - 0.3 * em) & (middle <= high[:, 3] + 0.22 * em)
    within &= mixed & (other[:, 0] - one[:, 2] < 0.45 * em)
    found: Array = (shared > 0.5 * least) | within
    return found


def _turned(
    rows: Sequence[Array], words: Sequence[Array], boxes: Array, home: Array, em: float
) -> list[tuple[Array, bool]]:
    """Rows of a letter or two that stand closely above each other, as one row of turned text, with the upright words
    (pieces of letters that touch) there are above or below."""
    every = [*rows, *words]
    hulls = np.array([_hull(boxes[group]) for group in every]).reshape(-1, 4)
    own = np.array([home[group[0]] for group in every])
    narrow = [i for i in range(len(rows)) if hulls[i, 2] - hulls[i, 0] <= 1.35 * em]
    narrow.sort(key=lambda i: (own[i], hulls[i, 1]))
    chains: list[list[int]] = []
    for i in narrow:
        chain = next(
            (c for c in chains if own[c[0]] == own[i] and _stands_on(hulls[c[-1]], hulls[i], em)), None
        )
        if chain is None:
            chains.append([i])
        else:
            chain.append(i)
    stacked = _led_on(chains, range(len(rows), len(every)), hulls, own, em)
    gone = {i for chain in stacked for i in chain}
    made = [(group, False) for i, group in enumerate(rows) if i not in gone]
    return made + [(np.concatenate([every[i] for i in chain]), True) for chain in stacked]


def _led_on(
    chains: Sequence[list[int]], words: Iterable[int], hulls: Array, own: Array, em: float
) -> list[list[int]]:
    """Chains of turned letters, if there are any, and upright words, with what stands a space above or below."""
    if not any(len(chain) >= _A_CHAIN for chain in chains):
        return []
    surely = [(chain, len(chain) >= _A_CHAIN) for chain in chains] + [([word], True) for word in words]
    lines: list[tuple[list[int], Array, bool]] = []
    for chain, is_text in sorted(surely, key=lambda one: int(hulls[one[0][0], 1])):
        hull = _hull(hulls[chain])
        near = [n for n, (line, *_) in enumerate(lines) if own[line[0]] == own[chain[0]]]
        above = next((n for n in near if _stands_on(lines[n][1], hull, em, _GAP)), None)
        if above is None:
            lines.append((chain, hull, is_text))
        else:
            line, its_hull, its_text = lines[above]
            lines[above] = [*line, *chain], _hull(np.array([its_hull, hull])), its_text or is_text
    return [line for line, _, is_text in lines if is_text]


def _stands_on(upper: Array, lower: Array, em: float, gap: float = _STACKED_GAP) -> bool:
    """Whether a piece is close below another."""
    shared = min(upper[2], lower[2]) - max(upper[0], lower[0])
    least = min(upper[2] - upper[0], lower[2] - lower[0])
    return bool(-0.5 * em < lower[1] - upper[3] < gap * em and shared > 0.3 * least)


def _hull(boxes: Array) -> Array:
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def _row(boxes: Array, turned: bool) -> Row:
    x0, y0, x1, y1 = (int(v) for v in _hull(boxes))
    return Row((x0, y0, x1, y1), len(boxes), 90.0 if turned else 0.0)


def crop(contrast: Mask, text: Mask, row: Row) -> Array:
    """A line of text, dark on white, turned so that it reads to the right, with a small rim."""
    rim = max(2, round(0.14 * row.height))
    x0, y0, x1, y1 = row.area
    height, width = contrast.shape
    window = slice(max(0, y0 - rim), min(height, y1 + rim)), slice(max(0, x0 - rim), min(width, x1 + rim))
    own = cv2.dilate(text[window], np.ones((5, 5), np.uint8))
    part = cv2.bitwise_and(contrast[window], own)
    strongest = max(1, int(quantile(part[own > 0], 0.97))) if own.any() else 1
    made: Array = 255 - cv2.convertScaleAbs(part, alpha=255 / strongest)
    return np.rot90(made, -1).copy() if row.angle else made
