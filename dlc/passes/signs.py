"""Which values are never below 0, whatever the inputs and the weights are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dlc.ir import Node, Op

_ALWAYS = frozenset({"relu", "relu6", "sigmoid", "hard_sigmoid", "softmax", "softplus"})
_MERGES = ("add", "multiply", "average", "minimum", "concat")
_ARRANGES = ("flatten", "reshape", "permute", "repeat_vector")
_SCALES = ("dropout", "spatial_dropout2d", "lrn", "linear")
_WORDS = ("maxpool", "avgpool", "global_avgpool", "global_maxpool", "upsample", "zeropad", "crop")
_OF_RANK = (f"{word}{rank}d" for word in _WORDS for rank in (1, 2, 3))
_KEEPS = frozenset({*_MERGES, *_ARRANGES, *_SCALES, *_OF_RANK})


def is_non_negative(op: str, inputs: Sequence[bool]) -> bool:
    """Whether a layer's result is never below 0; `inputs` says that of its inputs."""
    if op in _ALWAYS:
        return True
    if op == "maximum":
        return any(inputs)
    return op in _KEEPS and all(inputs)


def non_negative(order: Iterable[Node]) -> frozenset[str]:
    """The values of a body that are never below 0; every node comes after what it reads."""
    found: set[str] = set()
    for node in order:
        if isinstance(node.op, Op) and is_non_negative(node.op.op_name, [s in found for s in node.inputs]):
            found.add(node.name)
    return frozenset(found)
