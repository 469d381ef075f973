"""What the frontends read of every layer of the catalogue: the other half of the support matrix.

A cell says from which classes or types a layer comes, or why it does not come from a format at all. Tests
hold the cells against what is read from files of that format.
"""

from __future__ import annotations

import attrs

from dlc.layers import REGISTRY


@attrs.frozen
class Reads:
    """Whether a frontend gives a layer: `sources` are the file's own names, `reason` what differs or why not."""

    sources: str = ""
    reason: str = ""

    @property
    def word(self) -> str:
        """exact, approximate or refused, as of targets."""
        if not self.sources:
            return "refused"
        return "approximate" if self.reason else "exact"


_PARTS = "what Caffe has for it is read as the layers that it is made of"
_NO_CLASS = "Keras has no such class"

_KERAS: dict[str, str] = {
    **{f"conv{r}d": f"Conv{r}D, Convolution{r}D" for r in (1, 2, 3)},
    "conv1d_transpose": "Conv1DTranspose",
    "conv2d_transpose": "Conv2DTranspose, Deconvolution2D",
    "conv3d_transpose": "Conv3DTranspose",
    "depthwise_conv2d": "DepthwiseConv2D, LayerScale",
    "separable_conv2d": "SeparableConv2D, SeparableConvolution2D",
    **{f"maxpool{r}d": f"MaxPooling{r}D" for r in (1, 2, 3)},
    **{f"avgpool{r}d": f"AveragePooling{r}D" for r in (1, 2, 3)},
    **{f"global_avgpool{r}d": f"GlobalAveragePooling{r}D" for r in (1, 2, 3)},
    **{f"global_maxpool{r}d": f"GlobalMaxPooling{r}D" for r in (1, 2, 3)},
    **{f"upsample{r}d": f"UpSampling{r}D" for r in (1, 2, 3)},
    **{f"zeropad{r}d": f"ZeroPadding{r}D" for r in (1, 2, 3)},
    **{f"crop{r}d": f"Cropping{r}D" for r in (1, 2, 3)},
    "dense": "Dense",
    "flatten": "Flatten",
    "reshape": "Reshape",
    "permute": "Permute",
    "slice": "GetItem",
    "repeat_vector": "RepeatVector",
    "embed": "Embedding",
    "rnn": "SimpleRNN",
    "lstm": "LSTM, CuDNNLSTM",
    "gru": "GRU, CuDNNGRU",
    "attention": "MultiHeadAttention",
    "relu": "ReLU, Activation",
    "relu6": "ReLU, Activation",
    "leaky_relu": "LeakyReLU",
    "prelu": "PReLU",
    "elu": "ELU, Activation",
    **dict.fromkeys(("selu", "gelu", "silu", "hard_silu", "sigmoid", "hard_sigmoid"), "Activation"),
    **dict.fromkeys(("tanh", "softplus", "softsign"), "Activation"),
    "softmax": "Softmax, Activation",
    "linear": "Activation",
    "batchnorm": "BatchNormalization",
    "layernorm": "LayerNormalization",
    "groupnorm": "GroupNormalization",
    "instancenorm": "GroupNormalization",
    "lrn": "LocalResponseNormalization, SpatialResponseNormalization",
    "rescale": "Rescaling, Normalization",
    "standardize": "Normalization",
    "dropout": "Dropout",
    "spatial_dropout2d": "SpatialDropout2D",
    "gaussian_noise": "GaussianNoise",
    "add": "Add, Merge",
    "subtract": "Subtract",
    "multiply": "Multiply, Merge",
    "average": "Average, Merge",
    "maximum": "Maximum, Merge",
    "minimum": "Minimum",
    "concat": "Concatenate, Merge",
    "dot": "Dot",
    "opaque": "Lambda, any other class",
}
_CAFFE: dict[str, str] = {
    "conv1d": "InnerProduct",
    "conv2d": "Convolution",
    "conv3d": "Convolution",
    "conv2d_transpose": "Deconvolution",
    "conv3d_transpose": "Deconvolution",
    "depthwise_conv2d": "ConvolutionDepthwise, Scale",
    "maxpool2d": "Pooling",
    "avgpool2d": "Pooling",
    "upsample2d": "Upsample",
    "crop2d": "Crop",
    "dense": "InnerProduct",
    "flatten": "Flatten",
    "reshape": "Reshape",
    "permute": "Permute",
    "slice": "Slice",
    "embed": "Embed",
    "lstm": "LSTM",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "leaky_relu": "ReLU",
    "prelu": "PReLU",
    "elu": "ELU",
    "silu": "Swish",
    "sigmoid": "Sigmoid",
    "tanh": "TanH",
    "softplus": "BNLL",
    "softmax": "Softmax",
    "batchnorm": "BatchNorm, BN",
    "lrn": "LRN",
    "rescale": "Power, Eltwise",
    "dropout": "Dropout",
    "add": "Eltwise, Bias, Axpy",
    "subtract": "Eltwise",
    "multiply": "Eltwise, Scale",
    "maximum": "Eltwise",
    "concat": "Concat",
    "opaque": "any other type",
}
_OURS = " that dlc wrote"  # elsewhere these operators say another layer, or none
_ONNX: dict[str, str] = {
    **{f"conv{r}d": "Conv" for r in (1, 2, 3)},
    **{f"conv{r}d_transpose": "ConvTranspose" for r in (1, 2, 3)},
    "depthwise_conv2d": "Conv",
    "separable_conv2d": f"Conv and Conv{_OURS}",
    **{f"maxpool{r}d": "MaxPool" for r in (1, 2, 3)},
    **{f"avgpool{r}d": "AveragePool" for r in (1, 2, 3)},
    **{f"global_avgpool{r}d": "GlobalAveragePool, ReduceMean" for r in (1, 2, 3)},
    **{f"global_maxpool{r}d": "GlobalMaxPool, ReduceMax" for r in (1, 2, 3)},
    **{f"upsample{r}d": "Resize, Upsample" for r in (1, 2, 3)},
    **{f"zeropad{r}d": "Pad" for r in (1, 2, 3)},
    **{f"crop{r}d": "Slice" for r in (1, 2, 3)},
    "dense": "Gemm, MatMul",
    "flatten": "Flatten, Reshape",
    "reshape": "Reshape",
    "permute": "Transpose",
    "slice": "Slice, Split",
    "repeat_vector": "Tile, Expand",
    "embed": "Gather",
    "rnn": "RNN",
    "lstm": "LSTM",
    "gru": "GRU",
    "attention": "MatMul and Softmax",
    "relu": "Relu",
    "relu6": "Clip",
    "leaky_relu": "LeakyRelu",
    "prelu": "PRelu",
    "elu": "Elu",
    "selu": "Selu",
    "gelu": "Gelu, Erf",
    "silu": "Swish, Sigmoid and Mul",
    "hard_silu": "HardSwish, HardSigmoid and Mul",
    "sigmoid": "Sigmoid",
    "hard_sigmoid": "HardSigmoid",
    "tanh": "Tanh",
    "softplus": "Softplus",
    "softsign": "Softsign",
    "softmax": "Softmax",
    "linear": f"Identity{_OURS}",
    "batchnorm": "BatchNormalization",
    "layernorm": "LayerNormalization",
    "groupnorm": "GroupNormalization, InstanceNormalization and Reshape",
    "instancenorm": "InstanceNormalization",
    "lrn": "LRN",
    "rescale": "Mul, Add",
    "standardize": f"BatchNormalization{_OURS}",
    "dropout": "Dropout",
    "spatial_dropout2d": f"Identity{_OURS}",
    "gaussian_noise": f"Identity{_OURS}",
    "add": "Add, Sum",
    "subtract": "Sub",
    "multiply": "Mul",
    "average": "Mean",
    "maximum": "Max",
    "minimum": "Min",
    "concat": "Concat",
    "dot": "MatMul",
    "opaque": "any other operator",
}


def reads() -> dict[str, dict[str, Reads]]:
    """For each format, and every layer in catalogue order, whether its frontend gives it."""
    return {
        "keras-json": {op: Reads(_KERAS.get(op, ""), "" if op in _KERAS else _NO_CLASS) for op in REGISTRY},
        "prototxt": {op: Reads(_CAFFE.get(op, ""), "" if op in _CAFFE else _PARTS) for op in REGISTRY},
        "onnx": {op: Reads(_ONNX[op]) for op in REGISTRY},
    }
