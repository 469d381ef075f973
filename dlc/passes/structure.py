"""Structure of nets and blocks: names, references, cycles, calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dlc.diagnostics import Diagnostic, Fix, Note, Span, codes
from dlc.ir import Action, Block, BlockCall, Input, Module, Net, Node, Op, Repeat
from dlc.layers import nearest
from dlc.passes.sharing import sharing_findings

_MOST_COMPARED = 1_000_000  # names looked at for suggestions, a net or block
_Place = Input | Node | Span | None


class _Known:
    """The names that a net or block defines, and what one that it does not may have been meant for."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = dict.fromkeys(names)
        self._left = _MOST_COMPARED

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def undefined(self, name: str, span: Span | None) -> Diagnostic:
        """The finding for a name that is not defined."""
        self._left -= len(self._names)
        like = nearest(name, self._names) if self._left > 0 else None
        fix = Fix(f"did you mean {like}?", like, span) if like else None
        return Diagnostic(codes.UNDEFINED_NAME, f"{name} is not defined", span, fix=fix)


def net_findings(net: Net, module: Module) -> list[Diagnostic]:
    """Names defined twice or not at all, cycles, wrong calls and missing outputs of a net."""
    names: list[tuple[str, _Place]] = [(i.name, i) for i in net.inputs]
    names += [(n.name, n) for n in net.body]
    known = _Known(name for name, _ in names)
    findings = [*_twice(names), *_undefined(net.body, known)]
    for index, name in enumerate(net.outputs):
        if name not in known:
            findings.append(known.undefined(name, net.wording.source(index) if net.wording else net.span))
    if not net.outputs:
        message = f"net {net.name} has no output"
        findings.append(Diagnostic(codes.NO_OUTPUT, message, net.span, fix=_output_fix(net.body)))
    findings += [*_calls(net.body, module), *sharing_findings(net.body, [i.name for i in net.inputs])]
    if topological(net.body) is None:
        findings += _cycles(net.body)
    return findings


def block_findings(module: Module) -> list[Diagnostic]:
    """The same for every block, and blocks that call themselves."""
    findings: list[Diagnostic] = []
    for block in module.blocks:
        names: list[tuple[str, _Place]] = [(n, block.span) for n in block.inputs]
        names += [(n.name, n) for n in block.body]
        known = _Known(name for name, _ in names)
        findings += [*_twice(names), *_undefined(block.body, known), *_calls(block.body, module)]
        findings += sharing_findings(block.body, block.inputs)
        if block.output not in known:
            findings.append(known.undefined(block.output, block.span))
        if topological(block.body) is None:
            findings += _cycles(block.body)
        if _reaches_itself(block, module):
            message = f"block {block.name} calls itself: it could never be written out"
            findings.append(Diagnostic(codes.RECURSIVE_BLOCK, message, block.span))
    return findings


def topological(body: Sequence[Node]) -> tuple[Node, ...] | None:
    """The nodes with every node after its inputs, otherwise in their order; None where there is a cycle."""
    position = {node.name: index for index, node in enumerate(body)}
    if all(position.get(source, -1) < index for index, node in enumerate(body) for source in node.inputs):
        return tuple(body)
    order: list[Node] = []
    state: dict[int, int] = {}
    for root in range(len(body)):
        if not _visit(root, body, position, state, order):
            return None
    return tuple(order)


def live_names(body: Sequence[Node], outputs: Iterable[str]) -> set[str]:
    """The names of all values that some output depends on."""
    by_name = {node.name: node for node in body}
    live: set[str] = set()
    stack = list(outputs)
    while stack:
        name = stack.pop()
        if name not in live:
            live.add(name)
            stack.extend(by_name[name].inputs if name in by_name else ())
    return live


def called_layers(action: Action) -> Iterator[Op]:
    """The layers in what a node does, those inside repeats included; not those of the blocks it calls."""
    if isinstance(action, Op):
        yield action
    elif isinstance(action, Repeat):
        for link in action.links:
            yield from called_layers(link)


def called_blocks(action: Action) -> Iterator[BlockCall]:
    """The block calls in what a node does, those inside repeats included."""
    if isinstance(action, BlockCall):
        yield action
    elif isinstance(action, Repeat):
        for link in action.links:
            yield from called_blocks(link)


def _visit(
    root: int, body: Sequence[Node], position: dict[str, int], state: dict[int, int], order: list[Node]
) -> bool:
    """Depth-first from `root`, inputs first, without recursion; False on a cycle (state 1: open, 2: done).

    A name that is defined twice means its last definition.
    """
    stack = [root]
    while stack:
        index = stack[-1]
        if state.get(index) == 2:
            stack.pop()
            continue
        state[index] = 1
        waiting = [position[s] for s in body[index].inputs if s in position and state.get(position[s]) != 2]
        if any(state.get(w) == 1 for w in waiting):
            return False
        if not waiting:
            state[index] = 2
            order.append(body[stack.pop()])
        stack.extend(reversed(waiting))
    return True


def _twice(names: Iterable[tuple[str, _Place]]) -> Iterator[Diagnostic]:
    seen: dict[str, _Place] = {}
    for name, place in names:
        if name in seen:
            notes = (Note("first defined here", _name_span(seen[name])),)
            yield Diagnostic(codes.DUPLICATE_NAME, f"{name} is defined twice", _name_span(place), notes=notes)
        seen.setdefault(name, place)


def _name_span(place: _Place) -> Span | None:
    if not isinstance(place, Input | Node):
        return place
    return place.wording.name() if place.wording else place.span


def _undefined(body: Iterable[Node], known: _Known) -> Iterator[Diagnostic]:
    for node in body:
        for index, source in enumerate(node.inputs):
            if source not in known and source not in node.inputs[:index]:
                yield known.undefined(source, node.wording.source(index) if node.wording else node.span)
        if node.shares is not None and node.shares not in known:
            yield known.undefined(node.shares, node.wording.shared() if node.wording else node.span)


def _output_fix(body: Sequence[Node]) -> Fix | None:
    return Fix(f"write `output {body[-1].name}` as the last line") if body else None


def _cycles(body: Sequence[Node]) -> Iterator[Diagnostic]:
    """A finding for each cycle that is met by going from a layer to its first input in one."""
    by_name = {n.name: n for n in body}
    caught = _caught(body)
    seen: set[str] = set()
    for start in (n.name for n in body if n.name in caught):
        path: dict[str, None] = {}
        name = start
        while name not in path and name not in seen:
            path[name] = None
            name = next(s for s in by_name[name].inputs if s in caught)
        if name in path:
            yield _cycle(list(path)[list(path).index(name) :], by_name[name].span)
        seen.update(path)


def _cycle(names: Sequence[str], span: Span | None) -> Diagnostic:
    text = " <- ".join([*names[:8], *(["..."] if len(names) > 8 else []), names[0]])
    return Diagnostic(codes.CYCLE, f"layers form a cycle: {text}", span)


def _caught(body: Sequence[Node]) -> set[str]:
    """The names of all layers that are in a cycle or come after one."""
    by_name = {n.name: n for n in body}
    readers: dict[str, list[str]] = {}
    waits = {}
    for node in by_name.values():
        sources = {s for s in node.inputs if s in by_name}
        waits[node.name] = len(sources)
        for source in sources:
            readers.setdefault(source, []).append(node.name)
    free = [name for name, count in waits.items() if not count]
    while free:
        for reader in readers.get(free.pop(), ()):
            waits[reader] -= 1
            if not waits[reader]:
                free.append(reader)
    return {name for name, count in waits.items() if count}


def _calls(body: Iterable[Node], module: Module) -> Iterator[Diagnostic]:
    blocks = {b.name: b for b in module.blocks}
    for node in body:
        for call in called_blocks(node.op):
            block = blocks.get(call.block)
            if block is None:
                yield Diagnostic(codes.UNKNOWN_LAYER, f"there is no layer or block {call.block}", node.span)
                continue
            yield from _arguments(node, call, block)


def _arguments(node: Node, call: BlockCall, block: Block) -> Iterator[Diagnostic]:
    names = [p.name for p in block.parameters]
    meant = set()  # one slip is not told twice
    for name in call.arguments:
        if name not in names:
            like = nearest(name, names)
            meant.add(like)
            span = node.wording.argument(name) if node.wording else node.span
            fix = Fix(f"did you mean {like}?", like, span) if like else None
            takes = f"it takes {', '.join(names)}" if names else "it takes none"
            message = f"block {block.name} has no parameter {name}: {takes}"
            yield Diagnostic(codes.UNKNOWN_BLOCK_ARGUMENT, message, span, fix=fix)
    for p in block.parameters:
        if p.required and p.name not in call.arguments and p.name not in meant:
            message = f"block {block.name} needs {p.name}; write {p.name}=? where it is not known"
            yield Diagnostic(codes.MISSING_ATTRIBUTE, message, node.span)


def _reaches_itself(block: Block, module: Module) -> bool:
    blocks = {b.name: b for b in module.blocks}
    seen: set[str] = set()
    stack = [block]
    while stack:
        for node in stack.pop().body:
            for call in called_blocks(node.op):
                if call.block == block.name:
                    return True
                if call.block in blocks and call.block not in seen:
                    seen.add(call.block)
                    stack.append(blocks[call.block])
    return False
