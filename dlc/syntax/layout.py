"""How statements are laid out: on one line where they fit, else one argument or one link a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

WIDTH = 100
INDENT = "  "


@attrs.frozen
class Piece:
    """A call: what it calls and its arguments; without parentheses where it is `bare`."""

    head: str
    arguments: tuple[str, ...] = ()
    bare: bool = False


@attrs.frozen
class Group:
    """A repeat: `repeat 3` and its links; `(...)` around them unless there is exactly one."""

    head: str
    links: tuple[Piece | Group, ...]


Part = Piece | Group


def flat(part: Part) -> str:
    """A call or repeat on one line."""
    if isinstance(part, Piece):
        return part.head if part.bare else f"{part.head}({', '.join(part.arguments)})"
    if len(part.links) == 1:
        return f"{part.head} {flat(part.links[0])}"
    return f"{part.head} ({' |> '.join(map(flat, part.links))})"


def statement(prefix: str, values: str | None, parts: Sequence[Part], suffix: str, indent: str) -> list[str]:
    """The lines of `prefix values |> part |> part suffix`; `values` is None where a part is the head."""
    pieces = [*([] if values is None else [values]), *map(flat, parts)]
    line = f"{indent}{prefix}{' |> '.join(pieces)}{suffix}"
    if len(line) <= WIDTH:
        return [line]
    inner = indent + INDENT
    if values is None:
        lines = _broken(indent + prefix, parts[0], indent)
        rest = parts[1:]
    else:
        lines, rest = [f"{indent}{prefix}{values}"], parts
    for part in rest:
        lines += _fitted(f"{inner}|> ", part, inner)
    return [*lines[:-1], lines[-1] + suffix]


def listing(head: str, items: Sequence[str], tail: str, indent: str) -> list[str]:
    """`head item, item tail` on one line where it fits, else one item a line; `tail` is `)` or like it."""
    line = f"{indent}{head}{', '.join(items)}{tail}"
    if len(line) <= WIDTH or not items:
        return [line]
    return [f"{indent}{head}", *(f"{indent}{INDENT}{item}," for item in items), f"{indent}{tail}"]


def names(head: str, items: Sequence[str], indent: str) -> list[str]:
    """`head a, b` on one line where it fits, else one name a line."""
    line = f"{indent}{head} {', '.join(items)}"
    if len(line) <= WIDTH:
        return [line]
    lines = [f"{indent}{INDENT}{INDENT}{item}," for item in items]
    lines[0] = f"{indent}{head} {items[0]},"
    return [*lines[:-1], lines[-1].removesuffix(",")]


def _fitted(lead: str, part: Part, indent: str) -> list[str]:
    line = lead + flat(part)
    return [line] if len(line) <= WIDTH else _broken(lead, part, indent)


def _broken(lead: str, part: Part, indent: str) -> list[str]:
    """A part with one argument, or one link, a line; `lead` stands before its first line."""
    if isinstance(part, Group):
        return list(_broken_group(lead, part, indent))
    if part.bare or not part.arguments:
        return [lead + flat(part)]
    inner = indent + INDENT
    return [f"{lead}{part.head}(", *(f"{inner}{a}," for a in part.arguments), f"{indent})"]


def _broken_group(lead: str, group: Group, indent: str) -> Iterator[str]:
    if len(group.links) == 1:
        yield from _broken(f"{lead}{group.head} ", group.links[0], indent)
        return
    inner = indent + INDENT
    yield f"{lead}{group.head} ("
    for number, link in enumerate(group.links):
        yield from _fitted(f"{inner}|> " if number else inner, link, inner)
    yield f"{indent})"
