"""Result types and parameter counts, one line a fact."""

import pytest

from dlc.layers import build
from dlc.types import HOLE, Dim, Kind, Type, image, sequence, symbol, vector

H, W, C, T, N = (symbol(name) for name in "HWCTN")


def ids(steps: Dim) -> Type:
    return Type(Kind.IDS, (steps,))


def volume(*shape: Dim) -> Type:
    return Type(Kind.VOLUME, shape)


CASES = [
    # convolution
    (
        "conv2d",
        {"filters": 64, "kernel": 7, "stride": 2, "padding": 3},
        [image(224, 224, 3)],
        image(112, 112, 64),
        9472,
    ),
    ("conv2d", {"filters": 96, "kernel": 11, "stride": 4}, [image(227, 227, 3)], image(55, 55, 96), 34944),
    (
        "conv2d",
        {"filters": 256, "kernel": 5, "padding": 2, "groups": 2},
        [image(27, 27, 96)],
        image(27, 27, 256),
        307456,
    ),
    (
        "conv2d",
        {"filters": 8, "kernel": 3, "stride": 2, "padding": "same"},
        [image(7, 8, 3)],
        image(4, 4, 8),
        224,
    ),
    (
        "conv2d",
        {"filters": 8, "kernel": 3, "dilation": 2, "bias": False},
        [image(9, 9, 4)],
        image(5, 5, 8),
        288,
    ),
    (
        "conv2d",
        {"filters": 8, "kernel": (3, 5), "padding": (1, 0, 2, 3)},
        [image(6, 6, 1)],
        image(5, 7, 8),
        128,
    ),
    ("conv1d", {"filters": 256, "kernel": 7}, [sequence(1014, 70)], sequence(1008, 256), 125696),
    (
        "conv3d",
        {"filters": 64, "kernel": 3, "padding": "same"},
        [volume(16, 112, 112, 3)],
        volume(16, 112, 112, 64),
        5248,
    ),
    (
        "conv2d_transpose",
        {"filters": 21, "kernel": 64, "stride": 32, "bias": False},
        [image(16, 16, 21)],
        image(544, 544, 21),
        1806336,
    ),
    (
        "conv2d_transpose",
        {"filters": 8, "kernel": 4, "stride": 2, "padding": 1},
        [image(8, 8, 4)],
        image(16, 16, 8),
        520,
    ),
    (
        "conv2d_transpose",
        {"filters": 8, "kernel": 3, "stride": 2, "padding": "same"},
        [image(7, 5, 4)],
        image(14, 10, 8),
        296,
    ),
    (
        "conv2d_transpose",
        {"filters": 8, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1},
        [image(8, 8, 4)],
        image(16, 16, 8),
        296,
    ),
    (
        "conv1d_transpose",
        {"filters": 2, "kernel": 25, "stride": 4, "padding": "same"},
        [sequence(16, 3)],
        sequence(64, 2),
        152,
    ),
    (
        "conv3d_transpose",
        {"filters": 4, "kernel": 2, "stride": 2},
        [volume(3, 4, 5, 8)],
        volume(6, 8, 10, 4),
        260,
    ),
    (
        "depthwise_conv2d",
        {"kernel": 3, "stride": 2, "padding": "same"},
        [image(112, 112, 64)],
        image(56, 56, 64),
        640,
    ),
    ("depthwise_conv2d", {"kernel": 3, "multiplier": 2, "bias": False}, [image(5, 5, 3)], image(3, 3, 6), 54),
    (
        "separable_conv2d",
        {"filters": 128, "kernel": 3, "padding": "same"},
        [image(19, 19, 64)],
        image(19, 19, 128),
        8896,
    ),
    # pooling
    ("maxpool2d", {"kernel": 3, "stride": 2}, [image(112, 112, 64)], image(55, 55, 64), 0),
    ("maxpool2d", {"kernel": 3, "stride": 2, "round": "ceil"}, [image(112, 112, 64)], image(56, 56, 64), 0),
    ("maxpool2d", {"kernel": 3, "stride": 2, "padding": "same"}, [image(55, 55, 64)], image(28, 28, 64), 0),
    ("maxpool2d", {"kernel": 2}, [image(5, 4, 1)], image(2, 2, 1), 0),
    (
        "avgpool2d",
        {"kernel": 2, "stride": 2, "padding": 1, "round": "ceil"},
        [image(3, 3, 1)],
        image(2, 2, 1),
        0,
    ),
    ("maxpool1d", {"kernel": 3}, [sequence(1008, 256)], sequence(336, 256), 0),
    ("maxpool3d", {"kernel": (1, 2, 2)}, [volume(16, 112, 112, 64)], volume(16, 56, 56, 64), 0),
    ("avgpool1d", {"kernel": 4, "stride": 3, "round": "ceil"}, [sequence(9, 2)], sequence(3, 2), 0),
    ("avgpool3d", {"kernel": 2}, [volume(4, 4, 4, 1)], volume(2, 2, 2, 1), 0),
    ("global_avgpool2d", {}, [image(7, 7, 2048)], vector(2048), 0),
    ("global_maxpool1d", {}, [sequence(T, 128)], vector(128), 0),
    ("global_maxpool3d", {}, [volume(2, 2, 2, 5)], vector(5), 0),
    # sizes
    ("upsample2d", {"size": (2, 3)}, [image(4, 5, 6)], image(8, 15, 6), 0),
    ("upsample1d", {"size": 2, "mode": "linear"}, [sequence(4, 5)], sequence(8, 5), 0),
    ("zeropad2d", {"padding": (1, 2, 3, 4)}, [image(4, 5, 6)], image(7, 12, 6), 0),
    ("zeropad1d", {"padding": (2, 0)}, [sequence(4, 5)], sequence(6, 5), 0),
    ("crop2d", {"cropping": 4}, [image(64, 64, 512)], image(56, 56, 512), 0),
    ("crop3d", {"cropping": (0, 1, 0, 2, 0, 3)}, [volume(4, 4, 4, 1)], volume(3, 2, 1, 1), 0),
    # dense and shapes
    ("dense", {"units": 4096}, [vector(25088)], vector(4096), 102764544),
    ("dense", {"units": 10, "bias": False}, [vector(500)], vector(10), 5000),
    ("dense", {"units": 2}, [ids(100)], vector(2), 202),
    ("flatten", {}, [image(7, 7, 512)], vector(25088), 0),
    ("flatten", {}, [sequence(10, 4)], vector(40), 0),
    ("reshape", {"shape": (1, 1, 64)}, [vector(64)], image(1, 1, 64), 0),
    ("reshape", {"shape": (-1, 8)}, [image(4, 4, 4)], sequence(8, 8), 0),
    ("reshape", {"shape": -1}, [image(4, 4, 4)], vector(64), 0),
    ("reshape", {"shape": (HOLE, 4, 4, 2)}, [vector(64)], volume(2, 4, 4, 2), 0),
    ("permute", {"order": (3, 1, 2)}, [image(4, 5, 6)], image(6, 4, 5), 0),
    ("repeat_vector", {"times": 10}, [vector(7)], sequence(10, 7), 0),
    ("embed", {"vocab": 10000, "dim": 128}, [ids(100)], sequence(100, 128), 1280000),
    ("embed", {"vocab": 10, "dim": 2, "length": 5}, [ids(HOLE)], sequence(5, 2), 20),
    ("embed", {"vocab": 10, "dim": 2}, [vector(5)], sequence(5, 2), 20),
    # recurrent layers and attention
    ("rnn", {"units": 64}, [sequence(10, 32)], vector(64), 6208),
    ("lstm", {"units": 128, "bidirectional": True}, [sequence(10, 64)], vector(256), 197632),
    ("lstm", {"units": 20, "return_sequences": True}, [sequence(10, 64)], sequence(10, 20), 6800),
    ("gru", {"units": 64, "return_sequences": True}, [sequence(T, 32)], sequence(T, 64), 18816),
    ("attention", {"heads": 8, "dim": 512}, [sequence(T, 512)], sequence(T, 512), 1050624),
    ("attention", {"heads": 2, "dim": 8}, [sequence(3, 4), sequence(5, 6)], sequence(3, 8), 224),
    # activations, normalisations, noise
    ("relu", {}, [image(7, 7, 512)], image(7, 7, 512), 0),
    ("softmax", {"axis": 3}, [image(7, 7, 21)], image(7, 7, 21), 0),
    ("prelu", {}, [image(7, 7, 512)], image(7, 7, 512), 512),
    ("batchnorm", {}, [image(7, 7, 512)], image(7, 7, 512), 2048),
    ("batchnorm", {"scale": False}, [vector(10)], vector(10), 30),
    ("batchnorm", {"scale": False, "center": False}, [vector(10)], vector(10), 20),
    ("layernorm", {}, [sequence(10, 512)], sequence(10, 512), 1024),
    ("groupnorm", {"groups": 32}, [image(7, 7, 64)], image(7, 7, 64), 128),
    ("instancenorm", {"scale": False}, [image(7, 7, 64)], image(7, 7, 64), 64),
    ("lrn", {}, [image(55, 55, 96)], image(55, 55, 96), 0),
    ("dropout", {"rate": 0.5}, [vector(4096)], vector(4096), 0),
    ("spatial_dropout2d", {"rate": 1}, [image(4, 4, 2)], image(4, 4, 2), 0),
    ("gaussian_noise", {"stddev": 0.1}, [vector(7)], vector(7), 0),
    # merges
    ("add", {}, [image(56, 56, 256)] * 3, image(56, 56, 256), 0),
    ("add", {}, [image(56, 56, 256), image(1, 1, 256)], image(56, 56, 256), 0),
    ("multiply", {}, [image(1, 1, 64), image(56, 56, 64)], image(56, 56, 64), 0),
    ("multiply", {}, [image(7, 7, 1), image(7, 7, 64)], image(7, 7, 64), 0),
    ("subtract", {}, [vector(7), vector(N)], vector(7), 0),
    ("maximum", {}, [image(7, HOLE, 3), image(HOLE, 7, 3)], image(7, 7, 3), 0),
    ("concat", {}, [image(28, 28, c) for c in (64, 128, 32, 32)], image(28, 28, 256), 0),
    ("concat", {"axis": 1}, [sequence(3, 8), sequence(4, 8)], sequence(7, 8), 0),
    ("concat", {}, [image(HOLE, 28, 64), image(28, H, 64)], image(28, 28, 128), 0),
    ("dot", {}, [vector(8), vector(8)], vector(1), 0),
    ("dot", {}, [sequence(3, 8), sequence(5, 8)], sequence(3, 5), 0),
    ("dot", {"axis": (2, 1)}, [sequence(3, 5), sequence(5, 8)], sequence(3, 8), 0),
    ("dot", {"axis": 1}, [sequence(5, 2), sequence(5, 3)], sequence(2, 3), 0),
    # symbols and holes
    (
        "conv2d",
        {"filters": 64, "kernel": 3, "stride": 2, "padding": 1},
        [image(H, W, 3)],
        image((H + 1) // 2, (W + 1) // 2, 64),
        1792,
    ),
    ("conv2d", {"filters": C, "kernel": 3, "padding": "same"}, [image(H, W, 3)], image(H, W, C), 28 * C),
    ("conv2d", {"filters": 64, "kernel": HOLE}, [image(8, 8, 3)], image(HOLE, HOLE, 64), HOLE),
    ("conv2d", {"filters": 64, "kernel": HOLE, "padding": "same"}, [image(8, 8, 3)], image(8, 8, 64), HOLE),
    ("conv2d", {"filters": 64, "kernel": 3, "bias": HOLE}, [image(8, 8, 3)], image(6, 6, 64), HOLE),
    ("maxpool2d", {"kernel": 2, "stride": HOLE}, [image(8, 8, 3)], image(HOLE, HOLE, 3), 0),
    ("maxpool2d", {"kernel": HOLE}, [image(8, 8, 3)], image(HOLE, HOLE, 3), 0),
    ("maxpool2d", {"kernel": 2, "round": HOLE}, [image(8, 9, 3)], image(4, HOLE, 3), 0),
    ("maxpool2d", {"kernel": 2, "padding": HOLE}, [image(8, 9, 3)], image(HOLE, HOLE, 3), 0),
    ("lstm", {"units": 8, "return_sequences": HOLE}, [sequence(4, 4)], None, 416),
    ("lstm", {"units": 8, "bidirectional": HOLE}, [sequence(4, 4)], vector(HOLE), HOLE),
    ("reshape", {"shape": HOLE}, [vector(4)], None, 0),
    ("flatten", {}, [image(H, W, 3)], vector(3 * H * W), 0),
    ("concat", {"axis": HOLE}, [vector(3), vector(4)], vector(HOLE), 0),
    ("permute", {"order": HOLE}, [sequence(3, 4)], sequence(HOLE, HOLE), 0),
]


@pytest.mark.parametrize(("op", "attributes", "inputs", "output", "parameters"), CASES)
def test_result_type_and_parameters(op, attributes, inputs, output, parameters) -> None:
    layer = build(op, attributes)
    assert layer.infer(inputs) == output
    assert layer.parameters(inputs, output) == parameters


@pytest.mark.parametrize(
    ("op", "attributes", "inputs", "expected"),
    [
        ("conv2d", {"filters": 64, "kernel": 3, "padding": "same"}, [image(224, 224, 3)], 86704128),
        ("conv2d", {"filters": 256, "kernel": 5, "padding": 2, "groups": 2}, [image(27, 27, 96)], 223948800),
        ("conv2d_transpose", {"filters": 8, "kernel": 4, "stride": 2}, [image(8, 8, 4)], 32768),
        ("depthwise_conv2d", {"kernel": 3, "padding": "same"}, [image(112, 112, 32)], 3612672),
        ("separable_conv2d", {"filters": 8, "kernel": 3}, [image(5, 5, 4)], 9 * 36 + 9 * 32),
        ("dense", {"units": 4096}, [vector(25088)], 102760448),
        ("lstm", {"units": 20}, [sequence(10, 64)], 10 * 4 * 20 * 84),
        ("dot", {}, [sequence(3, 8), sequence(5, 8)], 120),
        ("attention", {"heads": 2, "dim": 8}, [sequence(3, 4)], 3 * 3 * 4 * 8 + 2 * 9 * 8 + 3 * 64),
        ("maxpool2d", {"kernel": 2}, [image(8, 8, 3)], 0),
        ("batchnorm", {}, [image(8, 8, 3)], 0),
        ("dense", {"units": 10}, [vector(HOLE)], HOLE),
    ],
)
def test_multiply_adds(op, attributes, inputs, expected) -> None:
    layer = build(op, attributes)
    output = layer.infer(inputs)
    assert output is not None
    assert layer.multiply_adds(inputs, output) == expected
