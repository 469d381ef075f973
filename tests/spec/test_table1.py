"""Table 1 as `spec/table1.md` states it, against the checker and both start rules of the grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark, LarkError

from dlc.diagnostics import Diagnostic, codes
from dlc.fuzz.strategies import chain_texts, chains
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.syntax import parse_chain
from dlc.syntax.tables import lark
from dlc.types import Kind, signatures

PAGE = (Path(__file__).resolve().parents[2] / "spec" / "table1.md").read_text(encoding="utf-8")
LETTERS = {"m": Kind.MAP, "v": Kind.VECTOR, "s": Kind.SEQUENCE, "i": Kind.IDS}

# The layers of the table as links of a chain, in the start rule's own form.
LINKS = {
    "Dense": "dense(units=7)",
    "Conv2D": "conv2d(filters=5, kernel=3, stride=1, padding=same)",
    "Flatten": "flatten",
    "Dropout": "dropout(rate=0.5)",
    "MaxPool": "maxpool2d(kernel=3, stride=2, padding=same)",
    "AvgPool": "avgpool2d(kernel=3, stride=2, padding=same)",
    "Concat": "concat(_, _)",
    "Embed": "embed(vocab=50, dim=6)",
    "RNN": "rnn(units=4)",
    "RNN seq": "rnn(units=4, return_sequences=true)",
    "LSTM": "lstm(units=4)",
    "LSTM seq": "lstm(units=4, return_sequences=true)",
}
INPUTS = {"m": "map[9, 8, 3]", "v": "vector[12]", "s": "sequence[6, 4]", "i": "ids[6]"}
# A chain from an input that the start rule allows to a value of each kind.
PREFIXES = {
    "m": f"{INPUTS['m']} |> {LINKS['Conv2D']}",
    "v": f"{INPUTS['v']} |> {LINKS['Dense']}",
    "s": f"{INPUTS['i']} |> {LINKS['Embed']}",
}
Matrix = dict[tuple[str, str], frozenset[str]]


def matrices() -> list[Matrix]:
    """The tables of the page: (row, column) -> letters of kinds."""
    found = []
    for table in re.findall(r"^\| after .*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE):
        rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()]
        found.append(
            {(r[0], c): frozenset(x.split()) for r in rows for c, x in zip(LINKS, r[1:], strict=True)}
        )
    return found


TABLE, LANGUAGE = matrices()


def operator(layer: str) -> str:
    return re.split(r"\W", LINKS[layer])[0]


def errors(text: str) -> list[Diagnostic]:
    parsed = parse_chain(text)
    return [d for d in (*parsed.diagnostics, *check(parsed.module).diagnostics) if d.is_error]


def ending_in(layer: str) -> Iterator[tuple[str, str]]:
    """Chains that end in a layer, with the letter of the kind that it gives there."""
    if layer == "Input":
        yield from ((text, letter) for letter, text in INPUTS.items())
        return
    for taken, prefix in {**PREFIXES, "i": INPUTS["i"]}.items():
        text = f"{prefix} |> {LINKS[layer]}"
        if errors(text):
            continue
        made = check(parse_chain(text).module).module.nets[0].body[-1].type
        assert made is not None
        yield text, next(letter for letter, kind in LETTERS.items() if kind is made.kind)
        assert taken in LETTERS


def by_checker(row: str) -> dict[str, frozenset[str]]:
    """A row of the table as the checker has it: the kinds of a value on which no error is found."""
    return {
        column: frozenset(letter for text, letter in ending_in(row) if not errors(f"{text} |> {link}"))
        for column, link in LINKS.items()
    }


def by_signatures(row: str) -> dict[str, frozenset[str]]:
    """The same from the names of productions alone."""
    gives = {k for taken in Kind for k in signatures()[operator(row)].results(taken)}
    if row in ("RNN", "LSTM", "RNN seq", "LSTM seq"):  # which of their kinds an attribute says
        gives = {Kind.SEQUENCE if "seq" in row else Kind.VECTOR}
    return {
        column: frozenset(
            letter
            for letter, k in LETTERS.items()
            if k in gives and k in signatures()[operator(column)].takes
        )
        for column in LINKS
    }


@pytest.fixture(scope="module")
def chain_parser() -> Lark:
    return lark("chain")


def derivable(parser: Lark, text: str) -> bool:
    try:
        parser.parse(text)
    except LarkError:
        return False
    return True


def test_the_tables_have_every_layer_of_the_paper() -> None:
    assert len(LINKS) == 12
    assert [row for row, column in TABLE if column == "Dense"] == ["Input", *LINKS]
    assert {row for row, _ in LANGUAGE} == {"Input"}


@pytest.mark.parametrize("row", LINKS)
def test_row_by_the_checker(row: str) -> None:
    assert by_checker(row) == {column: TABLE[row, column] for column in LINKS}


@pytest.mark.parametrize("row", LINKS)
def test_row_by_the_names_of_the_productions(row: str) -> None:
    assert by_signatures(row) == {column: TABLE[row, column] for column in LINKS}


def test_inputs_by_the_checker() -> None:
    assert by_checker("Input") == {column: LANGUAGE["Input", column] for column in LINKS}


@pytest.mark.parametrize("row", ["Input", *LINKS])
def test_row_by_the_start_rule(row: str, chain_parser: Lark) -> None:
    for column, link in LINKS.items():
        letters = {letter for text, letter in ending_in(row) if derivable(chain_parser, f"{text} |> {link}")}
        assert letters == TABLE[row, column], (row, column)


def test_vectors_into_embed_are_warned_of() -> None:
    found = check(parse_chain(f"{PREFIXES['v']} |> {LINKS['Embed']}").module).diagnostics
    assert [(d.code, d.is_error) for d in found] == [(codes.VECTOR_INTO_EMBED, False)]


@given(chains())
@settings(max_examples=200, deadline=None)
def test_what_the_start_rule_derives_is_valid(net: Net) -> None:
    found = check(Module(nets=(net,))).diagnostics
    assert [d.message for d in found if d.is_error] == []
    assert {d.code for d in found} <= {codes.VECTOR_INTO_EMBED}


@given(chain_texts())
@settings(max_examples=200, deadline=None)
def test_blank_space_and_comments_may_stand_anywhere(text: str) -> None:
    parsed = parse_chain(text)
    assert parsed.diagnostics == ()
    assert len(parsed.module.nets[0].body) == re.sub(r"#[^\n]*", "", text).count("|>")


@given(
    st.sampled_from(list(INPUTS)),
    st.lists(st.sampled_from(list(LINKS)), min_size=1, max_size=7),
    st.booleans(),
)
@settings(max_examples=400, deadline=None)
def test_chains_are_derivable_and_valid_exactly_where_the_table_allows(
    chain_parser: Lark, letter: str, layers: list[str], as_chain: bool
) -> None:
    """Any sequence of layers: by the table, by the start rule (`as_chain`), by the checker."""
    text = " |> ".join([INPUTS[letter], *(LINKS[layer] for layer in layers)])
    wrong = first_wrong(letter, layers, TABLE if as_chain else TABLE | LANGUAGE)
    if as_chain:
        assert derivable(chain_parser, text) == (wrong is None)
        return
    found = errors(text)
    assert bool(found) == (wrong is not None)
    if wrong is not None:
        (finding,) = found
        assert finding.code is codes.KIND_MISMATCH
        assert finding.message.startswith(f"{operator(layers[wrong])} takes ")


def first_wrong(letter: str, layers: list[str], table: Matrix) -> int | None:
    """Where a sequence of layers first leaves the table."""
    row = "Input"
    for index, layer in enumerate(layers):
        if letter not in table[row, layer]:
            return index
        row, letter = layer, GIVES.get(layer, letter)
    return None


GIVES = {
    "Dense": "v", "Conv2D": "m", "Flatten": "v", "MaxPool": "m", "AvgPool": "m", "Embed": "s",
    "RNN": "v", "RNN seq": "s", "LSTM": "v", "LSTM seq": "s",
}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "text"), re.findall(r"^```chain ?(.*)\n((?:.*\n)*?)```$", PAGE, re.MULTILINE)
)
def test_the_examples_of_the_page(words: str, text: str, chain_parser: Lark) -> None:
    assert derivable(chain_parser, text) == (words != "invalid")
    assert bool(errors(text)) == (words == "invalid")
