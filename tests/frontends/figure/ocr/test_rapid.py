"""The recogniser: lines of text as images, each read once."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from dlc.diagnostics import DlcError
from dlc.frontends.figure.ocr import engine, engines
from dlc.frontends.figure.ocr.recogniser import Crop
from dlc.simulate import fonts

pytest.importorskip("onnxruntime")


def line(text: str, size: int = 20) -> Crop:
    """A line of dark text on white."""
    font = ImageFont.truetype(str(fonts.FOLDER / "DejaVuSans.ttf"), size)
    width = int(font.getlength(text)) + 12
    image = Image.new("L", (width, int(1.6 * size)), 255)
    ImageDraw.Draw(image).text((6, 3), text, fill=0, font=font)
    return np.asarray(image)


TEXTS = ["conv2d_1: Conv2D", "(None, 28, 28, 64)", "kernel size: 11", "stride: 2", "7", "max_pooling2d_3"]


def test_lines_are_read_in_their_order() -> None:
    assert [reading.text for reading in engine().read([line(text) for text in TEXTS])] == TEXTS


def test_a_line_is_read_the_same_alone_and_among_others() -> None:
    recogniser = engine()
    together = [reading.text for reading in recogniser.read([line(text) for text in TEXTS])]
    alone = [recogniser.read([line(text)])[0].text for text in TEXTS]
    assert together == alone


def test_nothing_is_read_on_white() -> None:
    (reading,) = engine().read([np.full((30, 80), 255, np.uint8)])
    assert reading.text == ""


def test_no_lines_are_no_readings() -> None:
    assert engine().read([]) == []


def test_the_preferred_engine_comes_first() -> None:
    assert engines()[0] == engine().name == "rapidocr"


def test_an_engine_that_is_not_installed_is_told() -> None:
    with pytest.raises(DlcError, match="reading text in pictures needs nothing_known"):
        engine("nothing_known")
