"""A detail as a block, and calls of it in place of the boxes that name it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs

from dlc.diagnostics import Diagnostic, DlcError, codes
from dlc.ir import Block, BlockCall, Module, Net, Node, Op, Parameter, Repeat
from dlc.passes.check import check
from dlc.passes.expand import ExpandBlocks
from dlc.passes.fill import FillHoles
from dlc.passes.flatten import InsertFlatten
from dlc.types import HOLE, Expr, Type, fits


def block_of(net: Net, name: str) -> Block:
    """The block that a network of one output is; symbols in it are its parameters."""
    net = _with_plain_input(net)
    body = tuple(_undeclared(node) for node in net.body)
    symbols = sorted({symbol for node in body for symbol in _symbols(_values(node.op))})
    taken = {*(given.name for given in net.inputs), *(node.name for node in body)}
    parameters = tuple(Parameter(symbol) for symbol in symbols if symbol not in taken)
    return Block(name, tuple(given.name for given in net.inputs), parameters, body, net.outputs[0])


def _with_plain_input(net: Net) -> Net:
    """The net with its input, where it is the only one, called `x`: what it is depends on the use."""
    names = {node.name for node in net.body}
    if len(net.inputs) != 1 or "x" in names:
        return net
    old = net.inputs[0].name
    body = tuple(
        attrs.evolve(node, inputs=tuple("x" if name == old else name for name in node.inputs))
        for node in net.body
    )
    return attrs.evolve(net, inputs=(attrs.evolve(net.inputs[0], name="x"),), body=body)


def with_calls(
    net: Net, boxes: Sequence[Node], blocks: Sequence[Block], block: Block, confidence: float
) -> Net:
    """The net with calls of a block in place of boxes; copies of one box are a repeat.

    Where what a box gives is known now, and what reads it takes a vector, a flatten is put between, which is
    marked as inferred. `blocks` are those that the net calls already.
    """
    wanted = {node.name for node in boxes}
    call = BlockCall(block.name, {parameter.name: HOLE for parameter in block.parameters})
    body: list[Node] = []
    for run in _runs(net):
        if run[0].name not in wanted:
            body += run
            continue
        op = call if len(run) == 1 else Repeat(len(run), (call,))
        body.append(attrs.evolve(run[-1], op=op, inputs=run[0].inputs, confidence=confidence))
    made = attrs.evolve(net, body=tuple(body))
    return InsertFlatten().run(Module((*blocks, block), (made,))).module.nets[0]


def misfit(
    before: Net, after: Net, boxes: Sequence[Node], detail: Net, blocks: Sequence[Block]
) -> str | None:
    """Why a detail cannot be what is inside boxes of a net; None where nothing speaks against it."""
    known = tuple(blocks)
    types = check(Module(known, (before,))).module.nets[0].types()
    for box in boxes:
        if len(box.inputs) != len(detail.inputs):
            return f"{_count(box.inputs)} into the box, {_count(detail.inputs)} into the detail"
        for name, given in zip(box.inputs, detail.inputs, strict=True):
            if not fits(types.get(name), given.type):
                return f"it takes {given.type}, and {types[name]} comes into {box.name}"
    old = {d.message for d in _wrong(Module(known, (before,)))}
    new = [d.message for d in _wrong(Module(known, (after,))) if d.message not in old]
    return new[0] if new else None


def _wrong(module: Module) -> list[Diagnostic]:
    """What contradicts itself in a module, the sizes for which nothing can be filled in too."""
    try:
        checked = check(module)
        found = [d for d in checked.diagnostics if d.is_error]
        if found:
            return found
        flat = ExpandBlocks().run(checked.module).module
        found = [d for d in check(flat).diagnostics if d.is_error]
        return found or [d for d in FillHoles().run(flat).diagnostics if d.code == codes.NO_FILLING]
    except DlcError as error:
        return list(error.diagnostics)


def _count(things: Sequence[object]) -> str:
    return f"{len(things)} value{'s' * (len(things) != 1)} come{'s' * (len(things) == 1)}"


def _runs(net: Net) -> Iterator[list[Node]]:
    """The nodes in order, copies of one box that follow each other together."""
    readers = net.consumers()
    run: list[Node] = []
    for node in net.body:
        if run and not _follows(run[-1], node, len(readers[run[-1].name]), net.outputs):
            yield run
            run = []
        run.append(node)
    if run:
        yield run


def _follows(one: Node, other: Node, readers: int, outputs: Iterable[str]) -> bool:
    """Whether a node is the next copy of another: written for one box, and nothing else reads that one."""
    is_copy = one.op == other.op and one.origin is not None and one.origin == other.origin
    chained = other.inputs == (one.name,) and readers == 1 and one.name not in outputs
    return is_copy and chained and one.declared is None and len(one.inputs) == 1


def _undeclared(node: Node) -> Node:
    """A layer without a declared size in symbols, which every use would have to give."""
    symbolic = node.declared is not None and bool(_symbols(node.declared.shape))
    return attrs.evolve(node, declared=_opened(node.declared)) if symbolic and node.declared else node


def _opened(type_: Type) -> Type:
    return Type(type_.kind, tuple(HOLE if isinstance(dim, Expr) else dim for dim in type_.shape))


def _values(op: object) -> Any:
    """All that the attributes of a layer, or the arguments of a call, say."""
    if isinstance(op, Op):
        return tuple(op.attributes().values())
    if isinstance(op, BlockCall):
        return tuple(op.arguments.values())
    return tuple(_values(link) for link in op.links) if isinstance(op, Repeat) else ()


def _symbols(value: Any) -> frozenset[str]:
    if isinstance(value, tuple):
        return frozenset().union(*map(_symbols, value))
    return value.symbols() if isinstance(value, Expr) else frozenset()
