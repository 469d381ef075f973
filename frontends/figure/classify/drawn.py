"""What a drawing tells: its boxes, arrows and words, and signs of plots, as numbers between about 0 and 1."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from dlc.frontends.figure.drawing import Box, Connector, Drawing, Label, Outline
from dlc.frontends.figure.geometry import common, extent, inside, size
from dlc.frontends.figure.network.reading import Reading, Role, read_words
from dlc.frontends.groups import Groups

_NUMBER = re.compile(r"[-+−]?[\d.,]+ ?%?|10\^?-?\d*|\d+[eE]-?\d+|\d+[kKM]")
#: A label of so many words is a sentence; an OCR reading less sure than this is no word.
_SENTENCE, _UNSURE = 6, 0.7
#: Layers that say nothing of a network by themselves.
_SIGNS = frozenset(("opaque", "add", "multiply", "concat", None))


def of_drawing(drawing: Drawing) -> dict[str, float]:
    """The features of a drawing by name."""
    drawn = [box for box in drawing.boxes if box.outline is not Outline.IMAGE]
    held = _worded(drawing, drawn)
    return {
        **_of_words(drawing, held),
        **_of_numbers(drawing),
        **_of_boxes(drawing, drawn, len(held)),
        **_of_lines(drawing, drawn),
    }


def _of_words(drawing: Drawing, held: Sequence[str]) -> dict[str, float]:
    """What labels, and the words in boxes (`held`), name."""
    labels = drawing.labels
    texts = [label.text.strip() for label in labels]
    readings = [read_words(text) for text in texts]
    named = sum(map(_names_layer, readings))
    boxed = sum(_names_layer(read_words(text)) for text in held)
    kinds = {step.op for reading in readings if reading.known for step in reading.steps} - _SIGNS
    roles = Counter(reading.role for reading in readings)
    lengths = [len(text.split()) for text in texts]
    return {
        "labels": log_count(len(texts)),
        "named": log_count(named),
        "named share": named / max(1, len(texts)),
        "named boxes": log_count(boxed),
        "named boxes share": boxed / max(1, len(held)),
        "operations": log_count(len(kinds)),
        "sizes": log_count(sum(reading.shape is not None for reading in readings)),
        "inputs": log_count(roles[Role.INPUT]),
        "outputs": log_count(roles[Role.OUTPUT]),
        "values": log_count(roles[Role.VALUE]),
        "sentences": log_count(sum(length >= _SENTENCE for length in lengths)),
        "words a label": min(1.0, sum(lengths) / max(1, len(lengths)) / _SENTENCE),
        "unsure": sum(label.confidence < _UNSURE for label in labels) / max(1, len(labels)),
        "lettered": min(1.0, sum(map(len, texts)) * drawing.em**2 / max(1.0, extent(drawing.area))),
    }


def _names_layer(reading: Reading) -> bool:
    return reading.known and reading.role is Role.LAYERS


def _of_numbers(drawing: Drawing) -> dict[str, float]:
    """Numbers, as at the ticks of axes, and turned words, as beside them."""
    numbers, steps = _numbers(drawing), scales(drawing)
    turned = [label for label in drawing.labels if label.angle in (90, 270)]
    boxes = [box.area for box in drawing.boxes if box.outline is not Outline.IMAGE]
    alone = [label for label in turned if not any(inside(area, label.centre) for area in boxes)]
    return {
        "numbers": log_count(len(numbers)),
        "numbers share": len(numbers) / max(1, len(drawing.labels)),
        "axes": sum(log_count(_axis(numbers, axis, drawing.em)) for axis in (0, 1)),
        "scale": sum(map(log_count, steps)),
        "scales": float(sum(count >= 3 for count in steps)),
        "turned": log_count(len(turned)),
        "turned alone": log_count(len(alone)),
        "ticks": log_count(drawing.ticks),
        "curves": log_count(drawing.curves),
    }


def _numbers(drawing: Drawing) -> list[Label]:
    return [label for label in drawing.labels if _NUMBER.fullmatch(label.text.strip())]


def scales(drawing: Drawing) -> tuple[int, int]:
    """How many numbers stand in equal steps in one row, and in one column; 0 where fewer than three do."""
    numbers = _numbers(drawing)
    return _scale(numbers, 0, drawing.em), _scale(numbers, 1, drawing.em)


def _of_boxes(drawing: Drawing, drawn: Sequence[Box], worded: int) -> dict[str, float]:
    """Boxes (`drawn`, of which `worded` hold words) and pictures."""
    pictures = [box.area for box in drawing.boxes if box.outline is Outline.IMAGE]
    covered = sum(extent(common(area, drawing.area)) for area in pictures) / max(1.0, extent(drawing.area))
    solids = sum(box.outline in (Outline.CUBOID, Outline.STACK) for box in drawn)
    circles = sum(box.outline is Outline.CIRCLE and max(size(box.area)) > 0.8 * drawing.em for box in drawn)
    large = [box for box in drawn if min(size(box.area)) > 0.6 * drawing.em]
    aligned = sum(_is_aligned(i, large, 0.2 * drawing.em) for i in range(len(large)))
    fills = {tuple(part // 32 for part in box.fill) for box in drawn if box.fill}
    return {
        "boxes": log_count(len(drawn)),
        "worded boxes": log_count(worded),
        "worded share": worded / max(1, len(drawn)),
        "solids": log_count(solids),
        "circles": log_count(circles),
        "aligned": log_count(aligned),
        "aligned share": aligned / max(1, len(large)),
        "fills": log_count(len(fills)),
        "pictures": log_count(len(pictures)),
        "covered": min(1.0, covered),
    }


def _of_lines(drawing: Drawing, drawn: Sequence[Box]) -> dict[str, float]:
    """Lines, arrows, and how many boxes they join."""
    lines = drawing.connectors
    ends = [_ends(line, drawn, drawing.em) for line in lines]
    links = [pair for pair in ends if pair is not None]
    headed = sum(pair is not None and line.head for pair, line in zip(ends, lines, strict=True))
    groups = Groups(len(drawn))
    for one, other in links:
        groups.join(one, other)
    return {
        "lines": log_count(len(lines)),
        "heads": log_count(sum(line.head for line in lines)),
        "headless share": sum(not line.head for line in lines) / max(1, len(lines)),
        "linked": log_count(headed),
        "links": log_count(len(links)),
        "links a box": min(1.5, len(links) / max(1, len(drawn))),
        "joined boxes": log_count(max(map(len, groups.sets()), default=0)),
        "labels a part": min(1.0, len(drawing.labels) / (len(drawn) + len(lines) + 1) / 4),
    }


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
    best = max((len(row) for row in _rows(numbers, axis, 0.25 * em)), default=0)
    return best if best >= 3 else 0


def _rows(numbers: Sequence[Label], axis: int, slack: float) -> list[list[Label]]:
    """Numbers gathered by the row (0) or column (1) in which they stand."""
    found: list[list[Label]] = []
    for label in sorted(numbers, key=lambda label: label.centre[1 - axis]):
        if found and label.centre[1 - axis] - found[-1][-1].centre[1 - axis] < slack:
            found[-1].append(label)
        else:
            found.append([label])
    return found


def _scale(numbers: Sequence[Label], axis: int, em: float) -> int:
    """The most numbers in one row (0) or column (1) that rise or fall in equal steps, at least three; else 0."""
    best = 0
    for row in _rows(numbers, axis, 0.3 * em):
        ordered = sorted(row, key=lambda label: label.centre[axis])
        values = [value for label in ordered if (value := _value(label.text)) is not None]
        best = max(best, _longest_steps(values))
    return best if best >= 3 else 0


def _value(text: str) -> float | None:
    try:
        return float(text.strip().replace("−", "-").replace(",", "").rstrip("%kKM "))
    except ValueError:
        return None


def _longest_steps(values: Sequence[float]) -> int:
    """How many values follow each other in equal steps that are not 0."""
    best = run = 1
    steps = [b - a for a, b in itertools.pairwise(values)]
    for index, step in enumerate(steps):
        same = index > 0 and step != 0 and abs(step - steps[index - 1]) <= 0.02 * abs(step)
        run = run + 1 if same else 2 if step else 1
        best = max(best, run)
    return best


def _is_aligned(index: int, boxes: Sequence[Box], slack: float) -> bool:
    """Whether another box has the same middle across or down, and the same width or height."""
    one = boxes[index]
    return any(
        min(abs(one.centre[0] - other.centre[0]), abs(one.centre[1] - other.centre[1])) < slack
        and min(abs(one.width - other.width), abs(one.height - other.height)) < slack
        for place, other in enumerate(boxes)
        if place != index
    )


def _ends(line: Connector, boxes: Sequence[Box], em: float) -> tuple[int, int] | None:
    """The two boxes that a line joins, by their numbers."""
    first, last = (_at(point, boxes, em) for point in (line.start, line.end))
    return (first, last) if first is not None and last is not None and first != last else None


def _at(point: tuple[float, float], boxes: Sequence[Box], em: float) -> int | None:
    near: Iterable[int] = (i for i, box in enumerate(boxes) if inside(box.area, point, 0.5 * em))
    return min(near, key=lambda i: extent(boxes[i].area), default=None)


def log_count(count: float) -> float:
    """A count on a scale on which 100 is 1."""
    return min(1.5, math.log1p(count) / math.log(101))
