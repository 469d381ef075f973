"""Grain, specks and JPEG's ringing go, what is drawn stays, and clean pictures are left alone."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image
from support.canvases import LEFT, RIGHT, Board, graph, seen, two_boxes

from dlc.frontends.figure.raster.arrays import Pixels
from dlc.frontends.figure.raster.canvas import canvas
from dlc.frontends.figure.raster.picture import from_pixels
from dlc.frontends.figure.raster.restore import (
    grain,
    has_blocks,
    has_specks,
    is_soft,
    patches_of,
    restored,
    sharpened,
    stretched,
    without_cuts,
    without_specks,
)
from dlc.frontends.figure.raster.tilt import upright


def noisy(pixels: Pixels, deviation: float) -> Pixels:
    noise = np.random.default_rng(5).normal(0, deviation, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


def specked(pixels: Pixels, share: float) -> Pixels:
    made, chance = pixels.copy(), np.random.default_rng(6).random(pixels.shape[:2])
    made[chance < share / 2] = 0
    made[chance > 1 - share / 2] = 255
    return made


def as_jpeg(pixels: Pixels, quality: int) -> Pixels:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream).convert("RGB"))


def is_read(pixels: Pixels) -> bool:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    drawing = seen(stream.getvalue())
    return len(drawing.boxes) == 2 and graph(drawing, [LEFT, RIGHT]) == {(0, 1)}


def test_clean_pictures_stay_as_they_are() -> None:
    pixels = two_boxes().pixels
    made = restored(pixels)
    assert made.noise == made.grain == 0
    assert np.array_equal(made.pixels, pixels)


@pytest.mark.parametrize("paper", [128, 250, 255])
@pytest.mark.parametrize("deviation", [6.0, 20.0])
def test_grain_is_measured_where_it_is_cut_off_as_well(paper: int, deviation: float) -> None:
    pixels = np.full((300, 400, 3), paper, np.uint8)
    cv2.rectangle(pixels, (50, 50), (300, 200), (150, 160, 170), cv2.FILLED)
    assert grain(patches_of(noisy(pixels, deviation))) == pytest.approx(deviation, rel=0.3)


def test_lines_all_over_a_picture_are_no_grain() -> None:
    pixels = np.full((200, 300, 3), 255, np.uint8)
    for x in range(0, 300, 30):
        cv2.line(pixels, (x, 0), (290 - x, 199), (40, 40, 40), 2, cv2.LINE_AA)
    assert grain(patches_of(cv2.GaussianBlur(pixels, (0, 0), 2.0))) < 1.0
    assert grain(patches_of(noisy(pixels, 10.0))) == pytest.approx(10.0, rel=0.4)


@pytest.mark.parametrize("deviation", [5.0, 12.0, 22.0])
def test_noisy_pictures_are_read(deviation: float) -> None:
    pixels = noisy(two_boxes().pixels, deviation)
    assert restored(pixels).noise < 0.35 * deviation
    assert is_read(pixels)


@pytest.mark.parametrize("share", [0.002, 0.01])
def test_specks_go(share: float) -> None:
    pixels = two_boxes().pixels
    left = without_specks(specked(pixels, share))
    assert (left != pixels).any(axis=2).mean() < 0.15 * share
    assert is_read(specked(pixels, share))


def test_specks_go_before_a_page_is_turned() -> None:
    pixels = two_boxes().pixels
    height, width = pixels.shape[:2]
    way = cv2.getRotationMatrix2D((width / 2, height / 2), 1.2, 1.0)
    askew = cv2.warpAffine(pixels, way, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    assert is_read(specked(askew, 0.01))


def test_specks_that_cut_thin_lines_are_drawn_over() -> None:
    pixels = np.full((40, 60), 255, np.uint8)
    pixels[20, 5:55] = pixels[5:35, 10] = 80
    whole = pixels.copy()
    pixels[20, 30] = pixels[27, 10] = 255
    assert np.array_equal(without_cuts(pixels), whole)
    assert np.array_equal(without_cuts(whole), whole)


def test_few_specks_stay_as_dots() -> None:
    pixels = two_boxes().pixels.copy()
    pixels[20, 30:300:90] = 0
    assert not has_specks(patches_of(pixels))


@pytest.mark.parametrize("quality", [15, 30, 60])
def test_jpeg_is_told_by_its_blocks_and_read(quality: int) -> None:
    pixels = two_boxes().pixels
    assert not has_blocks(pixels)
    assert has_blocks(as_jpeg(pixels, quality))
    assert is_read(as_jpeg(pixels, quality))


def test_ringing_is_known_of_a_page_that_is_turned() -> None:
    pixels = two_boxes().pixels
    height, width = pixels.shape[:2]
    way = cv2.getRotationMatrix2D((width / 2, height / 2), 1.2, 1.0)
    askew = as_jpeg(cv2.warpAffine(pixels, way, (width, height), borderValue=(255, 255, 255)), 30)
    found = restored(askew)
    assert found.ringing
    turned = upright(from_pixels(askew), -1.2).picture.pixels
    assert not has_blocks(turned)
    weak = []
    for ringing in (0.0, found.ringing):
        rough = np.abs(cv2.Laplacian(restored(turned, ringing=ringing).pixels, cv2.CV_64F))
        weak.append(np.count_nonzero((rough > 4) & (rough < 30)))
    assert weak[1] < 0.7 * weak[0]


@pytest.mark.parametrize("sigma", [1.0, 1.4])
def test_blurred_pictures_are_sharpened_and_read(sigma: float) -> None:
    pixels = two_boxes().pixels
    blurred = cv2.GaussianBlur(pixels, (0, 0), sigma)
    assert not is_soft(patches_of(pixels))
    assert is_soft(patches_of(blurred))
    assert not is_soft(patches_of(noisy(pixels, 12.0)))
    sharp = sharpened(blurred).astype(int)
    assert np.abs(sharp - pixels).sum() < 0.9 * np.abs(blurred.astype(int) - pixels).sum()
    assert is_read(blurred)


def test_faint_pictures_are_given_their_contrast_and_read() -> None:
    pixels = two_boxes().pixels
    faint = (pixels * 0.45 + 30).astype(np.uint8)
    assert stretched(pixels) is pixels
    assert np.abs(stretched(faint).astype(int) - pixels).max() <= 3
    assert is_read(faint)
    blank = np.full((60, 80, 3), 200, np.uint8)
    assert stretched(blank) is blank


def words(scale: float, text: str = "convolution") -> Pixels:
    """Three lines of words over a level line of one pixel, in row 130."""
    board = Board(300, 160)
    for y in (40, 70, 100):
        cv2.putText(board.pixels, text, (20, y), cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), 1)
    board.pixels[130] = 0
    return board.pixels


def faint(pixels: Pixels) -> Pixels:
    return (pixels * 0.45 + 30).astype(np.uint8)


def test_faint_small_pictures_are_enlarged_with_strokes_as_dark_as_before() -> None:
    drawn = canvas(from_pixels(faint(words(0.35))))
    assert drawn.scale == 2.0
    assert drawn.grey[255:265, 100].min() < 50


def test_damaged_pictures_are_enlarged_sooner_than_clean_ones() -> None:
    pixels = words(0.55, "CONV 3 RELU")
    assert canvas(from_pixels(pixels)).scale == 1.0
    assert canvas(from_pixels(faint(pixels))).scale == 2.0
