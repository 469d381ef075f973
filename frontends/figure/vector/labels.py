"""Lines of text in a figure, from a page's characters."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Label
from dlc.frontends.figure.geometry import extent, inside
from dlc.frontends.pdf.page import Char, Rule
from dlc.frontends.pdf.words import Piece, Word, pieces, words

#: A wider gap (ems) parts two labels in any case.
_GAP = 0.9
#: So does one as wide as this (ems) that is also so much wider than a figure's usual space between words.
_WIDE, _WIDER = 0.38, 1.45
#: The widest usual space (ems) of a font whose letters differ in width.
_USUAL = 0.37


def labels(
    chars: Sequence[Char], area: Area, boxes: Sequence[Area] = (), rules: Sequence[Rule] = ()
) -> list[Label]:
    """The labels inside an area. No label reaches from inside one of `boxes` to outside it."""
    turns: dict[float, list[Char]] = {}
    for char in chars:
        if inside(area, ((char.x0 + char.x1) / 2, (char.y0 + char.y1) / 2)):
            turns.setdefault(char.angle, []).append(char)
    found: list[Label] = []
    for angle, group in turns.items():
        own = rules if angle == 0 else ()
        turned = [_turned(char, angle) for char in group] if angle else group
        found_pieces = pieces(words(turned, own), _GAP)
        widest = _widest_space(found_pieces, turned)
        for piece in (part for whole in found_pieces for part in _parted(whole, widest)):
            runs = [[word] for word in piece.words] if _is_row(piece) else _split(piece, angle, boxes)
            found += [_label(run, angle) for run in runs]
    return [label for label in found if label.text.strip()]


def _widest_space(found: Sequence[Piece], chars: Sequence[Char]) -> float:
    """The widest gap (ems) between two words of one label."""
    gaps = sorted(
        (b.x0 - a.x1) / piece.size
        for piece in found
        for a, b in itertools.pairwise(piece.words)
        if piece.size
    )
    usual = gaps[len(gaps) // 4] if gaps else 0.0
    if usual > _USUAL and not _is_monospaced(chars):
        return _WIDE  # all gaps are between labels
    return max(_WIDE, _WIDER * usual)


def _is_monospaced(chars: Sequence[Char]) -> bool:
    """Whether all letters are equally wide."""
    widths = {
        c.text: (c.x1 - c.x0) / c.size for c in chars if len(c.text) == 1 and c.text.isalpha() and c.size
    }
    return len(widths) >= 4 and max(widths.values()) - min(widths.values()) < 0.05


def _parted(piece: Piece, widest: float) -> Iterable[Piece]:
    """A piece cut at its wide gaps."""
    run: list[Word] = []
    for word in piece.words:
        if run and word.x0 - run[-1].x1 > widest * piece.size:
            yield Piece(tuple(run))
            run = []
        run.append(word)
    yield Piece(tuple(run))


def _is_row(piece: Piece) -> bool:
    """Whether a piece is numbers in a row, which stand for different things."""
    return len(piece.words) > 1 and all(re.fullmatch(r"\d+", word.text) for word in piece.words)


def _turned(char: Char, angle: float) -> Char:
    """A character as it lies when the page is turned so that its text runs to the right."""
    x, y = _rotate((char.x0 + char.x1) / 2, (char.y0 + char.y1) / 2, -angle)
    wide, high = char.x1 - char.x0, char.y1 - char.y0
    if angle in (90.0, 270.0):
        wide, high = high, wide
    elif angle != 180.0:
        wide, high = 0.5 * char.size, char.size
    box = x - wide / 2, y - high / 2, x + wide / 2, y + high / 2
    baseline = box[3] - 0.2 * high
    return attrs.evolve(char, x0=box[0], y0=box[1], x1=box[2], y1=box[3], baseline=baseline, angle=0.0)


def _rotate(x: float, y: float, angle: float) -> tuple[float, float]:
    """A point turned about the origin, counter-clockwise as seen with y down."""
    turn = math.radians(angle)
    cos, sin = math.cos(turn), math.sin(turn)
    return x * cos + y * sin, -x * sin + y * cos


def _unturned(box: Area, angle: float) -> Area:
    """The hull of a turned text's box, back on the page."""
    if not angle:
        return box
    corners = [_rotate(x, y, angle) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _split(piece: Piece, angle: float, boxes: Sequence[Area]) -> Iterable[Sequence[Word]]:
    """A piece cut where its words lie in different boxes."""
    run: list[Word] = []
    last: int | None = None
    for word in piece.words:
        home = _home(_unturned(word.box, angle), boxes)
        if run and home != last:
            yield run
            run = []
        run.append(word)
        last = home
    yield run


def _home(area: Area, boxes: Sequence[Area]) -> int:
    """The number of the smallest box around a word's middle; -1 where there is none."""
    middle = (area[0] + area[2]) / 2, (area[1] + area[3]) / 2
    around = [index for index, box in enumerate(boxes) if inside(box, middle)]
    return min(around, key=lambda index: extent(boxes[index]), default=-1)


def _label(run: Sequence[Word], angle: float) -> Label:
    piece = Piece(tuple(run))
    area = _unturned(piece.box, angle)
    bold = all(word.bold for word in run)
    return Label(piece.text, area, piece.size, angle, bold)
