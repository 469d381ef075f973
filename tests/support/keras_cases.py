"""Tiny nets: every layer of the catalogue with the forms of its attributes that backends treat apart."""

from __future__ import annotations

# A line is: input types, layer with its attributes. Every input is called x, y, z in order.
LINES = """
sequence[9, 4] | conv1d(filters=6, kernel=3, padding=same)
sequence[9, 4] | conv1d(filters=6, kernel=3, stride=2, padding=(2, 0), groups=2)
sequence[9, 4] | conv1d(filters=6, kernel=2, stride=2, dilation=3, padding=same)
map[9, 8, 4] | conv2d(filters=6, kernel=3)
map[9, 8, 4] | conv2d(filters=6, kernel=(3, 2), stride=(2, 3), padding=same, bias=false)
map[9, 8, 4] | conv2d(filters=6, kernel=3, stride=2, padding=(0, 1, 2, 1), groups=2)
map[9, 8, 4] | conv2d(filters=6, kernel=3, padding=1)
map[9, 8, 4] | conv2d(filters=6, kernel=3, stride=2, padding=same, dilation=2)
map[9, 8, 4] | conv2d(filters=6, kernel=3, stride=2, dilation=2)
map[9, 8, 4] | conv2d(filters=6, kernel=11, stride=3, padding=same)
volume[5, 6, 7, 2] | conv3d(filters=3, kernel=3, stride=2, padding=same)
volume[5, 6, 7, 2] | conv3d(filters=3, kernel=(1, 2, 3), padding=(0, 1, 1, 0, 2, 1))
sequence[5, 4] | conv1d_transpose(filters=3, kernel=4, stride=2, padding=same)
sequence[5, 4] | conv1d_transpose(filters=3, kernel=2, stride=3)
sequence[5, 4] | conv1d_transpose(filters=4, kernel=4, stride=2, padding=1, groups=2)
map[5, 4, 4] | conv2d_transpose(filters=3, kernel=3, stride=2, padding=same)
map[5, 4, 4] | conv2d_transpose(filters=3, kernel=4, stride=2, padding=1, bias=false)
map[5, 4, 4] | conv2d_transpose(filters=3, kernel=3, stride=2, padding=1, output_padding=1)
map[5, 4, 4] | conv2d_transpose(filters=3, kernel=3, stride=2, output_padding=(1, 0))
map[5, 4, 4] | conv2d_transpose(filters=3, kernel=2, stride=2, output_padding=3)
map[5, 4, 4] | conv2d_transpose(filters=3, kernel=3, dilation=2, padding=(0, 1, 2, 0))
map[5, 4, 4] | conv2d_transpose(filters=6, kernel=3, stride=2, padding=same, groups=2)
volume[3, 4, 3, 2] | conv3d_transpose(filters=3, kernel=2, stride=2)
volume[3, 4, 3, 2] | conv3d_transpose(filters=3, kernel=3, stride=(1, 2, 2), padding=1, output_padding=(0, 1, 1))
map[9, 8, 3] | depthwise_conv2d(kernel=3, stride=2, padding=same, bias=false)
map[9, 8, 3] | depthwise_conv2d(kernel=3, stride=(1, 2), padding=1, multiplier=2)
map[9, 8, 3] | separable_conv2d(filters=5, kernel=3, padding=same)
map[9, 8, 3] | separable_conv2d(filters=5, kernel=3, stride=(2, 1), padding=same, multiplier=2)
sequence[9, 4] | maxpool1d(kernel=2)
sequence[10, 4] | maxpool1d(kernel=3, stride=2, round=ceil)
map[9, 8, 3] | maxpool2d(kernel=2)
map[9, 8, 3] | maxpool2d(kernel=3, stride=2, padding=same)
map[9, 8, 3] | maxpool2d(kernel=3, stride=2, padding=1)
map[10, 9, 3] | maxpool2d(kernel=3, stride=2, round=ceil)
map[9, 8, 3] | maxpool2d(kernel=2, stride=2, padding=1)
map[10, 9, 3] | maxpool2d(kernel=2, stride=1, padding=(1, 0, 1, 1), round=ceil)
map[9, 8, 3] | maxpool2d(kernel=5, stride=3, padding=(4, 0, 1, 3), round=ceil)
map[5, 7, 3] | maxpool2d(kernel=4, stride=4, round=ceil)
map[9, 8, 3] | maxpool2d(kernel=1, stride=3)
volume[5, 6, 7, 2] | maxpool3d(kernel=(1, 2, 2), padding=(0, 0, 1, 0, 1, 1))
sequence[9, 4] | avgpool1d(kernel=2, padding=1)
map[9, 8, 3] | avgpool2d(kernel=3, stride=2, padding=same)
map[9, 8, 3] | avgpool2d(kernel=3, stride=2, padding=1)
map[10, 9, 3] | avgpool2d(kernel=3, stride=2, padding=1, round=ceil)
map[10, 9, 3] | avgpool2d(kernel=3, stride=2, round=ceil)
map[5, 7, 3] | avgpool2d(kernel=4, stride=4, round=ceil)
map[11, 7, 3] | avgpool2d(kernel=5, stride=4, padding=(1, 0, 2, 1), round=ceil)
volume[5, 6, 7, 2] | avgpool3d(kernel=2, stride=2, round=ceil)
volume[5, 6, 7, 2] | avgpool3d(kernel=3, stride=2, padding=same)
volume[5, 6, 7, 2] | avgpool3d(kernel=(2, 3, 3), stride=2, padding=(1, 0, 1, 1, 2, 0))
volume[5, 6, 7, 2] | maxpool3d(kernel=9, stride=4, padding=same)
sequence[9, 4] | global_avgpool1d
map[9, 8, 3] | global_avgpool2d
volume[5, 6, 7, 2] | global_avgpool3d
sequence[9, 4] | global_maxpool1d
map[9, 8, 3] | global_maxpool2d
volume[5, 6, 7, 2] | global_maxpool3d
sequence[5, 4] | upsample1d(size=3)
sequence[5, 4] | upsample1d(size=3, mode=linear)
map[5, 4, 3] | upsample2d(size=(2, 3))
map[5, 4, 3] | upsample2d(size=2, mode=bilinear)
volume[3, 4, 5, 2] | upsample3d(size=2)
volume[3, 4, 5, 2] | upsample3d(size=(2, 1, 3), mode=trilinear)
sequence[5, 4] | zeropad1d(padding=(2, 0))
map[5, 4, 3] | zeropad2d(padding=(1, 1, 2, 2))
volume[3, 4, 5, 2] | zeropad3d(padding=1)
sequence[5, 4] | crop1d(cropping=1)
map[5, 4, 3] | crop2d(cropping=(1, 2, 0, 1))
volume[3, 4, 5, 2] | crop3d(cropping=1)
vector[7] | dense(units=3)
ids[7] | dense(units=3, bias=false)
map[5, 4, 3] | flatten
sequence[5, 4] | flatten
map[5, 4, 3] | reshape(shape=(10, 6))
vector[12] | reshape(shape=(2, -1, 3))
map[5, 4, 3] | permute(order=(3, 1, 2))
vector[5] | repeat_vector(times=3)
ids[7] | embed(vocab=20, dim=5, length=7)
sequence[5, 4] | rnn(units=3)
sequence[5, 4] | rnn(units=3, return_sequences=true, bidirectional=true)
sequence[5, 4] | lstm(units=3, return_sequences=true)
sequence[5, 4] | lstm(units=3, bidirectional=true)
sequence[5, 4] | gru(units=3)
sequence[5, 4] | gru(units=3, return_sequences=true, bidirectional=true)
sequence[5, 8] | attention(heads=2, dim=8)
sequence[5, 8], sequence[4, 6] | attention(heads=2, dim=4)
sequence[5, 8], sequence[4, 6], sequence[4, 5] | attention(heads=1, dim=8)
map[5, 4, 3] | relu
map[5, 4, 3] | relu6
map[5, 4, 3] | leaky_relu(slope=0.2)
map[5, 4, 3] | prelu
sequence[5, 4] | prelu
vector[7] | prelu
map[5, 4, 3] | elu
map[5, 4, 3] | elu(slope=0.5)
vector[7] | selu
vector[7] | gelu
vector[7] | silu
map[5, 4, 3] | hard_silu
vector[7] | sigmoid
vector[7] | hard_sigmoid
vector[7] | tanh
vector[7] | softplus
vector[7] | softsign
vector[7] | softmax
map[5, 4, 3] | softmax(axis=1)
map[5, 4, 3] | linear
map[5, 4, 3] | batchnorm
vector[7] | batchnorm(eps=0.00001, momentum=0.9, scale=false)
sequence[5, 4] | layernorm
map[5, 4, 3] | layernorm(center=false)
map[5, 4, 6] | groupnorm(groups=2)
vector[6] | groupnorm(groups=2)
map[5, 4, 3] | instancenorm
sequence[5, 4] | instancenorm(scale=false, center=false)
map[5, 4, 7] | lrn
map[5, 4, 7] | lrn(size=3, alpha=0.5, beta=0.6, k=1)
map[5, 4, 7] | lrn(size=3, alpha=0.5, beta=0.6, region=within)
map[5, 4, 3] | rescale(scale=0.5, offset=-1)
map[5, 4, 3] | rescale(scale=(0.5, 2, 3), offset=(1, 2, -3))
sequence[5, 2] | rescale(scale=2, offset=(1, 2))
vector[7] | rescale(offset=0.5)
map[5, 4, 3] | standardize
vector[7] | standardize
map[5, 4, 7] | slice(start=2, size=3)
map[5, 4, 7] | slice(start=1, size=4, axis=1)
volume[5, 4, 3, 2] | slice(start=1, size=1)
volume[5, 4, 3, 2] | slice(start=1, size=2, axis=3)
sequence[9, 4] | slice(start=0, size=2, axis=1)
sequence[9, 4] | slice(start=1, size=2)
vector[7] | slice(start=3, size=4)
vector[7] | dropout(rate=0.5)
map[5, 4, 3] | spatial_dropout2d(rate=0.2)
vector[7] | gaussian_noise(stddev=0.1)
map[5, 4, 3], map[5, 4, 3], map[1, 1, 3] | add
vector[7], vector[7] | subtract
map[5, 4, 3], map[1, 1, 3] | multiply
vector[7], vector[7], vector[7] | average
vector[7], vector[7] | maximum
vector[7], vector[7] | minimum
map[5, 4, 3], map[5, 4, 2] | concat
map[5, 4, 3], map[2, 4, 3] | concat(axis=1)
vector[7], vector[7] | dot
sequence[5, 4], sequence[3, 4] | dot(axis=-1)
sequence[5, 4], sequence[4, 3] | dot(axis=(2, 1))
sequence[5, 4], vector[4] | dot(axis=(2, 1))
"""

CASES: tuple[tuple[str, str], ...] = tuple(
    (given.strip(), call.strip()) for given, call in (line.split("|") for line in LINES.strip().splitlines())
)


def text(case: tuple[str, str]) -> str:
    """The net of a case, as the language writes it."""
    given, call = case
    types = [part.strip() for part in given.replace("], ", "];").split(";")]
    names = "xyz"[: len(types)]
    inputs = "\n".join(f"  {name} = input {kind}" for name, kind in zip(names, types, strict=True))
    op, _, attributes = call.partition("(")
    arguments = ", ".join([*names, *([attributes[:-1]] if attributes else [])])
    return f"net tiny {{\n{inputs}\n  it = {op}({arguments})\n  output it\n}}\n"
