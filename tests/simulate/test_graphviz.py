"""Pictures by Graphviz: what the truth says is in the pixels, and in the text of the vector form."""

import io
import random
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image
from support.nets import read_net
from support.sets import checked_net
from support.true_reader import net_of

from dlc.evaluate.measure import measure
from dlc.evaluate.reader import Reading
from dlc.fuzz import Sampler
from dlc.ir import Net
from dlc.simulate import caffe_style, keras_style
from dlc.simulate.caffe_style import CaffeStyle
from dlc.simulate.dot import Dot, escape_record
from dlc.simulate.graphviz import LARGEST_SIDE, lay_out
from dlc.simulate.keras_style import KerasStyle, NotDrawable, Version
from dlc.simulate.picture import Picture

Pixels = NDArray[np.int_]

STYLES = [
    KerasStyle(),
    KerasStyle(show_shapes=True),
    KerasStyle(Version.TF_2_4, show_shapes=True, rankdir="LR"),
    KerasStyle(Version.TF_2_8, show_shapes=True, show_layer_activations=True, show_dtype=True),
    KerasStyle(Version.KERAS_3, show_shapes=True),
    KerasStyle(Version.KERAS_3, show_layer_names=False),
    CaffeStyle(),
    CaffeStyle("TB"),
    CaffeStyle("BT", old=True, label_edges=False),
]


def branching(depth: int = 9) -> Net:
    """A sampled net with a concatenation."""
    for seed in range(100):
        net = Sampler(seed).net(depth)
        if any(n.layer.op_name == "concat" for n in net.body) and net.inputs[0].name != "imdb":
            return net
    raise AssertionError("no sample has a concatenation")


def drawn(net: Net, style: KerasStyle | CaffeStyle, *endings: str) -> Picture:
    if isinstance(style, CaffeStyle):
        return caffe_style.draw(net, style, (".png", *endings))
    return keras_style.draw(net, style, (".png", *endings))


def pixels(picture: Picture) -> Pixels:
    image = Image.open(io.BytesIO(picture.png)).convert("RGB")
    return np.asarray(image).astype(int)


def dark(image: Pixels, x: float, y: float, within: int = 1) -> bool:
    """Whether there is ink near a point: darker than what a light fill is."""
    left, top = max(0, round(x) - within), max(0, round(y) - within)
    return bool(image[top : round(y) + within + 1, left : round(x) + within + 1].sum(axis=2).min() < 330)


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_boxes_and_lines_are_where_the_truth_says(style: KerasStyle | CaffeStyle) -> None:
    picture = drawn(branching(), style)
    image, drawing = pixels(picture), picture.truth.drawing
    assert abs(image.shape[1] - drawing.area[2]) <= 1
    assert abs(image.shape[0] - drawing.area[3]) <= 1
    for box in drawing.boxes:
        x, y = box.centre
        for at in ((box.area[0], y), (box.area[2], y), (x, box.area[1]), (x, box.area[3])):
            assert dark(image, *at), (box, at)
    for line in drawing.connectors:
        assert all(dark(image, *point, within=2) for point in line.points[1:-1]), line
        assert dark(image, *line.end, within=2)


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_texts_are_where_the_truth_says(style: KerasStyle | CaffeStyle) -> None:
    picture = drawn(branching(), style, ".pdf")
    document = pypdfium2.PdfDocument(picture.files[".pdf"])
    page = document[0].get_textpage()
    height, scale = document[0].get_height(), picture.truth.scale
    for label in picture.truth.drawing.labels:
        left, top, right, bottom = (v / scale for v in label.area)
        found = page.get_text_bounded(left - 1, height - bottom - 1, right + 1, height - top + 1)
        assert found.split() == label.text.split()
    document.close()


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_the_arrows_are_the_networks(style: KerasStyle | CaffeStyle) -> None:
    """Every arrow has its lines, one head in all, and following arrows gives what feeds what."""
    truth = drawn(branching(), style).truth
    heads = [sum(truth.drawing.connectors[c].head for c in a.connectors) for a in truth.arrows]
    assert heads == [1] * len(truth.arrows)
    layers = {layer.name: layer for layer in truth.layers}
    shown = {i: item.layers[0] for i, item in enumerate(truth.items) if item.layers}
    feeds: dict[int, set[int]] = {}
    for arrow in truth.arrows:
        feeds.setdefault(arrow.target, set()).add(arrow.source)
    in_place = {a.source for a in truth.arrows} & {
        b.target
        for b in truth.arrows
        if any(a.source == b.target and a.target == b.source for a in truth.arrows)
    }
    for item, name in shown.items():
        sources = set(feeds.get(item, ()))
        if truth.source == "caffe":  # through the blob between
            sources = {s for blob in sources for s in feeds[blob] if s != item}
            if in_place & ({item} | sources):
                continue  # the order of layers in place is not in the arrows
        assert {shown[s] for s in sources} == set(layers[name].inputs), name


@pytest.mark.parametrize("version", list(Version))
def test_keras_shows_sizes_and_what_they_tell(version: Version) -> None:
    truth = drawn(branching(), KerasStyle(version, show_shapes=True)).truth
    convolution = next(layer for layer in truth.layers if layer.op == "conv2d")
    assert convolution.size is not None
    assert convolution.attrs == {"filters": convolution.size[-1]}
    text = next(item.text for item in truth.items if convolution.name in item.layers)
    assert str((None, *convolution.size)) in text
    bare = drawn(branching(), KerasStyle(version)).truth
    assert all(not layer.attrs and layer.size is None for layer in bare.layers)


def test_a_chain_of_keras_3_has_no_box_for_its_input() -> None:
    net = checked_net(
        "x = input map[8, 8, 3]\n y = x |> conv2d(filters=4, kernel=3) |> flatten |> dense(units=2)"
    )
    ops = [layer.op for layer in drawn(net, KerasStyle(Version.KERAS_3)).truth.layers]
    assert ops == ["conv2d", "flatten", "dense"]
    assert drawn(net, KerasStyle()).truth.layers[0].op == "input"


def test_keras_draws_helper_layers() -> None:
    net = checked_net("x = input map[8, 8, 3]\n y = conv2d(x, filters=4, kernel=3, stride=2, padding=1)")
    truth = drawn(net, KerasStyle(show_shapes=True)).truth
    assert [(layer.op, layer.size) for layer in truth.layers] == [
        ("input", (8, 8, 3)),
        ("zeropad2d", (10, 10, 3)),
        ("conv2d", (4, 4, 4)),
    ]


def test_caffe_says_windows_in_numbers_and_outputs_beside_the_arrow() -> None:
    net = checked_net(
        "x = input map[8, 8, 3]\n a = conv2d(x, filters=4, kernel=5, padding=same)\n"
        " b = maxpool2d(a, kernel=3, stride=2)\n c = dropout(b, rate=0.5)\n d = flatten(c)\n"
        " y = dense(d, units=7)"
    )
    picture = drawn(net, CaffeStyle("TB"))
    texts = {item.layers[0]: item.text for item in picture.truth.items if item.layers}
    assert texts["a"] == "a (Convolution) kernel size: 5 stride: 1 pad: 2"
    assert texts["b"] == "b (Pooling MAX) kernel size: 3 stride: 2 pad: 0"
    assert texts["c"] == "c (Dropout)"
    stated = {layer.name: layer.attrs for layer in picture.truth.layers}
    assert stated["a"] == {"filters": 4, "kernel": 5, "stride": 1, "padding": 2}
    assert stated["y"] == {"units": 7}
    boxed = " ".join(item.text for item in picture.truth.items)
    beside = [label.text for label in picture.truth.drawing.labels if label.text not in boxed]
    assert beside == ["4", "7"]


def test_caffe_prints_the_default_where_axes_differ() -> None:
    net = checked_net("x = input map[8, 8, 3]\n y = conv2d(x, filters=4, kernel=(1, 7))")
    truth = drawn(net, CaffeStyle("TB")).truth
    assert "y (Convolution) kernel size: 1 stride: 1 pad: 0" in [item.text for item in truth.items]
    assert truth.layers[-1].attrs == {"filters": 4, "stride": 1, "padding": 0}


def test_caffe_prints_a_kernel_of_nothing_for_a_global_pooling() -> None:
    net = checked_net("x = input map[8, 8, 3]\n y = global_avgpool2d(x)")
    truth = drawn(net, CaffeStyle("TB")).truth
    assert "y (Pooling AVE) kernel size: 0 stride: 1 pad: 0" in [item.text for item in truth.items]
    assert (truth.layers[-1].op, truth.layers[-1].attrs) == ("global_avgpool2d", {})


def test_a_layer_that_stands_for_another_shows_what_it_is() -> None:
    """A pooling with windows apart is windows and a pooling that skips: the boxes say so."""
    net = checked_net("x = input map[7, 7, 3]\n y = avgpool2d(x, kernel=3, stride=5, padding=same)")
    truth = drawn(net, KerasStyle()).truth
    assert [(layer.op, item.text) for layer, item in zip(truth.layers, truth.items, strict=True)] == [
        ("input", "x: InputLayer"),
        ("avgpool2d", "y_windows: AveragePooling2D"),
        ("crop2d", "y_crop: Cropping2D"),
        ("maxpool2d", "y: MaxPooling2D"),
    ]


EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.mark.parametrize("name", ["alexnet", "autoencoder", "c3d", "crnn", "lenet", "mlp", "unet"])
def test_examples_are_drawn_and_read_back_from_their_truth(name: str) -> None:
    net = read_net((EXAMPLES / f"{name}.dlnet").read_text())
    truth = drawn(net, KerasStyle(show_shapes=True)).truth
    own = {node.name for node in net.body}  # other layers are there to help these, under names of their own
    ops = [layer.op for layer in truth.layers if layer.name in own and layer.op != "opaque"]
    assert [op for op in (n.layer.op_name for n in net.body) if op in ops] == ops
    assert measure(truth, Reading((net_of(truth),))).exact


def test_what_keras_has_no_layer_for_is_told() -> None:
    net = read_net('net a {\n x = input map[8, 8, 3]\n y: vector[3] = opaque "PriorBox"(x)\n output y\n}\n')
    with pytest.raises(NotDrawable):
        drawn(net, KerasStyle())
    with pytest.raises(NotDrawable):
        drawn(net, CaffeStyle())


def test_caffe_hangs_a_layer_in_place_on_its_blob() -> None:
    net = checked_net("x = input vector[8]\n a = dense(x, units=4)\n b = relu(a)\n y = dense(b, units=2)")
    truth = drawn(net, CaffeStyle()).truth
    items = [item.text for item in truth.items]
    arrows = {(items[a.source], items[a.target]) for a in truth.arrows}
    assert {("a", "b (ReLU)"), ("b (ReLU)", "a")} <= arrows
    assert items.count("b") == 0


def test_the_pooling_of_an_old_caffe_picture_is_any_pooling() -> None:
    net = checked_net("x = input map[8, 8, 3]\n y = maxpool2d(x, kernel=2)")
    truth = drawn(net, CaffeStyle("BT", old=True, label_edges=False)).truth
    assert truth.layers[-1].op == "opaque"
    assert truth.layers[-1].attrs == {"type": "pool"}
    assert "y (POOLING)" in [item.text for item in truth.items]


def test_a_picture_too_large_for_a_bitmap_gets_fewer_dots() -> None:
    dot = Dot({"rankdir": "LR"}, {"shape": "record"})
    for number in range(300):
        dot.add(label=f"a layer with a long name {number}")
    for number in range(299):
        dot.join(number, number + 1)
    laid = lay_out(dot, 96)
    image = Image.open(io.BytesIO(laid.files[".png"]))
    assert image.size[0] <= LARGEST_SIDE
    assert abs(image.size[0] - laid.drawing.area[2]) <= 2
    assert laid.scale < 96 / 72


def test_random_styles_differ_and_repeat() -> None:
    for module in (keras_style, caffe_style):
        drawn_styles = [module.random_style(random.Random(i)) for i in range(60)]
        assert drawn_styles == [module.random_style(random.Random(i)) for i in range(60)]
        assert len(set(drawn_styles)) > 8


@pytest.mark.parametrize("name", ["a|b", "a{b}", "a<b>c", 'a"b', "größe"])
def test_names_survive_the_drawing(name: str) -> None:
    dot = Dot({}, {"shape": "record"})
    dot.add(label=escape_record(name))
    (text,) = lay_out(dot, 96).texts
    assert text == name
