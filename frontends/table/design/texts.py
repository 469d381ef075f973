"""Cell texts: what stands for nothing, and the small values of hyper-parameter columns."""

from __future__ import annotations

import itertools
import re
from typing import Any

from dlc.frontends.phrases.normal import compact, normalise
from dlc.frontends.phrases.numbers import number
from dlc.frontends.phrases.values import Number

_NOTHING = frozenset(("", "na", "none", "null", "nil", "no", "x"))
#: Rows that add what their group began with.
RESIDUAL = frozenset(
    ("residual", "shortcut", "skip", "skipconnection", "residualconnection", "identityshortcut")
)
_YES = frozenset("✓✔√")
_SIDES = r"\(?\w+'?\)?(?:\s*×\s*\(?\w+'?\)?)*|\(\s*\w+(?:\s*,\s*\w+)+\s*\)"
_STEP = r"\(?\s*\d+(?:\s*×\s*\d+)*\s*\)?|\w+"

Sides = tuple[Number, ...]


def blank(text: str) -> bool:
    """Whether a cell says that there is nothing to say: empty, a dash, "N/A"."""
    key = compact(text)
    return key in _NOTHING and not set(text) & _YES


def ticked(text: str) -> bool:
    """Whether a cell says yes: a check mark, "yes", "Y", "1"."""
    return bool(set(text) & _YES) or compact(text) in ("yes", "y", "true", "1")


def sides(text: str) -> Sides | None:
    """The factors of a window or a pair: "3×3", "(2, 1)", "7"; None where there are none."""
    normal = normalise(text).strip()
    parts = re.split(r"\s*[×,]\s*", normal.strip("()[] "))
    if not parts or not all(re.fullmatch(r"\(?[\w/]+'?\)?", p) for p in parts):
        return None
    if not any(c.isdigit() for c in normal) and len(normal) > 3:
        return None
    return tuple(number(p) for p in parts)


def window(text: str) -> tuple[Sides | None, Sides | None, Any]:
    """Kernel, stride and padding of "3×3/2, 1" or "3×5×5 / 1,2,2 / 1,2,2", of which each may be missing."""
    normal = normalise(text).strip()
    if not any(c.isdigit() for c in normal):
        return None, None, None
    parts = [p.strip() for p in normal.split("/")] if "/" in normal else _listed(normal)
    kernel = sides(parts[0]) if re.fullmatch(_SIDES, parts[0]) else None
    if kernel is None or len(parts) > 3:
        return None, None, None
    steps = [_steps(p, len(kernel)) for p in parts[1:]]
    if any(s is None for s in steps):
        return None, None, None
    flat = [v for s in steps for v in s or ()]
    return kernel, flat[0] if flat else None, _pad(flat[1]) if len(flat) > 1 else None


def _listed(normal: str) -> list[str]:
    """A window and what commas part from it: "3×3, 2"; a window in brackets is one part."""
    if normal.startswith("("):
        return [normal]
    return re.split(r"\s*[,;]\s*", normal)


def _steps(text: str, rank: int) -> list[Sides] | None:
    """The strides or paddings of a part: "2", "(2, 1)", "1,2,2" of a volume; "1, 2": a stride, a padding."""
    plain = re.sub(r"^[a-z]\w*\s*=?\s*", "", text.strip("() ").lower())
    numbers = [p.strip() for p in plain.split(",")]
    if len(numbers) == rank > 1 and (rank == 3 or "(" in text):
        found = [sides(n) for n in numbers]
        return [tuple(f[0] for f in found if f)] if all(found) else None
    found = [sides(n) for n in numbers]
    return [f for f in found if f is not None] if all(found) else None


def _pad(found: Sides) -> Any:
    return found[0] if len(set(found)) == 1 else tuple(v for v in found for _ in (0, 1))


def whole(text: str) -> int | None:
    """An integer, with or without thousands marks; None where the text is none."""
    plain = normalise(text).replace(",", "").strip()
    return int(plain) if re.fullmatch(r"\d{1,9}", plain) else None


def quantity(text: str) -> Number | None:
    """A number or a symbol: "64", "4k", "C_out / 4"; None where the text is neither."""
    plain = re.sub(r"\s*\([A-Za-z ]+\)$", "", normalise(text)).strip()
    plain = re.sub(r"(?<![A-Za-z]{2}) | (?![A-Za-z]{2})", "", plain)
    plain = re.sub(r"(?<=\w)[*·](?=\w)", "×", plain)
    if re.fullmatch(r"\d{1,3}(,\d{3})+", plain):
        return int(plain.replace(",", ""))
    if re.fullmatch(r"\d+(\.\d+)?|\d*[A-Za-z]\w{0,12}'?(/\w+)?|class_?\w*", plain):
        return number(plain)
    if re.fullmatch(r"\w+(×\w+)+", plain):
        factors = [number(p) for p in plain.split("×")]
        return " * ".join(map(str, factors)) if any(isinstance(f, str) for f in factors) else None
    return None


def frames(text: str) -> tuple[int, int] | None:
    """Kernel and dilation of the frames that a layer over time sees: "{t-2, t, t+2}" is 3 and 2.

    Square brackets with two numbers are an interval, "[t-2, t+2]"; None where the text lists no frames.
    """
    normal = normalise(text).strip()
    inner = normal.strip("{}[]() ")
    parts = [p.strip().replace(" ", "") for p in re.split(r"[,;:]", inner) if p.strip()]
    if not parts or not all(re.fullmatch(r"t?(?:[+-]?\d+)?", p) and p for p in parts):
        return None
    offsets = [int(p.lstrip("t") or 0) for p in parts]
    if len(offsets) == 2 and not normal.startswith("{"):
        return offsets[1] - offsets[0] + 1, 1
    steps = {b - a for a, b in itertools.pairwise(offsets)}
    if len(steps) > 1 or any(s < 1 for s in steps):
        return None
    return len(offsets), steps.pop() if steps else 1
