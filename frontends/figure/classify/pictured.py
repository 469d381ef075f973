"""What a picture of a figure tells: colours, texture and shapes, as numbers between about 0 and 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlc.frontends.figure.classify.drawn import log_count

if TYPE_CHECKING:
    from PIL.Image import Image


def of_picture(picture: Image) -> dict[str, float]:
    """Colours, texture and shapes of a picture."""
    import cv2
    import numpy as np

    small = picture.convert("RGB").copy()
    small.thumbnail((400, 400))
    pixels = np.asarray(small)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    colours = np.bincount(((pixels >> 4).astype(np.int32) @ (256, 16, 1)).ravel(), minlength=4096)
    top = np.sort(colours)[::-1] / grey.size
    spread = pixels.max(axis=2).astype(np.int32) - pixels.min(axis=2)
    wide, high = small.size
    return {
        "white": float((grey > 244).mean()),
        "dark": float((grey < 70).mean()),
        "middle": float(((grey > 90) & (grey < 220)).mean()),
        "main colours": float(top[:5].sum()),
        "further colours": float(1 - top[:25].sum()),
        "colourful": float((spread > 60).mean()),
        "wide": min(4.0, wide / max(1, high)) / 4,
        **_texture(grey),
        **_shapes(grey),
    }


def _texture(grey: Any) -> dict[str, float]:
    """Shares of small tiles that are flat, and that are busy in many shades as photographs are."""
    import cv2
    import numpy as np

    values = grey.astype(np.float32)
    mean = cv2.blur(values, (9, 9))
    deviation = np.sqrt(np.maximum(cv2.blur(values * values, (9, 9)) - mean * mean, 0))[4::8, 4::8]
    middle = mean[4::8, 4::8]
    return {
        "flat": float((deviation < 3).mean()),
        "busy": float(((deviation > 8) & (middle < 215)).mean()),
        "shaded": float(((deviation > 1.5) & (deviation < 12)).mean()),
    }


def _shapes(grey: Any) -> dict[str, float]:
    """Closed boxes, long straight lines and small marks (letters), counted."""
    import cv2
    import numpy as np

    high, wide = grey.shape
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 15, 10)
    contours, _ = cv2.findContours(ink, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    boxes = frames = marks = rounds = 0
    for contour in contours:
        _, _, w, h = cv2.boundingRect(contour)
        marks += 3 <= h <= 14 and 2 <= w <= 18
        if w < 10 or h < 7:
            continue
        area = cv2.contourArea(contour)
        full = area > 0.85 * w * h
        frames += full and w * h > 0.2 * wide * high
        boxes += full and w * h < 0.2 * wide * high
        rounds += 0.7 < area / (w * h) < 0.82 and 0.8 < w / h < 1.25
    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, max(12, wide // 12)), np.uint8))
    down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((max(12, high // 12), 1), np.uint8))
    return {
        "drawn boxes": log_count(boxes),
        "frames": log_count(frames),
        "rounds": log_count(rounds),
        "marks": log_count(marks),
        "ink": float((ink > 0).mean()),
        "level lines": float((across > 0).mean()) * 10,
        "upright lines": float((down > 0).mean()) * 10,
        "longest level": float((across > 0).sum(axis=1).max(initial=0)) / wide,
        "longest upright": float((down > 0).sum(axis=0).max(initial=0)) / high,
    }
