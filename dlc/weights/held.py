"""Arrays in weights files, before they are read: their shapes are looked at first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs

from dlc.diagnostics import Code, Diagnostic, DlcError, FileSpan, Fix, codes

Array = Any  # a numpy array
Weights = dict[str, dict[str, Array]]  # by the layer that owns them and their role
Key = tuple[str, ...]
LARGEST = 16 * 2**30  # bytes; larger files are refused


@attrs.frozen
class Stored:
    """An array in a file: its shape, and how it is read (as 32-bit numbers)."""

    shape: tuple[int, ...]
    read: Callable[[], Array] = attrs.field(repr=False)


Arrays = Mapping[Key, Stored]


def stored(array: Array) -> Stored:
    """An array that has been read already."""
    return Stored(tuple(array.shape), lambda: array)


def problem(code: Code, path: Path, message: str, fix: str | None = None) -> DlcError:
    """The error for a weights file."""
    found = Fix(fix) if fix else None
    return DlcError(Diagnostic(code, message, FileSpan(str(path)), fix=found))


def damaged(path: Path, why: str) -> DlcError:
    """The error for a file that cannot be taken apart."""
    return problem(codes.WEIGHTS_DAMAGED, path, f"{path} is damaged: {why}")


def check_size(path: Path) -> int:
    """The size of a weights file in bytes; raises DlcError where it is missing, empty or too large."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise problem(codes.FILE_MISSING, path, f"there is no file {path}") from None
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise problem(codes.FILE_UNREADABLE, path, f"{path} cannot be read: {why}") from None
    if path.is_dir():
        raise problem(codes.FILE_UNREADABLE, path, f"{path} cannot be read: it is a directory")
    if size > LARGEST:
        raise problem(codes.TOO_LARGE, path, f"{path} has more than {LARGEST // 2**30} GiB")
    if size == 0:
        raise problem(codes.FILE_EMPTY, path, f"{path} is empty")
    return size
