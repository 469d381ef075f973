"""The network of a plotted drawing's layers: attributes from what is printed, the rest is left open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import attrs

from dlc.frontends.building import NetBuilder
from dlc.frontends.figure.network.emit import Place
from dlc.frontends.figure.network.plotted.classes import ACTIVATIONS, INPUT
from dlc.frontends.figure.network.plotted.flow import Layer, readers_of
from dlc.frontends.figure.network.plotted.label import Said, Size
from dlc.ir import Net
from dlc.layers import REGISTRY
from dlc.layers.domains import Domain
from dlc.layers.shape import KIND_OF_RANK
from dlc.passes.standin import coerce
from dlc.types import HOLE, Kind, Type, signatures

_RECURRENT = ("rnn", "lstm", "gru")
_KEEPS = ("dropout", "concat", "gaussian_noise", "add", "average", "maximum", "multiply")  # kind in, kind out
_OPEN = ("kernel", "stride", "padding")  # of windows: what Keras does not print is not the default
_OPEN_MAP = Type(Kind.MAP, (HOLE,) * 3)
_USUAL = {**dict.fromkeys(_RECURRENT, "tanh")}  # activations that are part of a layer


@attrs.frozen
class Assembled:
    """A net, and notes on what was guessed."""

    net: Net
    notes: tuple[str, ...] = ()


def assemble(layers: Sequence[Layer], place: Place) -> Assembled:
    """The net of layers (at least one) whose sources come first."""
    return _Assembler(layers, place).run()


class _Assembler:
    def __init__(self, layers: Sequence[Layer], place: Place) -> None:
        self._layers = layers
        self._place = place
        self._builder = NetBuilder()
        self._readers = readers_of(layers)
        self._values: dict[int, str] = {}
        self._said: dict[str, tuple[Said, float]] = {}
        self._notes: list[str] = []

    def run(self) -> Assembled:
        for number, layer in enumerate(self._layers):
            if layer.said.op == INPUT:
                self._values[number] = self._input(number, layer.said)
            else:
                self._values[number] = self._layer(number, layer)
        builder = self._builder
        inputs = tuple(attrs.evolve(i, origin=self._origin(i.name)) for i in builder.inputs)
        body = tuple(
            attrs.evolve(n, origin=self._origin(n.name), confidence=self._sure(n.name)) for n in builder.nodes
        )
        net = Net("net", inputs, body, builder.outputs(), origin=self._place.origin())
        return Assembled(net, tuple(dict.fromkeys(self._notes)))

    def _origin(self, name: str) -> Any:
        said = self._said.get(name)
        return self._place.origin(said[0].area, said[0].text) if said else self._place.origin()

    def _sure(self, name: str) -> float | None:
        sure = self._said[name][1] if name in self._said else 1.0
        return round(sure, 3) if sure < 1 else None

    # inputs ---------------------------------------------------------------------------------------------

    def _input(self, number: int, said: Said) -> str:
        size = said.gives or (said.given[0] if said.given else None)
        return self._take(self._input_type(number, size), said)

    def _take(self, kind: Type, said: Said, name: str | None = None) -> str:
        made = self._builder.take(identifier(name or said.name) or "input", kind)
        self._said[made] = said, said.confidence
        return made

    def _input_type(self, number: int, size: Size | None) -> Type:
        kind = self._first_kind(number)
        if size is None:
            return Type(kind, (HOLE,) * kind.rank)
        made = _type(size, kind if kind.rank == len(size) else None)
        return made or Type(kind, (HOLE,) * kind.rank)

    def _first_kind(self, number: int) -> Kind:
        """The kind that the first layers behind an input take."""
        seen, waiting = {number}, [number]
        for here in waiting:  # grows meanwhile
            for reader in self._readers[here]:
                op = self._layers[reader].said.op
                kind = self._kind_for(op)
                if kind is not None:
                    return kind
                if reader not in seen:
                    seen.add(reader)
                    waiting.append(reader)
        return Kind.VECTOR

    def _kind_for(self, op: str) -> Kind | None:
        if op == "embed":
            return Kind.IDS
        if op in ("pool", "flatten", "lrn"):
            return Kind.MAP
        if op in _RECURRENT:
            return Kind.SEQUENCE
        takes = signatures()[op].takes if op in signatures() else frozenset()
        return next(iter(takes)) if len(takes) == 1 else Kind.VECTOR if op == "dense" else None

    def _unseen_input(self, number: int, layer: Layer) -> str:
        """What a first layer is given, where no input is drawn (a Sequential model of Keras)."""
        size = layer.said.given[0] if layer.said.given else None
        kind = self._kind_for(layer.said.op) or Kind.VECTOR
        made = _type(size, kind if kind.rank == len(size) else None) if size is not None else None
        return self._builder.take("input", made or Type(kind, (HOLE,) * kind.rank))

    # layers ---------------------------------------------------------------------------------------------

    def _layer(self, number: int, layer: Layer) -> str:
        said = layer.said
        values = [self._values[source] for source in self._ordered(layer)]
        values = values or [self._unseen_input(number, layer)]
        op, sure = self._operation(said)
        declared = self._declared(said, op, values)
        values = self._fitting(op, values, said)
        if len(values) < REGISTRY[op].least:
            self._notes.append(f"{said.name}: only one of its inputs was found")
            values.append(self._builder.take("shortcut", self._builder.type_of(values[0]) or _OPEN_MAP))
        attributes = self._attributes(number, said, op, values)
        name = identifier(said.name) or op.rstrip("123d").rstrip("_")
        made = self._builder.put(op, attributes, values, name, declared=declared)
        self._said[made] = said, sure * said.confidence
        if declared is not None and not self._is_known(made):
            self._builder.types[made] = declared
        return self._activated(said, made, declared)

    def _is_known(self, name: str) -> bool:
        found = self._builder.types.get(name)
        return found is not None and found.is_concrete

    def _activated(self, said: Said, value: str, declared: Type | None) -> str:
        """The value behind the activation that the layer's box names besides."""
        op = ACTIVATIONS.get(said.activation or "", "linear")
        if op == "linear" or said.activation == _USUAL.get(said.op):
            return value
        if said.op == "opaque" and said.cls is not None and said.cls.name == "Activation":
            return value
        made = self._builder.put(op, {}, [value], f"{value}_{op}", declared=declared)
        self._said[made] = said, said.confidence
        return made

    def _operation(self, said: Said) -> tuple[str, float]:
        """The catalogue's operation, and how sure it is."""
        sure = 1.0 if said.cls is not None and said.cls.exact else 0.9
        if said.op == "pool":
            kind = "avg" if re.search(r"av(?:g|e)", said.name, re.I) else "max"
            if not re.search(r"max", said.name, re.I):
                self._notes.append(f"{said.name}: the kind of pooling is not printed, {kind} is taken")
            return f"{kind}pool2d", 0.7
        if said.op.endswith("pool2d") and said.window.get("kernel") == 0:
            return f"global_{said.op}", sure
        if said.cls is not None and said.cls.name == "Activation":
            return ACTIVATIONS.get(said.activation or "", "opaque"), sure
        if said.cls is not None and said.cls.name == "Eltwise":
            self._notes.append(f"{said.name}: the operation is not printed, a sum is taken")
            return "add", 0.7
        return said.op, sure

    def _declared(self, said: Said, op: str, values: Sequence[str]) -> Type | None:
        if said.gives is None:
            return None
        signature = signatures().get(op)
        gives = signature.gives if signature is not None else None
        kinds = [k for k in gives or () if k.rank == len(said.gives) and k is not Kind.IDS]
        return _type(said.gives, kinds[0] if len(kinds) == 1 else None)

    def _ordered(self, layer: Layer) -> list[int]:
        """The sources in the order in which the box lists their sizes, where these tell them apart."""
        left = list(layer.sources)
        made = []
        for size in layer.said.given:
            match = next((s for s in left if self._layers[s].said.gives == size), None)
            if match is not None:
                left.remove(match)
                made.append(match)
        return made + left

    def _fitting(self, op: str, values: Sequence[str], said: Said) -> list[str]:
        """The values in kinds that a layer takes; Caffe flattens by itself."""
        signature = signatures().get(op)
        if signature is None:
            return list(values)
        if REGISTRY[op].most == 1 and len(values) > 1:
            merged = self._builder.put("concat", {}, list(values), f"{identifier(said.name)}_inputs")
            self._said[merged] = said, 0.5
            values = [merged]
        return [self._brought(value, signature.takes) for value in values]

    def _brought(self, value: str, takes: frozenset[Kind]) -> str:
        have = self._builder.type_of(value)
        if have is None or have.kind in takes:
            return value
        for step in coerce(have, takes, open_sizes=True) or ():
            name = f"{value}_{step.op_name}"
            value = self._builder.put(step.op_name, step.attributes(), [value], name, inferred=True)
        return value

    def _attributes(self, number: int, said: Said, op: str, values: Sequence[str]) -> dict[str, Any]:
        if op == "opaque":
            return {"type": said.cls.name if said.cls is not None else "layer"}
        table = {a.name: a for a in REGISTRY[op].table}
        made: dict[str, Any] = {a.name: HOLE for a in table.values() if a.required or a.name in _OPEN}
        made |= {name: value for name, value in said.window.items() if name in table}
        if said.caffe and "round" in table:
            made["round"] = "ceil"
        made |= self._from_size(op, said)
        if op in _RECURRENT:
            made["return_sequences"] = self._is_sequence(number, said)
        return {name: _accepted(table[name].domain, value) for name, value in made.items()}

    def _from_size(self, op: str, said: Said) -> dict[str, Any]:
        """What the printed output size, or the number beside the arrow, says: channels, units, a shape."""
        size = said.gives if said.gives is not None else (said.outputs,)
        names = [a.name for a in REGISTRY[op].table]
        made: dict[str, Any] = {}
        width = size[-1] if size else None
        for name in ("filters", "units", "dim"):
            if name in names and width:
                made[name] = width
        if op == "reshape" and size and None not in size:
            made["shape"] = size
        if op == "repeat_vector" and len(size) == 2 and size[0] is not None:
            made["times"] = size[0]
        if op.startswith("upsample") and said.given:
            made |= _enlargement(said.given[0], size)
        return made

    def _is_sequence(self, number: int, said: Said) -> bool:
        """Whether a recurrent layer gives all states: by its size, else by what follows it."""
        if said.gives is not None:
            return len(said.gives) == 2
        seen, waiting = {number}, [number]
        for here in waiting:  # grows meanwhile
            for reader in self._readers[here]:
                op = self._layers[reader].said.op
                if op in _RECURRENT or op in ("flatten", "conv1d", "maxpool1d"):
                    return True
                if op in _KEEPS and reader not in seen:
                    seen.add(reader)
                    waiting.append(reader)
        return False


def _accepted(domain: Domain, value: Any) -> Any:
    """The value where an attribute can have it, else a hole."""
    try:
        domain.convert(value)
    except ValueError:
        return HOLE
    return value


def _enlargement(given: Size, gives: Size) -> dict[str, Any]:
    """How many times larger a result is along each axis, where it is a whole number."""
    pairs = list(zip(given[:-1], gives[:-1], strict=False))
    if any(not a or not b or b % a for a, b in pairs):
        return {}
    return {"size": tuple(b // a for a, b in pairs if a and b)}


def _type(size: Size, kind: Kind | None = None) -> Type | None:
    """A printed size as a type; a dimension that is not fixed is a hole."""
    kind = kind or KIND_OF_RANK.get(len(size))
    if kind is None or any(d == 0 for d in size):
        return None
    return Type(kind, tuple(HOLE if d is None else d for d in size))


def identifier(words: str) -> str:
    """A name of the language from a printed one; "" where nothing is left."""
    name = re.sub(r"\W+", "_", words, flags=re.ASCII).strip("_")
    return name if re.match(r"[A-Za-z]", name) else f"layer_{name}" if name else ""
