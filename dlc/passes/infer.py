"""Shape and kind inference over nodes, through blocks and repeats, with findings at their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from dlc.diagnostics import Diagnostic, Fix, Note, Severity, codes
from dlc.ir import Action, Block, BlockCall, Module, Node, Op, Repeat, RuleBroken, Value
from dlc.layers import CannotBuild
from dlc.layers.bind import bind_action, bind_type
from dlc.passes.structure import topological
from dlc.types import HOLE, Expr, Kind, Type, fits, meet, signatures
from dlc.types.dims import LARGEST, excess

MOST_NESTED = 64
LAST_RESULT = "the last result"  # what a repeat goes on with has no name
MOST_WRITTEN_OUT = 100_000  # layers inside blocks and repeats, counted again where types are others
_Known = dict[str, Type | None]


class Inference:
    """Infers types in the given order and keeps what it finds wrong in `findings`.

    A value whose type is unknown, or whose layer is wrong, has the type None, and nothing is said
    about what follows from it alone.
    """

    def __init__(self, module: Module) -> None:
        self.findings: list[Diagnostic] = []
        self._blocks = {b.name: b for b in module.blocks}
        self._signatures = signatures()
        self._results: dict[object, Type | None] = {}
        self._depth = 0
        self._left = MOST_WRITTEN_OUT

    def run(self, order: Iterable[Node], given: Mapping[str, Type | None]) -> _Known:
        """The types of all values; `given` are those of the inputs."""
        types: _Known = dict(given)
        for node in order:
            inputs = [types.get(name) for name in node.inputs]
            found = self._action(node, node.op, inputs)
            types[node.name] = self._declared(node, found) if node.declared is not None else found
        return types

    def _action(self, node: Node, action: Action, inputs: Sequence[Type | None]) -> Type | None:
        if isinstance(action, BlockCall):
            return self._call(node, action, inputs)
        if isinstance(action, Repeat):
            return self._repeat(node, action, inputs)
        return self._layer(node, action, inputs)

    def _layer(self, node: Node, op: Op, inputs: Sequence[Type | None]) -> Type | None:
        if not self._arity(node, op, len(inputs)):
            return None
        if op.declares_result:
            return node.declared
        known = [t for t in inputs if t is not None]
        if not self._kinds(node, op, known) or len(known) < len(inputs):
            return None
        try:
            return self._bounded(node, op.infer(known))
        except RuleBroken as broken:
            notes = (*broken.notes, Note(f"{node.name} is given {_listing(known)}"))
            self._report(Diagnostic(broken.code, f"{node.name}: {broken.message}", node.span, notes=notes))
            return None

    def _bounded(self, node: Node, found: Type | None) -> Type | None:
        """The type with dimensions that can be calculated with; a number too large is reported."""
        if found is None:
            return None
        for dim, axis in zip(found.shape, found.kind.axes, strict=True):
            if isinstance(dim, int) and dim > LARGEST:
                message = f"{node.name}: {axis} is too large: the largest is 2**63 - 1"
                self._report(Diagnostic(codes.SHAPE_RULE, message, node.span))
                return None
        if not any(isinstance(dim, Expr) for dim in found.shape):
            return found
        return Type(found.kind, tuple(HOLE if excess(dim) is not None else dim for dim in found.shape))

    def _arity(self, node: Node, op: Op, count: int) -> bool:
        if op.least <= count and (op.most is None or count <= op.most):
            return True
        takes = _inputs(op.least) if op.most == op.least else f"at least {_inputs(op.least)}"
        if op.most is not None and op.most != op.least:
            takes = f"{op.least} to {_inputs(op.most)}"
        message = f"{op.op_name} takes {takes}, {node.name} has {count}"
        self._report(Diagnostic(codes.WRONG_ARITY, message, node.span))
        return False

    def _kinds(self, node: Node, op: Op, inputs: Sequence[Type]) -> bool:
        signature = self._signatures.get(op.op_name)
        if signature is None:
            return True
        for given, name in zip(inputs, node.inputs, strict=False):
            if given.kind not in signature.takes:
                self._report(_kind_finding(node, op, name, given, signature.takes))
                return False
        if op.op_name == "embed" and inputs and inputs[0].kind is Kind.VECTOR:
            message = f"{node.name} embeds the values of a vector, which are not ids"
            self._report(Diagnostic(codes.VECTOR_INTO_EMBED, message, node.span, Severity.WARNING))
        return True

    def _declared(self, node: Node, found: Type | None) -> Type | None:
        declared = node.declared
        if fits(found, declared):
            return meet(declared, found)
        message = f"{node.name}: inferred {found}, declared {declared}"
        self._report(Diagnostic(codes.TYPE_DISAGREES, message, node.span, fix=Fix(f"declare {found}")))
        return declared

    def _repeat(self, node: Node, repeat: Repeat, inputs: Sequence[Type | None]) -> Type | None:
        current: Sequence[Type | None] = inputs
        times = repeat.count if isinstance(repeat.count, int) else 1
        first = attrs.evolve(node, declared=None)
        later = attrs.evolve(first, inputs=(LAST_RESULT,))
        for number in range(1, times + 1):
            before, told = current, len(self.findings)
            for link in repeat.links:
                if not self._spend(node):
                    return None
                current = [self._action(first if current is inputs else later, link, current)]
            if len(self.findings) > told:
                self.findings[told:] = [_in_round(d, number, times) for d in self.findings[told:]]
            if list(current) == list(before) or current == [None]:
                break
        else:
            if not isinstance(repeat.count, int) and list(current) != list(inputs):
                return None
        return current[0] if current else None

    def _call(self, node: Node, call: BlockCall, inputs: Sequence[Type | None]) -> Type | None:
        block = self._blocks.get(call.block)
        if block is None or not self._call_arity(node, block, len(inputs)):
            return None
        key = (call, tuple(inputs))
        if key not in self._results:
            self._results[key] = self._body(node, block, call, inputs)
        return self._results[key]

    def _call_arity(self, node: Node, block: Block, count: int) -> bool:
        if count == len(block.inputs):
            return True
        message = f"block {block.name} takes {_inputs(len(block.inputs))}, {node.name} gives {count}"
        self._report(Diagnostic(codes.WRONG_ARITY, message, node.span))
        return False

    def _body(self, node: Node, block: Block, call: BlockCall, inputs: Sequence[Type | None]) -> Type | None:
        bindings: dict[str, Value] = {p.name: p.default for p in block.parameters if not p.required}
        bindings.update(call.arguments)
        order = topological(block.body)
        if order is None:
            return None
        if self._depth >= MOST_NESTED:
            message = f"blocks are nested more than {MOST_NESTED} deep at {node.name}"
            self._report(Diagnostic(codes.EXPANSION_TOO_LARGE, message, node.span))
            return None
        if not self._spend(node, len(order)):
            return None
        before, self._depth = len(self.findings), self._depth + 1
        bound = [b for n in order if (b := self._bound(n, bindings)) is not None]
        types = self.run(bound, dict(zip(block.inputs, inputs, strict=True)))
        self._depth -= 1
        self.findings[before:] = [_in_call(d, node) for d in self.findings[before:]]
        return types.get(block.output)

    def _spend(self, node: Node, layers: int = 1) -> bool:
        """Whether that many more layers may be written out; told once when it is too many."""
        was, self._left = self._left, self._left - layers
        if was > 0 >= self._left:
            message = f"{node.name}: blocks and repeats stand for more than {MOST_WRITTEN_OUT:,} layers"
            self._report(Diagnostic(codes.EXPANSION_TOO_LARGE, message, node.span))
        return self._left > 0

    def _bound(self, node: Node, bindings: Mapping[str, Value]) -> Node | None:
        try:
            declared = bind_type(node.declared, bindings) if node.declared is not None else None
            return attrs.evolve(node, op=bind_action(node.op, bindings), declared=declared)
        except CannotBuild as error:
            for p in error.problems:
                self._report(Diagnostic(p.code, f"{node.name}: {p.message}", node.span))
        except ValueError as error:
            self._report(Diagnostic(codes.BAD_ATTRIBUTE, f"{node.name}: {error}", node.span))
        return None

    def _report(self, finding: Diagnostic) -> None:
        self.findings.append(finding)


def _kind_finding(node: Node, op: Op, name: str, given: Type, takes: Iterable[Kind]) -> Diagnostic:
    flattened = (Kind.MAP, Kind.SEQUENCE, Kind.VOLUME)
    wanted = " or ".join(k.value for k in Kind if k in set(takes))
    message = f"{op.op_name} takes {wanted}, but {name} is {given}"
    fix = None
    if name != LAST_RESULT and Kind.VECTOR in set(takes) and given.kind in flattened:
        fix = Fix(f"insert flatten: {node.name} = {name} |> flatten |> {op.op_name}(...)")
    return Diagnostic(codes.KIND_MISMATCH, message, node.span, fix=fix)


def _in_round(finding: Diagnostic, number: int, times: int) -> Diagnostic:
    if times == 1:
        return finding
    note = Note(f"in round {number} of {times}")
    return attrs.evolve(finding, notes=(*finding.notes, note))


def _in_call(finding: Diagnostic, node: Node) -> Diagnostic:
    note = Note(f"in the call of a block by {node.name}", node.span)
    return attrs.evolve(finding, notes=(*finding.notes, note))


def _listing(types: Sequence[Type]) -> str:
    return " and ".join(map(str, types)) or "nothing"


def _inputs(count: int) -> str:
    return f"{count} input" if count == 1 else f"{count} inputs"
