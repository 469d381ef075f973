"""Reads prototxt against a table of BVLC Caffe 1.0's messages, after its caffe.proto: typos cannot pass.

Only what emitted nets may use is in the tables; a field or layer that is not in them is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

Message = dict[str, Any]  # repeated fields as lists; fields that are not stated are absent

# message: fields; a field is `name type`, `*` behind the type makes it repeated.
MESSAGES = """
NetParameter: name string, layer LayerParameter*
LayerParameter: name string, type string, bottom string*, top string*, phase Phase, loss_weight float*,
  param ParamSpec*, include NetStateRule*, exclude NetStateRule*, propagate_down bool*,
  accuracy_param AccuracyParameter, batch_norm_param BatchNormParameter, bias_param BiasParameter,
  concat_param ConcatParameter, convolution_param ConvolutionParameter, data_param DataParameter,
  dropout_param DropoutParameter, dummy_data_param DummyDataParameter, eltwise_param EltwiseParameter,
  elu_param ELUParameter, embed_param EmbedParameter, exp_param ExpParameter, flatten_param FlattenParameter,
  inner_product_param InnerProductParameter, input_param InputParameter, lrn_param LRNParameter,
  mvn_param MVNParameter, pooling_param PoolingParameter, power_param PowerParameter,
  prelu_param PReLUParameter, recurrent_param RecurrentParameter, relu_param ReLUParameter,
  reshape_param ReshapeParameter, scale_param ScaleParameter, slice_param SliceParameter,
  softmax_param SoftmaxParameter, tile_param TileParameter, loss_param LossParameter
NetStateRule: phase Phase
ParamSpec: name string, lr_mult float, decay_mult float
FillerParameter: type string, value float, min float, max float, mean float, std float, variance_norm Norm
BlobShape: dim int*
InputParameter: shape BlobShape*
AccuracyParameter: top_k uint, axis int, ignore_label int
BatchNormParameter: use_global_stats bool, moving_average_fraction float, eps float
BiasParameter: axis int, num_axes int, filler FillerParameter
ConcatParameter: axis int
ConvolutionParameter: num_output uint, bias_term bool, pad uint*, kernel_size uint*, stride uint*,
  dilation uint*, pad_h uint, pad_w uint, kernel_h uint, kernel_w uint, stride_h uint, stride_w uint,
  group uint, weight_filler FillerParameter, bias_filler FillerParameter, axis int
DataParameter: source string, batch_size uint, backend DB
DropoutParameter: dropout_ratio float
DummyDataParameter: data_filler FillerParameter*, shape BlobShape*
EltwiseParameter: operation EltwiseOp, coeff float*
ELUParameter: alpha float
EmbedParameter: num_output uint, input_dim uint, bias_term bool, weight_filler FillerParameter,
  bias_filler FillerParameter
ExpParameter: base float, scale float, shift float
FlattenParameter: axis int, end_axis int
InnerProductParameter: num_output uint, bias_term bool, weight_filler FillerParameter,
  bias_filler FillerParameter, axis int, transpose bool
LossParameter: ignore_label int
LRNParameter: local_size uint, alpha float, beta float, norm_region NormRegion, k float
MVNParameter: normalize_variance bool, across_channels bool, eps float
PoolingParameter: pool PoolMethod, pad uint, pad_h uint, pad_w uint, kernel_size uint, kernel_h uint,
  kernel_w uint, stride uint, stride_h uint, stride_w uint, global_pooling bool
PowerParameter: power float, scale float, shift float
PReLUParameter: filler FillerParameter, channel_shared bool
RecurrentParameter: num_output uint, weight_filler FillerParameter, bias_filler FillerParameter,
  expose_hidden bool
ReLUParameter: negative_slope float
ReshapeParameter: shape BlobShape, axis int, num_axes int
ScaleParameter: axis int, num_axes int, filler FillerParameter, bias_term bool, bias_filler FillerParameter
SliceParameter: axis int, slice_point uint*
SoftmaxParameter: axis int
TileParameter: axis int, tiles int
SolverParameter: net string, test_iter int*, test_interval int, base_lr float, display int, max_iter int,
  lr_policy string, gamma float, power float, momentum float, weight_decay float, stepsize int, snapshot int,
  snapshot_prefix string, solver_mode SolverMode, type string, iter_size int, random_seed int
"""

ENUMS = {
    "Phase": {"TRAIN", "TEST"},
    "Norm": {"FAN_IN", "FAN_OUT", "AVERAGE"},
    "DB": {"LEVELDB", "LMDB"},
    "EltwiseOp": {"PROD", "SUM", "MAX"},
    "NormRegion": {"ACROSS_CHANNELS", "WITHIN_CHANNEL"},
    "PoolMethod": {"MAX", "AVE", "STOCHASTIC"},
    "SolverMode": {"CPU", "GPU"},
}

# layer type: number of bottoms, number of tops, the message of its parameters (`+` is one or more).
LAYERS = """
Input 0 + input_param
Data 0 1-2 data_param
DummyData 0 + dummy_data_param
Convolution 1 1 convolution_param
Deconvolution 1 1 convolution_param
InnerProduct 1 1 inner_product_param
Embed 1 1 embed_param
Pooling 1 1 pooling_param
LRN 1 1 lrn_param
MVN 1 1 mvn_param
BatchNorm 1 1 batch_norm_param
Scale 1-2 1 scale_param
Bias 1-2 1 bias_param
ReLU 1 1 relu_param
PReLU 1 1 prelu_param
ELU 1 1 elu_param
Sigmoid 1 1 -
TanH 1 1 -
BNLL 1 1 -
AbsVal 1 1 -
Power 1 1 power_param
Exp 1 1 exp_param
Softmax 1 1 softmax_param
Dropout 1 1 dropout_param
Eltwise + 1 eltwise_param
Concat + 1 concat_param
Slice 1 + slice_param
Split 1 + -
Silence + 0 -
Flatten 1 1 flatten_param
Reshape 1 1 reshape_param
Tile 1 1 tile_param
LSTM 2 1 recurrent_param
RNN 2 1 recurrent_param
SoftmaxWithLoss 2 1 softmax_param
MultinomialLogisticLoss 2 1 -
SigmoidCrossEntropyLoss 2 1 -
EuclideanLoss 2 1 -
Accuracy 2 1 accuracy_param
"""

FILLERS = {"constant", "uniform", "gaussian", "xavier", "msra", "bilinear"}
IN_PLACE = {
    "ReLU",
    "PReLU",
    "ELU",
    "Sigmoid",
    "TanH",
    "Power",
    "Exp",
    "Dropout",
    "BatchNorm",
    "Scale",
    "Bias",
}
_LOSSES = {"SoftmaxWithLoss", "Accuracy"}  # layers that take the parameters of another layer type too


class NotCaffe(Exception):
    """The text is not what BVLC Caffe reads; the message says where."""


def _table(text: str) -> dict[str, dict[str, str]]:
    found = {}
    for entry in re.split(r"\n(?=\S)", text.strip()):
        name, _, fields = entry.partition(":")
        found[name] = dict(field.split() for field in fields.replace("\n", " ").split(","))
    return found


_FIELDS = _table(MESSAGES)
_LAYERS = {line.split()[0]: line.split()[1:] for line in LAYERS.strip().splitlines()}
_TOKEN = re.compile(
    r'(?:\s|#[^\n]*)*(?:("(?:[^"\\\n]|\\.)*")|([A-Za-z_][\w.]*)|([-+]?[\d.][\w.+-]*)|([{}:])|(\S))'
)


def read(text: str, message: str = "NetParameter") -> Message:
    """The message of a prototxt file. Raises NotCaffe with the line of what is wrong."""
    tokens = list(_tokens(text))
    tokens.append(("", text.count("\n") + 1))
    made, end = _message(tokens, 0, message)
    if tokens[end][0]:
        raise NotCaffe(f"line {tokens[end][1]}: {tokens[end][0]!r} closes nothing")
    return made


def read_net(text: str) -> list[Message]:
    """The layers of a net that is sound in both phases."""
    layers: list[Message] = read(text)["layer"]
    for layer in layers:
        _check_layer(layer)
    for phase in ("TRAIN", "TEST"):
        _check_wiring([layer for layer in layers if in_phase(layer, phase)])
    return layers


def in_phase(layer: Message, phase: str) -> bool:
    """Whether a layer is part of the net in a phase."""
    rules = layer.get("include", [])
    return not rules or any(rule.get("phase", phase) == phase for rule in rules)


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    at = 0
    while match := _TOKEN.match(text, at):
        token = next(group for group in match.groups() if group is not None)
        line = text.count("\n", 0, match.end() - len(token)) + 1
        if match[5]:
            raise NotCaffe(f"line {line}: {token!r} means nothing")
        yield token, line
        at = match.end()


def _message(tokens: Sequence[tuple[str, int]], at: int, kind: str) -> tuple[Message, int]:
    made: Message = {}
    while tokens[at][0] not in ("}", ""):
        name, line = tokens[at]
        declared = _FIELDS[kind].get(name)
        if declared is None:
            raise NotCaffe(f"line {line}: {kind} has no field {name}")
        value, at = _value(tokens, at + 1, declared.rstrip("*"), name)
        if declared.endswith("*"):
            made.setdefault(name, []).append(value)
        elif name in made:
            raise NotCaffe(f"line {line}: {name} is stated twice")
        else:
            made[name] = value
    return made, at


def _value(tokens: Sequence[tuple[str, int]], at: int, kind: str, name: str) -> tuple[Any, int]:
    token, line = tokens[at]
    if kind in _FIELDS:
        at += token == ":"
        if tokens[at][0] != "{":
            raise NotCaffe(f"line {line}: {name} is a message: {{ is missing")
        made, end = _message(tokens, at + 1, kind)
        if tokens[end][0] != "}":
            raise NotCaffe(f"line {line}: {name} is not closed")
        return made, end + 1
    if token != ":":
        raise NotCaffe(f"line {line}: {name} needs a colon")
    return _scalar(tokens[at + 1][0], kind, f"line {line}: {name}"), at + 2


def _scalar(token: str, kind: str, where: str) -> Any:
    if kind in ENUMS and token in ENUMS[kind]:
        return token
    if kind == "bool" and token in ("true", "false"):
        return token == "true"
    if kind == "string" and token.startswith('"'):
        return _unquoted(token)
    if kind in ("int", "uint") and re.fullmatch(r"-?\d+" if kind == "int" else r"\d+", token):
        return int(token)
    if kind == "float" and re.fullmatch(r"-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", token):
        return float(token)
    raise NotCaffe(f"{where} is no {kind}: {token}")


_ESCAPED = {"n": b"\n", "r": b"\r", "t": b"\t"}


def _unquoted(token: str) -> str:
    made = bytearray()
    for plain, octal, letter in re.findall(r"([^\\]+)|\\([0-7]{3})|\\(.)", token[1:-1]):
        made += bytes([int(octal, 8)]) if octal else _ESCAPED.get(letter, letter.encode())
        made += plain.encode()
    return made.decode()


def _check_layer(layer: Message) -> None:
    name, kind = layer.get("name"), layer.get("type")
    if not name or kind not in _LAYERS:
        raise NotCaffe(f"layer {name!r}: there is no layer type {kind!r} in Caffe 1.0")
    bottoms, tops, parameters = _LAYERS[kind]
    if not _counts(bottoms, layer.get("bottom", ())) or not _counts(tops, layer.get("top", ())):
        raise NotCaffe(f"{kind} {name!r} has a wrong number of bottoms or tops")
    for field in layer:
        if field.endswith("_param") and field not in (parameters, "loss_param"):
            raise NotCaffe(f"{kind} {name!r} does not read {field}")
    for filler in _fillers(layer):
        if filler.get("type") not in FILLERS:
            raise NotCaffe(f"{kind} {name!r} has no filler {filler.get('type')!r}")


def _counts(stated: str, blobs: Sequence[str]) -> bool:
    if stated == "+":
        return len(blobs) >= 1
    least, _, most = stated.partition("-")
    return int(least) <= len(blobs) <= int(most or least)


def _fillers(message: Message) -> Iterator[Message]:
    for field, value in message.items():
        for one in value if isinstance(value, list) else [value]:
            if field.endswith("filler"):
                yield one
            elif isinstance(one, dict):
                yield from _fillers(one)


@attrs.define
class _Blobs:
    """The blobs that layers have made so far."""

    made: set[str] = attrs.field(factory=set)

    def take(self, layer: Message) -> None:
        bottoms, tops = layer.get("bottom", []), layer.get("top", [])
        for blob in bottoms:
            if blob not in self.made:
                raise NotCaffe(f"{layer['name']!r} reads {blob!r}, which no layer before it makes")
        for blob in tops:
            if blob in self.made and not (blob in bottoms and layer["type"] in IN_PLACE):
                raise NotCaffe(f"{layer['name']!r} makes {blob!r}, which there is already")
            self.made.add(blob)


def _check_wiring(layers: Sequence[Message]) -> None:
    names = [layer["name"] for layer in layers]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise NotCaffe(f"several layers are called {doubled[0]!r}")
    blobs = _Blobs()
    for layer in layers:
        blobs.take(layer)
