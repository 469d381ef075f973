"""Measures the reader of pixels alone: the drawing that it sees against the drawing that was drawn.

`python benchmarks/drawings.py DIR [--most N] [--worst N]` reads the pictures of a set that `dlc simulate` made,
without OCR, and prints a table by style:

- `boxes`: boxes with an intersection over union of at least 0.7, of the larger of drawn and read ones;
- `outlines`: those of them whose outline is of the right kind, of the boxes found;
- `lines`: connectors with both ends within 0.6 em and the right heads, of the larger number;
- `arrows`: from which box to which: what the true arrows and those read (by the common code that wires
  drawings up; it is given the true words) have in common, of the larger number;
- `ceiling`: the same for the true drawing, whose losses are not the reader's;
- `ms`: milliseconds of processor time a picture, decoding included.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs
import cv2

from dlc.evaluate.drawn import overlap
from dlc.evaluate.entries import Entry, load_truth
from dlc.frontends.figure.drawing import Box, Connector, Drawing, Outline
from dlc.frontends.figure.network.scene import scene
from dlc.frontends.figure.network.wiring import Wiring, wiring
from dlc.frontends.figure.raster.picture import decode
from dlc.frontends.figure.raster.reader import read_raster
from dlc.simulate.truth import Truth

#: Boxes are the same from this intersection over union on; ends of lines within this (ems).
SAME_BOX, SAME_END = 0.7, 0.6
Pairs = set[tuple[int, int]]


@attrs.frozen
class Score:
    """What was counted on one picture; each count is (right, of)."""

    counts: dict[str, tuple[int, int]]
    seconds: float
    remarks: tuple[str, ...] = ()

    @property
    def lost(self) -> int:
        """Boxes and arrows that are missing or too many."""
        return sum(of - right for right, of in (self.counts["boxes"], self.counts["arrows"]))


def score(truth: Truth, seen: Drawing, seconds: float) -> Score:
    """Compare a drawing with the true one."""
    true = truth.drawing
    bare = tuple(box for box in true.boxes if box.outline is Outline.NONE)  # words that stand for a box
    seen = attrs.evolve(seen, boxes=(*seen.boxes, *bare))
    same = matched(true.boxes, seen.boxes)
    lines = same_lines(true.connectors, seen.connectors, true.em)
    drawn = {(truth.items[a.source].box, truth.items[a.target].box) for a in truth.arrows}
    known = {read: number for number, read in same.items()}
    read = {
        (known.get(a, -1 - a), known.get(b, -1 - b))
        for a, b in arrows(attrs.evolve(seen, labels=true.labels))
    }
    best = arrows(true)
    alike = sum(true.boxes[i].outline is seen.boxes[j].outline for i, j in same.items())
    counts = {
        "boxes": (len(same), max(len(true.boxes), len(seen.boxes))),
        "outlines": (alike, len(same)),
        "lines": (lines, max(len(true.connectors), len(seen.connectors))),
        "arrows": (len(drawn & read), max(len(drawn), len(read))),
        "ceiling": (len(drawn & best), max(len(drawn), len(best))),
    }
    return Score(counts, seconds, tuple(remarks(true, seen, same, drawn, read)))


def matched(true: Sequence[Box], read: Sequence[Box]) -> dict[int, int]:
    """Boxes that are the same, one to one, the best overlaps first."""
    ranked = sorted(
        ((overlap(one.area, other.area), i, j) for i, one in enumerate(true) for j, other in enumerate(read)),
        reverse=True,
    )
    same: dict[int, int] = {}
    taken: set[int] = set()
    for share, i, j in ranked:
        if share < SAME_BOX:
            break
        if i not in same and j not in taken:
            same[i] = j
            taken.add(j)
    return same


def same_lines(true: Sequence[Connector], read: Sequence[Connector], em: float) -> int:
    """How many connectors were read with the right ends and heads."""
    left = [way for line in read for way in ([line] if line.head != line.tail else [line, line.turned()])]
    right = 0
    for one in true:
        found = next((way for way in left if _same_line(one, way, em)), None)
        if found is not None:
            right += 1
            left = [way for way in left if way.points not in (found.points, found.points[::-1])]
    return right


def _same_line(one: Connector, other: Connector, em: float) -> bool:
    apart = max(math.dist(one.start, other.start), math.dist(one.end, other.end))
    return apart <= SAME_END * em and (one.head, one.tail) == (other.head, other.tail)


def arrows(drawing: Drawing) -> Pairs:
    """From which box to which box (by index) the lines of a drawing lead."""
    wired = wiring(scene(drawing))
    onward: dict[int, list[int]] = {}
    for wire in wired.wires:
        onward.setdefault(wire.source, []).append(wire.target)
    starts = [node for node in onward if node < len(drawing.boxes)]
    return {
        (start, end) for start in starts for end in _reached(wired, onward, start) if end < len(drawing.boxes)
    }


def _reached(wired: Wiring, onward: dict[int, list[int]], start: int) -> Iterator[int]:
    """The things to which wires lead from a thing, through joints alone."""
    rim, seen = list(onward[start]), set()
    while rim:
        node = rim.pop()
        if node in seen:
            continue
        seen.add(node)
        if wired.is_joint(node):
            rim += onward.get(node, [])
        else:
            yield node


def remarks(true: Drawing, seen: Drawing, same: dict[int, int], drawn: Pairs, read: Pairs) -> Iterator[str]:
    """What is missing, and what is too much."""
    place = {i: tuple(map(round, box.area)) for i, box in enumerate(true.boxes)}
    place |= {-1 - i: tuple(map(round, box.area)) for i, box in enumerate(seen.boxes)}
    yield from (f"no box {place[i]} {box.outline.value}" for i, box in enumerate(true.boxes) if i not in same)
    extra = [i for i in range(len(seen.boxes)) if i not in same.values()]
    yield from (f"made-up box {place[-1 - i]} {seen.boxes[i].outline.value}" for i in extra)
    wrong = [(i, j) for i, j in same.items() if true.boxes[i].outline is not seen.boxes[j].outline]
    for i, j in wrong:
        yield f"{true.boxes[i].outline.value} {place[i]} read as {seen.boxes[j].outline.value}"
    yield from (f"no arrow {place[a]} -> {place[b]}" for a, b in sorted(drawn - read))
    yield from (f"made-up arrow {place.get(a)} -> {place.get(b)}" for a, b in sorted(read - drawn))


def measure(folder: Path, entry: Entry) -> Score:
    """Read one picture of a set."""
    file = folder / entry.files[".png"]
    data = file.read_bytes()
    started = time.process_time()
    seen = read_raster(decode(data, file.name))
    return score(load_truth(folder, entry), seen, time.process_time() - started)


def table(scores: dict[str, list[Score]]) -> Iterator[str]:
    """A line a style."""
    names = ("boxes", "outlines", "lines", "arrows", "ceiling")
    yield f"{'':32}{'pictures':>9}{''.join(f'{name:>10}' for name in names)}{'perfect':>9}{'ms':>7}"
    for style, found in scores.items():
        shares = [_share([one.counts[name] for one in found]) for name in names]
        perfect = sum(one.lost == 0 for one in found) / len(found)
        each = 1000 * sum(one.seconds for one in found) / len(found)
        yield f"{style:32}{len(found):9}{''.join(f'{s:10.2%}' for s in shares)}{perfect:9.1%}{each:7.0f}"


def _share(counts: Sequence[tuple[int, int]]) -> float:
    right, of = map(sum, zip(*counts, strict=True))
    return right / of if of else 1.0


def main() -> None:
    """Measure a set."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("folder", type=Path)
    arguments.add_argument(
        "--most", type=int, default=0, help="read about so many pictures, spread over the set"
    )
    arguments.add_argument("--worst", type=int, default=0, help="tell what is wrong in the worst pictures")
    arguments.add_argument("--style", default="", help="only styles that contain this")
    given = arguments.parse_args()
    cv2.setNumThreads(1)
    lines = (given.folder / "manifest.jsonl").read_text().splitlines()
    entries = [
        e for e in map(Entry.from_json, map(json.loads, lines)) if given.style in f"{e.source}/{e.style}"
    ]
    step = max(1, len(entries) // given.most) if given.most else 1
    scores: dict[str, list[Score]] = {}
    ranked: list[tuple[int, str, Score]] = []
    for entry in entries[::step]:
        made = measure(given.folder, entry)
        damage = [f"damage {name}" for name in entry.damage]
        for key in (f"{entry.source}/{entry.style}", f"all {entry.source}", *damage):
            scores.setdefault(key, []).append(made)
        ranked.append((made.lost, entry.files[".png"], made))
    print("\n".join(table(dict(sorted(scores.items())))))
    for lost, file, made in sorted(ranked, key=lambda r: -r[0])[: given.worst]:
        if made.remarks:
            print(f"{file}: {lost} lost", *made.remarks[:12], sep="\n    ")


if __name__ == "__main__":
    main()
