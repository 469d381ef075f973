"""The canonical text of a module: `parse(print_module(m)).module == m`, and printing is stable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dlc.ir import Action, Block, BlockCall, Input, Module, Net, Node, Op, Origin, Repeat, Value
from dlc.layers import REGISTRY, Attribute, Domain, Layer, OutsideDomain
from dlc.syntax import layout
from dlc.syntax.layout import INDENT
from dlc.syntax.tables import table
from dlc.syntax.values import (
    IDENTIFIER,
    WORDS,
    write_entries,
    write_name,
    write_real,
    write_string,
    write_value,
)
from dlc.types import Expr, Hole, symbol


def print_module(module: Module) -> str:
    """The text of a module: blocks first, then nets, an empty line between them."""
    items = [*(_block_lines(b) for b in module.blocks), *(_net_lines(n) for n in module.nets)]
    return "\n".join("\n".join(lines) + "\n" for lines in items)


def print_net(net: Net) -> str:
    """The text of one net."""
    return "\n".join(_net_lines(net)) + "\n"


# Names, values and marks, as they are written.


def write_callee(name: str) -> str:
    """The name of a block where it is called: in quotes where a layer or keyword has that name."""
    return write_string(name) if name in table().keywords or name in REGISTRY else write_name(name)


def write_attributes(op: Op) -> tuple[str, ...]:
    """The attributes of a layer that differ from their defaults, in their shortest form."""
    values = op.attributes()
    shown = [(a, values[a.name]) for a in type(op).table] if isinstance(op, Layer) else []
    return tuple(f"{a.name}={_write_attribute(a, v)}" for a, v in shown if not _is_default(a, v, values))


def write_marks(
    origin: Origin | None, confidence: float | None, inferred: bool = False, shares: str | None = None
) -> str:
    """What follows a statement: ` @ "p.4 table 1" confidence 0.9 @ inferred @ shares conv1`."""
    sure = "" if confidence is None else f"confidence {write_real(float(confidence))}"
    parts = [f"{write_string(str(origin)) if origin is not None else ''} {sure}".strip()]
    parts.append("inferred" if inferred else "")
    parts.append(f"shares {write_name(shares)}" if shares is not None else "")
    return "".join(f" @ {part}" for part in parts if part)


def _is_default(attribute: Attribute, value: Value, values: Mapping[str, Value]) -> bool:
    """Whether a value need not be written; a default may be another attribute's value, named by a symbol."""
    default = attribute.default
    if isinstance(default, Expr) and str(default) in values:
        default = values[str(default)]
    return not attribute.required and type(value) is type(default) and bool(value == default)


def _write_attribute(attribute: Attribute, value: Value) -> str:
    short = attribute.domain.simplify(value)
    if isinstance(short, str) and _is_word(attribute.domain, short):
        return short
    return write_value(short)


def _is_word(domain: Domain, word: str) -> bool:
    """Whether a word may stand bare, as the symbol that the domain takes for it."""
    if not IDENTIFIER.fullmatch(word) or word in WORDS:
        return False
    try:
        return bool(domain.convert(symbol(word)) == word)
    except OutsideDomain:
        return False


# Nets and blocks.


def _net_lines(net: Net) -> Iterator[str]:
    yield f"net {write_name(net.name)}{write_marks(net.origin, net.confidence)} {{"
    for given in net.inputs:
        yield INDENT + _input_line(given)
    yield from _body_lines(net.body, net.outputs)
    yield "}"


def _input_line(given: Input) -> str:
    return f"{write_name(given.name)} = input {given.type}{write_marks(given.origin, given.confidence)}"


def _block_lines(block: Block) -> Iterator[str]:
    values = block_values(block.body, (block.output,))
    parameters = [_parameter(name, "input" if name not in values else "") for name in block.inputs]
    for p in block.parameters:
        default = "" if p.required else f"={write_value(p.default)}"
        role = "parameter" if p.required and p.name in values else ""
        parameters.append(_parameter(p.name, role) + default)
    yield from layout.listing(f"block {write_name(block.name)}(", parameters, ") {", "")
    yield from _body_lines(block.body, (block.output,))
    yield "}"


def _parameter(name: str, role: str) -> str:
    return f"{write_name(name)}: {role}" if role else write_name(name)


def block_values(body: Sequence[Node], outputs: Sequence[str]) -> set[str]:
    """The values that a body reads and does not make: of a block's parameters, these are its inputs."""
    read = {source for node in body for source in node.inputs}
    return (read | set(outputs)) - {node.name for node in body}


def _body_lines(body: Sequence[Node], outputs: Sequence[str]) -> Iterator[str]:
    uses = Counter(source for node in body for source in node.inputs)
    uses.update(outputs)
    position = 0
    while position < len(body):
        length = _chain_length(body, position, uses)
        yield from _statement(body[position : position + length])
        position += length
    if outputs:
        yield from layout.names("output", [write_name(name) for name in outputs], INDENT)


def _chain_length(body: Sequence[Node], position: int, uses: Mapping[str, int]) -> int:
    """How many nodes from `position` on are one chain: `prob.1`, `prob.2`, `prob`, one use each."""
    first = body[position]
    if not first.name.endswith(".1"):
        return 1
    name = first.name[:-2]
    for index in range(position, len(body)):
        node = body[index]
        if index > position and node.inputs != (body[index - 1].name,):
            return 1
        if node.name == name and index > position:
            return index - position + 1
        if node.name != f"{name}.{index - position + 1}" or uses[node.name] != 1 or _is_marked(node):
            return 1
    return 1


def _is_marked(node: Node) -> bool:
    marks = (node.declared, node.origin, node.confidence, node.shares)
    return node.inferred or any(mark is not None for mark in marks)


# Statements.


def _statement(chain: Sequence[Node]) -> list[str]:
    head, last = chain[0], chain[-1]
    declared = f": {last.declared}" if last.declared is not None else ""
    prefix = f"{write_name(last.name)}{declared} = "
    suffix = write_marks(last.origin, last.confidence, last.inferred, last.shares)
    if isinstance(head.op, Repeat) or (len(chain) > 1 and len(head.inputs) == 1):
        links = [_link(node.op) for node in chain]
        return layout.statement(prefix, write_values(head.inputs), links, suffix, INDENT)
    parts = [_call(head.op, head.inputs), *(_link(node.op) for node in chain[1:])]
    return layout.statement(prefix, None, parts, suffix, INDENT)


def write_values(names: Sequence[str]) -> str:
    """The values at the head of a chain: one name, or several in parentheses."""
    written = ", ".join(map(write_name, names))
    return written if len(names) == 1 else f"({written})"


def _call(op: Op | BlockCall | Repeat, inputs: Sequence[str]) -> layout.Piece:
    head, keywords = _callee(op)
    return layout.Piece(head, (*map(write_name, inputs), *keywords))


def _link(op: Action) -> layout.Part:
    if isinstance(op, Repeat):
        return layout.Group(f"repeat {write_count(op.count)}", tuple(_link(part) for part in op.links))
    head, keywords = _callee(op)
    return layout.Piece(head, keywords, bare=not keywords)


def write_count(count: Value) -> str:
    """How often a repeat repeats; parentheses around what is more than a number or a name."""
    text = write_value(count)
    plain = (
        isinstance(count, Hole) or text.isdigit() or (isinstance(count, Expr) and IDENTIFIER.fullmatch(text))
    )
    return text if plain else f"({text})"


def _callee(op: Action) -> tuple[str, tuple[str, ...]]:
    if isinstance(op, BlockCall):
        return write_callee(op.block), write_entries(op.arguments)
    if isinstance(op, Op) and op.op_name == "opaque":
        values: Any = op.attributes()
        return f"opaque {write_string(values['type'])}", write_entries(values["attributes"])
    if isinstance(op, Op):
        return op.op_name, write_attributes(op)
    raise TypeError("a repeat has no inputs of its own")
