"""Rules for layers that only rearrange, repeat or drop values, and for noise."""

from __future__ import annotations

import math

from dlc.backends.orders import channels_first
from dlc.backends.pytorch.plan import (
    RULES,
    Ask,
    Form,
    Function,
    Known,
    Layout,
    Made,
    Refused,
    is_symbolic,
)
from dlc.types import Kind


@RULES.rule("flatten")
def _flatten(ask: Ask) -> None:
    """As the values lie, where the weights of what reads them can lie so too; else in the language's order."""
    known = ask.inputs[0]
    if known.type.kind is Kind.VECTOR:
        ask.order = known.order
        return
    shape: tuple[int, ...] = known.type.shape  # type: ignore[assignment]
    if known.layout is Layout.FIRST:
        if ask.any_order:
            ask.order = channels_first(shape)
        elif channels_first(shape):
            _last(ask, known)
    ask.put(Made("nn.Flatten"), function=Function("torch.flatten", positional=(1,)))


def _last(ask: Ask, known: Known) -> None:
    """Put the channels last, where they are not."""
    if known.layout is Layout.FIRST:
        ask.laid(Layout.LAST)


@RULES.rule("reshape")
def _reshape(ask: Ask) -> None:
    known = ask.inputs[0]
    before: tuple[int, ...] = known.type.shape  # type: ignore[assignment]
    after: tuple[int, ...] = ask.output.shape  # type: ignore[assignment]
    if before == after:
        ask.layout = known.layout
    elif before[-1] == after[-1] and known.layout is Layout.FIRST and len(after) > 1:
        _in_space(ask, after)
    elif len(before) == 1 and math.prod(after[:-1]) == 1 and len(after) > 1:
        _with_space(ask, after)
    elif len(after) == 1 and (known.layout is Layout.LAST or not channels_first(before)):
        ask.put(Made("nn.Flatten"), function=Function("torch.flatten", positional=(1,)))
    else:
        _anew(ask, known, after)


def _in_space(ask: Ask, after: tuple[int, ...]) -> None:
    """The channels stay as they are."""
    ask.layout = Layout.FIRST
    if len(after) != 2:
        _refuse_parameters(ask)
    if len(after) == 2:
        ask.put(Made("nn.Flatten", (2,)), function=Function("torch.flatten", positional=(2,)))
        return
    if len(ask.inputs[0].sizes) == 1:
        sizes = after[:-1]
        ask.put(Made("nn.Unflatten", (2, sizes)), function=Function("unflatten", Form.METHOD, (2, sizes)))
        return
    ask.put((), function=Function("reshape", Form.METHOD, (-1, after[-1], *after[:-1])))


def _refuse_parameters(ask: Ask) -> None:
    if is_symbolic(ask.stated.shape):
        raise Refused("its shape depends on parameters")


def _with_space(ask: Ask, after: tuple[int, ...]) -> None:
    """A vector as one pixel: (1, 1, C)."""
    ask.layout = Layout.FIRST
    ones = (1,) * (len(after) - 1)
    index = ", ".join([":", ":", *("None" for _ in ones)])
    ask.put(Made("nn.Unflatten", (1, (-1, *ones))), function=Function(index, Form.INDEX), wraps=True)


def _anew(ask: Ask, known: Known, after: tuple[int, ...]) -> None:
    """In the order of the language, in which the channels are last."""
    _refuse_parameters(ask)
    _last(ask, known)
    ask.put((), function=Function("reshape", Form.METHOD, (-1, *after)))
    if Layout.given(ask.output.kind) is Layout.FIRST:
        ask.permuted(ask.last, Known(ask.output, ask.general, Layout.LAST), Layout.FIRST)


@RULES.rule("permute")
def _permute(ask: Ask) -> None:
    """Axes of the language, wherever they lie before and after."""
    known, order = ask.inputs[0], ask.exact.order
    rank = len(order)
    ask.layout = known.layout if known.type.kind is Kind.SEQUENCE else Layout.given(ask.output.kind)
    before = _places(rank, known.layout)
    after = _places(rank, ask.layout)
    axes = [0] * (rank + 1)
    for place, axis in zip(after, order, strict=True):
        axes[place] = before[axis - 1]
    if axes == sorted(axes):
        return
    if rank == 2:
        ask.put((), function=Function("transpose", Form.METHOD, (1, 2)))
    else:
        ask.put((), function=Function("permute", Form.METHOD, tuple(axes)))


def _places(rank: int, layout: Layout) -> list[int]:
    """The tensor's axis of each axis of the language."""
    return [*range(1, rank + 1)] if layout is Layout.LAST else [*range(2, rank + 1), 1]


@RULES.rule("repeat_vector")
def _repeat_vector(ask: Ask) -> None:
    steps = ask.put((), function=Function("unsqueeze", Form.METHOD, (1,)))
    ask.put((), steps, function=Function("repeat", Form.METHOD, (1, ask.layer.times, 1)))
    ask.layout = Layout.LAST


@RULES.rule("upsample1d", "upsample2d", "upsample3d")
def _upsample(ask: Ask) -> None:
    """Between the middles of pixels: PyTorch's default."""
    layer = ask.layer
    ask.laid(Layout.FIRST)
    factor = layer.size
    named = {"scale_factor": factor, "mode": layer.mode}
    ask.put(Made("nn.Upsample", named=named), function=Function("F.interpolate", named=named))
    ask.layout = Layout.FIRST


@RULES.rule("dropout")
def _dropout(ask: Ask) -> None:
    ask.put(Made("nn.Dropout", (ask.layer.rate,)))
    ask.layout, ask.order = ask.inputs[0].layout, ask.inputs[0].order


@RULES.rule("spatial_dropout2d")
def _spatial_dropout(ask: Ask) -> None:
    ask.put(Made("nn.Dropout2d", (ask.layer.rate,)))


@RULES.rule("gaussian_noise")
def _gaussian_noise(ask: Ask) -> None:
    ask.put(Made("GaussianNoise", (ask.layer.stddev,)))
    ask.layout, ask.order = ask.inputs[0].layout, ask.inputs[0].order
