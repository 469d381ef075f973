"""Typefaces of drawings that we set ourselves: how wide text is, and what a PDF needs to show it.

The standard fonts of PDF (Helvetica, Times, Courier) come with every reader, pdfium among them, and are
not embedded. The others are TrueType files of `dlc.simulate.fonts`, embedded with their Latin letters alone.
"""

from __future__ import annotations

import ctypes
import functools
import io
import logging
from collections.abc import Mapping

import attrs
import pypdfium2
import pypdfium2.raw as pdfium
from fontTools import subset
from fontTools.ttLib import TTFont

from dlc.simulate import fonts

ENCODING = "cp1252"  # which PDF calls WinAnsiEncoding
logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of oddities in the fonts' dates
_LATIN = "".join(map(chr, (*range(32, 127), *range(160, 256))))


@attrs.frozen
class Face:
    """A typeface: of the standard ones by its PDF name, else a file. `family` is its name in SVG.

    `times` is its sign of multiplication: Computer Modern has none among its letters.
    """

    name: str
    family: str
    file: str | None = None
    bold: bool = False
    times: str = "×"

    def width(self, text: str, size: float) -> float:
        """How far a text reaches to the right, in the unit of the size."""
        known = widths(self)
        return sum(known.get(c, 500.0) for c in text) * size / 1000

    def shown(self, text: str) -> str:
        """The text as this face can show it."""
        return text.replace("×", self.times)


# A face and its bold form.
HELVETICA = (Face("Helvetica", "Helvetica"), Face("Helvetica-Bold", "Helvetica", bold=True))
TIMES = (Face("Times-Roman", "Times"), Face("Times-Bold", "Times", bold=True))
COURIER = (Face("Courier", "Courier"), Face("Courier-Bold", "Courier", bold=True))
DEJAVU = (
    Face("DejaVuSans", "DejaVu Sans", "DejaVuSans.ttf"),
    Face("DejaVuSans-Bold", "DejaVu Sans", "DejaVuSans-Bold.ttf", bold=True),
)
STIX = (
    Face("STIXGeneral", "STIXGeneral", "STIXGeneral.ttf"),
    Face("STIXGeneral-Bold", "STIXGeneral", "STIXGeneralBol.ttf", bold=True),
)
MODERN = (
    Face("CMR10", "cmr10", "cmr10.ttf", times="x"),
    Face("CMB10", "cmb10", "cmb10.ttf", bold=True, times="x"),
)
MODERN_SANS = (Face("CMSS10", "cmss10", "cmss10.ttf", times="x"),) * 2
FACES = (HELVETICA, TIMES, DEJAVU, STIX, MODERN, MODERN_SANS, COURIER)


@functools.cache
def widths(face: Face) -> Mapping[str, float]:
    """The width of each Latin character, in thousandths of the size."""
    return _file_widths(face.file) if face.file else _standard_widths(face.name)


def _file_widths(file: str) -> dict[str, float]:
    font = TTFont(fonts.FOLDER / file, lazy=True)
    cmap, metrics = font.getBestCmap(), font["hmtx"]
    scale = 1000 / font["head"].unitsPerEm
    return {c: metrics[cmap[ord(c)]][0] * scale for c in _LATIN if ord(c) in cmap}


def _standard_widths(name: str) -> dict[str, float]:
    document = pypdfium2.PdfDocument.new()
    font = pdfium.FPDFText_LoadStandardFont(document.raw, name.encode())
    found = {c: _glyph_width(font, c) for c in _LATIN[:95]}
    found["×"] = found["±"] = found["÷"] = found["+"]
    pdfium.FPDFFont_Close(font)
    document.close()
    return found


def _glyph_width(font: object, char: str) -> float:
    width = ctypes.c_float()
    pdfium.FPDFFont_GetGlyphWidth(font, ord(char), 1000.0, ctypes.byref(width))
    return float(width.value)


@functools.cache
def program(face: Face) -> bytes:
    """The TrueType program of a face that is embedded, with Latin letters alone."""
    font = TTFont(fonts.FOLDER / str(face.file))
    for table in ("FFTM", "GPOS", "GSUB", "kern"):
        if table in font:
            del font[table]
    options = subset.Options(hinting=False, notdef_outline=True)
    maker = subset.Subsetter(options)
    maker.populate(text=_LATIN)
    maker.subset(font)
    stream = io.BytesIO()
    font.recalcTimestamp = False
    font.save(stream)
    return stream.getvalue()
