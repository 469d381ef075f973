"""What every layer of the catalogue shares: fields with domains, registration, construction by name."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar, dataclass_transform

import attrs

from dlc.diagnostics import Code, codes
from dlc.ir import Op, Value
from dlc.layers.domains import Domain, OutsideDomain
from dlc.types import Dim, Type

REQUIRED: Any = attrs.NOTHING


@attrs.frozen
class Attribute:
    """A hyper-parameter of a layer: name, domain, default (REQUIRED where there is none) and meaning."""

    name: str
    domain: Domain
    default: Any
    doc: str

    @property
    def required(self) -> bool:
        """Whether it must be written (a hole counts as written)."""
        return self.default is REQUIRED


def attribute(domain: Domain, doc: str, default: Any = REQUIRED) -> Any:
    """Declare a hyper-parameter of a layer class; the default is given as a person would write it."""
    return attrs.field(
        default=default if default is REQUIRED else domain.convert(default),
        converter=domain.convert,
        metadata={"domain": domain, "doc": doc},
    )


class Layer(Op):
    """Base of the catalogue's classes; a class's docstring is its page in the reference."""

    __slots__ = ()
    table: ClassVar[tuple[Attribute, ...]] = ()

    def attributes(self) -> dict[str, Value]:
        return {a.name: getattr(self, a.name) for a in self.table}

    def infer(self, inputs: Sequence[Type]) -> Type:
        return inputs[0]

    def parameters(self, inputs: Sequence[Type], output: Type) -> Dim:
        return 0

    def multiply_adds(self, inputs: Sequence[Type], output: Type) -> Dim:
        return 0


REGISTRY: dict[str, type[Layer]] = {}

LayerClass = TypeVar("LayerClass", bound=type[Layer])


@dataclass_transform(frozen_default=True, field_specifiers=(attribute,))
def layer(name: str) -> Callable[[LayerClass], LayerClass]:
    """Class decorator: make a frozen attrs class of a layer and enter it in the catalogue as `name`."""

    def register(cls: LayerClass) -> LayerClass:
        made = attrs.frozen(cls)
        made.op_name = name
        made.table = tuple(
            Attribute(f.name, f.metadata["domain"], f.default, f.metadata["doc"]) for f in attrs.fields(made)
        )
        if name in REGISTRY:
            raise ValueError(f"layer {name} is declared twice")
        REGISTRY[name] = made
        return made

    return register


@attrs.frozen
class AttributeProblem:
    """Why a layer cannot be made: a code, the attribute it is about, a message, a suggestion."""

    code: Code
    attribute: str
    message: str
    suggestion: str | None = None


class CannotBuild(Exception):
    """All problems that keep a layer from being made."""

    def __init__(self, problems: Iterable[AttributeProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(p.message for p in self.problems))


def build(name: str, values: Mapping[str, Any]) -> Layer:
    """The layer `name` with these attributes; raises CannotBuild with every problem, KeyError for no such layer."""
    cls = REGISTRY[name]
    known = {a.name: a for a in cls.table}
    problems = [_unknown(cls, key) for key in values if key not in known]
    problems += [_missing(a) for a in cls.table if a.required and a.name not in values]
    problems += [p for key, value in values.items() if key in known and (p := _outside(known[key], value))]
    if problems:
        raise CannotBuild(problems)
    return cls(**values)


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The candidate most like `word`, where one is like it at all."""
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return found[0] if found else None


def _unknown(cls: type[Layer], key: str) -> AttributeProblem:
    names = [a.name for a in cls.table]
    takes = f"it takes {', '.join(names)}" if names else "it takes none"
    return AttributeProblem(
        codes.UNKNOWN_ATTRIBUTE, key, f"{cls.op_name} has no attribute {key}: {takes}", nearest(key, names)
    )


def _missing(a: Attribute) -> AttributeProblem:
    message = f"attribute {a.name} is missing: {a.doc}; write {a.name}=? where it is not known"
    return AttributeProblem(codes.MISSING_ATTRIBUTE, a.name, message)


def _outside(a: Attribute, value: Any) -> AttributeProblem | None:
    try:
        a.domain.convert(value)
    except OutsideDomain as error:
        return AttributeProblem(codes.BAD_ATTRIBUTE, a.name, f"{a.name}: {error}")
    return None
