"""Walks a net through its blocks and repeats and asks the rules what each layer becomes.

A layer inside a block is one line of the emitted class, but many layers of the net: the line is right when
its plan, with each call's arguments put in, is what the rules give for that very call. PyTorch's modules
are told how many channels they are given, so a class has a parameter for the channels of each of its
inputs, and in a loop they may be what a round adds to times its number.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from dlc.backends.pytorch.anyorder import AnyOrder
from dlc.backends.pytorch.names import variable_name
from dlc.backends.pytorch.plan import Ask, Known, Layout, Plan, bound, is_symbolic, plan
from dlc.ir import Action, Block, BlockCall, Module, Net, Node, Op, Repeat, RuleBroken, Value
from dlc.layers.bind import Bindings, bind_action
from dlc.passes.structure import topological
from dlc.types import Expr, Hole, Kind, Type, symbol

# Where a layer stands: the block's name ("" for the net), the node's name, positions of links in repeats;
# that of a first round which differs from the others is -1 - position.
Key = tuple[str, str, tuple[int, ...]]
COUNTERS = ("i", "j", "k")
_MOST_NESTED = len(COUNTERS)  # repeats within repeats


@attrs.frozen
class CallPlan:
    """A block called, with the channels of its inputs among the arguments."""

    block: str
    arguments: Mapping[str, Any]

    def bound(self, bindings: Bindings) -> CallPlan:
        """The same with parameters of the calling block replaced by their values."""
        return CallPlan(self.block, {k: bound(v, bindings) for k, v in self.arguments.items()})


@attrs.frozen
class Frame:
    """One step of the way from the net to a layer: a place in a class, in which rounds of its repeats, and
    the values of the class's parameters there."""

    key: Key
    rounds: tuple[int, ...]
    bindings: Bindings = attrs.field(eq=False)


@attrs.frozen
class Instance:
    """One layer of the net: the way to it, and its plan."""

    way: tuple[Frame, ...]
    plan: Plan


@attrs.frozen
class _Sample:
    """One layer of the net, as it is and as its block states it; `exactly` is its plan as it is."""

    bindings: Bindings
    exact: Op
    layer: Op
    inputs: tuple[Known, ...]
    output: Type
    general: Type
    any_order: bool
    exactly: Plan = attrs.field(init=False, eq=False)

    @exactly.default
    def _exactly(self) -> Plan:
        return self.plan(False, False)

    def plan(self, dynamic: bool, as_stated: bool) -> Plan:
        inputs = self.inputs
        if not as_stated:
            inputs = tuple(attrs.evolve(known, general=known.type) for known in inputs)
        layer, general = (self.layer, self.general) if as_stated else (self.exact, self.output)
        return plan(Ask(layer, self.exact, self.layer, inputs, self.output, general, self.any_order, dynamic))


class _Uneven(Exception):
    """Blocks and repeats have to be expanded."""


@attrs.define
class Survey:
    """Plans by place. `run` fills it."""

    module: Module
    plans: dict[Key, Plan | CallPlan] = attrs.field(factory=dict)
    nodes: dict[Key, Node] = attrs.field(factory=dict)
    instances: list[Instance] = attrs.field(factory=list)
    rounds: dict[Key, str] = attrs.field(factory=dict)  # of each repeat: "alike", "grown" or "first"
    turned: frozenset[str] = frozenset()  # outputs of the net that do not lie as it gives them
    is_uneven: bool = False  # whether a line of a block or a loop would have to differ from place to place
    _samples: dict[Key, list[_Sample]] = attrs.field(factory=dict)
    _calls: dict[Key, list[tuple[Bindings, CallPlan, CallPlan]]] = attrs.field(factory=dict)
    _way: list[Frame] = attrs.field(factory=list)
    _dry: int = 0
    _ways: list[tuple[Frame, ...]] = attrs.field(factory=list)
    _order: AnyOrder = attrs.field(init=False)

    def run(self, net: Net) -> None:
        """Ask for every layer of the net; where `is_uneven` says so, not for all."""
        try:
            self._net(net)
        except _Uneven:
            self.is_uneven = True

    def _net(self, net: Net) -> None:
        self._order = AnyOrder(self.module)
        values = {i.name: Known(i.type, i.type, Layout.given(i.type.kind)) for i in net.inputs}
        known = self._body("", net.body, values, {})
        given = ((name, known[name]) for name in net.outputs)
        self.turned = frozenset(n for n, k in given if k.layout is not Layout.given(k.type.kind))
        self._settle_layers()
        for key, calls in self._calls.items():
            found = calls[0][1]
            self.plans[key] = found
            if any(found.bound(bindings) != exact for bindings, _, exact in calls):
                self.is_uneven = True

    def _settle_layers(self) -> None:
        dynamic: dict[Key, bool] = {}
        for key, samples in self._samples.items():
            dynamic[key], found = self._common(samples)
            self.plans[key] = found or samples[0].plan(False, True)
            if found is None:
                self.is_uneven = True
        taken = dict.fromkeys(self._samples, 0)
        for way in self._ways:
            key = way[-1].key
            sample = self._samples[key][taken[key]]
            taken[key] += 1
            self.instances.append(Instance(way, sample.plan(True, False) if dynamic[key] else sample.exactly))

    def _common(self, samples: Sequence[_Sample]) -> tuple[bool, Plan | None]:
        """The plan that serves all samples of a place, None where there is none; and how it was asked for."""
        distinct = list({(s.exact, s.inputs, s.output): s for s in samples}.values())
        refused = next((p for s in distinct if (p := s.exactly).cannot is not None), None)
        if refused is not None:
            return False, refused
        for dynamic in (False, True):
            candidate = distinct[0].plan(dynamic, True)
            exact = ((s, s.plan(True, False) if dynamic else s.exactly) for s in distinct)
            if candidate.cannot is None and all(candidate.bound(s.bindings) == p for s, p in exact):
                return dynamic, candidate
        return False, None

    def _body(
        self,
        scope: str,
        body: Iterable[Node],
        values: Mapping[str, Known],
        bindings: Bindings,
    ) -> dict[str, Known]:
        known = dict(values)
        for node in topological(tuple(body)) or ():
            inputs = tuple(known[name] for name in node.inputs)
            key = (scope, node.name, ())
            known[node.name] = self._action(key, node, node.op, inputs, bindings, ())
        return known

    def _action(
        self,
        key: Key,
        node: Node,
        action: Action,
        inputs: tuple[Known, ...],
        bindings: Bindings,
        rounds: tuple[int, ...],
    ) -> Known:
        self._way.append(Frame(key, rounds, bindings))
        if not self._dry:
            self.nodes.setdefault(key, node)
        if isinstance(action, BlockCall):
            made = self._call(key, action, inputs, bindings)
        elif isinstance(action, Repeat):
            made = self._repeat(key, node, action, inputs, bindings, rounds)
        else:
            made = self._layer(key, node, action, inputs, bindings)
        self._way.pop()
        return made

    def _call(self, key: Key, call: BlockCall, inputs: tuple[Known, ...], bindings: Bindings) -> Known:
        block = self.block(call.block)
        if block.output in block.inputs:  # a layer that does nothing stands for the call where it is expanded
            raise _Uneven
        exact = bind_action(call, bindings)
        assert isinstance(exact, BlockCall)
        inner: dict[str, Value] = {p.name: p.default for p in block.parameters if not p.required}
        inner.update(exact.arguments)
        names = channel_names(block)
        values = {}
        stated: dict[str, Any] = {}
        given: dict[str, Any] = {}
        for name, known in zip(block.inputs, inputs, strict=True):
            values[name] = _inside(known, names[name])
            if known.type.kind is not Kind.IDS:
                stated[names[name]] = known.general.channels
                given[names[name]] = inner[names[name]] = known.type.channels
        if not self._dry:
            general = CallPlan(call.block, {**stated, **call.arguments})
            plain = CallPlan(call.block, {**given, **exact.arguments})
            self._calls.setdefault(key, []).append((bindings, general, plain))
        made = self._body(block.name, block.body, values, inner)[block.output]
        return attrs.evolve(made, general=_outside(made, {**stated, **call.arguments}, block))

    def _repeat(
        self,
        key: Key,
        node: Node,
        repeat: Repeat,
        inputs: tuple[Known, ...],
        bindings: Bindings,
        rounds: tuple[int, ...],
    ) -> Known:
        exact = bind_action(repeat, bindings)
        assert isinstance(exact, Repeat)
        count: int = exact.count  # type: ignore[assignment]
        if count < 1 or not repeat.links or len(rounds) >= _MOST_NESTED:
            raise _Uneven
        self._dry += 1
        seen = [inputs[0]]
        for at in range(count):
            seen.append(self._round(key, node, repeat, seen[-1], bindings, rounds, at, False))
        self._dry -= 1
        kind = _kind_of_rounds(seen)
        if not self._dry and self.rounds.setdefault(key, kind) != kind:
            raise _Uneven
        current, inner = inputs[0], bindings
        counter = counter_of(key, self.module)
        for at in range(count):
            if kind == "grown":
                inner = {**bindings, counter: at}
                current = attrs.evolve(current, general=_grown(seen, symbol(counter)))
            first = kind == "first" and at == 0
            current = self._round(key, node, repeat, current, inner, rounds, at, first)
        general = _grown(seen, repeat.count) if kind == "grown" else seen[-1].general
        return attrs.evolve(current, general=general)

    def _round(
        self,
        key: Key,
        node: Node,
        repeat: Repeat,
        given: Known,
        bindings: Bindings,
        rounds: tuple[int, ...],
        at: int,
        first: bool,
    ) -> Known:
        for index, link in enumerate(repeat.links):
            place = (*key[2], -1 - index if first else index)
            inner = (key[0], key[1], place)
            given = self._action(inner, node, link, (given,), bindings, (*rounds, at))
        return given

    def _layer(self, key: Key, node: Node, op: Op, inputs: tuple[Known, ...], bindings: Bindings) -> Known:
        exact = bind_action(op, bindings)
        assert isinstance(exact, Op)
        plain = not key[0] and op is node.op  # a layer of the net itself, whose type the checker found
        output = (node.type if plain else None) or exact.infer([known.type for known in inputs])
        assert output is not None, f"{node.name} was not checked"
        general = _general(op, inputs, output)
        any_order = self._order.takes(key[0], node.name) if not key[2] else False
        sample = _Sample(bindings, exact, op, inputs, output, general, any_order)
        if not self._dry:
            self._samples.setdefault(key, []).append(sample)
            self._ways.append(self._inner_way())
        return Known(output, general, sample.exactly.layout, sample.exactly.order)

    def _inner_way(self) -> tuple[Frame, ...]:
        """The way without the repeats themselves, which their links' frames tell of."""
        return tuple(
            frame
            for frame, after in zip(self._way, [*self._way[1:], None], strict=True)
            if after is None or after.key[:2] != frame.key[:2] or len(after.key[2]) <= len(frame.key[2])
        )

    def block(self, name: str) -> Block:
        """The block of that name."""
        found = self.module.block(name)
        if found is None:
            raise ValueError(f"there is no block {name}: the module was not checked")
        return found


def channel_names(block: Block) -> dict[str, str]:
    """For each input of a block, the parameter of its class that says how many channels it has."""
    taken = {p.name for p in block.parameters}
    found = {}
    for name in block.inputs:
        made = "in_channels" if len(block.inputs) == 1 else f"{variable_name(name)}_channels"
        while made in taken:
            made += "_"
        taken.add(made)
        found[name] = made
    return found


def counter_of(key: Key, module: Module) -> str:
    """The variable that counts the rounds of a repeat, from 0."""
    block = module.block(key[0])
    taken = {p.name for p in block.parameters} if block is not None else set()
    name = COUNTERS[min(len(key[2]), len(COUNTERS) - 1)]
    while name in taken:
        name += "_"
    return name


def _inside(known: Known, name: str) -> Known:
    """A block's input as the block states it."""
    if known.type.kind is Kind.IDS:
        return attrs.evolve(known, general=known.type)
    return attrs.evolve(known, general=Type(known.type.kind, (*known.type.spatial, symbol(name))))


def _outside(made: Known, arguments: Mapping[str, Any], block: Block) -> Type:
    """What a call gives, as the caller states it."""
    inner: dict[str, Any] = {p.name: p.default for p in block.parameters if not p.required}
    inner.update(arguments)
    channels = made.general.channels
    if isinstance(channels, Expr):
        try:
            channels = bound(channels, inner)
        except ValueError:
            channels = made.type.channels
    return Type(made.type.kind, (*made.type.spatial, channels))


def _general(op: Op, inputs: Sequence[Known], output: Type) -> Type:
    """The result's type with its channels as the block can state them."""
    if not is_symbolic(tuple(op.attributes().values())) and not any(
        is_symbolic(known.general.shape) for known in inputs
    ):
        return output
    try:
        found = op.infer([known.general for known in inputs])
    except (RuleBroken, ValueError):
        return output
    if found is None or found.kind is not output.kind or isinstance(found.channels, Hole):
        return output
    return Type(output.kind, (*output.spatial, found.channels))


def _kind_of_rounds(seen: Sequence[Known]) -> str:
    """How what the rounds are given differs: not at all, by as much each time, or in the first one only."""
    channels: list[Any] = [known.type.channels for known in seen]
    given = channels[:-1]
    if len(set(given)) == 1:
        return "alike"
    steps = {after - before for before, after in itertools.pairwise(channels)}
    if len(steps) == 1:
        return "grown"
    return "first"


def _grown(seen: Sequence[Known], counter: Any) -> Type:
    """The type of what a round is given, whose channels grow from round to round."""
    first = seen[0].general
    a, b = first.channels, seen[1].general.channels
    return Type(first.kind, (*first.spatial, a + (b - a) * counter))  # type: ignore[operator]
