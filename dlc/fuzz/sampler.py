"""A fast seeded sampler of valid designs over Tables 1 and 2 of DLPaper2Code (AAAI 2018).

A design starts at one of Table 2's inputs, ends in a dense layer with one unit a class, and has
`depth` layers. Which layer may follow which comes from the kind signatures (Table 1), the
hyper-parameters from Table 2. Sizes cannot vanish: `valid` padding is drawn only where it fits.

Departures, so that every design can be built and run: dropout rates leave out 0 and 1 (one does
nothing, the other is refused by frameworks), no vector is embedded (its values are not ids), and
maps are pooled until flattening them gives at most `MOST_FLAT` values.
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Iterator, Sequence
from itertools import product

import attrs

from dlc.ir import Input, Net, Node, Op
from dlc.layers import build
from dlc.layers.tables import INPUTS, RANGES, SimulatedInput
from dlc.types import Dim, Kind, Type, signatures, vector

MOST_FLAT = 2**16
SHALLOWEST = 4  # conv2d, a pooling, flatten, dense
_WIDEST = int(max(RANGES["conv2d"]["kernel"]))
_SHRINK = int(max(RANGES["maxpool2d"]["stride"]))
# The simulated layers; one name for the two uses of rnn and lstm, as Table 1 has it.
LAYERS = ("dense", "conv2d", "flatten", "dropout", "maxpool2d", "avgpool2d", "concat", "embed")
RECURRENT = ("rnn", "rnn_seq", "lstm", "lstm_seq")


@attrs.frozen
class Step:
    """A layer that may come next, and the kind that it gives."""

    layer: str
    gives: Kind


class Sampler:
    """Draws nets; the same seed and the same calls give the same nets."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def net(self, depth: int, name: str = "net") -> Net:
        """A valid net of `depth` layers with its types filled in; depth is at least SHALLOWEST."""
        if depth < SHALLOWEST:
            raise ValueError(f"a design has at least {SHALLOWEST} layers, not {depth}")
        source = self._random.choice(INPUTS)
        design = _Design(self._random, source)
        for left in range(depth, 0, -1):
            design.extend(left)
        return design.net(name)


class _Design:
    """A net under construction: its nodes, and its values by kind and spatial size for concats."""

    def __init__(self, rng: random.Random, source: SimulatedInput) -> None:
        self._random = rng
        self._source = source
        self._name = source.name
        self._type = source.type
        self._nodes: list[Node] = []
        self._values: dict[tuple[Kind, tuple[Dim, ...]], list[tuple[str, Type]]] = {}
        self._counts: dict[str, int] = {}

    def net(self, name: str) -> Net:
        return Net(name, (Input(self._source.name, self._source.type),), tuple(self._nodes), (self._name,))

    def extend(self, left: int) -> None:
        """Add the next of `left` layers that are still to come."""
        if left == 1:
            self._add(_op("dense", units=self._source.classes), (), vector(self._source.classes))
            return
        while not self._try(self._step(left), left):
            pass

    def _step(self, left: int) -> Step:
        """A next layer: as likely to leave the present kind here as at any later place."""
        kind = self._type.kind
        if not self._nodes:
            return Step("conv2d", Kind.MAP) if kind is Kind.MAP else Step("embed", Kind.SEQUENCE)
        stay, leave = _steps(kind)
        due = left - 1  # places at which the kind can still be left
        if leave and (due == 1 or self._random.random() < 1 / due):
            return self._random.choice(leave)
        return self._random.choice(stay)

    def _try(self, step: Step, left: int) -> bool:
        """Add a layer for the step unless the design could then not be finished."""
        op = self._random.choice(_ops(step.layer, self._room()))
        earlier = self._values.get(_place(self._type), ())
        partner = self._random.choice(earlier) if step.layer == "concat" and len(earlier) > 1 else None
        if step.layer == "concat" and (partner is None or partner[0] == self._name):
            return False
        others = (partner,) if partner else ()
        made = op.infer([self._type, *(kind for _, kind in others)])
        # Maps still to come are all but this layer, flatten and dense.
        if made is None or _least(made, left - 3) > MOST_FLAT:
            return False
        self._add(op, tuple(name for name, _ in others), made)
        return True

    def _room(self) -> int:
        """The largest window that fits without padding (no more than the largest there is)."""
        return min(_WIDEST, *map(_number, self._type.spatial)) if self._type.kind is Kind.MAP else 0

    def _add(self, op: Op, others: tuple[str, ...], made: Type) -> None:
        self._counts[op.op_name] = count = self._counts.get(op.op_name, 0) + 1
        name = f"{op.op_name}{count}"
        self._nodes.append(Node(name, op, (self._name, *others), type=made))
        self._name, self._type = name, made
        self._values.setdefault(_place(made), []).append((name, made))


def _place(kind: Type) -> tuple[Kind, tuple[Dim, ...]]:
    """What two values must share to be concatenated along their last axis."""
    return kind.kind, kind.spatial


@functools.cache
def _steps(kind: Kind) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """The steps that keep a kind and those that leave it, read from the signatures (Table 1)."""
    every = [step for layer in (*LAYERS, *RECURRENT) for step in _uses(layer, kind)]
    leave = [s for s in every if s.gives is not kind]
    if kind is Kind.VECTOR:
        leave = [s for s in leave if s.layer != "embed"]
    return tuple(s for s in every if s.gives is kind), tuple(leave)


def _uses(layer: str, kind: Kind) -> Iterator[Step]:
    name = layer.removesuffix("_seq")
    for gives in signatures()[name].results(kind):
        if name not in ("rnn", "lstm") or (gives is Kind.SEQUENCE) == layer.endswith("_seq"):
            yield Step(layer, gives)


@functools.cache
def _ops(layer: str, room: int) -> Sequence[Op]:
    """Every layer that Table 2 allows; windows of at most `room` also without padding."""
    name = layer.removesuffix("_seq")
    ranges = RANGES.get(name, {})
    if name == "dropout":
        ranges = {"rate": ranges["rate"][1:-1]}
    made = []
    for values in product(*ranges.values()):
        given = dict(zip(ranges, values, strict=True))
        if layer.endswith("_seq"):
            given["return_sequences"] = True
        if "kernel" in given:
            made.append(_op(name, padding="same", **given))
        if given.get("kernel", 0) <= room:
            made.append(_op(name, **given))
    return made


def _op(name: str, **attributes: object) -> Op:
    return build(name, attributes)


def _least(made: Type, pools: int) -> int:
    """The fewest values that `made` can be brought to by so many poolings."""
    if made.kind is not Kind.MAP:
        return math.prod(map(_number, made.shape))
    shrink: int = _SHRINK ** max(pools, 0)
    height, width = (max(1, -(-_number(d) // shrink)) for d in made.spatial)
    return height * width * _number(made.channels)


def _number(dim: Dim) -> int:
    if not isinstance(dim, int):
        raise TypeError(f"{dim} is no number")
    return dim
