"""The names that Keras and Caffe print for a layer's type, by the catalogue's operations."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

import attrs

from dlc.frontends.figure.ocr.repair import nearest

INPUT = "input"
OPAQUE = "opaque"


def _ranked(classes: Mapping[str, str], ranks: str = "123") -> dict[str, str]:
    return {f"{cls}{rank}D": op.format(rank) for cls, op in classes.items() for rank in ranks}


_KERAS: dict[str, str] = {
    "InputLayer": INPUT,
    **_ranked(
        {
            "Conv": "conv{}d",
            "Convolution": "conv{}d",
            "MaxPooling": "maxpool{}d",
            "AveragePooling": "avgpool{}d",
            "GlobalAveragePooling": "global_avgpool{}d",
            "GlobalMaxPooling": "global_maxpool{}d",
            "UpSampling": "upsample{}d",
            "ZeroPadding": "zeropad{}d",
            "Cropping": "crop{}d",
        }
    ),
    **{f"Conv{rank}DTranspose": f"conv{rank}d_transpose" for rank in "123"},
    "Deconvolution2D": "conv2d_transpose",
    "DepthwiseConv2D": "depthwise_conv2d",
    "SeparableConv2D": "separable_conv2d",
    "Dense": "dense",
    "Flatten": "flatten",
    "Reshape": "reshape",
    "Permute": "permute",
    "RepeatVector": "repeat_vector",
    "Embedding": "embed",
    "SimpleRNN": "rnn",
    "LSTM": "lstm",
    "GRU": "gru",
    "CuDNNLSTM": "lstm",
    "CuDNNGRU": "gru",
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
    "Softmax": "softmax",
    "BatchNormalization": "batchnorm",
    "LayerNormalization": "layernorm",
    "GroupNormalization": "groupnorm",
    "Dropout": "dropout",
    "SpatialDropout2D": "spatial_dropout2d",
    "GaussianNoise": "gaussian_noise",
    "Add": "add",
    "Subtract": "subtract",
    "Multiply": "multiply",
    "Average": "average",
    "Maximum": "maximum",
    "Minimum": "minimum",
    "Concatenate": "concat",
    "Dot": "dot",
    "Activation": OPAQUE,
    "Lambda": OPAQUE,
    "Merge": OPAQUE,
    "Bidirectional": OPAQUE,
    "TimeDistributed": OPAQUE,
    "MultiHeadAttention": OPAQUE,
    "Functional": OPAQUE,
    "Sequential": OPAQUE,
    "Model": OPAQUE,
    "TFOpLambda": OPAQUE,
}
_CAFFE: dict[str, str] = {
    **dict.fromkeys(("Input", "Data", "ImageData", "HDF5Data", "MemoryData", "DummyData"), INPUT),
    "Convolution": "conv2d",
    "Deconvolution": "conv2d_transpose",
    "Pooling": "pool",
    "Pooling MAX": "maxpool2d",
    "Pooling AVE": "avgpool2d",
    "InnerProduct": "dense",
    "Embed": "embed",
    "LSTM": "lstm",
    "RNN": "rnn",
    "Flatten": "flatten",
    "Reshape": "reshape",
    "Concat": "concat",
    "Eltwise": "add",
    "Dropout": "dropout",
    "BatchNorm": "batchnorm",
    "LRN": "lrn",
    "ReLU": "relu",
    "PReLU": "prelu",
    "ELU": "elu",
    "Sigmoid": "sigmoid",
    "TanH": "tanh",
    "Softmax": "softmax",
    **dict.fromkeys(
        ("Scale", "Split", "Slice", "SoftmaxWithLoss", "SoftmaxLoss", "Accuracy", "EuclideanLoss", "Power",
         "Crop", "ArgMax", "Bias", "HingeLoss", "SigmoidCrossEntropyLoss", "Silence"),
        OPAQUE,
    ),
}  # fmt: skip
#: Words that `show_layer_activations` prints, with their layers; linear is none.
ACTIVATIONS = {
    "linear": "linear",
    "relu": "relu",
    "relu6": "relu6",
    "sigmoid": "sigmoid",
    "hard_sigmoid": "hard_sigmoid",
    "tanh": "tanh",
    "softmax": "softmax",
    "softplus": "softplus",
    "softsign": "softsign",
    "elu": "elu",
    "selu": "selu",
    "gelu": "gelu",
    "swish": "silu",
    "silu": "silu",
    "leaky_relu": "leaky_relu",
}


@attrs.frozen
class Class:
    """A type as a routine prints it: its name, the layer that it is, and whether the name was printed so."""

    name: str
    op: str
    exact: bool = True


_WORDS = re.compile(r"[A-Za-z_]\w+")


def names_type(text: str) -> bool:
    """Whether one of a text's words is a type as a routine prints it."""
    return any(word in _KERAS or caffe_type(word, loose=False) is not None for word in _WORDS.findall(text))


def keras_class(text: str, loose: bool = True) -> Class | None:
    """The Keras class that a text names; with `loose` also one with a slip or two of OCR in it."""
    return _found(text, "keras", loose)


def caffe_type(text: str, loose: bool = True) -> Class | None:
    """The Caffe type that a text names, as it is written now or in 2014 (INNER_PRODUCT)."""
    return _found(text, "caffe", loose)


@functools.lru_cache(maxsize=4096)
def _found(text: str, whose: str, loose: bool) -> Class | None:
    table = _KERAS if whose == "keras" else _CAFFE
    if text in table:
        return Class(text, table[text])
    if whose == "caffe":
        plain = {_plain(name): name for name in table}
        name = plain.get(_plain(text))
        if name is not None:
            return Class(name, table[name])
    if not loose:
        return None
    near = nearest(text, table)
    return Class(near, table[near], exact=False) if near is not None else None


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())
