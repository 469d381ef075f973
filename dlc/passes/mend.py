"""Mending a net whose holes are filled: what still does not fit is changed until every layer can be built."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from dlc.diagnostics import Diagnostic, Severity, codes
from dlc.ir import Net, Node, Op, RuleBroken
from dlc.layers import build
from dlc.passes.demand import is_merge
from dlc.passes.fillings import has_window
from dlc.passes.names import Names
from dlc.passes.standin import bridge, coerce
from dlc.types import Kind, Type, fits, signatures


class Mending:
    """Goes over a net in order with the types that are really there, and changes what cannot be.

    `findings` says what was changed. Inputs of the net have concrete types.
    """

    def __init__(self, net: Net, order: Sequence[Node]) -> None:
        self.findings: list[Diagnostic] = []
        self._net = net
        self._order = order
        self._names = Names([*(i.name for i in net.inputs), *(n.name for n in net.body)])
        self._types: dict[str, Type] = {i.name: i.type for i in net.inputs}
        self._body: list[Node] = []

    def run(self) -> Net:
        """The mended net; its layers are in an order in which inputs come first."""
        for node in self._order:
            self._node(node)
        return attrs.evolve(self._net, body=tuple(self._body))

    def _node(self, node: Node) -> None:
        if node.layer.declares_result or not node.inputs:
            self._stand_in(node)
            return
        node = self._coerced(node)
        made = self._inferred(node)
        for mend in (self._regrouped, self._padded, self._merged):
            if made is not None:
                break
            mended = mend(node)
            if mended is not None:
                node, made = mended, self._inferred(mended)
        if made is None:
            self._stand_in(node)
        else:
            self._append(self._asserted(node, made), made)

    def _append(self, node: Node, made: Type) -> None:
        self._types[node.name] = made
        self._body.append(node)

    def _inferred(self, node: Node) -> Type | None:
        """The result's type; None where the layer does not fit its inputs."""
        op, given = node.layer, [self._types[name] for name in node.inputs]
        signature = signatures().get(op.op_name)
        if signature is not None and any(t.kind not in signature.takes for t in given):
            return None
        if len(given) < op.least or (op.most is not None and len(given) > op.most):
            return None
        try:
            made = op.infer(given)
        except RuleBroken:
            return None
        whole = made is not None and made.is_concrete and min(d for d in made.shape if isinstance(d, int)) > 0
        return made if whole else None

    def _asserted(self, node: Node, made: Type) -> Node:
        """The node without a declared type that is not what the layers give."""
        if node.declared is None or fits(made, node.declared):
            return node
        message = f"{node.name}: the layers give {made}; the declared {node.declared} is dropped"
        self._say(node, message, codes.TYPE_DISAGREES)
        return attrs.evolve(node, declared=None)

    def _coerced(self, node: Node) -> Node:
        """The node with inputs of kinds that its layer takes, where all values can be kept."""
        signature = signatures().get(node.layer.op_name)
        if signature is None:
            return node
        inputs = []
        for name in node.inputs:
            given = self._types[name]
            chain = None if given.kind in signature.takes else coerce(given, signature.takes)
            if chain:
                message = f"{node.name}: {_listed(chain)} between {name} ({given}) and {node.layer.op_name}"
                self._say(node, f"{message} is put in")
            inputs.append(self._chain(node, name, chain or ()))
        return attrs.evolve(node, inputs=tuple(inputs))

    def _regrouped(self, node: Node) -> Node | None:
        """The node with as many groups or heads as divide its channels."""
        values = dict(node.layer.attributes())
        channels = self._types[node.inputs[0]].channels
        for name, others in (("groups", (channels, values.get("filters"))), ("heads", (values.get("dim"),))):
            count = values.get(name)
            numbers = [n for n in others if isinstance(n, int)]
            if isinstance(count, int) and any(n % count for n in numbers):
                values[name] = math.gcd(count, *numbers)
                self._say(
                    node, f"{node.name}: {name}={count} does not divide its channels; {values[name]} is taken"
                )
                return attrs.evolve(node, op=build(node.layer.op_name, values))
        return None

    def _padded(self, node: Node) -> Node | None:
        """The node with `same` padding, with which a window always fits."""
        values = dict(node.layer.attributes())
        if not has_window(node.layer) or values.get("padding") == "same":
            return None
        given = self._types[node.inputs[0]]
        self._say(node, f"{node.name}: nothing of {given} is left without padding; padding=same is taken")
        return attrs.evolve(node, op=build(node.layer.op_name, {**values, "padding": "same"}))

    def _merged(self, node: Node) -> Node | None:
        """The node with all inputs brought to one shape (for concat along channels: to one size)."""
        if not is_merge(node.layer):
            return None
        given = [self._types[name] for name in node.inputs]
        target = _smallest(given, self._positions(node))
        keeps_channels = node.layer.op_name == "concat"
        inputs = []
        for name, have in zip(node.inputs, given, strict=True):
            own = keeps_channels and have.kind is target.kind
            goal = Type(target.kind, (*target.spatial, have.channels)) if own else target
            chain = bridge(have, goal)
            if chain:
                self._say(node, f"{node.name}: {name} is {have}; {_listed(chain)} brings it to {goal}")
            inputs.append(self._chain(node, name, chain))
        mended = attrs.evolve(node, inputs=tuple(inputs))
        if keeps_channels and target.spatial:
            return attrs.evolve(mended, op=build("concat", {}))
        return mended

    def _positions(self, node: Node) -> list[int]:
        at = {made.name: i for i, made in enumerate(self._body)}
        return [at.get(name, -1) for name in node.inputs]

    def _stand_in(self, node: Node) -> None:
        """Replace a layer by others that give its declared type, or else its input's."""
        source = self._source(node)
        given = self._types[source]
        target = node.declared if node.declared is not None and node.declared.is_concrete else given
        chain = bridge(given, target) or (build("linear", {}),)
        self._say(node, f"{node.name}: {_listed(chain)} stands in for {_name(node.layer)}")
        before = self._chain(node, source, chain[:-1])
        made = chain[-1].infer([self._types[before]])
        assert made is not None
        kept = node.declared if fits(made, node.declared) else None
        self._append(attrs.evolve(node, op=chain[-1], inputs=(before,), declared=kept), made)

    def _source(self, node: Node) -> str:
        """The value that a stand-in is made from: of the wanted kind where one is; not ids if possible."""
        candidates = [*node.inputs] or [i.name for i in self._net.inputs]
        wanted = node.declared.kind if node.declared is not None else None

        def rank(name: str) -> tuple[bool, bool]:
            kind = self._types[name].kind
            return kind is not wanted, kind is Kind.IDS

        return min(candidates, key=rank)

    def _chain(self, node: Node, source: str, chain: Sequence[Op]) -> str:
        """Put layers in after `source`; the name of the last one."""
        for op in chain:
            made = op.infer([self._types[source]])
            assert made is not None
            name = self._names.fresh(f"{node.name}.{op.op_name}")
            self._append(Node(name, op, (source,), inferred=True, span=node.span), made)
            source = name
        return source

    def _say(self, node: Node, message: str, code: codes.Code = codes.MENDED) -> None:
        self.findings.append(Diagnostic(code, message, node.span, Severity.WARNING))


def _smallest(given: Sequence[Type], positions: Sequence[int]) -> Type:
    """The type with the fewest pixels, and of these the one that was made last."""

    def rank(index: int) -> tuple[int, int]:
        sizes = [d for d in given[index].spatial if isinstance(d, int)]
        return math.prod(sizes), -positions[index]

    return given[min(range(len(given)), key=rank)]


def _listed(chain: Sequence[Op]) -> str:
    return " and ".join(op.op_name for op in chain)


def _name(op: Op) -> str:
    return (
        f'opaque "{op.attributes()["type"]}"'
        if op.declares_result
        else f"{op.op_name}, which does not fit here"
    )
