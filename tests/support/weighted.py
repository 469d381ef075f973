"""Nets of every kind of weights, small enough to run in a moment, and their weights in every framework's files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from support.nets import expanded, read_module

from dlc.ir import Module
from dlc.verify import draw
from dlc.weights import convert

NETS = {
    "lenet": """
  image = input map[28, 28, 1]
  conv1 = conv2d(image, filters=6, kernel=5)
  pool1 = maxpool2d(conv1, kernel=2)
  conv2 = conv2d(pool1, filters=8, kernel=5)
  pool2 = maxpool2d(conv2, kernel=2)
  flat = flatten(pool2)
  fc1 = dense(flat, units=20)
  relu1 = relu(fc1)
  fc2 = dense(relu1, units=10)
  prob = softmax(fc2)
  output prob""",
    "resnet": """
  image = input map[16, 16, 3]
  conv1 = conv2d(image, filters=8, kernel=3, padding=same, bias=false)
  bn1 = batchnorm(conv1)
  relu1 = relu(bn1)
  conv2 = conv2d(relu1, filters=8, kernel=3, padding=1, bias=false)
  bn2 = batchnorm(conv2, scale=false)
  side = conv2d(relu1, filters=8, kernel=1)
  bn3 = batchnorm(side, center=false)
  sum = add(bn2, bn3)
  relu2 = relu(sum)
  pool = global_avgpool2d(relu2)
  fc = dense(pool, units=5)
  output fc""",
    "mobilenet": """
  image = input map[24, 24, 3]
  conv = conv2d(image, filters=8, kernel=3, stride=2, padding=1)
  deep1 = depthwise_conv2d(conv, kernel=3, padding=1)
  act1 = relu6(deep1)
  deep2 = depthwise_conv2d(act1, kernel=3, multiplier=2, padding=same)
  apart = separable_conv2d(deep2, filters=6, kernel=3, multiplier=2)
  slope = prelu(apart)
  fc = slope |> flatten |> dense(units=4)
  output fc""",
    "unet": """
  image = input map[16, 16, 2]
  left = conv2d(image, filters=4, kernel=3, padding=same)
  down = maxpool2d(left, kernel=2)
  deep = conv2d(down, filters=6, kernel=3, padding=same)
  up = conv2d_transpose(deep, filters=4, kernel=2, stride=2)
  both = concat(left, up)
  split = conv2d_transpose(both, filters=4, kernel=3, groups=2)
  right = conv2d(split, filters=1, kernel=1)
  output right""",
    "recurrent": """
  words = input ids[7]
  vectors = embed(words, vocab=30, dim=5)
  both = lstm(vectors, units=4, return_sequences=true, bidirectional=true)
  gated = gru(both, units=3, return_sequences=true)
  last = gru(gated, units=4, bidirectional=true)
  plain = rnn(gated, units=3)
  joined = concat(last, plain)
  fc = dense(joined, units=2)
  output fc""",
    "inception": """
  image = input map[20, 20, 3]
  conv1 = conv2d(image, filters=8, kernel=7, stride=2, padding=3)
  norm = lrn(conv1, size=5)
  a = conv2d(norm, filters=4, kernel=1)
  b0 = conv2d(norm, filters=3, kernel=1)
  b = conv2d(b0, filters=6, kernel=3, padding=1)
  c0 = conv2d(norm, filters=2, kernel=1)
  c = conv2d(c0, filters=3, kernel=5, padding=2)
  d0 = maxpool2d(norm, kernel=3, stride=1, padding=1)
  d = conv2d(d0, filters=2, kernel=1)
  joined = concat(a, b, c, d)
  grouped = conv2d(joined, filters=6, kernel=3, groups=3)
  left = flatten(grouped)
  right = flatten(a)
  units = concat(left, right)
  fc = dense(units, units=6)
  output fc""",
    "padded": """
  image = input map[9, 9, 3]
  tall = zeropad2d(image, padding=(1, 2, 0, 1))
  bent = tanh(tall)
  wide = zeropad2d(bent, padding=1)
  pool = maxpool2d(wide, kernel=3, stride=2)
  normal = layernorm(pool)
  large = upsample2d(normal, size=2, mode=bilinear)
  conv = conv2d(large, filters=4, kernel=3, stride=2, padding=same)
  fc = conv |> flatten |> dense(units=3)
  output fc""",
    "siamese": """
  left = input map[8, 8, 2]
  right = input map[8, 8, 2]
  a1 = conv2d(left, filters=3, kernel=3)
  b1 = conv2d(right, filters=3, kernel=3) @ shares a1
  a2 = a1 |> relu |> flatten |> dense(units=4)
  b = b1 |> relu |> flatten
  b2 = dense(b, units=4) @ shares a2
  fc = subtract(a2, b2) |> dense(units=1)
  output fc""",
    "transformer": """
  words = input ids[6]
  vectors = embed(words, vocab=20, dim=8)
  mixed = attention(vectors, heads=2, dim=8)
  sum = add(vectors, mixed)
  normal = layernorm(sum)
  wide = conv1d(normal, filters=12, kernel=3, padding=same)
  pool = global_maxpool1d(wide)
  fc = dense(pool, units=3)
  output fc""",
}


def module(name: str) -> Module:
    """One of the nets, checked."""
    return read_module(f"net {name} {{{NETS[name]}\n}}\n")


def weights(name: str, seed: int = 0) -> dict[str, dict[str, Any]]:
    """Random weights of one of the nets."""
    return draw.weights(expanded(module(name)).nets[0], seed)


def write(path: Path, name: str, held: dict[str, dict[str, Any]]) -> Path:
    """The weights in a file for the code that dlc writes for the net."""
    from dlc.weights.files import require_framework

    own = module(name)
    prepared = convert.prepared(own, require_framework(path), "dlnet")
    path.write_bytes(convert.written(path, own, prepared, held))
    return path


def same(a: dict[str, dict[str, Any]], b: dict[str, dict[str, Any]]) -> bool:
    """Whether weights are equal to the last bit."""
    return a.keys() == b.keys() and all(
        a[n].keys() == b[n].keys() and all(np.array_equal(a[n][r], b[n][r]) for r in a[n]) for n in a
    )
