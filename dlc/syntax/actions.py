"""What each rule of the grammar makes: trees of statements. Method names are the grammar's rule names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from dlc.diagnostics import Code, codes
from dlc.ir import Value
from dlc.syntax import tree
from dlc.syntax.lalr import Reduction, Token
from dlc.syntax.values import (
    SHORT_NUMBER,
    BadValue,
    calculate,
    negate,
    read_integer,
    read_real,
    read_string,
    write_value,
)
from dlc.types import HOLE, Dim, Expr, Hole, Kind, Type, symbol

MOST_NESTED = 32
OTHER_WORDS: dict[str, Value] = {"True": True, "False": False, "None": None}
Children = list[Any]
Report = Callable[[Code, str, int, int], None]

UNREAD = object()  # stands for the `(` of a header that could not be read


def token_text(token: Token) -> str:
    """The characters of a token, without the blanks before it."""
    found: str = token[token.lastgroup or 0]
    return found


class Actions:
    """Makes trees; `statement` turns each finished statement into what its body shall hold.

    Whatever is wrong with a value is told to `report` with its code, message and place.
    """

    def __init__(self, report: Report, statement: Callable[[tree.Line], object]) -> None:
        self.report = report
        self.statement = statement
        self.items: list[tree.Item] = []
        self._symbols: dict[str, Value] = {}

    def reductions(self) -> dict[str, Reduction]:
        """The methods by rule name."""
        skipped = {"report", "statement", "items", "reductions"}
        names = [n for n in dir(self) if n[0] != "_" and n not in skipped]
        return {name.removesuffix("_"): getattr(self, name) for name in names}

    # Nets and blocks.

    def net(self, c: Children, start: int, end: int) -> None:
        self.items.append(tree.NetTree(c[1], self._marks(c[2]), c[3], start, end))

    def block(self, c: Children, start: int, end: int) -> None:
        parameters = None if c[2] is UNREAD else tuple(c[3])
        self.items.append(tree.BlockTree(c[1], parameters, c[5], start, end))

    def body(self, c: Children, start: int, end: int) -> tree.Body:
        return tree.Body(c[1], start, end)

    def body_last(self, c: Children, start: int, end: int) -> tree.Body:
        return tree.Body(self.lines_more(c[1:], start, end), start, end)

    def lines(self, c: Children, start: int, end: int) -> list[object]:
        return []

    def lines_blank(self, c: Children, start: int, end: int) -> list[object]:
        lines: list[object] = c[0]
        return lines

    def lines_more(self, c: Children, start: int, end: int) -> list[object]:
        lines: list[object] = c[0]
        lines.append(self.statement(c[1]))
        return lines

    def parameters(self, c: Children, start: int, end: int) -> Children:
        return c[0] if c else []

    def parameter_list(self, c: Children, start: int, end: int) -> Children:
        return [c[0]]

    def parameter_bare(self, c: Children, start: int, end: int) -> tree.ParameterTree:
        return tree.ParameterTree(c[0])

    def parameter_default(self, c: Children, start: int, end: int) -> tree.ParameterTree:
        return tree.ParameterTree(c[0], default=self._no_mapping(c[2], start, end), has_default=True)

    def parameter_input(self, c: Children, start: int, end: int) -> tree.ParameterTree:
        return tree.ParameterTree(c[0], role="input")

    def parameter_required(self, c: Children, start: int, end: int) -> tree.ParameterTree:
        return tree.ParameterTree(c[0], role="parameter")

    # Statements.

    def input_(self, c: Children, start: int, end: int) -> tree.InputLine:
        return tree.InputLine(c[0], c[3], self._marks(c[4]), start, end)

    def layer_statement(self, c: Children, start: int, end: int) -> tree.LayerLine:
        values, links = c[2]
        return tree.LayerLine(c[0], None, values, tuple(links), self._marks(c[3]), start, end)

    def declared_statement(self, c: Children, start: int, end: int) -> tree.LayerLine:
        values, links = c[4]
        return tree.LayerLine(c[0], c[2], values, tuple(links), self._marks(c[5]), start, end)

    def output(self, c: Children, start: int, end: int) -> tree.OutputLine:
        return tree.OutputLine(tuple(c[1]), start, end)

    def target(self, c: Children, start: int, end: int) -> tree.Word:
        token = c[0]
        if token.__class__ is tree.Word or token.lastgroup == "STRING":
            return self._word(token)
        return tree.Word(token.string[start:end], start, end)

    name = output_name = callee = target

    def outputs(self, c: Children, start: int, end: int) -> Children:
        return [c[0]]

    names = links = values = entries = argument_list = outputs

    def list_more(self, c: Children, start: int, end: int) -> Children:
        c[0].append(c[2])
        found: Children = c[0]
        return found

    # Chains: a pair of the values at the head (None where a call is) and the links.

    def action(self, c: Children, start: int, end: int) -> tuple[Any, Children]:
        return c[0] if isinstance(c[0], tuple) else (None, [c[0]])

    def piped_first(self, c: Children, start: int, end: int) -> tuple[Any, Children]:
        if isinstance(c[0], tree.Call):
            return (None, [c[0], c[2]])
        return (c[0], [c[2]])

    def list_append(self, c: Children, start: int, end: int) -> tuple[Any, Children]:
        c[0][1].append(c[2])
        found: tuple[Any, Children] = c[0]
        return found

    def source_name(self, c: Children, start: int, end: int) -> tuple[tree.Word, ...]:
        return (self._word(c[0]),)

    def source_names(self, c: Children, start: int, end: int) -> tuple[tree.Word, ...]:
        return tuple(c[1]) if len(c) == 3 else ()

    def layer_bare(self, c: Children, start: int, end: int) -> tree.Call:
        return tree.Call("layer", self._word(c[0]), (), (), start, end)

    def block_bare(self, c: Children, start: int, end: int) -> tree.Call:
        return tree.Call("block", c[0], (), (), start, end)

    def opaque_bare(self, c: Children, start: int, end: int) -> tree.Call:
        return tree.Call("opaque", self._word(c[1]), (), (), start, end)

    def layer_call(self, c: Children, start: int, end: int) -> tree.Call:
        return self._call("layer", self._word(c[0]), c[2], start, end)

    def block_call(self, c: Children, start: int, end: int) -> tree.Call:
        return self._call("block", c[0], c[2], start, end)

    def opaque_call(self, c: Children, start: int, end: int) -> tree.Call:
        return self._call("opaque", self._word(c[1]), c[3], start, end)

    def repeat(self, c: Children, start: int, end: int) -> tree.Again:
        return self._again(c[1], (c[2],), start, end)

    def repeat_empty(self, c: Children, start: int, end: int) -> tree.Again:
        return self._again(c[1], (), start, end)

    def repeat_group(self, c: Children, start: int, end: int) -> tree.Again:
        return self._again(c[1], tuple(c[3]), start, end)

    arguments = parameters

    def argument_value(self, c: Children, start: int, end: int) -> tree.Word:
        word: tree.Word = c[0]
        return word

    def argument_keyword(self, c: Children, start: int, end: int) -> tree.Keyword:
        return tree.Keyword(c[0], c[2], start, end)

    # Marks: a list of what each sets and where.

    def marks(self, c: Children, start: int, end: int) -> Children:
        return []

    def list_at(self, c: Children, start: int, end: int) -> Children:
        return self.list_more(c, start, end)

    def mark_origin(self, c: Children, start: int, end: int) -> tuple[dict[str, Any], int, int]:
        return {"origin": self._string(c[0], start, end)}, start, end

    def mark_both(self, c: Children, start: int, end: int) -> tuple[dict[str, Any], int, int]:
        return {"origin": self._string(c[0], start, end), "confidence": float(c[2])}, start, end

    def mark_confidence(self, c: Children, start: int, end: int) -> tuple[dict[str, Any], int, int]:
        return {"confidence": float(c[1])}, start, end

    def mark_inferred(self, c: Children, start: int, end: int) -> tuple[dict[str, Any], int, int]:
        return {"inferred": True}, start, end

    def mark_shares(self, c: Children, start: int, end: int) -> tuple[dict[str, Any], int, int]:
        return {"shares": c[1]}, start, end

    # Types and values.

    def type_(self, c: Children, start: int, end: int) -> Type:
        kind = Kind(token_text(c[0]))
        dims = tuple(self._dimension(v, start, end) for v in (c[2] if len(c) > 3 else ()))
        for dim, axis in zip(dims, kind.axes, strict=False):
            if isinstance(dim, int) and dim < 1:
                self.report(codes.BAD_TYPE, f"{axis} is {dim}: sizes are positive", start, end)
        if len(dims) == kind.rank:
            return Type(kind, dims)
        axes = ", ".join(kind.axes)
        count = f"{kind.rank} dimensions" if kind.rank > 1 else "1 dimension"
        message = f"{kind.value} has {count} ({axes}), not {len(dims)}"
        self.report(codes.BAD_TYPE, message, start, end)
        return Type(kind, (*dims, *(HOLE,) * kind.rank)[: kind.rank])

    def add(self, c: Children, start: int, end: int) -> Value:
        return self._attempt(start, end, calculate, token_text(c[1]), c[0], c[2])

    subtract = multiply = divide = add

    def negative(self, c: Children, start: int, end: int) -> Value:
        return self._attempt(start, end, negate, c[1])

    def integer(self, c: Children, start: int, end: int) -> Value:
        text = c[0].string[start:end]
        return int(text) if end - start < SHORT_NUMBER else self._attempt(start, end, read_integer, text)

    def real(self, c: Children, start: int, end: int) -> Value:
        return read_real(token_text(c[0]))

    def text(self, c: Children, start: int, end: int) -> Value:
        return self._string(c[0], start, end)

    def symbol(self, c: Children, start: int, end: int) -> Value:
        text = c[0].string[start:end]
        if text in self._symbols:
            return self._symbols[text]
        if text in OTHER_WORDS:
            value = OTHER_WORDS[text]
            self.report(codes.KEYWORD_MISSPELT, f"{text} is written {write_value(value)}", start, end)
            return value
        self._symbols[text] = symbol(text)
        return self._symbols[text]

    def hole(self, c: Children, start: int, end: int) -> Value:
        return HOLE

    def true(self, c: Children, start: int, end: int) -> Value:
        return True

    def false(self, c: Children, start: int, end: int) -> Value:
        return False

    def none(self, c: Children, start: int, end: int) -> Value:
        return None

    def parens(self, c: Children, start: int, end: int) -> Value:
        value: Value = c[1]
        return value

    def tuple_(self, c: Children, start: int, end: int) -> Value:
        items = tuple(c[1:2] if len(c) < 5 else [c[1], *c[3]]) if len(c) > 2 else ()
        found: Value = self._shallow(items, start, end)
        return found

    def mapping(self, c: Children, start: int, end: int) -> Any:
        entries: list[tree.Keyword] = c[1] if len(c) > 2 else []
        found: dict[str, Any] = {}
        for entry in entries:
            if entry.name.text in found:
                message = f"{entry.name.text} is given twice"
                self.report(codes.DUPLICATE_ATTRIBUTE, message, entry.start, entry.end)
            found[entry.name.text] = entry.value
        return self._shallow(found, start, end)

    # Helpers.

    def _shallow(self, value: Any, start: int, end: int) -> Any:
        if _depth(value) <= MOST_NESTED:
            return value
        self.report(codes.TOO_NESTED, f"values are nested more than {MOST_NESTED} deep", start, end)
        return HOLE

    def _call(self, form: str, name: tree.Word, arguments: Children, start: int, end: int) -> tree.Call:
        inputs = tuple([a for a in arguments if a.__class__ is tree.Word])
        keywords = tuple([a for a in arguments if a.__class__ is tree.Keyword])
        if form != "opaque" and any(a.value.__class__ in (dict, tuple) for a in keywords):
            keywords = tuple(map(self._plain, keywords))
        return tree.Call(form, name, inputs, keywords, start, end)

    def _plain(self, keyword: tree.Keyword) -> tree.Keyword:
        value = self._no_mapping(keyword.value, keyword.start, keyword.end)
        return keyword if value is keyword.value else attrs.evolve(keyword, value=value)

    def _no_mapping(self, value: Any, start: int, end: int) -> Value:
        """The value; a mapping, which only opaque layers have, is reported and becomes a hole."""
        if not _has_mapping(value):
            found: Value = value
            return found
        self.report(codes.BAD_VALUE, "only an opaque layer has {name=value} among its attributes", start, end)
        return HOLE

    def _again(self, count: Value, links: tuple[tree.Link, ...], start: int, end: int) -> tree.Again:
        if _repeat_depth(links) >= MOST_NESTED:
            self.report(codes.TOO_NESTED, f"repeats are nested more than {MOST_NESTED} deep", start, end)
            links = ()
        return tree.Again(self._dimension(count, start, end), links, start, end)

    def _dimension(self, value: Value, start: int, end: int) -> Dim:
        if isinstance(value, Hole | Expr) or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        message = f"a dimension or count is an integer, a symbol or ?, not {write_value(value)}"
        self.report(codes.BAD_VALUE, message, start, end)
        return HOLE

    def _marks(self, marks: list[tuple[dict[str, Any], int, int]]) -> tree.Marks:
        if not marks:
            return tree.NO_MARKS
        found: dict[str, Any] = {}
        for said, start, end in marks:
            for key in said.keys() & found.keys():
                self.report(codes.MARK_TWICE, f"{key} is given twice", start, end)
            found |= said
        return tree.Marks(**found)

    def _attempt(self, start: int, end: int, function: Callable[..., Value], *operands: Value) -> Value:
        try:
            return function(*operands)
        except BadValue as error:
            self.report(codes.BAD_VALUE, str(error), start, end)
            return HOLE

    def _word(self, token: Token | tree.Word) -> tree.Word:
        if isinstance(token, tree.Word):
            return token
        start, end = token.span(token.lastgroup or 0)
        if token.lastgroup != "STRING":
            return tree.Word(token.string[start:end], start, end)
        name = self._string(token, start, end)
        if not name:
            self.report(codes.EMPTY_NAME, "a name cannot be empty", start, end)
        return tree.Word(name, start, end, quoted=True)

    def _string(self, token: Token, start: int, end: int) -> str:
        return str(self._attempt(start, end, read_string, token_text(token)))


def _has_mapping(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, tuple) and any(map(_has_mapping, value)))


def _depth(value: Any) -> int:
    if not isinstance(value, tuple | dict):
        return 0
    return 1 + max(map(_depth, value.values() if isinstance(value, dict) else value), default=0)


def _repeat_depth(links: tuple[tree.Link, ...]) -> int:
    return max((1 + _repeat_depth(link.links) for link in links if isinstance(link, tree.Again)), default=0)
