"""Sizes that a figure prints with the channels first, as some frameworks keep maps: "128×36×36"."""

from __future__ import annotations

import re
from collections.abc import Iterable

import attrs

from dlc.frontends.figure.drawing import Drawing

_SIZE = re.compile(r"(?<![\w.×@])(\d{1,5})(\s*[x×]\s*)(\d{1,4})\s*[x×]\s*(\d{1,4})(?!\s?[\w×])")
#: A map is at least so wide or deep; three smaller numbers are a window.
_WIDE, _DEEP = 12, 32


def with_channels_last(drawing: Drawing) -> Drawing:
    """The drawing with sizes of maps written height × width × channels.

    They are turned where at least one is a square only with its channels first, and none only with its
    channels last.
    """
    if not _are_first([tuple(map(int, m.group(1, 3, 4))) for m in _sizes(drawing)]):
        return drawing
    labels = (attrs.evolve(label, text=_SIZE.sub(_turned, label.text)) for label in drawing.labels)
    return attrs.evolve(drawing, labels=tuple(labels))


def _sizes(drawing: Drawing) -> Iterable[re.Match[str]]:
    return (match for label in drawing.labels for match in _SIZE.finditer(label.text))


def _are_first(sizes: Iterable[tuple[int, ...]]) -> bool:
    known = list(sizes)
    first = any(a != b == c and _is_map(a, b) for a, b, c in known)
    return first and not any(a == b != c for a, b, c in known)


def _is_map(channels: int, side: int) -> bool:
    return side >= _WIDE or channels >= _DEEP


def _turned(match: re.Match[str]) -> str:
    """The size with its first number last; windows, and what is not square, stay."""
    channels, side, other = (int(match[i]) for i in (1, 3, 4))
    if side != other or not _is_map(channels, side):
        return match[0]
    return match[2].join((match[3], match[4], match[1]))
