"""What every layer of the catalogue shares: fields with domains, registration, construction by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar, dataclass_transform

import attrs

from dlc.diagnostics import Code, codes
from dlc.ir import Op, Value, has_hole
from dlc.layers.domains import Domain, OutsideDomain
from dlc.layers.names import nearest
from dlc.types import HOLE, Dim, Type, symbol

REQUIRED: Any = attrs.NOTHING


@attrs.frozen
class Attribute:
    """A hyper-parameter of a layer: name, domain, default and meaning.

    The default is REQUIRED where there is none; the symbol `kernel` means the value of `kernel`.
    """

    name: str
    domain: Domain
    default: Any
    doc: str

    @property
    def required(self) -> bool:
        """Whether it must be written (a hole counts as written)."""
        return self.default is REQUIRED


def attribute(domain: Domain, doc: str, default: Any = REQUIRED, like: str | None = None) -> Any:
    """Declare a hyper-parameter of a layer class.

    The default is given as a person would write it; `like` names an attribute declared before, whose
    value is the default.
    """
    shown = default if default is REQUIRED else domain.convert(default)
    if like is not None:
        shown = symbol(like)
        default = attrs.Factory(lambda made: getattr(made, like), takes_self=True)
    return attrs.field(
        default=shown if like is None else default,
        converter=domain.convert,
        metadata={"domain": domain, "doc": doc, "default": shown},
    )


class Layer(Op):
    """Base of the catalogue's classes; a class's docstring is its page in the reference.

    Parameters are all numbers that a layer keeps, trained or not. Multiply-additions are counted in
    products with weights or between two inputs; element-wise work, pooling and normalising count none.
    """

    __slots__ = ()
    table: ClassVar[tuple[Attribute, ...]] = ()

    def attributes(self) -> dict[str, Value]:
        return {a.name: getattr(self, a.name) for a in self.table}

    def holes(self) -> tuple[str, ...]:
        """The names of the attributes that are, or contain, a hole and are not meant to be one by default."""
        stated = [a.name for a in self.table if a.default is not HOLE]
        return tuple([name for name in stated if has_hole(getattr(self, name))])

    def infer(self, inputs: Sequence[Type]) -> Type | None:
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
        made.has_weights = made.parameters is not Layer.parameters
        made.table = tuple(
            Attribute(f.alias or f.name, f.metadata["domain"], f.metadata["default"], f.metadata["doc"])
            for f in attrs.fields(made)  # type: ignore[arg-type]
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
    """The layer `name` with these attributes.

    Raises CannotBuild with every problem, and KeyError where there is no such layer.
    """
    cls = REGISTRY[name]
    try:
        return cls(**values)
    except (OutsideDomain, TypeError):
        problems = _problems(cls, values)
        if not problems:
            raise
    raise CannotBuild(problems)


def _problems(cls: type[Layer], values: Mapping[str, Any]) -> list[AttributeProblem]:
    """Everything that keeps a layer from having these attributes."""
    known = {a.name: a for a in cls.table}
    problems = [_unknown(cls, key) for key in values if key not in known]
    meant = {p.suggestion for p in problems}  # one slip is not told twice
    problems += [
        _missing(a) for a in cls.table if a.required and a.name not in values and a.name not in meant
    ]
    problems += [p for key, value in values.items() if key in known and (p := _outside(known[key], value))]
    return problems


def counted(flag: Value, count: Dim) -> Dim:
    """`count` where the flag is true, 0 where it is false, a hole where it is unknown."""
    if isinstance(flag, bool):
        return count if flag else 0
    return HOLE


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
        like = nearest(str(value), getattr(a.domain, "words", ()))
        suggestion = f"{a.name}={like}" if like else None
        return AttributeProblem(codes.BAD_ATTRIBUTE, a.name, f"{a.name}: {error}", suggestion)
    return None
