"""Rules for layers with several inputs."""

from __future__ import annotations

from typing import Any

from dlc.backends.pytorch.plan import RULES, Ask, Form, Function, Known, Layout, Refused, is_symbolic
from dlc.layers.axes import axis_index
from dlc.types import Kind

_OPERATORS = {"add": "+", "subtract": "-", "multiply": "*"}


def axis(known: Known, number: Any) -> int:
    """A tensor's axis for an axis of the language, which counts from 1 or from the end."""
    if is_symbolic(number):
        raise Refused("its axis depends on parameters")
    index = axis_index(number, known.type)
    if index is None:
        raise Refused("its axis is not known")
    return dim(known, index)


def dim(known: Known, index: int) -> int:
    """A tensor's axis for an axis of the language that counts from 0."""
    if known.layout is Layout.LAST:
        return index + 1
    return 1 if index == len(known.type.shape) - 1 else index + 2


def alike(ask: Ask) -> tuple[int, ...]:
    """References to all inputs, laid like the first one; the result lies so too."""
    layout = ask.inputs[0].layout
    ask.layout = layout
    found = []
    for index in range(len(ask.inputs)):
        found.append(ask.laid(layout, index))
    return tuple(found)


@RULES.rule(*_OPERATORS)
def _arithmetic(ask: Ask) -> None:
    ask.put((), *alike(ask), function=Function(_OPERATORS[ask.exact.op_name], Form.INFIX))


@RULES.rule("average")
def _average(ask: Ask) -> None:
    values = alike(ask)
    if len(values) > 2:
        _stacked(ask, values, "mean")
        return
    total = ask.put((), *values, function=Function("+", Form.INFIX))
    ask.put((), total, function=Function("/", Form.INFIX, (2,)))


@RULES.rule("maximum")
def _maximum(ask: Ask) -> None:
    _extreme(ask, "maximum", "amax")


@RULES.rule("minimum")
def _minimum(ask: Ask) -> None:
    _extreme(ask, "minimum", "amin")


def _extreme(ask: Ask, function: str, method: str) -> None:
    values = alike(ask)
    if len(values) > 2:
        _stacked(ask, values, method)
    else:
        ask.put((), *values, function=Function(f"torch.{function}"))


def _stacked(ask: Ask, values: tuple[int, ...], method: str) -> None:
    stack = ask.put((), *values, function=Function("torch.stack", Form.LIST))
    ask.put((), stack, function=Function(method, Form.METHOD, (0,)))


@RULES.rule("concat")
def _concat(ask: Ask) -> None:
    values = alike(ask)
    at = axis(ask.inputs[0], ask.exact.axis)
    ask.put((), *values, function=Function("torch.cat", Form.LIST, named={"dim": at}))
    if ask.output.kind is Kind.VECTOR and any(known.order for known in ask.inputs):
        parts = [known.order or (known.type.shape,) for known in ask.inputs]
        ask.order = tuple(shape for part in parts for shape in part)  # type: ignore[misc]


@RULES.rule("dot")
def _dot(ask: Ask) -> None:
    """An einsum whose letters name the axes where they lie."""
    axes = [axis_index(a, k.type) for a, k in zip(ask.exact.axis, ask.inputs, strict=True)]
    letters = iter("abcdefgh")
    terms: list[str] = []
    kept: list[str] = []
    for known, summed in zip(ask.inputs, axes, strict=True):
        names = ["z" if i == summed else next(letters) for i in range(len(known.type.shape))]
        kept += [name for name in names if name != "z"]
        laid = [""] * len(names)
        for i, name in enumerate(names):
            laid[dim(known, i) - 1] = name
        terms.append("n" + "".join(laid))
    rule = f"{','.join(terms)}->n{''.join(kept)}"
    ask.put((), -1, -2, function=Function("torch.einsum", leading=(rule,)))
    if not kept:
        ask.put((), function=Function("unsqueeze", Form.METHOD, (1,)))
    ask.layout = Layout.LAST
