"""Layers that change sizes without weights: repeating, padding, cutting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlc.diagnostics import codes
from dlc.ir import RuleBroken
from dlc.layers.base import Layer, attribute, layer
from dlc.layers.domains import Choice, Sizes
from dlc.types import AXES, HOLE, Dim, Type, product, total


class _Upsample(Layer):
    """Shape of an enlargement of any rank."""

    __slots__ = ()

    def infer(self: Any, inputs: Sequence[Type]) -> Type:
        (source,) = inputs
        factors = self.size if isinstance(self.size, tuple) else (HOLE,) * len(source.spatial)
        sizes = [product(size, f) for size, f in zip(source.spatial, factors, strict=True)]
        return Type(source.kind, (*sizes, source.channels))


@layer("upsample1d")
class Upsample1d(_Upsample):
    """A sequence made `size` times as long.

    nearest repeats every step; linear interpolates between the middles of steps, and repeats the
    outermost ones beyond them.

        longer = upsample1d(x, size=2)

    Source: image processing; in a network: Stoller et al. 2018 (Wave-U-Net).
    """

    size: Any = attribute(Sizes(1), "factor")
    mode: Any = attribute(Choice(("nearest", "linear")), "how steps are made", "nearest")


@layer("upsample2d")
class Upsample2d(_Upsample):
    """An image map made `size` times as high and wide.

    nearest repeats every pixel; bilinear interpolates between the middles of pixels (not of corners),
    and repeats the outermost ones beyond them.

        up = upsample2d(x, size=2, mode=bilinear)

    Source: image processing; in a network: Odena et al. 2016.
    """

    size: Any = attribute(Sizes(2), "factors of height and width")
    mode: Any = attribute(Choice(("nearest", "bilinear")), "how pixels are made", "nearest")


@layer("upsample3d")
class Upsample3d(_Upsample):
    """A volume made `size` times as deep, high and wide.

    nearest repeats every voxel; trilinear interpolates between the middles of voxels, and repeats the
    outermost ones beyond them.

        up = upsample3d(x, size=2)

    Source: image processing; in a network: Kayalibay et al. 2017.
    """

    size: Any = attribute(Sizes(3), "factors of depth, height and width")
    mode: Any = attribute(Choice(("nearest", "trilinear")), "how voxels are made", "nearest")


class _ZeroPad(Layer):
    """Shape of a padding of any rank."""

    __slots__ = ()

    def infer(self: Any, inputs: Sequence[Type]) -> Type:
        (source,) = inputs
        sides = pairs(self.padding, len(source.spatial))
        sizes = [total(size, *pair) for size, pair in zip(source.spatial, sides, strict=True)]
        return Type(source.kind, (*sizes, source.channels))


def pairs(sides: Any, rank: int) -> list[tuple[Dim, Dim]]:
    """(top, bottom, left, right) as [(top, bottom), (left, right)]; holes for a hole."""
    given = sides if isinstance(sides, tuple) else (HOLE,) * (2 * rank)
    return [(given[2 * i], given[2 * i + 1]) for i in range(rank)]


@layer("zeropad1d")
class ZeroPad1d(_ZeroPad):
    """Zeros before and after a sequence: a number for both, or (before, after).

        padded = zeropad1d(x, padding=(2, 0))

    Source: van den Oord et al. 2016 (causal convolution).
    """

    padding: Any = attribute(Sizes(2, 0), "steps added before and after")


@layer("zeropad2d")
class ZeroPad2d(_ZeroPad):
    """Zeros around an image map: a number for all sides, or (top, bottom, left, right).

        padded = zeropad2d(image, padding=3)

    Source: LeCun et al. 1998.
    """

    padding: Any = attribute(Sizes(4, 0), "rows and columns added: (top, bottom, left, right)")


@layer("zeropad3d")
class ZeroPad3d(_ZeroPad):
    """Zeros around a volume: a number for all sides, or (front, back, top, bottom, left, right).

        padded = zeropad3d(scan, padding=1)

    Source: LeCun et al. 1998.
    """

    padding: Any = attribute(Sizes(6, 0), "what is added: (front, back, top, bottom, left, right)")


class _Crop(Layer):
    """Shape of a cut of any rank."""

    __slots__ = ()

    def infer(self: Any, inputs: Sequence[Type]) -> Type:
        (source,) = inputs
        sides = pairs(self.cropping, len(source.spatial))
        axes = zip(source.spatial, sides, AXES[source.kind], strict=False)
        return Type(source.kind, (*[_cut(size, pair, axis) for size, pair, axis in axes], source.channels))


def _cut(size: Dim, sides: tuple[Dim, Dim], axis: str) -> Dim:
    before, after = sides
    left = total(size, product(before, -1), product(after, -1))
    if isinstance(left, int) and left < 1:
        message = f"cutting {before} and {after} from {axis} {size} leaves nothing"
        raise RuleBroken(codes.SIZE_VANISHES, message, (f"{size} - {before} - {after} = {left}",))
    return left


@layer("crop1d")
class Crop1d(_Crop):
    """A sequence without its margins: a number for both ends, or (before, after).

        middle = crop1d(x, cropping=2)

    Source: Ronneberger et al. 2015 (U-Net), along one axis.
    """

    cropping: Any = attribute(Sizes(2, 0), "steps cut off before and after")


@layer("crop2d")
class Crop2d(_Crop):
    """An image map without its margins: a number for all sides, or (top, bottom, left, right).

        middle = crop2d(x, cropping=(4, 4, 4, 4))

    Source: Ronneberger et al. 2015 (U-Net).
    """

    cropping: Any = attribute(Sizes(4, 0), "rows and columns cut off: (top, bottom, left, right)")


@layer("crop3d")
class Crop3d(_Crop):
    """A volume without its margins: a number for all sides, or (front, back, top, bottom, left, right).

        middle = crop3d(x, cropping=2)

    Source: Çiçek et al. 2016 (3D U-Net).
    """

    cropping: Any = attribute(Sizes(6, 0), "what is cut off: (front, back, top, bottom, left, right)")
