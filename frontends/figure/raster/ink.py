"""What is drawn on the faces: ink is what differs from the face that it lies on."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask, Numbers, Pixels
from dlc.frontends.figure.raster.canvas import Canvas, apart
from dlc.frontends.figure.raster.faces import Face, Faces
from dlc.frontends.figure.raster.letters import Pieces, may_be_letters

#: The part of the contrast around it by which a pixel must differ from its paper to be ink.
_PART = 0.42
#: In pictures that were scaled up, faces' rims are blurred on both sides, so widely together (pixels).
_RIM = 7


@attrs.frozen(eq=False)
class Ink:
    """`mask` is the ink; `owner` tells the face that each pixel lies on, as an index into the face `numbers`, of
    which the first is 0 for the paper around; `contrast` how much it differs from that face's colour (0..255)."""

    mask: Mask
    owner: Numbers
    numbers: Array
    contrast: Mask


def find_ink(drawn: Canvas, faces: Faces, without: Collection[int] = ()) -> Ink:
    """The ink of a picture; faces numbered in `without` are themselves ink, such as fat arrows."""
    sheets = [face for face in faces.faces if face.number not in without and not _is_paper(face, drawn)]
    contrast = _contrast(drawn, faces, sheets)
    needed = cv2.convertScaleAbs(cv2.dilate(contrast, np.ones((5, 5), np.uint8)), alpha=_PART)
    mask = cv2.compare(contrast, needed, cv2.CMP_GT)
    least = min(90, int(30 + 4 * drawn.noise))
    cv2.bitwise_and(mask, cv2.threshold(contrast, least, 255, cv2.THRESH_BINARY)[1], mask)
    _clear_rim(mask)
    return Ink(mask, _owners(drawn, sheets), np.array([0, *(face.number for face in sheets)]), contrast)


def _is_paper(face: Face, drawn: Canvas) -> bool:
    """Whether a face is the paper around all."""
    return face.at_rim and face.enclosed >= 0.5 * drawn.grey.size


def _owners(drawn: Canvas, sheets: list[Face]) -> Numbers:
    """The innermost face around each pixel, counted from 1; larger faces are painted first. Bytes are painted more
    quickly."""
    owner = np.zeros(drawn.shape, np.uint8 if len(sheets) < 256 else np.uint16)
    for place, face in enumerate(sheets, 1):
        cv2.drawContours(owner, [face.contour.reshape(-1, 1, 2)], -1, place, cv2.FILLED)
    return owner


def _contrast(drawn: Canvas, faces: Faces, sheets: list[Face]) -> Mask:
    """How much each pixel differs from the face that it lies on, or that it is the blurred rim of."""
    contrast = apart(drawn.planes, faces.paper)
    for face in sheets:
        _lay(contrast, drawn.planes, face, cv2.FILLED)
    if drawn.scale <= 1:
        return contrast
    blurred = contrast.copy()
    for face in sheets:
        _lay(blurred, drawn.planes, face, _RIM)
    return cv2.min(contrast, blurred)


def _lay(contrast: Mask, planes: Sequence[Pixels], face: Face, thick: int) -> None:
    """Take what a face covers, or its outline if that is `thick`, as different from the face's colour."""
    by = max(0, thick)
    x0, y0, x1, y1 = (*(max(0, v - by) for v in face.area[:2]), *(v + by + 1 for v in face.area[2:]))
    own = contrast[y0:y1, x0:x1]
    covered = np.zeros(own.shape, np.uint8)
    cv2.drawContours(covered, [(face.contour - (x0, y0)).reshape(-1, 1, 2)], -1, 255, thick)
    cv2.copyTo(apart([plane[y0:y1, x0:x1] for plane in planes], face.colour), covered, own)


def _clear_rim(mask: Array) -> None:
    """Leave a border of one pixel without ink, so that neighbours can be looked up everywhere."""
    mask[0] = mask[-1] = 0
    mask[:, 0] = mask[:, -1] = 0


def faces_with_letters(ink: Ink, pieces: Pieces, em: float) -> frozenset[int]:
    """The faces on which at least one piece of a letter's height lies wholly inside."""
    likely = may_be_letters(pieces, em) & (pieces.height >= 0.35 * em) & (pieces.width <= 2.5 * em)
    boxes = pieces.boxes[likely]
    middle_x = (boxes[:, 0] + boxes[:, 2]) // 2
    middle_y = (boxes[:, 1] + boxes[:, 3]) // 2
    return frozenset(ink.numbers[ink.owner[middle_y, middle_x]].tolist()) - {0}
