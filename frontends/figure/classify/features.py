"""What tells designs from plots, photographs and other drawings, as numbers between about 0 and 1."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs

from dlc.frontends.figure.drawing import Box, Connector, Drawing, Label, Outline
from dlc.frontends.figure.geometry import common, extent, inside, size
from dlc.frontends.figure.network.reading import Role, read_words

if TYPE_CHECKING:
    from PIL.Image import Image

#: Words of captions, in groups that speak for or against a design.
CAPTION_WORDS: dict[str, str] = {
    "architecture": r"architectures?|structures?|network structure|topology",
    "network": r"networks?|nets?|cnns?|convnets?|models?|encoder|decoder|autoencoder|lstm|rnn|gru"
    r"|transformer",
    "block": r"blocks?|modules?|units?|cells?|layers?|stem|schema|bottleneck|branch(?:es)?|connections?",
    "operation": r"conv\w*|pooling|relu|softmax|concat\w*|fully[- ]connected|residual|attention"
    r"|batch norm\w*|up-?sampling|embedding|filters?|feature maps?|kernels?",
    "overview": r"overview|pipeline|framework|proposed|diagram|schematic|illustrat\w*|flow ?chart|system"
    r"|overall",
    "parts": r"input|output|consists? of|composed|followed by|stacked|takes? as|denotes?|depict\w*",
    "results": r"results?|accurac(?:y|ies)|errors?|performance|compar\w*|loss|curves?|precision|recall"
    r"|scores?|rates?|auc|roc|map|speed|runtime|gain|improv\w*|benchmark\w*|perplexity|bleu",
    "plot": r"plots?|function of|versus|vs\.?|distribution|histogram|number of|epochs?|iterations?|training"
    r"|test(?:ing)?|validation|average|different|varying|effect|axis|percentage|log|frequency|time",
    "examples": r"examples?|samples?|images?|visuali[sz]\w*|qualitative|detect(?:ions|ed)|generated"
    r"|ground ?truth|predict\w*|masks?|heat ?maps?|activations?|learned|photos?|failure|retriev\w*"
    r"|dataset|classes|patches|pixels?",
    "algorithm": r"algorithms?|procedure|pseudo ?code|proof|theorem|step \d",
}
_CAPTION = {name: re.compile(rf"\b(?:{words})\b", re.I) for name, words in CAPTION_WORDS.items()}
_NUMBER = re.compile(r"[-+−]?[\d.,]+ ?%?|10\^?-?\d*|\d+[eE]-?\d+|\d+[kKM]")


@attrs.frozen
class Evidence:
    """What is known of a figure: its caption, its drawing, and a picture of it; each may be missing.

    `pixels` tells that the drawing was read from the picture, letters and all.
    """

    caption: str = ""
    drawing: Drawing | None = None
    picture: Image | None = None
    pixels: bool = False


def features(evidence: Evidence) -> dict[str, float]:
    """The features of a figure by name."""
    found = _of_caption(evidence.caption)
    if evidence.drawing is not None:
        found |= _of_drawing(evidence.drawing) | {"pixels": float(evidence.pixels)}
    if evidence.picture is not None:
        found |= _of_picture(evidence.picture)
    return found


def _of_caption(caption: str) -> dict[str, float]:
    """How many words of each group the first sentence and the rest hold."""
    text = re.sub(r"^\s*fig(?:ure|\.)?\s*\S+\s*", "", caption, flags=re.I)
    parts = re.split(r"(?<=[a-z)])[.:] ", text, maxsplit=1)
    found = {"no caption": float(not text.strip())}
    for name, pattern in _CAPTION.items():
        found[f"first {name}"] = min(3, len(pattern.findall(parts[0]))) / 3
        found[f"rest {name}"] = min(4, len(pattern.findall(parts[1]))) / 4 if len(parts) > 1 else 0.0
    return found


def _of_drawing(drawing: Drawing) -> dict[str, float]:
    """Boxes, arrows and words of a drawing, and signs of plots."""
    texts = [label.text.strip() for label in drawing.labels]
    named = sum(_names_layer(text) for text in texts)
    numbers = [label for label in drawing.labels if _NUMBER.fullmatch(label.text.strip())]
    drawn = [box for box in drawing.boxes if box.outline is not Outline.IMAGE]
    worded = _worded(drawing, drawn)
    pictures = [box.area for box in drawing.boxes if box.outline is Outline.IMAGE]
    covered = sum(extent(common(area, drawing.area)) for area in pictures) / max(1.0, extent(drawing.area))
    heads = [line for line in drawing.connectors if line.head]
    solids = sum(box.outline in (Outline.CUBOID, Outline.STACK) for box in drawn)
    circles = sum(box.outline is Outline.CIRCLE and max(size(box.area)) > 0.8 * drawing.em for box in drawn)
    return {
        "labels": _log(len(texts)),
        "named": _log(named),
        "named share": named / max(1, len(texts)),
        "numbers": _log(len(numbers)),
        "numbers share": len(numbers) / max(1, len(texts)),
        "axes": _log(_axis(numbers, 0, drawing.em)) + _log(_axis(numbers, 1, drawing.em)),
        "boxes": _log(len(drawn)),
        "worded boxes": _log(len(worded)),
        "worded share": len(worded) / max(1, len(drawn)),
        "named boxes": _log(sum(_names_layer(text) for text in worded)),
        "heads": _log(len(heads)),
        "linked": _log(sum(_links(line, drawn, drawing.em) for line in heads)),
        "solids": _log(solids),
        "circles": _log(circles),
        "lines": _log(len(drawing.connectors)),
        "ticks": _log(drawing.ticks),
        "curves": _log(drawing.curves),
        "pictures": _log(len(pictures)),
        "covered": min(1.0, covered),
    }


def _names_layer(text: str) -> bool:
    reading = read_words(text)
    return reading.known and reading.role is Role.LAYERS


def _worded(drawing: Drawing, boxes: Sequence[Box]) -> list[str]:
    """The words of each box that holds some, each label in the smallest box around it."""
    found: dict[int, list[str]] = {}
    for label in drawing.labels:
        around = [i for i, box in enumerate(boxes) if inside(box.area, label.centre)]
        if around:
            found.setdefault(min(around, key=lambda i: extent(boxes[i].area)), []).append(label.text)
    return [" ".join(words) for words in found.values()]


def _axis(numbers: Sequence[Label], axis: int, em: float) -> int:
    """How many numbers stand in one row (0) or column (1), as at the ticks of an axis."""
    places = sorted(label.centre[1 - axis] for label in numbers)
    best = run = 0
    for index, place in enumerate(places):
        run = run + 1 if index and place - places[index - 1] < 0.25 * em else 1
        best = max(best, run)
    return best if best >= 3 else 0


def _links(line: Connector, boxes: Sequence[Box], em: float) -> bool:
    """Whether an arrow leads from one box to another."""
    ends = [[i for i, b in enumerate(boxes) if inside(b.area, p, 0.5 * em)] for p in (line.start, line.end)]
    return bool(ends[0] and ends[1]) and ends[0] != ends[1]


def _log(count: float) -> float:
    """A count on a scale on which 100 is 1."""
    return min(1.5, math.log1p(count) / math.log(101))


def _of_picture(picture: Image) -> dict[str, float]:
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
        "drawn boxes": _log(boxes),
        "frames": _log(frames),
        "rounds": _log(rounds),
        "marks": _log(marks),
        "ink": float((ink > 0).mean()),
        "level lines": float((across > 0).mean()) * 10,
        "upright lines": float((down > 0).mean()) * 10,
        "longest level": float((across > 0).sum(axis=1).max(initial=0)) / wide,
        "longest upright": float((down > 0).sum(axis=0).max(initial=0)) / high,
    }
