"""Pictures from files: decoded within bounds, on white paper, dark on light."""

from __future__ import annotations

import contextlib
import io
import warnings
import zlib

import attrs
import cv2
import numpy as np
from PIL import Image, ImageOps

from dlc.diagnostics import Diagnostic, DlcError, FileSpan, Fix, codes
from dlc.frontends.figure.raster.arrays import Pixels
from dlc.frontends.figure.raster.memory import keep_memory

try:
    import kornia_rs.io as quick
except ImportError:  # no wheel for this machine: OpenCV takes longer
    quick = None  # type: ignore[assignment]

#: A picture with more pixels than this is refused: decoded it would take 200 MB.
MOST_PIXELS = 64_000_000
#: A picture with a shorter side than this shows nothing.
SHORTEST_SIDE = 16
#: A picture whose pixels differ by less (0..255) is blank.
_LEAST_CONTRAST = 8
#: Paper darker than this (0..255) is turned into light paper.
_DARK = 110
#: Where a PNG tells the bits of a channel, and words in it that may tell how it is to be turned.
_DEPTH, _TURNED = 24, (b"eXIf", b"Raw profile type exif")


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
    keep_memory()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(io.BytesIO(data))
            _check_size(image, name)
            pixels = _quickly(data, image)
            if pixels is None:
                pixels = _on_white(ImageOps.exif_transpose(image))
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


def _quickly(data: bytes, image: Image.Image) -> Pixels | None:
    """The pixels of a common kind of PNG, in an eighth of Pillow's time; None of all others."""
    if image.format != "PNG" or image.mode not in ("RGB", "RGBA") or "transparency" in image.info:
        return None
    if data[_DEPTH] != 8 or any(word in data for word in _TURNED) or not _is_sound(data):
        return None
    pixels = _decoded(data, image)
    return pixels if pixels is None or image.mode == "RGB" else _over_white(pixels)


def _decoded(data: bytes, image: Image.Image) -> Pixels | None:
    """The RGB or RGBA pixels of a PNG by the quickest decoder there is; None where it finds damage."""
    if quick is None:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        turned = cv2.COLOR_BGR2RGB if image.mode == "RGB" else cv2.COLOR_BGRA2RGBA
        return None if pixels is None else cv2.cvtColor(pixels, turned)
    with contextlib.suppress(Exception):  # it has no error of its own
        found: Pixels = quick.decode_image_png_u8(data, image.size[::-1], image.mode.lower())
        return found
    return None


def _is_sound(data: bytes) -> bool:
    """Whether a PNG's chunks are all there and as they were written: OpenCV's decoder complains on its own."""
    at = 8
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4])
        if zlib.crc32(data[at + 4 : end]).to_bytes(4) != data[end : end + 4]:
            return False
        if data[at + 4 : at + 8] == b"IEND":
            return True
        at = end + 4
    return False


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
    made = cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB)
    if cv2.minMaxLoc(alpha)[0] == 255:
        return made
    clear = cv2.inRange(alpha, 0, 0)
    if cv2.countNonZero(clear):
        made = cv2.max(made, cv2.cvtColor(clear, cv2.COLOR_GRAY2RGB))
    mixed = np.flatnonzero(cv2.inRange(alpha, 1, 254) != 0)
    if len(mixed):
        flat = made.reshape(-1, 3)
        share = alpha.ravel()[mixed, None] / 255
        flat[mixed] = np.rint(255 - (255 - flat[mixed]) * share)
    return made


def _paper_is_dark(pixels: Pixels) -> bool:
    """Whether most of a picture's rim is dark."""
    rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return float(np.median(rim.mean(axis=1))) < _DARK


def _reason(error: Exception) -> str:
    text = str(error).split("<")[0].strip().rstrip(":") or type(error).__name__
    return text[:1].lower() + text[1:]
