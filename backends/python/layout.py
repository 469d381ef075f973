"""Python expressions broken into lines as `ruff format` breaks them (88 columns)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

WIDTH = 88
INDENT = "    "


@attrs.frozen
class Call:
    """`function(arguments)`, and where there are `operands`, that result called with them.

    An argument is text, or a call or listing after a prefix such as `layer=`. `open` puts one argument a
    line even where one line would do.
    """

    function: str
    arguments: tuple[Argument, ...] = ()
    operands: Argument | None = None
    open: bool = False


@attrs.frozen
class Listing:
    """`[items]`; `open` puts one item a line even where one line would do."""

    items: tuple[Argument, ...]
    open: bool = False


@attrs.frozen
class Infix:
    """`a + b + c`."""

    operator: str
    items: tuple[Argument, ...]


@attrs.frozen
class Unpacked:
    """`*(element for counter in range(count))`."""

    element: Argument
    counter: str
    count: str


Argument = str | Call | Listing | Infix | Unpacked | tuple[str, "Argument"]


def flat(part: Argument) -> str:
    """An expression on one line."""
    if isinstance(part, str):
        return part
    if isinstance(part, tuple):
        return part[0] + flat(part[1])
    if isinstance(part, Listing):
        return f"[{_joined(part.items)}]"
    if isinstance(part, Infix):
        return f" {part.operator} ".join(map(flat, part.items))
    if isinstance(part, Unpacked):
        return f"*({flat(part.element)} {_clause(part)})"
    operands = "" if part.operands is None else f"({flat(part.operands)})"
    return f"{part.function}({_joined(part.arguments)}){operands}"


def lines(prefix: str, part: Argument, indent: int, ending: str = "") -> Iterator[str]:
    """The lines of `prefix`, an expression and `ending`, at a depth of `indent`."""
    if isinstance(part, tuple):
        yield from lines(prefix + part[0], part[1], indent, ending)
        return
    whole = f"{INDENT * indent}{prefix}{flat(part)}{ending}"
    if isinstance(part, str) or (len(whole) <= WIDTH and not _is_open(part)):
        yield whole
    elif isinstance(part, Listing):
        yield from _bracketed(f"{prefix}[", part.items, f"]{ending}", indent, True)
    elif isinstance(part, Infix):
        yield from _infix(prefix, part, indent, ending)
    elif isinstance(part, Unpacked):
        yield f"{INDENT * indent}{prefix}*("
        yield from lines("", part.element, indent + 1)
        yield f"{INDENT * (indent + 1)}{_clause(part)}"
        yield f"{INDENT * indent}){ending}"
    else:
        yield from _call(prefix, part, indent, ending)


def _clause(part: Unpacked) -> str:
    return f"for {part.counter} in range({part.count})"


def _infix(prefix: str, part: Infix, indent: int, ending: str) -> Iterator[str]:
    yield f"{INDENT * indent}{prefix}("
    for index, item in enumerate(part.items):
        yield from lines(f"{part.operator} " if index else "", item, indent + 1)
    yield f"{INDENT * indent}){ending}"


def _call(prefix: str, call: Call, indent: int, ending: str) -> Iterator[str]:
    head = f"{prefix}{call.function}("
    if call.operands is None:
        yield from _bracketed(head, call.arguments, f"){ending}", indent, _is_open(call))
        return
    upto = f"{prefix}{flat(attrs.evolve(call, operands=None))}("
    fits = len(INDENT * indent + upto) <= WIDTH
    if fits and (isinstance(call.operands, Listing) or not call.arguments):
        yield from _bracketed(upto, (call.operands,), f"){ending}", indent, False)
        return
    # Where only the operand is too much, a line for each argument reads better than one for the operand.
    tail = f")({flat(call.operands)}){ending}"
    if len(INDENT * indent + tail) <= WIDTH:
        yield from _bracketed(head, call.arguments, tail, indent, fits)
        return
    yield from list(_bracketed(head, call.arguments, ")(", indent, fits))
    yield from _bracketed("", (call.operands,), f"){ending}", indent, False)


def _bracketed(
    opening: str, items: Sequence[Argument], closing: str, indent: int, apart: bool
) -> Iterator[str]:
    """Items between brackets: on one line where they fit and need not be apart, else one a line."""
    if opening:
        yield INDENT * indent + opening
    together = f"{INDENT * (indent + 1)}{_joined(items)}"
    if items and not apart and len(together) <= WIDTH and not any(map(_is_open, items)):
        yield together
    else:
        comma = "," if apart or len(items) > 1 or not isinstance(items[0], Listing) else ""
        for item in items:
            yield from lines("", item, indent + 1, comma)
    yield INDENT * indent + closing


def _joined(items: Sequence[Argument]) -> str:
    return ", ".join(map(flat, items))


def _is_open(part: Argument) -> bool:
    """Whether an expression holds a listing that must have one item a line."""
    if isinstance(part, str):
        return False
    if isinstance(part, tuple):
        return _is_open(part[1])
    if isinstance(part, Listing):
        return part.open or any(map(_is_open, part.items))
    if isinstance(part, Infix):
        return any(map(_is_open, part.items))
    if isinstance(part, Unpacked):
        return _is_open(part.element)
    return part.open or any(map(_is_open, part.arguments))
