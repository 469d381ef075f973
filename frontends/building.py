"""A net while a model file is read: inputs and nodes in order, with the type of every value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from dlc.diagnostics import Code, Diagnostic, Severity, Span
from dlc.ir import Input, Node, RuleBroken
from dlc.layers import build
from dlc.types import Type, signatures


@attrs.define
class NetBuilder:
    """Collects inputs and nodes; types are inferred as nodes come, so that rules may ask for them."""

    inputs: list[Input] = attrs.field(factory=list, kw_only=True)
    nodes: list[Node] = attrs.field(factory=list, kw_only=True)
    types: dict[str, Type | None] = attrs.field(factory=dict, kw_only=True)
    findings: list[Diagnostic] = attrs.field(factory=list, kw_only=True)

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
        """Append a layer; the name of its value. Raises CannotBuild where the catalogue refuses it."""
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
            if node.layer.has_weights and (owner := next(left, None)) is not None:
                self.nodes[index] = attrs.evolve(node, shares=owner)

    def weighted(self, since: int) -> list[str]:
        """The layers with weights that came after the first `since`; where one shares, the owner."""
        return [n.shares or n.name for n in self.nodes[since:] if n.layer.has_weights]

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
        if name not in self.types:
            return name
        return next(f"{name}_{i}" for i in range(2, len(self.types) + 3) if f"{name}_{i}" not in self.types)
