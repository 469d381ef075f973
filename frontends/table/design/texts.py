"""Cell texts: what stands for nothing, and the small values of hyper-parameter columns."""

from __future__ import annotations

import itertools
import re

from dlc.frontends.phrases.normal import compact, normalise
from dlc.frontends.phrases.numbers import number
from dlc.frontends.phrases.values import Number

_NOTHING = frozenset(("", "na", "none", "null", "nil", "no", "x"))
#: Rows that add what their group began with.
RESIDUAL = frozenset(
    ("residual", "shortcut", "skip", "skipconnection", "residualconnection", "identityshortcut")
)
_YES = frozenset("✓✔√")
_WINDOW = re.compile(
    r"(?P<size>\(?\w+'?\)?(?:\s*×\s*\(?\w+'?\)?)*|\(\s*\w+(?:\s*,\s*\w+)+\s*\))"
    r"(?:\s*/\s*\(?\s*(?P<stride>\w+(?:\s*×\s*\w+)?)\s*\)?)?"
    r"(?:\s*[,;/]\s*(?:p\w*\s*=?\s*)?(?P<pad>\d+))?"
)

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


def window(text: str) -> tuple[Sides | None, Sides | None, int | None]:
    """Kernel, stride and padding of "3×3/2, 1", of which each may be missing."""
    match = _WINDOW.fullmatch(normalise(text).strip())
    if match is None or not any(c.isdigit() for c in text):
        return None, None, None
    stride = sides(match["stride"]) if match["stride"] else None
    return sides(match["size"]), stride, int(match["pad"]) if match["pad"] else None


def whole(text: str) -> int | None:
    """An integer, with or without thousands marks; None where the text is none."""
    plain = normalise(text).replace(",", "").strip()
    return int(plain) if re.fullmatch(r"\d{1,9}", plain) else None


def quantity(text: str) -> Number | None:
    """A number or a symbol: "64", "4k", "C_out / 4"; None where the text is neither."""
    plain = re.sub(r"\s*\([A-Za-z ]+\)$", "", normalise(text)).replace(" ", "")
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
