"""What every backend shares: its interface, its table of rules, and the record of what it cannot say."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from typing import ClassVar, Generic, TypeVar

import attrs

from dlc.diagnostics import Code, Diagnostic, DlcError, Severity, codes
from dlc.ir import Module, Node
from dlc.layers import REGISTRY


@attrs.frozen
class EmitOptions:
    """How to emit: `approximate` accepts inexact renderings, `source` names the input for the file's head,
    `findings` are what earlier stages assumed (defaults taken, sizes contradicted) and the head lists."""

    approximate: bool = False
    source: str | None = None
    findings: tuple[Diagnostic, ...] = ()


@attrs.frozen
class EmittedFile:
    """One file of generated code; its name is the net's name and this ending, such as `_solver.prototxt`.

    `main_file` is how the text names the main file, where it does so, in a string between quotes. `data` is
    the whole file where it is no text.
    """

    ending: str
    text: str = ""
    main_file: str = ""
    data: bytes | None = None

    @property
    def content(self) -> str | bytes:
        """What the file holds."""
        return self.text if self.data is None else self.data

    @property
    def encoded(self) -> bytes:
        """The file's bytes."""
        return self.text.encode() if self.data is None else self.data

    def beside(self, main: str) -> str | bytes:
        """What the file holds beside a main file that is called `main`."""
        if not self.main_file:
            return self.content
        escaped = main.replace("\\", "\\\\").replace('"', '\\"')
        return self.text.replace(f'"{self.main_file}"', f'"{escaped}"')


@attrs.frozen
class Emitted:
    """What a backend made of one net: files, the main one first, and what it wants to say about them."""

    files: tuple[EmittedFile, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


class Backend:
    """A target. Subclasses state `name`, `title` (one line for `dlc targets`) and what they take.

    `keeps_holes`: whether unknown numbers can be written (otherwise the driver fills or refuses them).
    `keeps_blocks`: whether blocks and repeats can be written (otherwise the driver expands them).
    `splits_activations`: whether silu and hard_silu come as the products that they are.
    `whole_module`: whether one file holds all nets (otherwise `emit` gets one net at a time).
    """

    name: ClassVar[str]
    title: ClassVar[str]
    keeps_holes: ClassVar[bool] = False
    keeps_blocks: ClassVar[bool] = False
    splits_activations: ClassVar[bool] = False
    whole_module: ClassVar[bool] = False

    def emit(self, module: Module, options: EmitOptions) -> Emitted:
        """Write a checked module (types filled in). Raises DlcError with all that the target cannot say."""
        raise NotImplementedError

    def cells(self) -> dict[str, Cell]:
        """For every layer of the catalogue, how well this target says it."""
        raise NotImplementedError


class Support(enum.Enum):
    """How well a target says a layer."""

    EXACT = "exact"
    APPROXIMATE = "approximate"
    REFUSED = "refused"


@attrs.frozen
class Cell:
    """A cell of the support matrix; `reason` says what differs or why not, and under which condition."""

    support: Support
    reason: str = ""


Rule = TypeVar("Rule", bound=Callable[..., object])


class Rules(Generic[Rule]):
    """A backend's rules by layer name: each is a small function, or a refusal with its reason."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}
        self._cells: dict[str, Cell] = {}

    def rule(self, *ops: str, only: str = "") -> Callable[[Rule], Rule]:
        """Register a function for layers; `only` says under which condition the rendering is exact."""

        def register(function: Rule) -> Rule:
            for op in ops:
                self._enter(op, Cell(Support.EXACT, only))
                self._rules[op] = function
            return function

        return register

    def approximate(self, *ops: str, differs: str) -> Callable[[Rule], Rule]:
        """Register a function that renders layers inexactly in every case; `differs` says how."""

        def register(function: Rule) -> Rule:
            for op in ops:
                self._enter(op, Cell(Support.APPROXIMATE, differs))
                self._rules[op] = function
            return function

        return register

    def refuse(self, *ops: str, reason: str) -> None:
        """State that layers have no rendering at all."""
        for op in ops:
            self._enter(op, Cell(Support.REFUSED, reason))

    def get(self, op: str) -> Rule | None:
        """The rule for a layer, or None where it is refused."""
        return self._rules.get(op)

    def cells(self) -> dict[str, Cell]:
        """Every layer of the catalogue with its cell, in catalogue order."""
        return {op: self._cells[op] for op in REGISTRY if op in self._cells}

    def reason(self, op: str) -> str:
        """Why a layer is refused."""
        return self._cells[op].reason if op in self._cells else "this target has no rule for it"

    def _enter(self, op: str, cell: Cell) -> None:
        if op in self._cells:
            raise ValueError(f"{op} has two rules")
        self._cells[op] = cell


class Differences:
    """Collects what a target cannot say, or says only approximately; all of it is reported at once."""

    def __init__(self, target: str, approximate: bool) -> None:
        self.target = target
        self.approximate = approximate
        self.found: list[Diagnostic] = []

    def cannot(self, node: Node, why: str) -> None:
        """Record that `node` has no rendering."""
        self._add(codes.TARGET_CANNOT, Severity.ERROR, node, f"cannot say {describe(node)}: {why}")

    def differs(self, node: Node, how: str) -> None:
        """Record that `node` is rendered inexactly: an error unless approximations are accepted."""
        severity = Severity.WARNING if self.approximate else Severity.ERROR
        message = f"says {describe(node)} only approximately: {how}"
        if not self.approximate:
            message += "; --approximate accepts this"
        self._add(codes.TARGET_APPROXIMATES, severity, node, message)

    def finish(self) -> tuple[Diagnostic, ...]:
        """The findings; raises DlcError when any of them is an error."""
        if any(d.is_error for d in self.found):
            raise DlcError(self.found)
        return tuple(self.found)

    def _add(self, code: Code, severity: Severity, node: Node, message: str) -> None:
        self.found.append(Diagnostic(code, f"{self.target} {message}", node.span, severity))


def describe(node: Node) -> str:
    """A node in a message: its layer and name."""
    op = getattr(node.op, "op_name", type(node.op).__name__.lower())
    return f"{op} {node.name!r}"


_ASSUMED = (
    codes.HOLE_FILLED,
    codes.SEVERAL_FILLINGS,
    codes.MENDED,
    codes.SIZE_CONTRADICTS,
    codes.TYPE_DISAGREES,
)


def head_lines(title: str, options: EmitOptions, found: Iterable[Diagnostic] = ()) -> Iterable[str]:
    """Lines for the head of a generated file, without comment signs: origin first, then what was assumed,
    then what the target says only approximately (`found`)."""
    yield f"{title}, generated by dlc" + (f" from {options.source}" if options.source else "")
    assumed = [d.message for d in options.findings if d.code in _ASSUMED]
    if assumed:
        yield "Not stated by the source, or not as it states (check these):"
        yield from (f"  {message}" for message in assumed)
    approximated = [d.message for d in found if d.code is codes.TARGET_APPROXIMATES]
    if approximated:
        yield "Only approximately as stated:"
        yield from (f"  {message}" for message in approximated)
