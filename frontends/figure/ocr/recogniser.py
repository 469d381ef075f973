"""What an OCR engine does for the raster reader, and which engines there are."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Sequence
from typing import Any, Protocol

import attrs
import numpy.typing as npt

from dlc.diagnostics import Diagnostic, DlcError, codes

Crop = npt.NDArray[Any]  # bytes, (height, width): dark text on white, one line, read to the right


@attrs.frozen
class TextReading:
    """The text of one line, and how sure (0..1) the engine is of it.

    `places` tells where each character was seen, in pixels from the left; it is empty where the engine does not
    say.
    """

    text: str
    confidence: float
    places: tuple[float, ...] = ()


class Recogniser(Protocol):
    """Reads lines of text."""

    name: str

    def read(self, lines: Sequence[Crop]) -> list[TextReading]:
        """The text of each crop, in order; an empty text where nothing can be read."""
        ...


# Engines by name, the preferred one first, with the modules that each needs.
_NEEDS: dict[str, tuple[str, ...]] = {
    "rapidocr": ("onnxruntime", "rapidocr"),
    "tesserocr": ("tesserocr",),
    "pytesseract": ("pytesseract",),
}


def engines() -> list[str]:
    """The names of the engines that are installed, the preferred one first."""
    return [name for name, needed in _NEEDS.items() if all(map(importlib.util.find_spec, needed))]


@functools.cache
def engine(name: str | None = None) -> Recogniser:
    """The engine of that name, or the preferred one of those installed.

    Raises DlcError where it is not installed, or none is.
    """
    found = engines()
    wanted = name or next(iter(found), None)
    if wanted not in found:
        message = f"reading text in pictures needs {wanted or 'an OCR engine'}: pip install 'dlnet[papers]'"
        raise DlcError(Diagnostic(codes.EXTRA_MISSING, message))
    made: Recogniser = _make(wanted)
    return made


def _make(name: str) -> Any:
    if name == "rapidocr":
        from dlc.frontends.figure.ocr.rapid import RapidRecogniser

        return RapidRecogniser()
    from dlc.frontends.figure.ocr.tesseract import PytesseractRecogniser, TesserocrRecogniser

    return TesserocrRecogniser() if name == "tesserocr" else PytesseractRecogniser()
