"""Kinds of networks that papers draw, each at random: chains, residual, inception, text, two streams."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import attrs

from dlc.simulate.paper.structure import Again, Cell, Chain, Fork, Part, Spec
from dlc.types import Kind, Type

ACTIVATIONS = ("relu", "relu", "relu", "relu", "leaky_relu", "elu", "tanh", "sigmoid")


@attrs.frozen
class Plan:
    """A structure and the type of what it is given."""

    chain: Chain
    given: Type


@attrs.define
class Habits:
    """What one paper does throughout: its activation, whether it normalises, how it writes these.

    `apart` says that activation and normalisation have boxes of their own, `folded` that the layer's label
    names them; with neither they are not shown.
    """

    rng: random.Random
    activation: str
    normalised: bool
    apart: bool
    folded: bool

    def conv(self, filters: int, kernel: int, stride: int = 1, op: str = "conv2d") -> list[Cell]:
        """A convolution with what follows it."""
        stated = {"filters": filters, "kernel": kernel, "stride": stride, "padding": "same"}
        return self._followed(Spec(op, stated))

    def dense(self, units: int) -> list[Cell]:
        """A dense layer with what follows it."""
        return self._followed(Spec("dense", {"units": units}), normalised=False)

    def _followed(self, spec: Spec, normalised: bool | None = None) -> list[Cell]:
        bn = self.normalised if normalised is None else normalised
        rest = [Spec("batchnorm")] * bn + [Spec(self.activation)]
        if self.apart:
            return [Cell((s,)) for s in (spec, *rest)]
        return [Cell((spec, *rest))] if self.folded else [Cell((spec,))]

    def pool(self, kernel: int = 2, stride: int = 2) -> Cell:
        """A pooling, nearly always of the greatest."""
        op = self.rng.choices(("maxpool2d", "avgpool2d"), (4, 1))[0]
        return Cell((Spec(op, {"kernel": kernel, "stride": stride, "padding": "same"}),))


def habits(rng: random.Random) -> Habits:
    """Habits at random."""
    shown = rng.choices(("apart", "folded", "neither"), (3, 3, 6))[0]
    return Habits(rng, rng.choice(ACTIVATIONS), rng.random() < 0.4, shown == "apart", shown == "folded")


def chain(rng: random.Random, depth: int) -> Plan:
    """Convolutions and poolings, then dense layers."""
    use, given = habits(rng), _side(rng)
    side = given
    parts: list[Part] = []
    filters = rng.choice((8, 16, 32, 64))
    head = _head(rng, use)
    while len(parts) + len(head) < depth:
        kernel = rng.choice((3, 3, 3, 5, 7, 11)) if not parts else rng.choice((1, 3, 3, 3, 5))
        stride = rng.choice((1, 1, 1, 2))
        parts += use.conv(filters, kernel, stride)
        side = -(-side // stride)
        if side > 6 and rng.random() < 0.5:
            parts.append(use.pool(rng.choice((2, 2, 3))))
            side = -(-side // 2)
        if rng.random() < 0.4:
            filters = min(1024, 2 * filters)
    return Plan(Chain((*parts, *head)), _image(given))


def _side(rng: random.Random) -> int:
    """The side of an input image."""
    return rng.choice((28, 32, 64, 96, 128, 224, 227, 256))


def _image(side: int) -> Type:
    return Type(Kind.MAP, (side, side, 1 if side == 28 else 3))


def _head(rng: random.Random, use: Habits) -> list[Cell]:
    """What ends a classifier."""
    classes = rng.choice((2, 5, 10, 10, 20, 100, 1000))
    made: list[Cell] = []
    if rng.random() < 0.3:
        made.append(Cell((Spec("global_avgpool2d"),)))
    for _ in range(rng.choice((0, 1, 1, 2))):
        made += use.dense(rng.choice((64, 128, 256, 512, 1024, 4096)))
        if rng.random() < 0.25:
            made.append(Cell((Spec("dropout", {"rate": rng.choice((0.2, 0.3, 0.5))}),)))
    made.append(Cell((Spec("dense", {"units": classes}),)))
    if rng.random() < 0.5:
        made.append(Cell((Spec("softmax"),)))
    return made


def residual(rng: random.Random, depth: int) -> Plan:
    """Blocks whose input is added to their output, one after another or counted."""
    use = habits(rng)
    filters = rng.choice((16, 32, 64))
    parts: list[Part] = [*use.conv(filters, rng.choice((3, 7)), rng.choice((1, 2)))]
    if rng.random() < 0.5:
        parts.append(use.pool(3))
    while _boxes(parts) < depth - 2:
        body = _residual_block(rng, use, filters)
        if rng.random() < 0.4:
            parts.append(Again(Chain((body,)), rng.randint(2, 8)))
        else:
            parts.append(body)
        if rng.random() < 0.4:
            filters = min(512, 2 * filters)
            parts += use.conv(filters, 3, 2)
    classes = Cell((Spec("dense", {"units": rng.choice((10, 100, 1000))}),))
    return Plan(Chain((*parts, Cell((Spec("global_avgpool2d"),)), classes)), _image(224))


def _residual_block(rng: random.Random, use: Habits, filters: int) -> Fork:
    bottleneck = rng.random() < 0.3
    kernels = (1, 3, 1) if bottleneck else (3, 3)
    body = [cell for kernel in kernels for cell in use.conv(filters, kernel)]
    if use.apart:  # the last activation comes after the addition
        body = body[:-1]
    return Fork((Chain(tuple(body)), Chain()), Spec("add"))


def inception(rng: random.Random, depth: int) -> Plan:
    """Branches of different windows whose maps are put together."""
    use = habits(rng)
    use.apart = False  # nobody has room for it
    parts: list[Part] = [*use.conv(rng.choice((16, 32, 64)), rng.choice((3, 5, 7)), 2)]
    while _boxes(parts) < depth - 2:
        parts.append(_module(rng, use))
        if rng.random() < 0.4:
            parts.append(use.pool(3))
    return Plan(Chain((*parts, *_head(rng, use))), _image(rng.choice((96, 128, 224))))


def _module(rng: random.Random, use: Habits) -> Fork:
    width = rng.choice((16, 32, 64))
    choices: list[list[Cell]] = [
        use.conv(width, 1),
        [*use.conv(width, 1), *use.conv(2 * width, 3)],
        [*use.conv(width // 2, 1), *use.conv(width, 5)],
        [
            Cell((Spec("maxpool2d", {"kernel": 3, "stride": 1, "padding": "same"}),)),
            *use.conv(width, 1),
        ],
        [*use.conv(width, 1), *use.conv(width, 3), *use.conv(width, 3)],
    ]
    count = rng.randint(2, 4)
    branches = tuple(Chain(tuple(cells)) for cells in rng.sample(choices, count))
    return Fork(branches, Spec("concat"))


def u_net(rng: random.Random, depth: int) -> Plan:
    """Down to a small map and up again, where maps of the way down are put beside those of the way up."""
    use = habits(rng)
    use.apart = False
    levels = max(1, min(3, depth // 5))
    filters = rng.choice((16, 32, 64))
    inner: tuple[Part, ...] = tuple(use.conv(filters * 2**levels, 3))
    for level in reversed(range(levels)):
        width = filters * 2**level
        up = Cell((Spec("conv2d_transpose", _doubling(width)),))
        inside = Chain((use.pool(), *inner, up))
        inner = (*use.conv(width, 3), Fork((Chain(), inside), Spec("concat")), *use.conv(width, 3))
    return Plan(Chain((*inner, *use.conv(rng.choice((1, 2, 21)), 1)[:1])), _image(rng.choice((128, 256))))


def _doubling(filters: int) -> dict[str, int | str]:
    return {"filters": filters, "kernel": 2, "stride": 2, "padding": "same"}


def text(rng: random.Random, depth: int) -> Plan:
    """Words, embedded and read by recurrent layers."""
    use = habits(rng)
    op = rng.choice(("lstm", "lstm", "gru", "rnn"))
    both = rng.random() < 0.3
    stated = {"vocab": rng.choice((10000, 20000, 50000)), "dim": rng.choice((64, 100, 128, 300))}
    parts: list[Part] = [Cell((Spec("embed", stated),))]
    layers = max(1, min(4, depth - 3))
    for number in range(layers):
        units = rng.choice((32, 64, 128, 256, 512))
        last = number == layers - 1
        parts.append(Cell((Spec(op, {"units": units, "return_sequences": not last, "bidirectional": both}),)))
    head = [cell for cell in _head(rng, use) if cell.main.op != "global_avgpool2d"]
    return Plan(Chain((*parts, *head)), Type(Kind.IDS, (rng.choice((50, 100, 200)),)))


def autoencoder(rng: random.Random, depth: int) -> Plan:
    """Down to a small map and up again."""
    use, steps = habits(rng), max(2, min(4, depth // 2))
    filters = [rng.choice((8, 16, 32)) * 2**i for i in range(steps)]
    down = [cell for f in filters for cell in use.conv(f, 3, 2)]
    up = [cell for f in reversed(filters) for cell in use.conv(f, 3, 2, "conv2d_transpose")]
    return Plan(Chain((*down, *up, *use.conv(3, 3)[:1])), _image(rng.choice((64, 128, 256))))


def two_streams(rng: random.Random, depth: int) -> Plan:
    """Two ways through the network, of several layers each, that meet."""
    use = habits(rng)
    use.apart = False
    length = max(1, min(4, (depth - 4) // 2))
    filters = rng.choice((16, 32, 64))
    branches = []
    for _ in range(rng.choice((2, 2, 3))):
        cells = [c for _ in range(length) for c in use.conv(filters, rng.choice((1, 3, 5)))]
        branches.append(Chain(tuple(cells)))
    merge = Spec(rng.choice(("concat", "concat", "add", "multiply")))
    start = use.conv(filters, 3)
    return Plan(Chain((*start, Fork(tuple(branches), merge), *_head(rng, use))), _image(64))


Family = Callable[[random.Random, int], Plan]
FAMILIES: Sequence[tuple[Family, int]] = (
    (chain, 6),
    (residual, 4),
    (inception, 3),
    (text, 2),
    (autoencoder, 2),
    (two_streams, 2),
    (u_net, 2),
)


def _boxes(parts: Sequence[Part]) -> int:
    """How many boxes parts have when drawn."""
    total = 0
    for part in parts:
        if isinstance(part, Cell):
            total += 1
        elif isinstance(part, Again):
            total += _boxes(part.body.parts)
        else:
            total += 1 + sum(_boxes(branch.parts) for branch in part.branches)
    return total
