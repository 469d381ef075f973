"""Python source of a net: its blocks and itself as classes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from dlc.backends.python.layout import INDENT, WIDTH, Argument, Call, Unpacked, flat, lines
from dlc.backends.python.text import comments, literal
from dlc.backends.pytorch.body import BodyWriter
from dlc.backends.pytorch.custom import CUSTOM
from dlc.backends.pytorch.defaults import stated
from dlc.backends.pytorch.members import Chain, Entry, Leaf, Rounds, weighted
from dlc.backends.pytorch.names import MODULES, variable_name
from dlc.backends.pytorch.plan import Layout, Made, shortest
from dlc.backends.pytorch.program import Class, Program
from dlc.backends.pytorch.survey import CallPlan
from dlc.types import Kind, Type

_ALL_SIZES = ("nn.Unflatten", "Rescale")
_OPEN = 3  # modules that stand one a line in an `nn.Sequential`


def source(made: Program, head: Iterable[str]) -> str:
    """The file: head as comments, imports, classes, and a trial run when it is run."""
    classes = [list(ClassWriter(each, made).write()) for each in made.classes]
    main = list(_main(made))
    text = "\n".join(line for lines_ in (*classes, main) for line in lines_)
    brought = [CUSTOM[name] for name in CUSTOM if re.search(rf"(?<![\w.]){name}\(", text)]
    text = "\n".join((*brought, text))
    opening = [*comments(head), "", *_imports(text)]
    parts = ("\n".join(opening), *brought, *("\n".join(each) for each in classes), "\n".join(main))
    return "\n\n\n".join(parts) + "\n"


def _imports(text: str) -> Iterator[str]:
    if "OrderedDict(" in text:
        yield "from collections import OrderedDict"
        yield ""
    yield "import torch"
    if re.search(r"(?<![\w.])F\.\w", text):
        yield "import torch.nn.functional as F"
    yield "from torch import nn"


def _main(made: Program) -> Iterator[str]:
    """Runs the net once on numbers of the right shapes."""
    yield 'if __name__ == "__main__":'
    values = tuple(_example(given.type) for given in made.net.inputs)
    called = Call(f"{made.classes[-1].name}()", values)
    if len(made.net.outputs) > 1:
        yield from lines("outputs = ", called, 1)
        yield f"{INDENT}print(*(output.shape for output in outputs))"
    elif len(whole := f"{INDENT}print({flat(called)}.shape)") <= WIDTH:
        yield whole
    else:
        yield from lines("output = ", called, 1)
        yield f"{INDENT}print(output.shape)"


def _example(given: Type) -> str:
    sizes = ", ".join(map(str, in_memory(given)))
    if given.kind is Kind.IDS:
        return f"torch.zeros(2, {sizes}, dtype=torch.long)"
    return f"torch.randn(2, {sizes})"


def in_memory(given: Type) -> tuple[Any, ...]:
    """The sizes of the axes after the batch, of what the net is given or gives."""
    if Layout.given(given.kind) is Layout.FIRST:
        return (given.channels, *given.spatial)
    return given.shape


class ClassWriter:
    """Writes one class."""

    def __init__(self, made: Class, program: Program) -> None:
        self._class = made
        self._program = program
        self._classes = program.by_scope

    def write(self) -> Iterator[str]:
        """The lines of the class."""
        made = self._class
        yield f"class {made.name}({'nn.Sequential' if made.body.is_chain else 'nn.Module'}):"
        if made.block is None:
            yield from self._docstring()
        parameters = [*made.channels, *(_parameter(p.name, p) for p in made.parameters)]
        if made.body.members:
            yield from lines("def ", Call("__init__", ("self", *parameters)), 1, ":")
            yield from self._init()
        if not made.body.is_chain:
            writer = BodyWriter(made, (*MODULES, *(c.name for c in self._classes.values())))
            if made.body.members:
                yield ""
            yield from lines("def ", Call("forward", ("self", *writer.arguments)), 1, ":")
            yield from writer.write()

    def _docstring(self) -> Iterator[str]:
        net = self._program.net
        types = net.types()
        takes = [f"{given.name} {_shape(given.type)}" for given in net.inputs]
        gives = [f"{name} {_shape(types[name])}" for name in net.outputs]
        line = f'{INDENT}"""Takes {", ".join(takes)}; gives {", ".join(gives)}."""'
        if len(line) <= WIDTH:
            yield line
        else:
            yield f'{INDENT}"""The network.'
            yield ""
            for word, values in (("Takes", takes), ("Gives", gives)):
                yield f"{INDENT}{word}:"
                yield from (f"{INDENT * 2}{value}" for value in values)
            yield f'{INDENT}"""'
        yield ""

    def _init(self) -> Iterator[str]:
        members = self._class.body.members
        if self._class.body.numbered:
            chain = members[0].entry
            assert isinstance(chain, Chain)
            arguments = tuple(self._entry(entry) for entry in chain.entries)
            yield from lines("", Call("super().__init__", arguments, open=len(arguments) >= _OPEN), 2)
        elif self._class.body.is_chain:
            named = tuple((f"{m.name}=", self._entry(m.entry)) for m in members)
            inner = Call("OrderedDict", named, open=True)
            yield from lines("", Call("super().__init__", (inner,)), 2)
        else:
            yield f"{INDENT * 2}super().__init__()"
            for member in members:
                yield from lines(f"self.{member.name} = ", self._entry(member.entry), 2)
            yield from self._ties()

    def _ties(self) -> Iterator[str]:
        """Lines that give modules the weights of others."""
        for tie in self._class.body.ties:
            for (user, made), (owner, _) in zip(weighted(tie.user), weighted(tie.owner), strict=True):
                for weight in made.weights:
                    yield f"{INDENT * 2}{user}.{weight.name} = {owner}.{weight.name}"

    def _entry(self, entry: Entry) -> Argument:
        if isinstance(entry, Leaf):
            return self._leaf(entry.made)
        if isinstance(entry, Rounds):
            return Unpacked(self._entry(entry.entry), entry.counter, literal(entry.count))
        inner = tuple(self._entry(each) for each in entry.entries)
        return Call("nn.Sequential", inner, open=len(inner) >= _OPEN)

    def _leaf(self, made: Made | CallPlan) -> Argument:
        if isinstance(made, CallPlan):
            return self._call(made)
        return construct(made)

    def _call(self, call: CallPlan) -> Call:
        called = self._classes[call.block]
        arguments = [literal(call.arguments[name]) for name in called.channels]
        stated = (p.name for p in called.parameters if p.name in call.arguments)
        named = [f"{variable_name(name)}={literal(call.arguments[name])}" for name in stated]
        return Call(called.name, (*arguments, *named))


def _argument(cls: str, value: Any) -> Argument:
    """An argument; sizes that are all the same are one number, but for modules that need them all."""
    if isinstance(value, Made):
        return construct(value)
    return literal(value if cls in _ALL_SIZES else shortest(value))


def construct(made: Made) -> Call:
    """The call that makes a module."""
    positional = [_argument(made.cls, value) for value in made.positional]
    named = stated(made.cls, made.named, made.positional)
    return Call(made.cls, (*positional, *(f"{name}={literal(v)}" for name, v in named.items())))


def _parameter(name: str, parameter: Any) -> str:
    made = variable_name(name)
    return made if parameter.required else f"{made}={literal(parameter.default)}"


def _shape(given: Type | None) -> str:
    assert given is not None
    return f"(N, {', '.join(map(str, in_memory(given)))})"
