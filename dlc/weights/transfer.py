"""Between the arrays of a file and those of a net's layers: everything that does not fit is told at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from dlc.backends.parameters import net_parameters
from dlc.backends.stored import Tensor
from dlc.diagnostics import Diagnostic, DlcError, FileSpan, Fix, Severity, codes
from dlc.ir import Net
from dlc.weights.held import Array, Arrays, Key, Weights

_MOST_NAMED = 8  # layers that a message names


@attrs.frozen
class Reading:
    """Weights that were read, and what is to be said of them."""

    weights: Weights
    diagnostics: tuple[Diagnostic, ...] = ()


def read(net: Net, tensors: Sequence[Tensor], arrays: Arrays, path: Path) -> Reading:
    """The weights of an expanded net from the arrays of a file, which lie where `tensors` says.

    Raises DlcError with every layer whose weights are missing or have another shape.
    """
    wanted = {t.key: (t.node, t.shape) for t in tensors if t.parts}
    constant = [t.key for t in tensors if not t.parts]
    extra = check(net, wanted, arrays, path, constant)
    weights = allocated(net)
    for tensor in tensors:
        if tensor.parts:
            tensor.restore(_floats(arrays[tensor.key].read()), weights[tensor.node])
    return Reading(weights, extra)


Wanted = Mapping[Key, tuple[str, tuple[int, ...]]]  # by key: the layer that owns the array, and its shape


def check(
    net: Net, wanted: Wanted, arrays: Arrays, path: Path, ignored: Iterable[Key] = ()
) -> tuple[Diagnostic, ...]:
    """What a file has besides. Raises DlcError with all that is missing or has another shape."""
    findings = [*_missing(net, wanted, arrays, path), *_misshapen(wanted, arrays, path)]
    if findings:
        raise DlcError(findings)
    return tuple(_extra({*wanted, *ignored}, arrays, path))


def allocated(net: Net) -> Weights:
    """Arrays for the parameters of every layer of an expanded net, to be written into."""
    import numpy as np

    return {
        name: {p.role: np.zeros(p.shape, np.float32) for p in held}
        for name, held in net_parameters(net).items()
    }


def _floats(array: Array) -> Array:
    import numpy as np

    return np.asarray(array).astype(np.float32, copy=False)


def _missing(net: Net, wanted: Wanted, arrays: Arrays, path: Path) -> Iterator[Diagnostic]:
    lacking = dict.fromkeys(node for key, (node, _) in wanted.items() if key not in arrays)
    placed = {node for node, _ in wanted.values()}
    names = [*lacking, *(name for name in net_parameters(net) if name not in placed)]
    if not names:
        return
    has = f"; it has weights of {named(_layers(arrays))}" if arrays else ""
    message = f"{path} has no weights for {named(names)}{has}"
    fix = Fix("the weights are of another net, or their layers are called otherwise")
    yield Diagnostic(codes.WEIGHTS_MISSING, message, FileSpan(str(path)), fix=fix)


def _misshapen(wanted: Wanted, arrays: Arrays, path: Path) -> Iterator[Diagnostic]:
    for key, (_, shape) in wanted.items():
        found = arrays.get(key)
        if found is not None and not _fits(found.shape, shape):
            what = "/".join(key[1:])
            what = f"blob {what}" if what.isdigit() else what
            message = (
                f"{key[0]}: {path} has {what} of shape {_shown(found.shape)}, the net wants {_shown(shape)}"
            )
            yield Diagnostic(codes.WEIGHTS_SHAPE, message, FileSpan(str(path)))


def _fits(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether shapes are the same but for axes of size 1: old blobs always have four."""
    return found == wanted or (
        math.prod(found) == math.prod(wanted)
        and [d for d in found if d != 1] == [d for d in wanted if d != 1]
    )


def _extra(used: set[Key], arrays: Arrays, path: Path) -> Iterator[Diagnostic]:
    names = list(dict.fromkeys(key[0] for key in arrays if key not in used))
    if names:
        message = f"{path} has weights that the net has no place for: those of {named(names)}"
        yield Diagnostic(codes.WEIGHTS_EXTRA, message, FileSpan(str(path)), Severity.WARNING)


def _layers(arrays: Iterable[Key]) -> list[str]:
    return list(dict.fromkeys(key[0] for key in arrays))


def named(names: Sequence[str]) -> str:
    """Names in a message, not too many of them."""
    shown = ", ".join(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown


def _shown(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))})"


def stored(tensors: Iterable[Tensor], weights: Mapping[str, Mapping[str, Array]]) -> dict[Key, Array]:
    """The arrays of a file from the weights of the layers."""
    return {t.key: t.stored(weights.get(t.node, {})) for t in tensors}
