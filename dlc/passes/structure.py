"""Structure of nets and blocks: names, references, cycles, calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dlc.diagnostics import Diagnostic, Fix, Note, Span, codes
from dlc.ir import Action, Block, BlockCall, Module, Net, Node, Repeat
from dlc.layers import nearest


def net_findings(net: Net, module: Module) -> list[Diagnostic]:
    """Names defined twice or not at all, cycles, wrong calls and missing outputs of a net."""
    names = [(i.name, i.span) for i in net.inputs] + [(n.name, n.span) for n in net.body]
    known = {name for name, _ in names}
    findings = [*_twice(names), *_undefined(net.body, known)]
    findings += [_not_defined(name, known, net.span) for name in net.outputs if name not in known]
    if not net.outputs:
        message = f"net {net.name} has no output"
        findings.append(Diagnostic(codes.NO_OUTPUT, message, net.span, fix=_output_fix(net.body)))
    findings += _calls(net.body, module)
    if topological(net.body) is None:
        findings.append(_cycle(net.body))
    return findings


def block_findings(module: Module) -> list[Diagnostic]:
    """The same for every block, and blocks that call themselves."""
    findings: list[Diagnostic] = []
    for block in module.blocks:
        names = [(n, block.span) for n in block.inputs] + [(n.name, n.span) for n in block.body]
        known = {name for name, _ in names}
        findings += [*_twice(names), *_undefined(block.body, known), *_calls(block.body, module)]
        if block.output not in known:
            findings.append(_not_defined(block.output, known, block.span))
        if topological(block.body) is None:
            findings.append(_cycle(block.body))
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
    state: dict[str, int] = {}
    for root in body:
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


def called_blocks(action: Action) -> Iterator[BlockCall]:
    """The block calls in what a node does, those inside repeats included."""
    if isinstance(action, BlockCall):
        yield action
    elif isinstance(action, Repeat):
        for link in action.links:
            yield from called_blocks(link)


def _visit(
    root: Node, body: Sequence[Node], position: dict[str, int], state: dict[str, int], order: list[Node]
) -> bool:
    """Depth-first from `root`, inputs first, without recursion; False on a cycle (state 1: open, 2: done)."""
    stack = [root]
    while stack:
        node = stack[-1]
        if state.get(node.name) == 2:
            stack.pop()
            continue
        state[node.name] = 1
        waiting = [body[position[s]] for s in node.inputs if s in position and state.get(s) != 2]
        if any(state.get(w.name) == 1 for w in waiting):
            return False
        if not waiting:
            state[node.name] = 2
            order.append(stack.pop())
        stack.extend(reversed(waiting))
    return True


def _twice(names: Iterable[tuple[str, Span | None]]) -> Iterator[Diagnostic]:
    seen: dict[str, Span | None] = {}
    for name, span in names:
        if name in seen:
            notes = (Note("first defined here", seen[name]),)
            yield Diagnostic(codes.DUPLICATE_NAME, f"{name} is defined twice", span, notes=notes)
        seen.setdefault(name, span)


def _undefined(body: Iterable[Node], known: set[str]) -> Iterator[Diagnostic]:
    for node in body:
        for source in dict.fromkeys(node.inputs):
            if source not in known:
                yield _not_defined(source, known, node.span)


def _not_defined(name: str, known: set[str], span: Span | None) -> Diagnostic:
    like = nearest(name, known)
    fix = Fix(f"did you mean {like}?", like) if like else None
    return Diagnostic(codes.UNDEFINED_NAME, f"{name} is not defined", span, fix=fix)


def _output_fix(body: Sequence[Node]) -> Fix | None:
    return Fix(f"write `output {body[-1].name}` as the last line") if body else None


def _cycle(body: Sequence[Node]) -> Diagnostic:
    """The finding for a cycle, naming its layers in order."""
    by_name = {n.name: n for n in body}
    safe: set[str] = set()
    for start in body:
        path: dict[str, None] = {}
        name: str | None = start.name
        while name is not None and name not in path:
            path[name] = None
            name = next((s for s in by_name[name].inputs if s in by_name and s not in safe), None)
        if name is not None:
            names = list(path)[list(path).index(name) :]
            text = " <- ".join([*names[:8], *(["..."] if len(names) > 8 else []), name])
            return Diagnostic(codes.CYCLE, f"layers form a cycle: {text}", by_name[name].span)
        safe.update(path)
    raise ValueError("there is no cycle")


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
    for name in call.arguments:
        if name not in names:
            like = nearest(name, names)
            fix = Fix(f"did you mean {like}?", like) if like else None
            takes = f"it takes {', '.join(names)}" if names else "it takes none"
            message = f"block {block.name} has no parameter {name}: {takes}"
            yield Diagnostic(codes.UNKNOWN_BLOCK_ARGUMENT, message, node.span, fix=fix)
    for p in block.parameters:
        if p.required and p.name not in call.arguments:
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
