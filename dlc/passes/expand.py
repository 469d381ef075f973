"""Expanding blocks and repeats into plain layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import attrs

from dlc.diagnostics import Diagnostic, DlcError, Note, Severity, codes
from dlc.ir import Action, Block, BlockCall, Module, Net, Node, Op, Repeat, Value, has_hole
from dlc.layers import CannotBuild, build
from dlc.layers.bind import bind_action, bind_type
from dlc.passes.base import Pass, PassResult
from dlc.passes.check import check
from dlc.passes.infer import MOST_NESTED
from dlc.passes.names import Names
from dlc.passes.sharing import has_weights
from dlc.passes.structure import block_findings, topological
from dlc.types import Hole, Type, fits, meet

MOST_NODES = 200_000


@attrs.frozen
class ExpandBlocks(Pass):
    """Write every call of a block and every repeat out as layers.

    Before:

        block unit(x, width) {
          c = conv2d(x, filters=width, kernel=3)
          y = relu(c)
          output y
        }
        i = input map[32, 32, 3]
        a = i |> repeat 2 unit(width=8)

    After:

        i = input map[32, 32, 3]
        a.1.c = conv2d(i, filters=8, kernel=3)
        a.1 = relu(a.1.c)
        a.2.c = conv2d(a.1, filters=8, kernel=3)
        a = relu(a.2.c)

    Inner layers are called `<call>.<inner>`, copies of a repeat `<name>.<i>` (and `<name>.<i>.<j>` inside
    a group of links), counting on from the links before the repeat in its chain; the last layer keeps the
    call's own name, so that references stay valid. A layer without an origin of its own has its call's.
    Where a call or repeat shares the weights of another, its layers share those of the other's layers.
    A repeat whose count is no number is left.

    With `unknown_count` a repeat whose count is a hole is written out that often, and a note says so.
    Raises DlcError for blocks that call themselves and for more than `most_nodes` layers a net, whether
    they are written out or not. With `unless_complete` a module that checks and has no holes and no opaque
    layers keeps its blocks.
    """

    name: ClassVar[str] = "expand-blocks"
    most_nodes: int = MOST_NODES
    unless_complete: bool = False
    unknown_count: int | None = None

    def run(self, module: Module) -> PassResult:
        recursive = [d for d in block_findings(module) if d.code is codes.RECURSIVE_BLOCK]
        if recursive:
            raise DlcError(recursive)
        works = [_Expansion(module, net, self) for net in module.nets]
        for work in works:
            work.measure()
        if self.unless_complete and _is_complete(module):
            return PassResult(module, False)
        nets = tuple(work.run() for work in works)
        still_called = any(not isinstance(n.op, Op) for net in nets for n in net.body)
        expanded = Module(module.blocks if still_called else (), nets)
        findings = tuple(finding for work in works for finding in work.findings)
        return PassResult(expanded, expanded != module, findings)


class _Expansion:
    """Writes one net out; `body` collects its layers."""

    def __init__(self, module: Module, net: Net, options: ExpandBlocks) -> None:
        self.body: list[Node] = []
        self.findings: list[Diagnostic] = []
        self._blocks = {b.name: b for b in module.blocks}
        self._net = net
        self._most = options.most_nodes
        self._unknown_count = options.unknown_count
        self._names = Names([*(i.name for i in net.inputs), *(n.name for n in net.body)])
        self._bodies: dict[BlockCall, tuple[Node, ...]] = {}
        self._sizes: dict[BlockCall, int] = {}
        self._depth = 0

    def measure(self) -> None:
        """Raise DlcError where the net would have too many layers; quick, however many those are."""
        size = 0
        for node in self._net.body:
            size += self._size(node, node.op)
            if size > self._most:
                raise self._too_large(node)

    def run(self) -> Net:
        self._emit_all([(node, node.name) for node in self._net.body])
        return attrs.evolve(self._net, body=tuple(self.body))

    def _emit_all(self, nodes: Sequence[tuple[Node, str]]) -> None:
        """Write nodes out, each with its prefix; those that share weights share them layer by layer."""
        places = {}
        for node, prefix in nodes:
            start = len(self.body)
            self._emit(attrs.evolve(node, shares=None) if node.shares else node, prefix)
            places[node.name] = range(start, len(self.body))
        for node, _ in nodes:
            if node.shares in places:
                for user, owner in zip(places[node.name], places[node.shares], strict=False):
                    self._share(user, self.body[owner])

    def _share(self, user: int, owner: Node) -> None:
        if has_weights(owner.op):
            self.body[user] = attrs.evolve(self.body[user], shares=owner.shares or owner.name)

    def _emit(self, node: Node, prefix: str) -> None:
        """Write `node` out; what lies inside it gets names that start with `prefix`."""
        if isinstance(node.op, BlockCall) and node.op.block in self._blocks:
            self._call(node, node.op, prefix)
        elif isinstance(node.op, Repeat) and (count := self._count(node, node.op)) is not None:
            self._repeat(node, node.op, count, prefix)
        else:
            self._append(node)

    def _count(self, node: Node, repeat: Repeat) -> int | None:
        """How often a repeat is written out; None where nobody says."""
        if isinstance(repeat.count, int):
            return repeat.count
        if isinstance(repeat.count, Hole) and self._unknown_count is not None:
            message = f"{node.name}: a count of {self._unknown_count} is taken for its repeat"
            self.findings.append(Diagnostic(codes.HOLE_FILLED, message, node.span, Severity.NOTE))
            return self._unknown_count
        return None

    def _size(self, node: Node, action: Action) -> int:
        """How many layers `action`, which `node` does or is part of, writes."""
        if isinstance(action, BlockCall) and action.block in self._blocks:
            if action not in self._sizes:
                self._sizes[action] = self._call_size(node, self._blocks[action.block], action)
            return self._sizes[action]
        if isinstance(action, Repeat) and isinstance(action.count, int):
            return max(action.count * sum(self._size(node, link) for link in action.links), 1)
        return 1

    def _call_size(self, node: Node, block: Block, call: BlockCall) -> int:
        self._descend(node)
        size = sum(self._size(inner, inner.op) for inner in self._body(node, block, call))
        self._depth -= 1
        return max(size, 1)

    def _descend(self, node: Node) -> None:
        if self._depth >= MOST_NESTED:
            message = f"blocks are nested more than {MOST_NESTED} deep at {node.name}"
            raise DlcError(Diagnostic(codes.EXPANSION_TOO_LARGE, message, node.span))
        self._depth += 1

    def _too_large(self, node: Node) -> DlcError:
        message = f"net {self._net.name} has more than {self._most:,} layers when its blocks are written out"
        return DlcError(Diagnostic(codes.EXPANSION_TOO_LARGE, message, node.span))

    def _append(self, node: Node) -> None:
        if len(self.body) >= self._most:
            raise self._too_large(node)
        self.body.append(node)

    def _identity(self, node: Node) -> None:
        """What does nothing still has a name: a `linear` layer carries it."""
        self._append(attrs.evolve(node, op=build("linear", {})))

    def _repeat(self, node: Node, repeat: Repeat, count: int, prefix: str) -> None:
        if not repeat.links or count < 1:
            self._identity(node)
            return
        bare = attrs.evolve(node, declared=None)
        inputs, before = node.inputs, self._numbered(prefix)
        for i in range(before + 1, before + count + 1):
            for j, link in enumerate(repeat.links, 1):
                ends_copy = j == len(repeat.links)
                is_last = ends_copy and i == before + count
                path = f"{prefix}.{i}" if ends_copy else f"{prefix}.{i}.{j}"
                name = node.name if is_last else self._names.fresh(path)
                inside = f"{prefix}.{i}" if len(repeat.links) == 1 else f"{prefix}.{i}.{j}"
                self._emit(attrs.evolve(node if is_last else bare, name=name, op=link, inputs=inputs), inside)
                inputs = (name,)

    def _numbered(self, prefix: str) -> int:
        """How many `<prefix>.<i>` are taken: the links before a repeat in its chain are counted on."""
        count = 0
        while f"{prefix}.{count + 1}" in self._names:
            count += 1
        return count

    def _call(self, node: Node, call: BlockCall, prefix: str) -> None:
        block = self._blocks[call.block]
        self._descend(node)
        outer = dict(zip(block.inputs, node.inputs, strict=False))
        body = self._body(node, block, call)
        for inner in body:
            own = inner.name == block.output
            outer[inner.name] = node.name if own else self._names.fresh(f"{prefix}.{inner.name}")
        self._emit_all(
            [
                (_placed(inner, node, outer, inner.name == block.output), f"{prefix}.{inner.name}")
                for inner in body
            ]
        )
        self._depth -= 1
        if block.output in block.inputs:
            self._identity(attrs.evolve(node, inputs=(outer.get(block.output, block.output),)))

    def _body(self, node: Node, block: Block, call: BlockCall) -> tuple[Node, ...]:
        """The block's layers in order with the call's arguments in them; equal calls share them."""
        if call not in self._bodies:
            bindings: dict[str, Value] = {p.name: p.default for p in block.parameters if not p.required}
            bindings.update(call.arguments)
            order = topological(block.body) or block.body
            self._bodies[call] = tuple(_bound(inner, bindings, node) for inner in order)
        return self._bodies[call]


def _bound(inner: Node, bindings: Mapping[str, Value], call: Node) -> Node:
    """A layer of a block with arguments in place of parameters; raises DlcError where one does not fit."""
    try:
        declared = bind_type(inner.declared, bindings) if inner.declared is not None else None
        return attrs.evolve(inner, op=bind_action(inner.op, bindings), declared=declared)
    except CannotBuild as error:
        note = Note(f"in the call of a block by {call.name}", call.span)
        found = [
            Diagnostic(p.code, f"{inner.name}: {p.message}", inner.span, notes=(note,))
            for p in error.problems
        ]
        raise DlcError(found) from None
    except ValueError as error:
        raise DlcError(Diagnostic(codes.BAD_ATTRIBUTE, f"{inner.name}: {error}", inner.span)) from None


def _placed(inner: Node, call: Node, outer: Mapping[str, str], is_result: bool) -> Node:
    """A bound layer under its outer name; where it says nothing of its origin, its call's holds."""
    return attrs.evolve(
        inner,
        name=outer[inner.name],
        inputs=tuple(outer.get(source, source) for source in inner.inputs),
        declared=_both(call.declared, inner.declared) if is_result else inner.declared,
        origin=inner.origin or call.origin,
        confidence=call.confidence if inner.confidence is None else inner.confidence,
        inferred=inner.inferred or call.inferred,
        shares=outer.get(inner.shares) if inner.shares is not None else None,
    )


def _both(outer: Type | None, inner: Type | None) -> Type | None:
    return meet(outer, inner) if fits(outer, inner) else outer


def _is_complete(module: Module) -> bool:
    """Whether nothing is left to fill in, and the module checks."""
    bodies = [*(b.body for b in module.blocks), *(n.body for n in module.nets)]
    if any(_has_unknown(node.op) for body in bodies for node in body):
        return False
    return all(i.type.is_concrete for net in module.nets for i in net.inputs) and check(module).ok


def _has_unknown(action: Action) -> bool:
    """Whether what a node does has a hole anywhere, or is opaque."""
    if isinstance(action, BlockCall):
        return any(map(has_hole, action.arguments.values()))
    if isinstance(action, Repeat):
        return has_hole(action.count) or any(map(_has_unknown, action.links))
    return action.declares_result or bool(action.holes())
