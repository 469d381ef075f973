"""Which layers of two nets are the same ones.

Layers with equal surroundings are found first: equal all the way from the inputs, or all the way to the
outputs. What is left between them is aligned as two sequences, at the least cost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from dlc.ir import Net, Node

_COMMUTATIVE = frozenset({"add", "multiply", "average", "maximum", "minimum"})
_MOST_CELLS = 4_000_000  # of an alignment's table; larger ones are aligned by name and order alone
_KIN = (
    {"maxpool", "avgpool"},
    {"relu", "relu6", "leaky_relu", "prelu", "elu", "selu", "gelu", "silu", "hard_silu", "tanh", "sigmoid",
     "hard_sigmoid", "softplus", "softsign", "softmax"},
    {"batchnorm", "layernorm", "groupnorm", "instancenorm", "lrn"},
    {"add", "subtract", "multiply", "average", "maximum", "minimum", "concat"},
    {"rnn", "lstm", "gru"},
    {"dropout", "spatial_dropout2d", "gaussian_noise"},
    {"conv", "separable_conv", "depthwise_conv"},
)  # fmt: skip


@attrs.frozen
class Alignment:
    """Pairs of layers that stand for each other, by name, and those of each net that none stands for."""

    pairs: Mapping[str, str]  # of the first net -> of the second
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]

    @property
    def back(self) -> dict[str, str]:
        """The pairs the other way round."""
        return {b: a for a, b in self.pairs.items()}


def align(a: Net, b: Net, by_name: bool) -> Alignment:
    """Align the layers of two canonical nets; inputs are paired by name, else in order.

    `by_name` pairs layers of one name and kind first, whatever surrounds them.
    """
    pairs = _inputs(a, b)
    if by_name:
        theirs = {node.name: node.layer.op_name for node in b.body}
        pairs |= {n.name: n.name for n in a.body if theirs.get(n.name) == n.layer.op_name}
    signer = _Signer(dict(pairs))
    for signs in (signer.both, signer.from_inputs, signer.to_outputs):
        pairs |= dict(_equals(signs(a, 0), signs(b, 1), pairs))
    _between(a, b, pairs)
    taken = set(pairs.values())
    return Alignment(
        pairs,
        tuple(n.name for n in a.body if n.name not in pairs),
        tuple(n.name for n in b.body if n.name not in taken),
    )


def _inputs(a: Net, b: Net) -> dict[str, str]:
    names = {i.name for i in b.inputs}
    pairs = {i.name: i.name for i in a.inputs if i.name in names}
    left = [i.name for i in b.inputs if i.name not in pairs]
    rest = [i.name for i in a.inputs if i.name not in pairs]
    return pairs | dict(zip(rest, left, strict=False))


Signs = dict[str, int]


class _Signer:
    """Gives every layer a number; layers with the same surroundings, of either net, have the same one."""

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self._pairs = pairs
        self._back = {b: a for a, b in pairs.items()}
        self._numbers: dict[Hashable, int] = {}

    def both(self, net: Net, side: int) -> Signs:
        """By everything around a layer."""
        before, after = self.from_inputs(net, side), self.to_outputs(net, side)
        return {name: self._number((sign, after[name])) for name, sign in before.items()}

    def from_inputs(self, net: Net, side: int) -> Signs:
        """By what a layer is made from, all the way from the inputs."""
        signs: Signs = {}
        for given in net.inputs:
            name = given.name
            shared = (name if name in self._pairs else None) if side == 0 else self._back.get(name)
            signs[name] = self._number(("input", shared) if shared is not None else ("input", side, name))
        for node in net.body:
            read = [signs[name] for name in node.inputs]
            signs[node.name] = self._number((node.op, tuple(sorted(read) if commutes(node) else read)))
        return {node.name: signs[node.name] for node in net.body}

    def to_outputs(self, net: Net, side: int) -> Signs:
        """By what is made of a layer, all the way to the outputs."""
        uses: defaultdict[str, list[int]] = defaultdict(list)
        for index, name in enumerate(net.outputs):
            uses[name].append(self._number(("output", index)))
        signs: Signs = {}
        for node in reversed(net.body):
            signs[node.name] = self._number((node.op, tuple(sorted(uses[node.name]))))
            for index, name in enumerate(node.inputs):
                uses[name].append(self._number((signs[node.name], 0 if commutes(node) else index)))
        return signs

    def _number(self, key: Hashable) -> int:
        return self._numbers.setdefault(key, len(self._numbers))


def commutes(node: Node) -> bool:
    """Whether the order of what a layer reads makes no difference."""
    return node.layer.op_name in _COMMUTATIVE


def _equals(a: Signs, b: Signs, pairs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Pairs of equal signs: those of one name first, then in order."""
    taken = set(pairs.values())
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for name, sign in b.items():
        if name not in taken:
            groups[sign].append(name)
    for name, sign in a.items():
        if name not in pairs and groups.get(sign):
            group = groups[sign]
            found = name if name in group else next((g for g in group if g not in a), group[0])
            group.remove(found)
            yield name, found


def _between(a: Net, b: Net, pairs: dict[str, str]) -> None:
    """Pair what is left, each stretch between layers that are paired on its own."""
    taken = set(pairs.values())
    left = [n for n in _in_order(a) if n.name not in pairs]
    right = [n for n in _in_order(b) if n.name not in taken]
    if not left or not right:
        return
    cost = _Costs(left, right, pairs)
    if len(left) * len(right) > _MOST_CELLS:
        names = {n.name: n for n in right}
        chosen = [(n, names[n.name]) for n in left if n.name in names]
        pairs |= {n.name: m.name for n, m in chosen if cost(n, m) < _APART}
        return
    pairs |= _aligned(left, right, cost)


def _in_order(net: Net) -> list[Node]:
    """The nodes from the inputs to the outputs, one branch after the other, in an order that does not
    depend on how the net is written: of branches that are added the longest comes first."""
    by_name = {node.name: node for node in net.body}
    depth: dict[str, int] = {}
    for node in net.body:
        depth[node.name] = 1 + max((depth.get(name, 0) for name in node.inputs), default=0)
    made: dict[str, Node] = {}
    stack = [(name, False) for name in reversed(net.outputs)]
    while stack:
        name, ready = stack.pop()
        if name in made or name not in by_name:
            continue
        node = by_name[name]
        if ready:
            made[name] = node
            continue
        sources = sorted(node.inputs, key=lambda n: -depth.get(n, 0)) if commutes(node) else node.inputs
        stack.append((name, True))
        stack += [(source, False) for source in reversed(sources)]
    return list(made.values())


_APART = 2.0  # what leaving out one layer of either net costs, twice


class _Costs:
    """How unlike two layers are, from 0 (alike) to `_APART` (left out is no worse)."""

    def __init__(self, left: Sequence[Node], right: Sequence[Node], pairs: Mapping[str, str]) -> None:
        self._pairs = pairs
        self._left = {n.name for n in left}
        self._right = {n.name for n in right}
        self._ops: dict[tuple[Any, Any], float] = {}

    def __call__(self, a: Node, b: Node) -> float:
        key = a.op, b.op
        if key not in self._ops:
            self._ops[key] = _unlike(a, b)
        cost = self._ops[key]
        if cost >= _APART:
            return cost
        if a.name != b.name:
            cost += 0.5 if a.name in self._right or b.name in self._left else 0.25
        wrong = sum(self._pairs.get(name, "") not in b.inputs for name in a.inputs if name in self._pairs)
        return cost + 0.1 * min(wrong, 2)


def _unlike(a: Node, b: Node) -> float:
    first, second = a.layer, b.layer
    if first.op_name == second.op_name:
        values = zip(first.attributes().items(), second.attributes().values(), strict=True)
        differing = sum(x != y for (_, x), y in values)
        return min(0.15 * differing, 0.75)
    kin = any({_stem(first.op_name), _stem(second.op_name)} <= family for family in _KIN)
    return 1.25 if kin else _APART


def _stem(op: str) -> str:
    return op[:-2] if op[-2:] in ("1d", "2d", "3d") else op


def _aligned(
    left: Sequence[Node], right: Sequence[Node], cost: Callable[[Node, Node], float]
) -> dict[str, str]:
    """The pairs of the cheapest alignment that keeps both orders (Needleman and Wunsch 1970)."""
    gap = _APART / 2
    rows: list[list[float]] = [[gap * j for j in range(len(right) + 1)]]
    steps: list[bytearray] = [bytearray(len(right) + 1)]
    for i, a in enumerate(left, 1):
        above, row, marks = rows[-1], [gap * i], bytearray(len(right) + 1)
        for j, b in enumerate(right, 1):
            paired, best, mark = above[j - 1] + cost(a, b), above[j] + gap, 1
            if row[j - 1] + gap < best:
                best, mark = row[j - 1] + gap, 2
            if paired < best:
                best, mark = paired, 3
            row.append(best)
            marks[j] = mark
        rows.append(row)
        steps.append(marks)
    return _traced(left, right, steps)


def _traced(left: Sequence[Node], right: Sequence[Node], steps: Sequence[bytearray]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    i, j = len(left), len(right)
    while i and j:
        mark = steps[i][j]
        if mark == 3:
            i, j = i - 1, j - 1
            pairs[left[i].name] = right[j].name
        else:
            i, j = (i - 1, j) if mark == 1 else (i, j - 1)
    return pairs
