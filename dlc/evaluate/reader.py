"""Readers of figures, as an evaluation sees them."""

from __future__ import annotations

import importlib
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs

from dlc.diagnostics import Diagnostic, DlcError, Fix, codes
from dlc.frontends.figure.drawing import Drawing
from dlc.ir import Module, Net, Op
from dlc.passes.expand import ExpandBlocks

DEFAULT = "dlc.evaluate.readers:whole"


@attrs.frozen
class Reading:
    """What a reader found in one picture: its networks and, if it tells, what it saw drawn."""

    nets: tuple[Net, ...] = ()
    drawing: Drawing | None = None


# Takes a file's bytes and its name; gives networks, a module, or an object that has networks as `nets` (and
# perhaps the `Drawing` as `drawing`). It may raise DlcError, which counts as having read nothing.
Reader = Callable[[bytes, str], Any]


def load_reader(name: str) -> Reader:
    """The reader named `MODULE:FUNCTION`; raises DlcError where there is none."""
    module, _, function = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        fix = Fix("--reader MODULE:FUNCTION names a function that takes a file's bytes and its name")
        message = f"there is no reader {name}: {error}"
        raise DlcError(Diagnostic(codes.READER_UNKNOWN, message, fix=fix)) from None
    if not callable(found):
        raise DlcError(Diagnostic(codes.READER_UNKNOWN, f"{name} is no function"))
    made: Reader = found
    return made


def read(reader: Reader, data: bytes, name: str) -> Reading:
    """Call a reader; its answer in one form."""
    answer: Any = reader(data, name)
    drawing = getattr(answer, "drawing", None)
    seen = drawing if isinstance(drawing, Drawing) else None
    nets = tuple(answer.nets if hasattr(answer, "nets") else answer)
    blocks = answer.blocks if isinstance(answer, Module) else ()
    return Reading(_expanded(Module(blocks, nets)), seen)


def _expanded(module: Module) -> tuple[Net, ...]:
    """The nets with blocks and repeats written out."""
    if all(isinstance(node.op, Op) for net in module.nets for node in net.body):
        return module.nets
    return ExpandBlocks().run(module).module.nets


class OutOfTime(Exception):
    """A reader took longer than it may."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTime inside the block when it has run so long; nothing where the system has no timers."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stop(_signal: int, _frame: object) -> None:
    raise OutOfTime
