"""What a reader saw drawn, against what was drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from dlc.evaluate.graph import normal
from dlc.frontends.figure.drawing import Area, Drawing
from dlc.simulate.truth import Truth

Counts = tuple[int, int, int]  # true, read, right
_SAME = 0.6  # of two boxes' common hull that both must share
True_ = TypeVar("True_")
Read = TypeVar("Read")


def boxes_found(truth: Truth, seen: Drawing, scale: float) -> Counts:
    """Boxes of the flow: right where intersection over union is at least 0.6."""
    true = [truth.drawing.boxes[item.box].area for item in truth.items]
    read = [_scaled(box.area, scale) for box in seen.boxes]
    return len(true), len(read), _matched(true, read, lambda t, r: overlap(t, r) >= _SAME)


def labels_found(truth: Truth, seen: Drawing, scale: float) -> Counts:
    """Lines of text: right where the words agree and the places overlap."""
    true = [(normal(label.text), label.area) for label in truth.drawing.labels]
    read = [(normal(label.text), _scaled(label.area, scale)) for label in seen.labels]
    return len(true), len(read), _matched(true, read, lambda t, r: t[0] == r[0] and overlap(t[1], r[1]) > 0)


def overlap(one: Area, other: Area) -> float:
    """Intersection over union."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / (_size(one) + _size(other) - both)


def _size(area: Area) -> float:
    return (area[2] - area[0]) * (area[3] - area[1])


def _scaled(area: Area, scale: float) -> Area:
    left, top, right, bottom = area
    return left * scale, top * scale, right * scale, bottom * scale


def _matched(true: Sequence[True_], read: Sequence[Read], same: Callable[[True_, Read], bool]) -> int:
    left = list(read)
    right = 0
    for one in true:
        match = next((i for i, other in enumerate(left) if same(one, other)), None)
        if match is not None:
            del left[match]
            right += 1
    return right
