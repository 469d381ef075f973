"""From normalised text to items, by `grammar/phrase.lark`."""

from __future__ import annotations

import functools
import re
from importlib import resources
from typing import Any

from lark import Lark, Token, Transformer, Tree, v_args
from lark.exceptions import LarkError

from dlc.frontends.phrases import items as it
from dlc.frontends.phrases.lexer import PhraseLexer
from dlc.frontends.phrases.numbers import number, size
from dlc.frontends.phrases.values import Number
from dlc.frontends.phrases.words import exact

# What single letters stand for in front of a number: k3, s2, p1, n64, g8, d2, w7×7.
SHORT_KEYS = {
    "k": "kernel",
    "s": "stride",
    "p": "padding",
    "n": "width",
    "c": "width",
    "f": "width",
    "g": "groups",
    "d": "dilation",
    "h": "heads",
    "w": "window",
    "r": "rate",
    "t": "expansion",
    "e": "expansion",
    "l": "repeat",
    "m": "multiplier",
    "o": "width",
}
_CODE = re.compile(r"(?P<maps>\d+)[cC](?P<kernel>\d+)|(?P<word>[A-Za-z]+)-?(?P<first>\d+)-(?P<second>\d+)")


def read_items(text: str) -> tuple[it.Item, ...]:
    """The items of a normalised text; nothing is dropped, what has no meaning is `Unknown`."""
    try:
        tree = _parser().parse(text)
    except LarkError:
        return (it.Unknown(text, place=it.Place(0, len(text))),)
    return tuple(_Items().transform(tree).children)


@functools.cache
def _parser() -> Lark:
    grammar = (resources.files("dlc") / "grammar" / "phrase.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer=PhraseLexer, start="start")


def _place(*tokens: Any) -> it.Place:
    found = [t for t in tokens if isinstance(t, Token)]
    confidence = min((t.value[1] for t in found if isinstance(t.value, tuple)), default=1.0)
    if not found:
        return it.Place()
    return it.Place(found[0].start_pos or 0, found[-1].end_pos or 0, confidence)


def _text(token: Token) -> str:
    return str(token.value[2] if isinstance(token.value, tuple) else token)


def _named_family(name: str) -> str | None:
    """The operation of a layer's name: by its first word, or behind a block's number: `block1_conv2`."""
    words = re.match(r"([A-Za-z]+)(?:\d+_([A-Za-z]+))?", name)
    for word in words.groups() if words is not None else ():
        meaning = exact(word) if word else None
        if meaning is not None and meaning.terminal == "OPERATION":
            return meaning.value
    return None


def _quantity(token: Token) -> it.Quantity:
    if token.type == "PERCENT":
        return float(_text(token).rstrip("% ")) / 100
    if token.type == "QUALIFIER":
        return str(token.value[0])
    return size(token) if token.type in ("SIZE", "TUPLE") else number(token)


@v_args(inline=True)
class _Items(Transformer[Token, Any]):
    """One method a rule of the grammar; each gives an item."""

    def separator(self, sign: Token) -> it.Item:
        return it.Separator(str(sign), _place(sign))

    def operation(self, word: Token) -> it.Item:
        if word.type == "LNORM":
            return it.Operation("block", str(word), _place(word))
        return it.Operation(word.value[0], word.value[2], _place(word))

    def qualifier(self, word: Token) -> it.Item:
        if word.type == "AXES":
            return it.Qualifier(f"{word[0]}d", str(word), _place(word))
        return it.Qualifier(word.value[0], word.value[2], _place(word))

    def named(self, name: Token) -> it.Item:
        return it.Named(_named_family(name), str(name), _place(name))

    def coded(self, code: Token) -> it.Item:
        match = _CODE.fullmatch(code)
        if match is None or match["maps"]:
            numbers = re.findall(r"\d+", code)
            return it.Coded("conv", int(numbers[1]), int(numbers[0]), str(code), _place(code))
        meaning = exact(match["word"])
        if meaning is None or meaning.terminal != "OPERATION":
            return it.Named(None, str(code), _place(code))
        return it.Coded(meaning.value, int(match["first"]), int(match["second"]), str(code), _place(code))

    def dashed(self, word: Token, digits: Token) -> it.Item:
        return it.Dashed(word.value[0], word.value[2], number(digits.strip("- ")), _place(word, digits))

    def cardinal(self, code: Token) -> it.Item:
        groups, width = re.findall(r"\d+", code)
        return it.Cardinal(int(groups), int(width), _place(code))

    def setting(self, *parts: Any) -> it.Item:
        tokens = [p for p in parts if isinstance(p, Token) and p.type != "HASH"]
        return it.Setting(_key(tokens[0]), _quantity(tokens[-1]), _place(*parts))

    def lone_key(self, key: Token, *_: Any) -> it.Item:
        return it.Setting(_key(key), None, _place(key))

    def lone_short(self, letter: Token, *_: Any) -> it.Item:
        return it.Unknown(str(letter), place=_place(letter))

    def counted(self, *parts: Any) -> it.Item:
        tokens = [p for p in parts if isinstance(p, Token)]
        return it.Amount(tokens[-1].value[0], number(tokens[0]), _place(*parts))

    def counted_after(self, counted: Token, count: Token) -> it.Item:
        return it.Amount(counted.value[0], number(count), _place(counted, count))

    def lone_counted(self, counted: Token, *_: Any) -> it.Item:
        return it.Amount(counted.value[0], None, _place(counted))

    def lone_hashed(self, sign: Token, counted: Token, *_: Any) -> it.Item:
        return it.Amount(counted.value[0], None, _place(sign, counted))

    def hashed(self, sign: Token, value: Token) -> it.Item:
        quantity = _quantity(value)
        if isinstance(quantity, tuple):
            return it.Window(quantity, place=_place(sign, value))
        return it.Amount("width", quantity, _place(sign, value))

    def window(self, written: Token, over: Tree[Token] | None = None) -> it.Item:
        divisor = None if over is None else number(str(over.children[-1]).strip("/ "))
        last = over.children[-1] if over is not None else written
        return it.Window(size(written), divisor, written.type == "TUPLE", _place(written, last))

    def area(self, written: Token) -> it.Item:
        maps, extent = written.split("@")
        sides = size(extent) if "×" in extent else (number(extent),) * 2
        return it.Area(number(maps), sides, _place(written))

    def repeat(self, sign: Token) -> it.Item:
        count = number(re.sub(r"×|[- ]layers?$", "", sign))
        return it.Times(count, sign.type == "MULTIPLE", _place(sign))

    def number(self, value: Token) -> it.Item:
        quantity = _quantity(value)
        plain: Number = quantity if not isinstance(quantity, tuple) else quantity[0]
        return it.Bare(plain, value.type == "PERCENT", _place(value))

    def slashed(self, written: Token) -> it.Item:
        return it.Slashed(number(written.strip("/ ")), _place(written))

    def rest(self, word: Token) -> it.Item:
        return it.Unknown(_text(word), word.type == "FILLER", _place(word))

    def group(self, opened: Token, *parts: Any) -> it.Item:
        closed = next(i for i in range(len(parts) - 1, -1, -1) if isinstance(parts[i], Token))
        inner, times = parts[:closed], parts[closed + 1 :]
        count = next((t.count for t in times if isinstance(t, it.Times)), None)
        place = it.Place(opened.start_pos or 0, parts[closed].end_pos or 0)
        return it.Bracket(tuple(inner), count, opened == "(", place)


def _key(token: Token) -> str:
    if token.type == "SHORT":
        return SHORT_KEYS.get(str(token).lower(), str(token))
    return str(token.value[0])
