"""Parameters of one name: layers whose parameters all have the same names use the same weights."""

from __future__ import annotations

from dlc.diagnostics import Severity, codes
from dlc.frontends.prototxt.builder import Builder, Source
from dlc.ir import Node


def share_weights(b: Builder, source: Source, since: int) -> None:
    """Let the nodes that a layer became, those after the first `since`, use the weights of the layer
    whose parameters have the same names; a finding where only some of them have."""
    names = source.weight_names
    if not any(names):
        return
    made = b.weighted(since)
    complete = all(names) and len(names) >= sum(_blobs(n, len(names)) for n in b.nodes[since:])
    if complete and names in b.named:
        b.share(since, b.named[names])
        return
    common = [name for name in names if name in b.shared_names and name]
    b.named.setdefault(names, made)
    b.shared_names.update(names)
    if common:
        message = (
            f"{source.kind} {source.name} shares {', '.join(common)} with another layer, but not all of its"
            " weights: it is read with weights of its own"
        )
        b.note(codes.SHARED_IN_PART, message, source, Severity.WARNING)


def _blobs(node: Node, given: int) -> int:
    """How many parameters Caffe's layer for a node has; `given` where that is not known."""
    if not node.layer.has_weights:
        return 0
    values = node.layer.attributes()
    if node.layer.op_name == "batchnorm":
        return 3 + bool(values["scale"]) + bool(values["center"])
    return 1 + (values["bias"] is True) if "bias" in values else given
