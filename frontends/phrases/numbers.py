"""Numbers and symbolic expressions in phrases."""

from __future__ import annotations

import re

from dlc.frontends.phrases.values import Number

_WHOLE = re.compile(r"\d+")
_DECIMAL = re.compile(r"\d*\.\d+")
_SYMBOLIC = re.compile(r"(?P<factor>\d*)(?P<symbol>[A-Za-z]\w*)(?P<prime>'?)(?:/(?P<divisor>\w+))?")


def number(text: str) -> Number:
    """An integer, a decimal, or the expression that a symbol such as `16k`, `C_out/4`, `k'` stands for.

    Two small letters are a product (`tk` is t * k), a prime is spelled out (`k'` is k_prime).
    """
    text = text.strip().strip("()")
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    match = _SYMBOLIC.fullmatch(text)
    return _expression(match) if match else text


def _expression(match: re.Match[str]) -> str:
    symbol = match["symbol"]
    if re.fullmatch(r"[a-z]{2}", symbol):
        symbol = " * ".join(sorted(symbol))
    symbol += "_prime" if match["prime"] else ""
    product = f"{int(match['factor'])} * {symbol}" if match["factor"] else symbol
    return f"{product} // {match['divisor']}" if match["divisor"] else product


def product(factors: tuple[Number, ...]) -> Number:
    """The product of factors; symbolic ones are written out."""
    whole = 1
    symbols = []
    for factor in factors:
        if isinstance(factor, int):
            whole *= factor
        else:
            symbols.append(str(factor))
    if not symbols:
        return whole
    return " * ".join([str(whole)] * (whole != 1) + symbols)


def size(text: str) -> tuple[Number, ...]:
    """The factors of `3×3×64` or `(3, 3)`."""
    inner = text.strip()
    if "×" in inner:
        return tuple(number(part) for part in inner.split("×"))
    return tuple(number(part) for part in inner.strip("()[] ").split(","))
