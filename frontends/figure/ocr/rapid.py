"""Text lines by the recognition network that the `rapidocr` wheel carries (PP-OCR), run by onnxruntime.

Only the model file of that package is used: lines are found by the raster reader itself, its angle
classifier and detector are not needed, and batches are made here, so that a picture's lines take as few
runs as possible.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from dlc.diagnostics import Diagnostic, DlcError, codes
from dlc.frontends.figure.ocr.recogniser import Crop, TextReading

Reals = npt.NDArray[np.float32]

_HEIGHT = 48  # the network's input
#: Lines are squeezed to this share of their width: it takes that much less time, and nothing is read worse.
_SQUEEZED = 0.8
_WIDEST = 2400  # pixels at that height; a longer line is squeezed
#: A character's middle comes so many steps after the beginning of the one that tells it (measured).
_LATE = 0.2
_BATCH_PIXELS = 48 * 2400  # a batch has about as many
#: Characters that occur in drawings of networks; the network knows 18,000, most of them Chinese.
_ALLOWED = (
    "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~ "
    "×÷±·…–—→←↑↓≤≥≈⊕⊗⊙∑Σ∏√∞°²³αβγδεθλμπρστφωΔΦΨΩ"
)


class RapidRecogniser:
    """The network, loaded once."""

    name = "rapidocr"

    def __init__(self, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = False  # widths differ: an arena would keep memory for every one
        providers = ["CPUExecutionProvider"]
        self._session = onnxruntime.InferenceSession(str(_model()), options, providers=providers)
        self._input = self._session.get_inputs()[0].name
        known = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        characters = ["", *known, " "]  # class 0 is the blank between characters, the last is the space
        wanted = [i for i, c in enumerate(characters) if i == 0 or c in _ALLOWED]
        self._classes = np.array(wanted)
        self._characters = [characters[i] for i in wanted]

    def read(self, lines: Sequence[Crop]) -> list[TextReading]:
        """See `Recogniser`."""
        sized = [_sized(line) for line in lines]
        order = sorted(range(len(sized)), key=lambda i: sized[i].shape[1])
        found: list[TextReading] = [TextReading("", 0.0)] * len(lines)
        for batch in _batches(order, [crop.shape[1] for crop in sized]):
            stacked = _stacked([sized[i] for i in batch])
            scores = self._session.run(None, {self._input: stacked})[0]
            for index, line in zip(batch, scores, strict=True):
                step = stacked.shape[3] / len(line) * lines[index].shape[1] / sized[index].shape[1]
                found[index] = self._decoded(line, step)
        return found

    def _decoded(self, scores: Reals, step: float) -> TextReading:
        """The best character at each step, of so many pixels; repeats without a blank between are one."""
        likely = scores[:, self._classes]
        best = likely.argmax(axis=1)
        new = (best != 0) & np.concatenate([[True], best[1:] != best[:-1]])
        text = "".join(self._characters[i] for i in best[new])
        sure = likely.max(axis=1)[new]
        begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
        places = ((np.flatnonzero(new) + _LATE) * step)[begin:end]
        return TextReading(text.strip(), float(sure.mean()) if len(sure) else 0.0, tuple(places.tolist()))


def _model() -> Path:
    """The recognition network's file in the installed package."""
    spec = importlib.util.find_spec("rapidocr")
    places = list(spec.submodule_search_locations or ()) if spec else []
    found = sorted(path for place in places for path in (Path(place) / "models").glob("*rec*.onnx"))
    if not found:
        message = "the installed rapidocr carries no recognition model: pip install 'dlnet[papers]'"
        raise DlcError(Diagnostic(codes.EXTRA_MISSING, message))
    return found[0]


def _sized(line: Crop) -> Crop:
    """A crop at the network's height."""
    height, width = line.shape
    wide = min(_WIDEST, max(16, round(_SQUEEZED * width * _HEIGHT / height)))
    way = cv2.INTER_AREA if height > _HEIGHT else cv2.INTER_CUBIC
    return cv2.resize(line, (wide, _HEIGHT), interpolation=way)


def _batches(order: Sequence[int], widths: Sequence[int]) -> list[list[int]]:
    """Crops of like widths together; the narrower ones of a batch are padded."""
    batches: list[list[int]] = []
    for index in order:
        last = batches[-1] if batches else []
        roomy = (len(last) + 1) * widths[index] * _HEIGHT <= _BATCH_PIXELS
        if last and roomy and widths[index] <= 1.15 * widths[last[0]] + 8:
            last.append(index)
        else:
            batches.append([index])
    return batches


def _stacked(crops: Sequence[Crop]) -> Reals:
    """Crops as the network's input: (count, 3, height, width) from -1 (black) to 1, padded by 0."""
    wide = max(crop.shape[1] for crop in crops)
    made = np.zeros((len(crops), 3, _HEIGHT, wide), np.float32)
    for number, crop in enumerate(crops):
        made[number, :, :, : crop.shape[1]] = crop.astype(np.float32) / 127.5 - 1
    return made
