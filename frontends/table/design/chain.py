"""A net under construction: the value that the next layer takes, and what types need between layers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import attrs

from dlc.frontends.phrases.normal import compact
from dlc.frontends.phrases.values import Number
from dlc.frontends.table.design.parts import RECURRENT, WIDTH
from dlc.frontends.table.design.sizes import as_dim
from dlc.ir import Input, Node
from dlc.layers import build
from dlc.layers.shape import KIND_OF_RANK
from dlc.types import HOLE, Dim, Kind, Type, product, signatures

_SHAPE_OF = {Kind.SEQUENCE: 2, Kind.MAP: 3, Kind.VOLUME: 4}


@attrs.define
class Chain:
    """Layers appended one after another; `current` names the value that the next layer takes.

    `width` is the number of channels (units, features) of that value where it is known, `kind` its kind
    where that is known.
    """

    current: str = "input"
    kind: Kind | None = None
    width: Dim = HOLE
    input_sides: tuple[Dim, ...] = ()
    nodes: list[Node] = attrs.field(factory=list)
    _taken: Counter[str] = attrs.field(factory=Counter)
    _named: dict[str, str] = attrs.field(factory=dict)
    _known: dict[str, tuple[Kind | None, Dim]] = attrs.field(factory=dict)
    _area: tuple[Dim, Dim] | None = None
    _folded: tuple[Number, ...] | None = None

    def begin(self, given: Input, names: Sequence[str] = ()) -> None:
        """Start from a net's input; `names` are what rows may call it."""
        self.current, self.kind = given.name, given.type.kind
        self.width = given.type.channels
        self._taken[given.name] += 1
        self.input_sides = given.type.spatial
        self._known[given.name] = self.kind, self.width
        for name in names:
            self._named.setdefault(compact(name), given.name)

    def _put(
        self,
        op: str,
        attributes: dict[str, Any],
        inputs: Sequence[str],
        *,
        stem: str,
        inferred: bool = False,
        origin: Any = None,
        confidence: float | None = None,
    ) -> str:
        inputs = self._adapted(op, attributes, list(inputs))
        made = build(op, attributes)
        name = self._name(stem)
        self.nodes.append(
            Node(name, made, tuple(inputs), origin=origin, confidence=confidence, inferred=inferred)
        )
        self._advance(op, attributes)
        self.current = name
        self._known[name] = self.kind, self.width
        return name

    def _adapted(self, op: str, attributes: dict[str, Any], inputs: list[str]) -> list[str]:
        """Inputs of a kind that the layer takes, flattened or reshaped by an inferred layer where need be."""
        signature = signatures().get(op)
        if op == "opaque" and self.kind is Kind.VECTOR and self._folded is not None and len(inputs) == 1:
            return self._reshaped(Kind.MAP, op, attributes, inputs)
        if signature is None or self.kind is None or self.kind in signature.takes or len(inputs) != 1:
            return inputs
        if Kind.VECTOR in signature.takes:
            return [self._put("flatten", {}, inputs, stem="flatten", inferred=True)]
        wanted = next((k for k in (Kind.SEQUENCE, Kind.MAP, Kind.VOLUME) if k in signature.takes), None)
        if wanted is None:
            return inputs
        if wanted is Kind.SEQUENCE and self.kind is Kind.VECTOR and self._reopened():
            return inputs
        return self._reshaped(wanted, op, attributes, inputs)

    def _reshaped(self, wanted: Kind, op: str, attributes: dict[str, Any], inputs: list[str]) -> list[str]:
        shape = self._shape_as(wanted, op, attributes)
        name = self._put("reshape", {"shape": shape}, inputs, stem="reshape", inferred=True)
        self.kind, self.width = wanted, shape[-1]
        return [name]

    def _shape_as(self, wanted: Kind, op: str, attributes: dict[str, Any]) -> tuple[Dim, ...]:
        """The shape in which the current value is of another kind; holes where nothing tells."""
        width = HOLE if self.kind is Kind.VECTOR else self.width
        if wanted is Kind.SEQUENCE and width is not HOLE:
            return (-1, width)
        if wanted is Kind.MAP and self._folded is not None:
            folded, self._folded = tuple(as_dim(v) for v in self._folded), None
            if self.width == product(*folded):
                return folded
        if wanted is Kind.MAP and self._area is not None:
            return self._filled(self._area, op, attributes)
        return (*[HOLE] * (_SHAPE_OF[wanted] - 1), width)

    def _filled(self, area: tuple[Dim, Dim], op: str, attributes: dict[str, Any]) -> tuple[Dim, ...]:
        """A map before a layer that the table says gives `area`; as many channels as the values fill."""
        steps = attributes.get("stride") if "transpose" in op else 1
        sides: tuple[Dim, ...] = area
        if isinstance(steps, int) and all(isinstance(v, int) and v % steps == 0 for v in area):
            sides = tuple(v // steps for v in area if isinstance(v, int))
        pixels = product(*sides)
        if self.kind is not Kind.VECTOR:
            return (*sides, self.width)
        if isinstance(self.width, int) and isinstance(pixels, int) and self.width % pixels == 0:
            return (*sides, self.width // pixels)
        return (*sides, HOLE)

    def _reopened(self) -> bool:
        """Let the recurrent layer that a sequence is asked of give one, through layers that keep shapes."""
        index = len(self.nodes) - 1
        name = self.current
        while index >= 0 and self.nodes[index].name == name:
            node = self.nodes[index]
            if node.layer.op_name in RECURRENT:
                values = node.layer.attributes() | {"return_sequences": True}
                self.nodes[index] = attrs.evolve(node, op=build(node.layer.op_name, values), declared=None)
                self.kind = Kind.SEQUENCE
                return True
            if node.declared is not None or signatures()[node.layer.op_name].gives is not None:
                return False
            name, index = node.inputs[0], index - 1
        return False

    def _advance(self, op: str, attributes: dict[str, Any]) -> None:
        signature = signatures().get(op)
        if op == "opaque":
            self.kind, self.width = None, HOLE
            return
        results = (
            signature.results(self.kind) if signature is not None and self.kind is not None else frozenset()
        )
        if not results and signature is not None and signature.gives is not None:
            results = signature.gives
        if op in RECURRENT:
            results = frozenset(
                {Kind.SEQUENCE if attributes.get("return_sequences") is True else Kind.VECTOR}
            )
        if (
            op == "reshape"
            and isinstance(shape := attributes.get("shape"), tuple)
            and len(shape) in KIND_OF_RANK
        ):
            self.kind, self.width = KIND_OF_RANK[len(shape)], shape[-1]
            return
        self.kind = next(iter(results)) if len(results) == 1 else self.kind
        if op in WIDTH:
            self.width = attributes.get(WIDTH[op], HOLE)
        elif op in ("flatten", "reshape", "concat"):
            self.width = HOLE

    def declare(self, declared: Type) -> None:
        """Let the last value have the type that the table reports; unknown layers that repeat have it too."""
        if not self.nodes or self.nodes[-1].name != self.current:
            return
        last = self.nodes[-1]
        self.nodes[-1] = attrs.evolve(last, declared=declared)
        index = len(self.nodes) - 1
        while last.layer.op_name == "opaque" and index > 0 and self.nodes[index - 1].origin == last.origin:
            index -= 1
            self.nodes[index] = attrs.evolve(self.nodes[index], declared=declared)
        self.kind = declared.kind
        if self.width is HOLE:
            self.width = declared.channels
        self._known[last.name] = self.kind, self.width

    def _retype(self, name: str) -> None:
        """Recall the kind and the width of a value named before."""
        self.kind, self.width = self._known.get(name, (None, HOLE))

    def _convolution(self) -> str:
        """The convolution over the current value's axes."""
        rank = self.kind.rank - 1 if self.kind in _SHAPE_OF else 2
        return f"conv{rank}d"

    @property
    def fed(self) -> Kind | None:
        """The kind of what the last layer takes, where it is known."""
        last = self.nodes[-1] if self.nodes else None
        return self._known.get(last.inputs[0], (None, HOLE))[0] if last is not None else None

    def ends(self) -> tuple[str, ...]:
        """The values that no layer takes, in order."""
        taken = {name for node in self.nodes for name in node.inputs}
        return tuple(node.name for node in self.nodes if node.name not in taken)

    def _name(self, stem: str) -> str:
        stem = identifier(stem) or "layer"
        self._taken[stem] += 1
        count = self._taken[stem]
        name = stem if count == 1 else f"{stem}_{count}"
        while count > 1 and self._taken[name]:
            count += 1
            name = f"{stem}_{count}"
        self._taken[name] += count > 1
        return name

    def _next(self, stem: str) -> int:
        self._taken[f"#{stem}"] += 1
        return self._taken[f"#{stem}"]


def identifier(text: str) -> str:
    """A text as a name in the language; the `_x` that stands for a stage's blocks is dropped."""
    plain = re.sub(r"_x$", "", text.strip().lower())
    made = re.sub(r"\W+", "_", plain).strip("_")
    return made if re.match(r"[a-z_]", made) else ""
