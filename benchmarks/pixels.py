"""Reads the same vector figures twice, as paths and as pictures of 200 dpi, and compares the networks.

`python benchmarks/pixels.py TRUTH PDF [--words vector] [--only NAME]`: TRUTH is a folder of hand-written truths
(its figures' pages and boxes are used, not their networks), PDF the papers. `--words vector` gives the reader of
pixels the words of the page, to measure lines and boxes without OCR. The table has a line a figure: boxes,
connectors and layers read from paths and from pixels, layers and edges that both readings have (of the larger
number), and whether the networks are the same.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import cv2

from dlc.evaluate import graph
from dlc.evaluate.align import align
from dlc.frontends.figure.drawing import Area, Drawing
from dlc.frontends.figure.ocr import engine
from dlc.frontends.figure.raster.picture import from_pixels
from dlc.frontends.figure.raster.reader import read_raster
from dlc.frontends.figure.raster.scale import scaled
from dlc.frontends.figure.read import read_drawing
from dlc.frontends.figure.vector.reader import read_vector
from dlc.frontends.pdf.pdfium import PdfiumDocument

DPI = 200


@attrs.frozen
class Figure:
    """A figure of a paper: its file, page, and box in points."""

    file: Path
    page: int
    area: Area


def figures(truth: Path, papers: Path, only: str) -> Iterator[Figure]:
    """The vector figures that truths tell of, each once."""
    seen = set()
    for path in sorted(p for p in truth.glob("*.json") if only in p.stem):
        for net in json.loads(path.read_text())["nets"]:
            source = net["source"]
            box = source.get("box") or source.get("bbox")
            key = path.stem, source["page"], tuple(box or ())
            if source["kind"] == "figure" and source.get("vector") is True and box and key not in seen:
                seen.add(key)
                yield Figure(papers / f"{path.stem}.pdf", source["page"], tuple(map(float, box)))  # type: ignore[arg-type]


def from_paths(document: PdfiumDocument, figure: Figure) -> Drawing:
    """The drawing that the page's paths and characters make."""
    return read_vector(document.page(figure.page), document.artwork(figure.page), figure.area)


def from_picture(document: PdfiumDocument, figure: Figure, words: Drawing | None) -> Drawing:
    """The drawing that a picture of the figure shows, in points of the page."""
    pixels = document.clipping(figure.page, figure.area, DPI / 72)
    drawing = read_raster(from_pixels(pixels), None if words else engine())
    placed = scaled(drawing, 72 / DPI, figure.area[0], figure.area[1], "pt")
    return attrs.evolve(placed, labels=words.labels) if words else placed


def compare(one: Drawing, other: Drawing) -> dict[str, Any]:
    """How the networks of two drawings agree."""
    first, second = (graph.of_nets(read_drawing(drawing).nets, True, 1.0) for drawing in (one, other))
    pairs = align(first, second)
    edges = sum((pairs.get(s), pairs.get(t)) in second.edges for s, t in first.edges)
    layers = len(first.vertices), len(second.vertices), len(pairs)
    arcs = len(first.edges), len(second.edges), edges
    alike = len(set(layers)) == 1 and len(set(arcs)) == 1
    return {"layers": layers, "edges": arcs, "same": alike}


def measure(figure: Figure, words: bool) -> tuple[dict[str, Any], str]:
    """Compare the two readings of a figure; the numbers and the line of the table."""
    document = PdfiumDocument(figure.file)
    try:
        vector = from_paths(document, figure)
        started = time.process_time()
        picture = from_picture(document, figure, vector if words else None)
        seconds = time.process_time() - started
    finally:
        document.close()
    found = compare(vector, picture)
    counts = [len(vector.boxes), len(picture.boxes), len(vector.connectors), len(picture.connectors)]
    numbers = " ".join(f"{n:5}" for n in [*counts, *found["layers"], *found["edges"]])
    name = f"{figure.file.stem[:28]} p.{figure.page}"
    return found, f"{name:36}{numbers} {seconds:6.2f}  {'same' if found['same'] else 'differs'}"


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("truth", type=Path)
    arguments.add_argument("papers", type=Path)
    arguments.add_argument("--words", choices=["vector", "ocr"], default="ocr")
    arguments.add_argument("--only", default="")
    given = arguments.parse_args()
    cv2.setNumThreads(1)
    head = ("boxes", "px", "lines", "px", "layer", "px", "both", "edges", "px", "both")
    print(f"{'':36}{' '.join(f'{word:>5}' for word in head)}      s")
    same: list[bool] = []
    shares: dict[str, list[tuple[int, int]]] = {"layers": [], "edges": []}
    for figure in figures(given.truth, given.papers, given.only):
        found, line = measure(figure, given.words == "vector")
        print(line, flush=True)
        same.append(found["same"])
        for name, counts in shares.items():
            counts.append((found[name][2], max(found[name][:2])))
    parts = ", ".join(
        f"{n} {sum(a for a, _ in c) / max(1, sum(b for _, b in c)):.1%}" for n, c in shares.items()
    )
    print(f"{sum(same)} of {len(same)} figures give the same network; {parts} in both")


if __name__ == "__main__":
    main()
