"""One way to write each padding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import attrs

from dlc.ir import Action, BlockCall, Module, Node, Op, Repeat
from dlc.layers import build
from dlc.layers.window import Window
from dlc.passes.base import Pass, PassResult, over_bodies, readers
from dlc.passes.fillings import has_window, is_pooling, is_transposed
from dlc.passes.signs import non_negative
from dlc.passes.structure import called_layers
from dlc.types import total


@attrs.frozen
class CanonicalPadding(Pass):
    """Write every padding in one way.

    Before:

        i = input map[32, 32, 3]
        z = zeropad2d(i, padding=3)
        a = conv2d(z, filters=8, kernel=7, stride=2)
        b = conv2d(a, filters=8, kernel=3, padding=same)
        c = conv2d(b, filters=8, kernel=1, padding=same)
        d = maxpool2d(c, kernel=2, padding=0)
        output d

    After:

        i = input map[32, 32, 3]
        a = conv2d(i, filters=8, kernel=7, stride=2, padding=3)
        b = conv2d(a, filters=8, kernel=3, padding=1)
        c = conv2d(b, filters=8, kernel=1)
        d = maxpool2d(c, kernel=2)
        output d

    Where nothing is padded it is `valid`. Zeros put around the input of a convolution, of an average
    pooling that rounds down, or of a max pooling whose input is never negative, are the layer's own
    padding. With a stride of 1 `same` and numbers can mean one thing whatever the size; then it is
    written as the module's layers with larger strides write theirs, where the two differ, and as `same`
    where there are none or as many of either.
    """

    name: ClassVar[str] = "canonical-padding"

    def run(self, module: Module) -> PassResult:
        folded = over_bodies(module, lambda _: _folded).module
        words = _prefers_words(folded)
        made = over_bodies(folded, lambda _: lambda body, kept: [_canonical(n, words) for n in body]).module
        return PassResult(made, made != module)


# Zeros around a layer's input.


def _folded(body: Sequence[Node], kept: frozenset[str]) -> list[Node]:
    """The body with zero paddings, each read by one layer alone, taken into that layer."""
    uses, positive = readers(body), non_negative(body)
    made: dict[str, Node] = {}
    for node in body:
        while len(node.inputs) == 1 and (before := made.get(node.inputs[0])) is not None:
            hidden = uses[before.name] == 1 and before.name not in kept and before.declared is None
            hidden = hidden and bool(before.inputs)
            together = _together(before, node, before.inputs[0] in positive) if hidden else None
            if together is None:
                break
            node = together
            del made[before.name]
        made[node.name] = node
    return list(made.values())


def _together(before: Node, node: Node, is_positive: bool) -> Node | None:
    """One layer that does what a zero padding and the layer after it do; None where there is none."""
    if not isinstance(before.op, Op) or not isinstance(node.op, Op):
        return None
    one_rank = before.op.op_name.removeprefix("zeropad") == node.op.op_name[-2:]
    if not one_rank or not has_window(node.op) or is_transposed(node.op):
        return None
    zeros, values = before.op.attributes()["padding"], dict(node.op.attributes())
    own = values["padding"]
    if not isinstance(zeros, tuple) or not (own == "valid" or isinstance(own, tuple)):
        return None
    if is_pooling(node.op) and not _pools_zeros(node.op, zeros, is_positive):
        return None
    sides = own if isinstance(own, tuple) else (0,) * len(zeros)
    values["padding"] = tuple(total(a, b) for a, b in zip(zeros, sides, strict=True))
    return attrs.evolve(node, op=build(node.op.op_name, values), inputs=before.inputs)


def _pools_zeros(op: Any, zeros: Sequence[object], is_positive: bool) -> bool:
    """Whether a pooling that is given no padding makes of zeros what it makes of padding in numbers.

    A window must hold something of the input.
    """
    if op.round != "floor" or op.padding != "valid" or not isinstance(op.kernel, tuple):
        return False
    sizes = [size for size in op.kernel for _ in ("before", "after")]
    pairs = zip(zeros, sizes, strict=True)
    below = all(isinstance(side, int) and isinstance(size, int) and side < size for side, size in pairs)
    return below and (is_positive or op.op_name.startswith("avg"))


# Words and numbers.


def _prefers_words(module: Module) -> bool:
    """Whether `same` is how the layers are padded in which it differs from numbers."""
    bodies = [*(b.body for b in module.blocks), *(n.body for n in module.nets)]
    paddings = [_decided(op) for body in bodies for node in body for op in called_layers(node.op)]
    return paddings.count("same") >= paddings.count("numbers")


def _decided(op: Op) -> str:
    """How a layer is padded whose stride makes the two differ."""
    if not has_window(op) or is_transposed(op):
        return ""
    steps = [w.stride for w in _windows(op)]
    if all(step == 1 for step in steps) or any(w.extent == 1 for w in _windows(op)):
        return ""
    padding = op.attributes()["padding"]
    return "same" if padding == "same" else "numbers" if isinstance(padding, tuple) and any(padding) else ""


def _canonical(node: Node, words: bool) -> Node:
    made = _canonical_action(node.op, words)
    return node if made == node.op else attrs.evolve(node, op=made)


def _canonical_action(action: Action, words: bool) -> Action:
    if isinstance(action, BlockCall):
        return action
    if isinstance(action, Repeat):
        return Repeat(action.count, tuple(_canonical_action(link, words) for link in action.links))
    padding = _padding(action, words) if has_window(action) else None
    if padding is None:
        return action
    return build(action.op_name, {**action.attributes(), "padding": padding})


def _padding(op: Op, words: bool) -> object:
    """The padding as it is written; None where it stays as it is."""
    padding = op.attributes()["padding"]
    if isinstance(padding, tuple) and all(side == 0 for side in padding):
        return "valid"
    if is_transposed(op):
        return None
    windows = _windows(op)
    if padding == "same" and all(w.extent == 1 for w in windows):
        return "valid"
    kept = _kept_size(windows) if not op.op_name.startswith("avg") else None
    if kept is not None and words and padding == kept:
        return "same"
    return kept if kept is not None and not words and padding == "same" else None


def _windows(op: Op) -> tuple[Window, ...]:
    return op.windows()  # type: ignore[attr-defined, no-any-return]


def _kept_size(windows: Sequence[Window]) -> tuple[int, ...] | None:
    """What `same` adds to each side, where that is the same for all sizes; None where it is not."""
    sides: list[int] = []
    for w in windows:
        if w.stride != 1 or not isinstance(w.extent, int):
            return None
        sides += w.same_pads(w.extent)
    return tuple(sides)
