"""A net while a model file is read: inputs and nodes in order, with the type of every value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from dlc.diagnostics import Code, Diagnostic, DlcError, Severity, Span, codes
from dlc.ir import Input, Node, Op, RuleBroken
from dlc.layers import build
from dlc.types import Type, signatures

MOST_NODES = 200_000


@attrs.define
class NetBuilder:
    """Collects inputs and nodes; types are inferred as nodes come, so that rules may ask for them."""

    inputs: list[Input] = attrs.field(factory=list, kw_only=True)
    nodes: list[Node] = attrs.field(factory=list, kw_only=True)
    types: dict[str, Type | None] = attrs.field(factory=dict, kw_only=True)
    findings: list[Diagnostic] = attrs.field(factory=list, kw_only=True)
    numbers: dict[str, int] = attrs.field(factory=dict, kw_only=True)  # the last that a name was given

    def type_of(self, value: str) -> Type | None:
        """The type of a value, None where it is unknown."""
        return self.types.get(value)

    def take(self, name: str, kind: Type, span: Span | None = None) -> str:
        """A further input of the net; the name that it gets."""
        fresh = self.fresh(name)
        self.inputs.append(Input(fresh, kind, span=span))
        self.types[fresh] = kind
        return fresh

    def put(
        self,
        op: str,
        attributes: Mapping[str, Any],
        inputs: Sequence[str],
        name: str,
        span: Span | None = None,
        *,
        declared: Type | None = None,
        inferred: bool = False,
    ) -> str:
        """Append a layer; the name of its value.

        Raises CannotBuild where the catalogue refuses it, and DlcError where the layers become too many, as of
        models that call models that call models.
        """
        if len(self.nodes) >= MOST_NODES:
            message = f"the model stands for more than {MOST_NODES:,} layers"
            raise DlcError(Diagnostic(codes.EXPANSION_TOO_LARGE, message, span))
        made = build(op, attributes)
        fresh = self.fresh(name)
        result = declared if made.declares_result else self._infer(made, inputs, span, fresh)
        self.nodes.append(Node(fresh, made, tuple(inputs), declared=declared, inferred=inferred, span=span))
        self.types[fresh] = result
        return fresh

    def _infer(self, op: Any, inputs: Sequence[str], span: Span | None, name: str) -> Type | None:
        given = [self.types.get(i) for i in inputs]
        known = [t for t in given if t is not None]
        signature = signatures().get(op.op_name)
        if len(known) < len(given) or (signature and any(t.kind not in signature.takes for t in known)):
            return None
        try:
            found: Type | None = op.infer(known)
        except RuleBroken as broken:
            message = f"{name}: {broken.message}"
            self.findings.append(Diagnostic(broken.code, message, span, notes=broken.notes))
            return None
        return found

    def share(self, since: int, owners: Sequence[str]) -> None:
        """Let the layers with weights that came after the first `since` use those of `owners`, in order."""
        left = iter(owners)
        for index, node in enumerate(self.nodes[since:], since):
            if _has_weights(node) and (owner := next(left, None)) is not None:
                self.nodes[index] = attrs.evolve(node, shares=owner)

    def weighted(self, since: int) -> list[str]:
        """The layers with weights that came after the first `since`; where one shares, the owner."""
        return [n.shares or n.name for n in self.nodes[since:] if _has_weights(n)]

    def report(
        self, code: Code, message: str, span: Span | None, severity: Severity = Severity.WARNING
    ) -> None:
        """Report something at a place."""
        self.findings.append(Diagnostic(code, message, span, severity))

    def outputs(self) -> tuple[str, ...]:
        """The values that nothing reads; the last one where there is none."""
        read = {name for node in self.nodes for name in node.inputs}
        found = [n.name for n in self.nodes if n.name not in read]
        return tuple(found) or tuple(n.name for n in self.nodes[-1:])

    def fresh(self, name: str) -> str:
        """A name that no value has yet."""
        made = name
        while made in self.types:
            self.numbers[name] = self.numbers.get(name, 1) + 1
            made = f"{name}_{self.numbers[name]}"
        return made


def _has_weights(node: Node) -> bool:
    return isinstance(node.op, Op) and node.op.has_weights
