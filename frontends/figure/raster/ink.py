"""What is drawn on the faces: ink is what differs from the face that it lies on."""

from __future__ import annotations

from collections.abc import Collection

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask, Numbers
from dlc.frontends.figure.raster.canvas import Canvas, strongest
from dlc.frontends.figure.raster.faces import Face, Faces

#: The part of the contrast around it by which a pixel must differ from its paper to be ink.
_PART = 0.42
#: In pictures that were scaled up, faces' rims are blurred on both sides, so widely together (pixels).
_RIM = 7


@attrs.frozen(eq=False)
class Ink:
    """`mask` is the ink; `owner` tells the face (number) that each pixel lies on, 0 for the paper around;
    `contrast` how much it differs from that face's colour (0..255)."""

    mask: Mask
    owner: Numbers
    contrast: Mask


def find_ink(drawn: Canvas, faces: Faces, without: Collection[int] = ()) -> Ink:
    """The ink of a picture; faces numbered in `without` are themselves ink, such as fat arrows."""
    sheets = [face for face in faces.faces if face.number not in without and not _is_paper(face, drawn)]
    owner = _owners(drawn, sheets)
    contrast = _contrast(drawn, faces, sheets)
    needed = cv2.convertScaleAbs(cv2.dilate(contrast, np.ones((5, 5), np.uint8)), alpha=_PART)
    mask = cv2.compare(contrast, needed, cv2.CMP_GT)
    least = min(90, int(30 + 4 * drawn.noise))
    cv2.bitwise_and(mask, cv2.threshold(contrast, least, 255, cv2.THRESH_BINARY)[1], mask)
    _clear_rim(mask)
    return Ink(mask, owner, contrast)


def _is_paper(face: Face, drawn: Canvas) -> bool:
    """Whether a face is the paper around all."""
    return face.at_rim and face.enclosed >= 0.5 * drawn.grey.size


def _owners(drawn: Canvas, sheets: list[Face]) -> Numbers:
    """The number of the innermost face around each pixel; larger faces are painted first."""
    owner = np.zeros(drawn.shape, np.int32)
    for face in sheets:
        cv2.drawContours(owner, [face.contour.reshape(-1, 1, 2)], -1, face.number, cv2.FILLED)
    return owner


def _contrast(drawn: Canvas, faces: Faces, sheets: list[Face]) -> Mask:
    """How much each pixel differs from the face that it lies on, or that it is the blurred rim of."""
    grey = drawn.pixels.ndim == 2
    ground = np.empty_like(drawn.pixels)
    height, width = drawn.shape
    cv2.rectangle(ground, (0, 0), (width, height), faces.paper[:1] if grey else faces.paper, cv2.FILLED)
    colours = [face.colour[:1] if grey else face.colour for face in sheets]
    outlines = [face.contour.reshape(-1, 1, 2) for face in sheets]
    for outline, colour in zip(outlines, colours, strict=True):
        cv2.drawContours(ground, [outline], -1, colour, cv2.FILLED)
    if drawn.scale <= 1:
        return strongest(cv2.absdiff(drawn.pixels, ground, ground))
    contrast = strongest(cv2.absdiff(drawn.pixels, ground))
    for outline, colour in zip(outlines, colours, strict=True):
        cv2.drawContours(ground, [outline], -1, colour, _RIM)
    return cv2.min(contrast, strongest(cv2.absdiff(drawn.pixels, ground, ground)))


def _clear_rim(mask: Array) -> None:
    """Leave a border of one pixel without ink, so that neighbours can be looked up everywhere."""
    mask[0] = mask[-1] = 0
    mask[:, 0] = mask[:, -1] = 0
