"""What a column's cells say about its role: a header such as "Size" or "Filters" leads several lives."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

import attrs

from dlc.frontends.phrases import read_phrases
from dlc.frontends.phrases.normal import normalise
from dlc.frontends.table.design.roles import Header, Role
from dlc.frontends.table.design.sizes import Size, read_size
from dlc.frontends.table.design.texts import blank, sides, whole
from dlc.frontends.table.model import Cell

_LARGEST_KERNEL = 31  # a window larger than this is a map's size
_LARGEST_USUAL = 11  # the same for all but rare ones
#: Widths before and after, "64/128"; a window and a stride, "3×3×64, 2".
_PAIR = re.compile(r"\d+\s*(?:/|→|->)\s*\d+")
_STEPPED = re.compile(r"\d+×\d+(?:×\d+)?\s*,\s*\d")
_DEEPEST = 7  # a window's third side; a larger one counts channels
_AMBIGUOUS = frozenset(
    (
        Role.KERNEL,
        Role.FILTERS,
        Role.OUTPUT,
        Role.INPUT,
        Role.CONFIG,
        Role.FILTER_SHAPE,
        Role.LABEL,
        Role.IN_OUT,
    )
)
#: Columns of numbers: where layers stand below such a header, its letter was a network's name ("C", "D").
_NUMERIC = frozenset(
    (
        Role.STRIDE,
        Role.PAD,
        Role.UNITS,
        Role.REPEAT,
        Role.EXPANSION,
        Role.DILATION,
        Role.GROUPS,
        Role.EXPANDED,
    )
)


@attrs.frozen
class _Shares:
    """How large a share of the filled cells is of which form."""

    filled: int
    numbers: float
    pairs: float
    stepped: float
    large: float
    windows: float
    areas: float
    products: float
    phrases: float
    layers: float
    names: float
    solid: bool
    shrinking: bool


_SIZED = {Role.KERNEL, Role.FILTERS}
#: Of columns under these headers, those whose cells fit have another role; the first rule that fits holds.
_RULES: tuple[tuple[Collection[Role], Callable[[_Shares], bool], Role], ...] = (
    ({Role.FILTERS, Role.IN_OUT}, lambda s: s.pairs >= 0.6, Role.IN_OUT),
    ({Role.REPEAT}, lambda s: s.numbers < 0.5, Role.LABEL),
    ({*_NUMERIC, Role.FILTERS}, lambda s: s.layers >= 0.5, Role.CONFIG),
    ({Role.CONFIG}, lambda s: s.windows >= 0.5 and s.layers < 0.3, Role.KERNEL),
    ({Role.CONFIG}, lambda s: s.phrases + s.layers < 0.3, Role.IGNORED),
    ({Role.KERNEL}, lambda s: s.stepped >= 0.5, Role.KERNEL_STRIDE),
    ({*_SIZED, Role.FILTER_SHAPE, Role.LABEL}, lambda s: s.phrases >= 0.4, Role.CONFIG),
    ({Role.KERNEL}, lambda s: s.numbers >= 0.8 and s.large >= 0.5, Role.FILTERS),
    (_SIZED, lambda s: s.areas >= 0.5 or s.shrinking, Role.OUTPUT),
    ({Role.FILTERS}, lambda s: s.windows >= 0.5, Role.KERNEL),
    (_SIZED, lambda s: s.products >= 0.5 and s.solid, Role.KERNEL),
    (_SIZED, lambda s: s.products >= 0.5, Role.FILTER_SHAPE),
    ({Role.OUTPUT}, lambda s: s.layers >= 0.5, Role.CONFIG),
    ({Role.OUTPUT}, lambda s: s.numbers >= 0.8, Role.FILTERS),
    ({Role.INPUT}, lambda s: s.numbers >= 0.8, Role.CHANNELS_IN),
    ({Role.INPUT}, lambda s: s.names >= 0.6, Role.SOURCE),
)


def recast(header: Header, cells: Sequence[Cell]) -> Header:
    """The header with the role that fits the cells below it."""
    if header.role not in _AMBIGUOUS | _NUMERIC:
        return header
    shares = _shares(cells)
    if not shares.filled:
        return header
    role = _role(header.role, shares)
    return attrs.evolve(header, role=role, pairs=role is Role.IN_OUT and shares.pairs >= 0.6)


def _role(role: Role, shares: _Shares) -> Role:
    return next((made for roles, fits, made in _RULES if role in roles and fits(shares)), role)


def _shares(cells: Sequence[Cell]) -> _Shares:
    distinct = list({id(c): c for c in cells}.values())
    filled = [c for c in distinct if not blank(c.text)]
    count = max(1, len(filled))
    sizes = [read_size(c.text) for c in filled]
    return _Shares(
        len(filled),
        sum(whole(c.text) is not None for c in filled) / count,
        sum(bool(_PAIR.fullmatch(normalise(c.text).strip())) for c in filled) / count,
        sum(bool(_STEPPED.fullmatch(normalise(c.text).strip())) for c in filled) / count,
        sum((whole(c.text) or 0) > _LARGEST_KERNEL for c in filled) / count,
        sum(_is_window(c.text) for c in filled) / count,
        sum(s is not None and _is_area(s) for s in sizes) / count,
        sum(s is not None and len(s) >= 3 and not _is_area(s) for s in sizes) / count,
        sum(_is_phrase(c) for c in filled) / count,
        sum(any(p.op is not None for p in read_phrases(c.text).phrases) for c in filled) / count,
        sum(s is None and _names_rows(c.text) for s, c in zip(sizes, filled, strict=True)) / count,
        all(
            all(isinstance(v, int) and v <= _DEEPEST for v in s)
            for s in sizes
            if s is not None and len(s) == 3
        ),
        _shrink(sizes),
    )


def _names_rows(text: str) -> bool:
    """Whether a cell reads like names of other layers: "conv5b", "upconv5+conv4b"."""
    return bool(
        re.fullmatch(
            r"[A-Za-z][\w.-]*(?:\[\d+\])*(?:\s*[+,&\n ]\s*[A-Za-z][\w.-]*(?:\[\d+\])*)*", text.strip()
        )
    )


def _shrink(sizes: Sequence[Size | None]) -> bool:
    """Whether sizes run down (or up) from one that no window has, as maps do from layer to layer."""
    sides = [s[0] for s in sizes if s is not None and len(s) >= 2 and s[0] == s[1]]
    heights = [v for v in sides if isinstance(v, int)]
    if len(set(heights)) < 3 or max(heights) <= _LARGEST_USUAL:
        return False
    return heights in (sorted(heights), sorted(heights, reverse=True))


def _is_window(text: str) -> bool:
    found = sides(text.split("/")[0])
    return found is not None and len(found) == 2 and all(_small(v) for v in found)


def _small(value: object) -> bool:
    return isinstance(value, int) and value <= _LARGEST_KERNEL


def _is_area(size: Size) -> bool:
    """Whether a size is a map's: two equal or named sides that no window has."""
    numbers = [v for v in size if isinstance(v, int)]
    return len(size) >= 2 and sum(v > _LARGEST_KERNEL for v in numbers) >= 2


def _is_phrase(cell: Cell) -> bool:
    """Whether a cell states several things at once: "3×3, 64", "[3×3, 64] ×2"."""
    if any(g.bracket for g in cell.groups):
        return True
    phrases = read_phrases(cell.text).phrases
    return any("kernel" in p.attributes and "filters" in p.attributes for p in phrases)
