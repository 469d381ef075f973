"""What is no plotted drawing, and plotted ones whose words cannot be true."""

import pytest
from support.plots import plot

from dlc.frontends.figure.network.emit import Place
from dlc.frontends.figure.network.plotted import plotted_nets
from dlc.frontends.figure.read import read_drawing
from dlc.ir import Module
from dlc.passes.check import check

OTHERS = {
    "words of a paper": "a [3x3 conv, 64]\nb [max pool]\nc [fc 4096]\na > b\nb > c",
    "plain words": "a [Encoder]\nb [Decoder]\na > b",
    "one class among other words": "a [Conv2D]\nb [Attention block]\nc [Our head]\nd [Loss]\na > b\nb > c\nc > d",
    "other words in brackets": "a [Stage 1 (3x3)]\nb [Stage 2 (5x5)]\nc [Output (softmax)]\na > b\nb > c",
    "one box": "a [conv1: Conv2D]",
    "nothing": "",
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS.keys())
def test_other_drawings_are_left_to_the_reader_of_figures(text: str) -> None:
    drawing = plot(text)
    assert plotted_nets(drawing, Place(area=drawing.area)) is None


def test_a_window_that_cannot_be_is_left_open() -> None:
    text = "a [x (Input)]\nb (x)\nc [c (Convolution) kernel size: 0 stride: 0 pad: 1]\nd (c)\na > b\nb > c\nc > d"
    (net,) = read_drawing(plot(text)).nets
    assert net.body[0].layer.holes() == ("filters", "kernel", "stride")


def test_a_kernel_with_an_m_for_rn_has_a_size() -> None:
    text = (
        "a [x (Input)]\nb (x)\nc [p (Pooling MAX) kemel size: 3 stride: 5 pad: 0]\nd (p)\na > b\nb > c\nc > d"
    )
    (net,) = read_drawing(plot(text)).nets
    assert net.body[0].layer.attributes()["kernel"] == (3, 3)


def test_a_blank_in_a_type_is_none() -> None:
    text = "a [i: InputLayer]\nb [cut: Cropping2 D]\nc [f: Flatten]\na > b\nb > c"
    (net,) = read_drawing(plot(text)).nets
    assert [(node.name, node.op.op_name) for node in net.body] == [("cut", "crop2d"), ("f", "flatten")]


@pytest.mark.parametrize(
    ("type_", "op"), [("Simple RNN", "rnn"), ("SimpleRN N", "rnn"), ("SimpleRHN", "rnn"), ("Fancy", "opaque")]
)
def test_a_type_alone_over_sizes_is_a_layer_whatever_it_is(type_: str, op: str) -> None:
    text = (
        "a [InputLayer / Output shape: (None, 32, 8)]\n"
        f"b [{type_} / Input shape: (None, 32, 8) / Output shape: (None, 24)]\n"
        "c [Dense / Input shape: (None, 24) / Output shape: (None, 2)]\n"
        "d [Dropout / Input shape: (None, 2) / Output shape: (None, 2)]\n"
        "a > b\nb > c\nc > d"
    )
    (net,) = read_drawing(plot(text)).nets
    assert [node.op.op_name for node in net.body] == [op, "dense", "dropout"]


def test_sizes_that_contradict_each_other_are_told() -> None:
    text = (
        "a [i: InputLayer / (None, 8, 8, 3) / (None, 8, 8, 3)]\n"
        "b [f: Flatten / (None, 8, 8, 3) / (None, 190)]\n"
        "c [d: Dense / (None, 190) / (None, 4)]\n"
        "a > b\nb > c"
    )
    found = read_drawing(plot(text))
    assert any("190" in finding.message and "192" in finding.message for finding in found.diagnostics)
    assert check(Module(nets=found.nets)).ok


def test_where_each_layer_was_read_is_kept() -> None:
    text = "a [i: InputLayer]\nb [d: Dense]\na > b"
    (net,) = read_drawing(plot(text)).nets
    origin = net.body[0].origin
    assert origin is not None
    assert origin.text == "d: Dense"
    assert origin.bbox is not None


def test_a_merge_of_which_one_input_was_seen_keeps_the_rest_of_the_network() -> None:
    text = "a [i: InputLayer]\nb [d: Dense]\nc [both: Concatenate]\nd [e: Dense]\na > b\nb > c\nc > d"
    found = read_drawing(plot(text))
    (net,) = found.nets
    assert [node.layer.op_name for node in net.body] == ["dense", "concat", "dense"]
    assert any("only one of its inputs was found" in finding.message for finding in found.diagnostics)
    assert check(Module(nets=(net,))).ok
