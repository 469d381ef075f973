"""What layer phrases mean: one line a phrase, with the stated attributes and nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlc.frontends.phrases import Phrase, PhraseGroup, read_phrases

K3, K7 = (3, 3), (7, 7)

SINGLE = [
    ("conv3-64", "conv2d", {"kernel": K3, "filters": 64}),
    ("3x3 conv, 64, /2", "conv2d", {"kernel": K3, "filters": 64, "stride": (2, 2)}),
    ("3×3, 64", None, {"kernel": K3, "filters": 64}),
    ("7×7, 64, stride 2", None, {"kernel": K7, "filters": 64, "stride": (2, 2)}),
    ("Conv dw / s2", "depthwise_conv2d", {"stride": (2, 2)}),
    ("Conv / s1", "conv2d", {"stride": (1, 1)}),
    ("FC-4096", "dense", {"units": 4096}),
    ("4096-d fc", "dense", {"units": 4096}),
    ("maxpool", "maxpool2d", {}),
    ("max pool, 3x3, /2", "maxpool2d", {"kernel": K3, "stride": (2, 2)}),
    ("3×3 max pool, stride 2", "maxpool2d", {"kernel": K3, "stride": (2, 2)}),
    ("Maxpool 2 × 2/2", "maxpool2d", {"kernel": (2, 2), "stride": (2, 2)}),
    ("7×7 global average pool", "global_avgpool2d", {}),
    ("Avgpool Global", "global_avgpool2d", {}),
    ("GlobalPool", "global_pool", {}),
    ("Avg Pool / s1", "avgpool2d", {"stride": (1, 1)}),
    ("conv1d-3", "conv1d", {"kernel": (3,)}),
    ("1x1 conv2d", "conv2d", {"kernel": (1, 1)}),
    ("Conv3x3", "conv2d", {"kernel": K3}),
    ("dwise", "depthwise_conv2d", {}),
    ("d7×7, 96", "depthwise_conv2d", {"kernel": K7}),
    ("LSTM 256", "lstm", {"units": 256}),
    ("Bidirectional-LSTM #hidden units:256", "lstm", {"units": 256, "bidirectional": True}),
    ("#maps:64, k:3 × 3, s:1, p:1", None, {"filters": 64, "kernel": K3, "stride": (1, 1), "padding": 1}),
    ("Window:2 × 2, s:2", None, {"kernel": (2, 2), "stride": (2, 2)}),
    ("full", "dense", {}),
    ("Dropout (0.5)", "dropout", {"rate": 0.5}),
    ("dropout 50%", "dropout", {"rate": 0.5}),
    ("ReLU", "relu", {}),
    ("BatchNormalization", "batchnorm", {}),
    ("#32 3x1 strideh=1, padh=1", None,
     {"filters": 32, "kernel": (3, 1), "stride": (1, 1), "padding": (1, 1, 0, 0)}),
    ("linear, 10", "dense", {"units": 10}),
    ("softmax (1000 classes)", "softmax", {"classes": 1000}),
    ("embedding 128", "embed", {"dim": 128}),
    ("GRU", "gru", {}),
    ("deconv 4x4 /2", "conv2d_transpose", {"kernel": (4, 4), "stride": (2, 2)}),
    ("upsample ×2", "upsample2d", {"size": (2, 2)}),
    ("concat", "concat", {}),
    ("add", "add", {}),
    ("MSA, w7×7, H=3", "attention", {"heads": 3}),
    ("1×1, 96×3", None, {"kernel": (1, 1), "filters": 288}),
    ("3×3, 16×k", None, {"kernel": K3, "filters": "16 * k"}),
    ("3×3, 128, C=32", None, {"kernel": K3, "filters": 128, "groups": 32}),
    ("3x3 conv, rate 2", "conv2d", {"kernel": K3, "dilation": (2, 2)}),
    ("atrous conv 3x3, 256, dilation=2", "conv2d", {"kernel": K3, "filters": 256, "dilation": (2, 2)}),
    ("Conv2d(3, 64, 3, 1, 1)", "conv2d",
     {"kernel": K3, "filters": 64, "stride": (1, 1), "padding": 1}),
    ("Conv2D(64, (3,3), strides=2, padding='same')", "conv2d",
     {"kernel": K3, "filters": 64, "stride": (2, 2), "padding": "same"}),
    ("32 8x8 filters, stride 4", None, {"kernel": (8, 8), "filters": 32, "stride": (4, 4)}),
    ("3x3 dw conv", "depthwise_conv2d", {"kernel": K3}),
    ("separable conv 3x3, 128", "separable_conv2d", {"kernel": K3, "filters": 128}),
    ("3x3Conv", "conv2d", {"kernel": K3}),
    ("7x7conv/2", "conv2d", {"kernel": K7, "stride": (2, 2)}),
    ("maxpool/2, 3x3", "maxpool2d", {"kernel": K3, "stride": (2, 2)}),
    ("stride-2 conv", "conv2d", {"stride": (2, 2)}),
    ("Convolution Layer 1", "conv2d", {}),
    ("Conv Layer (32)", "conv2d", {"filters": 32}),
    ("Conv (64→128)", "conv2d", {"filters": 128}),
    ("Concat, 512", "concat", {}),
    ("block2_conv1", "conv2d", {}),
    ("block1_pool", "pool", {}),
    ("fc1_relu", "dense", {}),
    ("ReLU/ReLU6", "relu", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "op", "attributes"), SINGLE)
def test_one_phrase(text: str, op: str | None, attributes: dict[str, object]) -> None:
    (phrase,) = read_phrases(text).parts
    assert isinstance(phrase, Phrase)
    assert (phrase.op, phrase.attributes) == (op, attributes)


@pytest.mark.parametrize(
    ("text", "ops"),
    [
        ("average pool, 1000-d fc, softmax", ["avgpool2d", "dense", "softmax"]),
        ("1000D fully-connecte,softmax", ["dense", "softmax"]),
        ("conv + max", ["conv2d", "maxpool2d"]),
        ("FC #32 with TanH activation", ["dense", "tanh"]),
        ("1x1 conv2d, ReLU6", ["conv2d", "relu6"]),
        ("BN-ReLU-Conv 3x3", ["batchnorm", "relu", "conv2d"]),
        ("CONV-(N64, K7x7, S1, P3), IN, ReLU", ["conv2d", "instancenorm", "relu"]),
        ("Add & Norm", ["add", "layernorm"]),
        ("Norm and Add", ["layernorm", "add"]),
        ("Convolution/BN/ReLU", ["conv2d", "batchnorm", "relu"]),
        ("FC/ReLU/Dropout", ["dense", "relu", "dropout"]),
    ],
)
def test_several_layers(text: str, ops: list[str]) -> None:
    assert [p.op for p in read_phrases(text).layers] == ops


def test_a_number_behind_a_normalisation_belongs_to_the_convolution() -> None:
    conv, norm, act = read_phrases("4 × 4, stride=2 deconv. BN 256 ReLU").layers
    assert conv.attributes == {"kernel": (4, 4), "stride": (2, 2), "filters": 256}
    assert (norm.attributes, act.attributes) == ({}, {})


@pytest.mark.parametrize("text", ["{1×1, 64; 3×3, 64} × 3", "[1x1, 64; 3x3, 64] x3", "3× [1×1, 64; 3×3, 64]"])
def test_groups(text: str) -> None:
    (group,) = read_phrases(text).parts
    assert isinstance(group, PhraseGroup)
    assert group.repeat == 3
    assert [p.attributes["kernel"] for p in group.parts if isinstance(p, Phrase)] == [(1, 1), (3, 3)]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("112×112", (112, 112)),
        ("112 x 112 x 64", (112, 112, 64)),
        ("6@28×28", (28, 28, 6)),
        ("input (224 × 224 RGB image)", (224, 224, 3)),
        ("W × 32 gray-scale image", ("W", 32, 1)),
        ("h/s × w/s × (tk)", ("h // s", "w // s", "k * t")),
    ],
)
def test_reported_sizes(text: str, shape: tuple[object, ...]) -> None:
    assert read_phrases(text).phrases[0].shape == shape


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("inception (3a)", "inception", "3a"),
        ("bottleneck", "bottleneck", None),
        ("Small basic block #128 3x3 stride 1", "Small basic block", None),
        ("DenseLayer x 3", "DenseLayer", None),
    ],
)
def test_blocks_defined_elsewhere_stay_opaque(text: str, kind: str, name: str | None) -> None:
    (phrase,) = read_phrases(text).phrases
    assert (phrase.op, phrase.type, phrase.name) == ("opaque", kind, name)


@pytest.mark.parametrize(
    ("slip", "op"),
    [
        ("Convolutlon 3xl", "conv2d"),
        ("fulIy connected 10", "dense"),
        ("relul", "relu"),
        ("maxpooiing", "maxpool2d"),
        ("batch normalisatlon", "batchnorm"),
    ],
)
def test_slips_of_ocr_are_forgiven_and_lower_confidence(slip: str, op: str) -> None:
    phrase = read_phrases(slip).layers[0]
    assert phrase.op == op
    assert phrase.confidence <= 1.0


@pytest.mark.parametrize("name", ["conv1_1", "fc6", "pool5"])
def test_layer_names(name: str) -> None:
    assert read_phrases(name).layers[0].name == name


def test_prose_is_no_phrase() -> None:
    assert read_phrases("our method outperforms the baselines by a margin").layers == ()


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_without_failing(text: str) -> None:
    reading = read_phrases(text)
    for phrase in reading.phrases:
        start, end = phrase.span
        assert 0 <= start <= end <= len(reading.text)
        assert 0 < phrase.confidence <= 1
