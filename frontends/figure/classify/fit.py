"""Fitting the trees that tell designs from other figures, on labelled figures.

    python -m dlc.frontends.figure.classify.fit FOLDER [--papers PDFS] [-o FOLDER]

FOLDER holds `labels.tsv` (id, pdf, page, bbox, design, split, caption) and `crops/<id>.webp`. Where PDFS
has a figure's paper its drawing is used too. Figures of the split "test" are only reported, never fitted.
"""

from __future__ import annotations

import argparse
import math
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from PIL.Image import Image
from PIL.Image import open as open_picture

from dlc.frontends.figure.classify.captions import WEIGHED, weighed, weights
from dlc.frontends.figure.classify.features import CAPTIONED, DRAWN, Evidence, features
from dlc.frontends.figure.classify.trees import UNKNOWN, Split, Trees
from dlc.frontends.figure.drawing import Drawing
from dlc.frontends.figure.ocr import engine
from dlc.frontends.figure.pixels import needs_pixels, read_pixels
from dlc.frontends.figure.raster.picture import from_pixels
from dlc.frontends.figure.raster.reader import read_raster
from dlc.frontends.figure.vector.reader import read_vector
from dlc.frontends.pdf.kept import KeptDocument
from dlc.frontends.pdf.pdfium import PdfiumDocument

#: Captions are weighed by those of other papers in so many parts.
PARTS = 4
#: How many trees of which depth, how much each counts, the share of the figures that each sees, the penalty
#: on large answers, and the fewest figures on one side of a question.
TREES, DEPTH, RATE, SHARE, PENALTY, FEWEST = 300, 2, 0.06, 0.7, 2.0, 4


@attrs.frozen
class Example:
    """A labelled figure; what its features hold of the weights of its caption's words is made anew in fitting."""

    id: str
    split: str
    design: bool
    features: Mapping[str, float]
    caption: str = ""
    paper: str = ""

    def with_words(self, words: Mapping[str, float]) -> Mapping[str, float]:
        """The features, words weighed so."""
        return {**self.features, WEIGHED: weighed(self.caption, words)}

    def bare(self) -> Mapping[str, float]:
        """The features that do not come from a caption."""
        return {name: value for name, value in self.features.items() if name not in CAPTIONED}


def fit(examples: Sequence[Example], seed: int = 0) -> Trees:
    """The trees for some figures, and the weights of their captions' words; the same for the same seed.

    Every figure is learnt from with its drawing, where it has been read, and without: the first glance has none.
    """
    trees = _boosted(*_with_glances(_held_out(examples), examples), seed)
    return attrs.evolve(trees, words=_weights(examples))


def fit_bare(examples: Sequence[Example], seed: int = 0) -> Trees:
    """The trees for figures of which only drawing and picture are known; the same for the same seed."""
    return _boosted(*_with_glances([example.bare() for example in examples], examples), seed)


def _with_glances(
    told: Sequence[Mapping[str, float]], examples: Sequence[Example]
) -> tuple[list[Mapping[str, float]], list[bool]]:
    """The features of figures with their drawings, where those have been read, then of all without; and which are
    designs.
    """
    pairs = [(each, example.design) for each, example in zip(told, examples, strict=True)]
    glances = [({n: v for n, v in each.items() if n not in DRAWN}, design) for each, design in pairs]
    both = [*(pair for pair in pairs if not DRAWN.isdisjoint(pair[0])), *glances]
    return [each for each, _ in both], [design for _, design in both]


def _weights(examples: Iterable[Example]) -> dict[str, float]:
    chosen = list(examples)
    return weights([example.caption for example in chosen], [example.design for example in chosen])


def _held_out(examples: Sequence[Example]) -> list[Mapping[str, float]]:
    """The features of figures, their words weighed by what captions of other papers tell.

    Weights that a caption took part in would be trusted too much.
    """
    parts = [zlib.crc32(example.paper.encode()) % PARTS for example in examples]
    known = [
        _weights(e for e, own in zip(examples, parts, strict=True) if own != part) for part in range(PARTS)
    ]
    return [example.with_words(known[part]) for example, part in zip(examples, parts, strict=True)]


def _boosted(told: Sequence[Mapping[str, float]], designs: Sequence[bool], seed: int) -> Trees:
    """The trees for figures with these features."""
    random = np.random.default_rng(seed)
    names = sorted({name for each in told for name in each})
    table = np.array([[each.get(name, UNKNOWN) for name in names] for each in told])
    truth = np.array(designs, dtype=float)
    base = math.log(truth.mean() / (1 - truth.mean()))
    odds = np.full(len(truth), base)
    trees: list[Split | float] = []
    for _ in range(TREES):
        likely = 1 / (1 + np.exp(-odds))
        slope, bend = likely - truth, likely * (1 - likely)
        rows = random.permutation(len(truth))[: int(SHARE * len(truth))]
        columns = random.permutation(len(names))[: max(8, len(names) // 2)]
        tree = _grown(table, slope, bend, rows, columns, names, DEPTH)
        trees.append(tree)
        odds += RATE * np.array([_ask(tree, names, row) for row in table])
    return Trees(round(base, 4), RATE, tuple(trees))


def _ask(tree: Split | float, names: Sequence[str], row: Any) -> float:
    while isinstance(tree, Split):
        tree = tree.below if row[names.index(tree.feature)] < tree.threshold else tree.above
    return tree


def _grown(
    table: Any, slope: Any, bend: Any, rows: Any, columns: Any, names: Sequence[str], depth: int
) -> Split | float:
    """The tree that lessens the loss most for the figures in `rows`, by questions about `columns`."""
    total, weight = slope[rows].sum(), bend[rows].sum()
    leaf = float(-total / (weight + PENALTY))
    if depth == 0 or len(rows) < 3 * FEWEST:
        return leaf
    found = max((_best(table, slope, bend, rows, column) for column in columns), key=lambda best: best[0])
    gain, column, threshold = found
    if gain <= 1e-3:
        return leaf
    below, above = rows[table[rows, column] < threshold], rows[table[rows, column] >= threshold]
    sides = [_grown(table, slope, bend, side, columns, names, depth - 1) for side in (below, above)]
    return Split(names[column], float(threshold), sides[0], sides[1])


def _best(table: Any, slope: Any, bend: Any, rows: Any, column: int) -> tuple[float, int, float]:
    """The gain of the best threshold on one feature."""
    values = table[rows, column]
    order = np.argsort(values, kind="stable")
    values = values[order]
    slopes, bends = np.cumsum(slope[rows][order])[:-1], np.cumsum(bend[rows][order])[:-1]
    total, weight = slope[rows].sum(), bend[rows].sum()
    count = np.arange(1, len(rows))
    fair = (values[1:] > values[:-1] + 1e-9) & (count >= FEWEST) & (len(rows) - count >= FEWEST)
    if not fair.any():
        return 0.0, column, 0.0
    parts = slopes**2 / (bends + PENALTY) + (total - slopes) ** 2 / (weight - bends + PENALTY)
    gain = np.where(fair, parts - total**2 / (weight + PENALTY), -1.0)
    place = int(gain.argmax())
    return float(gain[place]), column, float((values[place] + values[place + 1]) / 2)


def examples(folder: Path, papers: Path | None, split: str | None = None) -> Iterator[Example]:
    """The labelled figures of a folder (of one split) with their features; slow, since bitmaps are read from
    their pixels.
    """
    drawings = _Drawings(papers)
    lines = (folder / "labels.tsv").read_text(encoding="utf-8").splitlines()
    names = lines[0].split("\t")
    for line in lines[1:]:
        row = dict(zip(names, line.split("\t"), strict=True))
        if split not in (None, row["split"]):
            continue
        caption = "" if "not extractable" in row["caption"] else row["caption"]
        with open_picture(folder / "crops" / f"{row['id']}.webp") as picture:
            drawing, pixels = drawings.of(row, picture)
            evidence = Evidence(caption, drawing, picture, pixels)
            told = features(evidence, {})
            yield Example(row["id"], row["split"], row["design"] == "yes", told, caption, row["pdf"])


class _Drawings:
    """The drawings of figures, from their papers where those are at hand; one paper is kept open."""

    def __init__(self, papers: Path | None) -> None:
        self._papers = papers
        self._open: tuple[str, KeptDocument] | None = None

    def of(self, row: Mapping[str, str], picture: Image) -> tuple[Drawing, bool]:
        """A figure's drawing, and whether it was read from pixels."""
        path = self._papers / row["pdf"] if self._papers is not None else None
        if path is None or not path.exists():
            return read_raster(from_pixels(np.asarray(picture.convert("RGB"))), engine()), True
        document, page = self._document(path), int(row["page"])
        x0, y0, x1, y1 = (float(side) for side in row["bbox"].split(","))
        drawn = document.artwork(page)
        drawing = read_vector(document.page(page), drawn, (x0, y0, x1, y1))
        if not needs_pixels(drawing):
            return drawing, False
        return read_pixels(document, page, (x0, y0, x1, y1), drawn).drawing, True

    def _document(self, path: Path) -> KeptDocument:
        if self._open is None or self._open[0] != path.name:
            if self._open is not None:
                self._open[1].close()
            self._open = path.name, KeptDocument(PdfiumDocument(path))
        return self._open[1]


def report(trees: Trees, chosen: Sequence[Example], least: float) -> str:
    """Recall and precision of the designs among some figures, those taken that reach `least`."""
    taken = [e for e in chosen if trees.probability(e.with_words(trees.words)) >= least]
    right = sum(example.design for example in taken)
    recall = right / max(1, sum(example.design for example in chosen))
    return f"{len(chosen)} figures: recall {recall:.3f}, precision {right / max(1, len(taken)):.3f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit on the split "train", report on both, write the trees."""
    from dlc.frontends.figure.classify.judge import LEAST

    parser = argparse.ArgumentParser(description="Fit the trees that tell designs from other figures.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--papers", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path())
    options = parser.parse_args(arguments)
    found = list(examples(options.folder, options.papers))
    train = [example for example in found if example.split == "train"]
    trees, bare = fit(train), fit_bare(train)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "trees.json").write_text(trees.to_json(), encoding="utf-8")
    (options.output / "bare.json").write_text(bare.to_json(), encoding="utf-8")
    for split in ("train", "test"):
        chosen = [example for example in found if example.split == split]
        sys.stdout.write(f"{split}: {report(trees, chosen, LEAST)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
