"""Reported sizes: "112×112×64", "112^2 × 32", "64@28×28", "(64, 28, 28)", "4096"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from dlc.frontends.phrases.normal import normalise
from dlc.frontends.phrases.numbers import number
from dlc.frontends.phrases.values import Number
from dlc.types import HOLE, Dim, Expr
from dlc.types.dims import parse_number

Size = tuple[Number, ...]
_FACTOR = r"(?:\d+(?:\^2|²)?|\(?[A-Za-z]{1,2}(?:_\w+)?'?\)?(?:/\w+)?|\d+[a-z]|class_?\w*|\d+/\d+|[HWhw]/\d+)"
_PRODUCT = re.compile(rf"{_FACTOR}(?:×{_FACTOR})*")
_LISTED = re.compile(
    r"\[?[(\[{]\s*(?P<inner>[^()\[\]{}]+?),?\s*[)\]}]\]?|(?P<bare>[^()\[\]{}]+,\s+[^()\[\]{}]+)"
)
_BATCH = re.compile(r"-1|\?|none|batch(?:[ _-]?size)?|bs|n|b", re.I)
_MAPS = re.compile(r"(\d+)\s*@\s*(\d+(?:×\d+)*)")
_SUPERSCRIPT = str.maketrans({"²": "^2", "³": "^3"})
_UNITS = re.compile(
    r"\s*\(?\b(?:pixels?|px|rgb|grayscale|gray|images?|feature maps?|maps?|dims?|units?|channels?|neurons?"
    r"|nodes?|classes|d)\b\.?\)?",
    re.I,
)


def read_size(text: str) -> Size | None:
    """The dimensions that a cell reports, as printed; None where it reports none."""
    normal = normalise(text.translate(_SUPERSCRIPT)).strip(" .;:")
    normal = re.sub(r"(?<!\d)1[⁄/](\d+)\s*([A-Za-z])", r"\2/\1", normal)  # ½H
    normal = re.sub(r"^\d+×\s*\((?=\d+×\d+\)$)", "(", normal)  # "4× (56×56)": by how much, and to what
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", normal):
        return (int(normal.replace(",", "")),)
    listed = _listed(normal)
    if listed is not None:
        return listed
    normal = re.sub(r"^\((\d+(?:×\d+)+)\)$", r"\1", re.sub(r"\(([a-z]{1,2}'?)\)", r"\1", normal))
    normal = re.sub(r"(\d)\s*d\b", r"\1", _UNITS.sub("", normal)).strip()
    match = _MAPS.fullmatch(normal)
    if match:
        return (*_factors(match[2]), int(match[1]))
    if _PRODUCT.fullmatch(normal) and any(c.isdigit() or c == "×" for c in normal):
        return _factors(normal)
    return None


def _listed(normal: str) -> Size | None:
    """A size in brackets or with commas: "(None, 28, 28, 1)", "[64, 28, 28]"; the batch is left out."""
    match = _LISTED.fullmatch(normal)
    if match is None:
        return None
    parts = [p.strip() for p in (match["inner"] or match["bare"]).split(",")]
    if len(parts) > 1 and _BATCH.fullmatch(parts[0]):
        parts = parts[1:]
    if not all(re.fullmatch(_FACTOR, p) or _BATCH.fullmatch(p) for p in parts):
        return None
    if not any(c.isdigit() for p in parts for c in p) and len(parts) < 3:
        return None
    return tuple("?" if _BATCH.fullmatch(p) else number(p) for p in parts)


def _factors(text: str) -> Size:
    found: list[Number] = []
    for factor in text.split("×"):
        if factor.endswith(("^2", "²")):
            found += [int(re.sub(r"\D.*", "", factor))] * 2
        else:
            found.append(number(factor))
    return tuple(found)


def channels_first(sizes: Iterable[Size], widths: Iterable[tuple[Size, Number]] = ()) -> bool:
    """Whether three-dimensional sizes are printed channels first: "64×56×56"; decided by all of them.

    `widths` are sizes with the number of channels that is stated beside them.
    """
    first = last = 0
    for size, width in widths:
        first += 2 * (size[0] == width != size[-1])
        last += 2 * (size[-1] == width != size[0])
    for size in sizes:
        if len(size) != 3:
            continue
        last += size[0] == size[1] != size[2] or size[2] == 3 != size[0]
        first += size[1] == size[2] != size[0] or size[0] == 3 != size[2]
        first += 2 * (str(size[0]).upper().startswith("C") and not str(size[2]).upper().startswith("C"))
    return first > last


def width_first(sizes: Iterable[Size]) -> bool:
    """Whether symbols show that widths are printed before heights: "W × 32", "W×H×C"."""
    votes = 0
    for size in sizes:
        names = [str(v)[0] if isinstance(v, str) else "" for v in size]
        if "W" in names and "H" in names:
            votes += 1 if names.index("W") < names.index("H") else -1
        elif "W" in names[:1] and len(names) >= 2:
            votes += 1
        elif "H" in names[:1]:
            votes -= 1
    return votes > 0


def as_dim(value: Any) -> Dim:
    """A number or symbol of the table as a dimension; a hole where it is neither."""
    if isinstance(value, int | Expr):
        return value
    if isinstance(value, str):
        try:
            return parse_number(value)
        except ValueError:
            return HOLE
    return HOLE
