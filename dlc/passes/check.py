"""The checker: names, structure, kinds and shapes of a whole module, all findings at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from dlc.diagnostics import Diagnostic, Note, Severity, Span, codes
from dlc.ir import Block, Module, Net, Node
from dlc.passes.infer import Inference
from dlc.passes.sharing import size_findings
from dlc.passes.structure import block_findings, live_names, net_findings, topological
from dlc.types import Type


@attrs.frozen
class Checked:
    """A module whose nodes carry their types, and what was found; see `ok`."""

    module: Module
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing that was found is an error."""
        return not any(d.is_error for d in self.diagnostics)


def check(module: Module) -> Checked:
    """Check every block and net and fill in `Node.type`; never raises for what a module can hold."""
    findings = [*_duplicates(module), *block_findings(module)]
    sound = not any(d.is_error for d in findings)
    nets = []
    for net in module.nets:
        typed, found = _check_net(net, module, sound)
        nets.append(typed)
        findings += found
    return Checked(attrs.evolve(module, nets=tuple(nets)), _distinct(findings))


def infer_types(net: Net, module: Module) -> dict[str, Type | None]:
    """The types of all values of a net that is structurally sound; None where unknown or wrong."""
    inference = Inference(module)
    return inference.run(topological(net.body) or net.body, {i.name: i.type for i in net.inputs})


def _check_net(net: Net, module: Module, blocks_sound: bool) -> tuple[Net, list[Diagnostic]]:
    findings = net_findings(net, module)
    order = topological(net.body)
    if order is None:
        return net, findings
    inference = Inference(module if blocks_sound else Module())
    types = inference.run(order, {i.name: i.type for i in net.inputs})
    findings += [*inference.findings, *size_findings(net.body, types)]
    findings += _unused(net)
    return _with_types(net, types), findings


def _with_types(net: Net, types: Mapping[str, Type | None]) -> Net:
    body = tuple(
        node if node.type == types.get(node.name) else attrs.evolve(node, type=types.get(node.name))
        for node in net.body
    )
    return attrs.evolve(net, body=body)


def _unused(net: Net) -> list[Diagnostic]:
    """Warnings for layers that no output needs; not for those of unknown type, which may be unread ones."""
    live = live_names(net.body, net.outputs)
    unused = [n for n in net.body if n.name not in live] if net.outputs else []
    return [_unused_finding(n) for n in unused if n.declared or not getattr(n.op, "declares_result", False)]


def _unused_finding(node: Node) -> Diagnostic:
    message = f"{node.name} reaches no output of the net"
    return Diagnostic(codes.UNUSED_LAYER, message, node.span, Severity.WARNING)


def _duplicates(module: Module) -> list[Diagnostic]:
    seen: dict[str, Span | None] = {}
    findings = []
    items: list[Block | Net] = [*module.blocks, *module.nets]
    for item in items:
        if item.name in seen:
            message = f"{item.name} is the name of two blocks or nets"
            notes = (Note("first defined here", seen[item.name]),)
            findings.append(Diagnostic(codes.DUPLICATE_NAME, message, item.span, notes=notes))
        seen.setdefault(item.name, item.span)
    return findings


def _distinct(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple({(d.code.number, d.message, str(d.span)): d for d in findings}.values())
