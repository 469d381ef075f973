"""Older spellings brought to today's: `layers` of V1, the nested `layer` of V0, renamed types.

Facts: BVLC Caffe, src/caffe/util/upgrade_proto.cpp.
"""

from __future__ import annotations

import attrs

from dlc.frontends.prototxt.message import Field, Message, Word

# V1's enumeration, where lower-casing and capitals do not give the type's name.
_V1_TYPES = {
    "ABSVAL": "AbsVal",
    "BNLL": "BNLL",
    "CONTRASTIVE_LOSS": "ContrastiveLoss",
    "DUMMY_DATA": "DummyData",
    "EUCLIDEAN_LOSS": "EuclideanLoss",
    "HDF5_DATA": "HDF5Data",
    "HDF5_OUTPUT": "HDF5Output",
    "HINGE_LOSS": "HingeLoss",
    "IM2COL": "Im2col",
    "IMAGE_DATA": "ImageData",
    "INFOGAIN_LOSS": "InfogainLoss",
    "INNER_PRODUCT": "InnerProduct",
    "LRN": "LRN",
    "MEMORY_DATA": "MemoryData",
    "MULTINOMIAL_LOGISTIC_LOSS": "MultinomialLogisticLoss",
    "MVN": "MVN",
    "PRELU": "PReLU",
    "RELU": "ReLU",
    "SIGMOID_CROSS_ENTROPY_LOSS": "SigmoidCrossEntropyLoss",
    "SOFTMAX_LOSS": "SoftmaxWithLoss",
    "TANH": "TanH",
    "WINDOW_DATA": "WindowData",
    "ARGMAX": "ArgMax",
}
# V0's lower-case types, and the messages of V2 that their flat fields belong to.
_V0_TYPES = {
    "accuracy": "Accuracy",
    "bnll": "BNLL",
    "concat": "Concat",
    "conv": "Convolution",
    "data": "Data",
    "dropout": "Dropout",
    "euclidean_loss": "EuclideanLoss",
    "flatten": "Flatten",
    "hdf5_data": "HDF5Data",
    "hdf5_output": "HDF5Output",
    "im2col": "Im2col",
    "images": "ImageData",
    "infogain_loss": "InfogainLoss",
    "innerproduct": "InnerProduct",
    "lrn": "LRN",
    "multinomial_logistic_loss": "MultinomialLogisticLoss",
    "pool": "Pooling",
    "relu": "ReLU",
    "sigmoid": "Sigmoid",
    "softmax": "Softmax",
    "softmax_loss": "SoftmaxWithLoss",
    "split": "Split",
    "tanh": "TanH",
    "window_data": "WindowData",
}
_V0_MESSAGES = {
    "Convolution": "convolution_param",
    "InnerProduct": "inner_product_param",
    "Pooling": "pooling_param",
    "Dropout": "dropout_param",
    "LRN": "lrn_param",
    "Concat": "concat_param",
    "Data": "data_param",
    "ImageData": "image_data_param",
    "HDF5Data": "hdf5_data_param",
    "WindowData": "window_data_param",
}
_V0_FIELDS = {
    "num_output": "num_output",
    "biasterm": "bias_term",
    "weight_filler": "weight_filler",
    "bias_filler": "bias_filler",
    "pad": "pad",
    "kernelsize": "kernel_size",
    "group": "group",
    "stride": "stride",
    "pool": "pool",
    "dropout_ratio": "dropout_ratio",
    "local_size": "local_size",
    "alpha": "alpha",
    "beta": "beta",
    "k": "k",
    "source": "source",
    "batchsize": "batch_size",
    "concat_dim": "concat_dim",
    "new_height": "new_height",
    "new_width": "new_width",
    "cropsize": "crop_size",
}
_TRANSFORMS = frozenset(("scale", "meanfile", "cropsize", "mirror"))


def upgraded(net: Message) -> Message:
    """The network with `layer` messages of V2 only."""
    if not net.has("layers"):
        return net
    return attrs.evolve(net, fields=tuple(_layer(f) if f.name == "layers" else f for f in net.fields))


def _layer(field: Field) -> Field:
    message: Message = field.value
    inner = message.get("layer")
    made = _from_v0(message, inner) if isinstance(inner, Message) else _from_v1(message)
    return attrs.evolve(field, name="layer", value=made)


def _from_v1(message: Message) -> Message:
    fields = tuple(
        attrs.evolve(f, value=_v1_type(f.value)) if f.name == "type" and isinstance(f.value, Word) else f
        for f in message.fields
    )
    return attrs.evolve(message, fields=fields)


def _v1_type(name: str) -> str:
    return _V1_TYPES.get(name) or "".join(part.capitalize() for part in name.split("_"))


def _from_v0(outer: Message, inner: Message) -> Message:
    """A V0 layer: its hyper-parameters stand flat beside its name."""
    kind = _V0_TYPES.get(str(inner.get("type")), str(inner.get("type")))
    made = [Field("name", inner.get("name", ""), outer.line), Field("type", kind, outer.line)]
    made += [f for f in outer.fields if f.name in ("bottom", "top")]
    own, transform = [], []
    for f in inner.fields:
        if kind == "padding" and f.name == "pad":
            made.append(f)
        elif f.name in _TRANSFORMS and kind.endswith("Data"):
            transform.append(
                attrs.evolve(f, name={"cropsize": "crop_size", "meanfile": "mean_file"}.get(f.name, f.name))
            )
        elif f.name in _V0_FIELDS:
            own.append(attrs.evolve(f, name=_V0_FIELDS[f.name]))
    if own and kind in _V0_MESSAGES:
        made.append(Field(_V0_MESSAGES[kind], Message(tuple(own), outer.line), outer.line))
    if transform:
        made.append(Field("transform_param", Message(tuple(transform), outer.line), outer.line))
    return Message(tuple(made), outer.line)
