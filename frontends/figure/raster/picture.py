"""Pictures from files: decoded within bounds, on white paper, dark on light."""

from __future__ import annotations

import io
import warnings

import attrs
import cv2
import numpy as np
from PIL import Image, ImageOps

from dlc.diagnostics import Diagnostic, DlcError, FileSpan, Fix, codes
from dlc.frontends.figure.raster.arrays import Pixels

#: A picture with more pixels than this is refused: decoded it would take 200 MB.
MOST_PIXELS = 64_000_000
#: A picture with a shorter side than this shows nothing.
SHORTEST_SIDE = 16
#: A picture whose pixels differ by less (0..255) is blank.
_LEAST_CONTRAST = 8
#: Paper darker than this (0..255) is turned into light paper.
_DARK = 110


@attrs.frozen(eq=False)
class Picture:
    """A decoded picture: `pixels` (height, width, 3), RGB. `inverted` tells that it was light on dark."""

    pixels: Pixels
    inverted: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.pixels.shape[:2]
        return width, height


def decode(data: bytes, name: str) -> Picture:
    """Decode a PNG, JPEG or other bitmap file; raises DlcError for what is no picture, or is too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(io.BytesIO(data))
            _check_size(image, name)
            image = ImageOps.exif_transpose(image)
            pixels = _on_white(image)
    except DlcError:
        raise
    except Image.DecompressionBombError:
        raise _too_large(name, f"more than {2 * (Image.MAX_IMAGE_PIXELS or 0) // 10**6} million") from None
    except Exception as error:  # Pillow's decoders raise whatever the bytes make them raise
        message = f"{name} cannot be decoded as a picture: {_reason(error)}"
        raise DlcError(Diagnostic(codes.PICTURE_DAMAGED, message, FileSpan(name))) from None
    if int(pixels.max()) - int(pixels.min()) < _LEAST_CONTRAST:
        message = f"{name} is blank: all of its pixels have one colour"
        raise DlcError(Diagnostic(codes.PICTURE_EMPTY, message, FileSpan(name)))
    return from_pixels(pixels)


def from_pixels(pixels: Pixels) -> Picture:
    """A picture of RGB pixels; light on dark becomes dark on light."""
    inverted = _paper_is_dark(pixels)
    return Picture(255 - pixels if inverted else pixels, inverted)


def _check_size(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise _too_large(name, f"{width}×{height}")
    if min(width, height) < SHORTEST_SIDE:
        message = f"{name} has {width}×{height} pixels; nothing can be read in it"
        raise DlcError(Diagnostic(codes.PICTURE_EMPTY, message, FileSpan(name)))


def _too_large(name: str, size: str) -> DlcError:
    message = f"{name} has {size} pixels; the most that are read are {MOST_PIXELS // 10**6} million"
    fix = Fix("scale it down; letters 20 pixels high are enough")
    return DlcError(Diagnostic(codes.PICTURE_TOO_LARGE, message, FileSpan(name), fix=fix))


def _on_white(image: Image.Image) -> Pixels:
    """The picture's RGB pixels; what is transparent shows white paper. Many bits a channel become eight."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        values = np.asarray(image, np.float64)
        low, high = float(values.min()), float(values.max())
        scaled = (values - low) * (255 / (high - low) if high > low else 0.0)
        return cv2.cvtColor(scaled.astype(np.uint8), cv2.COLOR_GRAY2RGB)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        return _over_white(np.asarray(image.convert("RGBA")))
    return np.asarray(image.convert("RGB"))


def _over_white(pixels: Pixels) -> Pixels:
    """RGB pixels of RGBA ones on white paper."""
    alpha = cv2.extractChannel(pixels, 3)
    opaque = cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB)
    if cv2.countNonZero(cv2.bitwise_not(alpha)) == 0:
        return opaque
    share = cv2.cvtColor(alpha, cv2.COLOR_GRAY2RGB)
    ink = cv2.multiply(cv2.bitwise_not(opaque), share, scale=1 / 255)
    return cv2.bitwise_not(ink)


def _paper_is_dark(pixels: Pixels) -> bool:
    """Whether most of a picture's rim is dark."""
    rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return float(np.median(rim.mean(axis=1))) < _DARK


def _reason(error: Exception) -> str:
    text = str(error).split("<")[0].strip().rstrip(":") or type(error).__name__
    return text[:1].lower() + text[1:]
