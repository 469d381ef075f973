"""Readers to evaluate: the one of `dlc` itself, whole, and its second half alone."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path

from dlc.diagnostics import Diagnostic, DlcError, FileSpan, codes
from dlc.evaluate.entries import MANIFEST, Entry, load_truth
from dlc.evaluate.reader import Reading
from dlc.frontends.figure.drawing import Drawing
from dlc.frontends.figure.read import read_drawing


def whole(data: bytes, name: str) -> Reading:
    """What `dlc` reads from a picture or the first page of a PDF: drawing and networks."""
    drawing = _drawing(data, name)
    return Reading(read_drawing(drawing).nets, drawing)


def from_true_drawing(data: bytes, name: str) -> Reading:
    """The networks that `dlc` makes of the true drawing: what is left to do where drawings are read well."""
    drawing = _true_drawing(Path(name))
    return Reading(read_drawing(drawing).nets, drawing)


def _drawing(data: bytes, name: str) -> Drawing:
    if data.startswith(b"%PDF"):
        return _vector_drawing(data)
    from dlc.frontends.figure.ocr import engine
    from dlc.frontends.figure.raster.picture import decode
    from dlc.frontends.figure.raster.reader import read_raster

    return read_raster(decode(data, name), engine())


def _vector_drawing(data: bytes) -> Drawing:
    from dlc.frontends.figure.vector.reader import read_vector
    from dlc.frontends.pdf.pdfium import PdfiumDocument

    document = PdfiumDocument(data)
    try:
        page, drawn = document.page(1), document.artwork(1)
        return read_vector(page, drawn, (0.0, 0.0, page.width, page.height))
    finally:
        document.close()


def _true_drawing(path: Path) -> Drawing:
    folder = path.parent.parent
    entry = _entries(folder).get(f"{path.parent.name}/{path.name}")
    if entry is None:
        message = f"{path} is in no simulated set"
        raise DlcError(Diagnostic(codes.SET_MISSING, message, FileSpan(str(path))))
    return load_truth(folder, entry).drawing


@functools.lru_cache(maxsize=4)
def _entries(folder: Path) -> Mapping[str, Entry]:
    """The set's pictures by file."""
    lines = (folder / MANIFEST).read_text(encoding="utf-8").splitlines()
    entries = [Entry.from_json(json.loads(line)) for line in lines]
    return {file: entry for entry in entries for file in entry.files.values()}
