"""What a source shows once and counts, as a repeat: "×6" beside a frame, "2 × conv" in a row of a table.

A reader writes every copy out, since types flow through each of them. All copies have the place of the one
that is shown, and that tells them from layers that only happen to be alike, which the pass that rolls up looks
for. Each layer keeps its place, inside a block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

import attrs

from dlc.ir import Block, BlockCall, Module, Node, Repeat
from dlc.layers import REGISTRY
from dlc.passes.names import Names
from dlc.passes.rollup.naming import block_name
from dlc.passes.rollup.rewrite import ENTRY, RESULT, common_origin
from dlc.passes.rollup.series import MOST_LAYERS, Scope

#: What one copy reads of its own (their places in it) and of what came before it (None).
_Sources = tuple[tuple[int | None, ...], ...]


@attrs.frozen
class _Copies:
    """Nodes that follow each other as `count` times the same; `entry` is what the first of them reads."""

    nodes: tuple[Node, ...]
    count: int
    entry: str

    @property
    def first(self) -> tuple[Node, ...]:
        """The nodes of the first copy."""
        return self.nodes[: len(self.nodes) // self.count]

    @property
    def saved(self) -> int:
        """About how many statements fewer there are with a repeat: of one layer, or of a block and its call."""
        return len(self.nodes) - (2 if len(self.first) == 1 else len(self.first) + 2)


def counted(module: Module) -> Module:
    """The module with what its source counts as repeats, of a layer or of a block, where that is shorter.

    A repeat has the name and the declared type of the last copy, what is common to the origins of its layers,
    and the least of their confidences. Blocks are named by what they do.
    """
    names = Names((*REGISTRY, *(b.name for b in module.blocks), *(n.name for n in module.nets)))
    blocks = list(module.blocks)
    nets = [
        attrs.evolve(net, body=_body(net.body, frozenset(net.outputs), names, blocks)) for net in module.nets
    ]
    return Module(tuple(blocks), tuple(nets))


def _body(
    nodes: Sequence[Node], outputs: AbstractSet[str], names: Names, blocks: list[Block]
) -> tuple[Node, ...]:
    """Nodes with repeats in place of copies; the blocks that those call come behind the ones there are.

    Layers that share weights name each other, which they cannot across a block's border: they stay.
    """
    if any(node.shares is not None for node in nodes):
        return tuple(nodes)
    readers = _readers(nodes)
    made: list[Node] = []
    at = 0
    while at < len(nodes):
        copies = max(_copies_at(nodes, at, readers, outputs), key=lambda found: found.saved, default=None)
        if copies is None or copies.saved <= 0:
            made.append(nodes[at])
            at += 1
        else:
            made.append(_repeat(copies, names, blocks))
            at += len(copies.nodes)
    return tuple(made)


def _readers(nodes: Iterable[Node]) -> dict[str, set[str]]:
    """The names of the nodes that read each value."""
    found: dict[str, set[str]] = {}
    for node in nodes:
        for source in node.inputs:
            found.setdefault(source, set()).add(node.name)
    return found


def _copies_at(
    nodes: Sequence[Node], at: int, readers: dict[str, set[str]], outputs: AbstractSet[str]
) -> Iterator[_Copies]:
    """The ways to take the nodes from a place on as copies of one length."""
    for length in range(1, min(MOST_LAYERS, (len(nodes) - at) // 2) + 1):
        first = nodes[at : at + length]
        if not _alike(first[0], nodes[at + length]):
            continue
        outer = {source for node in first for source in node.inputs} - {node.name for node in first}
        if len(outer) != 1:
            continue
        (entry,) = outer
        count = _count(nodes, at, length, entry, readers, outputs)
        if count > 1:
            yield _Copies(tuple(nodes[at : at + count * length]), count, entry)


def _count(
    nodes: Sequence[Node],
    at: int,
    length: int,
    entry: str,
    readers: dict[str, set[str]],
    outputs: AbstractSet[str],
) -> int:
    """How many copies of so many nodes follow each other, each reading only the one before it."""
    first = nodes[at : at + length]
    wanted = _sources(first, entry)
    count = 0
    while True:
        copy = nodes[at + count * length : at + (count + 1) * length]
        same = len(copy) == length and all(map(_alike, first, copy)) and _sources(copy, entry) == wanted
        same = same and _told_alike(first, copy)
        if not same or not _is_closed(copy, readers, outputs):
            return count
        count += 1
        following = nodes[at + count * length : at + (count + 1) * length]
        entry = copy[-1].name
        own = {node.name for node in following}
        closed = readers.get(entry, set()) <= own and copy[-1].declared == first[-1].declared
        if entry in outputs or not closed:
            return count


def _told_alike(first: Sequence[Node], copy: Sequence[Node]) -> bool:
    """Whether the same is declared of a copy as of the first, or more of its result, which then is the last.

    A repeat of a single layer has no place for what is declared of every copy.
    """
    same = all(one.declared == other.declared for one, other in zip(first[:-1], copy[:-1], strict=True))
    result, other = first[-1].declared, copy[-1].declared
    return same and (result is None or (result == other and len(first) > 1))


def _alike(one: Node, other: Node) -> bool:
    """Whether a node is one of the copies of another: both were read at one place, as the same."""
    same = one.op == other.op and one.origin is not None and one.origin == other.origin
    return same and one.inferred == other.inferred


def _sources(copy: Sequence[Node], entry: str) -> _Sources | None:
    """What each node of a copy reads; None where that is not the copy's own, nor its entry."""
    places: dict[str, int | None] = {node.name: i for i, node in enumerate(copy)}
    places[entry] = None
    known = all(source in places for node in copy for source in node.inputs)
    return tuple(tuple(places[source] for source in node.inputs) for node in copy) if known else None


def _is_closed(copy: Sequence[Node], readers: dict[str, set[str]], outputs: AbstractSet[str]) -> bool:
    """Whether nothing outside reads what a copy makes on the way."""
    own = {node.name for node in copy}
    return all(node.name not in outputs and readers.get(node.name, set()) <= own for node in copy[:-1])


def _repeat(copies: _Copies, names: Names, blocks: list[Block]) -> Node:
    """The node that stands for all copies."""
    if len(copies.first) == 1:
        link = copies.first[0].op
    else:
        block = _block(copies, names, blocks)
        blocks.append(block)
        link = BlockCall(block.name, {})
    last = copies.nodes[-1]
    sure = [node.confidence for node in copies.nodes if node.confidence is not None]
    return attrs.evolve(
        last,
        op=Repeat(copies.count, (link,)),
        inputs=(copies.entry,),
        origin=last.origin if len(copies.first) == 1 else common_origin(node.origin for node in copies.first),
        confidence=min(sure, default=None),
    )


def _block(copies: _Copies, names: Names, blocks: list[Block]) -> Block:
    """The first copy as a block, its layers with their names; what is counted in it comes first among blocks."""
    inner = _body(copies.first, frozenset({copies.first[-1].name}), names, blocks)
    local = Names((ENTRY, RESULT))
    new = {node.name: local.fresh(node.name) for node in inner[:-1]}
    new |= {copies.entry: ENTRY, inner[-1].name: RESULT}
    body = tuple(
        attrs.evolve(n, name=new[n.name], inputs=tuple(new[source] for source in n.inputs)) for n in inner
    )
    named = names.fresh(block_name(Scope((ENTRY,), body, frozenset({RESULT}))))
    return Block(named, (ENTRY,), (), body, RESULT)
