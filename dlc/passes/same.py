"""Whether two nets are the same but for the names of their layers, and which name stands for which."""

from __future__ import annotations

from dlc.ir import Net, Node


def names(a: Net, b: Net) -> dict[str, str] | None:
    """For every value of `a` that an output depends on, its name in `b`; None where the nets differ.

    Inputs and outputs are paired by their positions, layers by what they do and the order of their inputs.
    Who shares weights with whom is the same too. Origins, confidences and declared types may differ; where a
    layer's result is what is declared of it, as with opaque layers, the declared type may not.
    """
    if len(a.inputs) != len(b.inputs) or len(a.outputs) != len(b.outputs):
        return None
    if any(one.type != other.type for one, other in zip(a.inputs, b.inputs, strict=True)):
        return None
    nodes, others = {n.name: n for n in a.body}, {n.name: n for n in b.body}
    found = {one.name: other.name for one, other in zip(a.inputs, b.inputs, strict=True)}
    stack = list(zip(a.outputs, b.outputs, strict=True))
    while stack:
        name, other = stack.pop()
        if name in found:
            if found[name] != other:
                return None
            continue
        if name not in nodes or other not in others or not _do_the_same(nodes[name], others[other]):
            return None
        found[name] = other
        stack += zip(nodes[name].inputs, others[other].inputs, strict=True)
    if any(_owner(nodes[n], found) != others[m].shares for n, m in found.items() if n in nodes):
        return None
    return found if len(set(found.values())) == len(found) else None


def _owner(node: Node, found: dict[str, str]) -> str | None:
    return None if node.shares is None else found.get(node.shares, node.shares)


def _do_the_same(a: Node, b: Node) -> bool:
    typed = getattr(a.op, "declares_result", False)
    alike = a.op == b.op and a.inferred == b.inferred and len(a.inputs) == len(b.inputs)
    return alike and (not typed or a.declared == b.declared)
