"""Where the weights of a net lie in the Keras model that is emitted for it.

A tensor's key is the name of the Keras layer and the path of the variable in it, such as `kernel` or
`forward_layer/cell/bias`. Keras stores most arrays as the catalogue has them.

Weights files of Keras 3 know layers by their class and their place among the model's layers, so that order,
which is Keras's own, is worked out here too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs

from dlc.backends.base import Differences
from dlc.backends.keras import sharing
from dlc.backends.keras.naming import loop_part
from dlc.backends.keras.plan import KerasLayer, Plan
from dlc.backends.keras.program import Program, program
from dlc.backends.keras.statements import Doing, Loop, Statement
from dlc.backends.parameters import Parameter, parameters
from dlc.backends.stored import Part, Tensor, whole
from dlc.ir import BlockCall, Module, Net, Node, Value
from dlc.layers.bind import bind_value
from dlc.passes.check import check
from dlc.passes.expand import ExpandBlocks
from dlc.types import Type

INPUT = "InputLayer"
# Layers with weights, and the variables of each: role of the catalogue -> path, in Keras's order.
_AFFINE = {"gamma": "gamma", "beta": "beta"}
_KERNEL = {"kernel": "kernel", "bias": "bias"}
_CELL = {"kernel": "cell/kernel", "recurrent_kernel": "cell/recurrent_kernel", "bias": "cell/bias"}
_WAYS = {"": "forward_layer", "backward_": "backward_layer"}
_ATTENTION = {"query": "query_dense", "key": "key_dense", "value": "value_dense", "output": "output_dense"}
VARIABLES: dict[str, dict[str, str]] = {
    **{f"Conv{rank}D": _KERNEL for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": _KERNEL for rank in (1, 2, 3)},
    "DepthwiseConv2D": _KERNEL,
    "SeparableConv2D": {
        "depthwise_kernel": "depthwise_kernel",
        "pointwise_kernel": "pointwise_kernel",
        "bias": "bias",
    },
    "Dense": _KERNEL,
    "Embedding": {"embeddings": "embeddings"},
    "PReLU": {"slope": "alpha"},
    "BatchNormalization": {**_AFFINE, "mean": "moving_mean", "variance": "moving_variance"},
    "Normalization": {"mean": "mean", "variance": "variance"},
    "LayerNormalization": _AFFINE,
    "GroupNormalization": _AFFINE,
    **dict.fromkeys(("SimpleRNN", "LSTM", "GRU"), _CELL),
    "Bidirectional": {
        f"{way}{role}": f"{path}/{inner}" for way, path in _WAYS.items() for role, inner in _CELL.items()
    },
    "MultiHeadAttention": {
        f"{word}_{role}": f"{path}/{role}" for word, path in _ATTENTION.items() for role in _KERNEL
    },
}


@attrs.frozen
class Layer:
    """A layer of the built model: its name, what it is, the layers whose results it reads, and the node of
    the expanded net whose weights it holds, where that is known."""

    name: str
    layer: KerasLayer
    inputs: tuple[str, ...]
    node: str = ""

    @property
    def cls(self) -> str:
        """The name of the Keras class."""
        return self.layer.cls


# The model's layers.


def layers(made: Program) -> list[Layer]:
    """Every layer of the model that a program builds, loops and functions run through, in that order."""
    return _Walk(made).run()


class _Walk:
    """Runs through a program as Python will."""

    def __init__(self, made: Program) -> None:
        self._made = made
        self._functions = {f.block.name: f for f in made.functions}
        self._found: list[Layer] = []
        self._bindings: Mapping[str, Value] = {}

    def run(self) -> list[Layer]:
        values = dict(self._made.inputs)
        self._found = [Layer(name, KerasLayer(INPUT, {}), ()) for name in values.values()]
        owners = _owners(self._made.net, self._made.body)
        self._body("", self._made.body, values, "", owners)
        return self._found

    def _body(
        self,
        scope: str,
        body: Sequence[Statement],
        values: dict[str, str],
        name: str,
        owners: Mapping[str, str],
    ) -> None:
        owning = sharing.owners(body)
        for statement in body:
            template = self._made.naming.template(scope, statement.value).replace("{name}", name)
            given = [values[value] for value in statement.inputs]
            owner = owners.get(statement.value, "")
            common = {
                index: self._made.naming.template(scope, one.owner).replace("{name}", name) + one.ending
                for index, one in sharing.common_layers(statement, owning).items()
            }
            if common and isinstance(statement.doing, Plan):
                owner = owners.get(statement.shares or statement.value, "")
                values[statement.value] = self._plan(statement.doing, given, template, owner, common)
            else:
                values[statement.value] = self._doing(statement.doing, given, template, owner)

    def _doing(self, doing: Doing, given: Sequence[str], template: str, owner: str = "") -> str:
        """Add the layers; the name of the one that gives the result."""
        if isinstance(doing, BlockCall):
            return self._call(doing, given, template)
        if isinstance(doing, Loop):
            return self._loop(doing, given[0], template)
        return self._plan(doing, given, template, owner)

    def _call(self, call: BlockCall, given: Sequence[str], template: str) -> str:
        function = self._functions[call.block]
        outside = self._bindings
        own: dict[str, Value] = {p.name: p.default for p in function.block.parameters if not p.required}
        self._bindings = own | {n: bind_value(v, outside) for n, v in call.arguments.items()}
        values = dict(zip(function.block.inputs, given, strict=True))
        self._body(call.block, function.body, values, template, {})
        self._bindings = outside
        return values[function.block.output]

    def _loop(self, loop: Loop, given: str, template: str) -> str:
        count: Any = bind_value(loop.count, self._bindings)  # type: ignore[arg-type]
        for number in range(1, count + 1):
            for link in loop.links:
                given = self._doing(link.doing, [given], template + loop_part(str(number), link))
        return given

    def _plan(
        self,
        plan: Plan,
        given: Sequence[str],
        template: str,
        owner: str,
        common: Mapping[int, str] = MappingProxyType({}),
    ) -> str:
        """Add a plan's layers; `common` has the names of those that several statements call."""
        results: list[str] = []
        for index, step in enumerate(plan.steps):
            name = common.get(index) or (f"{template}_{step.role}" if step.role else template)
            read = tuple(results[v] if v >= 0 else given[-1 - v] for v in step.values)
            self._add(Layer(name, step.layer.bound(self._bindings), read, owner), index in common)
            results.append(name)
        return results[-1]

    def _add(self, layer: Layer, is_common: bool) -> None:
        """A layer; a further call of one that is there already reads more."""
        names = [known.name for known in self._found] if is_common else []
        if layer.name not in names:
            self._found.append(layer)
        else:
            place = names.index(layer.name)
            known = self._found[place]
            self._found[place] = attrs.evolve(known, inputs=(*known.inputs, *layer.inputs))


def _owners(net: Net, body: Sequence[Statement]) -> dict[str, str]:
    """For every statement the node whose weights it may hold: its own, or the one that it was merged with."""
    made = {statement.value for statement in body}
    nodes = {node.name: node for node in net.body}
    owners: dict[str, str] = {}
    for statement in body:
        node = nodes.get(statement.value)
        while node is not None and node.inputs != statement.inputs and len(node.inputs) == 1:
            before = nodes.get(node.inputs[0])
            if before is None or before.name in made:
                break
            node = before
        owners[statement.value] = node.name if node is not None else statement.value
    return owners


def in_model_order(found: Sequence[Layer], made: Program) -> list[Layer]:
    """The layers as `model.layers` has them: as listed in a Sequential; else by how far each is from the
    outputs, the furthest first, and those equally far as a walk from the outputs meets them."""
    if made.is_chain:
        return list(found)
    by_name = {layer.name: layer for layer in found}
    ends = [made.inputs.get(o) or _result(found, made, o) for o in made.net.outputs]
    met, finished = _walked(by_name, ends)
    depth: dict[str, int] = {}
    for name in reversed(finished):
        own = depth.setdefault(name, 0)
        for source in by_name[name].inputs:
            depth[source] = max(own + 1, depth.get(source, 0))
    unread = [layer.name for layer in found if layer.cls == INPUT and layer.name not in depth]
    depth.update(dict.fromkeys(unread, 0))
    met.update(dict.fromkeys(unread, -1))
    return [by_name[name] for name in sorted(depth, key=lambda n: (-depth[n], met[n]))]


def _result(found: Sequence[Layer], made: Program, output: str) -> str:
    template = made.naming.template("", output)
    names = [layer.name for layer in found if layer.name.startswith(template)]
    return template if template in names else names[-1]


def _walked(by_name: Mapping[str, Layer], ends: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """When a depth-first walk from the outputs first meets each layer, and in which order it leaves them."""
    met: dict[str, int] = {}
    finished: dict[str, None] = {}
    for end in ends:
        stack = [(end, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                finished[name] = None
            elif name not in met:
                met[name] = len(met)
                stack.append((name, True))
                stack += [(source, False) for source in reversed(by_name[name].inputs)]
    return met, list(finished)


# Where the weights are.


@attrs.frozen
class Model:
    """A model that is emitted: its layers in its own order, each with the node of the expanded net whose
    weights it holds; that net; and the tensors."""

    net: Net
    layers: tuple[Layer, ...]
    tensors: tuple[Tensor, ...]


def model(module: Module, as_source: bool = True) -> Model:
    """The model that target `keras` (else `keras-json`) builds for a module of one net.

    Raises DlcError where Keras cannot say it.
    """
    made = program(module, Differences("Keras", approximate=True), as_source)
    found = layers(made)
    flat = check(ExpandBlocks().run(module).module).module
    if made.functions or flat != module:
        plain = layers(program(flat, Differences("Keras", approximate=True), as_source))
        found = _named_after(found, plain)
    net = flat.nets[0]
    return Model(net, tuple(in_model_order(found, made)), placed(net, found))


def tensors(module: Module, as_source: bool = True) -> tuple[Tensor, ...]:
    """The tensors of the model that `model` tells of."""
    return model(module, as_source).tensors


def _named_after(found: Sequence[Layer], plain: Sequence[Layer]) -> list[Layer]:
    """The layers of a program with functions and loops, with the nodes of those of the program without.

    They are told by what surrounds them: both build the same model but for names and merged activations.
    """
    nodes: dict[int, list[str]] = {}
    numbers: dict[object, int] = {}
    for layer, sign in zip(plain, _signs(plain, numbers), strict=True):
        nodes.setdefault(sign, []).append(layer.node)
    signs = _signs(found, numbers)
    return [
        attrs.evolve(layer, node=nodes[sign].pop(0) if nodes.get(sign) else "")
        for layer, sign in zip(found, signs, strict=True)
    ]


def _signs(found: Sequence[Layer], numbers: dict[object, int]) -> list[int]:
    """A number for every layer of what it is, what it is made from, and what is made of it."""

    def number(key: object) -> int:
        return numbers.setdefault(key, len(numbers))

    before: dict[str, int] = {}
    results: dict[str, int] = {}
    for layer in found:
        own = number((_kind(layer), tuple(results.get(name, -1) for name in layer.inputs)))
        word = layer.layer.arguments.get("activation")
        merged = layer.cls != "Activation" and word is not None
        before[layer.name] = own
        results[layer.name] = number((("Activation", word), (own,))) if merged else own
    uses: dict[str, list[int]] = {}
    after: dict[str, int] = {}
    for layer in reversed(found):
        own = number(tuple(sorted(uses.get(layer.name, ()))))
        word = layer.layer.arguments.get("activation")
        if layer.cls != "Activation" and word is not None:
            own = number((number(((("Activation", word), own), 0)),))
        after[layer.name] = own
        for index, name in enumerate(layer.inputs):
            uses.setdefault(name, []).append(number(((_kind(layer), own), index)))
    return [number((before[layer.name], after[layer.name])) for layer in found]


def _kind(layer: Layer) -> tuple[str, str]:
    arguments = layer.layer.arguments
    if layer.cls == "Activation":
        return "Activation", arguments["activation"]
    return layer.cls, repr(sorted((k, v) for k, v in arguments.items() if k != "activation"))


def placed(net: Net, found: Sequence[Layer]) -> tuple[Tensor, ...]:
    """The tensors in a model's layers, each of which names its node."""
    types = net.types()
    by_node: dict[str, list[Layer]] = {}
    for layer in found:
        if layer.cls in VARIABLES:
            by_node.setdefault(layer.node, []).append(layer)
    made: list[Tensor] = []
    for node in net.body:
        given = [kind for name in node.inputs if (kind := types[name]) is not None]
        held = parameters(node, given)
        if held and node.shares is None and node.name in by_node:
            made += _node(node, {p.role: p for p in held}, by_node[node.name], given[0])
    return tuple(made)


def _node(
    node: Node, held: Mapping[str, Parameter], found: Sequence[Layer], source: Type
) -> Iterator[Tensor]:
    """The tensors of a node: in one layer, or (transposed, in groups) in one a group."""
    op: Any = node.layer
    owner = node.shares or node.name
    for number, layer in enumerate(found):
        for role, path in VARIABLES[layer.cls].items():
            if role not in held:
                continue
            key, parameter = (layer.name, path), held[role]
            if len(found) > 1:
                yield _group(key, owner, parameter, number, len(found))
            else:
                yield stored(key, owner, op, parameter, source)
        if layer.cls == "Normalization":  # how many examples the two are taken from
            yield Tensor((layer.name, "count"), owner, (), constant=1.0)


def stored(key: tuple[str, ...], node: str, op: Any, parameter: Parameter, source: Type) -> Tensor:
    """A parameter as Keras has it: the heads of attention apart, slopes with the axes that share them."""
    shape = parameter.shape
    if op.op_name == "prelu":
        shape = (*(1 for _ in source.spatial), *shape)
    elif op.op_name == "attention" and parameter.role == "output_kernel":
        shape = (op.heads, op.dim // op.heads, op.dim)
    elif op.op_name == "attention" and parameter.role != "output_bias":
        shape = (*shape[:-1], op.heads, op.dim // op.heads)
    return whole(key, node, parameter, shape)


def _group(key: tuple[str, ...], node: str, parameter: Parameter, number: int, count: int) -> Tensor:
    """One group's share: of a kernel (*window, filters / groups, C) some channels, of a bias some filters."""
    last = len(parameter.shape) - 1
    size = parameter.shape[-1] // count
    shape = (*parameter.shape[:-1], size)
    cut = (last, number * size, (number + 1) * size)
    return Tensor(key, node, shape, (Part(parameter.role, shape, (cut,)),))
