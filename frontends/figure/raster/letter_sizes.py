"""How large letters are, and which way they run, from their shapes alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask, Points
from dlc.frontends.figure.raster.measures import measured

#: What may be a letter: heights in pixels.
_LEAST_LETTER, _MOST_LETTER = 4, 120
#: Fewer pieces of a letter's shape than this are letters only where so many, and that part of them, stand
#: together.
_FEW_LETTERS, _A_WORD, _TOGETHER = 8, 4, 0.7
#: Grains are as high as others by this factor, of which less than such a part stand beside one of a like height.
_AS_HIGH, _COMPANY = 1.3, 0.3
#: Letters of a word that touch each other: the word is at most so many times as wide as high, has no hole larger than
#: this (of its height squared), and capitals are such a part of its height.
_LONG_WORD, _WORD_HOLE, _OF_WORD = 14.0, 0.5, 0.88
#: How much longer a word's outlines are than itself, and what it fills of its hull; and where blur has melted its
#: letters, if such words have more letters than there are others by this factor.
_WORD, _MELTED, _MORE = (3.4, 0.25), (2.1, 0.45), 3.0
#: A dot fills so much of its hull, and has so many like it in a row or column, each at most so far (of its height).
_DOT_FILL, _DOTS, _DOT_APART = 0.6, 2, 8.0
#: More dots than this are a texture.
_MOST_DOTS = 1000


@attrs.frozen(eq=False)
class Ink:
    """What is darker (or lighter) than its surroundings, and of its pieces the outlines, their hulls (left, top,
    width, height), how many pixels each has, without those in its holes, how long its outlines are, with those of
    its holes, and how many pixels its largest hole has."""

    mask: Mask
    contours: Sequence[Points]
    hulls: Array
    pixels: Array
    around: Array
    holes: Array


def outlined(mask: Mask) -> Ink:
    """The pieces of a mask."""
    contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return Ink(mask, (), np.zeros((0, 4), int), *(np.zeros(0) for _ in range(3)))
    inner = tree[0, :, 3] >= 0
    seen = measured(contours)
    pixels = seen.areas + np.where(inner, 1 - seen.around / 2, seen.around / 2 + 1)
    np.subtract.at(pixels, tree[0, inner, 3], pixels[inner])
    around, holes = seen.around.astype(float), np.zeros(len(contours))
    np.add.at(around, tree[0, inner, 3], around[inner])
    np.maximum.at(holes, tree[0, inner, 3], pixels[inner])
    outer = np.flatnonzero(~inner)
    own = [contours[i] for i in outer.tolist()]
    return Ink(mask, own, seen.hulls[outer], pixels[outer], around[outer], holes[outer])


def letter_size(inks: Sequence[Ink]) -> float | None:
    """The font size in pixels, from the heights of what looks like letters; None where few do."""
    found = [_not_grains(_letter_sized(ink)) for ink in inks]
    heights = np.concatenate([*map(_across, found), *(_word_heights(ink, *_WORD) for ink in inks)])
    melted = np.concatenate([_word_heights(ink, *_MELTED) for ink in inks])
    if len(melted) > max(_FEW_LETTERS, _MORE * len(heights)):
        heights = melted
    if len(heights) < _FEW_LETTERS and not any(_is_word(hulls) for hulls in found):
        return None
    # Small letters and capitals are two heaps; the larger letters of the usual text say its size.
    middle = float(np.median(heights))
    usual = heights[(heights > 0.6 * middle) & (heights < 1.9 * middle)]
    return 1.3 * float(np.percentile(usual, 80))


def _not_grains(hulls: Array) -> Array:
    """The hulls of letters without those that are as high as many of which hardly any stand beside another: grains,
    and what else lies about."""
    high = hulls[:, 3]
    order = np.argsort(high, kind="stable")
    company = _have_company(hulls)
    beside = np.concatenate([[0], np.cumsum(company[order])])
    first = np.searchsorted(high[order], high / _AS_HIGH, side="left")
    last = np.searchsorted(high[order], high * _AS_HIGH, side="right")
    few = beside[last] - beside[first] < _COMPANY * (last - first)
    grains = few & (last - first >= _FEW_LETTERS)
    return hulls if (company & ~grains).sum() < _FEW_LETTERS else hulls[~grains]


def _have_company(hulls: Array) -> Array:
    """Which pieces have one about as high beside them, or as wide above or below them."""
    found = np.zeros(len(hulls), bool)
    for sides in (hulls, hulls[:, [1, 0, 3, 2]]):
        em = 1.3 * _LEAST_LETTER
        while em < 2 * _MOST_LETTER:
            among = np.flatnonzero((sides[:, 3] >= 0.4 * em) & (sides[:, 3] <= em))
            for one, other in _neighbours(sides[among], em):
                found[among[one]] = found[among[other]] = True
            em *= 1.5
    return found


def _word_heights(ink: Ink, around: float, fill: float) -> Array:
    """How high capitals are, for each letter of the words whose letters touch each other: their outlines are at least
    so many times as long as they, and they fill at least such a part of their hulls."""
    wide, high = ink.hulls[:, 2], ink.hulls[:, 3]
    share = ink.pixels / np.maximum(1, wide * high)
    words = (high >= _LEAST_LETTER) & (high <= _MOST_LETTER) & (wide > 2 * high) & (wide < _LONG_WORD * high)
    words &= (share > fill) & (share < 0.92) & (ink.holes <= _WORD_HOLE * high * high)
    words &= ink.around - 2 * (high - 2) >= around * wide
    found: Array = np.repeat(_OF_WORD * high[words], np.rint(wide[words] / (0.7 * high[words])).astype(int))
    return found


def _across(hulls: Array) -> Array:
    """The sizes of letters across their line: how high they are, or how wide where they stand closer above each
    other than beside each other, as letters of turned text do."""
    if len(hulls) == 0:
        return hulls[:, 3]
    turned = run_upwards(hulls, 1.3 * float(np.median(hulls[:, 2:].max(axis=1))))
    found: Array = np.where(turned, hulls[:, 2], hulls[:, 3])
    return found


def run_upwards(hulls: Array, em: float) -> Array:
    """Which letters (left, top, width, height) stand closer above or below another than beside one."""
    found: Array = _nearest(hulls[:, [1, 0, 3, 2]], em) < _nearest(hulls, em)
    return found


def _nearest(hulls: Array, em: float) -> Array:
    """How far each piece is from the one beside it on its line; endless where there is none."""
    found = np.full(len(hulls), np.inf)
    for one, other in _neighbours(hulls, em):
        apart = np.maximum(0, hulls[other, 0] - hulls[one, 0] - hulls[one, 2])
        np.minimum.at(found, one, apart)
        np.minimum.at(found, other, apart)
    return found


def _neighbours(hulls: Array, em: float) -> Iterator[tuple[Array, Array]]:
    """Pairs of pieces (their numbers) of which the second stands right of the first as the next letter does."""
    if len(hulls) < 2:
        return
    x, middle = hulls[:, 0], hulls[:, 1] + hulls[:, 3] / 2
    for off in (0.0, 0.5):
        index = np.lexsort((x, np.floor(middle / em + off)))
        inorder = hulls[index]
        for step in (1, 2, 3):
            near = stand_together(inorder[:-step], inorder[step:], em)
            yield index[:-step][near], index[step:][near]


def stand_together(one: Array, other: Array, em: float) -> Array:
    """Whether second pieces stand right of first ones as the next letter does."""
    apart = other[:, 0] - (one[:, 0] + one[:, 2])
    shared = np.minimum(one[:, 1] + one[:, 3], other[:, 1] + other[:, 3]) - np.maximum(one[:, 1], other[:, 1])
    level: Array = shared > 0.3 * np.minimum(one[:, 3], other[:, 3])
    near: Array = (apart > -0.3 * em) & (apart < 0.6 * em) & level
    return near


def _is_word(hulls: Array) -> bool:
    """Whether most of a few pieces stand in rows as letters do."""
    if len(hulls) < _A_WORD:
        return False
    one, other = (index.ravel() for index in np.indices((len(hulls), len(hulls))))
    near = stand_together(hulls[one], hulls[other], 1.3 * float(np.median(hulls[:, 3]))) & (one != other)
    beside = np.union1d(one[near], other[near])
    return len(beside) >= max(_A_WORD, _TOGETHER * len(hulls))


def _letter_sized(ink: Ink) -> Array:
    """The hulls of pieces that have the shape of letters."""
    width, height = ink.hulls[:, 2], ink.hulls[:, 3]
    fill = ink.pixels / np.maximum(1, width * height)
    likely = (height >= _LEAST_LETTER) & (height <= _MOST_LETTER) & (width <= 1.6 * height)
    likely &= (width >= 0.25 * height) & (fill > 0.18) & (fill < 0.85)
    found: Array = ink.hulls[likely & ~_in_dots(ink.hulls, likely & (fill > _DOT_FILL))]
    return found


def _in_dots(hulls: Array, among: Array) -> Array:
    """Which pieces, of those `among`, are dots in a row or column, as for neurons that are left out."""
    found = np.zeros(len(hulls), bool)
    index = np.flatnonzero(among & (abs(hulls[:, 2] - hulls[:, 3]) <= np.maximum(1, 0.15 * hulls[:, 3])))
    if _DOTS < len(index) <= _MOST_DOTS:
        x, y, wide, high = (hulls[index, i] for i in range(4))
        alike = (abs(wide[:, None] - wide) <= 1) & (abs(high[:, None] - high) <= 1)
        across, along = abs(x[:, None] - x), abs(y[:, None] - y)
        away, aside = np.maximum(across, along), np.minimum(across, along)
        alike &= (aside <= 1) & (away > 1.5 * high) & (away <= _DOT_APART * high)
        found[index] = alike.sum(axis=1) >= _DOTS
    return found
