"""Pictures made worse, as those in papers are: few pixels, blur, noise, JPEG, photocopies, scans.

What moves the drawing (scaling, a page laid askew) moves its truth with it.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import attrs
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from dlc.simulate.transform import Affine, scaled, turned

Pixels = NDArray[np.float64]


Moved = tuple[Image.Image, Affine]


@attrs.frozen
class Worse:
    """A picture, by what it was moved, and what was done to it."""

    image: Image.Image
    by: Affine
    names: tuple[str, ...]


def degraded(image: Image.Image, rng: random.Random, least: float = 0.5) -> Worse:
    """One to three kinds of damage, in the order in which they happen to pictures.

    `least` is how small the picture may become, in parts of its size: below that nobody could read it.
    """
    chosen = set(rng.sample(range(len(_KINDS)), rng.choice((1, 1, 2, 2, 3))))
    made = Worse(image, Affine(), ())
    for number in sorted(chosen):
        name, damage = _KINDS[number]
        picture, by = damage(made.image, rng, least)
        if picture is not made.image:
            made = Worse(picture, made.by.then(by), (*made.names, name))
    return made


def _few_pixels(image: Image.Image, rng: random.Random, least: float) -> Moved:
    """Fewer pixels; sometimes as many again afterwards, which brings nothing back."""
    factor = rng.uniform(least, max(least, 0.8))
    if factor >= 1:
        return image, Affine()
    small = _resized(image, factor)
    if rng.random() < 0.5:
        return small, scaled(factor)
    return small.resize(image.size, Image.Resampling.BILINEAR), Affine()


def _resized(image: Image.Image, factor: float) -> Image.Image:
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _scan(image: Image.Image, rng: random.Random, _least: float) -> Moved:
    """A page laid askew on grey paper that is not evenly lit."""
    angle = rng.uniform(-1.5, 1.5)
    centre = (image.width / 2, image.height / 2)
    askew = image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=image.getpixel((0, 0)))
    pixels = np.asarray(askew, float)
    across = np.linspace(rng.uniform(0.82, 1.0), rng.uniform(0.82, 1.0), image.width)
    down = np.linspace(rng.uniform(0.9, 1.0), rng.uniform(0.9, 1.0), image.height)
    lit = pixels * across[None, :, None] * down[:, None, None] + rng.uniform(0, 20)
    return _image(lit + _noise(rng, pixels.shape, 3)), turned(angle, centre)


def _copy(image: Image.Image, rng: random.Random, _least: float) -> Moved:
    """A photocopy: every pixel black or white."""
    grey = np.asarray(image.convert("L").filter(ImageFilter.GaussianBlur(0.4)), float)
    between = ((grey > 60) & (grey < 215)).mean()
    if grey.mean() < 100 or between > 0.1:  # what is written on dark or middling colours would drown
        return image, Affine()
    level = rng.uniform(140, 190)
    return _image(np.repeat(np.where(grey > level, 255.0, 0.0)[:, :, None], 3, axis=2)), Affine()


def _blur(image: Image.Image, rng: random.Random, _least: float) -> Moved:
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.6, 1.4))), Affine()


def _grain(image: Image.Image, rng: random.Random, _least: float) -> Moved:
    pixels = np.asarray(image, float)
    return _image(pixels + _noise(rng, pixels.shape, rng.uniform(5, 22))), Affine()


def _specks(image: Image.Image, rng: random.Random, _least: float) -> Moved:
    """Single black and white pixels."""
    pixels = np.array(image, float)
    chance = np.random.default_rng(rng.getrandbits(32)).random(pixels.shape[:2])
    share = rng.uniform(0.001, 0.01)
    pixels[chance < share / 2] = 0
    pixels[chance > 1 - share / 2] = 255
    return _image(pixels), Affine()


def _faint(image: Image.Image, rng: random.Random, _least: float) -> Moved:
    """Less contrast."""
    pixels = np.asarray(image, float)
    return _image(pixels * rng.uniform(0.45, 0.8) + rng.uniform(20, 60)), Affine()


def _jpeg(image: Image.Image, rng: random.Random, _least: float) -> Moved:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=rng.randint(15, 60))
    return Image.open(stream).convert("RGB"), Affine()


Damage = Callable[[Image.Image, random.Random, float], Moved]
_KINDS: tuple[tuple[str, Damage], ...] = (
    ("low-resolution", _few_pixels),
    ("blur", _blur),
    ("copy", _copy),
    ("faint", _faint),
    ("scan", _scan),
    ("noise", _grain),
    ("specks", _specks),
    ("jpeg", _jpeg),
)


def _noise(rng: random.Random, shape: tuple[int, ...], strength: float) -> Pixels:
    return np.random.default_rng(rng.getrandbits(32)).normal(0, strength, shape)


def _image(pixels: Pixels) -> Image.Image:
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8), "RGB")
