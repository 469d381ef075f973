"""Layout of a text as its author wrote it: chains stay chains, comments stay at their statements."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TypeGuard

import attrs

from dlc.diagnostics import Diagnostic, DlcError
from dlc.ir import Origin
from dlc.layers import REGISTRY, CannotBuild, build
from dlc.syntax import layout, tree
from dlc.syntax.layout import INDENT
from dlc.syntax.lower import PIPED
from dlc.syntax.parser import read
from dlc.syntax.places import Places
from dlc.syntax.printer import (
    write_attributes,
    write_callee,
    write_count,
    write_marks,
    write_values,
)
from dlc.syntax.values import write_name, write_string, write_value

_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|#[^\n]*')

_Thing = tree.Line | tree.Item


@attrs.frozen
class _Element:
    """Something that stands on lines of its own; a comment that `joins` follows the line before instead."""

    lines: list[str]
    start: int
    end: int
    joins: bool = False
    is_item: bool = False


def format_text(text: str, file: str | None = None) -> str:
    """The text in canonical layout; it means the same and keeps its comments, and formatting is idempotent.

    Raises DlcError with all that is wrong where the text cannot be read.
    """
    text = text.removeprefix("\ufeff")
    found: list[Diagnostic] = []
    items = read(text, Places(text, file), found, None)
    if found:
        raise DlcError(found)
    return "".join(f"{line}\n" for line in _Formatter(text).file(items))


class _Formatter:
    def __init__(self, text: str) -> None:
        self._text = text
        self._comments = [m for m in _COMMENT.finditer(text) if m[0].startswith("#")]
        self._starts = [m.start() for m in self._comments]

    def file(self, items: Sequence[tree.Item]) -> list[str]:
        """The lines of all nets and blocks, an empty line between them."""
        return self._joined([], self._elements(items, 0, len(self._text), ""), 0)

    def _item(self, item: tree.Item) -> list[str]:
        """The lines of a net or block, comments of its header before it."""
        comments = [m[0].rstrip() for m in self._between(item.start, item.body.start)]
        lines = [*comments, *_header(item)]
        body = item.body
        elements = self._elements(
            [line for line in body.lines if _is_line(line)], body.start + 1, body.end, INDENT
        )
        return [*self._joined(lines, elements, body.start + 1), "}"]

    def _joined(self, lines: list[str], elements: Iterator[_Element], last: int) -> list[str]:
        """`lines` and then the elements, with an empty line where the author left some or an item ends."""
        first, after_item = True, False
        for element in elements:
            if element.joins:
                lines[-1] += f"  {element.lines[0]}"
            else:
                apart = after_item or self._text.count("\n", last, element.start) > 1
                lines += [*([""] if apart and not first else []), *element.lines]
                after_item = element.is_item
                first = False
            last = element.end
        return lines

    def _elements(self, things: Sequence[_Thing], start: int, end: int, indent: str) -> Iterator[_Element]:
        """Statements or items with the comments between them; comments inside a statement come before it."""
        for thing in things:
            yield from self._comment_elements(start, thing.start, indent)
            start = thing.end
            if isinstance(thing, tree.NetTree | tree.BlockTree):
                yield _Element(self._item(thing), thing.start, thing.end, is_item=True)
                continue
            inside = [indent + m[0].rstrip() for m in self._between(thing.start, thing.end)]
            yield _Element([*inside, *_statement(thing, indent)], thing.start, thing.end)
        yield from self._comment_elements(start, end, indent)

    def _comment_elements(self, start: int, end: int, indent: str) -> Iterator[_Element]:
        for match in self._between(start, end):
            line = self._text.rfind("\n", 0, match.start()) + 1
            joins = bool(self._text[line : match.start()].strip())
            comment = match[0].rstrip()
            yield _Element([comment if joins else indent + comment], match.start(), match.end(), joins)

    def _between(self, start: int, end: int) -> list[re.Match[str]]:
        return self._comments[bisect_left(self._starts, start) : bisect_left(self._starts, end)]


def _is_line(line: object) -> TypeGuard[tree.Line]:
    return isinstance(line, tree.Line)


# Headers and statements.


def _header(item: tree.Item) -> list[str]:
    if isinstance(item, tree.NetTree):
        return [f"net {write_name(item.name.text)}{_marks(item.marks)} {{"]
    parameters = [_parameter(p) for p in item.parameters or ()]
    return layout.listing(f"block {write_name(item.name.text)}(", parameters, ") {", "")


def _parameter(p: tree.ParameterTree) -> str:
    role = f": {p.role}" if p.role else ""
    return write_name(p.name.text) + role + (f"={write_value(p.default)}" if p.has_default else "")


def _statement(line: tree.Line, indent: str) -> list[str]:
    if isinstance(line, tree.InputLine):
        return [f"{indent}{write_name(line.name.text)} = input {line.type}{_marks(line.marks)}"]
    if isinstance(line, tree.OutputLine):
        return layout.names("output", [write_name(w.text) for w in line.names], indent)
    if isinstance(line, tree.BrokenLine):
        raise TypeError("a text with errors is not formatted")
    declared = f": {line.declared}" if line.declared is not None else ""
    parts = [_part(link, line.values is None and not index) for index, link in enumerate(line.links)]
    values = None if line.values is None else write_values([w.text for w in line.values])
    prefix = f"{write_name(line.name.text)}{declared} = "
    return layout.statement(prefix, values, parts, _marks(line.marks), indent)


def _part(link: tree.Link, is_head: bool) -> layout.Part:
    if isinstance(link, tree.Again):
        return layout.Group(
            f"repeat {write_count(link.count)}", tuple(_part(part, False) for part in link.links)
        )
    arguments = (*(_input(word, is_head) for word in link.inputs), *_keywords(link))
    return layout.Piece(_callee(link), arguments, bare=not is_head and not arguments)


def _input(word: tree.Word, is_head: bool) -> str:
    """A value that a call reads; in a link, `_` in quotes is a name and bare it is the piped value."""
    if word.text == PIPED and word.quoted and not is_head:
        return write_string(word.text)
    return write_name(word.text)


def _callee(call: tree.Call) -> str:
    if call.form == "layer":
        return call.name.text
    if call.form == "opaque":
        return f"opaque {write_string(call.name.text)}"
    return write_name(call.name.text) if not call.name.quoted else write_callee(call.name.text)


def _keywords(call: tree.Call) -> tuple[str, ...]:
    """Attributes as the printer writes them, or as they stand where the layer cannot be built from them."""
    values = {k.name.text: k.value for k in call.keywords}
    is_layer = call.form != "opaque" and not call.name.quoted and call.name.text in REGISTRY
    if is_layer and len(values) == len(call.keywords):
        try:
            return write_attributes(build(call.name.text, values))
        except CannotBuild:
            pass
    return tuple(f"{write_name(k.name.text)}={write_value(k.value)}" for k in call.keywords)


def _marks(marks: tree.Marks) -> str:
    origin = None if marks.origin is None else Origin.parse(marks.origin)
    owner = marks.shares.text if marks.shares is not None else None
    return write_marks(origin, marks.confidence, marks.inferred, owner)
