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
from dlc.passes.structure import topological
from dlc.types import Type

# Where a layer stands: the block's name ("" for the net), the node's name, positions of links in repeats.
Key = tuple[str, str, tuple[int, ...]]

_ALWAYS = frozenset({"relu", "relu6", "sigmoid", "hard_sigmoid", "softmax", "softplus"})
_KEEPS = frozenset(
    {
        *("add", "multiply", "average", "minimum", "concat", "flatten", "reshape", "permute", "repeat_vector"),
        *("dropout", "spatial_dropout2d", "lrn", "linear"),
        *(
            f"{op}{rank}d"
            for op in ("maxpool", "avgpool", "global_avgpool", "global_maxpool", "upsample", "zeropad", "crop")
            for rank in (1, 2, 3)
        ),
    }
)


@attrs.frozen
class Known:
    """What is known of a value: its type, and whether its numbers are all 0 or more."""

    type: Type
    non_negative: bool = False


@attrs.frozen
class Sample:
    """One layer of the net: the parameters' values at its place, and its plan there."""

    bindings: Mapping[str, Value]
    plan: Plan


@attrs.define
class Survey:
    """Plans by place; `own_classes` as in `Ask`. Call `run` once."""

    module: Module
    own_classes: bool = True
    plans: dict[Key, Plan] = attrs.field(factory=dict)
    nodes: dict[Key, Node] = attrs.field(factory=dict)
    _samples: dict[Key, list[Sample]] = attrs.field(factory=dict)

    def run(self, net: Net) -> None:
        """Ask for every layer of the net."""
        values = {i.name: Known(i.type) for i in net.inputs}
        self._body("", net.body, values, {})

    @property
    def is_uneven(self) -> bool:
        """Whether some line of a block or a loop would have to differ from place to place."""
        return any(
            self.plans[key].bound(sample.bindings) != sample.plan
            for key, samples in self._samples.items()
            for sample in samples
        )

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
        types = tuple(known.type for known in inputs)
        output = bound.infer(types)  # type: ignore[union-attr]
        signs = tuple(known.non_negative for known in inputs)

        def asked(layer: Op) -> Plan:
            return plan(Ask(layer, types, output, signs, self.own_classes))

        found = asked(bound)  # type: ignore[arg-type]
        if key not in self.plans:
            general = any(map(is_symbolic, op.attributes().values()))
            self.plans[key] = asked(op) if general else found
            self.nodes[key] = node
        self._samples.setdefault(key, []).append(Sample(bindings, found))
        return Known(output, _is_non_negative(op.op_name, signs))

    def _block(self, name: str) -> Block:
        block = self.module.block(name)
        if block is None:
            raise ValueError(f"there is no block {name}: the module was not checked")
        return block


def _is_non_negative(op: str, inputs: Sequence[bool]) -> bool:
    if op in _ALWAYS:
        return True
    if op == "maximum":
        return any(inputs)
    return op in _KEEPS and all(inputs)
