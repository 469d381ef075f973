"""Walks a net through its blocks and repeats and asks the rules what each layer becomes.

A layer inside a block is one line of the emitted function, but many layers of the net: the line is
right when its plan, with each call's arguments put in, is what the rules give for that very call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from dlc.backends.keras.plan import Ask, Plan, is_symbolic, plan
from dlc.ir import Action, Block, BlockCall, Module, Net, Node, Op, Repeat, Value
from dlc.layers.bind import Bindings, bind_action
from dlc.passes.signs import is_non_negative
from dlc.passes.structure import topological
from dlc.types import Type

# Where a layer stands: the block's name ("" for the net), the node's name, positions of links in repeats.
Key = tuple[str, str, tuple[int, ...]]


@attrs.frozen
class Known:
    """What is known of a value: its type, and whether its numbers are all 0 or more."""

    type: Type
    non_negative: bool = False


@attrs.frozen
class Sample:
    """One layer of the net: the parameters' values at its place, and what is asked about it."""

    bindings: Mapping[str, Value]
    layer: Op
    inputs: tuple[Known, ...]
    output: Type

    def plan(self, as_source: bool, literal: bool = False, general: Op | None = None) -> Plan:
        """What the rules say, of the layer or of the one with parameters that it is an instance of."""
        types = tuple(known.type for known in self.inputs)
        signs = tuple(known.non_negative for known in self.inputs)
        return plan(Ask(general or self.layer, types, self.output, signs, as_source, literal))


@attrs.define
class Survey:
    """Plans by place; `as_source` as in `Ask`. `run` fills it."""

    module: Module
    as_source: bool = True
    plans: dict[Key, Plan] = attrs.field(factory=dict)
    nodes: dict[Key, Node] = attrs.field(factory=dict)
    is_uneven: bool = False  # whether a line of a block or a loop would have to differ from place to place
    _samples: dict[Key, list[Sample]] = attrs.field(factory=dict)
    _general: dict[Key, Op] = attrs.field(factory=dict)

    def run(self, net: Net) -> None:
        """Ask for every layer of the net."""
        values = {i.name: Known(i.type) for i in net.inputs}
        self._body("", net.body, values, {})
        for key, samples in self._samples.items():
            found = self._common(self._general[key], samples)
            self.is_uneven |= found is None
            self.plans[key] = found or samples[0].plan(self.as_source)

    def _common(self, general: Op, samples: Sequence[Sample]) -> Plan | None:
        """The plan that serves all samples of a place, None where there is none."""
        if len(samples) == 1 and not samples[0].bindings:  # a layer of the net itself
            return samples[0].plan(self.as_source)
        op = general if any(map(is_symbolic, general.attributes().values())) else None
        distinct = list({(s.layer, s.inputs): s for s in samples}.values())
        for literal in (False, True):
            candidate = samples[0].plan(self.as_source, literal, op)
            if all(candidate.bound(s.bindings) == s.plan(self.as_source, literal) for s in distinct):
                return candidate
        return None

    def _body(
        self, scope: str, body: Iterable[Node], values: Mapping[str, Known], bindings: Bindings
    ) -> dict[str, Known]:
        known = dict(values)
        for node in topological(tuple(body)) or ():
            inputs = [known[name] for name in node.inputs]
            known[node.name] = self._action((scope, node.name, ()), node, node.op, inputs, bindings)
        return known

    def _action(
        self, key: Key, node: Node, action: Action, inputs: Sequence[Known], bindings: Bindings
    ) -> Known:
        if isinstance(action, BlockCall):
            return self._call(action, inputs, bindings)
        if isinstance(action, Repeat):
            return self._repeat(key, node, action, inputs, bindings)
        return self._layer(key, node, action, inputs, bindings)

    def _call(self, call: BlockCall, inputs: Sequence[Known], bindings: Bindings) -> Known:
        block = self._block(call.block)
        bound = bind_action(call, bindings)
        inner: dict[str, Value] = {p.name: p.default for p in block.parameters if not p.required}
        inner.update(bound.arguments)  # type: ignore[union-attr]
        values = dict(zip(block.inputs, inputs, strict=True))
        return self._body(block.name, block.body, values, inner)[block.output]

    def _repeat(
        self, key: Key, node: Node, repeat: Repeat, inputs: Sequence[Known], bindings: Bindings
    ) -> Known:
        bound = bind_action(repeat, bindings)
        current = tuple(inputs)
        for _ in range(bound.count):  # type: ignore[union-attr, arg-type]
            for index, link in enumerate(repeat.links):
                place = (key[0], key[1], (*key[2], index))
                current = (self._action(place, node, link, current, bindings),)
        return current[0]

    def _layer(self, key: Key, node: Node, op: Op, inputs: Sequence[Known], bindings: Bindings) -> Known:
        bound = bind_action(op, bindings)
        assert isinstance(bound, Op)
        plain = not key[0] and op is node.op  # a layer of the net itself, whose type the checker found
        output = (node.type if plain else None) or bound.infer([known.type for known in inputs])
        assert output is not None, f"{node.name} was not checked"
        self.nodes[key] = node
        self._general[key] = op
        self._samples.setdefault(key, []).append(Sample(bindings, bound, tuple(inputs), output))
        signs = [known.non_negative for known in inputs]
        return Known(output, is_non_negative(op.op_name, signs))

    def _block(self, name: str) -> Block:
        block = self.module.block(name)
        if block is None:
            raise ValueError(f"there is no block {name}: the module was not checked")
        return block
