"""Readers of simulated pictures that know the truth: perfect ones, and ones with known faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs

from dlc.ir import Input, Net, Node, Origin
from dlc.layers import REGISTRY, build
from dlc.simulate.truth import INPUT, Layer, Truth
from dlc.types import HOLE, Kind, Type

_KINDS = {1: Kind.VECTOR, 2: Kind.SEQUENCE, 3: Kind.MAP, 4: Kind.VOLUME}


def truth_of(name: str) -> Truth:
    """The truth about the picture file of that name."""
    folder = Path(name).parent.parent
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if folder / entry["files"][".png"] == Path(name):
            with (folder / entry["truth"]).open() as stream:
                stream.seek(entry["offset"])
                return Truth.from_json(json.loads(stream.readline()))
    raise AssertionError(f"{name} is in no set")


def net_of(truth: Truth) -> Net:
    """The network that a truth describes; what it does not state is a hole."""
    texts = {layer.name: layer.label for layer in truth.layers if layer.label}
    texts |= {name: item.text for item in truth.items for name in item.layers if item.text}
    areas = {name: truth.drawing.boxes[item.box].area for item in truth.items for name in item.layers}
    inputs = [layer for layer in truth.layers if layer.op == INPUT]
    shown = tuple(Input(i.name, _type(i), Origin(text=texts.get(i.name), bbox=areas[i.name])) for i in inputs)
    body = tuple(
        Node(
            layer.name,
            _op(layer),
            layer.inputs or ("unseen",),
            origin=Origin(text=texts.get(layer.name), bbox=areas.get(layer.name)),
            type=_type(layer),
        )
        for layer in truth.layers
        if layer.op != INPUT
    )
    return Net("read", shown or (Input("unseen", Type(Kind.VECTOR, (HOLE,))),), body, truth.outputs)


def perfect(data: bytes, name: str) -> list[Net]:
    """Reads everything."""
    assert data.startswith(b"\x89PNG")
    return [net_of(truth_of(name))]


def forgets_the_last(data: bytes, name: str) -> list[Net]:
    """Leaves out the last layer, its edge and its numbers."""
    (net,) = perfect(data, name)
    return [attrs.evolve(net, body=net.body[:-1], outputs=(net.body[-2].name,))]


def fails(data: bytes, name: str) -> list[Net]:
    """A defect."""
    raise ZeroDivisionError(name)


def sleeps(data: bytes, name: str) -> list[Net]:
    """Never comes to an end."""
    while True:
        pass


def sees(data: bytes, name: str) -> Any:
    """Reads everything, and tells what it saw drawn."""
    return Seen(perfect(data, name), truth_of(name).drawing)


@attrs.frozen
class Seen:
    """An answer with the drawing."""

    nets: list[Net]
    drawing: Any


def _type(layer: Layer) -> Type | None:
    if layer.size is None:
        return Type(Kind.VECTOR, (HOLE,)) if layer.op == INPUT else None
    return Type(_KINDS[len(layer.size)], layer.size)


def _op(layer: Layer) -> Any:
    given = {k: tuple(v) if isinstance(v, list) else v for k, v in layer.attrs.items()}
    holes = {a.name: HOLE for a in REGISTRY[layer.op].table if a.required and a.name not in given}
    return build(layer.op, holes | given)
