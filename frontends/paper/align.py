"""Two readings side by side: which layers of one network stand for which of the other, and how alike they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from dlc.frontends.table.design.parts import MERGES
from dlc.ir import Net, Node, has_hole

#: Layers that tables and figures often leave out; they neither pair networks nor keep them apart.
SMALL = frozenset(
    (
        *("relu", "relu6", "leaky_relu", "prelu", "elu", "selu", "gelu", "silu", "hard_silu", "sigmoid"),
        *("hard_sigmoid", "tanh", "softplus", "softsign", "softmax", "linear"),
        *("batchnorm", "layernorm", "groupnorm", "instancenorm", "lrn"),
        *("dropout", "spatial_dropout2d", "gaussian_noise", "flatten", "reshape", "permute"),
        *("zeropad1d", "zeropad2d", "zeropad3d", "crop1d", "crop2d", "crop3d"),
    )
)
#: What two readings of one layer must agree on, where both state it.
_TELLING = (
    "filters",
    "units",
    "kernel",
    "stride",
    "dilation",
    "groups",
    "multiplier",
    "size",
    "heads",
    "dim",
    "vocab",
    "rate",
)
#: What an attribute is where nobody says otherwise: such a value contradicts nothing.
UNSAID = {"stride": 1, "dilation": 1, "groups": 1, "multiplier": 1}
_POOLS = frozenset(("maxpool", "avgpool", "global_avgpool", "global_maxpool"))


@attrs.frozen
class Alignment:
    """Pairs of layers (of the one, of the other) in order, and what speaks for and against one network.

    `one` and `other` are how many telling layers each has. `agreed` and `differing` count the attributes
    that both state, in paired layers.
    """

    pairs: tuple[tuple[Node, Node], ...]
    one: int
    other: int
    agreed: int
    differing: int

    @property
    def covered(self) -> float:
        """The share of the layers of both that are paired."""
        total = self.one + self.other
        return 2 * len(self.pairs) / total if total else 0.0

    @property
    def dispute(self) -> float:
        """The share of the attributes stated twice that differ, as if two more agreed."""
        return self.differing / (self.agreed + self.differing + 2)


def align(one: Net, other: Net) -> Alignment:
    """Pair the telling layers of two networks in order, as many and as like each other as can be.

    Merges count only where both networks have some.
    """
    merging = all(any(_name(node) in MERGES for node in net.body) for net in (one, other))
    first, second = telling(one, merging), telling(other, merging)
    pairs = _paired(first, second)
    told = [stated_by_both(a, b) for a, b in pairs]
    agreed = sum(alike for found in told for alike in found.values())
    differing = sum(not alike for found in told for alike in found.values())
    return Alignment(tuple(pairs), len(first), len(second), agreed, differing)


def telling(net: Net, merging: bool = True) -> list[Node]:
    """The layers by which a network is known: convolutions, poolings, dense layers and the like."""
    return [
        node
        for node in net.body
        if not node.inferred and _name(node) not in SMALL and (merging or _name(node) not in MERGES)
    ]


def stated_by_both(one: Node, other: Node) -> dict[str, bool]:
    """For each telling attribute that both layers state, whether they agree."""
    mine, theirs = one.layer.attributes(), other.layer.attributes()
    found = {}
    for name in _TELLING:
        if name not in mine or name not in theirs or has_hole(mine[name]) or has_hole(theirs[name]):
            continue
        a, b = plain(mine[name]), plain(theirs[name])
        if a == b:
            if a != UNSAID.get(name):
                found[name] = True
        elif UNSAID.get(name) not in (a, b):
            found[name] = False
    return found


def plain(value: Any) -> Any:
    """A value with (3, 3) as 3."""
    if isinstance(value, tuple) and value and all(side == value[0] for side in value):
        return plain(value[0])
    return value


def _name(node: Node) -> str:
    return node.layer.op_name


def _paired(first: Sequence[Node], second: Sequence[Node]) -> list[tuple[Node, Node]]:
    """The best pairing in order, by dynamic programming."""
    likes = [[_like(a, b) for b in second] for a in first]
    rows, columns = len(first), len(second)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            take = likes[i][j] + best[i + 1][j + 1] if likes[i][j] else 0.0
            best[i][j] = max(take, best[i + 1][j], best[i][j + 1])
    return [(first[i], second[j]) for i, j in _path(likes, best)]


def _path(likes: Sequence[Sequence[float]], best: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    found, i, j = [], 0, 0
    while i < len(best) - 1 and j < len(best[0]) - 1:
        if likes[i][j] and abs(best[i][j] - likes[i][j] - best[i + 1][j + 1]) < 1e-9:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


def _like(one: Node, other: Node) -> float:
    """How like two layers are, 0 to 1; 0 where they cannot be readings of one."""
    if not same_operation(one, other):
        return 0.0
    told = stated_by_both(one, other)
    return 0.6 + 0.4 * (sum(told.values()) / len(told) if told else 0.5)


def same_operation(one: Node, other: Node) -> bool:
    """Whether two layers do the same, or what papers do not tell apart."""
    mine, theirs = _name(one), _name(other)
    if mine == theirs == "opaque":
        types = [str(node.layer.attributes().get("type", "")).casefold() for node in (one, other)]
        return types[0] == types[1]
    return mine == theirs or _pool(mine) == _pool(theirs) != ""


def _pool(name: str) -> str:
    """The rank of a pooling of any kind, such as "2d"; "" for another layer."""
    return name[-2:] if name[:-2] in _POOLS and name.endswith(("1d", "2d", "3d")) else ""
