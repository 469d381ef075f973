"""Slips of OCR: what is put right, and what is left as it is."""

import pytest

from dlc.frontends.figure.network.plotted.classes import caffe_type, keras_class
from dlc.frontends.figure.network.plotted.label import number, read_sizes
from dlc.frontends.figure.ocr.repair import agreed, edits, nearest, repaired, skeleton


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("relul", "relu1"),
        ("1xl conv", "1x1 conv"),
        ("3xI", "3x1"),
        ("c0nv", "conv"),
        ("N0ne", "None"),
        ("(None, 28,28, l)", "(None, 28, 28, 1)"),
        ("dense_1", "dense_1"),
        ("conv2d_12: Conv2D", "conv2d_12: Conv2D"),
        ("S5", "S5"),
        ("128 0 3x3", "128 @ 3x3"),
        ("64 03x3 (stride 2)", "64 @ 3x3 (stride 2)"),
        ("192 O 5×5", "192 @ 5×5"),
        ("20 x 20", "20 x 20"),
        ("3 X3conv, 64", "3 X3 conv, 64"),
        ("641x1 conv", "64 1x1 conv"),
        ("11x11 conv", "11x11 conv"),
        ("128x128 conv", "128x128 conv"),
        ("3 × 3 conv, 64, 12", "3 × 3 conv, 64, /2"),
        ("Conv (7×7, 16), 12", "Conv (7×7, 16), /2"),
        ("3 × 3 conv, 12", "3 × 3 conv, 12"),
        ("16014x14", "16@14x14"),
        ("3207x7", "32@7x7"),
        ("30224 × 224", "3@224 × 224"),
        ("200 3x3", "200 3x3"),
        ("100x100", "100x100"),
        ("1024x1024", "1024x1024"),
        ("max-pool 3x3, 14", "max-pool 3x3, /4"),
        ("MaxPool 2 x 2, (2", "MaxPool 2 x 2, /2"),
        ("conv3-256, 12", "conv3-256, /2"),
        ("conv3-256, 128", "conv3-256, 128"),
        ("Conv(3×3.32)", "Conv(3×3, 32)"),
        ("1.5x1.5", "1.5x1.5"),
        ("CONV (1 ×·1, 1024)", "CONV (1 ×1, 1024)"),
        ("Conv 1 = 1, 64", "Conv 1 x 1, 64"),
        ("n = 1, 64", "n = 1, 64"),
        ("Dropout, 0 3", "Dropout, 0.3"),
        ("Dropout 0", "Dropout 0"),
    ],
)
def test_texts_are_repaired(read: str, meant: str) -> None:
    assert repaired(read) == meant


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Conv20", "Conv2D"),
        ("MaxPoo1ing2D", "MaxPooling2D"),
        ("AveragePooIing2D", "AveragePooling2D"),
        ("F1atten", "Flatten"),
        ("Concatenale", "Concatenate"),
        ("lnputLayer", "InputLayer"),
        ("Embeddinq", "Embedding"),
        ("SimpIeRNN", "SimpleRNN"),
        ("Denise", "Dense"),
    ],
)
def test_classes_of_keras_are_known_with_slips(read: str, meant: str) -> None:
    found = keras_class(read)
    assert found is not None
    assert found.name == meant
    assert not found.exact
    assert keras_class(read, loose=False) is None


@pytest.mark.parametrize(
    ("read", "meant"),
    [("Convo1ution", "Convolution"), ("INNER_PRODUCT", "InnerProduct"), ("Poo1ing MAX", "Pooling MAX")],
)
def test_types_of_caffe_are_known_with_slips(read: str, meant: str) -> None:
    found = caffe_type(read)
    assert found is not None
    assert found.name == meant


@pytest.mark.parametrize("read", ["Conv4D", "Encoder", "De", "", "Attention block", "128"])
def test_other_words_name_no_class(read: str) -> None:
    assert keras_class(read) is None


def test_the_nearest_word_is_the_only_one_near() -> None:
    assert nearest("drop0ut", ["dropout", "dense"]) == "dropout"
    assert nearest("conv4d", ["conv1d", "conv2d"]) is None
    assert nearest("xyz", ["dropout"]) is None


def test_skeletons_agree_where_signs_look_alike() -> None:
    assert skeleton("Conv2D") == skeleton("c0nv20")
    assert skeleton("conv1") != skeleton("conv2")


def test_edits_are_counted_up_to_a_limit() -> None:
    assert edits("flatten", "latten", 2) == 1
    assert edits("dense", "dropout", 2) == 3


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("(None, 28, 28, 1)", [(28, 28, 1)]),
        ("[(None, 16, 16, 128), (None, 16, 16, 80)]", [(16, 16, 128), (16, 16, 80)]),
        ("[(None, 32)]", [(32,)]),
        ("Output shape: (None, None, None, 3)", [(None, None, 3)]),
        ("(None, 2S, lO, 3", [(25, 10, 3)]),
        ("(32, 7, 7, 64)", [(7, 7, 64)]),
        ("(Convolution)", []),
        ("conv1: Conv2D", []),
        ("input:", []),
    ],
)
def test_sizes_are_read(text: str, sizes: list[tuple[int | None, ...]]) -> None:
    assert read_sizes(text) == sizes


def test_digits_that_look_like_letters_are_digits() -> None:
    assert number("1O") == 10
    assert number("lS8") == 158


@pytest.mark.parametrize(
    ("texts", "sure", "meant"),
    [
        (["Conv 3x3", "Canv 3x3"], [1.0, 0.9], ["Conv 3x3", "Conv 3x3"]),
        (["Conv", "Conv", "Cony"], [0.9, 0.95, 0.9], ["Conv", "Conv", "Conv"]),
        (["Conv", "Cony"], [0.9, 0.9], ["Conv", "Cony"]),  # either may be wrong
        (["Norm", "Form"], [1.0, 1.0], ["Norm", "Form"]),  # read surely
        (["Conv", "Region"], [1.0, 0.9], ["Conv", "Region"]),
        ([], [], []),
    ],
)
def test_unsure_words_become_those_read_surely(texts: list[str], sure: list[float], meant: list[str]) -> None:
    assert agreed(texts, sure) == meant
