"""Pieces of ink by their outlines, against OpenCV's own numbering and measuring."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dlc.frontends.figure.raster import letters
from dlc.frontends.figure.raster.arrays import Mask
from dlc.frontends.figure.raster.letters import Pieces, pieces_of
from dlc.frontends.figure.raster.measures import measured
from dlc.frontends.figure.raster.middles import median, quantile
from dlc.frontends.figure.raster.packing import packed
from dlc.frontends.figure.raster.skeleton import graph_of

SHARES = (0.05, 0.3, 0.5, 0.7, 0.95)


def spots(share: float) -> Mask:
    """Random ink: pieces in holes of pieces, spurs in holes, pixels that touch at corners."""
    ink = (np.random.default_rng(7).random((90, 120)) < share).astype(np.uint8) * np.uint8(255)
    ink[[0, -1]] = ink[:, [0, -1]] = 0
    return ink


def places(mask: Mask) -> set[tuple[int, int]]:
    rows, columns = np.nonzero(mask)
    return set(zip(columns.tolist(), rows.tolist(), strict=True))


@pytest.mark.parametrize("share", SHARES)
def test_pieces_are_the_connected_components(share: float) -> None:
    ink = spots(share)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    true = {
        (*box[:2], box[0] + box[2], box[1] + box[3], pixels)
        for *box, pixels in stats[1:].tolist()  # a piece each
    }
    pieces = pieces_of(ink)
    seen = {(*box, n) for box, n in zip(pieces.boxes[1:].tolist(), pieces.pixels[1:].tolist(), strict=True)}
    assert len(pieces) == count
    assert seen == true
    each = [pieces.mask(np.arange(len(pieces)) == number) for number in range(1, len(pieces))]
    assert {frozenset(places(one)) for one in each} == {
        frozenset(places(labels == number)) for number in range(1, count)
    }


@pytest.mark.parametrize("painted", [0, 10_000])
@pytest.mark.parametrize("share", SHARES)
def test_windows_numbers_and_counts_agree(
    share: float, painted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "_PAINTED", painted)
    pieces = pieces_of(spots(share))
    numbers = pieces.numbers(range(1, len(pieces)))
    cover = np.zeros_like(pieces.ink)
    cover[20:60, 30:90] = 255
    assert np.array_equal(numbers > 0, pieces.ink > 0)
    inside = np.bincount(numbers[20:60, 30:90].ravel(), minlength=len(pieces))
    assert pieces.count(cover)[1:].tolist() == inside[1:].tolist()
    for number in range(1, len(pieces)):
        x0, y0, x1, y1 = pieces.boxes[number]
        assert np.array_equal(pieces.window(number) > 0, numbers[y0:y1, x0:x1] == number)


def test_paper_without_ink_has_no_pieces() -> None:
    pieces: Pieces = pieces_of(np.zeros((20, 30), np.uint8))
    assert len(pieces) == 1
    assert pieces.count(np.full((20, 30), 255, np.uint8)).tolist() == [0]
    assert graph_of(pieces).places == {}


def test_outlines_are_measured_as_by_opencv() -> None:
    outlines = cv2.findContours(spots(0.6), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)[0]
    seen = measured(outlines)
    assert seen.hulls.tolist() == [list(cv2.boundingRect(one)) for one in outlines]
    assert seen.areas.tolist() == [cv2.contourArea(one) for one in outlines]
    assert seen.around == pytest.approx([cv2.arcLength(one, True) for one in outlines])


@pytest.mark.parametrize("share", SHARES)
def test_packed_pieces_are_found_where_they_were(share: float) -> None:
    pieces = pieces_of(spots(share))
    together = packed(pieces)
    points = together.points(np.flatnonzero(together.mask))
    assert sorted(map(tuple, points.tolist())) == sorted(places(pieces.ink))
    assert len(pieces_of(together.mask)) == len(pieces)


@pytest.mark.parametrize("count", [1, 2, 3, 10, 101])
def test_middles_are_numpys(count: int) -> None:
    values = np.random.default_rng(count).integers(0, 256, count).astype(np.uint8)
    assert median(values) == float(np.median(values))
    for share in (0.0, 0.3, 0.8, 0.97, 1.0):
        assert quantile(values, share) == pytest.approx(float(np.percentile(values, 100 * share)))
