"""Blocks that only one place calls vanish: their layers stand there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs

from dlc.ir import Action, BlockCall, Node, Repeat
from dlc.layers.bind import bind_action
from dlc.passes.names import Names
from dlc.passes.rollup.series import Scope
from dlc.passes.rollup.work import Draft
from dlc.passes.structure import called_blocks


def calls(bodies: Iterable[Sequence[Node]]) -> Iterator[BlockCall]:
    """All calls in these bodies, those in repeats included."""
    for body in bodies:
        for node in body:
            yield from called_blocks(node.op)


def without_once_used(drafts: Sequence[Draft], nets: Sequence[Scope]) -> list[Draft]:
    """The blocks, with the layers of one that is called only once, by another block, in that call's place.

    In a repeat only the layers of a plain chain can stand.
    """
    left = {draft.name: draft for draft in drafts}
    for draft in drafts:
        bodies = [*(net.body for net in nets), *(d.scope.body for d in left.values())]
        uses = sum(call.block == draft.name for call in calls(bodies))
        host = next((d for d in left.values() if draft.name in _called(d)), None)
        if uses == 1 and host is not None:
            body = _inlined(host.scope.body, draft)
            left[host.name] = attrs.evolve(host, scope=attrs.evolve(host.scope, body=body))
            if draft.name not in _called(left[host.name]):
                del left[draft.name]
    return list(left.values())


def _called(draft: Draft) -> set[str]:
    return {call.block for call in calls([draft.scope.body])}


def _inlined(body: Sequence[Node], draft: Draft) -> tuple[Node, ...]:
    """The body with the layers of `draft` where it is called."""
    names = Names(node.name for node in body)
    made: list[Node] = []
    for node in body:
        if isinstance(node.op, BlockCall) and node.op.block == draft.name:
            made += _written_out(node, node.op, draft, names)
        elif isinstance(node.op, Repeat) and _is_chain(draft.scope):
            made.append(attrs.evolve(node, op=_with_links(node.op, draft)))
        else:
            made.append(node)
    return tuple(made)


def _written_out(node: Node, call: BlockCall, draft: Draft, names: Names) -> Iterator[Node]:
    inner = draft.scope.body
    outer = dict(zip(draft.scope.inputs, node.inputs, strict=True))
    outer |= {n.name: names.fresh(f"{node.name}.{n.name}") for n in inner[:-1]}
    outer[inner[-1].name] = node.name
    for n in inner:
        op = bind_action(n.op, call.arguments)
        yield attrs.evolve(n, name=outer[n.name], op=op, inputs=tuple(outer[s] for s in n.inputs))


def _is_chain(scope: Scope) -> bool:
    sources = (*scope.inputs, *(node.name for node in scope.body))
    pairs = zip(scope.body, sources, strict=False)
    return all(n.inputs == (before,) and n.declared is None and not n.inferred for n, before in pairs)


def _with_links(repeat: Repeat, draft: Draft) -> Repeat:
    links: list[Action] = []
    for link in repeat.links:
        if isinstance(link, Repeat):
            links.append(_with_links(link, draft))
        elif isinstance(link, BlockCall) and link.block == draft.name:
            links += [bind_action(node.op, link.arguments) for node in draft.scope.body]
        else:
            links.append(link)
    return Repeat(repeat.count, tuple(links))
