"""Where the figures of a scanned page are: ink that hangs together and has long straight lines in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlc.frontends.figure.drawing import Area

if TYPE_CHECKING:
    from PIL.Image import Image

#: Pages of a scan that are looked at.
MOST_PAGES = 40
#: Darker than this (0..255) is ink.
_INK = 200
#: In points: a line that no letter has, what is near enough to belong together, the least sides of a figure.
_LINE, _NEAR, _SIDES = 24.0, 9.0, (45.0, 90.0)
#: A figure has at least this many such lines.
_FEWEST = 3


def scanned_regions(picture: Image, scale: float) -> list[Area]:
    """The areas, in points, of a page's likely figures; `scale` is how many pixels of the picture a point is."""
    import cv2
    import numpy as np

    grey = np.asarray(picture.convert("L"))
    ink = ((grey < _INK) * 255).astype(np.uint8)
    long = max(8, round(_LINE * scale))
    lines: Any = np.zeros_like(ink)
    for shape in ((1, long), (long, 1)):
        lines |= cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
    near = max(3, round(_NEAR * scale))
    together = cv2.dilate(_without_prose(ink, lines, scale), np.ones((near, near), np.uint8))
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(together)
    pieces, places = cv2.connectedComponents(lines)
    found = []
    for number in range(1, count):
        x, y, wide, high = (int(v) for v in stats[number][:4])
        sides = sorted((wide / scale, high / scale))
        own = np.unique(places[(numbers == number) & (lines > 0)]) if pieces > 1 else ()
        if sides[0] >= _SIDES[0] and sides[1] >= _SIDES[1] and len(own) >= _FEWEST:
            found.append((x / scale, y / scale, (x + wide) / scale, (y + high) / scale))
    return sorted(found, key=lambda area: (area[1], area[0]))


def _without_prose(ink: Any, lines: Any, scale: float) -> Any:
    """The ink without lines of running text: wide rows of letters in which there is no straight line."""
    import cv2
    import numpy as np

    rows = cv2.dilate(ink, np.ones((1, max(3, round(6 * scale))), np.uint8))
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(rows)
    ruled = np.zeros(count, bool)
    ruled[np.unique(numbers[lines > 0])] = True
    wide = stats[:, cv2.CC_STAT_WIDTH] > 150 * scale
    flat = stats[:, cv2.CC_STAT_HEIGHT] < 16 * scale
    prose = wide & flat & ~ruled
    prose[0] = False
    kept = ink.copy()
    kept[prose[numbers]] = 0
    return kept
