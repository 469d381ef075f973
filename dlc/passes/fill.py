"""Filling holes from declared shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

import attrs

from dlc.diagnostics import Diagnostic, Severity, codes
from dlc.ir import Input, Module, Net, Node, Op
from dlc.layers.domains import show
from dlc.passes.base import Pass, PassResult
from dlc.passes.check import infer_types
from dlc.passes.demand import Demands, demands
from dlc.passes.fillings import exchangeable, window_holes
from dlc.passes.sizes import Setting
from dlc.passes.solve import Solution, Task, solve
from dlc.passes.structure import topological
from dlc.types import Hole, Type

MOST_ROUNDS = 4
MOST_LISTED = 4


@attrs.frozen
class FillHoles(Pass):
    """Fill the holes that declared types decide: kernel, stride, padding, filters, units, input sizes.

    Before:

        i = input map[224, 224, 3]
        c: map[112, 112, 64] = conv2d(i, filters=?, kernel=7, stride=?, padding=?)

    After:

        i = input map[224, 224, 3]
        c: map[112, 112, 64] = conv2d(i, filters=64, kernel=7, stride=2, padding=same)

    A type declared further on decides too, through any layers between. Where several fillings fit, the
    one nearest to custom is taken, and of equals the one that shrinks earlier; a note (DLC0403) says what
    else fits. One that fits alone is noted as DLC0402; where none fits the holes stay (DLC0404).
    Holes that nothing declared bears on stay too. Blocks must have been expanded. `severity` is that
    of DLC0404: an error where no later pass can take a customary number.
    """

    name: ClassVar[str] = "fill-holes"
    severity: Severity = Severity.WARNING

    def run(self, module: Module) -> PassResult:
        nets, findings = [], []
        for net in module.nets:
            filled, found = _fill(net, module, self.severity)
            nets.append(filled)
            findings += found
        made = attrs.evolve(module, nets=tuple(nets))
        return PassResult(made, made != module, tuple(findings))


def _fill(net: Net, module: Module, severity: Severity) -> tuple[Net, list[Diagnostic]]:
    """Fill in rounds: what one round fills tells the next one more (the missing branch of a concat)."""
    findings: dict[str, Diagnostic] = {}
    for _ in range(MOST_ROUNDS):
        order = topological(net.body)
        if order is None or not has_holes(net):
            break
        filled, found = _round(net, order, module, severity)
        findings.update(found)
        if filled == net:
            break
        net = filled
    return net, list(findings.values())


def has_holes(net: Net) -> bool:
    """Whether a layer or an input of a net has a hole."""
    if any(isinstance(d, Hole) for i in net.inputs for d in i.type.shape):
        return True
    return any(isinstance(node.op, Op) and node.op.holes() for node in net.body)


def _round(
    net: Net, order: Sequence[Node], module: Module, severity: Severity
) -> tuple[Net, dict[str, Diagnostic]]:
    types = infer_types(net, module)
    found = demands(net, order, types)
    others = {n.name: t for n in order if not isinstance(n.op, Op) and (t := types.get(n.name)) is not None}
    solution = solve(Task(net, tuple(order), found, near=near_sizes(net), results=others))
    stuck = _stuck(net, solution)
    taken = {name: choice for name, choice in solution.taken.items() if name not in stuck}
    filled = replaced(net, taken)
    findings = {
        name: _nothing_fits(net, name, holes, severity) for name, holes in _by_contradiction(stuck).items()
    }
    for old, new in _changed(net, filled):
        candidates = [*_exchangeable(old, found, solution), *solution.others.get(old.name, ())]
        findings[old.name] = _filled(old, new, candidates)
    return filled, findings


def _exchangeable(old: Input | Node, known: Demands, solution: Solution) -> tuple[Op, ...]:
    """All fillings of a layer, however far from custom, that make the type found of the same inputs."""
    wanted = solution.types.get(old.name)
    if isinstance(old, Input) or wanted is None:
        return ()
    given = tuple(solution.types.get(name) for name in old.inputs)
    return exchangeable(old.layer, Setting(given, known.wanted.get(old.name)), wanted)


def near_sizes(net: Net) -> tuple[int, ...]:
    """Sizes that an input may have where its custom does not fit: those declared first, and their
    multiples by powers of 2, and what lies just around."""
    declared = [n.declared for n in net.body if n.declared is not None and n.declared.spatial]
    first = [d for t in declared[:3] for d in t.spatial if isinstance(d, int)]
    factors = (1, 2, 4, 8, 16, 32)
    around = sorted(range(-8, 13), key=abs)
    found = (size * factor + more for more in around for factor in factors for size in dict.fromkeys(first))
    return tuple(dict.fromkeys(n for n in found if n > 0))


def replaced(net: Net, taken: Mapping[str, Op | Type]) -> Net:
    """The net with these layers and input types in place of those with holes."""
    inputs = tuple(
        attrs.evolve(i, type=made) if isinstance(made := taken.get(i.name), Type) else i for i in net.inputs
    )
    body = tuple(
        attrs.evolve(n, op=made) if isinstance(made := taken.get(n.name), Op) and made != n.op else n
        for n in net.body
    )
    return attrs.evolve(net, inputs=inputs, body=body)


def _changed(before: Net, after: Net) -> Iterable[tuple[Input | Node, Input | Node]]:
    olds: list[Input | Node] = [*before.inputs, *before.body]
    news: list[Input | Node] = [*after.inputs, *after.body]
    return [(old, new) for old, new in zip(olds, news, strict=True) if old != new]


def _stuck(net: Net, solution: Solution) -> dict[str, str]:
    """The layers whose windows were filled in vain, each with the value at which nothing fits."""
    by_name = {n.name: n for n in net.body}
    found: dict[str, str] = {}
    for contradiction in solution.broken:
        stack, seen = [contradiction], set()
        while stack:
            name = stack.pop()
            node = by_name.get(name)
            if node is None or name in seen:
                continue
            seen.add(name)
            if isinstance(solution.taken.get(name), Op) and isinstance(node.op, Op) and window_holes(node.op):
                found[name] = contradiction
            if name == contradiction or node.declared is None:
                stack.extend(node.inputs)
    return found


def _by_contradiction(stuck: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, contradiction in stuck.items():
        found.setdefault(contradiction, []).append(name)
    return found


def _nothing_fits(net: Net, at: str, layers: Sequence[str], severity: Severity) -> Diagnostic:
    node = next(n for n in net.body if n.name == at)
    by_name = {n.name: n for n in net.body}
    holes = [f"{name}: {', '.join(window_holes(by_name[name].layer))}" for name in layers]
    wanted = f"the declared {node.declared}" if node.declared is not None else "what is known of its inputs"
    message = f"no filling of {'; '.join(holes)} gives {at} {wanted}"
    return Diagnostic(codes.NO_FILLING, message, node.span, severity)


def _filled(old: Input | Node, new: Input | Node, candidates: Sequence[Op | Type]) -> Diagnostic:
    shown = dict.fromkeys(differences(old, other) for other in candidates)
    others = [o for o in shown if o and o != differences(old, new)]
    message = f"{old.name}: {differences(old, new)} fits the declared types"
    if not others:
        return Diagnostic(codes.HOLE_FILLED, message, old.span, Severity.NOTE)
    more = f", and {len(others) - MOST_LISTED} more" if len(others) > MOST_LISTED else ""
    message = f"{message}; so does {'; or '.join(others[:MOST_LISTED])}{more}"
    return Diagnostic(codes.SEVERAL_FILLINGS, message, old.span, Severity.NOTE)


def differences(old: Input | Node, new: Input | Node | Op | Type) -> str:
    """What `new` says in the places of the holes of `old`: `stride=2, padding=same`."""
    if isinstance(old, Input):
        return str(new.type if isinstance(new, Input) else new)
    op = new.op if isinstance(new, Node) else new
    assert isinstance(op, Op)
    values, table = op.attributes(), {a.name: a for a in getattr(op, "table", ())}
    shown = [
        (name, values[name]) for name in old.layer.holes() if values[name] != old.layer.attributes()[name]
    ]
    return ", ".join(f"{name}={show(table[name].domain.simplify(value))}" for name, value in shown)
