"""Target `keras-json`: the JSON that `model.to_json()` of Keras 3 gives, for `model_from_json` to load."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from dlc.backends.base import Backend, Cell, Differences, EmitOptions, Emitted, EmittedFile
from dlc.backends.keras.classes import CLASSES, MERGES, Initializer
from dlc.backends.keras.names import layer_name
from dlc.backends.keras.plan import KerasLayer, Plan, Step
from dlc.backends.keras.program import Program, program
from dlc.backends.keras.rules import RULES
from dlc.backends.keras.shapes import Shape, step_shapes
from dlc.backends.keras.sharing import Common, common_layers, owners
from dlc.backends.keras.statements import Statement
from dlc.ir import Input, Module
from dlc.types import Kind

Json = dict[str, Any]


class KerasJsonBackend(Backend):
    """Writes one JSON file a net: a Sequential model for a chain, a Functional one otherwise."""

    name = "keras-json"
    title = "a Keras 3 model as JSON, for keras.models.model_from_json"

    def emit(self, module: Module, options: EmitOptions) -> Emitted:
        differences = Differences("Keras JSON", options.approximate)
        made = program(module, differences, as_source=False)
        found = differences.finish()
        text = json.dumps(model_json(made), check_circular=False) + "\n"
        return Emitted((EmittedFile(".json", text),), found)

    def cells(self) -> dict[str, Cell]:
        return RULES.cells()


def model_json(made: Program) -> Json:
    """The model as Keras serialises it."""
    chain = made.is_chain
    layers, values = _layers(made, chain)
    if chain:
        first = _batch(values[made.net.inputs[0].name].shape)
        config = {**_named(layer_name(made.net.name)), "layers": layers, "build_input_shape": first}
        return _model("keras", "Sequential", None, config, first)
    functional: Json = {"name": layer_name(made.net.name), "trainable": True, "layers": layers}
    functional["input_layers"] = _ends([values[i.name] for i in made.net.inputs])
    functional["output_layers"] = _ends([values[name] for name in made.net.outputs])
    return _model("keras.src.models.functional", "Functional", "Functional", functional, None)


def _object(module: str, name: str, config: Mapping[str, Any], registered: str | None = None) -> Json:
    """Keras's form of a serialised object."""
    return {"module": module, "class_name": name, "config": config, "registered_name": registered}


_POLICY = _object("keras", "DTypePolicy", {"name": "float32"})


def _named(name: str) -> Json:
    return {"name": name, "trainable": True, "dtype": _POLICY}


def _model(module: str, name: str, registered: str | None, config: Json, shape: Any) -> Json:
    built = {"build_config": {"input_shape": shape}, "compile_config": {}}
    return _object(module, name, config, registered) | built


def _ends(values: Sequence[_Value]) -> list[Any]:
    """References to values that begin or end the model: a sole one is not in a list of its own."""
    ends = [[value.layer, value.call, 0] for value in values]
    return ends[0] if len(ends) == 1 else ends


@attrs.frozen
class _Value:
    """A value of the model: the layer that gives it, its shape, its numbers' type, and at which call."""

    layer: str
    shape: Shape
    dtype: str = "float32"
    call: int = 0

    def json(self) -> Json:
        history = [self.layer, self.call, 0]
        config = {"shape": _batch(self.shape), "dtype": self.dtype, "keras_history": history}
        return {"class_name": "__keras_tensor__", "config": config}


def _batch(shape: Shape) -> list[int | None]:
    return [None, *shape]


def _layers(made: Program, chain: bool) -> tuple[list[Json], dict[str, _Value]]:
    """The model's layers in order of evaluation, and the net's values."""
    types = made.net.types()
    shapes: dict[str, Shape] = {name: t.shape for name, t in types.items() if t is not None}  # type: ignore[misc]
    values: dict[str, _Value] = {}
    layers: list[Json] = []
    objects: dict[Common, Json] = {}
    owning = owners(made.body)
    for given in made.net.inputs:
        layers.append(_input(given, made.inputs[given.name]))
        dtype = "int32" if given.type.kind is Kind.IDS else "float32"
        values[given.name] = _Value(made.inputs[given.name], shapes[given.name], dtype)
    for statement in made.body:
        inputs = [values[name] for name in statement.inputs]
        made_layers, result = _statement(
            made, statement, inputs, shapes[statement.value], common_layers(statement, owning), objects
        )
        layers += made_layers
        values[statement.value] = result
    if chain:
        layers = [{k: v for k, v in layer.items() if k not in ("name", "inbound_nodes")} for layer in layers]
    return layers, values


def _input(given: Input, name: str) -> Json:
    dtype = "int32" if given.type.kind is Kind.IDS else "float32"
    shape = [None, *given.type.shape]
    config = {"batch_shape": shape, "dtype": dtype, "sparse": False, "ragged": False, "name": name}
    made = _object("keras.layers", "InputLayer", config | {"optional": False})
    return made | {"name": name, "inbound_nodes": []}


def _statement(
    made: Program,
    statement: Statement,
    inputs: Sequence[_Value],
    output: Shape,
    common: Mapping[int, Common],
    objects: dict[Common, Json],
) -> tuple[list[Json], _Value]:
    """The layers that a statement adds, and its value.

    `common` are the layers that it calls as other statements do, and `objects` those that are there already.
    """
    assert isinstance(statement.doing, Plan)
    template = made.naming.template("", statement.value)
    shapes = step_shapes(statement.doing, [i.shape for i in inputs], output)
    layers: list[Json] = []
    results: list[_Value] = []
    for index, (step, shape) in enumerate(zip(statement.doing.steps, shapes, strict=True)):
        name = f"{template}_{step.role}" if step.role else template
        given = [results[v] if v >= 0 else inputs[-1 - v] for v in step.values]
        one = common.get(index)
        if one is not None:
            name = made.naming.template("", one.owner) + one.ending
        written = _step(step, name, given)
        held = written if one is None else objects.setdefault(one, written)
        if held is written:
            layers.append(held)
        else:
            held["inbound_nodes"] += written["inbound_nodes"]
        results.append(_Value(name, shape, call=len(held["inbound_nodes"]) - 1))
    return layers, results[-1]


def _step(step: Step, name: str, given: Sequence[_Value]) -> Json:
    layer = step.layer
    if layer.cls not in CLASSES:
        return _operation(layer, name, given)
    written = _layer(layer, name, [v.shape for v in given])
    tensors = [v.json() for v in given]
    call = {"args": [tensors] if layer.cls in MERGES else tensors, "kwargs": CLASSES[layer.cls].call}
    return written | {"name": name, "inbound_nodes": [call]}


def _operation(layer: KerasLayer, name: str, given: Sequence[_Value]) -> Json:
    """A function of `keras.ops` that takes a value and numbers."""
    arguments = [*(v.json() for v in given), *layer.arguments.values()]
    made = _object("keras.src.ops.numpy", layer.cls, {"name": name}, layer.cls)
    return made | {"name": name, "inbound_nodes": [{"args": arguments, "kwargs": {}}]}


def _layer(layer: KerasLayer, name: str, given: Sequence[Shape]) -> Json:
    """A layer with its whole configuration."""
    known = CLASSES[layer.cls]
    stated = dict(layer.arguments)
    if "pool_size" in stated and stated.get("strides") is None:
        stated["strides"] = stated["pool_size"]
    if layer.cls == "MultiHeadAttention":
        width = stated["output_shape"]
        stated |= {"value_dim": stated["key_dim"], "output_shape": None if width is None else [width]}
    if layer.cls == "Bidirectional":
        stated |= _directions(stated["layer"], name, given)
    head = {"name": name, "dtype": "float32"} if known.bare else _named(name)
    config = head | _defaults(layer.cls) | {k: _json(v) for k, v in stated.items() if k in known.config}
    made = _object("keras.layers", layer.cls, config)
    build = _build_config(known.build, [_batch(s) for s in given], layer.cls in MERGES)
    return made | {"build_config": build} if build else made


@functools.cache
def _defaults(cls: str) -> Json:
    """A Keras class's configuration where nothing is stated; not to be changed."""
    return {k: _json(default) for k, default in CLASSES[cls].config.items()}


def _directions(layer: KerasLayer, name: str, given: Sequence[Shape]) -> Json:
    """The two layers of a bidirectional one."""
    masked = {"zero_output_for_mask": layer.arguments["return_sequences"]}
    ways = {"layer": ("forward", False), "backward_layer": ("backward", True)}
    return {
        argument: _layer(
            KerasLayer(layer.cls, {**layer.arguments, **masked, "go_backwards": backwards}),
            f"{way}_{name}",
            given,
        )
        for argument, (way, backwards) in ways.items()
    }


def _build_config(form: str, shapes: Sequence[Any], several: bool) -> Json | None:
    if form == "none":
        return None
    if form == "attention":
        names = ("query_shape", "value_shape", "key_shape")
        return {"shapes_dict": dict(zip(names, shapes, strict=False))}
    return {"input_shape": list(shapes) if several else shapes[0]}


def _json(value: Any) -> Any:
    if isinstance(value, Initializer):
        return _object("keras.initializers", value.name, value.config)
    if isinstance(value, tuple):
        return [_json(v) for v in value]
    return float(value) if isinstance(value, Fraction) else value
