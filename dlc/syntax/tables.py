"""The LALR table of the language: made from `grammar/dlnet.lark` by Lark, kept beside it as JSON.

Reading the JSON takes a millisecond or two where importing Lark and analysing the grammar takes a
hundred. The JSON names the grammar that it was made from; where the two differ (somebody is editing the
grammar), the table is made anew in memory. `python -m dlc.syntax` writes it.
"""

from __future__ import annotations

import functools
import json
import re
import zlib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from lark import Lark

START = "file"
GRAMMAR = resources.files("dlc") / "grammar"
END = "$END"
UNCLOSED = "UNCLOSED"
UNKNOWN = "UNKNOWN"


@attrs.frozen
class Rule:
    """A production: the nonterminal on its left, how many symbols on its right, and what a reduction does."""

    left: str
    length: int
    action: str


@attrs.frozen
class Table:
    """States as rows: symbol -> next state, or -1 - rule where the symbol ends a rule.

    `keywords` maps a word to its terminal; a word is that terminal only in states that have a place for
    it. `accept` is the state in which the whole text has been read.
    """

    rules: tuple[Rule, ...]
    rows: tuple[dict[str, int], ...]
    start: int
    accept: int
    keywords: dict[str, str]
    pattern: re.Pattern[str]


@functools.cache
def table() -> Table:
    """The table of the installed grammar."""
    mark = fingerprint(grammar_text())
    kept = GRAMMAR / "dlnet.table.json"
    data = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    if data.get("grammar") != mark:
        data = generate()
    return _load(data)


def grammar_text() -> str:
    """The grammar, with newlines alone at the ends of lines."""
    return (GRAMMAR / "dlnet.lark").read_text(encoding="utf-8").replace("\r\n", "\n")


def fingerprint(text: str) -> str:
    """What tells one grammar text from another; it guards against staleness, not against malice."""
    return f"{len(text)}-{zlib.crc32(text.encode()):08x}"


def lark(start: str = START) -> Lark:
    """Lark's own parser of the grammar for one of its start rules."""
    from lark import Lark

    return Lark(grammar_text(), start=start, parser="lalr", keep_all_tokens=True, maybe_placeholders=False)


def generate() -> dict[str, Any]:
    """The table as JSON data, from Lark's analysis of the grammar."""
    made = lark()
    used = {symbol.name for rule in made.rules for symbol in rule.expansion if symbol.is_term}
    terminals = [t for t in made.terminals if t.name in used]
    states: Any = made.parser.parser._parse_table
    numbers = {rule: index for index, rule in enumerate(made.rules)}
    rows = [_row(states.states[state], numbers) for state in sorted(states.states)]
    _shorten(rows, made.rules)
    order = _order(rows, states.start_states[START])
    return {
        "grammar": fingerprint(grammar_text()),
        "start": 0,
        "accept": order[states.end_states[START]],
        "keywords": {t.pattern.value: t.name for t in terminals if _is_word(t)},
        "patterns": [[t.name, t.pattern.to_regexp()] for t in _signs(terminals)],
        "rules": [[r.origin.name, len(r.expansion), r.alias or r.origin.name] for r in made.rules],
        "rows": [
            {symbol: order[action] if action >= 0 else action for symbol, action in rows[state].items()}
            for state in order
        ],
    }


def write(path: Path) -> None:
    """Write the table, a state a line, so that changes can be read."""
    data = generate()
    parts = [f"{json.dumps(k)}: {_lines(v) if k == 'rows' else json.dumps(v)}" for k, v in data.items()]
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def _lines(rows: list[dict[str, int]]) -> str:
    return "[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]"


def _row(actions: dict[str, tuple[Any, Any]], numbers: dict[Any, int]) -> dict[str, int]:
    return {
        symbol: argument if action.name == "Shift" else -1 - numbers[argument]
        for symbol, (action, argument) in sorted(actions.items())
    }


def _order(rows: list[dict[str, int]], start: int) -> dict[int, int]:
    """New numbers of the states that are reached, in the order in which they are: Lark's own vary from run
    to run, and the kept table should not."""
    order = {start: 0}
    for state in (queue := [start]):
        for action in rows[state].values():
            if action >= 0 and action not in order:
                order[action] = len(order)
                queue.append(action)
    return order


def _shorten(rows: list[dict[str, int]], rules: list[Any]) -> None:
    """Step over the states that only pass a value on (`?rule: other`), as Lark's `?` means."""
    passing = {
        -1 - index: rule.origin.name
        for index, rule in enumerate(rules)
        if rule.options.expand1 and not rule.alias and len(rule.expansion) == 1
    }
    hops = {}
    for state, row in enumerate(rows):
        actions = set(row.values())
        if len(actions) == 1 and (action := actions.pop()) in passing:
            hops[state] = passing[action]
    for row in rows:
        for symbol in row:
            while row[symbol] in hops:
                row[symbol] = row[hops[row[symbol]]]


def _is_word(terminal: Any) -> bool:
    return bool(terminal.pattern.type == "str" and terminal.pattern.value.isidentifier())


def _signs(terminals: list[Any]) -> list[Any]:
    """The terminals that are no words, in the order in which Lark would try them."""
    kept = [t for t in terminals if not _is_word(t)]
    return sorted(kept, key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name))


def _load(data: dict[str, Any]) -> Table:
    # Blanks are skipped before a token and a comment is part of a newline, so that the grammar's ignored
    # terminals are not needed. Whatever is no token is a string that does not end, or one strange character.
    patterns = [*data["patterns"], (UNCLOSED, r'"[^\n]*'), (UNKNOWN, ".")]
    union = "|".join(f"(?P<{name}>{pattern})" for name, pattern in patterns)
    return Table(
        tuple(Rule(*rule) for rule in data["rules"]),
        tuple(data["rows"]),
        data["start"],
        data["accept"],
        data["keywords"],
        re.compile(rf"[^\S\n]*(?:{union})"),
    )
