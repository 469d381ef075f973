"""The lines of a body before they are printed: what is applied to what, activations merged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import attrs

from dlc.backends.keras.classes import CLASSES
from dlc.backends.keras.plan import Plan, Step
from dlc.backends.keras.survey import Key
from dlc.ir import Action, BlockCall, Node, Repeat
from dlc.passes.structure import live_names, topological


@attrs.frozen
class Loop:
    """Links that are applied one after another, `count` times."""

    count: object  # an integer, or an expression of the block's parameters
    links: tuple[Link, ...]


Doing = Plan | BlockCall | Loop


@attrs.frozen
class Link:
    """What is done in a loop's body; `name` ends the names of its layers (empty for a sole link)."""

    doing: Doing
    name: str = ""


@attrs.frozen
class Statement:
    """What makes the value `value` from `inputs`; its layers are named after `name`. `shares` is the value of
    the statement whose weights it uses."""

    value: str
    name: str
    doing: Doing
    inputs: tuple[str, ...]
    shares: str | None = None


def statements(
    scope: str, body: Sequence[Node], outputs: Sequence[str], plans: Mapping[Key, Plan]
) -> tuple[Statement, ...]:
    """A net's or block's body in order of evaluation; `outputs` are the values that it gives."""
    live = live_names(body, outputs)
    made = [
        Statement(node.name, node.name, _doing(scope, node, node.op, (), plans), node.inputs, node.shares)
        for node in topological(body) or ()
        if node.name in live
    ]
    return tuple(_merge(made, set(outputs)))


def _doing(
    scope: str, node: Node, action: Action, place: tuple[int, ...], plans: Mapping[Key, Plan]
) -> Doing:
    if isinstance(action, BlockCall):
        return action
    if not isinstance(action, Repeat):
        return plans[scope, node.name, place]
    found = [_doing(scope, node, link, (*place, i), plans) for i, link in enumerate(action.links)]
    return Loop(action.count, _links(found))


def _links(found: Sequence[Doing]) -> tuple[Link, ...]:
    joined: list[Doing] = []
    for doing in found:
        before = joined[-1] if joined else None
        if isinstance(doing, Plan) and isinstance(before, Plan) and (both := merged(before, doing)):
            joined[-1] = both
        else:
            joined.append(doing)
    return tuple(Link(d, str(i + 1) if joined[1:] else "") for i, d in enumerate(joined))


def _merge(made: Sequence[Statement], outputs: set[str]) -> Iterable[Statement]:
    """Activations joined to the layers that they alone follow, where the names allow that."""
    uses: dict[str, int] = dict.fromkeys(outputs, 2)
    for statement in made:
        for name in statement.inputs:
            uses[name] = uses.get(name, 0) + 1
    by_value = {s.value: s for s in made}
    pinned = {name for s in made if s.shares is not None for name in (s.value, s.shares)}
    gone: set[str] = set()
    changed: dict[str, Statement] = {}
    for statement in made:
        before = by_value.get(statement.inputs[0]) if len(statement.inputs) == 1 else None
        if before is None or uses[before.value] > 1 or before.value in pinned:
            continue
        both = _merged_doings(before.doing, statement.doing)
        shared = common_name(before.name, statement.name) if both is not None else None
        if both is not None and shared is not None:
            gone.add(before.value)
            changed[statement.value] = Statement(statement.value, shared, both, before.inputs)
    return [changed.get(s.value, s) for s in made if s.value not in gone]


def _merged_doings(before: Doing, after: Doing) -> Plan | None:
    return merged(before, after) if isinstance(before, Plan) and isinstance(after, Plan) else None


def merged(before: Plan, after: Plan) -> Plan | None:
    """One plan for a layer and the activation that follows it, where the layer takes it as an argument."""
    if len(after.steps) != 1 or after.steps[0].layer.cls != "Activation" or not before.steps:
        return None
    *helpers, last = before.steps
    known = CLASSES.get(last.layer.cls)
    if known is None or not known.activates:
        return None
    word = after.steps[0].layer.arguments["activation"]
    arguments = dict(last.layer.arguments)
    if "activation" in arguments:
        return None
    return attrs.evolve(before, steps=(*helpers, _with(last, arguments | {"activation": word})))


def _with(step: Step, arguments: Mapping[str, object]) -> Step:
    return attrs.evolve(step, layer=attrs.evolve(step.layer, arguments=arguments))


_ACTIVATIONS = r"relu|sigmoid|tanh|softmax|elu|selu|gelu|silu|swish|softplus|softsign|act|activation|nonlin"


def common_name(layer: str, activation: str) -> str | None:
    """The name for a layer with its activation; None where both names say something and must stay.

    A name in a chain (`prob.1`) says nothing, nor does one that only says what it is (`relu1`,
    `conv1_relu`, `conv1/relu`).
    """
    stem = re.escape(activation)
    if re.fullmatch(rf"{stem}(?:\.\d+)+", layer):
        return activation
    if re.fullmatch(r".*\.\d+", activation) or re.search(
        rf"(?i)(?:^|[^a-z])(?:{_ACTIVATIONS})(?:$|[^a-z])", activation
    ):
        return layer
    return None
