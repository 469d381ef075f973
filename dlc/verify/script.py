"""Sides that are source code: run as it is, its layers known by the names that dlc gives them when it writes the
code of the other side's net."""

from __future__ import annotations

from pathlib import Path

from dlc.backends.orders import ELEMENTWISE
from dlc.ir import Module, Net
from dlc.verify.frameworks import Job
from dlc.verify.side import (
    CONVOLVED,
    Place,
    Side,
    as_it_is,
    first,
    keras_places,
    last,
    same,
    turned,
    with_outputs,
)
from dlc.weights.match import expanded, same_layers


def script(what: str, path: Path, framework: str, weights: Path | None, other: Net, prepared: Module) -> Side:
    """Code for a framework; `prepared` is the other side's net as dlc writes it for that framework, with its
    blocks and repeats."""
    keras = framework == "keras"
    found = _keras(other, prepared) if keras else _torch(other, prepared)
    inputs = tuple(same if keras else first(given.type) for given in other.inputs)
    places = with_outputs(other, found, as_it_is if keras else last)
    return Side(what, Job(framework, path, weights), None, inputs, places)


def _keras(other: Net, prepared: Module) -> dict[str, Place]:
    """The layers of the net as it is and, of the code with functions and loops, those with weights."""
    from dlc.backends.keras.params import VARIABLES, model

    types, readers = other.types(), other.consumers()
    places = keras_places(other)
    made = model(prepared)
    owners = same_layers(other, made.net)
    for layer in made.layers:
        node = owners.get(layer.node)
        if layer.cls not in VARIABLES or node is None:
            continue
        word = layer.layer.arguments.get("activation", "linear")
        after = [reader.name for reader in readers[node]] if word != "linear" else [node]
        kind = types[after[0]] if len(after) == 1 else None
        if kind is not None:
            places[after[0]] = Place(layer.name, as_it_is(kind))
    return places


def _torch(other: Net, prepared: Module) -> dict[str, Place]:
    """The modules with weights by their paths; what is left by its name."""
    from dlc.backends.pytorch.params import paths

    types, moved = other.types(), _moved(other)
    owners = same_layers(other, expanded(prepared).nets[0])
    known = {owners[name]: path for name, path in paths(prepared).items() if name in owners}
    outer = {path[:at] for path in known.values() for at, sign in enumerate(path) if sign == "."}
    taken = moved | (outer - known.keys())  # a path of that name may be another layer's
    places: dict[str, Place] = {}
    for node in other.body:
        kind = types[node.name]
        if kind is None or node.name in taken or node.layer.op_name == "separable_conv2d":
            continue
        convolved = node.name not in known or node.layer.op_name.startswith(CONVOLVED)
        places[node.name] = Place(known.get(node.name, node.name), (turned if convolved else as_it_is)(kind))
    return places


def _moved(net: Net) -> set[str]:
    """Vectors whose units stand in another order where channels come first: flattened maps, and what is made
    of them unit by unit."""
    types = net.types()
    found: set[str] = set()
    for node in net.body:
        source = types[node.inputs[0]] if node.inputs else None
        flattens = node.layer.op_name == "flatten" and source is not None and len(source.shape) > 1
        keeps = node.layer.op_name in ELEMENTWISE or node.layer.op_name == "concat"
        if flattens or (keeps and not found.isdisjoint(node.inputs)):
            found.add(node.name)
    return found
