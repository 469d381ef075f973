"""Names of layers, as Keras gives them by itself, as Caffe's models have them, and as papers write them."""

from __future__ import annotations

import random
from collections.abc import Mapping

import attrs

from dlc.ir import Net


@attrs.frozen
class Scheme:
    """How layers are named: a base by operation (else the operation's own name), then a number.

    `separator` stands before the number. Numbers run from 1; where `bare` is set, the first layer of a base
    has none and the next one has 1.
    """

    names: Mapping[str, str]
    separator: str = ""
    bare: bool = False

    def base(self, op: str) -> str:
        """The part of the name before the number."""
        return self.names.get(op, op)

    def name(self, op: str, count: int) -> str:
        """The name of a layer before which `count` layers have the same base."""
        number = count if self.bare else count + 1
        return f"{self.base(op)}{self.separator}{number}" if number else self.base(op)


_KERAS = {
    "maxpool2d": "max_pooling2d",
    "avgpool2d": "average_pooling2d",
    "concat": "concatenate",
    "embed": "embedding",
    "rnn": "simple_rnn",
    "batchnorm": "batch_normalization",
    "relu": "re_lu",
}
_CAFFE = {
    "conv2d": "conv",
    "maxpool2d": "pool",
    "avgpool2d": "pool",
    "dense": "ip",
    "dropout": "drop",
    "batchnorm": "bn",
    "softmax": "prob",
}
_SHORT = {**_CAFFE, "dense": "fc", "embed": "emb", "concat": "cat", "flatten": "flat"}

SCHEMES = (
    Scheme(_KERAS, "_"),  # Keras to 2.3: conv2d_1, conv2d_2
    Scheme(_KERAS, "_", bare=True),  # later: conv2d, conv2d_1
    Scheme(_CAFFE),
    Scheme(_SHORT),
)


def renamed(net: Net, rng: random.Random) -> Net:
    """The same net with names by a scheme drawn at random, or its own."""
    scheme = rng.choice((None, *SCHEMES))
    if scheme is None:
        return net
    names = {i.name: i.name for i in net.inputs}
    counts: dict[str, int] = {}
    for node in net.body:
        op = node.layer.op_name
        count = counts.get(scheme.base(op), 0)
        counts[scheme.base(op)] = count + 1
        names[node.name] = scheme.name(op, count)
    return with_names(net, names)


def with_names(net: Net, names: Mapping[str, str]) -> Net:
    """The net with its values renamed; `names` has every one of them."""
    inputs = tuple(attrs.evolve(i, name=names[i.name]) for i in net.inputs)
    body = tuple(
        attrs.evolve(n, name=names[n.name], inputs=tuple(names[i] for i in n.inputs)) for n in net.body
    )
    return attrs.evolve(net, inputs=inputs, body=body, outputs=tuple(names[o] for o in net.outputs))
