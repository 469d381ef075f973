"""Python source of a net: its blocks as functions, its repeats as loops, chains as `Sequential`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dlc.backends.keras.arguments import construct
from dlc.backends.keras.body import BodyWriter
from dlc.backends.keras.custom import CUSTOM
from dlc.backends.keras.names import identifier, layer_name
from dlc.backends.keras.naming import expression
from dlc.backends.keras.plan import Brought, KerasLayer, Plan
from dlc.backends.keras.program import Function, Program
from dlc.backends.keras.statements import Doing, Loop
from dlc.backends.python.layout import INDENT, Argument, Call, Listing, lines
from dlc.backends.python.names import Namer
from dlc.backends.python.text import comments, literal
from dlc.ir import Input
from dlc.types import Kind


def source(made: Program, head: Iterable[str]) -> str:
    """The file: head as comments, imports, classes, functions, and a summary when it is run."""
    build = identifier(f"build_{made.net.name}")
    namer = Namer((build, "keras", "layers", *CUSTOM))
    functions = {f.block.name: namer.unique(identifier(f.block.name)) for f in made.functions}
    package = layer_name(made.net.name)
    parts = [CUSTOM[name].format(package=package).splitlines() for name in _as_source(made)]
    parts += [list(_function(f, made, functions)) for f in made.functions]
    parts.append(list(_build(made, build, functions)))
    parts.append(['if __name__ == "__main__":', f"{INDENT}{build}().summary()"])
    imports = ["import keras", *(["from keras import layers"] if made.body else [])]
    opening = [*comments(head), "", *imports]
    return "\n\n\n".join("\n".join(part) for part in (opening, *parts)) + "\n"


def _build(made: Program, build: str, functions: dict[str, str]) -> Iterator[str]:
    yield f"def {build}():"
    yield f'{INDENT}"""Build the model, with fresh weights."""'
    if made.is_chain:
        yield from lines("return ", _sequential(made), 1)
        return
    namer = Namer((build, "keras", "layers", *functions.values()))
    inputs = {i.name: namer.unique(identifier(i.name)) for i in made.net.inputs}
    for given in made.net.inputs:
        yield from lines(f"{inputs[given.name]} = ", _input(given, made.inputs[given.name]), 1)
    writer = BodyWriter(made.naming, "", inputs, functions, (build, *CUSTOM), keeps_inputs=True)
    yield from writer.write(made.body, made.net.outputs, returns=False)
    ends = (inputs.values(), (writer.variables[name] for name in made.net.outputs))
    arguments = (*(_one_or_list(tuple(end)) for end in ends), _model_name(made))
    yield from lines("return ", Call("keras.Model", arguments), 1)


def _sequential(made: Program) -> Call:
    given = made.net.inputs[0]
    made_layers: list[Argument] = [_input(given, made.inputs[given.name])]
    for statement in made.body:
        template = made.naming.template("", statement.value)
        assert isinstance(statement.doing, Plan)
        for step in statement.doing.steps:
            name = f"{template}_{step.role}" if step.role else template
            made_layers.append(construct(step.layer, expression(name)))
    return Call("keras.Sequential", (Listing(tuple(made_layers), open=True), _model_name(made)))


def _function(function: Function, made: Program, functions: dict[str, str]) -> Iterator[str]:
    block = function.block
    namer = Namer(("keras", "layers", "name", *functions.values()))
    inputs = {name: namer.unique(identifier(name)) for name in block.inputs}
    required = [identifier(p.name) for p in block.parameters if p.required]
    optional = [f"{identifier(p.name)}={literal(p.default)}" for p in block.parameters if not p.required]
    signature = Call(
        functions[block.name], (*inputs.values(), *required, *optional, f'name="{layer_name(block.name)}"')
    )
    yield from lines("def ", signature, 0, ":")
    taken = ("name", *CUSTOM, *(identifier(p.name) for p in block.parameters))
    writer = BodyWriter(made.naming, block.name, inputs, functions, taken)
    yield from writer.write(function.body, (block.output,), returns=True)


def _input(given: Input, name: str) -> Call:
    arguments: list[Argument] = [literal(given.type.shape)]
    if given.type.kind is Kind.IDS:
        arguments.append('dtype="int32"')
    return Call("keras.Input", (*arguments, f'name="{name}"'))


def _model_name(made: Program) -> str:
    return f'name="{layer_name(made.net.name)}"'


def _one_or_list(variables: tuple[str, ...]) -> Argument:
    return variables[0] if len(variables) == 1 else Listing(variables)


def _as_source(made: Program) -> list[str]:
    """The names of what the file must bring along, in the order of `CUSTOM`."""
    bodies = [made.body, *(f.body for f in made.functions)]
    used = {name for body in bodies for statement in body for name in _called(statement.doing)}
    return [name for name in CUSTOM if name in used]


def _called(doing: Doing) -> Iterator[str]:
    if isinstance(doing, Plan):
        for step in doing.steps:
            yield from _named(step.layer)
    elif isinstance(doing, Loop):
        for link in doing.links:
            yield from _called(link.doing)


def _named(layer: KerasLayer) -> Iterator[str]:
    """A layer's class, and the functions and layers among its arguments."""
    yield layer.cls
    for value in layer.arguments.values():
        if isinstance(value, Brought):
            yield value.name
        elif isinstance(value, KerasLayer):
            yield from _named(value)
